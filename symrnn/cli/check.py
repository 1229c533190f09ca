"""`symrnn check`: a line, or a record, for each statement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from symrnn.cli.exits import FAILED
from symrnn.cli.progress import progress_bar
from symrnn.errors import ParseError
from symrnn.language.activations import FORMULAS
from symrnn.lecture.work import prove, records
from symrnn.theory.library import load
from symrnn.verify.evidence import Evidence


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Proof files or folders; the lecture's by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    name: Annotated[
        str | None,
        typer.Option("--activation", help="Check for this σ; for every σ by default."),
    ] = None,
) -> None:
    """Check statements: one line each with its grades; exit code 1 if any check fails."""
    if name is not None and name not in FORMULAS:
        raise ParseError(f"unknown activation {name!r}", {"expected": ", ".join(FORMULAS)})
    library = load(paths or None)
    with progress_bar() as listener:
        evidence = prove(library, listener, name)
    if as_json:
        typer.echo(json.dumps({"statements": records(evidence)}, indent=2, ensure_ascii=False))
    else:
        _report(evidence)
    for each in evidence:
        if each.failure is not None:
            typer.echo(f"\n{each.failure}", err=True)
    if not all(each.complete for each in evidence):
        raise typer.Exit(FAILED)


def _report(evidence: tuple[Evidence, ...]) -> None:
    width = max(len(each.statement.name) for each in evidence)
    for each in evidence:
        mark = "✓" if each.complete else "✗"
        caught = sum(fault.caught for fault in each.faults)
        grades = " ".join(each.grades) or "(no grade)"
        typer.echo(
            f"{mark} {each.statement.name:<{width}}  {grades:<25}  residual {each.residual:.0e}"
            f"  slips {caught}/{len(each.faults)}  {each.seconds:.1f} s"
        )
