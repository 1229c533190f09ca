"""What generated NumPy source calls: folds over time and the placements NumPy has no name for.

Every array carries its matrix in the last two axes (a column is n × 1) and any batch before them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import NotSupportedError, RangeError
from symrnn.numeric.stable.runtime import NUMPY

Array = NDArray[Any]


def fold(step: Callable[[Array, int], Array], times: Iterable[int], start: Array) -> Array:
    """step(… step(step(start, j₀), j₁) …): an ordered product applied to what is right of it."""
    value = start
    for time in times:
        value = step(value, time)
    return value


def total(term: Callable[[int], Array], times: Iterable[int], zero: Array) -> Array:
    """zero + term(j₀) + term(j₁) + …"""
    value = zero
    for time in times:
        value = value + term(time)
    return value


LARGE_PAGE = 1 << 21
"""Bytes of a large page; NumPy asks the system for them where an array has twice as many."""


def side_by_side(dtype: Any, *shapes: tuple[int, ...]) -> list[Array]:
    """Arrays without values yet, in one block of memory.

    Memory that is new is paid for page by page as it is first written to: for arrays of some 100
    KB each more than for what they are computed with. So a block begins and ends with a large page.
    """
    kind = np.dtype(dtype)
    page, line = LARGE_PAGE // kind.itemsize, 64 // kind.itemsize
    spans = [-(-math.prod(shape) // line) * line for shape in shapes]
    total, start = sum(spans), 0
    if 2 * total < page:
        block = np.empty(total, kind)
    else:
        block = np.empty((-(-total // page) + 1) * page, kind)
        start = -block.ctypes.data % LARGE_PAGE // kind.itemsize
    begins = itertools.accumulate(spans, initial=start)
    return [
        block[begin : begin + math.prod(shape)].reshape(shape)
        for begin, shape in zip(begins, shapes, strict=False)
    ]


def flat(array: Array) -> Array:
    """Time and batch as one axis."""
    return array.reshape(math.prod(array.shape[:-1]), array.shape[-1])


def sum_over_time(left: Array, summed: bool) -> Array:
    """Σ_k left_k, for each sequence or over the batch as well; the time is the first axis."""
    return np.asarray(flat(left).sum(axis=0) if summed else left.sum(axis=0))


def outer_over_time(left: Array, right: Array, summed: bool) -> Array:
    """Σ_k left_k right_kᵀ as one matrix product, for each sequence or over the batch as well."""
    if summed or left.ndim == right.ndim == 2:
        return np.asarray(flat(left).T @ flat(right))
    return np.asarray(np.moveaxis(left, 0, -1) @ np.moveaxis(right, 0, -2))


def product_of(factors: Array) -> Array:
    """The ordered product over the first axis, the last factor on the left.

    Neighbours are multiplied in pairs, pairs of pairs, …: as many matrix products as one after the
    other, but few calls, each with a batch of them.
    """
    while (count := len(factors)) > 1:
        pairs, odd = divmod(count, 2)
        paired = np.empty((pairs + odd, *factors.shape[1:]), factors.dtype)
        np.matmul(factors[1 : 2 * pairs : 2], factors[: 2 * pairs : 2], out=paired[:pairs])
        if odd:
            paired[pairs] = factors[count - 1]
        factors = paired
    return np.asarray(factors[0])


def kron(left: Array, right: Array) -> Array:
    """The Kronecker product of the last two axes."""
    product = left[..., :, None, :, None] * right[..., None, :, None, :]
    rows = left.shape[-2] * right.shape[-2]
    return product.reshape(*product.shape[:-4], rows, left.shape[-1] * right.shape[-1])


def vec(matrix: Array) -> Array:
    """The columns one below the other."""
    columns = matrix.mT
    return np.reshape(columns, (*columns.shape[:-2], columns.shape[-2] * columns.shape[-1], 1))


def unvec(vector: Array, rows: int, cols: int) -> Array:
    """The inverse of `vec`."""
    return vector.reshape(*vector.shape[:-2], cols, rows).mT


def diag(vector: Array) -> Array:
    """The dense diagonal matrix of a column; only where nothing stands beside it."""
    return np.asarray(vector * np.eye(vector.shape[-2], dtype=vector.dtype))


def diagonal(matrix: Array) -> Array:
    """The diagonal as a column."""
    return np.diagonal(matrix, axis1=-2, axis2=-1)[..., None]


def softmax(column: Array) -> Array:
    """exp(z_i) / Σ exp(z_l) of columns, real or complex, without overflow."""
    weights = np.exp(column - column.real.max(axis=-2, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-2, keepdims=True))


def logsumexp(column: Array) -> Array:
    """log Σ exp(z_l) of columns, real or complex, without overflow."""
    largest = column.real.max(axis=-2, keepdims=True)
    return np.asarray(largest + np.log(np.exp(column - largest).sum(axis=-2, keepdims=True)))


def determinant(matrix: Array) -> Array:
    """det A as a 1 × 1 matrix."""
    return np.asarray(np.linalg.det(matrix))[..., None, None]


def inverse(matrix: Array) -> Array:
    """A⁻¹."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError as error:
        raise RangeError("a singular matrix has no inverse", {"reason": error}) from error


def block(grid: list[list[Array]]) -> Array:
    """A matrix of blocks, batches broadcast against each other."""
    batch = np.broadcast_shapes(*(entry.shape[:-2] for row in grid for entry in row))
    rows = [
        np.concatenate([np.broadcast_to(e, (*batch, *e.shape[-2:])) for e in row], axis=-1)
        for row in grid
    ]
    return np.concatenate(rows, axis=-2)


def place(matrix: Array, start: int, size: int) -> Array:
    """The matrix in `size` rows of zeros from row `start` on."""
    result = np.zeros((*matrix.shape[:-2], size, matrix.shape[-1]), dtype=matrix.dtype)
    result[..., start : start + matrix.shape[-2], :] = matrix
    return result


def norm(matrix: Array, kind: Any) -> Array:
    """A matrix norm of the last two axes; a column is an n × 1 matrix. ∞ where an entry is ∞, NaN
    where one is NaN."""
    finite = np.asarray(np.isfinite(matrix).all(axis=(-2, -1)))
    if not finite.all():  # no singular values are found of these
        within = norm(np.where(finite[..., None, None], matrix, 0), kind)
        beyond = np.where(np.isnan(matrix).any(axis=(-2, -1)), np.nan, np.inf)
        return np.asarray(np.where(finite, within, beyond.astype(within.real.dtype)))
    if kind == "max":
        return np.asarray(np.abs(matrix).max(axis=(-2, -1)))
    if kind == 2 and matrix.shape[-1] == 1:
        # Scaled, so that squares neither overflow nor vanish.
        scale = np.abs(matrix).max(axis=(-2, -1), keepdims=True)
        safe = np.where(scale > 0, scale, np.ones_like(scale))
        unit = matrix / safe
        # √Σ x², not √Σ |x|²: the complex step needs a function with a complex derivative.
        squared = np.sum(unit * unit, axis=(-2, -1))
        length = np.sqrt(squared)
        return np.asarray(length * safe[..., 0, 0] * (scale[..., 0, 0] > 0))
    return np.asarray(np.linalg.norm(matrix, ord=kind, axis=(-2, -1)))


def log1p_exp(x: Array) -> Array:
    """log(1 + exp(x)), real or complex, without overflow for large real parts."""
    large = np.real(x) > 0
    tail = np.log1p(np.exp(np.where(large, -x, x)))
    return np.asarray(np.where(large, x + tail, tail))


def erf(x: Array) -> Array:
    """The error function of a real array; NumPy has none."""
    if np.iscomplexobj(x):
        raise NotSupportedError("erf of a complex array", {"expected": "real", "got": x.dtype})
    return np.asarray(_ERF(x), dtype=np.result_type(x, np.float32))


_ERF = np.vectorize(math.erf, otypes=[np.float64])


_HELPERS: dict[str, Callable[..., Any]] = {
    helper.__name__: helper
    for helper in (
        fold,
        total,
        side_by_side,
        flat,
        sum_over_time,
        outer_over_time,
        kron,
        vec,
        unvec,
        diag,
        diagonal,
        softmax,
        logsumexp,
        determinant,
        inverse,
        block,
        place,
        norm,
        log1p_exp,
        erf,
    )
}


NAMESPACE: dict[str, Any] = {**NUMPY, **_HELPERS}
"""What generated source calls beside NumPy's own functions."""
