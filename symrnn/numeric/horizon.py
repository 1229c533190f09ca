"""Long horizons: Jacobians and gradients over 10⁶ steps, growth rates, and O(√T) memory.

A product of many step Jacobians grows or shrinks beyond every float. Here each partial product is
brought back to size 1 and the powers of two are counted apart, exactly. Everything runs the loops
generated from the derived expressions, on pieces of the sequence.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric import arguments
from symrnn.numeric.run import Run
from symrnn.numeric.scaled import LOG_2, Scaled, plus, product_of, scaled, shift
from symrnn.numeric.vanishing import scaled_jacobian

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
    result = scaled_jacobian(kernels, run, t, k)
    exponent = result.exponent.reshape(run.batch)
    return Scaled(run.unflattened(result.mantissa), exponent)


def log_norms(kernels: Kernels, run: Run, t: int | None = None, kind: Any = 2) -> Array:
    """ln ‖∂s_t/∂s_k‖ for k = t, t-1, …, 0: place i has t - k = i, (t+1, …); -∞ for a zero product.

    Args:
        kernels, run: a recurrence and a forward pass of it.
        t: the later time; the last one by default.
        kind: a matrix norm of `numpy.linalg.norm`.
    """
    t = run.steps if t is None else t
    arguments.times(run.steps, t, 0)
    size, lanes = run.s.shape[-1], run.s.shape[1:-1]
    product = scaled(np.broadcast_to(np.eye(size, dtype=run.s.dtype), (*lanes, size, size)), 2)
    found = [product.log_norm(kind)]
    for first, last in reversed(run.chunks(1, t)):
        for factor in kernels.factors(run, first, last)[::-1]:
            product = scaled(product.mantissa @ factor, 2, product.exponent)
            found.append(product.log_norm(kind))
    return np.stack(found).reshape(t + 1, *run.batch)


def lyapunov_exponents(kernels: Kernels, run: Run, t: int, k: int = 0, every: int = 1) -> Array:
    """The growth rates of all directions between k and t: finite-time Lyapunov exponents.

    With Q_k = I and A_j Q_{j-1} = Q_j R_j (a QR decomposition at each step), λ_i is the mean of
    ln |R_j|_ii over the steps: in nats per step, largest first up to the transient.

    Args:
        kernels, run: a recurrence and a forward pass of it.
        t, k: times, 0 ≤ k < t ≤ T.
        every: steps between two decompositions. More is faster; directions that grow apart by more
            than 1/ε in as many steps are then lost.

    Returns:
        (…, d); -∞ for a direction that is mapped to 0.

    Raises:
        IllFormedError: times out of order, or `every` no positive integer.

    Source: G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15 (1980), 9-30.
    """
    arguments.times(run.steps, t, k)
    if t == k:
        raise IllFormedError("growth needs a step", {"expected": "k < t", "got": f"k=t={t}"})
    if not isinstance(every, int | np.integer) or every < 1:
        raise IllFormedError("every: a number of steps", {"expected": "≥ 1", "got": every})
    size, lanes = run.s.shape[-1], run.s.shape[1:-1]
    Q = np.broadcast_to(np.eye(size, dtype=run.s.dtype), (*lanes, size, size))
    total = np.zeros((*lanes, size), run.s.real.dtype)
    for first, last in run.chunks(k + 1, t):
        parts = _grouped(kernels.factors(run, first, last), every)
        total = total + LOG_2 * parts.exponent.sum(axis=0)[..., None]
        for part in parts.mantissa:
            Q, R = np.linalg.qr(part @ Q)
            with np.errstate(divide="ignore"):
                total = total + np.log(np.abs(np.diagonal(R, axis1=-2, axis2=-1)))
    return run.unflattened(total / (t - k))


def _grouped(factors: Array, every: int) -> Scaled:
    """The products of `every` factors each, groups side by side; the last may be shorter."""
    whole = len(factors) // every * every
    groups = factors[:whole].reshape(-1, every, *factors.shape[1:])
    parts = [product_of(scaled(np.moveaxis(groups, 1, 0), 2))] if whole else []
    if whole < len(factors):
        rest = product_of(scaled(factors[whole:], 2))
        parts.append(Scaled(rest.mantissa[None], rest.exponent[None]))
    return Scaled(
        np.concatenate([part.mantissa for part in parts]),
        np.concatenate([part.exponent for part in parts]),
    )


def gradients(
    kernels: Kernels, run: Run, loss_gradient: Any, t: int | None = None, since: int = 0
) -> dict[str, Scaled]:
    """∂L_t/∂(W, U, b, s₀) for any horizon, without overflow or underflow; see `Kernels.gradients`.

    Each gradient comes as mantissa and exponent, one a sequence of the batch.
    """
    t = run.steps if t is None else t
    arguments.times(run.steps, t, since)
    shape = (*run.batch, run.s.shape[-1])
    row = arguments.vectors("loss_gradient", loss_gradient, run.s.dtype, shape, "(…, d)")
    return swept(kernels, run, row.reshape(run.s.shape[1:]), None, since, t)


def adjoint_gradients(
    kernels: Kernels, run: Run, loss_gradients: Any, since: int = 0
) -> dict[str, Scaled]:
    """∂L/∂(W, U, b, s₀) of the total loss for any horizon; see `Kernels.adjoint_gradients`."""
    arguments.times(run.steps, run.steps, since)
    g = kernels.loss_rows(run, loss_gradients)
    return swept(kernels, run, g[-1], g, since, run.steps)


def swept(
    kernels: Kernels, run: Run, start: Array, g: Array | None, since: int, t: int
) -> dict[str, Scaled]:
    """The adjoint recursion in short sweeps, scaled before each; the sums likewise.

    Its arguments are those of `Kernels.swept`, its results those of `Kernels.gradients`.
    """
    delta = scaled(start, 1)
    totals: dict[str, Scaled] = {}
    most, last = _steps(kernels, run), t
    steps = most
    while last > since:
        first = max(since, last - steps)
        part, exponent = _sweep(kernels, run, delta, g, first, last)
        lowered = scaled(part.pop("delta"), 1, exponent)
        if first < last - 1 and _lost(lowered, exponent, part):
            # It all but vanished on the way: the same in shorter sweeps.
            steps = max(1, (last - first) // 2)
            continue
        for name, value in part.items():
            term = scaled(value, value.ndim - exponent.ndim, exponent)
            totals[name] = plus(totals[name], term) if name in totals else term
        delta, last = lowered, first
        steps = min(steps + steps // 4 + 1, most)
    if since == 0:
        totals["s0"] = delta
    return {
        name: Scaled(run.unflattened(each.mantissa), each.exponent.reshape(run.batch))
        for name, each in totals.items()
    }


def _sweep(
    kernels: Kernels, run: Run, delta: Scaled, g: Array | None, first: int, last: int
) -> tuple[dict[str, Array], NDArray[np.int64]]:
    """One sweep, in units of 2^exponent: the larger of δ and of the losses on the way."""
    if g is None:
        return kernels.swept(run, delta.mantissa, None, first, last), delta.exponent
    rows = scaled(np.moveaxis(g[max(first, 1) - 1 : last - 1], 0, -2), 2)
    alive = [np.abs(each.mantissa).any(axis=_axes(each)) for each in (delta, rows)]
    low = np.iinfo(np.int64).min // 4
    exponent = np.maximum(
        np.where(alive[0], delta.exponent, low), np.where(alive[1], rows.exponent, low)
    )
    exponent = np.where(exponent == low, 0, exponent)
    units = np.zeros_like(g[:last])
    units[max(first, 1) - 1 : last - 1] = np.moveaxis(
        shift(rows.mantissa, rows.exponent - exponent), -2, 0
    )
    start = shift(delta.mantissa, delta.exponent - exponent)
    return kernels.swept(run, start, units, first, last), exponent


def _axes(value: Scaled) -> tuple[int, ...]:
    return tuple(range(value.exponent.ndim, value.mantissa.ndim))


def _steps(kernels: Kernels, run: Run) -> int:
    """How many steps cannot overflow: by ‖∂s_j/∂s_{j-1}‖ ≤ max |σ′| ‖W‖_F, half the range."""
    W = run.weights["W"]
    slope = np.abs(kernels.slopes(run)[1:]).max(initial=0)
    growth = float(slope) * float(np.linalg.norm(W, axis=(-2, -1)).max(initial=0))
    half = np.finfo(run.s.dtype).maxexp / 2
    if growth <= 1:
        return LONGEST_SWEEP
    return int(max(1, min(LONGEST_SWEEP, half // (1 + math.log2(growth)))))


def _lost(lowered: Scaled, exponent: NDArray[np.int64], part: dict[str, Array]) -> bool:
    """Whether δ fell, relative to the sweep's unit, to where floats lose digits."""
    least = np.finfo(lowered.mantissa.dtype).minexp / 2
    small = lowered.exponent - exponent < least
    zero = ~np.abs(lowered.mantissa).any(axis=-1)
    sums = all(np.isfinite(value).all() for value in part.values())
    return bool((small | zero).any()) or not sums


def checkpointed_gradients(
    kernels: Kernels,
    W: Any,
    U: Any,
    b: Any,
    s0: Any,
    x: Any,
    loss_gradients: Any,
    every: int | None = None,
    *,
    summed: bool = False,
) -> dict[str, Array]:
    """∂L/∂(W, U, b, s₀) of the total loss, keeping O(√T) states instead of all T.

    Cost: one more forward pass, in all about 4/3 of `run` and `adjoint_gradients` together. Memory:
    T/c states between the pieces of c = `every` steps, and the arrays of one piece; with c = √T
    that is O(√T) instead of O(T), beside the given x and g.

    Args:
        kernels: of the recurrence.
        W, U, b, s0, x: as in `Kernels.run`.
        loss_gradients: g_k = ∂⁺L_k/∂s_k at place k-1, (T, …, d), held constant.
        every: steps between two kept states; ⌈√T⌉ by default.
        summed: add up over the batch; otherwise one gradient a sequence.

    Raises:
        As `Kernels.run` and `Kernels.adjoint_gradients`; IllFormedError for a wrong `every`.

    Source: T. Chen, B. Xu, C. Zhang, C. Guestrin, arXiv:1604.06174 (2016), section 3.
    """
    x, g = arguments.array_of("x", x), arguments.array_of("loss_gradients", loss_gradients)
    if x.ndim < 2 or len(x) == 0 or g.ndim < 2 or len(g) != len(x):
        raise ShapeError(
            "x and loss_gradients: one row for each step",
            {"expected": "(T, …, m) and (T, …, d), T ≥ 1", "got": f"{x.shape} and {g.shape}"},
        )
    every = math.isqrt(len(x) - 1) + 1 if every is None else every
    if not isinstance(every, int | np.integer) or every < 1:
        raise IllFormedError("every: a number of steps", {"expected": "≥ 1", "got": every})
    starts, kept = range(0, len(x), every), [s0]
    for start in starts[:-1]:
        kept.append(kernels.run(W, U, b, kept[-1], x[start : start + every]).states[-1].copy())
    arriving: Any = None
    total: dict[str, Array] = {}
    for start in reversed(starts):
        run = kernels.run(W, U, b, kept.pop(), x[start : start + every])
        rows = g[start : start + every]
        part = kernels.adjoint_gradients(run, rows, arriving=arriving, summed=summed, whole=False)
        arriving = part.pop("s0")
        total = {name: total[name] + v if total else v for name, v in part.items()}
    return {**total, "s0": arriving}
