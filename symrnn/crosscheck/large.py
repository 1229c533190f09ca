"""Gradients of large nets: a part of the batch at a time, and one random direction for all.

The gradient of a sum over sequences is the sum of theirs, so memory is bounded by the part. What is
derived is held against the complex step along one direction in all parameters and initial states
together: an error E is missed only where ⟨E, u⟩ = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Gradients, Program
from symrnn.numeric.differences import STEP

Array = NDArray[np.float64]

BUDGET = 512 * 2**20
"""Bytes that the vectors of one part may take."""

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
            if name in point.parameters:
                total[name] = total[name] + value if name in total else value
            else:
                starts.setdefault(name, []).append(value)
    return {**total, **{name: np.concatenate(each, axis=1) for name, each in starts.items()}}


def along_one_direction(
    program: Program, point: Point, found: Gradients, listen: Listener, budget: int = BUDGET
) -> float:
    """|⟨g, u⟩ - the complex step along u| relative to ‖g‖, u random with entries of size 1."""
    rng = np.random.default_rng(point.seed + 1)
    u = {name: rng.normal(size=value.shape) for name, value in found.items()}
    rate, first = 0.0, 0
    for part in parts(program, point, budget, listen, "complex step"):
        last = first + part.width
        moves = {
            name: 1j * STEP * (v if name in point.parameters else v[:, first:last])
            for name, v in u.items()
        }
        run = program.run(part.moved(moves))
        value = part.loss.value(run.sequence(part.output)[1:], part.data)
        rate += float(np.imag(value)) / STEP
        first = last
    size = float(np.sqrt(sum(np.sum(value**2) for value in found.values())))
    mine = float(sum(np.sum(found[name] * u[name]) for name in found))
    return abs(mine - rate) / size if size > 0 else abs(rate)
