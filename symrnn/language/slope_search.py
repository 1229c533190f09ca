"""The largest |f| over the real line, by search: a grid that thins out, peaks refined, and tails."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import mpmath
import sympy
from sympy import Expr, Symbol, lambdify

DIGITS = 30
GRID = 400  # points on either side of 0, from 0 to REACH, spaced like sinh
REACH = 1e3
TAIL = 60  # points in each further decade
DECADES = 5  # beyond REACH

Sample = tuple[Any, Any]


def search(expression: Expr, variable: Symbol) -> tuple[Expr | None, Expr | None]:
    """`(largest, where)` of |expression|, as decimal numbers; `(∞, …)` where it seems unbounded.

    `(None, where)` if the expression is not real at some point. A supremum that is a limit at
    ±∞ is taken from the farthest point, 1e8.
    """
    function = _magnitude(expression, variable)
    with mpmath.workdps(DIGITS):
        near = _samples(function, _grid())
        where = next((x for x, value in near if value is None), None)
        if where is not None:
            return None, sympy.Float(where)
        peak = _highest_peak(function, [(x, v) for x, v in near if not mpmath.isnan(v)])
        decades = [_decade(function, number) for number in range(DECADES)]
        broken = next((x for tail in decades for x, v in tail if v is None), None)
        if broken is not None:
            return None, sympy.Float(broken)
        far = [max(tail, key=lambda pair: pair[1]) for tail in decades]
        if _unbounded([peak, *far]):
            top = max([peak, *far], key=lambda pair: pair[1])
            finite = abs(top[0]) <= REACH and mpmath.isinf(peak[1])
            return sympy.oo, sympy.Float(top[0]) if finite else sympy.sign(top[0]) * sympy.oo
        top = max([peak, *far], key=lambda pair: pair[1])
        if top[1] > peak[1] * (1 + mpmath.mpf(10) ** -15):
            return sympy.Float(top[1], 15), sympy.sign(top[0]) * sympy.oo
        return sympy.Float(peak[1], 15), sympy.Float(peak[0], 15)


def _magnitude(expression: Expr, variable: Symbol) -> Callable[[Any], Any]:
    """|f| in mpmath: None where it is not real, nan where it is not defined, inf at a pole."""
    own = {
        "Heaviside": lambda x, at_zero=0.5: mpmath.mpf(x > 0) if x else mpmath.mpf(at_zero),
        "sign": mpmath.sign,
        "Max": max,
        "Min": min,
    }
    function = lambdify(variable, expression, modules=[own, "mpmath"])

    def magnitude(x: Any) -> Any:
        try:
            value = mpmath.mpmathify(function(x))
        except (ZeroDivisionError, ValueError):
            return mpmath.nan
        except OverflowError:
            return mpmath.inf
        if isinstance(value, mpmath.mpc):
            return abs(value.real) if value.imag == 0 else None
        return abs(value)

    return magnitude


def _grid() -> list[Any]:
    steps = [mpmath.sinh(mpmath.asinh(REACH) * i / GRID) for i in range(GRID + 1)]
    return [-x for x in reversed(steps[1:])] + steps


def _samples(function: Callable[[Any], Any], points: Iterable[Any]) -> list[Sample]:
    return [(x, function(x)) for x in points]


def _decade(function: Callable[[Any], Any], number: int) -> list[Sample]:
    """|f| at points between REACH·10ⁿ and ten times as far, on both sides; the last point is far."""
    start = mpmath.mpf(REACH) * 10**number
    # Steps that share no period with a wave.
    points = [start * 10 ** (mpmath.frac(i * mpmath.phi)) for i in range(1, TAIL)] + [start * 10]
    found = []
    for x in (sign * point for point in points for sign in (1, -1)):
        value = function(x)
        if value is not None and mpmath.isnan(value):
            continue
        found.append((x, value))
        if value is None or value > mpmath.mpf(10) ** 30:
            break  # no need to go on: what is larger may cost too much to compute
    return found or [(start, mpmath.mpf(0))]


def _highest_peak(function: Callable[[Any], Any], samples: list[Sample]) -> Sample:
    """The highest of the five best local maxima, each refined between its neighbours."""
    best = max(samples, key=lambda pair: pair[1])
    tops = [
        place
        for place in range(1, len(samples) - 1)
        if samples[place][1] >= max(samples[place - 1][1], samples[place + 1][1])
    ]
    for place in sorted(tops, key=lambda p: samples[p][1], reverse=True)[:5]:
        refined = _climb(function, samples[place - 1][0], samples[place + 1][0])
        best = max(best, refined, key=lambda pair: pair[1])
    return best


def _climb(function: Callable[[Any], Any], left: Any, right: Any) -> Sample:
    """Golden-section search; inf where the value still doubles after the interval is tiny."""
    ratio = (mpmath.sqrt(5) - 1) / 2
    halfway = None
    x = left
    for turn in range(60):
        low, high = right - ratio * (right - left), left + ratio * (right - left)
        at_low, at_high = (_or_nothing(function(point)) for point in (low, high))
        if at_low > at_high:
            right, x, value = high, low, at_low
        else:
            left, x, value = low, high, at_high
        if turn == 30:
            halfway = value
    if halfway is not None and value > 2 * halfway + 1:
        return x, mpmath.inf
    return x, value


def _or_nothing(value: Any) -> Any:
    return mpmath.mpf(-1) if value is None or mpmath.isnan(value) else value


def _unbounded(tops: list[Sample]) -> bool:
    """Whether the largest values, decade by decade, keep growing, or one is infinite.

    They grow if the last decades gain 1% and the gain does not die down; a function that
    approaches its supremum gains less and less.
    """
    values = [value for _, value in tops]
    if any(mpmath.isinf(value) or value > mpmath.mpf(10) ** 30 for value in values):
        return True
    middle, last = values[-3], values[-1]
    first = values[-5]
    grows = last > middle * mpmath.mpf("1.01") and last > max(values[:-1])
    return bool(grows and last - middle > (middle - first) * math.sqrt(0.2))
