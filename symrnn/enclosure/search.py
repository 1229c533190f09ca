"""The largest |f| on a compact interval, by branch and bound over balls.

A box is dropped when it can not hold the largest value; where f is monotone in it, its ends
stand for it; where f′ is, Newton's method closes in on the one place where f′ may vanish. What is
left is halved. Where f has kinks, a box whose balls give every switch its sign is one of the smooth
function that f is there; one that is narrow and still holds a kink is bounded by the largest of all
the branches that f may have in it.
"""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field
from functools import lru_cache, partial

from flint import arb
from sympy import Expr

from symrnn.enclosure.budget import size, spend
from symrnn.enclosure.switches import branches, is_smooth, resolve
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.balls import jet


class NotSmoothError(UndecidedError):
    """The function is not finite, or not smooth, somewhere in a narrow ball."""

    def __init__(self, near: arb) -> None:
        super().__init__("f is not finite, or not smooth", {"near": near.str(15)})
        self.near = near


ORDER = 6
"""Terms of the Taylor polynomials."""
NARROW = arb(2) ** -60
"""A box so narrow in which f is not enclosed is a place where f is not smooth."""


@dataclass
class Largest:
    """What is known of the supremum of |f|: it lies between `lower` and `upper`.

    where: a ball with a place where |f| is at least `lower`.
    """

    lower: arb = field(default_factory=lambda: arb(-1))
    upper: arb = field(default_factory=lambda: arb(0))
    where: arb | None = None
    boxes: int = 0

    def seen(self, value: arb, where: arb) -> None:
        """|f| takes this value somewhere in `where`."""
        if value.is_finite() and value.abs_lower() > self.lower:
            self.lower, self.where = value.abs_lower(), where

    def bounded(self, upper: arb) -> None:
        """|f| is at most this where it was looked at."""
        self.upper = self.upper if upper <= self.upper else upper


@dataclass(frozen=True)
class Box:
    """An interval, and what f is there.

    Its ends are exact, or balls around the ends of the interval searched.
    """

    left: arb
    right: arb
    f: Expr

    @staticmethod
    def of(left: arb, right: arb, f: Expr) -> Box:
        """With the switches of f resolved that keep their signs on the box."""
        if not is_smooth(f):
            f = resolve(f, lambda u: sign_on(u, left.union(right)))
        return Box(left, right, f)

    @property
    def ball(self) -> arb:
        """A ball that covers it; a little wider, since a radius has 30 bits only."""
        return self.left.union(self.right)

    @property
    def is_narrow(self) -> bool:
        """Whether halving it further is of no use."""
        return bool(self.ball.rad() < NARROW * (1 + self.ball.abs_upper()))

    def within(self, other: arb) -> Box:
        """The part that lies in a ball."""
        left = other.lower() if other.lower() > self.left else self.left
        right = other.upper() if other.upper() < self.right else self.right
        return Box(left, right, self.f)


def sign_on(u: Expr, where: arb) -> int | None:
    """The sign of a smooth function on a ball, where that is seen."""
    value, slope = jet(u, where, 2)
    middle = where.mid()
    # The second enclosure is close where u touches 0: u(m + h) = u(m) + u′(ξ) h.
    for values in (value, jet(u, middle, 1)[0] + slope * (where - middle)):
        if values > 0 or values < 0:
            return 1 if values > 0 else -1
    return None


def search(f: Expr, left: arb, right: arb, tolerance: arb, known: Largest) -> None:
    """Close in on sup|f| between two numbers, together with what is known of other intervals.

    Args:
        f: an expression in `X`.
        left, right: the ends; balls around them where they are not dyadic numbers.
        tolerance: how far the upper end may stay above the lower.
        known: improved in place.

    Raises:
        NotSmoothError: f is not finite, or not smooth, somewhere.
        SpentError: there are too many boxes.
    """
    number = itertools.count()
    queue: list[tuple[float, int, Box, arb]] = []

    def add(box: Box) -> None:
        bound = _upper(box)
        if not bound.is_finite() and box.is_narrow:
            raise NotSmoothError(box.ball)
        order = -float(bound) if bound.is_finite() else float("-inf")
        heapq.heappush(queue, (order, next(number), box, bound))

    whole = Box.of(left, right, f)
    _ends(whole, known)
    add(whole)
    while queue:
        _, _, box, bound = heapq.heappop(queue)
        if bound <= known.lower + tolerance:
            known.bounded(bound)
            continue
        known.boxes += 1
        spend(size(box.f), f"boxes near {box.ball.str(15)}")
        for part in _closer(box, known):
            add(part)


def _upper(box: Box) -> arb:
    """An upper bound of |f| over a box: of all its branches, or the lesser of that and f's own.

    Where a switch is 0 to a high order, as x - tanh x, its sign is not seen in wide boxes.
    """
    if is_smooth(box.f):
        return _upper_smooth(box.f, box)
    whole = arb.pos_inf() if box.is_narrow else _upper_smooth(box.f, box)
    found = _branches(box.f)
    bounds = [whole] if found is None else [_upper_smooth(branch, box) for branch in found]
    if not all(bound.is_finite() for bound in bounds):
        return whole
    largest = max(bounds, key=float)
    return whole if whole < largest else largest


@lru_cache(maxsize=256)
def _branches(f: Expr) -> tuple[Expr, ...] | None:
    found = branches(f)
    return None if found is None else tuple(found)


def _upper_smooth(f: Expr, box: Box) -> arb:
    """An upper bound of |f| over a box: the lesser of two enclosures.

    The second is Taylor's polynomial about the middle m with Lagrange's remainder,
    f(m + h) = Σ_{i<n} cᵢ(m) hⁱ + cₙ(ξ) hⁿ: it is close even where f touches its bound to a high
    order.
    """
    ball = box.ball
    if not is_smooth(f):
        return arb(jet(f, ball, 1)[0].abs_upper())
    around = jet(f, ball, ORDER + 1)
    middle = ball.mid()
    *_, remainder = around
    h, total = ball - middle, remainder
    for coefficient in reversed(jet(f, middle, ORDER)):
        total = coefficient + h * total
    finite = [b.abs_upper() for b in (around[0], total) if b.is_finite()]
    return min(finite, key=float) if finite else arb.pos_inf()


def _closer(box: Box, known: Largest) -> list[Box]:
    """The parts of a box that may hold the largest |f|; none if its ends stand for it."""
    middle, f = box.ball.mid(), box.f
    if not is_smooth(f):
        if box.is_narrow:
            _see(box, known, box.left, box.right)
            # Nothing is gained by halving: the branches do not come closer than that.
            known.bounded(_upper(box))
            return []
        _see(box, known, middle)
        return [Box.of(box.left, middle, f), Box.of(middle, box.right, f)]
    value, slope = jet(f, middle, 2)
    known.seen(value, middle)
    _, slopes, bends = jet(f, box.ball)
    if slopes.is_finite() and not slopes.contains(arb(0)):
        _ends(box, known)
        return []
    if bends.is_finite() and not bends.contains(arb(0)):
        # f′(x) = f′(m) + f″(ξ)(x - m): where f′ vanishes, x = m - f′(m)/f″(ξ).
        newton = middle - slope / (2 * bends)
        if not newton.overlaps(box.ball):
            _ends(box, known)
            return []
        if newton.rad() < box.ball.rad() / 4:
            _ends(box, known)
            return [box.within(newton)]
    return [Box(box.left, middle, f), Box(middle, box.right, f)]


def _see(box: Box, known: Largest, *places: arb) -> None:
    for place in places:
        at = resolve(box.f, partial(sign_on, where=place))
        if is_smooth(at):
            known.seen(jet(at, place, 1)[0], place)


def _ends(box: Box, known: Largest) -> None:
    if not is_smooth(box.f):
        _see(box, known, box.left, box.right)
        return
    for end in (box.left, box.right):
        value = jet(box.f, end, 1)[0]
        if not value.is_finite():
            raise NotSmoothError(end)
        known.seen(value, end)
        known.bounded(value.abs_upper())
