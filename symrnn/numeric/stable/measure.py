"""How many digits a form keeps: evaluated in floats, compared with ball arithmetic.

The unit is the ulp, the distance between two floats at the exact value. Values outside the normal
numbers are not compared in ulp: there a form must only stay near 0, or need not be finite.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import flint
import numpy as np
import sympy
from flint import arb
from numpy.typing import NDArray
from sympy import Expr
from sympy.codegen.cfunctions import expm1, log1p

from symrnn.errors import NotSupportedError
from symrnn.language.activations import X
from symrnn.language.balls import jet
from symrnn.numeric.stable import nodes
from symrnn.numeric.stable.runtime import NUMPY

Array = NDArray[Any]

DTYPES = (np.dtype(np.float64), np.dtype(np.float32))
PRECISIONS = (160, 640, 2600)
UNKNOWN = float("nan")
DRAWN = (((0.0, 1.0), 50), ((1.0, 6.0), 150), ((6.0, 40.0), 50))
"""Between what floats are drawn to measure at, and how many of each sign."""


def points() -> Array:
    """Where forms are measured: all sizes of both signs, close together where formulas bend."""
    sizes = np.concatenate(
        [
            10.0 ** np.arange(-300, 301, 12),
            10.0 ** np.linspace(-12, -2, 21) * 1.2345,
            np.linspace(0.01, 1, 50),
            np.linspace(1, 6, 81)[1:] + 1e-3,
            np.linspace(6, 40, 80)[1:],
            np.linspace(40, 110, 41)[1:],
            np.linspace(110, 800, 93)[1:],
            10.0 ** np.linspace(3, 39, 37) * 0.7,
        ]
    )
    # These are numbers of both dtypes where float32 has them. A float32 has an exact square in
    # float64, which others have not: so there are those with all their digits as well.
    single = (sizes > 1e-37) & (sizes < 1e38)
    sizes[single] = sizes[single].astype(np.float32)
    # How a form rounds differs from float to float: where formulas bend, the worst of many.
    rng = np.random.default_rng(20)
    drawn = np.concatenate([rng.uniform(*ends, n) for ends, n in DRAWN])
    sizes = np.concatenate([sizes, drawn, drawn.astype(np.float32)])
    return np.sort(np.concatenate([-sizes, [0.0], sizes]))


def exact(expressions: tuple[Expr, Expr, Expr], x: Array) -> list[arb | None]:
    """The values at floats to more than 60 bits; None where ball arithmetic cannot tell.

    Args:
        expressions: the formula, and forms that take over far on the left and far on the right,
            where an exponential leaves the range of arb.
        x: the points.
    """
    formula, left, right = expressions
    before = flint.ctx.prec
    try:
        return [_exact((formula, left if point < 0 else right), float(point)) for point in x]
    finally:
        flint.ctx.prec = before


def _exact(expressions: tuple[Expr, ...], point: float) -> arb | None:
    for expression in expressions:
        for precision in PRECISIONS:
            flint.ctx.prec = precision
            value = jet(expression, arb(point), 1)[0]
            if not value.is_finite():
                break
            if value.rel_accuracy_bits() > 60 or value.is_exact():
                return value
            if value.abs_upper() < arb(2) ** -1200:
                # Far below the smallest float.
                return arb(0)
    return None


class Reference:
    """The exact values of an expression at some points, in each dtype's units."""

    def __init__(self, expressions: tuple[Expr, Expr, Expr], x: Array) -> None:
        self.x = x
        pairs = [_two(value) for value in exact(expressions, x)]
        self.high = np.array([high for high, _ in pairs])
        self.low = np.array([low for _, low in pairs])

    def joined(self, other: Reference) -> tuple[Reference, NDArray[np.intp]]:
        """Both from left to right, and in what order their points come then."""
        both = object.__new__(Reference)
        x = np.concatenate([self.x, other.x])
        order = np.argsort(x, kind="stable")
        both.x = x[order]
        both.high = np.concatenate([self.high, other.high])[order]
        both.low = np.concatenate([self.low, other.low])[order]
        return both, order

    def ulps(self, form: Expr, dtype: Any) -> Array:
        """Errors in ulp; ∞ for a value or a part of it that is not finite, NaN where unknown."""
        kind = np.dtype(dtype)
        info = np.finfo(kind)
        given = (np.abs(self.x) <= float(info.max) / 4) & (
            (np.abs(self.x) >= float(info.tiny)) | (self.x == 0)
        )
        given[given] = self.x[given].astype(kind) == self.x[given]
        values, sound = evaluate(form, self.x[given].astype(kind))
        got = np.full(self.x.shape, np.nan)
        got[given] = np.asarray(values, dtype=float)
        bad = np.zeros(self.x.shape, dtype=bool)
        bad[given] = ~sound
        return self.of_values(got, kind, given, bad)

    def of_values(self, got: Array, dtype: Any, given: Array, bad: Array | None = None) -> Array:
        """Errors in ulp of values from anywhere, at the points where they are `given`."""
        info = np.finfo(np.dtype(dtype))
        tiny, most = float(info.tiny), float(info.max)
        size = np.abs(self.high)
        with np.errstate(all="ignore"):
            unit = np.exp2(np.floor(np.log2(np.maximum(size, tiny)))) * float(info.eps)
            error = np.abs((got - self.high) - self.low)
            ulps = np.where(size >= tiny, error / unit, np.where(error <= 2 * tiny, 0.0, np.inf))
        # Zero times a finite number: a value that must be 0.
        ulps = np.where(np.isfinite(got), ulps, np.inf)
        ulps = np.where(size > most, 0.0, ulps)
        if bad is not None:
            ulps = np.where(bad & (size <= most), np.inf, ulps)
        return np.where(given & ~np.isnan(self.high), ulps, np.nan)


def _two(value: arb | None) -> tuple[float, float]:
    """A ball's middle as a sum of two floats."""
    if value is None:
        return UNKNOWN, 0.0
    high = float(value)
    if not np.isfinite(high) or high == 0:
        return high, 0.0
    return high, float(value - arb(high))


Rule = Callable[..., Any]

_ERF: Any = np.vectorize(math.erf, otypes=[float])

_NAMES: dict[Any, Rule] = {
    sympy.exp: np.exp,
    sympy.log: np.log,
    sympy.sin: np.sin,
    sympy.cos: np.cos,
    sympy.tan: np.tan,
    sympy.atan: np.arctan,
    sympy.asinh: np.arcsinh,
    sympy.tanh: np.tanh,
    sympy.sinh: np.sinh,
    sympy.cosh: np.cosh,
    expm1: np.expm1,
    log1p: np.log1p,
    nodes.Fold: NUMPY["minus_abs"],
    nodes.Decay: lambda u: np.exp(NUMPY["minus_abs"](u)),
    nodes.Erfc: NUMPY["erfc"],
    sympy.erf: lambda x: np.asarray(_ERF(x), dtype=x.dtype),
    nodes.Multiple: lambda number, value: number * value,
    nodes.Reciprocal: lambda x: 1 / x,
    nodes.Damped: lambda value, h: (value * h) * h,
    nodes.Choice: lambda x, bound, below, above: np.where(x <= bound, below, above),
    nodes.Within: NUMPY["within"],
    nodes.Least: lambda x, bound, below, above: np.where(x < bound, below, above),
}


@lru_cache(maxsize=4096)
def polynomial_data(u: Expr) -> tuple[float, tuple[tuple[float, float, float], ...]]:
    """What `decay` and `tail` are called with for a polynomial."""
    return nodes.bound_of(u), nodes.coefficients(u)


def evaluate(form: Expr, x: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The form in floats, and where no part of it was infinite or NaN."""
    sound = np.ones(x.shape, dtype=bool)
    seen: dict[Expr, Any] = {}

    def value(node: Expr) -> Any:
        nonlocal sound
        if node == X:
            return x
        if node.is_number:
            if not node.is_extended_real:
                raise NotSupportedError("no number", {"got": node})
            return float(node)
        if node not in seen:
            result = compute(node)
            sound = sound & np.isfinite(result)
            seen[node] = result
        return seen[node]

    def compute(node: Expr) -> Any:
        if node.is_Add:
            return _reduced(np.add, [value(a) for a in node.args])
        if node.is_Mul:
            over, under = node.as_numer_denom()
            if under != 1 and not under.is_number:
                return value(over) / value(under)
            return _reduced(np.multiply, [value(a) for a in node.args])
        if isinstance(node, sympy.Pow):
            base = value(node.base)
            if node.exp == -1:
                return 1 / base
            if node.exp == sympy.S.Half:
                return np.sqrt(base)
            if node.exp == -sympy.S.Half:
                return 1 / np.sqrt(base)
            return base ** (int(node.exp) if node.exp.is_Integer else float(node.exp))
        if isinstance(node, nodes.FineDecay | nodes.Tail):
            name = "decay" if isinstance(node, nodes.FineDecay) else "tail"
            return NUMPY[name](value(node.args[0]), *polynomial_data(node.args[1].value))
        if isinstance(node, nodes.Series):
            return NUMPY["series"](value(node.args[0]), *node.args[1].value)
        rule = _NAMES.get(node.func)
        if rule is None:
            raise NotSupportedError("no floats for this function", {"function": node.func})
        return rule(*(value(a) for a in node.args))

    with np.errstate(all="ignore"):
        result = np.broadcast_to(np.asarray(value(form), dtype=x.dtype), x.shape)
    return result, sound


def _reduced(operation: Any, values: list[Any]) -> Any:
    total = values[0]
    for each in values[1:]:
        total = operation(total, each)
    return total
