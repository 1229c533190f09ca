"""How a function of one variable is written out, as a lecturer would: from its formula alone.

Where a formula has kinks or jumps, what holds between them: 1[a > 0], or cases. What is made of
e^x and e^{-x} as the logistic function makes it is written by that:
logistic′ = logistic (1 - logistic).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy
from sympy import Expr, S, Symbol
from sympy.polys.polyerrors import PolynomialError

from symrnn.errors import SymrnnError
from symrnn.language.activations import FORMULAS, X
from symrnn.language.kinks import KINKS, between, kinks_of, without_kinks

LOGISTIC = Symbol("logistic", real=True)
"""Stands for logistic(x) in what is shown."""


@dataclass(frozen=True)
class Case:
    """A smooth formula, and the ends between which it holds; an end may be infinite."""

    formula: Expr
    low: Expr
    high: Expr


@lru_cache(maxsize=256)
def shown(formula: Expr) -> Any:
    """The formula as it is written out: one in `X`, maybe with `LOGISTIC`, or a tuple of cases,
    of which the first holds on the left.

    Args:
        formula: in `X`; one whose kinks are not found comes back as it is.
    """
    # What SymPy writes for the slope of a jump is 0 but at the jump, where there is no slope.
    formula = formula.replace(sympy.DiracDelta, lambda *_: S.Zero)
    if not formula.has(*KINKS):
        return _by_logistic(formula)
    try:
        cases = _cases(formula)
    except SymrnnError:
        return formula
    match cases:
        case ():
            return formula
        case (Case(only, _, _),):
            return _by_logistic(only)
        case (Case(left, _, S.Zero), Case(right, _, _)) if (
            sympy.simplify(left.subs(X, -X) - right) == 0
        ):
            # Even: x stands in it as |x|.
            return right.subs(X, sympy.Abs(X))
        case _:
            return cases


def condition(case: Case, x: str, number: Callable[[Expr], str]) -> str:
    """Where a case holds: `x` between its ends, which `number` writes."""
    low = "" if case.low == -sympy.oo else number(case.low)
    high = "" if case.high == sympy.oo else number(case.high)
    if low and high:
        return f"{low} < {x} < {high}"
    return f"{x} > {low}" if low else f"{x} < {high}"


def indicated(cases: tuple[Case, ...]) -> Case | None:
    """The one case that is 1, where all others are 0: what 1[…] is written for."""
    ones = [case for case in cases if case.formula == 1]
    zeros = [case for case in cases if case.formula == 0]
    return ones[0] if len(ones) == 1 and len(ones) + len(zeros) == len(cases) else None


def _cases(formula: Expr) -> tuple[Case, ...]:
    points = kinks_of(formula)
    if points is None:
        return ()
    found: list[Case] = []
    for low, high in pairwise((-sympy.oo, *points, sympy.oo)):
        smooth = _short(without_kinks(formula, between(low, high)))
        if found and sympy.simplify(found[-1].formula - smooth) == 0:
            found[-1] = Case(found[-1].formula, found[-1].low, high)
        else:
            found.append(Case(smooth, low, high))
    return tuple(found)


def _short(smooth: Expr) -> Expr:
    if smooth.is_rational_function(X):
        return sympy.factor(smooth)
    return _by_logistic(sympy.simplify(smooth) if smooth.has(sympy.exp) else smooth)


def _by_logistic(formula: Expr) -> Expr:
    """The formula as a polynomial in logistic(x) and x, where it is one; else as it is."""
    if formula == FORMULAS["logistic"] or not formula.has(sympy.exp):
        return formula
    powers = {sympy.exp(-X): (1 - LOGISTIC) / LOGISTIC, sympy.exp(X): LOGISTIC / (1 - LOGISTIC)}
    rational = formula.subs(powers)
    if rational.has(sympy.exp):
        return formula
    try:
        made = sympy.cancel(sympy.together(rational))
        polynomial = made.is_polynomial(LOGISTIC, X)
    except PolynomialError:
        return formula
    return _turned(sympy.factor(made)) if polynomial else formula


def _turned(product: Expr) -> Expr:
    """1 - logistic, not logistic - 1: factors whose term of highest degree there is positive."""
    coefficient, factors = product.as_coeff_mul()
    turned = [coefficient]
    for factor in factors:
        leading = sympy.Poly(factor, LOGISTIC, X).LC() if factor.is_Add else S.Zero
        turned += [S.NegativeOne, sympy.collect(-factor, X)] if leading > 0 else [factor]
    sign, *others = sympy.Mul(*turned).as_coeff_mul()
    return sympy.Mul(sign, *(each for group in others for each in group))
