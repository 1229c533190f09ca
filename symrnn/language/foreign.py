"""What SymPy writes by classes of its own, in the nodes of the language."""

from __future__ import annotations

import sympy
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.language.algebra import (
    Determinant,
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    Zeros,
    as_matrix,
    power,
    written_as_entry,
)
from symrnn.language.entry import Entry
from symrnn.language.structure import Block, Diag, DiagonalOf, Hadamard, Kronecker


@as_matrix.register
def _(value: sympy.MatAdd) -> MatrixExpr:
    return MatrixSum(*value.args)


@as_matrix.register
def _(value: sympy.MatMul) -> MatrixExpr:
    return MatrixProduct(*value.args)


@as_matrix.register
def _(value: sympy.MatPow) -> MatrixExpr:
    return power(as_matrix(value.base), value.exp)


@as_matrix.register
def _(value: sympy.Transpose) -> MatrixExpr:
    return Transposed(value.arg)


@as_matrix.register
def _(value: sympy.Identity) -> MatrixExpr:
    return Identity(value.shape[0])


@as_matrix.register
def _(value: sympy.ZeroMatrix) -> MatrixExpr:
    return Zeros(*value.shape)


@as_matrix.register
def _(value: sympy.OneMatrix) -> MatrixExpr:
    return Ones(*value.shape)


@as_matrix.register
def _(value: sympy.HadamardProduct) -> MatrixExpr:
    return Hadamard(*value.args)


@as_matrix.register
def _(value: sympy.DiagMatrix) -> MatrixExpr:
    return Diag(value.args[0])


@as_matrix.register
def _(value: sympy.KroneckerProduct) -> MatrixExpr:
    product, *rest = value.args
    for factor in rest:
        product = Kronecker(product, factor)
    return as_matrix(product)


@as_matrix.register
def _(value: sympy.BlockMatrix) -> MatrixExpr:
    grid = value.blocks
    return Block(*(list(grid[row, :]) for row in range(grid.shape[0])))


@written_as_entry.register
def _(scalar: MatrixElement) -> Entry:
    # SymPy counts from 0.
    matrix, row, col = scalar.args
    return Entry(matrix, row + 1, col + 1)


@written_as_entry.register
def _(scalar: sympy.Trace) -> Entry:
    # tr A = 1ᵀ diagonal(A)
    matrix = as_matrix(scalar.arg)
    return Entry(Ones(1, matrix.shape[0]) * DiagonalOf(matrix), 1)


@written_as_entry.register
def _(scalar: sympy.Determinant) -> Entry:
    return Entry(Determinant(scalar.arg), 1)
