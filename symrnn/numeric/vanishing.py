"""Underflow is said: a product that is 0 in floats is only 0 if it is exactly 0.

A result counts as lost when its largest entry is below the smallest normal number of its dtype,
though the product itself, taken as mantissa and exponent, is not 0. Entries that are small beside
others are no loss: one scale serves the whole array.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from symrnn.errors import RangeError, UnderflowWarning
from symrnn.language.activations import Activation, X
from symrnn.language.balls import jet
from symrnn.numeric import arguments
from symrnn.numeric.run import Run
from symrnn.numeric.scaled import Scaled, product_of, scaled
from symrnn.numeric.stable.pieces import pieces

if TYPE_CHECKING:
    from symrnn.numeric.products import Products

Array = NDArray[Any]


def scaled_jacobian(kernels: Products, run: Run, t: int, k: int) -> Scaled:
    """∂s_t/∂s_k as mantissa and exponent.

    Raises:
        IllFormedError: unless 0 ≤ k ≤ t ≤ T.
    """
    arguments.times(run.steps, t, k)
    result = scaled(identity(run), 2)
    for first, last in run.chunks(k + 1, t):
        part = product_of(scaled(kernels.factors(run, first, last), 2))
        result = scaled(part.mantissa @ result.mantissa, 2, part.exponent + result.exponent)
    return result


def identity(run: Run) -> Array:
    """∂s_k/∂s_k of each sequence of the batch."""
    eye = np.eye(run.size, dtype=run.weights.dtype)
    return np.broadcast_to(eye, (*run.batch, *eye.shape)) if run.batch else eye


def vanished(result: Array, axes: int) -> NDArray[np.bool_]:
    """Which arrays of a batch have no normal number in them; `axes` axes make one array."""
    last = tuple(range(result.ndim - axes, result.ndim))
    return np.asarray(np.abs(result).max(axis=last, initial=0) < np.finfo(result.dtype).tiny)


def require_kept(
    kernels: Products,
    run: Run,
    span: tuple[int, int],
    what: str,
    result: Array,
    advice: str,
    vector: tuple[str, Array] | None = None,
) -> None:
    """Refuse a product over `span` = (t, k) that underflowed.

    Args:
        kernels, run: a cell and a forward pass of it.
        span: t and k.
        what: the product's name.
        result: (…, n, n), or (…, n) of a product with a vector.
        advice: what to use instead.
        vector: ("right", u) or ("left", v) that the product was applied to.

    Raises:
        RangeError: it underflowed.
    """
    small = vanished(result, 2 if vector is None else 1)
    if not small.any() or span[0] == span[1]:
        return
    product = scaled_jacobian(kernels, run, *span)
    exact = product
    if vector is not None:
        side, v = vector
        start = scaled(v, 1)
        M = product.mantissa if side == "right" else product.mantissa.mT
        applied = (M @ start.mantissa[..., None])[..., 0]
        exact = scaled(applied, 1, product.exponent + start.exponent)
    lost = small & (np.abs(exact.mantissa).max(axis=_last(exact), initial=0) > 0)
    detail: dict[str, object] = {"smallest number": f"{np.finfo(result.dtype).tiny:.3g}"}
    if lost.any():
        power = int(np.asarray(exact.exponent)[lost].max() * math.log10(2))
        detail |= {"largest entry": f"about 1e{power}", "instead": advice}
        raise RangeError(f"{what} underflows {result.dtype}", detail)
    _require_slopes(kernels, run, span, what, detail, kernels.derived.reached())


def require_gradients_kept(
    kernels: Products,
    run: Run,
    span: tuple[int, int],
    gradients: Mapping[str, Array],
    driven: NDArray[np.bool_],
    exact: Callable[[], Mapping[str, Scaled]],
    advice: str,
    reached: frozenset[str],
) -> None:
    """Refuse gradients by weights that underflowed; warn of those by s₀, which far back is usual.

    Args:
        kernels, run: a cell and a forward pass of it.
        span: t and the earliest time that was kept.
        gradients: by parameter and initial state, as `Kernels.gradients` gives them; of those that
            the loss reaches.
        driven: which sequences have a loss at all; where there is none, all is 0.
        exact: the same for each sequence, as mantissa and exponent; asked for where a gradient has
            no normal number in it.
        advice: what to use instead.
        reached: the vectors that the loss reaches.

    Raises:
        RangeError: a gradient by a parameter underflowed.
    """
    fit = run.weights
    axes = {n: 0 if n in fit.scalars else 2 if n in fit.matrices else 1 for n in gradients}
    small = [name for name, value in gradients.items() if vanished(value, axes[name]).any()]
    if not small or span[0] == span[1] or not driven.any():
        return
    found = exact()
    smallest = {"smallest number": f"{np.finfo(fit.dtype).tiny:.3g}"}
    for name in small:
        gone, true = vanished(gradients[name], axes[name]), found[name]
        alive = np.abs(true.mantissa).max(axis=_last(true), initial=0) > 0
        # Summed over the batch there is one gradient for all sequences.
        lost = alive & (gone if gone.shape == alive.shape else gone.all())
        if lost.any():
            power = int(np.asarray(true.exponent)[lost].max() * math.log10(2))
            detail = {**smallest, "largest entry": f"about 1e{power}", "instead": advice}
            said = RangeError(f"∂L/∂{name} underflows {fit.dtype}", detail)
            if name in fit.parameters:
                raise said
            warnings.warn(str(said), UnderflowWarning, stacklevel=4)
            continue
        still = driven & ~alive & (gone if gone.shape == alive.shape else True)
        if name in fit.parameters and still.any():
            _require_slopes(kernels, run, span, f"∂L/∂{name}", dict(smallest), reached)


def _require_slopes(
    kernels: Products,
    run: Run,
    span: tuple[int, int],
    what: str,
    detail: dict[str, object],
    reached: frozenset[str],
) -> None:
    """Refuse a result that is 0 where a slope on its way underflowed."""
    t, k = span
    part = run.between(k, t)
    on_the_way = {name: v for name, v in kernels.activated.items() if name in reached}
    for name, value in on_the_way.items():
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            argument = kernels.evaluate(part, value.argument)[..., 0]
            slopes = kernels.evaluate(part, value.activation.prime(value.argument))[..., 0]
        places = slopes_lost(value.activation, slopes, argument)
        if places.any():
            # Of the floats that NumPy has everywhere float64 reaches furthest.
            widest = np.finfo(run.weights.dtype).dtype == np.float64
            time = k + 1 + int(np.flatnonzero(places.reshape(len(places), -1).any(axis=1))[0])
            detail |= {
                "of": name,
                "first at step": time,
                "instead": ("" if widest else "float64, or ") + "arguments nearer to 0",
            }
            slope = f"a slope {value.activation}′ underflows {run.weights.dtype}"
            raise RangeError(f"{what} is lost: {slope}", detail)


def _last(value: Scaled) -> tuple[int, ...]:
    return tuple(range(value.exponent.ndim, value.mantissa.ndim))


def slopes_lost(sigma: Activation, slopes: Array, at: Array) -> NDArray[np.bool_]:
    """Where a slope is 0 in floats and not in truth: beyond the range of the dtype.

    Args:
        sigma: the activation, known.
        slopes: σ′ at `at`.
        at: the arguments, of the same shape.
    """
    lost = np.asarray(slopes == 0)
    (variable,) = sigma.prime.function.variables
    split = pieces(sigma.prime.function.expr.xreplace({variable: X}))
    ends = np.array([float(bound) for bound in split.bounds])
    real = np.real(at)
    lost &= ~np.isin(real, ends)
    which = np.searchsorted(ends, real)
    for place, part in enumerate(split.parts):
        if part == 0:
            lost &= which != place
            continue
        for value in np.unique(real[lost & (which == place)])[:64]:
            if jet(part, arb(float(value)), 1)[0].is_zero():
                lost &= real != value
    return lost
