"""The recurrences written by hand, and their derivatives by differences.

An oracle: nothing here knows a derivative rule. a_j = W s_{j-1} + U x_j + b, s_j = σ(a_j), or with
σ inside a_j = σ(s_{j-1}), s_j = W a_j + U x_j + b, run forwards on perturbed copies.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric.differences import MEMORY_BUDGET, complex_step, directions_per_run

Array = NDArray[Any]
Activation = Callable[[Array], Array]
Loss = Callable[[Array], Array]


class Oracle(Protocol):
    """Jacobian of a batched function at a point: `complex_step`, `central_differences`."""

    def __call__(
        self, f: Callable[[Array], Array], x: Array, /, *, chunk: int | None = None
    ) -> NDArray[np.float64]:
        """Shape out + in, from at most `chunk` directions per run."""
        ...


class Trajectory(NamedTuple):
    """What one run leaves behind, indexed by the lecture's time.

    Attributes:
        a: what stands between two states, pre-activations or with σ inside σ(s_{j-1}), shape
            (T+1, ..., d); a[j] is a_j, and a[0], which does not exist, is NaN.
        s: states, shape (T+1, ..., d); s[j] is s_j.
    """

    a: Array
    s: Array


@dataclass(frozen=True)
class ParameterGradients:
    """∂L/∂W (d×d), ∂L/∂U (d×m), ∂L/∂b (d)."""

    W: NDArray[np.float64]
    U: NDArray[np.float64]
    b: NDArray[np.float64]


@dataclass(frozen=True)
class LossGradients(ParameterGradients):
    """Those of the parameters and ∂L/∂s_0, of the shape of s_0."""

    s0: NDArray[np.float64]


def simulate(
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    s0: ArrayLike,
    x: ArrayLike,
    sigma: Activation,
    *,
    inside: bool = False,
) -> Trajectory:
    """Run the recurrence over all of `x`.

    Args:
        W: recurrent weights, (..., d, d).
        U: input weights, (..., d, m); m may be 0 for a net without input.
        b: bias, (..., d).
        s0: initial state, (..., d).
        x: inputs, (T, ..., m); x[j-1] is x_j.
        sigma: elementwise activation on NumPy arrays.
        inside: whether σ is applied to the state before, and W to what comes out.

    The leading axes `...` are batches and broadcast against each other. Any of float32,
    float64, complex64, complex128; the result has the common type.

    Returns:
        What stands between two states, and the states, both (T+1, ..., d).

    Raises:
        ShapeError: two arguments do not fit; the message names both shapes.
    """
    w, u, c, s, inputs = (np.asarray(v) for v in (W, U, b, s0, x))
    batch = _checked_batch(w, u, c, s, inputs)
    d, steps = w.shape[-1], inputs.shape[0]
    kind = np.result_type(w, u, c, s, inputs, np.float16)
    a_all = np.full((steps + 1, *batch, d), np.nan, dtype=kind)
    s_all = np.empty((steps + 1, *batch, d), dtype=kind)
    s_all[0] = s
    step = _inside_step if inside else _elman_step
    for j in range(1, steps + 1):
        a_all[j], s_all[j] = step(w, u, c, s_all[j - 1], inputs[j - 1], sigma)
    return Trajectory(a_all, s_all)


def _elman_step(
    w: Array, u: Array, b: Array, s: Array, x: Array, sigma: Activation
) -> tuple[Array, Array]:
    """a_j = W s_{j-1} + U x_j + b and s_j = σ(a_j)."""
    a = _apply(w, s) + _apply(u, x) + b
    return a, sigma(a)


def _inside_step(
    w: Array, u: Array, b: Array, s: Array, x: Array, sigma: Activation
) -> tuple[Array, Array]:
    """a_j = σ(s_{j-1}) and s_j = W a_j + U x_j + b."""
    a = sigma(s)
    return a, _apply(w, a) + _apply(u, x) + b


def state_jacobian(
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    s0: ArrayLike,
    x: ArrayLike,
    sigma: Activation,
    t: int,
    k: int,
    oracle: Oracle = complex_step,
    *,
    inside: bool = False,
) -> NDArray[np.float64]:
    """∂s_t/∂s_k of one sequence, by running the recurrence again from a perturbed s_k.

    Args:
        W, U, b, s0, x, sigma, inside: as in `simulate`, without batch axes.
        t, k: times, 0 ≤ k ≤ t ≤ T.
        oracle: the differences to use; `complex_step` asks for a holomorphic σ.

    Returns:
        The Jacobian in numerator layout, d×d.

    Raises:
        ShapeError: two arguments do not fit, or a batch was given.
        IllFormedError: times out of order or out of range.
    """
    inputs, start = _one_sequence(x, s0)
    _checked_times(inputs.shape[0], k=k, t=t)
    s_k = simulate(W, U, b, start, inputs[:k], sigma, inside=inside).s[k]
    later = inputs[k:t, np.newaxis]
    return oracle(lambda s: simulate(W, U, b, s, later, sigma, inside=inside).s[-1], s_k)


def loss_gradients(
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    s0: ArrayLike,
    x: ArrayLike,
    sigma: Activation,
    loss: Loss,
    oracle: Oracle = complex_step,
    *,
    inside: bool = False,
    budget: int = MEMORY_BUDGET,
) -> LossGradients:
    """∂L/∂W, ∂L/∂U, ∂L/∂b, ∂L/∂s_0 by perturbing each entry through the whole run.

    Args:
        W, U, b: as in `simulate`, without batch axes.
        s0: (*batch, d) or (d,).
        x: (T, *batch, m).
        sigma, inside: as in `simulate`.
        loss: maps the states of P perturbed runs, shape (T+1, P, *batch, d), to the P
            losses, shape (P,).
        oracle: the differences to use; `complex_step` asks for holomorphic σ and loss.
        budget: bytes that the perturbed copies and trajectories of one run may take.

    Returns:
        The gradients, each of the shape of what it belongs to.

    Raises:
        ShapeError: two arguments do not fit, or `loss` does not return P values.
    """
    inputs, start = np.asarray(x), np.asarray(s0)
    w, u, c, lanes = _parameters(W, U, b, inputs)
    lift = _lift(lanes)
    runs = inputs[:, np.newaxis]

    def total(W: Array = w, U: Array = u, b: Array = c, s0: Array = start) -> Array:
        return loss(simulate(W, U, b, s0, runs, sigma, inside=inside).s)

    def of_start(s: Array) -> Array:
        # A common s_0 is repeated along the batch axes, after the axis of the runs.
        gap = (1,) * (lanes - (start.ndim - 1))
        return total(s0=s.reshape(s.shape[0], *gap, *start.shape))

    def chunk(of: Array) -> int:
        return _directions_per_run(of, inputs, len(c), budget)

    return LossGradients(
        W=oracle(lambda v: total(W=lift(v)), w, chunk=chunk(w)),
        U=oracle(lambda v: total(U=lift(v)), u, chunk=chunk(u)),
        b=oracle(lambda v: total(b=lift(v)), c, chunk=chunk(c)),
        s0=oracle(of_start, start, chunk=chunk(start)),
    )


def truncated_gradient(
    W: ArrayLike,
    U: ArrayLike,
    b: ArrayLike,
    s0: ArrayLike,
    x: ArrayLike,
    sigma: Activation,
    loss: Loss,
    t: int,
    held: int,
    oracle: Oracle = complex_step,
    *,
    inside: bool = False,
    budget: int = MEMORY_BUDGET,
) -> ParameterGradients:
    """Gradients of L_t(s_t) with s_held held constant.

    s_held is computed once with the given weights; the perturbed weights act only in the
    steps held+1, …, t. The lecture's truncation after τ factors is held = max(t-τ-1, 0)
    (τ+1 terms), the frameworks' after τ steps is held = max(t-τ, 0) (τ terms).

    Args:
        W, U, b, s0, x, sigma, inside: as in `loss_gradients`.
        loss: maps s_t of P runs, shape (P, *batch, d), to (P,).
        t, held: times, 0 ≤ held ≤ t ≤ T.
        oracle: the differences to use.
        budget: bytes that the perturbed copies and trajectories of one run may take.

    Raises:
        ShapeError: two arguments do not fit, or `loss` does not return P values.
        IllFormedError: times out of order or out of range.
    """
    inputs = np.asarray(x)
    w, u, c, lanes = _parameters(W, U, b, inputs)
    _checked_times(inputs.shape[0], held=held, t=t)
    lift = _lift(lanes)
    constant = simulate(w, u, c, s0, inputs[:held], sigma, inside=inside).s[held]
    after = inputs[held:t, np.newaxis]

    def last(W: Array = w, U: Array = u, b: Array = c) -> Array:
        return loss(simulate(W, U, b, constant, after, sigma, inside=inside).s[-1])

    def chunk(of: Array) -> int:
        return _directions_per_run(of, after, len(c), budget)

    return ParameterGradients(
        W=oracle(lambda v: last(W=lift(v)), w, chunk=chunk(w)),
        U=oracle(lambda v: last(U=lift(v)), u, chunk=chunk(u)),
        b=oracle(lambda v: last(b=lift(v)), c, chunk=chunk(c)),
    )


def _directions_per_run(of: Array, x: Array, d: int, budget: int) -> int:
    """As many as keep what is perturbed and both arrays of a trajectory within the budget."""
    states: int = (x.shape[0] + 1) * d * math.prod(x.shape[1:-1])
    return directions_per_run(of.size + 2 * states, budget)


def _apply(matrix: Array, vectors: Array) -> Array:
    """Matrix times vector over broadcast batches: (..., p, q), (..., q) to (..., p)."""
    if matrix.ndim == 2:
        return np.asarray(vectors @ matrix.T)
    if vectors.ndim > 1 and matrix.shape[-3] == 1:
        # One matrix for all vectors of the last batch axis: (B, q) (q, p), row by row.
        return np.asarray(vectors @ np.swapaxes(matrix[..., 0, :, :], -1, -2))
    return np.asarray((matrix @ vectors[..., np.newaxis])[..., 0])


def _lift(lanes: int) -> Callable[[Array], Array]:
    """P copies of a parameter, (P, *shape), to (P, 1, …, 1, *shape): constant per batch."""
    return lambda copies: copies.reshape(copies.shape[0], *(1,) * lanes, *copies.shape[1:])


def _checked_batch(w: Array, u: Array, b: Array, s0: Array, x: Array) -> tuple[int, ...]:
    """Check all shapes against W and return the common batch shape."""
    for name, array, least in (("W", w, 2), ("U", u, 2), ("b", b, 1), ("s0", s0, 1), ("x", x, 2)):
        if array.ndim < least:
            raise ShapeError(
                f"{name}: expected at least {least} axes", {f"{name} has shape": array.shape}
            )
    d = w.shape[-1]
    if w.shape[-2] != d:
        raise ShapeError("W: expected a square matrix", {"W has shape": w.shape})
    expectations = (
        ("U", u, -2, d, "d, the rows of W", w),
        ("b", b, -1, d, "d, the rows of W", w),
        ("s0", s0, -1, d, "d, the columns of W", w),
        ("x", x, -1, u.shape[-1], "m, the columns of U", u),
    )
    for name, array, axis, size, words, other in expectations:
        if array.shape[axis] != size:
            raise ShapeError(
                f"{name}: expected size {size} along axis {axis} ({words})",
                {f"{name} has shape": array.shape, f"{words[-1]} has shape": other.shape},
            )
    batches = {"W": w.shape[:-2], "U": u.shape[:-2], "b": b.shape[:-1]}
    batches |= {"s0": s0.shape[:-1], "x": x.shape[1:-1]}
    widest = max(len(axes) for axes in batches.values())
    common = [1] * widest
    for name, axes in batches.items():
        for i, size in enumerate(axes, start=widest - len(axes)):
            if 1 not in (size, common[i]) and size != common[i]:
                raise ShapeError(f"{name}: its batch axes do not fit the others", batches)
            common[i] = size if common[i] == 1 else common[i]
    return tuple(common)


def _checked_times(steps: int, **times: int) -> None:
    """Check 0 ≤ first ≤ second ≤ … ≤ T."""
    order = list(times.values())
    if order != sorted(order) or order[0] < 0 or order[-1] > steps:
        names = " ≤ ".join(times)
        raise IllFormedError(f"times: expected 0 ≤ {names} ≤ T", {**times, "T": steps})


def _one_sequence(x: ArrayLike, s0: ArrayLike) -> tuple[Array, Array]:
    inputs, start = np.asarray(x), np.asarray(s0)
    if inputs.ndim != 2 or start.ndim != 1:
        raise ShapeError(
            "x and s0: expected one sequence, shapes (T, m) and (d,); a batch has one"
            " Jacobian per sequence",
            {"x has shape": inputs.shape, "s0 has shape": start.shape},
        )
    return inputs, start


def _parameters(
    W: ArrayLike, U: ArrayLike, b: ArrayLike, inputs: Array
) -> tuple[Array, Array, Array, int]:
    w, u, c = np.asarray(W), np.asarray(U), np.asarray(b)
    for name, array, axes in (("W", w, 2), ("U", u, 2), ("b", c, 1)):
        if array.ndim != axes:
            raise ShapeError(
                f"{name}: expected {axes} axes; one set of weights has one gradient",
                {f"{name} has shape": array.shape},
            )
    return w, u, c, max(0, inputs.ndim - 2)
