"""What follows about times from the hypotheses: linear inequalities between integers.

Coq's times are natural numbers, whose subtraction is cut off at 0. So t - k is printed only where
the hypotheses say that it is no negative number: there both layers mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan

Facts = tuple[Expr, ...]
"""Integer expressions that are at least 0."""

_Row = dict[Symbol | None, Fraction]
"""A linear expression: a coefficient for each symbol, and for None the constant."""

MOST = 400
"""Inequalities that are looked at; beyond, nothing is shown."""


def facts_of(given: Iterable[Any]) -> Facts:
    """What order relations between integers say."""
    found = []
    for fact in given:
        if isinstance(fact, Relational) and not isinstance(fact, sympy.Eq | sympy.Ne):
            gap = fact.gts - fact.lts
            if fact.lts.is_integer and fact.gts.is_integer:
                strict = isinstance(fact, StrictLessThan | StrictGreaterThan)
                found.append(sympy.expand(gap - 1 if strict else gap))
    return tuple(found)


def ranging(facts: Facts, index: Symbol, lower: Any, upper: Any) -> Facts:
    """What holds inside a range as well: its index lies between its bounds.

    The upper one is ∞ where the range has no end.
    """
    kept = tuple(fact for fact in facts if index not in fact.free_symbols)
    if index in lower.free_symbols | upper.free_symbols:
        return kept  # the bounds speak of another time of this name
    bounds = (index - lower, *(() if upper is sympy.oo else (upper - index,)))
    return (*kept, *map(sympy.expand, bounds))


def at_least_zero(expression: Any, facts: Facts, natural: bool = True) -> bool:
    """Whether the facts imply that an integer expression is at least 0.

    False where it is not known. By Fourier–Motzkin elimination: the expression is at most -1 and
    the facts hold, which must come out contradictory for all rational numbers.

    Args:
        expression: with integer values.
        facts: what is known.
        natural: whether every symbol is taken to be at least 0.
    """
    negated = _row(-sympy.expand(expression) - 1)
    if negated is None:
        return False
    rows = [negated, *(row for row in map(_row, facts) if row is not None)]
    symbols = {symbol for row in rows for symbol in row if symbol is not None}
    if natural:
        rows += [{symbol: Fraction(1)} for symbol in symbols]
    for symbol in sorted(symbols, key=str):
        above = [row for row in rows if row.get(symbol, 0) > 0]
        below = [row for row in rows if row.get(symbol, 0) < 0]
        rows = [row for row in rows if not row.get(symbol)]
        rows += [_without(symbol, more, less) for more in above for less in below]
        if len(rows) > MOST:
            return False
    return any(row.get(None, Fraction(0)) < 0 for row in rows)


def _row(expression: Expr) -> _Row | None:
    """The coefficients of a linear expression; None where it is not linear."""
    found: _Row = {}
    for term in sympy.Add.make_args(sympy.expand(expression)):
        number, atom = term.as_coeff_Mul()
        if not number.is_Rational or not (isinstance(atom, Symbol) or atom == 1):
            return None
        place = atom if isinstance(atom, Symbol) else None
        found[place] = found.get(place, Fraction(0)) + Fraction(int(number.p), int(number.q))
    return found


def _without(symbol: Symbol, more: _Row, less: _Row) -> _Row:
    """The sum of two rows, weighed so that the symbol falls out."""
    a, b = more[symbol], -less[symbol]
    places = {place for row in (more, less) for place in row} - {symbol}
    return {
        place: b * more.get(place, Fraction(0)) + a * less.get(place, Fraction(0))
        for place in places
    }
