"""The slips that code makes, for any cell: no slip knows a cell."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from symrnn.crosscheck.backward_slips import slips_of_carries, slips_of_flows, slips_of_parameters
from symrnn.crosscheck.forward_slips import slips_of_forward, slips_of_numbers
from symrnn.crosscheck.gates import slips_of_order
from symrnn.crosscheck.loss_slips import slips_of_loss
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.crosscheck.slip import Slip


def catalogue(program: Program, point: Point, inputs: bool = False) -> list[Slip]:
    """Every slip, likelier ones first.

    Args:
        program: the cell.
        point: it says how many steps and sequences there are.
        inputs: whether the gradients of the inputs are among those in question.
    """
    found = [
        *_of_cell(program, inputs),
        *slips_of_carries(program, point),
        *slips_of_loss(point),
        *slips_of_numbers(program, point),
    ]
    return sorted(found, key=lambda slip: slip.rank)


@lru_cache(maxsize=64)
def _of_cell(program: Program, inputs: bool) -> tuple[Slip, ...]:
    """The slips that are the same at every net."""
    found = [
        *slips_of_parameters(program),
        *slips_of_flows(program, inputs),
        *slips_of_order(program),
        *slips_of_forward(program),
    ]
    return tuple(
        replace(slip, words=program.shown(slip.words), line=program.shown(slip.line))
        for slip in found
    )
