"""What a statement can claim: equality, inequality, a limit."""

from __future__ import annotations

from typing import Any, cast

import sympy
from sympy import Basic
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language import shapes
from symrnn.language.algebra import as_matrix, as_scalar
from symrnn.language.writing import Written


def operand(value: Any) -> Any:
    """A matrix of the language or a scalar."""
    value = sympy.sympify(value)
    return as_matrix(value) if isinstance(value, MatrixExpr) else as_scalar(value)


class Relation(Written, Basic):  # type: ignore[misc]
    """`lhs R rhs`; both are matrices of one shape, or both scalars."""

    symbol = ""

    def __new__(cls, lhs: Any, rhs: Any) -> Relation:
        lhs, rhs = operand(lhs), operand(rhs)
        if isinstance(lhs, MatrixExpr) != isinstance(rhs, MatrixExpr):
            raise IllFormedError(
                f"{cls.__name__.lower()} between a matrix and a scalar",
                {"left": str(lhs), "right": str(rhs)},
            )
        if isinstance(lhs, MatrixExpr):
            shapes.require_same(cls.__name__.lower(), lhs, rhs)
        return cast("Relation", super().__new__(cls, lhs, rhs))

    @property
    def lhs(self) -> Any:
        """The left side."""
        return self.args[0]

    @property
    def rhs(self) -> Any:
        """The right side."""
        return self.args[1]


class Equation(Relation):
    """lhs = rhs, entry by entry."""

    symbol = "="


class Inequality(Relation):
    """lhs ≤ rhs between real scalars."""

    symbol = "≤"

    def __new__(cls, lhs: Any, rhs: Any) -> Relation:
        if isinstance(operand(lhs), MatrixExpr):
            raise IllFormedError("≤ compares scalars", {"expected": "a scalar", "got": str(lhs)})
        return super().__new__(cls, lhs, rhs)


class Limit(Written, Basic):  # type: ignore[misc]
    """quantity → limit as variable → ∞."""

    symbol = "→"

    def __new__(cls, quantity: Any, variable: Any, limit: Any = 0) -> Limit:
        node = super().__new__(cls, as_scalar(quantity), sympy.sympify(variable), as_scalar(limit))
        return cast("Limit", node)

    @property
    def lhs(self) -> Any:
        """The quantity."""
        return self.args[0]

    @property
    def variable(self) -> Any:
        """What grows."""
        return self.args[1]

    @property
    def rhs(self) -> Any:
        """Where it goes."""
        return self.args[2]
