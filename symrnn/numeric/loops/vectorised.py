"""exp and tanh of compiled loops, in arithmetic alone: the compiler takes several entries at once.

A call of the C library ends such a loop's vectors; NumPy has its own only for some processors and
precisions. With k the integer nearest to x / log 2 and r = x - k log 2, |r| ≤ (log 2)/2,

    e^x = 2^k e^r,    e^x - 1 = 2^k (e^r - 1) + (2^k - 1),

e^r by its Taylor series, so far that what is left out is below a tenth of an ulp; 2^k is written
into the bits of a float. Then tanh |x| = -y / (2 + y), y = e^(-2|x|) - 1, without cancellation.
"""

from __future__ import annotations

import functools
import importlib
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

ULP = {"exp": 1.0, "tanh": 3.0}
"""What is promised of each, in ulp of the result where that is no subnormal number."""


@dataclass(frozen=True)
class _Format:
    """A precision: its types, the bits of a significand, and how far the series goes."""

    real: type
    integer: type
    significand: int
    degree: int

    @property
    def bias(self) -> int:
        """Of the exponent."""
        return int(-np.finfo(self.real).minexp) + 1

    @property
    def nearest(self) -> tuple[Any, Any, Any]:
        """1/log 2, what leaves the nearest integer in the last bits of the significand when it is
        added, and by how many bits that integer is moved to be an exponent."""
        rounder = self.real(1.5 * 2.0 ** (self.significand - 1))
        return self.real(1 / math.log(2)), rounder, self.integer(self.significand - 1)

    def series(self, last: int) -> tuple[Any, ...]:
        """The coefficients of e^r, 1/n!, from the highest power to the last."""
        powers = range(self.degree, last - 1, -1)
        return tuple(self.real(1 / math.factorial(n)) for n in powers)

    @functools.cached_property
    def log_two(self) -> tuple[Any, Any]:
        """log 2 in two parts: k times the first is exact for every exponent k."""
        kept = self.significand - 1 - self.bias.bit_length() - 1
        exact = sympy.log(2)
        head = sympy.floor(exact * 2**kept) / sympy.Integer(2) ** kept
        return self.real(float(head)), self.real(float((exact - head).evalf(30)))


_FORMATS = {
    "float64": _Format(np.float64, np.int64, 53, 13),
    "float32": _Format(np.float32, np.int32, 24, 7),
}


@functools.cache
def functions() -> dict[str, Any]:
    """`exp`, `tanh`, and `like(x, c)`: the number c in the precision of x.

    numba has to be installed.
    """
    numba = importlib.import_module("numba")
    extending = importlib.import_module("numba.extending")
    types = numba.types
    pairs = {types.float64: types.int64, types.float32: types.int32}
    backwards = {integer: real for real, integer in pairs.items()}

    def cast(names: dict[Any, Any]) -> Any:
        def typed(_: Any, value: Any) -> Any:
            to = names[value]

            def generated(context: Any, builder: Any, __: Any, arguments: Any) -> Any:
                return builder.bitcast(arguments[0], context.get_value_type(to))

            return to(value), generated

        return extending.intrinsic(typed)

    bits, floating = cast(pairs), cast(backwards)

    def compiled(function: Any) -> Any:
        # a b + c may be rounded once: that only helps here.
        return numba.njit(function, fastmath={"contract"}, error_model="numpy")

    def of_each(make: Any) -> Any:
        made = {}
        for name, form in _FORMATS.items():
            made[getattr(types, name)] = make(form)

        def chosen(x: Any) -> Any:
            return made.get(x, made[types.float64])

        def stub(x: Any) -> Any:  # what it does is the overload's
            raise NotImplementedError

        extending.overload(stub, jit_options={"fastmath": {"contract"}})(chosen)

        def called(x: Any) -> Any:
            return stub(x)

        return compiled(called)

    def like(x: Any, number: Any) -> Any:
        return type(x)(number)

    return {
        "exp": of_each(functools.partial(_exp, numba=numba, bits=bits, floating=floating)),
        "tanh": of_each(functools.partial(_tanh, numba=numba, bits=bits, floating=floating)),
        "like": numba.njit(like),
    }


def _exp(form: _Format, numba: Any, bits: Any, floating: Any) -> Any:
    real, integer = form.real, form.integer
    head, rest = form.log_two
    per_two, rounder, shift = form.nearest
    bias = integer(form.bias)
    first, *others = form.series(0)
    coefficients = tuple(others)
    # 2^k is no normal float at either end: then a part of it is a factor of its own.
    aside = integer(2 * form.significand)
    up, down, one, none = real(2.0**aside), real(2.0**-aside), real(1), integer(0)
    largest = math.log(np.finfo(real).max)
    far, high = real(largest - float(aside)), real(largest + 1)
    low = real(math.log(np.finfo(real).tiny) - form.significand)

    def value(x: Any) -> Any:
        x = low if x < low else x
        x = high if x > high else x
        shifted = x * per_two + rounder
        k = shifted - rounder
        r = x - k * head
        r = r - k * rest
        total = first
        for coefficient in numba.literal_unroll(coefficients):
            total = total * r + coefficient
        power = integer(bits(shifted) - bits(rounder))
        factor = down if x < -far else (up if x > far else one)
        moved = aside if x < -far else (-aside if x > far else none)
        return total * floating(integer((power + moved + bias) << shift)) * factor

    return value


def _tanh(form: _Format, numba: Any, bits: Any, floating: Any) -> Any:
    real, integer = form.real, form.integer
    head, rest = form.log_two
    per_two, rounder, shift = form.nearest
    bias, one, two, none = integer(form.bias), real(1), real(2), real(0)
    first, *others = form.series(2)
    coefficients = tuple(others)
    # From there on tanh is 1.
    low = real(-(form.significand + 2) * math.log(2))

    def value(x: Any) -> Any:
        u = -two * x if x > none else two * x
        u = low if u < low else u
        shifted = u * per_two + rounder
        k = shifted - rounder
        r = u - k * head
        r = r - k * rest
        total = first
        for coefficient in numba.literal_unroll(coefficients):
            total = total * r + coefficient
        total = r + r * r * total
        power = floating(integer((integer(bits(shifted) - bits(rounder)) + bias) << shift))
        y = power * total + (power - one)
        size = -y / (two + y)
        # 0 keeps its sign.
        return size if x > none else (x if x == none else -size)

    return value
