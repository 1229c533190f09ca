"""The kernels of a recurrence, each generated from a derived expression.

Arrays as users have them: vectors in the last axis, batches before it, time first. W is
(…, d, d), U (…, d, m), b and s₀ (…, d), x (T, …, m) with x[j-1] = x_j; states come back as
(T+1, …, d) with s₀ in place 0. Every axis in `…` broadcasts, so that a batch of sequences and a
batch of perturbed weights run the same code. float32, float64 and complex128, one for all; any
memory layout and byte order. What comes back is the caller's: writable, and shared with nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.elman import with_symbolic_sizes
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.ordered import OrderedProduct
from symrnn.numeric import arguments, horizon
from symrnn.numeric.formulas import Formulas
from symrnn.numeric.loops import compiled
from symrnn.numeric.loops.library import Loops
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.run import Run, arranged
from symrnn.numeric.runtime import product_of
from symrnn.numeric.scaled import Scaled
from symrnn.numeric.vanishing import require_gradients_kept, require_kept

Array = NDArray[Any]

HOISTED_ENTRIES = 4096
"""Batch times hidden size up to which slopes are taken for all times at once: beyond, they are
taken in the step, where the state is still in the cache."""

COMPILED_ENTRIES = 4096
"""Batch times the square of the hidden size up to which the compiled path is taken: beyond, BLAS is
faster than compiled loops."""

COMPILED = frozenset({"forward", "adjoint", "growing_sum", "jvp", "vjp", "jacobian"})
"""The loops that have a compiled path."""

COMPILED_SIZE = 16
"""Hidden size up to which ∂s_t/∂s_k is compiled; beyond, products in pairs by BLAS are faster."""

PAIRED_SIZE = 32
"""Hidden size up to which a Jacobian is multiplied out in pairs: beyond, one matrix product costs
more than the call of it."""

SCALED = "scaled products: symrnn.numeric.horizon"

LOOKED_AT: dict[str, Any] = {"divide": "ignore", "invalid": "ignore", "over": "ignore"}
"""For `np.errstate`: a branch of a formula that is not taken may overflow; what comes out of it is
looked at."""


@dataclass(frozen=True, eq=False)
class Kernels:
    """The generated functions of one recurrence with a known activation, σ outside or inside.

    Attributes:
        rnn: the recurrence.
        compiled: run small sizes (batch · d² up to `COMPILED_ENTRIES`, real, shared weights)
            through numba, the extra `compiled`, where Python's cost of a step is most of it. The
            first call of each loop compiles for some seconds. Without numba the NumPy loops run.
        ran: which path each loop took last, "numba" or "NumPy", by its name.
    """

    rnn: Network
    compiled: bool = False
    ran: dict[str, str] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> Any:
        """The recurrence travels; what was generated is generated again where it is used."""
        return type(self), (self.rnn, self.compiled, dict(self.ran))

    @cached_property
    def _generic(self) -> Network:
        """The recurrence with symbols for its sizes: what is generated serves every size."""
        return with_symbolic_sizes(self.rnn)

    @cached_property
    def formulas(self) -> Formulas:
        """What was derived, each formula lowered as it stands."""
        return Formulas(self._generic)

    @cached_property
    def transition(self) -> OrderedProduct:
        """∂s_t/∂s_k as it was derived: what every loop with it is generated from."""
        return self.formulas.transition

    @cached_property
    def loops(self) -> Loops:
        """The recursions over time, as one generated function each; `loops(name).source`."""
        return Loops(self._generic, self.transition)

    # ------------------------------------------------------------------ running

    def run(self, W: Any, U: Any, b: Any, s0: Any, x: Any) -> Run:
        """The forward pass.

        Args:
            W, b, s0: (…, d, d), (…, d), (…, d).
            U, x: (…, d, m) and (T, …, m); of a recurrence without inputs None, and the number of
                steps T.

        Raises:
            ShapeError: naming the argument whose shape does not fit.
            IllFormedError: missing, masked, non-numeric or non-finite input, several dtypes, no
                step; an activation of which only the name is known.
            RangeError: a state overflows.
        """
        if self.rnn.sigma.is_unknown:
            raise IllFormedError(
                "an unknown σ cannot be run",
                {"expected": 'a known activation, as in elman("tanh")', "got": self.rnn.sigma},
            )
        run = arranged(self.rnn, W, U, b, s0, x)
        self._loop("forward", run, first=1, last=run.steps)
        arguments.in_range("the recurrence", [run.s], "smaller weights or a bounded activation")
        return run

    def _loop(self, name: str, run: Run, **given: Any) -> dict[str, Array]:
        """Run a loop; an overflow is found in its results."""
        if self._compiles(name, run, given):
            self.ran[name] = "numba"
            return self._compiled(name, run, given)
        self.ran[name] = "NumPy"
        hoisted = run.s[0].size <= HOISTED_ENTRIES
        loop = self.loops(name, hoisted=hoisted, shared=run.shared)
        with np.errstate(**LOOKED_AT):
            return loop({**run.setting(), **given})

    def _compiles(self, name: str, run: Run, given: dict[str, Any]) -> bool:
        if not self.compiled or name not in COMPILED or not compiled.available():
            return False
        one_start = all(given[n].shape == run.s.shape[1:] for n in ("u", "y") if n in given)
        small = run.s[0].size * run.s.shape[-1] <= COMPILED_ENTRIES
        plain = run.shared and run.weights["b"].ndim == 1 and run.s.dtype.kind == "f"
        return small and plain and one_start

    def _compiled(self, name: str, run: Run, given: dict[str, Any]) -> dict[str, Array]:
        """Run a compiled loop: a batch of one where there is none, arrays in plain order."""
        loop = self.loops.compiled(name)
        values, alone = {**run.setting(), **given}, run.s.ndim == 2
        carried = set(loop.plan.recursion.carried)
        for sequence in loop.plan.labels:
            array = values[sequence]
            if alone:
                array = array[None] if sequence in carried else array[:, None]
            values[sequence] = array
        for argument in (*loop.plan.parameters, *loop.plan.labels):
            if argument not in loop.plan.recursion.kept and not values[argument].flags.carray:
                values[argument] = values[argument].copy()
        first = {
            n: alone or (values["summed"] and n not in carried) for n in loop.plan.recursion.results
        }
        return {n: v[0] if first[n] else v for n, v in loop(values).items()}

    def jacobian(self, run: Run, t: int, k: int) -> Array:
        """∂s_t/∂s_k, (…, d, d), numerator layout.

        Raises:
            IllFormedError: unless 0 ≤ k ≤ t ≤ T.
            RangeError: the product overflows, or underflows as a whole.
        """
        arguments.times(run.steps, t, k)
        size, lanes = run.s.shape[-1], run.s.shape[1:-1]
        if t == k:
            result = np.broadcast_to(np.eye(size, dtype=run.s.dtype), (*lanes, size, size))
        elif size <= COMPILED_SIZE and self._compiles("jacobian", run, {}):
            start = np.broadcast_to(np.eye(size, dtype=run.s.dtype), (*lanes, size, size))
            result = self._loop("jacobian", run, P=start, first=k + 1, last=t)["P"]
        elif size <= PAIRED_SIZE:
            result = self._paired(run, t, k)
        else:
            (start,) = self.factors(run, k + 1, k + 1)
            result = self._loop("jacobian", run, P=start, first=k + 2, last=t)["P"]
        arguments.in_range("∂s_t/∂s_k", [result], SCALED)
        require_kept(self, run, (t, k), "∂s_t/∂s_k", result, SCALED)
        return np.array(run.unflattened(result))

    def _paired(self, run: Run, t: int, k: int) -> Array:
        """The product of all factors, chunk by chunk, in each chunk pair by pair."""
        result = None
        self.ran["jacobian"] = "NumPy"
        with np.errstate(**LOOKED_AT):
            for first, last in run.chunks(k + 1, t):
                part = product_of(self.factors(run, first, last))
                result = part if result is None else part @ result
        return np.asarray(result)

    def factors(self, run: Run, first: int, last: int) -> Array:
        """∂s_j/∂s_{j-1} for j = first … last, (last-first+1, …, d, d), the run's batch flat.

        Raises:
            RangeError: a factor overflows.
        """
        arguments.times(run.steps, last, first - 1)  # the first factor reads s_{first-1}
        shape = (last - first + 1, *run.s.shape[1:], run.s.shape[-1])
        F = np.empty(shape, run.s.dtype)
        loop = self.loops("factors", shared=run.shared)
        with np.errstate(**LOOKED_AT):
            loop({**run.setting(first - 1), "F": F, "first": 1, "last": len(F)})
        arguments.in_range("∂s_j/∂s_{j-1}", [F], SCALED)
        return F

    def jvp(self, run: Run, t: int, k: int, tangent: Any) -> Array:
        """(∂s_t/∂s_k) u without forming the Jacobian, O((t-k) d²) for each direction.

        Args:
            run: a forward pass.
            t, k: times, 0 ≤ k ≤ t ≤ T.
            tangent: u, (…, d); axes in front of the run's batch are directions.

        Raises:
            ShapeError, IllFormedError: u does not fit the run; times out of order.
            RangeError: the product overflows, or underflows as a whole.
        """
        return self._pushed("jvp", "u", run, t, k, tangent, {"first": k + 1, "last": t})

    def vjp(self, run: Run, t: int, k: int, cotangent: Any) -> Array:
        """vᵀ ∂s_t/∂s_k, as a column, without forming the Jacobian; see `jvp`."""
        return self._pushed("vjp", "y", run, t, k, cotangent, {"first": k, "last": t - 1})

    def _pushed(
        self, name: str, carried: str, run: Run, t: int, k: int, given: Any, span: dict[str, int]
    ) -> Array:
        arguments.times(run.steps, t, k)
        argument = "tangent" if name == "jvp" else "cotangent"
        shape = (*run.batch, run.s.shape[-1])
        start = arguments.vectors(argument, given, run.s.dtype, shape, "(…, d)")
        flat = start.reshape(*start.shape[: start.ndim - len(shape)], *run.s.shape[1:])
        result = self._loop(name, run, lanes=flat.shape[:-1], **{carried: flat}, **span)[carried]
        arguments.in_range(f"the {name} of ∂s_t/∂s_k", [result], SCALED)
        side = "right" if name == "jvp" else "left"
        require_kept(self, run, (t, k), f"the {name} of ∂s_t/∂s_k", result, SCALED, (side, flat))
        return result.reshape(start.shape)

    def gradients(
        self,
        run: Run,
        loss_gradient: Any,
        t: int | None = None,
        since: int = 0,
        *,
        summed: bool = False,
    ) -> dict[str, Array]:
        """∂L_t/∂(W, U, b, s₀) as the BPTT sum, its growing product a running value: O(t - since).

        Args:
            run: a forward pass.
            loss_gradient: ∂⁺L_t/∂s_t, (…, d).
            t: the time of the loss; the last one by default.
            since: the state at this time is held constant; 0 keeps every term. τ factors are
                kept by `since = t - τ - 1`. s₀ gets a gradient only when nothing is cut.
            summed: add up over the batch; otherwise one gradient a sequence.

        Raises:
            ShapeError, IllFormedError: the loss gradient does not fit; times out of order.
            RangeError: a product overflows, or a gradient by a weight underflows as a whole; where
                one by s₀ does, that is a warning, `UnderflowWarning`.
        """
        t = run.steps if t is None else t
        arguments.times(run.steps, t, since)
        shape = (*run.batch, run.s.shape[-1])
        row = arguments.vectors("loss_gradient", loss_gradient, run.s.dtype, shape, "(…, d)")
        start = row.reshape(run.s.shape[1:])
        result = self.swept(run, start, None, since, t, summed)
        found = self._gradients(run, result, since, summed)

        def exact() -> dict[str, Scaled]:
            return horizon.swept(self, run, start, None, since, t)

        require_gradients_kept(self, run, (t, since), found, start[None], exact, SCALED)
        return found

    def truncated_gradients(
        self,
        run: Run,
        loss_gradient: Any,
        tau: int,
        t: int | None = None,
        *,
        convention: str = "factors",
        summed: bool = False,
    ) -> dict[str, Array]:
        """∂L_t/∂(W, U, b) of the last terms alone: O(τ), whatever t is.

        Args:
            run: a forward pass.
            loss_gradient: ∂⁺L_t/∂s_t, (…, d).
            tau: 0 ≤ τ ≤ t, the largest number of factors (or of steps) of a kept term.
            t: the time of the loss; the last one by default.
            convention: "factors" keeps τ + 1 terms, "steps" keeps τ.
            summed: add up over the batch.

        Raises:
            IllFormedError: τ out of range, unknown convention.
        """
        t = run.steps if t is None else t
        held = arguments.truncation(tau, t, convention)
        return self.gradients(run, loss_gradient, t, held, summed=summed)

    def adjoint_gradients(
        self,
        run: Run,
        loss_gradients: Any,
        since: int = 0,
        *,
        arriving: Any = None,
        summed: bool = False,
        whole: bool = True,
    ) -> dict[str, Array]:
        """∂L/∂(W, U, b, s₀) of the total loss by the adjoint recursion, O(T).

        Args:
            run: a forward pass.
            loss_gradients: ∂⁺L_k/∂s_k at place k-1, (T, …, d); zeros where there is no loss.
            since: the state at this time is held constant.
            arriving: ∂L/∂s_T from losses after this run, (…, d); none by default.
            summed: add up over the batch; otherwise one gradient a sequence.
            whole: the run is no part of a longer one; there a part may vanish beside the others.

        Raises:
            ShapeError, IllFormedError: the loss gradients do not fit; times out of order.
            RangeError, with a warning for s₀: as `gradients`.
        """
        arguments.times(run.steps, run.steps, since)
        g = self.loss_rows(run, loss_gradients)
        delta = g[-1]
        if arriving is not None:
            shape = (*run.batch, run.s.shape[-1])
            later = arguments.vectors("arriving", arriving, run.s.dtype, shape, "(…, d)")
            delta = delta + later.reshape(delta.shape)
        result = self.swept(run, delta, g, since, run.steps, summed)
        found = self._gradients(run, result, since, summed)

        def exact() -> dict[str, Scaled]:
            return horizon.swept(self, run, delta, g, since, run.steps)

        if whole:
            driving = np.concatenate([g, delta[None]])
            span = (run.steps, since)
            require_gradients_kept(self, run, span, found, driving, exact, SCALED)
        return found

    def loss_rows(self, run: Run, loss_gradients: Any) -> Array:
        """∂⁺L_k/∂s_k for each step, checked against the run and in the loops' layout.

        Raises:
            ShapeError, IllFormedError: they do not fit the run.
        """
        if np.ndim(loss_gradients) < 2 or len(loss_gradients) != run.steps:
            raise ShapeError(
                "loss_gradients: one row for each step",
                {"expected": f"({run.steps}, …, d)", "got": np.shape(loss_gradients)},
            )
        shape = (run.steps, *run.batch, run.s.shape[-1])
        g = arguments.aligned("loss_gradients", loss_gradients, run.s.dtype, shape)
        return g.reshape(run.steps, *run.s.shape[1:])

    def swept(
        self, run: Run, delta: Array, g: Array | None, first: int, last: int, summed: bool = False
    ) -> dict[str, Array]:
        """One sweep of the adjoint recursion from `last` down to `first`, in the loops' layout.

        Args:
            run: a forward pass.
            delta: δ_last, of the shape of one state of `run.s`; a loss at `last` is in it.
            g: ∂⁺L_k/∂s_k at place k-1 for first ≤ k < last; None where there is no loss.
            first, last: 0 ≤ first ≤ last ≤ T.
            summed: add up over the batch.

        Returns:
            δ_first as "delta", and by name of each parameter the terms k = first+1 … last.
        """
        span = {"first": first, "last": last - 1, "summed": summed}
        if g is None:
            result = self._loop("growing_sum", run, y=delta, **span)
            return {"delta": result.pop("y"), **result}
        # There is no loss at time 0: the last step down is the recursion without one.
        span["first"] = max(first, 1)
        result = self._loop("adjoint", run, delta=delta, dL_ds=g, **span)
        if first > 0 or last == 0:
            return result
        lowest = self.swept(run, result.pop("delta"), None, 0, 1, summed)
        return {n: v if n == "delta" else v + result[n] for n, v in lowest.items()}

    def _gradients(
        self, run: Run, result: dict[str, Array], since: int, summed: bool
    ) -> dict[str, Array]:
        start = result.pop("delta")
        if since == 0:
            result["s0"] = start
        arguments.in_range("the gradient", list(result.values()), SCALED)
        own = {n for n in result if not summed or n == "s0"}
        return {n: run.unflattened(v) if n in own else v for n, v in result.items()}

    def recurrent_gradient(
        self, W: Array, U: Array, b: Array, s0: Array, x: Array, g: Array
    ) -> tuple[Array, Array, Array]:
        """∂L/∂(W, U, b) summed over the batch, for given g_k = ∂⁺L/∂s_k: what training asks for."""
        gradients = self.adjoint_gradients(self.run(W, U, b, s0, x), g, summed=True)
        return gradients["W"], gradients["U"], gradients["b"]

    def slopes(self, run: Run) -> Array:
        """The slopes of each step, σ′(a_j) or with σ inside σ′(s_{j-1}), at places 1 … T.

        (T+1, …, d); place 0 is NaN: there is no step 0.

        Raises:
            RangeError: a slope overflows.
        """
        at = run.states[:-1] if self.rnn.inside else run.between[1:]
        slopes = np.full_like(run.states, np.nan)
        with np.errstate(**LOOKED_AT):
            slopes[1:] = self._slope(at)
        arguments.in_range("a slope σ′", [slopes[1:]], "pre-activations nearer to 0")
        return slopes

    @cached_property
    def _slope(self) -> Callable[[Any], Any]:
        """σ′ in NumPy."""
        return lower_activation(self.rnn.sigma.prime)

    def norms(self, run: Run, t: int | None = None) -> Array:
        """‖∂s_t/∂s_k‖₂ for k = t, t-1, …, 0: place i has t - k = i, (t+1, …).

        The product for k is the one for k + 1 times one more factor: t matrix products in all.

        Raises:
            RangeError: a product overflows.
        """
        t = run.steps if t is None else t
        arguments.times(run.steps, t, 0)
        size, lanes = run.s.shape[-1], run.s.shape[1:-1]
        latest = np.broadcast_to(np.eye(size, dtype=run.s.dtype), (*lanes, size, size))
        found = [np.ones((1, *lanes), run.s.real.dtype)]
        loop = self.loops("jacobians", hoisted=False, shared=run.shared)
        for first, last in reversed(run.chunks(1, t)):
            # Places first-1 … last of time; the loop writes below the last one.
            P = np.empty((last - first + 2, *latest.shape), run.s.dtype)
            P[-1] = latest
            span = {"first": 0, "last": last - first}
            with np.errstate(**LOOKED_AT):
                loop({**run.setting(first - 1), **span, "P": P})
            arguments.in_range("∂s_t/∂s_k", [P], SCALED)
            found.append(np.linalg.norm(P[-2::-1], 2, axis=(-2, -1)))
            latest = P[0]
        return np.concatenate(found).reshape(t + 1, *run.batch)
