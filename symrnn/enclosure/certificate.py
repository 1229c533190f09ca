"""γ = sup|σ′| of any activation, enclosed over the whole real line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy
from flint import arb, ctx
from sympy import Expr

from symrnn.enclosure.balls import ball, jet
from symrnn.enclosure.growth import UndecidedError
from symrnn.enclosure.periods import period_of
from symrnn.enclosure.poles import has_pole
from symrnn.enclosure.search import Largest, NotSmoothError, search
from symrnn.enclosure.tail import Beyond, beyond
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, X, activation
from symrnn.language.kinks import KINKS, between, kinks_of, without_kinks

BITS = 240
"""Working precision; a width of 1e-12 asks for 40."""
TOLERANCE = 100
"""The enclosure is narrowed to 2⁻¹⁰⁰."""
ROUNDS = 64
"""How often the interval is widened, fourfold, before a tail is given up."""

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
        finder = _Finder(sigma)
        try:
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
            _fraction(known.lower),
            _fraction(upper),
            finder.where,
            boxes=known.boxes,
        )


def _fraction(number: arb) -> Fraction:
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


class _Finder:
    """One search: what is known so far, and where that was seen."""

    def __init__(self, sigma: Activation) -> None:
        self.sigma, self.slope = sigma.at(X), sigma.prime.at(X)
        self.known = Largest()
        self.where = ""
        self.tolerance = arb(2) ** -TOLERANCE

    def run(self) -> str:
        """Where |σ′| is unbounded; empty if it is bounded, and enclosed then."""
        self._require_real()
        if self.slope.has(sympy.DiracDelta, sympy.Derivative, sympy.Subs):
            raise UndecidedError("σ has a jump, or a kink that is not known", {"slope": self.slope})
        kinks = kinks_of(self.slope)
        if kinks is None:
            raise UndecidedError("the kinks of σ are not found", {"slope": self.slope})
        self.kinks = kinks
        period = period_of(self.slope)
        if period is not None and not kinks:
            half = ball(period / 2)
            return self._search_or_pole(self.slope, -half, half)
        ends = [-sympy.oo, *kinks, sympy.oo]
        if not kinks and self.slope.has(X):
            ends.insert(1, sympy.S.Zero)
        tails = []
        for left, right in pairwise(ends):
            smooth = without_kinks(self.slope, between(left, right))
            if not smooth.has(X):
                self._constant(smooth, left, right)
                continue
            first = arb(-_power_of_two(right)) if left == -sympy.oo else ball(left)
            last = arb(_power_of_two(left)) if right == sympy.oo else ball(right)
            pole = self._search_or_pole(smooth, first, last, (left, right))
            if pole:
                return pole
            if left == -sympy.oo:
                tails.append((smooth, -1, _power_of_two(right)))
            if right == sympy.oo:
                tails.append((smooth, 1, _power_of_two(left)))
        for smooth, side, start in tails:
            unbounded = self._tail(smooth, side, start)
            if unbounded:
                return unbounded
        return ""

    def _require_real(self) -> None:
        kinks = self.sigma.atoms(*KINKS)
        for point in () if kinks else POINTS:
            if not all(jet(self.sigma, arb(side * point), 1)[0].is_finite() for side in (1, -1)):
                raise UndecidedError("σ is not a real number", {"at": f"x = ±{point}"})

    def _constant(self, value: Expr, left: Expr, right: Expr) -> None:
        size = ball(value)
        # Of two places the one where γ is attained says more than one where it is approached.
        approached = "→" in self.where and size.abs_lower() >= self.known.lower
        if approached or size.abs_lower() > self.known.lower:
            self.where = _range(left, right)
        self.known.seen(size, size)
        self.known.bounded(size.abs_upper())

    def _search_or_pole(self, f: Expr, left: arb, right: arb, ends: tuple[Expr, ...] = ()) -> str:
        """Search, and say where there is a pole, if that is what is in the way."""
        try:
            self._search(f, left, right)
        except NotSmoothError as error:
            if has_pole(f, error.near, ends):
                return f"near x = {error.near.str(12, radius=False)}"
            raise
        return ""

    def _search(self, f: Expr, left: arb, right: arb) -> None:
        before = self.known.where
        search(f, left, right, self.tolerance, self.known)
        if self.known.where is not before:
            self.where = self._place(left, right)

    def _place(self, left: arb, right: arb) -> str:
        place = self.known.where
        assert place is not None
        kinks = {ball(kink): kink for kink in self.kinks}
        for end, side in ((left, "right"), (right, "left")):
            if place is end:
                for kink, exact in kinks.items():
                    if kink.overlaps(end):
                        return f"x → {exact} from the {side}"
        return f"x = {place.str(15, radius=False)}"

    def _tail(self, f: Expr, side: int, start: int) -> str:
        """Enclose |f| beyond `start`, widening it until what lies beyond can be ruled out."""
        towards = "∞" if side > 0 else "-∞"
        mirrored = f.subs(X, side * X)
        stopped: UndecidedError | None = None
        for _ in range(ROUNDS):
            try:
                found: Beyond = beyond(mirrored, start)
            except UndecidedError as error:
                stopped = error
            else:
                if found.unbounded:
                    return f"x → {towards}"
                if found.limit is not None and found.limit > self.known.lower:
                    self.known.seen(found.limit, found.limit)
                    self.where = f"x → {towards}"
                if found.upper <= self.known.lower + self.tolerance:
                    self.known.bounded(found.upper)
                    return ""
                stopped = None
            near, far = side * arb(start), side * arb(4 * start)
            self._search(f, *((near, far) if side > 0 else (far, near)))
            start *= 4
        raise stopped or UndecidedError("what lies beyond is not ruled out", {"beyond": start})


def _power_of_two(end: Expr) -> int:
    """A power of 2 well beyond a kink."""
    start = 8
    while not ball(sympy.Abs(end)) < arb(start) / 2:
        start *= 2
    return start


def _range(left: Expr, right: Expr) -> str:
    if left == -sympy.oo:
        return "every x" if right == sympy.oo else f"x < {right}"
    return f"x > {left}" if right == sympy.oo else f"{left} < x < {right}"
