"""Whether a function has a pole in a narrow ball."""

from __future__ import annotations

from collections.abc import Iterable

import sympy
from flint import arb
from sympy import Expr, Mul

from symrnn.enclosure.balls import ball, jet
from symrnn.language.activations import X


def has_pole(f: Expr, near: arb, ends: Iterable[Expr] = ()) -> bool:
    """Whether |f| is seen to be unbounded near a place.

    It is if the numerator does not vanish there and a factor of the denominator does: at an end of
    the interval exactly, inside it since its sign changes.

    Args:
        f: an expression without kinks.
        near: a narrow ball.
        ends: the ends of the interval on which f is looked at.
    """
    whole = sympy.together(f.replace(sympy.tan, _by_sine))
    numerator, denominator = sympy.fraction(whole)
    # Somewhat wider, so that a zero at the end of a box lies inside.
    width = 2 * near.rad() + arb(2) ** -60 * (1 + near.abs_upper())
    left, right = near.mid() - width, near.mid() + width
    between = left.union(right)
    bases = [b for b in (g.as_base_exp()[0] for g in Mul.make_args(denominator)) if b.has(X)]
    for end in ends:
        if end.is_finite and ball(end).overlaps(between):
            top = ball(numerator.subs(X, end))
            vanishes = any(sympy.simplify(base.subs(X, end)) == 0 for base in bases)
            return vanishes and bool(top > 0 or top < 0)
    top = jet(numerator, between, 1)[0]
    return bool(top > 0 or top < 0) and any(_changes_sign(base, left, right) for base in bases)


def _changes_sign(f: Expr, left: arb, right: arb) -> bool:
    here, there = jet(f, left, 1)[0], jet(f, right, 1)[0]
    return bool((here < 0 and there > 0) or (here > 0 and there < 0))


def _by_sine(argument: Expr) -> Expr:
    return sympy.sin(argument) / sympy.cos(argument)
