"""Gradients of large nets: a part of the batch at a time, and one random direction for all.

The gradient of a sum over sequences is the sum of theirs, so memory is bounded by the part. What is
derived is held against the complex step along one direction in all parameters and initial states
together, an error E being missed only where ⟨E, u⟩ = 0; that, and how far rounding moves a
gradient, is seen at a few of the sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.independent import is_holomorphic
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.crosscheck.report import AGREES, DIFFERS, Row
from symrnn.crosscheck.tolerance import shaken
from symrnn.crosscheck.variation import Gradients
from symrnn.numeric.differences import STEP

Array = NDArray[np.float64]

BUDGET = 512 * 2**20
"""Bytes that the vectors of one part may take."""

SAMPLE = 4
"""Sequences at which the derived gradients are tried themselves."""

Listener = Callable[[str, int, int], None]


def parts(
    program: Program, point: Point, budget: int, listen: Listener, what: str
) -> Iterator[Point]:
    """The point, as many sequences at a time as the budget takes."""
    rows = sum(len(start) for start in point.initial.values())
    rows += sum(len(each[0]) for each in point.inputs.values())
    heights = [point.height(vector) for vector in program.lines]
    bytes_each = 16 * (point.steps + 1) * (2 * sum(heights) + rows)
    width = int(max(1, min(point.width, budget // bytes_each)))
    for first in range(0, point.width, width):
        listen(what, first, point.width)
        yield point.part(first, min(first + width, point.width))
    listen(what, point.width, point.width)


def gradients(
    program: Program, point: Point, listen: Listener, budget: int = BUDGET, what: str = "derived"
) -> Gradients:
    """The derived gradients, by parameter and initial state."""
    total: Gradients = {}
    starts: dict[str, list[Array]] = {}
    for part in parts(program, point, budget, listen, what):
        for name, value in program.expected(part).items():
            if name in point.parameters or name in program.scalars:
                total[name] = total[name] + value if name in total else value
            else:
                starts.setdefault(name, []).append(value)
    return {**total, **{name: np.concatenate(each, axis=1) for name, each in starts.items()}}


def tried(
    program: Program, point: Point, eps: float, listen: Listener, budget: int = BUDGET
) -> tuple[float | None, dict[str, float]]:
    """How far the derived gradients are from the complex step, and how far rounding moves them.

    Args:
        program, point, listen, budget: as of `gradients`; some sequences of the batch are taken.
        eps: every number is moved by so much of itself.

    Returns:
        |⟨g, u⟩ - the complex step along u| relative to ‖g‖, u random with entries of size 1, None
        where no imaginary part goes through the cell; and by name the largest change relative to
        the largest entry.
    """
    few = point.part(0, min(SAMPLE, point.width))
    found = gradients(program, few, listen, budget, "a few sequences")
    moved = gradients(
        program, shaken(few, eps, np.random.default_rng(point.seed)), listen, budget, "rounding"
    )
    changed = {
        name: float(np.max(np.abs(moved[name] - value), initial=0.0)) / _largest(value)
        for name, value in found.items()
    }
    if not is_holomorphic(program):
        return None, changed
    return _along_one_direction(program, few, found, listen, budget), changed


def _largest(value: Array) -> float:
    return max(float(np.max(np.abs(value), initial=0.0)), 1e-300)


def compared(right: Gradients, theirs: Gradients, allowed: dict[str, float]) -> list[Row]:
    """A row for each array that came back.

    Args:
        right: the derived gradients.
        theirs: those in question, finite ones.
        allowed: the largest relative difference that passes, by name.
    """
    rows = []
    for name, mine in theirs.items():
        own = name.rpartition(":")[2]
        gap = float(np.max(np.abs(mine - right[own]), initial=0.0)) / _largest(right[own])
        agrees = gap <= allowed[own]
        rows.append(Row(name, AGREES if agrees else DIFFERS, gap, None, allowed[own]))
    return rows


def _along_one_direction(
    program: Program, point: Point, found: Gradients, listen: Listener, budget: int
) -> float:
    rng = np.random.default_rng(point.seed + 1)
    u = {name: rng.normal(size=value.shape) for name, value in found.items()}
    starts = {f"{label}_0" for label in point.initial}
    rate, first = 0.0, 0
    for part in parts(program, point, budget, listen, "complex step"):
        last = first + part.width
        moves = {
            name: 1j * STEP * (v[:, first:last] if name in starts else v) for name, v in u.items()
        }
        run = program.run(part.moved(moves))
        value = part.loss.value(run.sequence(part.output)[1:], part.data)
        rate += float(np.imag(value)) / STEP
        first = last
    size = float(np.sqrt(sum(np.sum(value**2) for value in found.values())))
    mine = float(sum(np.sum(found[name] * u[name]) for name in found))
    return abs(mine - rate) / size if size > 0 else abs(rate)
