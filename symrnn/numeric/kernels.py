"""The kernels of a recurrence, each generated from a derived expression.

Arrays as users have them: vectors in the last axis, batches before it, time first. W is
(…, d, d), U (…, d, m), b and s₀ (…, d), x (T, …, m) with x[j-1] = x_j; states come back as
(T+1, …, d) with s₀ in place 0. Every axis in `…` broadcasts, so that a batch of sequences and a
batch of perturbed weights run the same code. float32, float64 and complex128.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.norms import norm
from symrnn.language.structure import Vec
from symrnn.language.time import Sequence
from symrnn.numeric.lower import Kernel, lower, lower_activation
from symrnn.recurrence import total
from symrnn.recurrence.elman import RNN

Array = NDArray[Any]

HELD = Symbol("h", integer=True)
"""The time whose state is held constant; the gradient sums start one step later."""


@dataclass(frozen=True)
class Run:
    """One forward pass: what every backward kernel reads.

    `bindings` holds the arrays as columns, under the names the generated source uses.
    """

    bindings: Mapping[str, Any]
    steps: int

    @property
    def states(self) -> Array:
        """s_0 … s_T, (T+1, …, d)."""
        return np.asarray(self.bindings["s"])[..., 0]

    @property
    def preactivations(self) -> Array:
        """a_1 … a_T at places 1 … T, (T+1, …, d); place 0 is NaN: there is no a_0."""
        return np.asarray(self.bindings["a"])[..., 0]


@dataclass(frozen=True, eq=False)
class Kernels:
    """The generated functions of one Elman recurrence with a known activation."""

    rnn: RNN

    # Each cached property derives an expression and lowers it.

    @cached_property
    def preactivation(self) -> Kernel:
        """a_j from s_{j-1} and x_j."""
        definition = self.rnn.recurrence.definition(self.rnn.a[self.rnn.j])
        return lower(definition, "preactivation")

    @cached_property
    def state(self) -> Kernel:
        """s_j from a_j."""
        return lower(self.rnn.recurrence.definition(self.rnn.s[self.rnn.j]), "state")

    @cached_property
    def step_jacobian(self) -> Kernel:
        """∂s_j/∂s_{j-1}."""
        return lower(total.step_jacobian(self.rnn.recurrence, self.rnn.j), "step_jacobian")

    @cached_property
    def state_jacobian(self) -> Kernel:
        """∂s_t/∂s_k."""
        rnn = self.rnn
        return lower(rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k]), "state_jacobian")

    @cached_property
    def adjoint_step(self) -> Kernel:
        """δ_k from δ_{k+1}."""
        rnn = self.rnn
        step = total.adjoint_recursion(rnn.recurrence, self._delta, rnn.L, rnn.k)
        return lower(step, "adjoint_step")

    @cached_property
    def gradient_sums(self) -> dict[str, Kernel]:
        """∂L_t/∂θ as the sum over k, from the step after the state held constant on."""
        rnn, held = self.rnn, HELD
        gradients = {p.name: rnn.gradient(rnn.L[rnn.t], p, since=held) for p in rnn.parameters}
        gradients["s0"] = rnn.gradient(rnn.L[rnn.t], rnn.s[0])
        return {name: lower(value, f"gradient_{name}") for name, value in gradients.items()}

    @cached_property
    def gradients_from_adjoint(self) -> dict[str, Kernel]:
        """∂L/∂θ = Σ_k (∂⁺s_k/∂θ)ᵀ δ_k."""
        rnn, held = self.rnn, HELD
        return {
            p.name: lower(
                total.gradient_from_adjoint(rnn.recurrence, self._delta, p, held + 1, rnn.t),
                f"gradient_{p.name}",
            )
            for p in rnn.parameters
        }

    @cached_property
    def immediate_norm(self) -> Kernel:
        """‖∂⁺s_k/∂vec(W)‖₂."""
        rnn = self.rnn
        immediate = rnn.recurrence.immediate(rnn.s[rnn.k], Vec(rnn.W))
        return lower(norm(immediate, "2"), "immediate_norm")

    @cached_property
    def jacobian_norm(self) -> Kernel:
        """‖∂s_t/∂s_k‖₂."""
        rnn = self.rnn
        return lower(norm(rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k]), "2"), "jacobian_norm")

    @property
    def _delta(self) -> Sequence:
        return Sequence("delta", self.rnn.d)

    # ------------------------------------------------------------------ running

    def run(self, W: Any, U: Any, b: Any, s0: Any, x: Any) -> Run:
        """The forward pass.

        Raises:
            ShapeError: naming the argument whose shape does not fit.
            IllFormedError: for non-numeric or non-finite input.
        """
        arrays = _checked(W=W, U=U, b=b, s0=s0, x=x)
        W, U, b, s0, x = arrays.values()
        _fit(W, U, b, s0, x)
        dtype = np.result_type(W, U, b, s0, x, np.float32)
        batch = np.broadcast_shapes(
            W.shape[:-2], U.shape[:-2], b.shape[:-1], s0.shape[:-1], x.shape[1:-1]
        )
        steps, size = len(x), W.shape[-1]
        s = np.empty((steps + 1, *batch, size, 1), dtype)
        a = np.full_like(s, np.nan)
        s[0] = np.broadcast_to(s0, (*batch, size))[..., None]
        inputs = np.concatenate([np.full_like(x[:1], np.nan), x])[..., None].astype(dtype)
        bindings = {
            "W": W.astype(dtype),
            "U": U.astype(dtype),
            "b": b[..., None].astype(dtype),
            "x": inputs,
            "s": s,
            "a": a,
            "d": size,
            "m": U.shape[-1],
            "dtype": dtype,
        }
        for j in range(1, steps + 1):
            bindings["j"] = j
            a[j] = self.preactivation(bindings)
            s[j] = self.state(bindings)
        return Run(bindings, steps)

    def jacobian(self, run: Run, t: int, k: int) -> Array:
        """∂s_t/∂s_k, (…, d, d), numerator layout."""
        _times(run, t, k)
        return _batched(self.state_jacobian({**run.bindings, "t": t, "k": k}), run)

    def gradients(
        self, run: Run, loss_gradient: Any, t: int | None = None, since: int = 0
    ) -> dict[str, Array]:
        """∂L_t/∂(W, U, b, s₀) as the BPTT sum, one gradient a sequence of the batch.

        Args:
            run: a forward pass.
            loss_gradient: ∂⁺L_t/∂s_t, (…, d).
            t: the time of the loss; the last one by default.
            since: the state at this time is held constant; 0 keeps every term. τ factors are
                kept by `since = t - τ - 1`. s₀ gets a gradient only when nothing is cut.
        """
        t = run.steps if t is None else t
        _times(run, t, since)
        row = np.asarray(loss_gradient)[..., None, :]
        values = {**run.bindings, "t": t, "h": since, "dL_ds": {t: row}}
        wanted = {k: v for k, v in self.gradient_sums.items() if since == 0 or k != "s0"}
        return {name: _gradient(name, kernel(values), run) for name, kernel in wanted.items()}

    def adjoint_gradients(self, run: Run, loss_gradients: Any, since: int = 0) -> dict[str, Array]:
        """∂L/∂(W, U, b, s₀) of the total loss by the adjoint recursion, O(T).

        Args:
            run: a forward pass.
            loss_gradients: ∂⁺L_k/∂s_k at place k-1, (T, …, d); zeros where there is no loss.
            since: the state at this time is held constant.
        """
        _times(run, run.steps, since)
        rows = np.asarray(loss_gradients)[..., None, :]
        if len(rows) != run.steps:
            raise ShapeError(
                "loss_gradients: one row for each step",
                {"expected": f"({run.steps}, …, d)", "got": np.shape(loss_gradients)},
            )
        delta = np.zeros_like(run.bindings["s"])
        shape = delta.shape[1:]
        delta[run.steps] = np.broadcast_to(rows[-1].mT, shape)
        given = dict(enumerate(rows, start=1))
        given[0] = np.zeros_like(rows[0])
        values = {**run.bindings, "delta": delta, "dL_ds": given, "t": run.steps, "h": since}
        for k in range(run.steps - 1, since - 1, -1):
            delta[k] = self.adjoint_step({**values, "k": k})
        result = {
            name: _gradient(name, kernel(values), run)
            for name, kernel in self.gradients_from_adjoint.items()
        }
        if since == 0:
            result["s0"] = delta[0][..., 0]
        return result

    def recurrent_gradient(
        self, W: Array, U: Array, b: Array, s0: Array, x: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        """∂L/∂(W, U, b) summed over the batch, for given g_k = ∂⁺L/∂s_k: what training asks for."""
        gradients = self.adjoint_gradients(self.run(W, U, b, s0, x), g)
        return _summed(gradients["W"], 2), _summed(gradients["U"], 2), _summed(gradients["b"], 1)

    def slopes(self, run: Run) -> Array:
        """σ′(a_j) at places 1 … T, (T+1, …, d)."""
        return np.asarray(lower_activation(self.rnn.sigma.prime)(run.preactivations))

    def norms(self, run: Run, t: int | None = None) -> Array:
        """‖∂s_t/∂s_k‖₂ for k = t, t-1, …, 0: place i has t - k = i, (t+1, …)."""
        t = run.steps if t is None else t
        values = [self.jacobian_norm({**run.bindings, "t": t, "k": k}) for k in range(t, -1, -1)]
        return np.stack(np.broadcast_arrays(*values))


def _checked(**arrays: Any) -> dict[str, Array]:
    result = {}
    for name, value in arrays.items():
        array = np.asarray(value)
        if array.dtype.kind not in "fciu":
            raise IllFormedError(
                f"{name} must be numeric", {"expected": "floats", "got": array.dtype}
            )
        if not np.isfinite(array).all():
            raise IllFormedError(
                f"{name} holds non-finite entries",
                {"expected": "finite", "got": f"{int((~np.isfinite(array)).sum())} non-finite"},
            )
        result[name] = array if array.dtype.kind in "fc" else array.astype(np.float64)
    return result


def _fit(W: Array, U: Array, b: Array, s0: Array, x: Array) -> None:
    d = W.shape[-1] if W.ndim >= 2 else None
    expected = {
        "W": (W, 2, (d, d), "(…, d, d)"),
        "U": (U, 2, (d, None), "(…, d, m)"),
        "b": (b, 1, (d,), "(…, d)"),
        "s0": (s0, 1, (d,), "(…, d)"),
        "x": (x, 2, (None, U.shape[-1] if U.ndim >= 2 else None), "(T, …, m)"),
    }
    for name, (array, least, sizes, words) in expected.items():
        tail = (array.shape[0], array.shape[-1]) if name == "x" else array.shape[-least:]
        wrong = array.ndim < least or any(
            want is not None and have != want for want, have in zip(sizes, tail, strict=True)
        )
        if wrong:
            raise ShapeError(
                f"{name} has shape {array.shape}",
                {"expected": f"{words} with d = {d}, m = {U.shape[-1] if U.ndim else None}"},
            )


def _times(run: Run, t: int, k: int) -> None:
    if not 0 <= k <= t <= run.steps:
        raise IllFormedError(
            "times out of range", {"expected": f"0 ≤ k ≤ t ≤ {run.steps}", "got": f"k={k}, t={t}"}
        )


def _batched(matrix: Array, run: Run) -> Array:
    """A result broadcast to the batch of the run (an empty product has no batch of its own)."""
    batch = run.bindings["s"].shape[1:-2]
    return np.broadcast_to(matrix, (*batch, *matrix.shape[-2:]))


def _summed(gradient: Array, axes: int) -> Array:
    return np.asarray(gradient.reshape(-1, *gradient.shape[-axes:]).sum(axis=0))


def _gradient(name: str, value: Array, run: Run) -> Array:
    full = _batched(value, run)
    return full if name in ("W", "U") else full[..., 0]
