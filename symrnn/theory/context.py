"""What a step may rely on: the recurrence, hypotheses, the order of times, statements used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.core.relational import (
    GreaterThan,
    LessThan,
    Relational,
    StrictGreaterThan,
    StrictLessThan,
)

from symrnn.errors import IllFormedError
from symrnn.language.ordered import Ranged
from symrnn.language.relations import Equation, Relation
from symrnn.recurrence.elman import RNN
from symrnn.theory.order import nonnegative


@dataclass(frozen=True)
class Known:
    """A relation that may be used, with the hypotheses it itself needs."""

    source: str
    relation: Any
    needs: tuple[Any, ...] = ()
    # A hypothesis about one time is no statement about every time: nothing in it is a variable.
    general: bool = True


@dataclass(frozen=True)
class Context:
    """Facts in force at a place of a derivation.

    Args:
        rnn: the recurrence the expressions speak of.
        order: expressions known to be ≥ 0 (differences of times, of scalars).
        hypotheses: relations assumed by the part.
        statements: claims of the statements that are used, by statement name.
        induction: the claim at the time before, inside an induction step.
        positive: those of the expressions in `order` that are known to be > 0.
        varied: whether the place is under a derivative. What holds at one point only (an assumed
            equation) must not be put in there, or ∂s_0/∂s_0 would be 0 wherever s_0 is.
    """

    rnn: RNN
    order: tuple[Expr, ...] = ()
    hypotheses: tuple[Known, ...] = ()
    statements: Mapping[str, tuple[Known, ...]] = field(default_factory=dict)
    induction: tuple[Known, ...] = ()
    positive: tuple[Expr, ...] = ()
    varied: bool = False

    def assume(self, facts: Iterable[Any]) -> Context:
        """The context with more hypotheses: SymPy inequalities, or relations of the language."""
        order, hypotheses = list(self.order), list(self.hypotheses)
        positive = list(self.positive)
        for fact in facts:
            if isinstance(fact, Relational):
                order.append(_difference(fact))
                if isinstance(fact, StrictLessThan | StrictGreaterThan):
                    positive.append(sympy.expand(fact.gts - fact.lts))
            elif isinstance(fact, Relation):
                hypotheses.append(Known("hypothesis", fact, general=not isinstance(fact, Equation)))
            elif fact is not sympy.true:
                raise IllFormedError(
                    "a hypothesis must be an inequality or a relation of the language",
                    {"expected": "k <= t, Inequality(…), Equation(…)", "got": repr(fact)},
                )
        return replace(
            self, order=tuple(order), hypotheses=tuple(hypotheses), positive=tuple(positive)
        )

    def under_derivative(self) -> Context:
        """The context of what is differentiated."""
        return replace(self, varied=True)

    def is_positive(self, expression: Any) -> bool:
        """Whether `expression` > 0 by SymPy's assumptions or by a strict hypothesis."""
        expression = sympy.expand(expression)
        return bool(expression.is_positive) or any(
            sympy.expand(expression - fact).is_nonnegative for fact in self.positive
        )

    def inside(self, node: Ranged) -> Context:
        """The context inside a product or sum: its index lies within the bounds."""
        index = node.index
        within = (index - node.lower, node.upper - index, node.upper - node.lower)
        return self.binding(index).with_order(within)

    def binding(self, *indices: Symbol) -> Context:
        """The context under a binder: what is known of a free symbol of its name is not of it."""
        bound = set(indices)

        def free(known: Known) -> bool:
            return known.general or not bound & known.relation.free_symbols

        return replace(
            self,
            order=tuple(fact for fact in self.order if not bound & fact.free_symbols),
            positive=tuple(fact for fact in self.positive if not bound & fact.free_symbols),
            hypotheses=tuple(filter(free, self.hypotheses)),
            induction=tuple(filter(free, self.induction)),
        )

    def with_order(self, facts: Iterable[Expr]) -> Context:
        """The context with more expressions known to be ≥ 0."""
        return replace(self, order=(*self.order, *map(sympy.expand, facts)))

    def nonnegative(self, expression: Any) -> bool | None:
        """Whether `expression` ≥ 0: True, False, or None where it is not known.

        See `symrnn.theory.order` for what is tried.
        """
        return nonnegative(expression, self.order)


def _difference(fact: Relational) -> Expr:
    """`e` with the fact equivalent to (for integers) or implying e ≥ 0."""
    if isinstance(fact, LessThan):
        return sympy.expand(fact.rhs - fact.lhs)
    if isinstance(fact, GreaterThan):
        return sympy.expand(fact.lhs - fact.rhs)
    small, large = (
        (fact.lhs, fact.rhs) if isinstance(fact, StrictLessThan) else (fact.rhs, fact.lhs)
    )
    if not isinstance(fact, StrictLessThan | StrictGreaterThan):
        raise IllFormedError("hypothesis", {"expected": "<, ≤, > or ≥", "got": str(fact)})
    gap = sympy.expand(large - small)
    return gap - 1 if gap.is_integer else gap
