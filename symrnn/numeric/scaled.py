"""Numbers far outside the range of floats: a mantissa array times a power of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import RangeError
from symrnn.numeric.runtime import norm

Array = NDArray[Any]

LOG_2 = float(np.log(2.0))


@dataclass(frozen=True, eq=False)
class Scaled:
    """mantissa · 2^exponent, one exponent for each array of a batch.

    Attributes:
        mantissa: (…, n) or (…, n, m), its largest entry between 1/2 and 1, or all 0.
        exponent: integers, the shape of the batch.
    """

    mantissa: Array
    exponent: NDArray[np.int64]

    @property
    def axes(self) -> int:
        """How many axes one array of the batch has."""
        return self.mantissa.ndim - self.exponent.ndim

    def value(self) -> Array:
        """The array itself; what is too small becomes 0.

        Raises:
            RangeError: an entry is too large for the dtype.
        """
        shifted = shift(self.mantissa, self.exponent)
        if not np.isfinite(shifted).all():
            raise RangeError(
                f"a scaled value overflows {self.mantissa.dtype}",
                {"largest exponent of 2": int(self.exponent.max()), "instead": "log_norm()"},
            )
        return shifted

    def log_norm(self, kind: Any = 2) -> Array:
        """ln ‖·‖, a matrix norm of `numpy.linalg.norm` or the Euclidean one; -∞ for 0."""
        matrix = self.mantissa if self.axes == 2 else self.mantissa[..., None]
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(norm(matrix, kind)) + LOG_2 * self.exponent)


def scaled(array: Array, axes: int, exponent: Any = 0) -> Scaled:
    """array · 2^exponent with the largest entry of the last `axes` axes brought to [1/2, 1)."""
    last = tuple(range(array.ndim - axes, array.ndim))
    largest = np.abs(array).max(axis=last, initial=0)
    power = np.frexp(largest)[1].astype(np.int64)
    return Scaled(shift(array, -power), power + exponent)


def shift(array: Array, power: Any) -> Array:
    """array · 2^power, exact but for what underflows; ∞ where it overflows."""
    if np.iscomplexobj(array):
        # Part by part: ∞ times a complex number is NaN.
        result = np.empty_like(array)
        result.real, result.imag = shift(array.real, power), shift(array.imag, power)
        return result
    power = np.asarray(power)
    power = power.reshape((*power.shape, *(1,) * (array.ndim - power.ndim)))
    real = array.dtype.type
    # 2^power itself may be out of range where the product is not: in three factors it is not.
    most = np.finfo(real).maxexp - 2
    result = array
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for _ in range(3):
            part = np.clip(power, -most, most)
            result = result * np.ldexp(real(1), part.astype(np.int32))
            power = power - part
            if not power.any():
                return np.asarray(result)
        beyond = np.where(power > 0, real(np.inf), real(0))
        scale = np.where(power == 0, real(1), beyond)
        return np.asarray(np.where(result == 0, result, result * scale))


def plus(left: Scaled, right: Scaled) -> Scaled:
    """The sum, at the larger of both exponents."""
    zero = [~np.abs(each.mantissa).any(axis=_last(each)) for each in (left, right)]
    low = np.iinfo(np.int64).min // 4
    exponents = [np.where(z, low, e.exponent) for z, e in zip(zero, (left, right), strict=True)]
    common = np.maximum(*exponents)
    common = np.where(common == low, 0, common)
    total = sum(
        shift(each.mantissa, np.where(z, 0, each.exponent - common))
        for z, each in zip(zero, (left, right), strict=True)
    )
    return scaled(np.asarray(total), left.axes, common)


def product_of(factors: Scaled) -> Scaled:
    """The ordered product over the first axis, the last factor on the left, pair by pair.

    After each round of products the exponents are taken out: no entry leaves the range.
    """
    mantissa, exponent = factors.mantissa, factors.exponent
    while len(mantissa) > 1:
        pairs = len(mantissa) // 2
        later, earlier = slice(1, 2 * pairs, 2), slice(0, 2 * pairs, 2)
        paired = scaled(mantissa[later] @ mantissa[earlier], 2, exponent[later] + exponent[earlier])
        rest = slice(2 * pairs, None)
        mantissa = np.concatenate([paired.mantissa, mantissa[rest]])
        exponent = np.concatenate([paired.exponent, exponent[rest]])
    return Scaled(mantissa[0], exponent[0])


def _last(value: Scaled) -> tuple[int, ...]:
    return tuple(range(value.exponent.ndim, value.mantissa.ndim))
