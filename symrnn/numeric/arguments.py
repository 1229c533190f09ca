"""What kernels demand of their arguments, checked before any work.

Every message names the argument, what was expected and what was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, RangeError, ShapeError

Array = NDArray[Any]

DTYPES = tuple(np.dtype(kind) for kind in ("float32", "float64", "complex64", "complex128"))


def one_dtype(**arrays: Any) -> dict[str, Array]:
    """The arguments as finite arrays of one floating dtype; integers take that of the others.

    Each is a copy of its own, rows in order, in the machine's byte order.

    Raises:
        IllFormedError: not numeric, not finite, or of different dtypes.
    """
    result = {name: _numeric(name, value) for name, value in arrays.items()}
    kinds = {name: array.dtype for name, array in result.items() if array.dtype.kind in "fc"}
    common = next(iter(kinds.values()), np.dtype(np.float64))
    if any(kind != common for kind in kinds.values()):
        raise IllFormedError(
            "arguments of different dtypes",
            {"expected": "one dtype for all", **{f"{n} has": k for n, k in kinds.items()}},
        )
    return {name: np.array(array, dtype=common, order="C") for name, array in result.items()}


def array_of(name: str, value: Any) -> Array:
    """What the caller passed as a plain array, in the machine's byte order.

    Raises:
        IllFormedError: it is missing, masked, ragged, or no array at all.
    """
    if value is None:
        raise IllFormedError(f"{name} is missing", {"expected": "an array", "got": "None"})
    if isinstance(value, np.ma.MaskedArray):
        raise IllFormedError(
            f"{name} is a masked array: what stands for the masked entries?",
            {"expected": f"an array without a mask, such as {name}.filled(0)", "got": "a mask"},
        )
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        raise IllFormedError(
            f"{name} is no array", {"got": type(value).__name__, "reason": error}
        ) from error
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _numeric(name: str, value: Any) -> Array:
    array = array_of(name, value)
    if array.dtype.kind not in "iu" and array.dtype not in DTYPES:
        raise IllFormedError(
            f"{name} must be numeric",
            {"expected": f"{', '.join(map(str, DTYPES))} or integers", "got": array.dtype},
        )
    if not np.isfinite(array).all():
        raise IllFormedError(
            f"{name} holds non-finite entries",
            {"expected": "finite", "got": f"{int((~np.isfinite(array)).sum())} non-finite"},
        )
    return array


def sizes(W: Array, U: Array, hidden: Any, width: Any) -> None:
    """Compare d and m with those of a recurrence that has integers for them.

    Raises:
        ShapeError: W or U has other sizes.
    """
    for name, array, letter, size in (("W", W, "d", hidden), ("U", U, "m", width)):
        if getattr(size, "is_Integer", False) and array.shape[-1:] != (int(size),):
            raise ShapeError(
                f"{name} has shape {array.shape}",
                {"expected": f"{letter} = {size}, the size of the recurrence"},
            )


def fitting(W: Array, U: Array, b: Array, s0: Array, x: Array) -> tuple[int, ...]:
    """The batch shape of weights, initial state and inputs that fit each other.

    Raises:
        ShapeError: naming the argument that does not fit.
        IllFormedError: a sequence without a step.
    """
    d = W.shape[-1] if W.ndim >= 2 else None
    m = U.shape[-1] if U.ndim >= 2 else None
    expected = {
        "W": (W, 2, (d, d), "(…, d, d)"),
        "U": (U, 2, (d, None), "(…, d, m)"),
        "b": (b, 1, (d,), "(…, d)"),
        "s0": (s0, 1, (d,), "(…, d)"),
        "x": (x, 2, (m,), "(T, …, m)"),
    }
    for name, (array, least, sizes, words) in expected.items():
        tail = array.shape[-len(sizes) :]
        wrong = array.ndim < least or any(
            want is not None and have != want for want, have in zip(sizes, tail, strict=True)
        )
        if wrong:
            raise ShapeError(
                f"{name} has shape {array.shape}", {"expected": f"{words} with d = {d}, m = {m}"}
            )
    if len(x) == 0:
        raise IllFormedError("x holds no step", {"expected": "T ≥ 1", "got": f"shape {x.shape}"})
    batches = {"W": W.shape[:-2], "U": U.shape[:-2], "b": b.shape[:-1]}
    batches |= {"s0": s0.shape[:-1], "x": x.shape[1:-1]}
    if not any(batches.values()):
        return ()
    try:
        return np.broadcast_shapes(*batches.values())
    except ValueError:
        raise ShapeError(
            "the batch axes do not fit each other",
            {"expected": "shapes that broadcast", **batches},
        ) from None


def vectors(name: str, value: Any, dtype: Any, shape: tuple[int, ...], words: str) -> Array:
    """Vectors that broadcast to a shape, of the dtype of the run; further axes in front are kept.

    The rows lie in order, and may be written to.

    Raises:
        IllFormedError: not numeric, not finite, another dtype.
        ShapeError: not broadcastable.
    """
    array = _numeric(name, value)
    if array.dtype.kind in "fc" and array.dtype != dtype:
        raise IllFormedError(
            f"{name} has another dtype than the run", {"expected": dtype, "got": array.dtype}
        )
    try:
        full = np.broadcast_shapes(array.shape, shape)
    except ValueError:
        full = ()
    if array.ndim < 1 or full[-len(shape) :] != shape or array.shape[-1:] != shape[-1:]:
        raise ShapeError(f"{name} has shape {array.shape}", {"expected": f"{words}, here {shape}"})
    spread = array if array.shape == full else np.broadcast_to(array, full)
    return np.require(spread, dtype, ["C", "A", "W"])


def aligned(name: str, value: Any, dtype: Any, shape: tuple[int, ...]) -> Array:
    """Vectors at each time, (T, …, d): the batch axes between broadcast to those of the run."""
    array = array_of(name, value)
    gap = (1,) * (len(shape) - array.ndim)
    array = array.reshape(*array.shape[:1], *gap, *array.shape[1:])
    result = vectors(name, array, dtype, shape, "(T, …, d)")
    if result.shape != shape:
        raise ShapeError(
            f"{name} has shape {np.shape(value)}", {"expected": f"(T, …, d), here {shape}"}
        )
    return result


def times(steps: int, t: int, k: int) -> None:
    """Check 0 ≤ k ≤ t ≤ T.

    Raises:
        IllFormedError: otherwise, or if they are no integers.
    """
    if not all(map(is_whole, (t, k))) or not 0 <= k <= t <= steps:
        raise IllFormedError(
            "times out of range", {"expected": f"0 ≤ k ≤ t ≤ {steps}", "got": f"k={k}, t={t}"}
        )


def random_numbers(seed: Any) -> np.random.Generator:
    """Random numbers that repeat exactly, from a seed.

    Raises:
        IllFormedError: it is no integer from 0 on.
    """
    if not is_whole(seed) or seed < 0:
        raise IllFormedError("seed", {"expected": "an integer from 0 on", "got": repr(seed)})
    return np.random.default_rng(int(seed))


def batch_shape(batch: Any) -> tuple[int, ...]:
    """The axes in front of every sequence of a batch; an integer is one axis.

    Raises:
        IllFormedError: it is neither, or an axis is negative.
    """
    axes = (batch,) if is_whole(batch) else batch
    if not isinstance(axes, tuple | list) or not all(is_whole(a) and a >= 0 for a in axes):
        raise IllFormedError("batch", {"expected": "a shape, such as (4,)", "got": repr(batch)})
    return tuple(map(int, axes))


def is_whole(number: Any) -> bool:
    """Whether it is an integer, of Python or of NumPy; True and False are none."""
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def truncation(tau: int, t: int, convention: str) -> int:
    """The time whose state is held constant: t-τ-1 for τ factors, t-τ for τ steps, at least 0.

    Raises:
        IllFormedError: τ is no integer in 0 … t, or the convention is not known.
    """
    if convention not in ("factors", "steps"):
        raise IllFormedError(
            "unknown truncation convention", {"expected": "factors or steps", "got": convention}
        )
    if not is_whole(tau) or not 0 <= tau <= t:
        raise IllFormedError("tau out of range", {"expected": f"0 ≤ τ ≤ t = {t}", "got": tau})
    return max(t - int(tau) - (convention == "factors"), 0)


def in_range(what: str, results: Sequence[Array], advice: str) -> None:
    """Refuse an overflow, and what is no number.

    Raises:
        RangeError: a result is not finite.
    """
    for result in results:
        if _is_finite(result):
            continue
        # Not a number: 0/0, or ∞ - ∞ and 0 · ∞ behind an overflow.
        lost = "" if np.isinf(result).any() else " on the way, or is 0/0, as a norm's slope at 0"
        raise RangeError(
            f"{what} overflows {result.dtype}{lost}",
            {"largest number": f"{np.finfo(result.dtype).max:.3g}", "instead": advice},
        )


MANY = 4096
"""Entries from which on a sum is cheaper than a look at each."""


def _is_finite(array: Array) -> bool:
    """Whether every entry is; a sum that is finite has finite terms."""
    if array.size >= MANY:
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(array.sum()):
                return True
    return bool(np.isfinite(array).all())
