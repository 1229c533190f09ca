"""An inequality between two functions of one real variable, enclosed over the whole line."""

from __future__ import annotations

from fractions import Fraction

import sympy
from flint import arb, ctx
from sympy import Expr

from symrnn.language.balls import fraction
from symrnn.enclosure.growth import UndecidedError
from symrnn.enclosure.supremum import BITS, Supremum
from symrnn.errors import EvidenceError

WIDTH = 44
"""sup(left - right) is enclosed to 2⁻⁴⁴, below 1e-13. Where two functions touch to a high order it
takes very many boxes to be closer."""


def excess(left: Expr, right: Expr) -> Fraction:
    """An upper bound of sup(left - right), at most 1e-13 above it.

    An inequality that holds has an excess of 0 or less; one that holds with equality somewhere is
    seen to be violated by no more than the width of a ball.

    Args:
        left, right: expressions in `X`.

    Raises:
        UndecidedError: what stopped it, or that the difference is not bounded.
    """
    gap = left - right
    with ctx.workprec(BITS):
        size = Supremum(gap, WIDTH)
        if size.run():
            raise UndecidedError("left - right is not bounded", {"left": left, "right": right})
        # gap + c ≥ 0 for c = sup|gap|, so that sup(gap) = sup|gap + c| - c.
        shift = sympy.Integer(int(float(size.known.upper)) + 1)
        shifted = Supremum(gap + shift, WIDTH)
        if shifted.run():
            raise UndecidedError("left - right is not bounded", {"left": left, "right": right})
        return fraction((shifted.known.upper - arb(int(shift))).upper())


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
