"""sup|f| over all real x: branch and bound between kinks, growth beyond."""

from __future__ import annotations

from itertools import pairwise

import sympy
from flint import arb
from sympy import Expr

from symrnn.enclosure.balls import ball
from symrnn.enclosure.growth import UndecidedError
from symrnn.enclosure.periods import period_of
from symrnn.enclosure.poles import has_pole
from symrnn.enclosure.search import Largest, NotSmoothError, search
from symrnn.enclosure.tail import Beyond, beyond
from symrnn.language.activations import X
from symrnn.language.kinks import between, kinks_of, without_kinks

BITS = 240
"""Working precision; a width of 1e-12 asks for 40."""
TOLERANCE = 100
"""The enclosure is narrowed to 2⁻¹⁰⁰ by default."""
ROUNDS = 64
"""How often the interval is widened, fourfold, before a tail is given up."""


class Supremum:
    """A search for sup|f|: what is known so far, and where that was seen."""

    def __init__(self, f: Expr, bits: int = TOLERANCE) -> None:
        self.f = f
        self.known = Largest()
        self.where = ""
        self.tolerance = arb(2) ** -bits

    def run(self) -> str:
        """Where |f| is unbounded; empty if it is bounded, and enclosed then.

        Raises:
            UndecidedError: what stopped it.
            NotSupportedError: f has a function that ball arithmetic does not know.
        """
        if self.f.has(sympy.DiracDelta, sympy.Derivative, sympy.Subs):
            raise UndecidedError("σ has a jump, or a kink that is not known", {"f": self.f})
        kinks = kinks_of(self.f)
        if kinks is None:
            raise UndecidedError("the kinks are not found", {"f": self.f})
        self.kinks = kinks
        period = period_of(self.f)
        if period is not None and not kinks:
            half = ball(period / 2)
            return self._search_or_pole(self.f, -half, half)
        ends = [-sympy.oo, *kinks, sympy.oo]
        if not kinks and self.f.has(X):
            ends.insert(1, sympy.S.Zero)
        tails = []
        for left, right in pairwise(ends):
            smooth = without_kinks(self.f, between(left, right))
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
