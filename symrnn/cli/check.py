"""`symrnn check`: a line, or a record, for each statement."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from symrnn.cells import read_cell
from symrnn.cli.activations import read_activation
from symrnn.cli.cells import HELP as CELL_HELP
from symrnn.cli.exits import FAILED
from symrnn.cli.output import complain, kept_for_a_record, say, say_json
from symrnn.cli.progress import progress_bar
from symrnn.errors import ParseError
from symrnn.language.activations import Activation
from symrnn.lecture.machine import ask_prover, with_verdicts
from symrnn.lecture.proving import met, prove, records
from symrnn.machine.evidence import Checked
from symrnn.machine.prover import require_prover
from symrnn.theory.about import EXAMPLES, Subject, subject_of
from symrnn.theory.applicable import Asides
from symrnn.theory.salvage import Broken, salvage
from symrnn.verify.evidence import Evidence, failure_record


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Proof files or folders; the lecture's by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    name: Annotated[
        str | None,
        typer.Option(
            "--activation",
            help="Check for this σ, a name or a formula in x; by default for every σ.",
        ),
    ] = None,
    cell: Annotated[
        str,
        typer.Option(
            "--cell", help=f"{CELL_HELP} Checked is what is about it; of the rest is said why not."
        ),
    ] = next(iter(EXAMPLES)),
    machine: Annotated[
        bool,
        typer.Option("--machine", help="Have Coq close each statement by its theorem, too."),
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler", help="A Dask scheduler whose workers share the statements: tcp://…"
        ),
    ] = None,
) -> None:
    """Check statements: one line each with its grades; exit code 1 if any check fails."""
    if machine and name is not None:
        raise ParseError("--machine is about every σ", {"expected": "no --activation"})
    prover = require_prover() if machine else None
    sigma = None if name is None else read_activation(name)
    rnn = _subject(cell, sigma)
    with kept_for_a_record(as_json):
        library, broken, asides = salvage(paths or None, rnn)
    if not library and broken:
        if as_json:
            say_json(_record((), {}, broken, asides))
        raise next(iter(broken.values()))
    with kept_for_a_record(as_json), progress_bar() as listener:
        evidence, asides = met(prove(library, rnn, listener, scheduler), asides, rnn)
        kept = {each.statement.name for each in evidence}
        library = {name: each for name, each in library.items() if name in kept}
        checked = {}
        if prover is not None:
            checked = ask_prover(library, rnn, prover, listener, paths or ())
    if prover is not None:
        evidence = with_verdicts(evidence, checked)
    if as_json:
        say_json(_record(evidence, checked, broken, asides))
    else:
        _report(evidence, broken, asides)
        _report_machine(checked)
    for failure in (*broken.values(), *(each.failure for each in evidence)):
        if failure is not None:
            complain(f"\n{failure}")
    refuted = any(each.refuted for each in checked.values())
    if broken or refuted or not all(each.complete for each in evidence):
        raise typer.Exit(FAILED)


def _subject(cell: str, sigma: Activation | None) -> Subject:
    """What the statements are to be about."""
    found = subject_of(read_cell(cell))
    if sigma is None:
        return found
    if not found.one_activation:
        raise ParseError(
            "--activation is for a cell with one activation between two affine maps",
            {"expected": "the cell's own functions", "got": f"--activation beside {cell}"},
        )
    return found.with_activation(sigma)


def _record(
    evidence: tuple[Evidence, ...],
    checked: Mapping[str, Checked],
    broken: Broken,
    asides: Asides,
) -> dict[str, Any]:
    found: dict[str, Any] = {"statements": records(evidence)}
    if asides:
        found["not about the cell"] = [
            {"name": name, "about": str(each.about), "applies": each.holds, "why": each.why}
            for name, each in asides.items()
        ]
    if broken:
        found["broken"] = [
            {"name": name, "failure": failure_record(error)} for name, error in broken.items()
        ]
    if checked:
        found["machine"] = {name: each.record() for name, each in checked.items()}
    return found


def _report_machine(checked: Mapping[str, Checked]) -> None:
    """What Coq made of each statement, and where a statement is not graded, why not."""
    if not checked:
        return
    graded = sum(each.graded for each in checked.values())
    say(f"\nCoq accepted {graded} of {len(checked)} statements as theorems")
    width = max(map(len, checked))
    for name, each in checked.items():
        closed = sum(part.closed for part in each.parts)
        refused = sum(fault.refused for fault in each.faults)
        say(
            f"{'✓' if each.graded else '·'} {name:<{width}}  parts {closed}/{len(each.parts)}"
            f"  slips refused {refused}/{len(each.faults)}  axioms {len(each.axioms)}"
            f"  {'known from before' if each.cached else f'{each.seconds:.1f} s'}"
        )
        for part in each.parts:
            if not part.closed:
                say(f"    {part.label or name}: {part.why_not}")
        for fault in each.faults:
            if not fault.refused:
                say(f"    {fault.label or name}: not refused: {fault.slip}")


def _report(evidence: tuple[Evidence, ...], broken: Broken, asides: Asides) -> None:
    width = max(map(len, (*(each.statement.name for each in evidence), *broken, *asides)))
    for name in broken:
        say(f"✗ {name:<{width}}  (broken)")
    for each in evidence:
        mark = "✓" if each.complete else "✗"
        caught = sum(fault.caught for fault in each.faults)
        grades = " ".join(each.grades) or "(no grade)"
        say(
            f"{mark} {each.statement.name:<{width}}  {grades:<25}  residual {each.residual:.0e}"
            f"  slips {caught}/{len(each.faults)}  points {_met(each)}  {each.seconds:.1f} s"
        )

    for name, aside in asides.items():
        word = "not known whether" if aside.holds is None else "not"
        say(f"· {name:<{width}}  {word} about this cell; it is about {aside.about}: {aside.why}")


def _met(each: Evidence) -> int:
    """At how many points, that met the hypotheses, lines were compared."""
    return sum(found["met"] for found in each.points.values())
