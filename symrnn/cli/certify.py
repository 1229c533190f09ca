"""`symrnn certify`: γ of an activation, enclosed over the whole real line."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from symrnn.cli.activations import read_activation
from symrnn.cli.exits import FAILED
from symrnn.enclosure import BOUNDED, UNDECIDED, Certificate
from symrnn.enclosure import certify as enclose


def certify(
    sigma: Annotated[str, typer.Option("--activation", help="A name, or a formula in x.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Enclose γ = sup|σ′| over all real x by ball arithmetic; exit code 1 if undecided."""
    found = enclose(read_activation(sigma))
    if as_json:
        typer.echo(json.dumps(found.record(), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(found)))
    if found.verdict == UNDECIDED:
        raise typer.Exit(FAILED)


def _lines(found: Certificate) -> list[str]:
    record = found.record()
    lines = [f"σ(x)   {record['activation']}", f"σ′(x)  {record['slope']}"]
    if found.verdict == BOUNDED:
        low, high = found.interval()
        lines += [
            f"γ      {low} ≤ γ ≤ {high}",
            f"where  {found.where}",
            f"grade  certified: width {found.width:.0e}, boxes {found.boxes}",
        ]
    elif found.verdict == UNDECIDED:
        lines += ["γ      undecided", f"why    {found.reason}"]
    else:
        lines += ["γ      unbounded", f"where  {found.where}", "grade  certified"]
    return lines
