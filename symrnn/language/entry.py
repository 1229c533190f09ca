"""One entry of a matrix, with symbolic row and column (counted from 1, as on the board)."""

from __future__ import annotations

from typing import Any, cast

from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.algebra import as_matrix, written_as_entry
from symrnn.language.shapes import symbolic
from symrnn.language.writing import Written


class Entry(Written, Expr):  # type: ignore[misc]
    """A_{il}, a scalar."""

    is_commutative = True
    is_extended_real = True
    is_finite = True
    is_number = False

    def __new__(cls, matrix: Any, row: Any, col: Any = 1) -> Entry:
        matrix, row, col = as_matrix(matrix), symbolic(row), symbolic(col)
        for name, index, size in (("row", row, matrix.shape[0]), ("column", col, matrix.shape[1])):
            if (index - 1).is_negative or (size - index).is_negative:
                raise IllFormedError(
                    f"{name} {index} of {matrix}", {"expected": f"1 … {size}", "got": index}
                )
        return cast("Entry", super().__new__(cls, matrix, row, col))

    @property
    def matrix(self) -> MatrixExpr:
        """The matrix it is taken from."""
        return self.args[0]

    def doit(self, **hints: Any) -> Entry:
        return Entry(self.matrix.doit(**hints), *self.args[1:])


def entry(matrix: Any, row: Any, col: Any = 1) -> Entry:
    """Entry (row, col) of a matrix, counted from 1; the only column of a vector by default."""
    return Entry(matrix, row, col)


@written_as_entry.register
def _(scalar: MatrixExpr) -> Entry:
    return Entry(scalar, 1)
