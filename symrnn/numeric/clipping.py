"""Clipping of gradients, safe for every finite input.

The maps are those of `symrnn.numeric.algorithms`, which the lecture prints; here they are
checked, kept away from overflow and underflow, and rounded inwards. All three leave a
gradient inside the ball (or box) as it is, bit for bit, and give back shape and dtype of
what came in, as arrays that the caller may write to. The arithmetic is that of float64, whose
squares hold any float32.

Rounding: the Euclidean norm of the result, as `global_norm` computes it, never exceeds κ;
that computed norm is within some 1e-15 of the exact one. So clipping twice is clipping
once, bit for bit.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import algorithms, trees

Array = NDArray[Any]
Doubles = NDArray[np.float64]
NonFinite = Literal["raise", "pass"]

LEAST, MOST = 2.0**-500, 2.0**500
"""Norms whose squares, and those of their larger entries, are ordinary numbers."""


def clip_by_norm(g: ArrayLike, kappa: float, *, nonfinite: NonFinite = "raise") -> Array:
    """g min(1, κ/‖g‖): the nearest point of the ball of radius κ.

    Args:
        g: gradient of any shape; for a matrix the norm is Frobenius's.
        kappa: threshold κ, a real number (of Python's, NumPy's, or an array without axes), finite
            and > 0; as the nearest float64.
        nonfinite: what becomes of a gradient with NaN or ±inf: an error, or ("pass") the
            gradient unchanged.

    Returns:
        A new array, shape and dtype of `g` (integers become float64).

    Raises:
        IllFormedError: κ or `nonfinite` is out of range, `g` is not of real numbers, or is
            not finite.

    Source: R. Pascanu, T. Mikolov, Y. Bengio, ICML 2013, algorithm 1.
    """
    array = _gradient(g, "g")
    bound = threshold(kappa)
    if _passes([array], nonfinite):
        return array

    def shown(parts: Sequence[Doubles], threshold: float) -> Sequence[Doubles]:
        return [algorithms.clip_by_norm(part, threshold) for part in parts]

    return _clipped(shown, [array], bound)[0]


def clip_by_global_norm(gradients: Any, kappa: float, *, nonfinite: NonFinite = "raise") -> Any:
    """g_i min(1, κ/n) with one n = √Σ‖g_i‖² for all: the joint direction is kept.

    Args:
        gradients: one array per parameter, of any shapes and real dtypes: a sequence, a dict, or
            these nested; None stands for a parameter without a gradient. A single array is one
            gradient.
        kappa: threshold κ of n, as in `clip_by_norm`.
        nonfinite: as in `clip_by_norm`; one NaN lets all gradients pass unchanged.

    Returns:
        New arrays in a tuple, in the same order; or in dicts, lists and tuples as they came. Shape
        and dtype of each are kept.

    Raises:
        IllFormedError: as `clip_by_norm`, naming the gradient.
    """
    given = _several(gradients)
    arrays = trees.leaves("gradients", given, branch=True)
    bound = threshold(kappa)
    if not _passes(arrays, nonfinite):
        arrays = _clipped(algorithms.clip_by_global_norm, arrays, bound)
    found = trees.rebuilt(given, iter(arrays), branch=True)
    return tuple(found) if isinstance(found, list) else found


def clip_by_value(g: Any, kappa: float, *, nonfinite: NonFinite = "raise") -> Any:
    """max(-κ, min(κ, g_i)), entry by entry: the direction may change.

    Args:
        g: gradient of any shape, or several in dicts, lists and tuples.
        kappa: largest absolute value of an entry, as in `clip_by_norm`.
        nonfinite: as in `clip_by_norm`.

    Returns:
        A new array, shape and dtype of `g`, or as many as came; where κ is not a number of that
        dtype, the next one towards 0 stands for it.

    Raises:
        IllFormedError: as `clip_by_norm`.
    """
    arrays = trees.leaves("g", g)
    bound = threshold(kappa)
    if not _passes(arrays, nonfinite):
        arrays = [_boxed(array, bound) for array in arrays]
    return trees.rebuilt(g, iter(arrays))


def _boxed(array: Array, bound: float) -> Array:
    clipped = np.clip(array.astype(np.float64), -bound, bound).astype(array.dtype)
    outside = np.abs(clipped.astype(np.float64)) > bound
    return np.where(outside, _inwards(clipped), clipped)


def global_norm(gradients: Any) -> float:
    """√Σ‖g_i‖² over all entries of all gradients, without overflow on the way.

    inf only where the norm is beyond the largest float64, or an entry is. Gradients as in
    `clip_by_global_norm`.

    Raises:
        IllFormedError: an entry is NaN, or not a real number.
    """
    arrays = trees.leaves("gradients", _several(gradients), branch=True)
    if any(np.any(np.isnan(array)) for array in arrays):
        raise IllFormedError("gradients: the norm of NaN is not defined")
    return _norm(arrays)


def threshold(kappa: Any) -> float:
    """κ as a float64.

    Raises:
        IllFormedError: it is no real number, not finite, or not > 0.
    """
    # Text, truth values and None are no thresholds, though float() would take some of them.
    known = isinstance(kappa, numbers.Real | Decimal) or _is_real_array(kappa)
    if known and not isinstance(kappa, bool | np.bool_):
        value = _as_float(kappa)
        if 0 < value < np.inf:
            return value
    raise IllFormedError(
        "kappa: expected a finite number > 0", {"got": f"{kappa!r}", "type": type(kappa).__name__}
    )


def _is_real_array(kappa: Any) -> bool:
    """Whether it is a real number in an array without axes, of NumPy's, torch's or jax's."""
    dtype = getattr(kappa, "dtype", None)
    kind = dtype.kind in "iuf" if isinstance(dtype, np.dtype) else "float" in str(dtype)
    return getattr(kappa, "shape", None) == () and kind


def _as_float(kappa: Any) -> float:
    try:
        return float(kappa)
    except OverflowError:  # an integer or a fraction beyond the largest float64
        return np.inf


def _several(gradients: Any) -> Any:
    """The gradients with a generator, or a view of a dict, written out."""
    tree = isinstance(gradients, Mapping | list | tuple) or gradients is None
    if tree or hasattr(gradients, "__array__") or not isinstance(gradients, Iterable):
        return gradients
    return gradients if isinstance(gradients, str | bytes) else tuple(gradients)


def _clipped(
    shown: Callable[[Sequence[Doubles], float], Sequence[Doubles]],
    arrays: Sequence[Array],
    kappa: float,
) -> list[Array]:
    """Run the algorithm `shown` on finite arrays, then round inwards."""
    parts = [array.astype(np.float64) for array in arrays]
    n = _norm(parts)
    if n <= kappa:
        clipped: Sequence[Doubles] = parts
    elif LEAST <= n <= MOST:
        clipped = shown(parts, kappa)
    else:
        # Out of the ball, clip(g, κ) = 2κ clip(g/c, ½) for each c < 2‖g‖; c is the power of
        # two that brings the largest entry into [1, 2).
        largest = max(float(np.max(np.abs(part), initial=0.0)) for part in parts)
        shift = 1 - int(np.frexp(largest)[1])
        clipped = [kappa * (2 * part) for part in shown(_shifted(parts, shift), 0.5)]
    result = [c.astype(array.dtype) for c, array in zip(clipped, arrays, strict=True)]
    while _norm(result) > kappa:
        result = [_inwards(part) for part in result]
    return result


def _shifted(parts: Sequence[Doubles], exponent: int) -> list[Doubles]:
    return [np.ldexp(part, exponent) for part in parts]


def _norm(arrays: Sequence[Array]) -> float:
    flat = [array.astype(np.float64).ravel() for array in arrays]
    return float(algorithms.norm(np.concatenate([np.empty(0), *flat])))


def _inwards(array: Array) -> Array:
    """Each entry replaced by the next number towards 0."""
    return np.asarray(np.nextafter(array, array.dtype.type(0)))


def _gradient(g: Any, name: str) -> Array:
    """A copy of `g` as a floating array."""
    if isinstance(g, Mapping):
        raise IllFormedError(
            f"{name}: expected one gradient, an array",
            {"got": type(g).__name__, "several": "clip_by_global_norm takes dicts and lists"},
        )
    return trees.array_of_reals(name, g)


def _passes(arrays: Sequence[Array], nonfinite: str) -> bool:
    """Whether the gradients are to be handed back as they are; errors are raised here."""
    if nonfinite not in ("raise", "pass"):
        raise IllFormedError(
            'nonfinite: expected "raise" or "pass"', {"nonfinite": repr(nonfinite)}
        )
    count = sum(int(np.sum(~np.isfinite(array))) for array in arrays)
    if count and nonfinite == "raise":
        raise IllFormedError(
            'gradient: expected finite entries; nonfinite="pass" lets others through unchanged',
            {"not finite": count, "entries": sum(array.size for array in arrays)},
        )
    return count > 0
