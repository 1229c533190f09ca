"""The direction in which a variable moves: what a differential is linear in."""

from __future__ import annotations

from typing import Any, cast

from symrnn.language.algebra import MatrixNode, as_matrix
from symrnn.language.shapes import Shape


class Tangent(MatrixNode):
    """dx: the direction in which x moves; it has the shape of x."""

    def __new__(cls, of: Any) -> Tangent:
        return cast("Tangent", super().__new__(cls, as_matrix(of)))

    @property
    def shape(self) -> Shape:
        return cast(Shape, self.args[0].shape)
