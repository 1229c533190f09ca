"""One path beside all paths: an LSTM's cell at rest, in numbers of the formulas that are proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.elman import elman
from symrnn.language.algebra import split_coefficient
from symrnn.numeric.lower import Kernel, lower
from symrnn.theory.statement import Statement

Array = NDArray[Any]

STATEMENT = "carousel_is_not_total"
"""The statement whose claims these are."""

STEPS = 16
WEIGHTS = (6.0, 2.0, -1.0)
"""Values of w with f = 1/2: the derivative explodes, stays, and vanishes faster than its path."""

REACH, SIDE = 8.0, 81
"""The map goes from -REACH to REACH in w and in the bias, so many points to a side."""


@dataclass(frozen=True)
class Paths:
    """∂c_t/∂c_0 of one unit at rest, where W_g = w and the forget bias is β.

    total: the coefficient of I in the total derivative, of w, β and t.
    carousel: that in the product of forget gates, of β and t.
    """

    total: Kernel
    carousel: Kernel

    def of(self, w: float, bias: float = 0.0) -> Array:
        """|∂c_t/∂c_0| for t = 1 … STEPS."""
        return np.abs([self.total({"w": w, "beta": bias, "t": t}) for t in range(1, STEPS + 1)])

    def held(self, bias: float = 0.0) -> Array:
        """∏ f for t = 1 … STEPS."""
        return np.array([self.carousel({"beta": bias, "t": t}) for t in range(1, STEPS + 1)])

    def factors(self) -> tuple[Array, Array, Array]:
        """w, β and by how much one step more multiplies |∂c_t/∂c_0|, over the map."""
        w, bias = np.meshgrid(*[np.linspace(-REACH, REACH, SIDE)] * 2)
        first, second = (self.total({"w": w, "beta": bias, "t": t}) for t in (1, 2))
        return w, bias, np.abs(second / first)


def paths(library: Mapping[str, Statement]) -> Paths:
    """The two claims of the statement, lowered as they were proved."""
    parts = {part.label: part for part in library[STATEMENT].parts(elman())}
    total, carousel = (
        lower(split_coefficient(parts[label].claim.rhs)[0], "path")
        for label in ("the total derivative", "the carousel of these gates")
    )
    return Paths(total, carousel)
