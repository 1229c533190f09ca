"""What hypotheses say of leaves and of scalars, for those who have to meet them with numbers."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Symbol

from symrnn.errors import EvidenceError
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence


def fixes_leaf(fact: Any, recurrence: Recurrence) -> bool:
    """Whether a hypothesis gives a parameter, or a vector that nothing defines, its value.

    Of a vector that is defined it says what the numbers must be: it is a condition.
    """
    if not isinstance(fact, Equation):
        return False
    leaf = fact.lhs
    if not isinstance(leaf, TimeVector):
        return isinstance(leaf, sympy.MatrixSymbol)
    if leaf.sequence not in {defined.sequence for defined in recurrence.definitions}:
        return True
    return bool(leaf.index == 0) and recurrence.is_state(leaf)


def gives_scalar(fact: Any) -> bool:
    """Whether a hypothesis gives a scalar symbol its value, or the least it may be."""
    if isinstance(fact, Equation):
        return isinstance(fact.lhs, Symbol)
    # m φ + 1 ≤ m says what m may be, but not from where on.
    least = isinstance(fact, Inequality) and isinstance(fact.rhs, Symbol)
    return least and fact.rhs not in fact.lhs.free_symbols


def _giving(fact: Any) -> Any:
    """A hypothesis as one that gives a scalar: of 1 + φ m ≤ m this is 1/(1 - φ) ≤ m.

    That is no more than where to look: such a hypothesis is a condition as well.
    """
    if gives_scalar(fact):
        return fact
    if isinstance(fact, Inequality) and isinstance(fact.rhs, Symbol):
        symbol = fact.rhs
        slope = symbolic(fact.lhs).diff(symbol)
        if slope.is_commutative and symbol not in slope.free_symbols and slope != 1:
            return Inequality(fact.lhs.subs(symbol, 0) / (1 - slope), symbol)
    return None


def scalars_given(facts: tuple[Any, ...]) -> list[tuple[Symbol, list[Any], bool]]:
    """Scalars with what gives or bounds them, each after those that this speaks of.

    Returns:
        the symbol, the expressions, and whether it is equal to the one expression there is, or
        at least as large as all of them.

    Raises:
        EvidenceError: a symbol is given twice, or by itself.
    """
    given: dict[Symbol, tuple[list[Any], bool]] = {}
    for fact in filter(None, map(_giving, facts)):
        exact = isinstance(fact, Equation)
        symbol, by = (fact.lhs, fact.rhs) if exact else (fact.rhs, fact.lhs)
        expressions, before = given.setdefault(symbol, ([], exact))
        if expressions and (exact or before):
            raise EvidenceError(f"{symbol} is given twice", {"by": [*expressions, by]})
        expressions.append(by)
    ordered: list[tuple[Symbol, list[Any], bool]] = []
    while given:
        ready = [
            symbol
            for symbol, (expressions, _) in given.items()
            if not any(expression.free_symbols & given.keys() for expression in expressions)
        ]
        if not ready:
            raise EvidenceError("scalars are bounded in a circle", {"symbols": list(given)})
        ordered.extend((symbol, *given.pop(symbol)) for symbol in ready)
    return ordered
