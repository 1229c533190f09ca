"""Jacobians by differences: oracles that share no code with any derivation.

Every oracle takes a *batched* function `f`, mapping an array of shape (P, *in) to an
array of shape (P, *out), where row p of the result depends on row p of the argument
alone. All perturbed copies of the point then go through `f` in a few large runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.errors import IllFormedError, ShapeError

BatchedFunction = Callable[[NDArray[Any]], NDArray[Any]]

EPS = float(np.finfo(np.float64).eps)
STEP = 1e-30
"""h of the complex step."""

LOST = float(np.finfo(np.float64).tiny) / EPS / STEP
"""Size below which a derivative by the complex step has lost digits: Im is h times as large."""

MEMORY_BUDGET = 1 << 25
"""Bytes that the perturbed copies of one run may take (32 MiB)."""


@dataclass(frozen=True)
class Extrapolation:
    """A Jacobian by Richardson extrapolation.

    Attributes:
        jacobian: shape out + in.
        error: entrywise estimate (not a bound) of |jacobian - exact|, same shape.
        steps: the steps used per coordinate of the point, shape (levels, *in).
        chosen: the smallest step that the entry kept was extrapolated from, shape out + in.
    """

    jacobian: NDArray[np.float64]
    error: NDArray[np.float64]
    steps: NDArray[np.float64]
    chosen: NDArray[np.float64]

    @property
    def noticed(self) -> float:
        """Largest entry's error estimate over the largest entry: what is smaller cannot be seen."""
        scale = float(np.max(np.abs(self.jacobian), initial=0.0))
        error = float(np.max(self.error, initial=0.0))
        return error / scale if scale > 0 else (0.0 if error == 0 else float("inf"))


def central_differences(
    f: BatchedFunction,
    x: ArrayLike,
    step: float | None = None,
    *,
    chunk: int | None = None,
    budget: int = MEMORY_BUDGET,
) -> NDArray[np.float64]:
    """Jacobian of `f` at `x` by (f(x + h e_i) - f(x - h e_i)) / 2h.

    Args:
        f: batched function, (P, *in) to (P, *out), real.
        x: the point, shape in, real and finite.
        step: h, the same for every coordinate. By default h_i = eps^(1/3) max(1, |x_i|),
            about 6.1e-6 near the origin, which balances the truncation error h² f'''/6
            against the rounding error eps |f| / h: some 1e-10 in all.
        chunk: directions per run; by default `directions_per_run` of the budget.
        budget: bytes that the perturbed points of one run may take.

    Returns:
        The Jacobian in numerator layout, shape out + in.

    Raises:
        IllFormedError: `x`, `step` or a value of `f` is complex or not finite.
        ShapeError: `f` does not return one row per row of its argument.
    """
    point = _real_point(x)
    widths = (
        EPS ** (1 / 3) * np.maximum(1.0, np.abs(point)) if step is None else _filled(point, step)
    )
    return _central(f, point, widths, _run(point, chunk, 8, budget))


def richardson(
    f: BatchedFunction,
    x: ArrayLike,
    step: ArrayLike | None = None,
    levels: int = 6,
    *,
    chunk: int | None = None,
    budget: int = MEMORY_BUDGET,
) -> Extrapolation:
    """Jacobian of `f` at `x` by central differences at h, h/2, h/4, …, extrapolated to 0.

    The error of central differences is a series in h², so that
    T[i][n] = T[i][n-1] + (T[i][n-1] - T[i-1][n-1]) / (4^n - 1) cancels its first n terms.
    Entry by entry the member of the tableau with the smallest estimated error is kept.

    Args:
        f: batched function, (P, *in) to (P, *out), real.
        x: the point, shape in, real and finite.
        step: the largest h, one for all coordinates or of the shape of x; by default
            h_i = max(1, |x_i|) / 16.
        levels: number of steps, at least 2.
        chunk: directions per run; by default `directions_per_run` of the budget.
        budget: bytes that the perturbed points of one run may take.

    Returns:
        Jacobian, error estimate and steps.

    Raises:
        IllFormedError: as `central_differences`, or fewer than two levels.

    Source: C. J. F. Ridders, Advances in Engineering Software 4 (1982) 75-76.
    """
    if levels < 2:
        raise IllFormedError(
            "levels: expected at least 2 steps to extrapolate from", {"levels": levels}
        )
    point = _real_point(x)
    widest = np.maximum(1.0, np.abs(point)) / 16 if step is None else _filled(point, step)
    steps = np.stack([widest / 2**i for i in range(levels)])
    run = _run(point, chunk, 8, budget)
    row = [_central(f, point, steps[0], run)]
    best, error = row[0], np.full(row[0].shape, np.inf)
    finest = np.zeros(row[0].shape, dtype=int)
    values = np.asarray(f(point[None]))[0]
    size = np.abs(values).reshape(values.shape + (1,) * point.ndim)
    for i in range(1, levels):
        previous, row = row, [_central(f, point, steps[i], run)]
        # One rounding of f, divided by h, and one of the difference itself.
        rounding = EPS * (size / steps[i] + np.abs(row[0]))
        for n in range(1, i + 1):
            row.append(row[n - 1] + (row[n - 1] - previous[n - 1]) / (4.0**n - 1))
            estimate = rounding + np.maximum(
                np.abs(row[n] - row[n - 1]), np.abs(row[n] - previous[n - 1])
            )
            better = estimate < error
            best = np.where(better, row[n], best)
            error = np.where(better, estimate, error)
            finest = np.where(better, i, finest)
    across = np.broadcast_to(
        steps.reshape(levels, *(1,) * values.ndim, *point.shape), (levels, *finest.shape)
    )
    chosen = np.take_along_axis(across, finest[None], axis=0)[0]
    return Extrapolation(best, error, steps, chosen)


def complex_step(
    f: BatchedFunction,
    x: ArrayLike,
    step: float = STEP,
    chunk: int | None = None,
    *,
    budget: int = MEMORY_BUDGET,
) -> NDArray[np.float64]:
    """Jacobian of `f` at `x` by Im f(x + i h e_k) / h, exact to machine precision.

    Nothing is subtracted, so h may be so small that the truncation error h² f'''/6 is
    far below one rounding.

    Args:
        f: batched function, (P, *in) to (P, *out), holomorphic (no abs, no conjugate) and
            real on real arguments; it is called with complex128.
        x: the point, shape in, real and finite.
        step: h.
        chunk: directions per run; by default `directions_per_run` of the budget.
        budget: bytes that the perturbed points of one run may take.

    Returns:
        The Jacobian in numerator layout, shape out + in.

    Raises:
        IllFormedError: `x` or `step` is complex or not finite, or `f` drops the imaginary
            part or returns values that are not finite.
        ShapeError: `f` does not return one row per row of its argument.

    Source: W. Squire, G. Trapp, SIAM Review 40 (1998) 110-112.
    """
    point = _real_point(x)
    width = float(_filled(np.zeros(()), step))
    columns = []
    for directions in _directions(point, _run(point, chunk, 16, budget)):
        columns.append(_imaginary(f, point + 1j * width * directions) / width)
    return _assembled(columns, point)


def directions_per_run(size: int, budget: int = MEMORY_BUDGET, itemsize: int = 16) -> int:
    """How many copies of `size` numbers fit in a budget of bytes; at least one.

    Raises:
        IllFormedError: the budget is not positive.
    """
    if budget < 1:
        raise IllFormedError("budget: expected a positive number of bytes", {"budget": budget})
    return max(1, budget // (itemsize * max(1, size)))


def relative_error(actual: ArrayLike, expected: ArrayLike, floor: float = 0.0) -> float:
    """max |actual - expected| / max(floor, max |expected|), over all entries.

    One scale for the whole array: an entry that should be 0 among entries of size 1 may be
    off by a rounding of 1. The scale is taken from `expected` and not bounded below by 1,
    for a vanished gradient of size 1e-20 must still be right to be called right. Where
    `expected` comes from differences that can not resolve below some size, give it as
    `floor`.

    Args:
        actual, expected: arrays of one shape; `expected` finite.
        floor: smallest scale, ≥ 0.

    Returns:
        0 when the arrays are equal (both may be 0 or empty); inf when they differ and the
        scale is 0, or when `actual` is not finite. Never NaN.

    Raises:
        ShapeError: the shapes differ.
        IllFormedError: `expected` is not finite, or `floor` is negative or not finite.
    """
    found, wanted = np.asarray(actual), np.asarray(expected)
    if found.shape != wanted.shape:
        raise ShapeError(
            "actual and expected: expected one shape",
            {"actual": found.shape, "expected": wanted.shape},
        )
    if not np.all(np.isfinite(wanted)):
        raise IllFormedError("expected: entries must be finite to compare with")
    if not (np.isfinite(floor) and floor >= 0):
        raise IllFormedError("floor: expected a finite number ≥ 0", {"floor": floor})
    if found.size == 0:
        return 0.0
    if not np.all(np.isfinite(found)):
        return float("inf")
    difference = float(np.max(np.abs(found - wanted)))
    scale = max(float(floor), float(np.max(np.abs(wanted))))
    if difference == 0.0:
        return 0.0
    return difference / scale if scale > 0 else float("inf")


def _central(
    f: BatchedFunction,
    point: NDArray[np.float64],
    widths: NDArray[np.float64],
    run: int,
) -> NDArray[np.float64]:
    columns = []
    for directions in _directions(point, run):
        ahead, behind = point + widths * directions, point - widths * directions
        # Divide by the distance that floating point really left between the two points.
        distance = np.sum(ahead - behind, axis=tuple(range(1, ahead.ndim)))
        if not np.all(distance > 0):
            raise IllFormedError(
                "step: too small to move the point", {"smallest step": float(np.min(widths))}
            )
        difference = _real(_values(f, ahead)) - _real(_values(f, behind))
        columns.append(difference / distance.reshape((-1,) + (1,) * (difference.ndim - 1)))
    return _assembled(columns, point)


def _run(point: NDArray[np.float64], chunk: int | None, itemsize: int, budget: int) -> int:
    if chunk is not None and chunk < 1:
        raise IllFormedError("chunk: expected at least one direction", {"chunk": chunk})
    return chunk or directions_per_run(point.size, budget, itemsize)


def _directions(point: NDArray[np.float64], run: int) -> Iterator[NDArray[np.float64]]:
    """Unit vectors of the space of `point`, in runs of shape (P, *in)."""
    count = point.size
    # A point without coordinates still needs one empty run, to learn the shape of out.
    for start in range(0, max(1, count), run):
        rows = min(run, count - start)
        yield np.eye(rows, count, start).reshape(rows, *point.shape)


def _imaginary(f: BatchedFunction, batch: NDArray[np.complex128]) -> NDArray[np.float64]:
    values = _values(f, batch)
    if not np.iscomplexobj(values):
        raise IllFormedError(
            "f: expected complex values for a complex argument; a function that drops"
            " the imaginary part is not holomorphic, use central_differences",
            {"argument": "complex128", "value": values.dtype},
        )
    return np.asarray(values.imag)


def _assembled(
    columns: list[NDArray[np.float64]], point: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Stack of ∂f/∂x_i, shape (N, *out), to out + in."""
    stack = np.moveaxis(np.concatenate(columns), 0, -1)
    return stack.reshape(stack.shape[:-1] + point.shape)


def _values(f: BatchedFunction, batch: NDArray[Any]) -> NDArray[Any]:
    values = np.asarray(f(batch))
    if values.ndim < 1 or values.shape[0] != batch.shape[0]:
        raise ShapeError(
            "f: expected one row of values per row of the argument",
            {"argument": batch.shape, "values": values.shape},
        )
    if not np.all(np.isfinite(values)):
        raise IllFormedError("f: expected finite values near the point")
    return values


def _real(values: NDArray[Any]) -> NDArray[np.float64]:
    if np.iscomplexobj(values):
        raise IllFormedError("f: expected real values", {"dtype": values.dtype})
    return values.astype(np.float64)


def _real_point(x: ArrayLike) -> NDArray[np.float64]:
    point = np.asarray(x)
    if point.dtype.kind not in "iuf":
        raise IllFormedError("x: expected real numbers", {"dtype": point.dtype})
    if not np.all(np.isfinite(point)):
        raise IllFormedError(
            "x: expected finite numbers", {"not finite": int(np.sum(~np.isfinite(point)))}
        )
    return point.astype(np.float64)


def _filled(point: NDArray[np.float64], step: ArrayLike) -> NDArray[np.float64]:
    widths = np.asarray(step)
    real = widths.dtype.kind in "iuf"
    if not (real and np.all(np.isfinite(widths)) and np.all(widths > 0)):
        raise IllFormedError("step: expected a finite real number > 0", {"step": step})
    if widths.shape not in ((), point.shape):
        raise ShapeError(
            "step: expected one number, or one for each entry of x",
            {"step": widths.shape, "x": point.shape},
        )
    return np.broadcast_to(widths.astype(np.float64), point.shape).copy()
