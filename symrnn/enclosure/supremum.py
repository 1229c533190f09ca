"""sup|f| over all real x: branch and bound between singular points, growth beside and beyond."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import sympy
from flint import arb
from sympy import Expr

from symrnn.enclosure.charts import Chart, singular_points
from symrnn.enclosure.periods import period_of
from symrnn.enclosure.poles import has_pole
from symrnn.enclosure.search import Largest, NotSmoothError, search
from symrnn.enclosure.switches import is_smooth
from symrnn.enclosure.undecided import UndecidedError
from symrnn.enclosure.waves import ceiling
from symrnn.language.activations import X
from symrnn.language.balls import ball, jet
from symrnn.language.kinks import UnknownSignError, between, kinks_of, without_kinks

BITS = 240
"""Working precision; a width of 1e-12 asks for 40."""
TOLERANCE = 100
"""The enclosure is narrowed to 2⁻¹⁰⁰ by default."""
ROUNDS = 64
"""How often a chart is narrowed, fourfold, before it is given up."""


@dataclass
class Piece:
    """An interval on which f is one expression, with a chart at each end that no ball covers."""

    f: Expr
    left: Expr
    right: Expr
    charts: list[Chart]

    @property
    def ends(self) -> tuple[arb, arb]:
        """What is left of it between its charts."""
        cuts = {chart.side if chart.point is not None else -chart.side: chart.edge
                for chart in self.charts}  # fmt: skip
        left = cuts[1] if 1 in cuts else ball(self.left)
        right = cuts[-1] if -1 in cuts else ball(self.right)
        return left, right


class Supremum:
    """A search for sup|f|: what is known so far, and where that was seen."""

    def __init__(self, f: Expr, bits: int = TOLERANCE) -> None:
        self.f = f
        self.known = Largest()
        self.where = ""
        self.kinks: list[Expr] = []
        self.singular: list[Expr] = []
        self.tolerance = arb(2) ** -bits

    def run(self) -> str:
        """Where |f| is unbounded; empty if it is bounded, and enclosed then.

        Raises:
            UndecidedError: what stopped it.
            NotSupportedError: f has a function that ball arithmetic does not know.
        """
        if self.f.has(sympy.DiracDelta, sympy.Derivative, sympy.Subs):
            raise UndecidedError("σ has a jump, or a kink that is not known", {"f": self.f})
        if not self.f.has(X):
            self._constant(self.f, -sympy.oo, sympy.oo)
            return ""
        if self._meets_at_once():
            return ""
        self.kinks = kinks_of(self.f) or []
        period = period_of(self.f)
        if period is not None:
            half = ball(period / 2)
            for point in singular_points(self.f, -period, period):
                if any(self._is_unbounded(Chart(point, side, self.f)) for side in (1, -1)):
                    return f"near x = {point}"
            return self._search_or_pole(self.f, -half, half)
        pieces = self._pieces()
        charts = [chart for piece in pieces for chart in piece.charts]
        self.singular = [chart.point for chart in charts if chart.point is not None]
        for chart in charts:
            if self._is_unbounded(chart):
                return str(chart) if chart.point is None else f"near x = {chart.point}"
        for piece in pieces:
            if piece.f.has(X):
                pole = self._search_or_pole(piece.f, *_apart(piece))
                if pole:
                    return pole
        for chart in charts:
            unbounded = self._close(chart)
            if unbounded:
                return unbounded
        return ""

    def _meets_at_once(self) -> bool:
        """Whether waves of any frequencies are seen to have their crests together at 0."""
        most = ceiling(self.f) if is_smooth(self.f) else None
        start = arb(0)
        value = jet(self.f, start, 1)[0] if most is not None else arb.nan()
        if most is None or not value.abs_lower() >= most - self.tolerance:
            return False
        self.known.seen(value, start)
        self.known.bounded(most)
        self.where = "x = 0"
        return True

    def _pieces(self) -> list[Piece]:
        """The line, cut at kinks and at singular points."""
        pieces: list[Piece] = []
        for left, right in pairwise([-sympy.oo, *self.kinks, sympy.oo]):
            f = self._between(left, right)
            if not f.has(X):
                self._constant(f, left, right)
                continue
            for a, b in pairwise([left, *singular_points(f, left, right), right]):
                pieces.append(Piece(f, a, b, []))
        for piece in pieces:
            for end, inward in ((piece.left, 1), (piece.right, -1)):
                if end.is_infinite:
                    piece.charts.append(Chart(None, -inward, piece.f))
                elif not jet(piece.f, ball(end), 1)[0].is_finite():
                    piece.charts.append(Chart(end, inward, piece.f))
        return pieces

    def _between(self, left: Expr, right: Expr) -> Expr:
        if is_smooth(self.f) or not self.kinks:
            return self.f
        try:
            return without_kinks(self.f, between(left, right))
        except UnknownSignError as error:
            raise UndecidedError("the kinks are not found", {"f": self.f}) from error

    def _constant(self, value: Expr, left: Expr, right: Expr) -> None:
        size = ball(value)
        # Of two places the one where γ is attained says more than one where it is approached.
        approached = "→" in self.where and size.abs_lower() >= self.known.lower
        if approached or size.abs_lower() > self.known.lower:
            self.where = _range(left, right)
        self.known.seen(size, size)
        self.known.bounded(size.abs_upper())

    def _search_or_pole(self, f: Expr, left: arb, right: arb) -> str:
        """Search, and say where there is a pole, if that is what is in the way."""
        try:
            self._search(f, left, right)
        except NotSmoothError as error:
            if is_smooth(f) and has_pole(f, error.near):
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
        for end, side in ((left, "right"), (right, "left")):
            if place is end:
                for kink in self.kinks:
                    if ball(kink).overlaps(end):
                        return f"x → {kink} from the {side}"
        return f"x = {place.str(15, radius=False)}"

    def _is_unbounded(self, chart: Chart) -> bool:
        for start in (chart.start, chart.start**2, chart.start**4):
            chart_there = Chart(chart.point, chart.side, chart.f, start)
            try:
                return chart_there.beyond().unbounded
            except UndecidedError:
                continue
        return False

    def _close(self, chart: Chart) -> str:
        """Enclose |f| on a chart, narrowing it until what lies on it can be ruled out."""
        stopped: UndecidedError | None = None
        for _ in range(ROUNDS):
            try:
                found = chart.beyond()
            except UndecidedError as error:
                stopped = error
            else:
                if found.unbounded:
                    return str(chart)
                if found.limit is not None and found.limit > self.known.lower:
                    self.known.seen(found.limit, found.limit)
                    self.where = str(chart)
                if found.upper <= self.known.lower + self.tolerance:
                    self.known.bounded(found.upper)
                    return ""
                stopped = None
            before = chart.edge
            chart.start *= 4
            left, right = (before, chart.edge) if before < chart.edge else (chart.edge, before)
            pole = self._search_or_pole(chart.f, left, right)
            if pole:
                return pole
        raise stopped or UndecidedError("what lies beyond is not ruled out", {"chart": str(chart)})


def _apart(piece: Piece) -> tuple[arb, arb]:
    """The ends of a piece, its charts so narrow that they do not meet."""
    for _ in range(ROUNDS):
        left, right = piece.ends
        if left < right:
            return left, right
        for chart in piece.charts:
            chart.start *= 2
    raise UndecidedError("two singular points are too near to each other", {"f": piece.f})


def _range(left: Expr, right: Expr) -> str:
    if left == -sympy.oo:
        return "every x" if right == sympy.oo else f"x < {right}"
    return f"x > {left}" if right == sympy.oo else f"{left} < x < {right}"
