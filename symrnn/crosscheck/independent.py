"""A second opinion that knows no derivative rule: the complex step through the cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import STEP

Array = NDArray[Any]

DIRECTIONS = 2

NOT_HOLOMORPHIC = (sympy.Abs, sympy.sign, sympy.Heaviside, sympy.Piecewise, sympy.Max, sympy.Min,
                   sympy.erf, sympy.erfc, sympy.floor, sympy.ceiling)  # fmt: skip


def is_holomorphic(program: Program) -> bool:
    """Whether an imaginary part can be carried through the cell."""
    unnamed = [f for f in program.cell.activations if f.name not in ACTIVATIONS]
    return not any(f.function.expr.has(*NOT_HOLOMORPHIC) for f in unnamed)


def along_directions(
    program: Program, point: Point, name: str, gradients: tuple[Array, ...]
) -> list[float] | None:
    """How far gradients are from the complex step along random directions, relative to ‖g‖‖u‖.

    Args:
        program: the cell.
        point: the numbers.
        name: a parameter, a scalar, or an initial state `h_0`.
        gradients: those that are compared; the first one gives the scale.
    """
    if not is_holomorphic(program):
        return None
    rng = np.random.default_rng(point.seed + 1)
    worst = [0.0] * len(gradients)
    scale = float(np.linalg.norm(gradients[0]))
    for _ in range(DIRECTIONS):
        u = rng.normal(size=gradients[0].shape)
        run = program.run(point.moved({name: 1j * STEP * u}))
        rate = float(np.imag(point.loss.value(run.sequence(point.output)[1:], point.data)) / STEP)
        for place, gradient in enumerate(gradients):
            gap = abs(float(np.sum(gradient * u)) - rate)
            size = scale * float(np.linalg.norm(u))
            worst[place] = max(worst[place], gap / size if size > 0 else (gap and float("inf")))
    return worst
