"""γ = sup|σ′| of an activation: exactly where σ′ is a rational function in disguise, else searched.

Exactly means: on each interval between the kinks of σ, σ′ is rational in x, in eˣ or in
tan(x/2); its extrema are then roots of a polynomial, and its limits those of a rational function.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
import sympy
from sympy import Expr, Poly

from symrnn.errors import IllFormedError
from symrnn.language.activations import Activation, X
from symrnn.language.disguise import U, disguised, real_roots
from symrnn.language.jumps import jumps, singular_points
from symrnn.language.kinks import (
    UnknownSignError,
    between,
    is_between,
    kinks_of,
    sign_at,
    without_kinks,
)
from symrnn.language.slope_search import computed, grid, search

DIGITS = 60
"""The two sides of a point are looked at with so many."""
Found = tuple[Expr, Expr]


@dataclass(frozen=True)
class SlopeBound:
    """The least γ with |σ′(x)| ≤ γ wherever σ′ exists.

    Args:
        value: an exact number, a decimal one (see `method`), ∞ where σ′ is unbounded, or None
            where σ′ is not real for every real x, or σ has a jump.
        where: a point at which |σ′| attains γ or comes arbitrarily close to it; ±∞ for a limit,
            None where it is not known.
        method: "exact" by algebra; "search" for the largest value on a grid, refined: right to
            about 15 digits for ordinary functions, but nothing proves that no peak was missed.
    """

    value: Expr | None
    where: Expr | None
    method: str


@lru_cache(maxsize=64)
def slope_bound(activation: Activation) -> SlopeBound:
    """γ of an activation; see `SlopeBound`.

    Raises:
        IllFormedError: for an unknown σ, whose slopes nothing is known about.
    """
    if activation.is_unknown:
        raise IllFormedError(
            "an unknown σ has no slope bound", {"expected": "a known activation", "got": "σ"}
        )
    slope = activation.prime.at(X)
    if slope.has(sympy.DiracDelta, sympy.Derivative):
        return SlopeBound(None, None, "exact")
    sigma = activation.at(X)
    points, all_known = singular_points(sigma)
    exact = _exact(slope)
    if exact is not None and all_known and not exact[0].has(sympy.CRootOf):
        found = SlopeBound(*exact, "exact")
    else:
        found = SlopeBound(*search(slope, X), "search")
    if found.value is None or found.value == sympy.oo:
        return found
    around = [] if all_known else [*reversed(grid(-1)), *grid(1)]
    jump = _jumps(sigma, points, around, found.value)
    return SlopeBound(None, None, found.method) if jump else found


def _jumps(sigma: Expr, points: set[Expr], around: list[Any], bound: Expr) -> bool:
    """Whether σ jumps: at the points where it may be singular, or on a grid."""
    f = computed(sigma, X)

    def value(x: Any) -> Any:
        y = f(x)
        return mpmath.nan if y is None else y

    with mpmath.workdps(DIGITS):
        places = [mpmath.mpf(str(point.evalf(DIGITS))) for point in points]
        return jumps(value, places, around, mpmath.mpf(str(bound.evalf(20))))


def _exact(slope: Expr) -> Found | None:
    """The supremum of |slope| and where, or None if it is not rational in disguise."""
    try:
        return _exactly(slope)
    except UnknownSignError:
        return None


def _exactly(slope: Expr) -> Found | None:
    kinks = kinks_of(slope)
    if kinks is None:
        return None
    ends = [-sympy.oo, *kinks, sympy.oo]
    found: list[Found] = []
    for left, right in pairwise(ends):
        largest = _on_interval(without_kinks(slope, between(left, right)), left, right)
        if largest is None:
            return None
        found.append(largest)
    return _largest(found)


def _largest(found: list[Found]) -> Found:
    best, *others = found
    for other in others:
        if best[0] != sympy.oo and (other[0] == sympy.oo or _exceeds(other[0], best[0])):
            best = other
    return best


def _exceeds(one: Expr, other: Expr) -> bool:
    return sign_at(one - other, sympy.S.Zero) > 0


def _on_interval(slope: Expr, left: Expr, right: Expr) -> Found | None:
    """The supremum of |slope| between two points, and where."""
    if not slope.has(X):
        return abs(slope), between(left, right)
    disguise = disguised(slope)
    if disguise is None or (disguise.periodic and (left, right) != (-sympy.oo, sympy.oo)):
        return None
    rational = disguise.rational
    lower, upper = disguise.domain(left, right)
    poles = real_roots(Poly(sympy.fraction(rational)[1], U))
    turns = real_roots(Poly(sympy.fraction(sympy.cancel(rational.diff(U)))[0], U))
    if poles is None or turns is None:
        return None
    inside = [pole for pole in poles if is_between(pole, lower, upper)]
    if inside:
        return sympy.oo, disguise.back(inside[0])
    if disguise.periodic:
        left = right = sympy.pi / disguise.scale
    ends = [
        (abs(sympy.limit(rational, U, end, side)), at)
        for end, side, at in ((lower, "+", left), (upper, "-", right))
    ]
    peaks = [
        (abs(sympy.radsimp(sympy.expand(rational.subs(U, turn)))), disguise.back(turn))
        for turn in turns
        if is_between(turn, lower, upper)
    ]
    # Of equal suprema the first counts: better a point where γ is attained than a limit.
    return _largest([*peaks, *ends])
