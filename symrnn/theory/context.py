"""What a step may rely on: the recurrence, hypotheses, the order of times, theorems proved before.

Nothing here is trusted: it says what a rule may try, the kernel what it may do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sympy
from sympy import Expr, Symbol

from symrnn.errors import IllFormedError, SymrnnError
from symrnn.kernel import Fact, Theorem
from symrnn.kernel.binders import within
from symrnn.kernel.recurrences import Hypothesis, hypothesis
from symrnn.language.relations import ForAll
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence
from symrnn.theory.about import Subject


@dataclass(frozen=True)
class Context:
    """Facts in force at a place of a derivation.

    Args:
        rnn: the recurrence the expressions speak of.
        given: the hypotheses.
        statements: the theorems of the statements that are used, by statement name.
        earlier: the claim at the time before, inside an induction step.
        here: what the ranges around the place say of their indices.
    """

    rnn: Subject
    given: tuple[Hypothesis, ...] = ()
    statements: Mapping[str, tuple[Theorem, ...]] = field(default_factory=dict)
    earlier: Any = None
    here: tuple[Fact, ...] = ()

    @property
    def cell(self) -> Recurrence:
        """The definitions."""
        return self.rnn.recurrence

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is known of numbers and times."""
        return (*(each for each in self.given if isinstance(each, Fact)), *self.here)

    @property
    def order(self) -> tuple[Expr, ...]:
        """Expressions known to be ≥ 0."""
        return tuple(fact.expression for fact in self.facts)

    @property
    def for_all(self) -> tuple[ForAll, ...]:
        """Hypotheses about all times."""
        return tuple(each for each in self.given if isinstance(each, ForAll))

    def assume(self, facts: Iterable[Any]) -> Context:
        """The context with more hypotheses: inequalities, or relations of the language."""
        more = []
        for fact in facts:
            if fact is sympy.true:
                continue
            try:
                more.append(hypothesis(fact))
            except IllFormedError as error:
                raise IllFormedError(
                    "a hypothesis must be an inequality or a relation of the language",
                    {"expected": "k <= t, Inequality(…), Equation(…), for_all(…)", **error.detail},
                ) from error
        return replace(self, given=(*self.given, *more))

    def inside(self, node: Any) -> Context:
        """The context under a sum or a product over times: its index lies within the range."""
        return replace(self, here=(*self.here, *map(Fact.nonnegative, within(node))))

    def nonnegative(self, expression: Any) -> bool:
        """Whether `expression` ≥ 0 is known; False also where it is not."""
        return Fact.nonnegative(symbolic(expression)).follows_from(self.facts)

    def is_positive(self, expression: Any) -> bool:
        """Whether `expression` > 0 is known; False also where it is not."""
        return Fact.positive(symbolic(expression)).follows_from(self.facts)


def attempt(make: Any, *arguments: Any, **options: Any) -> Theorem | None:
    """A theorem, or None where the kernel refuses it: a search goes on."""
    try:
        theorem: Theorem = make(*arguments, **options)
    except SymrnnError:
        return None
    return theorem


def times_in(node: Any) -> list[Expr]:
    """The times that occur in a term, those of vectors first, each once."""
    indices = [vector.index for vector in node.atoms(TimeVector)]
    symbols = [each for each in node.free_symbols if isinstance(each, Symbol) and each.is_integer]
    return list(dict.fromkeys(sorted([*indices, *symbols], key=sympy.default_sort_key)))
