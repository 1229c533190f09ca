"""Nodes that place entries: diagonals, stacks and blocks, rows, Kronecker and Hadamard products."""

from __future__ import annotations

from typing import Any, cast

import sympy
from sympy import Expr, Tuple
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, ShapeError
from symrnn.language import shapes
from symrnn.language.algebra import (
    Identity,
    MatrixNode,
    MatrixProduct,
    Ones,
    Zeros,
    as_matrix,
    split_coefficient,
)
from symrnn.language.shapes import Shape, symbolic


class Diag(MatrixNode):
    """diag(v), the n × n diagonal matrix of a column v."""

    def __new__(cls, vector: Any) -> MatrixExpr:
        vector = as_matrix(vector)
        shapes.require_column("diag", vector)
        size = vector.shape[0]
        scale, core = split_coefficient(vector)
        if isinstance(core, Ones):
            return MatrixProduct(scale, Identity(size))
        if isinstance(vector, Zeros):
            return Zeros(size, size)
        return vector if shapes.is_scalar(vector) else super().__new__(cls, vector)

    @property
    def shape(self) -> Shape:
        return (self.args[0].shape[0], self.args[0].shape[0])


class DiagonalOf(MatrixNode):
    """The diagonal of a square matrix as a column: the transpose of the linear map diag."""

    def __new__(cls, matrix: Any) -> MatrixExpr:
        matrix = as_matrix(matrix)
        shapes.require_square("diagonal", matrix)
        if isinstance(matrix, Diag):
            return matrix.args[0]
        return matrix if shapes.is_scalar(matrix) else super().__new__(cls, matrix)

    @property
    def shape(self) -> Shape:
        return (self.args[0].shape[0], sympy.S.One)


def traced(matrix: MatrixExpr) -> MatrixExpr | None:
    """The matrix whose trace a 1 × 1 matrix is, 1ᵀ diagonal(A); None for any other."""
    factors = matrix.factors if isinstance(matrix, MatrixProduct) else ()
    if len(factors) != 2 or matrix.coefficient != 1 or not isinstance(factors[1], DiagonalOf):
        return None
    return factors[1].args[0] if isinstance(factors[0], Ones) else None


class Hadamard(MatrixNode):
    """A ⊙ B ⊙ …, entry by entry."""

    def __new__(cls, *factors: Any) -> MatrixExpr:
        flat: list[MatrixExpr] = []
        for factor in map(as_matrix, factors):
            flat.extend(factor.args if isinstance(factor, Hadamard) else [factor])
        if not flat:
            raise IllFormedError("a Hadamard product needs at least one factor")
        shapes.require_same("Hadamard product", *flat)
        if any(isinstance(factor, Zeros) for factor in flat):
            return Zeros(*flat[0].shape)
        kept = [factor for factor in flat if not isinstance(factor, Ones)] or flat[:1]
        return kept[0] if len(kept) == 1 else super().__new__(cls, *kept)

    @property
    def shape(self) -> Shape:
        return cast(Shape, self.args[0].shape)


class Kronecker(MatrixNode):
    """A ⊗ B: entry (ip + r, jq + s) is A_ij B_rs, with B p × q."""

    def __new__(cls, left: Any, right: Any) -> MatrixExpr:
        left, right = as_matrix(left), as_matrix(right)
        if shapes.is_scalar(left) and isinstance(left, Identity):
            return right
        if shapes.is_scalar(right) and isinstance(right, Identity):
            return left
        if isinstance(left, Identity) and isinstance(right, Identity):
            return Identity(left.shape[0] * right.shape[0])
        if isinstance(left, Zeros) or isinstance(right, Zeros):
            return Zeros(left.shape[0] * right.shape[0], left.shape[1] * right.shape[1])
        return super().__new__(cls, left, right)

    @property
    def shape(self) -> Shape:
        (m, n), (p, q) = self.args[0].shape, self.args[1].shape
        return (m * p, n * q)


class Vec(MatrixNode):
    """vec(A): the columns of A, one below the other."""

    def __new__(cls, matrix: Any) -> MatrixExpr:
        matrix = as_matrix(matrix)
        if isinstance(matrix, Unvec):
            return matrix.args[0]
        return matrix if shapes.is_column(matrix) else super().__new__(cls, matrix)

    @property
    def shape(self) -> Shape:
        rows, cols = self.args[0].shape
        return (rows * cols, sympy.S.One)


class Unvec(MatrixNode):
    """The rows × cols matrix whose columns are stacked in v: the inverse and transpose of vec."""

    def __new__(cls, vector: Any, rows: Any, cols: Any) -> MatrixExpr:
        vector, rows, cols = as_matrix(vector), symbolic(rows), symbolic(cols)
        shapes.require_column("unvec", vector)
        if not shapes.same_size(vector.shape[0], rows * cols):
            raise ShapeError(
                f"unvec: {shapes.show(vector.shape)} does not fill {rows} × {cols}",
                {"expected": f"{rows * cols} × 1", "got": shapes.show(vector.shape)},
            )
        if shapes.same_size(cols, 1):
            return vector
        inner = vector.args[0] if isinstance(vector, Vec) else None
        if inner is not None and shapes.same_shape(inner.shape, (rows, cols)):
            return inner
        return super().__new__(cls, vector, rows, cols)

    @property
    def shape(self) -> Shape:
        return (self.args[1], self.args[2])


class Block(MatrixNode):
    """A matrix of blocks; `args` is one `Tuple` of blocks a row."""

    def __new__(cls, *rows: Any) -> MatrixExpr:
        grid = [[as_matrix(block) for block in row] for row in rows]
        if not grid or not grid[0]:
            raise IllFormedError("a block matrix needs at least one block")
        if any(len(row) != len(grid[0]) for row in grid):
            raise ShapeError(
                "block matrix: rows of unequal length",
                {"expected": f"{len(grid[0])} blocks a row", "got": [len(row) for row in grid]},
            )
        for row in grid:
            shapes.require_same("block row", *(Ones(block.shape[0]) for block in row))
        for column in zip(*grid, strict=True):
            shapes.require_same("block column", *(Ones(block.shape[1]) for block in column))
        if len(grid) == len(grid[0]) == 1:
            return grid[0][0]
        if all(isinstance(block, Zeros) for row in grid for block in row):
            rows_total = sum(row[0].shape[0] for row in grid)
            return Zeros(rows_total, sum(block.shape[1] for block in grid[0]))
        return super().__new__(cls, *(Tuple(*row) for row in grid))

    @property
    def shape(self) -> Shape:
        height: Expr = sum((row[0].shape[0] for row in self.args), sympy.S.Zero)
        width: Expr = sum((block.shape[1] for block in self.args[0]), sympy.S.Zero)
        return (height, width)


def stack(*vectors: Any) -> MatrixExpr:
    """Columns one below the other."""
    return Block(*([vector] for vector in vectors))


class Rows(MatrixNode):
    """`count` rows of a matrix from row `start` on (counted from 0)."""

    def __new__(cls, matrix: Any, start: Any, count: Any) -> MatrixExpr:
        matrix, start, count = as_matrix(matrix), symbolic(start), symbolic(count)
        if start == 0 and shapes.same_size(count, matrix.shape[0]):
            return matrix
        beyond = matrix.shape[0] - start - count
        if start.is_negative or count.is_negative or beyond.is_negative:
            raise ShapeError(
                f"rows {start} … {start + count - 1} of a {shapes.show(matrix.shape)} matrix",
                {"expected": f"rows within 0 … {matrix.shape[0] - 1}", "got": f"{start}, {count}"},
            )
        if isinstance(matrix, Zeros):
            return Zeros(count, matrix.shape[1])
        if isinstance(matrix, Block):
            offset: Expr = sympy.S.Zero
            for row in matrix.args:
                if shapes.same_size(offset, start) and shapes.same_size(row[0].shape[0], count):
                    return Block(row)
                offset += row[0].shape[0]
        return super().__new__(cls, matrix, start, count)

    @property
    def shape(self) -> Shape:
        return (self.args[2], self.args[0].shape[1])


class Place(MatrixNode):
    """A matrix set into `total` rows of zeros from row `start` on: the transpose of `Rows`."""

    def __new__(cls, matrix: Any, start: Any, total: Any) -> MatrixExpr:
        matrix, start, total = as_matrix(matrix), symbolic(start), symbolic(total)
        if start == 0 and shapes.same_size(total, matrix.shape[0]):
            return matrix
        if (total - start - matrix.shape[0]).is_negative or start.is_negative:
            raise ShapeError(
                f"{shapes.show(matrix.shape)} does not fit into {total} rows from row {start} on",
                {"expected": f"start + rows ≤ {total}", "got": f"{start + matrix.shape[0]}"},
            )
        if isinstance(matrix, Zeros):
            return Zeros(total, matrix.shape[1])
        return super().__new__(cls, matrix, start, total)

    @property
    def shape(self) -> Shape:
        return (self.args[2], self.args[0].shape[1])
