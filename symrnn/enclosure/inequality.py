"""An inequality between two functions of one real variable, enclosed over the whole line."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import sympy
from flint import arb, ctx
from sympy import Expr

from symrnn.enclosure.adversary import NotRealError, highest
from symrnn.enclosure.budget import budget
from symrnn.enclosure.slope import STEPS
from symrnn.enclosure.supremum import BITS, Supremum
from symrnn.enclosure.undecided import UndecidedError
from symrnn.errors import DisagreementError, EvidenceError
from symrnn.language.balls import fraction

WIDTH = 44
"""sup(left - right) is enclosed to 2⁻⁴⁴, below 1e-13. Where two functions touch to a high order it
takes very many boxes to be closer."""

SLACK = mpmath.mpf(10) ** -25


def excess(left: Expr, right: Expr) -> Fraction:
    """An upper bound of sup(left - right), at most 1e-13 above it.

    An inequality that holds has an excess of 0 or less; one that holds with equality somewhere is
    seen to be violated by no more than the width of a ball.

    Args:
        left, right: expressions in `X`.

    Raises:
        UndecidedError: what stopped it, or that the difference is not bounded.
        DisagreementError: an independent search found more: a fault of symrnn.
    """
    gap = left - right
    if gap.has(*STEPS):
        raise UndecidedError("a step has a value of its own at its jump", {"left - right": gap})
    with ctx.workprec(BITS), budget():
        size = Supremum(gap, WIDTH)
        if size.run():
            raise UndecidedError("left - right is not bounded", {"left": left, "right": right})
        if size.singular:
            raise UndecidedError("left - right is not defined", {"at": f"x = {size.singular[0]}"})
        # gap + c ≥ 0 for c = sup|gap|, so that sup(gap) = sup|gap + c| - c.
        shift = sympy.Integer(math.ceil(fraction(size.known.upper)))
        shifted = Supremum(gap + shift, WIDTH)
        if shifted.run():
            raise UndecidedError("left - right is not bounded", {"left": left, "right": right})
        found = fraction((shifted.known.upper - arb(int(shift))).upper())
    _confirm(gap, found)
    return found


def _confirm(gap: Expr, bound: Fraction) -> None:
    try:
        seen = highest(gap)
    except NotRealError as error:
        raise UndecidedError("left - right is not real", {"left - right": gap}) from error
    with mpmath.workdps(60):
        if seen.slope > mpmath.mpf(bound.numerator) / bound.denominator + SLACK:
            raise DisagreementError(
                "a value above the certified bound: please report this fault of symrnn",
                {"left - right": gap, "near": f"x = {mpmath.nstr(seen.where, 20)}"},
            )


def require_at_most(left: Expr, right: Expr, tolerance: Fraction) -> None:
    """Enclose left ≤ right over the whole line.

    Raises:
        EvidenceError: the difference may exceed the tolerance.
        UndecidedError: ball arithmetic does not decide it.
    """
    found = excess(left, right)
    if found > tolerance:
        raise EvidenceError(
            "ball arithmetic does not confirm the inequality",
            {"left": left, "right": right, "left - right reaches": f"{float(found):.3g}"},
        )
