"""γ = sup|σ′| of any activation, enclosed over the whole real line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx
from sympy import Expr

from symrnn.language.balls import fraction, jet
from symrnn.enclosure.growth import UndecidedError
from symrnn.enclosure.supremum import BITS, Supremum
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, X, activation
from symrnn.language.kinks import KINKS

POINTS = (1, 3, 10)
"""Where σ is asked for a value first: log x has none at -1."""

BOUNDED, UNBOUNDED, UNDECIDED = "bounded", "unbounded", "undecided"


@dataclass(frozen=True)
class Certificate:
    """What ball arithmetic says of γ = sup|σ′|, taken where σ′ exists.

    activation: σ.
    verdict: "bounded", "unbounded" or "undecided".
    lower, upper: exact ends of the interval that holds γ; None unless bounded.
    where: the place where |σ′| comes that close to γ, or grows, in words.
    reason: what stopped the search, where it is undecided.
    boxes: how many boxes were looked at.
    """

    activation: Activation
    verdict: str
    lower: Fraction | None = None
    upper: Fraction | None = None
    where: str = ""
    reason: str = ""
    boxes: int = 0

    @property
    def slope(self) -> Expr:
        """σ′(x)."""
        return self.activation.prime.at(X)

    @property
    def width(self) -> float:
        """How wide the interval is, rounded up; ∞ unless bounded."""
        if self.lower is None or self.upper is None:
            return math.inf
        gap = self.upper - self.lower
        return math.nextafter(float(gap), math.inf) if gap else 0.0

    def interval(self, digits: int = 18) -> tuple[str, str]:
        """Both ends in decimals, rounded outward."""
        if self.lower is None or self.upper is None:
            raise IllFormedError("γ has no interval", {"verdict": self.verdict})
        unit = 10**digits
        ends = (math.floor(self.lower * unit), math.ceil(self.upper * unit))
        low, high = (f"{end // unit}.{end % unit:0{digits}d}" for end in ends)
        return low, high

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        bounded = self.verdict == BOUNDED
        return {
            "activation": str(self.activation.at(X)),
            "slope": str(self.slope),
            "verdict": self.verdict,
            "gamma": list(self.interval()) if bounded else None,
            "width": self.width if bounded else None,
            "where": self.where or None,
            "reason": self.reason or None,
            "boxes": self.boxes,
        }


def certify(what: str | Expr | Activation) -> Certificate:
    """Enclose γ = sup|σ′| over all real x by ball arithmetic.

    Branch and bound on a compact interval between the kinks of σ, and beyond it the growth of σ′
    with a bounded remainder. Nothing is sampled: what is returned as bounded or unbounded is
    proved, up to Arb's arithmetic and SymPy's derivative.

    Args:
        what: a name known to `symrnn.activation`, an expression in one variable, or an activation.

    Raises:
        IllFormedError: for an unknown σ, or no activation at all.
    """
    sigma = activation(what)
    if sigma.is_unknown:
        raise IllFormedError(
            "an unknown σ has no slope bound", {"expected": "a known activation", "got": "σ"}
        )
    with ctx.workprec(BITS):
        finder = Supremum(sigma.prime.at(X))
        try:
            _require_real(sigma.at(X))
            unbounded = finder.run()
        except (UndecidedError, NotSupportedError) as error:
            return Certificate(sigma, UNDECIDED, reason=str(error), boxes=finder.known.boxes)
        known = finder.known
        if unbounded:
            return Certificate(sigma, UNBOUNDED, where=unbounded, boxes=known.boxes)
        # What is constant on a piece may be known from below to the last bit.
        upper = known.upper if known.upper >= known.lower else known.lower
        return Certificate(
            sigma,
            BOUNDED,
            fraction(known.lower),
            fraction(upper),
            finder.where,
            boxes=known.boxes,
        )


def _require_real(sigma: Expr) -> None:
    if sigma.atoms(*KINKS):
        return  # what is real on one side of a kink need not be looked at on the other
    for point in POINTS:
        if not all(jet(sigma, arb(side * point), 1)[0].is_finite() for side in (1, -1)):
            raise UndecidedError("σ is not a real number", {"at": f"x = ±{point}"})
