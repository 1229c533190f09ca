"""`symrnn certify`: γ of an activation, enclosed over the whole real line."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from symrnn.cells import Cell, read_cell
from symrnn.cli.activations import read_activation
from symrnn.cli.cells import HELP as CELL_HELP
from symrnn.cli.exits import FAILED
from symrnn.cli.output import say, say_json
from symrnn.cli.progress import progress_bar
from symrnn.enclosure import BOUNDED, UNDECIDED, Certificate
from symrnn.enclosure import certify as enclose
from symrnn.errors import NotSupportedError, ParseError
from symrnn.language.activations import Activation
from symrnn.lecture.machine import ask_about_slope
from symrnn.machine.prover import require_prover
from symrnn.machine.slopes import SlopeProof
from symrnn.numeric.stable.pieces import convention


def certify(
    sigma: Annotated[
        str | None, typer.Option("--activation", help="A name, or a formula in x.")
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option("--cell", help=f"{CELL_HELP} Each of its activations is enclosed."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    machine: Annotated[
        bool, typer.Option("--machine", help="Have Coq prove the derivative and a bound, too.")
    ] = False,
) -> None:
    """Enclose γ = sup|σ′| over all real x by ball arithmetic; exit code 1 if undecided."""
    prover = require_prover() if machine else None
    if (sigma is None) == (cell is None):
        raise ParseError(
            "certify is about an activation, or about those of a cell",
            {"expected": "--activation or --cell", "got": "neither" if cell is None else "both"},
        )
    chosen = [read_activation(sigma)] if sigma is not None else _activations(read_cell(cell or ""))
    found = [(each, enclose(each)) for each in chosen]
    proofs: list[SlopeProof | None] = [None] * len(found)
    if prover is not None:
        with progress_bar() as listener:
            proofs = [ask_about_slope(each, prover, listener) for _, each in found]
    shown = list(zip(found, proofs, strict=True))
    if as_json:
        records = [_record(each, proof) for (_, each), proof in shown]
        names = [str(each.name) for each in chosen]
        say_json(
            records[0] if cell is None else {"activations": dict(zip(names, records, strict=True))}
        )
    else:
        blocks = []
        for (each, certificate), proof in shown:
            named = [] if cell is None else [f"{each.name}"]
            blocks.append("\n".join([*named, *_lines(certificate), *_machine(proof)]))
        say("\n\n".join(blocks))
    if any(each.verdict == UNDECIDED for _, each in found):
        raise typer.Exit(FAILED)


def _activations(cell: Cell) -> list[Activation]:
    """Those of a cell, each of which is known."""
    unknown = [each.name for each in cell.activations if each.is_unknown]
    if unknown or not cell.activations:
        raise NotSupportedError(
            f"{cell.name} has no slopes to enclose",
            {
                "expected": "known activations",
                "got": f"{', '.join(unknown)}, of which nothing is known" if unknown else "none",
            },
        )
    return [each for each in cell.activations if not each.order]


def _record(found: Certificate, proof: SlopeProof | None) -> dict[str, Any]:
    return found.record() | ({} if proof is None else {"machine": proof.record()})


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
