"""Whether a function has a pole in a narrow ball."""

from __future__ import annotations

import sympy
from flint import arb
from sympy import Expr, Mul

from symrnn.language.activations import X
from symrnn.language.balls import jet


def has_pole(f: Expr, near: arb) -> bool:
    """Whether |f| is seen to be unbounded near a place.

    It is if numerator and denominator are continuous there, the numerator does not vanish, and a
    factor of the denominator does, since its sign changes.

    Args:
        f: an expression without kinks.
        near: a narrow ball.
    """
    whole = sympy.together(f.replace(sympy.tan, _by_sine))
    numerator, denominator = sympy.fraction(whole)
    # Somewhat wider, so that a zero at the end of a box lies inside.
    width = 2 * near.rad() + arb(2) ** -60 * (1 + near.abs_upper())
    left, right = near.mid() - width, near.mid() + width
    between = left.union(right)
    factors = [(g, *g.as_base_exp()) for g in Mul.make_args(denominator) if g.has(X)]
    # Only of a constant power the base stands for the factor: not of e^{1/x²}.
    bases = [base if exponent.is_Rational else g for g, base, exponent in factors]
    # A base that is not finite there may outweigh the zero of another, as e^{1/x²} does.
    if not all(jet(base, between, 1)[0].is_finite() for base in bases):
        return False
    top = jet(numerator, between, 1)[0]
    return bool(top > 0 or top < 0) and any(_changes_sign(base, left, right) for base in bases)


def _changes_sign(f: Expr, left: arb, right: arb) -> bool:
    here, there = jet(f, left, 1)[0], jet(f, right, 1)[0]
    return bool((here < 0 and there > 0) or (here > 0 and there < 0))


def _by_sine(argument: Expr) -> Expr:
    return sympy.sin(argument) / sympy.cos(argument)
