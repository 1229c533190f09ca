"""What a statement can claim or assume: equality, inequality, a limit, a relation at all times."""

from __future__ import annotations

from typing import Any, cast

from sympy import Basic, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language import shapes
from symrnn.language.algebra import as_matrix, as_scalar
from symrnn.language.shapes import symbolic
from symrnn.language.writing import Written


def operand(value: Any) -> Any:
    """A matrix of the language or a scalar."""
    value = symbolic(value)
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
        node = super().__new__(cls, as_scalar(quantity), symbolic(variable), as_scalar(limit))
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


class ForAll(Written, Basic):  # type: ignore[misc]
    """A relation at every integer time from `since` on: a hypothesis about all times at once.

    A hypothesis in which a time stands free is about that one time only.
    """

    def __new__(cls, index: Any, relation: Relation, since: Any = 1) -> ForAll:
        if not isinstance(index, Symbol) or not index.is_integer:
            raise IllFormedError(
                "what holds for all times needs a time to range over",
                {"expected": "an integer symbol", "got": repr(index)},
            )
        if not isinstance(relation, Equation | Inequality):
            raise IllFormedError(
                "what holds for all times must be an equation or an inequality",
                {"expected": "Equation(…) or Inequality(…)", "got": repr(relation)},
            )
        since = as_scalar(since)
        if index in since.free_symbols:
            raise IllFormedError(
                "the first time must not depend on the time that ranges",
                {"expected": f"an expression without {index}", "got": str(since)},
            )
        return cast("ForAll", super().__new__(cls, index, relation, since))

    @property
    def index(self) -> Symbol:
        """The time, bound here."""
        return self.args[0]

    @property
    def relation(self) -> Relation:
        """What holds at each time."""
        return cast("Relation", self.args[1])

    @property
    def since(self) -> Any:
        """The first time."""
        return self.args[2]

    @property
    def free_symbols(self) -> set[Any]:
        return set(self.relation.free_symbols - {self.index}) | set(self.since.free_symbols)

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.index]


def for_all(index: Any, relation: Relation, since: Any = 1) -> ForAll:
    """The hypothesis that `relation` holds at every time `index` ≥ `since`; see `ForAll`."""
    return ForAll(index, relation, since)


class Smooth(Written, Basic):  # type: ignore[misc]
    """σ is differentiable at every entry of a matrix: a hypothesis for a σ that has kinks."""

    def __new__(cls, activation: Any, matrix: Any) -> Smooth:
        return cast("Smooth", super().__new__(cls, activation, as_matrix(matrix)))
