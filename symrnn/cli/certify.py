"""`symrnn certify`: γ of an activation, enclosed over the whole real line."""

from __future__ import annotations

from typing import Annotated

import typer

from symrnn.cli.activations import read_activation
from symrnn.cli.exits import FAILED
from symrnn.cli.output import say, say_json
from symrnn.cli.progress import progress_bar
from symrnn.enclosure import BOUNDED, UNDECIDED, Certificate
from symrnn.enclosure import certify as enclose
from symrnn.lecture.machine import ask_about_slope
from symrnn.machine.prover import require_prover
from symrnn.machine.slopes import SlopeProof
from symrnn.numeric.stable.pieces import convention


def certify(
    sigma: Annotated[str, typer.Option("--activation", help="A name, or a formula in x.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    machine: Annotated[
        bool, typer.Option("--machine", help="Have Coq prove the derivative and a bound, too.")
    ] = False,
) -> None:
    """Enclose γ = sup|σ′| over all real x by ball arithmetic; exit code 1 if undecided."""
    prover = require_prover() if machine else None
    found = enclose(read_activation(sigma))
    proof = None
    if prover is not None:
        with progress_bar() as listener:
            proof = ask_about_slope(found, prover, listener)
    if as_json:
        record = found.record()
        if proof is not None:
            record["machine"] = proof.record()
        say_json(record)
    else:
        say("\n".join([*_lines(found), *_machine(proof)]))
    if found.verdict == UNDECIDED:
        raise typer.Exit(FAILED)


def _machine(proof: SlopeProof | None) -> list[str]:
    if proof is None:
        return []
    if not proof.derivative:
        return [f"Coq    not proved: {proof.why_not}"]
    if proof.bound is None:
        why = [f"       no bound proved: {proof.why_not}"] if proof.why_not else []
        return ["Coq    σ′ proved to be the derivative", *why]
    return [f"Coq    σ′ proved to be the derivative, |σ′| ≤ {proof.bound} proved for all x"]


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
    said = convention(found.activation)
    return [*lines, f"kinks  {said}"] if said else lines
