"""Whether a scalar with maxima and minima in it is ≥ 0: by slack, or by cases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Dummy, Expr, Max, Min

if TYPE_CHECKING:
    from symrnn.theory.context import Context

DEPTH = 3
"""How many different maxima and minima are opened, one within the other's cases."""


def nonnegative_by_cases(expression: Any, context: Context, depth: int = DEPTH) -> bool:
    """Whether `expression` ≥ 0 wherever it is defined; False also where that is not known.

    A fraction is ≥ 0 with numerator and denominator. max(x, y) is x + r for some r ≥ 0, which may
    already decide; otherwise it is x where x ≥ y and y where y ≥ x, and each case must decide.
    """
    numerator, denominator = sympy.fraction(sympy.together(expression))
    if denominator != 1:
        return all(nonnegative_by_cases(part, context, depth) for part in (numerator, denominator))
    if context.from_facts(expression):
        return True
    extremes = sorted(expression.atoms(Max, Min), key=sympy.default_sort_key)
    if not extremes or depth == 0:
        return False
    return any(
        _by_slack(expression, extreme, context, depth) or _each(expression, extreme, context, depth)
        for extreme in extremes
    )


def _by_slack(expression: Expr, extreme: Expr, context: Context, depth: int) -> bool:
    sign = 1 if isinstance(extreme, Max) else -1
    return any(
        nonnegative_by_cases(
            expression.xreplace({extreme: value + sign * Dummy("r", nonnegative=True)}),
            context,
            depth - 1,
        )
        for value in extreme.args
    )


def _each(expression: Expr, extreme: Expr, context: Context, depth: int) -> bool:
    sign = 1 if isinstance(extreme, Max) else -1
    for value in extreme.args:
        gaps = (sympy.expand(sign * (value - other)) for other in extreme.args if other != value)
        case = replace(context, order=(*context.order, *gaps))
        if not nonnegative_by_cases(expression.xreplace({extreme: value}), case, depth - 1):
            return False
    return True
