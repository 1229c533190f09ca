"""Long horizons: Jacobians and gradients over 10⁶ steps, and O(√T) memory.

A product of many step Jacobians grows or shrinks beyond every float. Here each partial product is
brought back to size 1 and the powers of two are counted apart, exactly. Everything runs the loops
generated from the derived expressions, on pieces of the sequence. Growth alone, of one sequence
and without its states, is in `symrnn.numeric.long_passes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import ShapeError
from symrnn.numeric import arguments, checkpoints, in_order
from symrnn.numeric.fitted import fitted
from symrnn.numeric.run import Run
from symrnn.numeric.scaled import Scaled, plus, scaled, shift
from symrnn.numeric.vanishing import scaled_jacobian
from symrnn.numeric.weights import Weights

if TYPE_CHECKING:
    from symrnn.numeric.kernels import Kernels

Array = NDArray[Any]

LONGEST_SWEEP = 256
"""Steps that an adjoint sweep runs between two scalings, at most."""


def jacobian(kernels: Kernels, run: Run, t: int, k: int) -> Scaled:
    """∂s_t/∂s_k for any t - k, without overflow or underflow; O((t-k) d³), the memory bounded.

    Raises:
        IllFormedError: unless 0 ≤ k ≤ t ≤ T.
    """
    return scaled_jacobian(kernels, run, t, k)


def gradients(
    kernels: Kernels, run: Run, loss_gradient: Any, t: int | None = None, since: int = 0
) -> dict[str, Scaled]:
    """∂L_t/∂θ for any horizon, without overflow or underflow; see `Kernels.gradients`.

    Each gradient comes as mantissa and exponent, one a sequence of the batch.
    """
    t = run.steps if t is None else t
    arguments.times(run.steps, t, since)
    start = kernels.whole("loss_gradient", loss_gradient, run, directions=False)
    return swept(kernels, run, start, {}, since, t)


def adjoint_gradients(
    kernels: Kernels, run: Run, loss_gradients: Any, since: int = 0
) -> dict[str, Scaled]:
    """∂L/∂θ of the total loss for any horizon; see `Kernels.adjoint_gradients`."""
    arguments.times(run.steps, run.steps, since)
    rows = kernels.loss_rows(run, loss_gradients)
    start = np.zeros((*run.batch, run.size), run.weights.dtype)
    return swept(kernels, run, start, rows, since, run.steps)


def swept(
    kernels: Kernels, run: Run, start: Array, given: Mapping[str, Array], since: int, t: int
) -> dict[str, Scaled]:
    """The adjoint recursion in short sweeps, scaled before each; the sums likewise.

    Its arguments are those of `Kernels.swept`, its results those of `Kernels.gradients`.
    """
    delta = scaled(start, 1)
    totals: dict[str, Scaled] = {}
    last, steps = t, LONGEST_SWEEP
    if last == since:
        _, zeros = kernels.swept(run, start, {}, since, t, summed=False)
        totals = {name: scaled(zero, zero.ndim - len(run.batch)) for name, zero in zeros.items()}
    while last > since:
        first = max(since, last - steps)
        arrived, sums, exponent = _sweep(kernels, run, delta, given, first, last)
        finite = all(np.isfinite(value).all() for value in (arrived, *sums.values()))
        lowered = scaled(np.where(np.isfinite(arrived), arrived, 0), 1, exponent)
        if first < last - 1 and (not finite or _lost(lowered, exponent)):
            # It left the range of floats on the way: the same in shorter sweeps.
            steps = max(1, (last - first) // 2)
            continue
        for name, value in sums.items():
            term = scaled(value, value.ndim - exponent.ndim, exponent)
            totals[name] = plus(totals[name], term) if name in totals else term
        delta, last = lowered, first
        steps = min(steps + steps // 4 + 1, LONGEST_SWEEP)
    if since == 0:
        starts = in_order.starts_of(kernels.cell)
        for name, part in run.parts(delta.mantissa).items():
            totals[starts[name]] = scaled(part, 1, delta.exponent)
    return totals


def _sweep(
    kernels: Kernels, run: Run, delta: Scaled, given: Mapping[str, Array], first: int, last: int
) -> tuple[Array, dict[str, Array], NDArray[np.int64]]:
    """One sweep, in units of 2^exponent: the larger of δ and of the losses on the way."""
    rows = {name: np.moveaxis(g[first:last], 0, -2) for name, g in given.items()}
    scales = [delta, *(scaled(each, 2) for each in rows.values())]
    low = np.iinfo(np.int64).min // 4
    tops = [np.where(np.abs(e.mantissa).any(axis=_axes(e)), e.exponent, low) for e in scales]
    exponent = np.max(tops, axis=0)
    exponent = np.where(exponent == low, 0, exponent)
    units = {}
    for name, each in zip(rows, scales[1:], strict=True):
        whole = np.zeros_like(given[name][:last])
        whole[first:] = np.moveaxis(shift(each.mantissa, each.exponent - exponent), -2, 0)
        units[name] = whole
    start = shift(delta.mantissa, delta.exponent - exponent)
    return *kernels.swept(run, start, units, first, last, summed=False), exponent


def _axes(value: Scaled) -> tuple[int, ...]:
    return tuple(range(value.exponent.ndim, value.mantissa.ndim))


def _lost(lowered: Scaled, exponent: NDArray[np.int64]) -> bool:
    """Whether δ fell, relative to the sweep's unit, to where floats lose digits."""
    least = np.finfo(lowered.mantissa.dtype).minexp / 2
    small = lowered.exponent - exponent < least
    zero = ~np.abs(lowered.mantissa).any(axis=-1)
    return bool((small | zero).any())


def checkpointed_gradients(
    kernels: Kernels,
    *given: Any,
    loss_gradients: Any = None,
    every: int | None = None,
    summed: bool = False,
    **named: Any,
) -> dict[str, Array]:
    """∂L/∂θ of the total loss, keeping O(√T) states; see `checkpoints.checkpointed_gradients`.

    Args:
        kernels: of a cell.
        given, named: as for `Kernels.run`; behind them the loss gradients.
        loss_gradients: as of `Kernels.adjoint_gradients`, held constant; behind `Weights` alone
            nothing is needed where the cell has losses of its own.
        every: steps between two kept states; ⌈√T⌉ by default.
        summed: add up over the batch; otherwise one gradient a sequence.

    Raises:
        As `Kernels.run` and `Kernels.backward`.
    """
    if loss_gradients is None and given and not isinstance(given[-1], Weights):
        given, loss_gradients = given[:-1], given[-1]
    weights = in_order.weights_of(kernels.cell, given, named)
    if loss_gradients is not None and not isinstance(loss_gradients, Mapping):
        g = arguments.array_of("loss_gradients", loss_gradients)
        if g.ndim < 2:
            raise ShapeError("loss_gradients: one row for each step", {"got": g.shape})
        sizes = [each.shape[-1] for each in fitted(kernels.cell, weights).states.values()]
        parts = np.split(g, np.cumsum(sizes)[:-1], axis=-1)
        loss_gradients = dict(zip(weights.states, parts, strict=True))
    found = checkpoints.checkpointed_gradients(
        kernels, weights, loss_gradients, every, summed=summed, inputs=False
    )
    starts = in_order.starts_of(kernels.cell)
    return {**found.parameters, **{starts[name]: part for name, part in found.states.items()}}
