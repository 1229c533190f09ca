"""Functions of a whole vector or matrix: softmax, log-sum-exp, the determinant."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import S

from symrnn.language import shapes
from symrnn.language.algebra import MatrixNode, as_matrix, written_as_entry
from symrnn.language.entry import Entry
from symrnn.language.shapes import Shape


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


@written_as_entry.register
def _(scalar: sympy.Determinant) -> Entry:
    return Entry(Determinant(scalar.arg), 1)
