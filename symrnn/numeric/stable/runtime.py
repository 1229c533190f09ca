"""What stable forms call, for arrays of any library and for single numbers: one text for all.

A polynomial in an exponent is computed to twice the digits of its dtype, for its rounding is
magnified by its size: e^(u (1 + ε)) = e^u (1 + u ε).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Coefficients = tuple[tuple[float, float, float], ...]

FLOAT64, FLOAT32, NONE = 134217729.0, 4097.0, 0.0
"""2^⌈p/2⌉ + 1 for the p bits of a dtype: multiplied by it a number falls into two halves."""


def product_error(a: Any, b: Any, product: Any, split: float) -> Any:
    """What a rounded product lacks, by the halves of its factors (Dekker)."""
    t = split * a
    a1 = t - (t - a)
    a2 = a - a1
    t = split * b
    b1 = t - (t - b)
    b2 = b - b1
    return ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def arithmetic(
    exp: Callable[[Any], Any],
    erfc: Callable[[Any], Any],
    where: Callable[[Any, Any, Any], Any],
    real: Callable[[Any], Any],
    splitter: Callable[[Any], float],
    compiled: Callable[[Any], Any] = lambda function: function,
    kept: Callable[[Any], Any] | None = None,
) -> dict[str, Any]:
    """`decay`, `tail`, `series`, `within` and `minus_abs` in the functions of one library.

    Args:
        exp, erfc, where, real: the library's.
        splitter: the one of `FLOAT64`, `FLOAT32` for an argument, `NONE` where products are not
            split (complex numbers).
        compiled: what to do with each function.
        kept: what keeps a compiler from joining one difference with the next.

    Source: T. J. Dekker, Numerische Mathematik 18 (1971) 224-242.
    """

    def itself(value: Any) -> Any:
        return value

    held = compiled(itself) if kept is None else kept

    error_of = compiled(product_error)

    def twice(x: Any, bound: float, coefficients: Coefficients) -> Any:
        # Horner's rule with its rounding errors carried along.
        split = splitter(x)
        wide = split != FLOAT32
        # Beyond the bound the result underflows whatever x is.
        x = where(real(x) > bound, bound, x)
        x = where(real(x) < -bound, -bound, x)
        a, b, c = coefficients[0]
        high = a + b if wide else a
        low = 0.0 * x + (c if wide else b)
        high = 0.0 * x + high
        for a, b, c in coefficients[1:]:
            head = a + b if wide else a
            product = high * x
            error = error_of(high, x, product, split) if split != NONE else 0.0
            high = product + head
            taken = high - product
            rounding = (product - (high - taken)) + (head - taken)
            low = low * x + error + rounding + (c if wide else b)
        return high, low

    twice = compiled(twice)

    def decay(x: Any, bound: float, coefficients: Coefficients) -> Any:
        """e^(-|u(x)|), the coefficients of u highest first, each as a sum of three floats."""
        high, low = twice(x, bound, coefficients)
        above = real(high) > 0
        value = exp(where(above, -high, high))
        return value + value * where(above, -low, low)

    def tail(x: Any, bound: float, coefficients: Coefficients) -> Any:
        """erfc(u(x)), u mostly positive: -erfc'(h)/erfc(h) is near h + √(h² + 1.8) for h > 0."""
        high, low = twice(x, bound, coefficients)
        value = erfc(high)
        h = where(real(high) > 0, high, 0.0)
        return value - value * (low * (h + (h * h + 1.8) ** 0.5))

    def series(
        x: Any,
        pieces: tuple[float, float, float, float],
        radius: float,
        start: int,
        step: int,
        coefficients: tuple[float, ...],
    ) -> Any:
        """y^start (c_0 + c_1 y^step + …), y = x - root; y = 0 beyond the radius."""
        a, b, c, d = pieces
        # Each piece is exact in every dtype, and so are the first differences near the root.
        y = held(held(held(x - a) - b) - c) - d
        y = where(real(y) > radius, 0.0, y)
        y = where(real(y) < -radius, 0.0, y)
        power = y if step == 1 else y * y
        total = 0.0 * y + coefficients[len(coefficients) - 1]
        for place in range(len(coefficients) - 2, -1, -1):
            total = total * power + coefficients[place]
        for _ in range(start):
            total = total * y
        return total

    def within(x: Any, low: float, high: float, inside: float) -> Any:
        """x where low < x ≤ high, elsewhere the point inside."""
        return where(real(x) > high, inside, where(real(x) <= low, inside, x))

    def minus_abs(x: Any) -> Any:
        """-|x|, the real part deciding: holomorphic on either side of 0."""
        return where(real(x) > 0, -x, x)

    made = {
        function.__name__: compiled(function)
        for function in (minus_abs, within, decay, tail, series)
    }
    return {**made, "erfc": erfc, "inf": math.inf}


def _splitter(x: Any) -> float:
    kind = np.asarray(x).dtype
    return NONE if kind.kind == "c" else FLOAT32 if kind == np.float32 else FLOAT64


_ERFC = np.vectorize(math.erfc, otypes=[np.float64])


def erfc(x: Any) -> Any:
    """1 - erf of a real array, also where it is small; NumPy has none."""
    return np.asarray(_ERFC(x), dtype=np.result_type(x, np.float32))


def minus_abs(x: Any, out: Any = None) -> Any:
    """-|x| as `arithmetic` has it; of real numbers into a given array, by ufuncs."""
    if not np.iscomplexobj(x):
        size = np.abs(x, out=out)
        return np.negative(size, out=out)
    value = np.where(np.real(x) > 0, -x, x)
    if out is None:
        return value
    np.copyto(out, value)
    return out


NUMPY = arithmetic(np.exp, erfc, np.where, np.real, _splitter) | {"minus_abs": minus_abs}
"""The helpers of generated NumPy source."""
