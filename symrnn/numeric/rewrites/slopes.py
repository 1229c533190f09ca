"""Whether σ′ through σ keeps its digits: where it does, it is run from values there already."""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import Lambda

from symrnn.language.activations import Activation, X


@lru_cache(maxsize=256)
def keeps_digits(polynomial: Lambda, activation: Activation) -> bool:
    """Whether p(s) loses nothing that s = σ(a) has: |s p′(s)| ≤ `MAGNIFIED` |p(s)| for all a.

    s carries a rounding error; p multiplies its relative size by s p′(s)/p(s). For e^x it is 1; for
    1 - s², s near 1, it is what makes the slope of a saturated unit worthless.
    """
    p = polynomial(X)
    if not p.has(X):
        return True
    (variable,) = activation.function.variables
    formula = activation.function.expr.xreplace({variable: X})
    for a in _SIZES:
        value = sympy.N(formula.subs(X, a), 200)
        share, slope = sympy.N(value * p.diff(X).subs(X, value)), sympy.N(p.subs(X, value))
        if not abs(share) <= MAGNIFIED * abs(slope):
            return False
    return True


MAGNIFIED = 2
_SIZES = [sign * sympy.Rational(n, 4) for n in (0, 1, 2, 4, 7, 12, 20, 33, 60) for sign in (1, -1)]
