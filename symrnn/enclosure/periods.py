"""The period of an expression that knows its argument through waves alone."""

from __future__ import annotations

import sympy
from sympy import Dummy, Expr

from symrnn.language.activations import X


def period_of(f: Expr) -> Expr | None:
    """A period of f, or None.

    f has one if `X` stands in it only inside sin, cos and tan of rᵢx + c, where c may be made of
    such waves itself, and the rᵢ are rational multiples of one number.
    """
    waves = f.atoms(sympy.sin, sympy.cos, sympy.tan)
    names = {wave: Dummy() for wave in waves}
    if f.xreplace(names).has(X):
        return None
    every = [wave.args[0].xreplace(names).diff(X) for wave in waves]
    rates = [rate for rate in every if rate != 0]
    if not rates or any(rate.free_symbols for rate in rates):
        return None
    ratios = [sympy.simplify(rate / rates[0]) for rate in rates]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    # rᵢ = r₀ pᵢ/q with integers pᵢ: every wave repeats after 2πq/r₀.
    return sympy.Abs(2 * sympy.pi * sympy.ilcm(1, *(ratio.q for ratio in ratios)) / rates[0])
