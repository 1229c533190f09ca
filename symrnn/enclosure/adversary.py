"""An independent search for slopes above a claimed γ: other arithmetic, and no derivative.

The mean value theorem bounds every difference quotient of a continuous σ by sup|σ′|. Here such
quotients are computed by mpmath, at many scales and digits, and the steepest ones are pursued.
Nothing of the enclosures is used, so that a fault in those is seen.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy
from sympy import Expr, lambdify

from symrnn.language.activations import X

DIGITS = 50
STEP = mpmath.mpf(10) ** -15
"""How far apart the two points of a quotient are, relative to the lesser of 1 and |x|."""
FAR = 10**15
"""Beyond it exp is 0, or too large to be computed."""
REACH = 3000
"""How far out the meetings of waves are looked for."""
SEED = 20


@dataclass(frozen=True)
class Steep:
    """The absolute value of a difference quotient, or another measure, and where."""

    slope: Any
    where: Any


class NotRealError(ValueError):
    """σ has no real value at a point."""


Function = Callable[[Any], Any]


def function(sigma: Expr) -> Function:
    """σ in mpmath; raises ArithmeticError or ValueError where it can not be computed."""
    own = {
        "Heaviside": lambda x, at_zero=None: mpmath.mpf(x > 0) if x else mpmath.mpf(0.5),
        "sign": mpmath.sign,
        "Max": max,
        "Min": min,
        "exp": _exp,
        "tanh": lambda x: mpmath.sign(x) if abs(x) > FAR else mpmath.tanh(x),
        "sinh": lambda x: (_exp(x) - _exp(-x)) / 2 if abs(x) > 1 else mpmath.sinh(x),
        "cosh": lambda x: (_exp(x) + _exp(-x)) / 2,
        "erf": lambda x: mpmath.sign(x) if abs(x) > 1000 else mpmath.erf(x),
        **{name: _near_enough(getattr(mpmath, name)) for name in ("sin", "cos", "tan")},
    }
    compiled = lambdify(X, sigma, modules=[own, "mpmath"])

    def sigma_at(x: Any) -> Any:
        value = mpmath.mpmathify(compiled(x))
        if isinstance(value, mpmath.mpc):
            if value.imag != 0:
                raise NotRealError(f"σ is not a real number at x = {mpmath.nstr(x, 15)}")
            value = value.real
        if not mpmath.isfinite(value):
            raise ZeroDivisionError
        return value

    return sigma_at


def _exp(x: Any) -> Any:
    if x > FAR:
        raise OverflowError
    return mpmath.mpf(0) if x < -FAR else mpmath.exp(x)


def _near_enough(wave: Function) -> Function:
    """A wave whose argument needs no more digits than there are."""

    def value(x: Any) -> Any:
        if abs(x) > mpmath.mpf(10) ** (mpmath.mp.dps - 30):
            raise OverflowError
        return wave(x)

    return value


def quotient(f: Function, x: Any, digits: int = DIGITS) -> Any:
    """|f(x + h) - f(x)|/h; -1 where it can not be computed."""
    x = mpmath.mpf(x)
    scale = abs(int(mpmath.log10(abs(x)))) if x else 0
    with mpmath.workdps(digits + scale):
        h = STEP * min(mpmath.mpf(1), abs(x)) if x else STEP
        try:
            return abs(f(x + h) - f(x)) / h
        except NotRealError:
            raise
        except (ArithmeticError, ValueError):
            return mpmath.mpf(-1)


def steepest(sigma: Expr, near: Iterable[Any] = (), effort: int = 1) -> Steep:
    """The steepest quotient found.

    Args:
        sigma: σ in `X`.
        near: places of special interest, such as kinks.
        effort: 1 for some seconds at most; larger for more points, proportionally.

    Raises:
        NotRealError: σ is not real somewhere.
    """
    f = function(sigma)
    return _hunt(lambda x: quotient(f, x), near, effort, sigma.has(sympy.sin, sympy.cos))


def highest(f: Expr, effort: int = 1) -> Steep:
    """The largest value of f found, and where; as `steepest` finds slopes."""
    computed = function(f)

    def value(x: Any) -> Any:
        with mpmath.workdps(DIGITS + (abs(int(mpmath.log10(abs(x)))) if x else 0)):
            try:
                return computed(x)
            except NotRealError:
                raise
            except (ArithmeticError, ValueError):
                return -mpmath.inf

    return _hunt(value, (), effort, f.has(sympy.sin, sympy.cos))


def _hunt(measure: Function, near: Iterable[Any], effort: int, waves: bool) -> Steep:
    found = [Steep(measure(x), x) for x in sorted(set(_points(near, effort)))]
    ranked = sorted(range(len(found)), key=lambda i: found[i].slope, reverse=True)
    best = found[ranked[0]]
    for place in ranked[: 4 * effort]:
        left, right = found[max(place - 1, 0)], found[min(place + 1, len(found) - 1)]
        best = max(best, _pursue(measure, left.where, right.where), key=lambda s: s.slope)
    if waves:
        # Waves of different frequencies meet far out: go there, and climb from the best places.
        chance = random.Random(SEED)
        places = [mpmath.mpf(chance.uniform(-REACH, REACH)) * effort for _ in range(300 * effort)]
        for start in sorted(places, key=measure, reverse=True)[: 10 * effort]:
            best = max(best, _pursue(measure, start - 1, start + 1), key=lambda s: s.slope)
    return best


def exceeds(sigma: Expr, steep: Steep, bound: Any) -> bool:
    """Whether a quotient is above a bound, and still is with many more digits."""
    f = function(sigma)
    slack = mpmath.mpf(10) ** -25 * (1 + abs(bound))
    return all(
        quotient(f, steep.where, digits) > bound + slack for digits in (DIGITS, 4 * DIGITS, 900)
    )


def _points(near: Iterable[Any], effort: int) -> Iterator[Any]:
    chance = random.Random(SEED)
    yield mpmath.mpf(0)
    # Close to 0 and around it, evenly in asinh x.
    steps = 100 * effort
    for i in range(-steps, steps + 1):
        yield mpmath.sinh(mpmath.mpf(7 * i + chance.random()) / steps)
    # Every size of number, with digits that share no period with a wave.
    for power in range(-300, 301, max(1, 12 // effort)):
        for side in (1, -1):
            yield side * mpmath.mpf(10) ** power * (1 + chance.random())
    # Small rational numbers, where people put kinks, and what is close to them on either side.
    special = [mpmath.mpf(p) / q for p, q in itertools.product(range(-6, 7), (1, 2, 10))]
    for place in [*special, *near]:
        for distance in (0, *(10.0**-k for k in range(1, 19, max(2, 9 // effort)))):
            yield place + distance
            yield place - distance


def _pursue(measure: Function, left: Any, right: Any) -> Steep:
    """Golden-section search of a maximum."""
    ratio = (mpmath.sqrt(5) - 1) / 2
    best = Steep(measure(left), left)
    for _ in range(36):
        low, high = right - ratio * (right - left), left + ratio * (right - left)
        here, there = Steep(measure(low), low), Steep(measure(high), high)
        best = max(best, here, there, key=lambda s: s.slope)
        if here.slope > there.slope:
            right = high
        else:
            left = low
    return best
