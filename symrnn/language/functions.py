"""Functions of a whole vector or matrix: softmax, log-sum-exp, the determinant, some columns."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, S
from sympy.matrices.expressions import MatrixExpr

from symrnn.language import shapes
from symrnn.language.algebra import MatrixNode, Transposed, as_matrix, written_as_entry
from symrnn.language.entry import Entry
from symrnn.language.shapes import Shape
from symrnn.language.structure import Block, Rows


class Softmax(MatrixNode):
    """softmax(z)_i = exp(z_i) / Σ_l exp(z_l), a column as high as z."""

    def __new__(cls, vector: Any) -> MatrixNode:
        vector = as_matrix(vector)
        shapes.require_column("softmax", vector)
        return super().__new__(cls, vector)

    @property
    def shape(self) -> Shape:
        return (self.args[0].shape[0], S.One)


class LogSumExp(MatrixNode):
    """log Σ_l exp(z_l), 1 × 1: what softmax is the gradient of."""

    def __new__(cls, vector: Any) -> MatrixNode:
        vector = as_matrix(vector)
        shapes.require_column("logsumexp", vector)
        return super().__new__(cls, vector)

    @property
    def shape(self) -> Shape:
        return (S.One, S.One)


class Determinant(MatrixNode):
    """det A, 1 × 1."""

    def __new__(cls, matrix: Any) -> MatrixNode:
        matrix = as_matrix(matrix)
        shapes.require_square("the determinant", matrix)
        return super().__new__(cls, matrix)

    @property
    def shape(self) -> Shape:
        return (S.One, S.One)


def columns(matrix: Any, start: Any, count: Any) -> MatrixExpr:
    """`count` columns of a matrix from column `start` on."""
    if isinstance(matrix, Block):
        offset: Expr = sympy.S.Zero
        for place, block in enumerate(matrix.args[0]):
            if shapes.same_size(offset, start) and shapes.same_size(block.shape[1], count):
                return Block(*([row[place]] for row in matrix.args))
            offset += block.shape[1]
    return Transposed(Rows(Transposed(matrix), start, count))


@written_as_entry.register
def _(scalar: sympy.Determinant) -> Entry:
    return Entry(Determinant(scalar.arg), 1)
