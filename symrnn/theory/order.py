"""What is ≥ 0, given what is known to be: from sums of facts, and by cases for max and min."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import sympy
from sympy import Dummy, Expr, Max, Min

Order = tuple[Expr, ...]
"""Expressions known to be ≥ 0."""

DEPTH = 3
"""How many different maxima and minima are opened, one within the other's cases."""


def nonnegative(expression: Any, order: Order) -> bool | None:
    """Whether `expression` ≥ 0: True, False, or None where it is not known.

    Tried: SymPy's assumptions, sums of at most two facts, and cases where a maximum or a minimum
    is in it.
    """
    expression = sympy.sympify(expression)
    known = from_facts(expression, order)
    if known is None and expression.has(Max, Min):
        return _by_cases(expression, order, DEPTH) or None
    return known


def from_facts(expression: Expr, order: Order) -> bool | None:
    """As `nonnegative`, without cases."""
    expression = sympy.expand(expression)
    if expression.is_nonnegative is not None:
        return bool(expression.is_nonnegative)
    if _a_sum_leaves_nonnegative(expression, order):
        return True
    negated = sympy.expand(-expression - 1)
    if negated.is_integer and _a_sum_leaves_nonnegative(negated, order):
        return False
    return None


def _a_sum_leaves_nonnegative(expression: Expr, order: Order) -> bool:
    sums = combinations_with_replacement((sympy.S.Zero, *order), 2)
    return any(sympy.expand(expression - sum(pair)).is_nonnegative for pair in sums)


def _by_cases(expression: Expr, order: Order, depth: int) -> bool:
    """Whether `expression` ≥ 0 wherever it is defined; False also where that is not known.

    A fraction is ≥ 0 with numerator and denominator. max(x, y) is x + r for some r ≥ 0, which may
    already decide; otherwise it is x where x ≥ y and y where y ≥ x, and each case must decide.
    """
    numerator, denominator = sympy.fraction(sympy.together(expression))
    if denominator != 1:
        return all(_by_cases(part, order, depth) for part in (numerator, denominator))
    if from_facts(expression, order):
        return True
    extremes = sorted(expression.atoms(Max, Min), key=sympy.default_sort_key)
    if not extremes or depth == 0:
        return False
    return any(
        _by_slack(expression, extreme, order, depth) or _each(expression, extreme, order, depth)
        for extreme in extremes
    )


def _by_slack(expression: Expr, extreme: Expr, order: Order, depth: int) -> bool:
    sign = 1 if isinstance(extreme, Max) else -1
    slack = sign * Dummy("r", nonnegative=True)
    return any(
        _by_cases(expression.xreplace({extreme: value + slack}), order, depth - 1)
        for value in extreme.args
    )


def _each(expression: Expr, extreme: Expr, order: Order, depth: int) -> bool:
    sign = 1 if isinstance(extreme, Max) else -1
    for value in extreme.args:
        gaps = (sympy.expand(sign * (value - other)) for other in extreme.args if other != value)
        if not _by_cases(expression.xreplace({extreme: value}), (*order, *gaps), depth - 1):
            return False
    return True
