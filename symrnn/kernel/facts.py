"""Facts about numbers: e ≥ 0 or e > 0; and what one fact says of another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr
from sympy.core.relational import GreaterThan, LessThan, StrictGreaterThan, StrictLessThan

from symrnn.errors import IllFormedError
from symrnn.kernel.order import proves
from symrnn.language.relations import Inequality
from symrnn.language.shapes import symbolic
from symrnn.language.writing import text


@dataclass(frozen=True)
class Fact:
    """`expression` ≥ 0, or > 0 where `strict`; of integers only ≥ 0 is used."""

    expression: Expr
    strict: bool = False

    @classmethod
    def nonnegative(cls, expression: Any) -> Fact:
        """0 ≤ expression."""
        return cls(sympy.expand(symbolic(expression)))

    @classmethod
    def positive(cls, expression: Any) -> Fact:
        """0 < expression; for integers 0 ≤ expression - 1."""
        expression = sympy.expand(symbolic(expression))
        return cls(expression - 1) if expression.is_integer else cls(expression, True)

    @classmethod
    def nonzero(cls, expression: Any) -> Fact:
        """0 < expression²."""
        return cls(symbolic(expression) ** 2, True)

    @classmethod
    def of(cls, relation: Any) -> Fact:
        """A SymPy inequality, or an `Inequality` of the language, as a fact.

        Raises:
            IllFormedError: for anything else.
        """
        match relation:
            case LessThan() | GreaterThan():
                return cls.nonnegative(relation.gts - relation.lts)
            case StrictLessThan() | StrictGreaterThan():
                return cls.positive(relation.gts - relation.lts)
            case Inequality():
                return cls.nonnegative(relation.rhs - relation.lhs)
        raise IllFormedError(
            "a fact about numbers must be an inequality",
            {"expected": "<, ≤, > or ≥", "got": repr(relation)},
        )

    @property
    def free_symbols(self) -> set[Any]:
        """What occurs in it."""
        return set(self.expression.free_symbols)

    def follows_from(self, known: Iterable[Fact]) -> bool:
        """Whether the order procedure derives it from facts; False also where it is not known."""
        facts = tuple((fact.expression, fact.strict) for fact in known)
        return proves(self.expression, self.strict, facts)

    def __str__(self) -> str:
        return f"0 {'<' if self.strict else '≤'} {text(self.expression)}"
