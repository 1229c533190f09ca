"""The largest |f| over the real line, by search: a thinning grid, refined peaks, and tails."""

from __future__ import annotations

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
HUGE = mpmath.mpf(10) ** 30

Sample = tuple[Any, Any]


def search(expression: Expr, variable: Symbol) -> tuple[Expr | None, Expr | None]:
    """`(largest, where)` of |expression|, as decimal numbers; `(∞, …)` where it seems unbounded.

    `(None, where)` if the expression is not real at some point. A supremum that is a limit at
    ±∞ is taken from the farthest point, 1e8.
    """
    function = _magnitude(expression, variable)
    with mpmath.workdps(DIGITS):
        near = [*reversed(_walk(function, grid(-1))), *_walk(function, grid(1))]
        tails: list[list[Sample]] = []
        for number in range(DECADES):
            if any(value is None or value > HUGE for _, value in sum(tails, near)):
                break  # the answer is known, and what lies farther may cost too much to compute
            tails.append(_walk(function, _decade(number)))
        return _conclude(function, near, tails)


def _conclude(
    function: Callable[[Any], Any], near: list[Sample], tails: list[list[Sample]]
) -> tuple[Expr | None, Expr | None]:
    everything = sum(tails, near)
    undefined = [x for x, value in everything if value is None]
    if undefined:
        return None, _decimal(undefined[0])
    peak = _highest_peak(function, near)
    tops = [peak, *(max(tail, key=_value) for tail in tails if tail)]
    top = max(tops, key=_value)
    far = sympy.sign(_decimal(top[0])) * sympy.oo
    if top[1] > HUGE:
        return sympy.oo, _decimal(top[0]) if mpmath.isinf(top[1]) else far
    if _growing([value for _, value in tops]):
        return sympy.oo, far
    # A plateau counts as reached where it begins.
    if top[1] > peak[1] * (1 + mpmath.mpf(10) ** -15):
        return _decimal(top[1]), far
    return _decimal(peak[1]), _decimal(peak[0])


def _decimal(value: Any) -> Expr:
    return sympy.Float(value, 15)


def _value(sample: Sample) -> Any:
    return sample[1]


def computed(expression: Expr, variable: Symbol) -> Callable[[Any], Any]:
    """f in mpmath: None where it is not real, nan where it is not defined, inf at a pole."""
    own = {
        "Heaviside": lambda x, at_zero=0.5: mpmath.mpf(x > 0) if x else mpmath.mpf(at_zero),
        "sign": mpmath.sign,
        "Max": max,
        "Min": min,
    }
    function = lambdify(variable, expression, modules=[own, "mpmath"])

    def value_at(x: Any) -> Any:
        try:
            value = mpmath.mpmathify(function(x))
        except (ZeroDivisionError, ValueError):
            return mpmath.nan
        except OverflowError:
            return mpmath.inf
        if isinstance(value, mpmath.mpc):
            return value.real if value.imag == 0 else None
        return value

    return value_at


def _magnitude(expression: Expr, variable: Symbol) -> Callable[[Any], Any]:
    f = computed(expression, variable)

    def magnitude(x: Any) -> Any:
        value = f(x)
        return None if value is None else abs(value)

    return magnitude


def grid(side: int) -> list[Any]:
    """Points on one side of 0, outward."""
    scale = mpmath.asinh(REACH) / GRID
    return [side * mpmath.sinh(scale * i) for i in range(0 if side > 0 else 1, GRID + 1)]


def _decade(number: int) -> list[Any]:
    """Points between REACH·10ⁿ and ten times as far, on both sides; the far end last."""
    start = mpmath.mpf(REACH) * 10**number
    # Steps that share no period with a wave.
    steps = [10 ** mpmath.frac(i * mpmath.phi) for i in range(1, TAIL)] + [mpmath.mpf(10)]
    return [side * start * step for step in steps for side in (1, -1)]


def _walk(function: Callable[[Any], Any], points: Iterable[Any]) -> list[Sample]:
    """|f| where it is defined, up to the first point where it is not real, or huge."""
    found: list[Sample] = []
    for x in points:
        value = function(x)
        if value is not None and mpmath.isnan(value):
            continue
        found.append((x, value))
        if value is None or value > HUGE:
            break
    return found


def _highest_peak(function: Callable[[Any], Any], samples: list[Sample]) -> Sample:
    """The highest of the five best local maxima, each refined between its neighbours."""
    best = max(samples, key=_value)
    tops = [
        place
        for place in range(1, len(samples) - 1)
        if samples[place][1] >= max(samples[place - 1][1], samples[place + 1][1])
    ]
    for place in sorted(tops, key=lambda p: samples[p][1], reverse=True)[:5]:
        refined = _climb(function, samples[place - 1][0], samples[place + 1][0])
        best = max(best, refined, key=_value)
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


def _growing(values: list[Any]) -> bool:
    """Whether the largest values, decade by decade, keep growing.

    They do if the last two decades gain 1% and the gain does not die down; a function that
    approaches its supremum gains less and less.
    """
    if len(values) < 5:
        return False
    first, middle, last = values[-5], values[-3], values[-1]
    gains = last > middle * mpmath.mpf("1.01") and last > max(values[:-1])
    return bool(gains and last - middle > (middle - first) * mpmath.mpf("0.45"))
