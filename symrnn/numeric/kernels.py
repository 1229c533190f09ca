"""Any cell with numbers: one forward pass, and all that is derived of it.

    kernels = Kernels(named("lstm"))
    run = kernels.run(weights)                    # run["h"][t] is h_t; or arrays in a row
    found = kernels.backward(run, {"h": g})       # g[j-1] = ∂⁺L/∂h_j; by the names of the weights
    kernels.jacobian(run, t, k)                   # ∂s_t/∂s_k of the whole state

What runs comes from the definitions and from the expressions that were derived of them: loops that
allocate nothing in a step, compiled ones, or each expression by itself, which is slow at size and
what the loops are tested against. Batches, float32, float64 and complex128; complex numbers are
differentiated as such, without conjugates. What comes back is the caller's: writable, and shared
with nothing.

A vector of the whole state has all its parts one below the other, in the order of the cell's
states; where one is asked for, a mapping of the parts by name does as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import arguments, by_name, horizon
from symrnn.numeric.forward import LOOKED_AT
from symrnn.numeric.in_order import parameters_of, starts_of
from symrnn.numeric.products import SCALED, Products
from symrnn.numeric.run import Run
from symrnn.numeric.scaled import Scaled
from symrnn.numeric.vanishing import require_gradients_kept
from symrnn.numeric.weights import Weights

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Kernels(Products):
    """The generated functions of one cell, each made at its first use.

    Attributes:
        of: a cell, or one with a loss as statements speak of it (`elman("tanh")`); no activation of
            which only the name is known.
        planned: run the generated loops where there are some; else definition by definition.
        compiled: run real numbers, weights without a batch, through numba, the extra `compiled`:
            small nets as a whole, where Python's cost of a step is most of it, of others what is
            done entry by entry between the products of a step. The first call of each loop compiles
            for some seconds. Without numba the NumPy loops run.
        by_values: take each slope that is a polynomial of its value from that, q(1-q) and 1-n²:
            faster, and right to an ulp of 1; where a unit saturates its slope has no digits then.
        ran: how each pass ran last, by its name: "numba" as a whole, "groups" between products,
            "loop" or "definitions".

    Raises:
        IllFormedError: of something else than a cell.
    """

    def backward(
        self,
        run: Run,
        given: Mapping[str, Any] | None = None,
        *,
        arriving: Mapping[str, Any] | None = None,
        since: int = 0,
        summed: bool = True,
        inputs: bool = True,
    ) -> Weights:
        """The gradients of a loss L by every parameter, initial state and input.

        Args:
            run: a forward pass.
            given: ∂⁺L/∂v_j at place j-1 by the name of the vector v, (T, …, n); where nothing is
                given it is 0. Without it L is the sum of the cell's own losses over all times.
            arriving: ∂L/∂s_T by the name of the state s from what comes after the run, (…, n).
            since: the states at this time are held constant: only the losses and the terms after
                it count, O(T - since). The gradients by states are then by those of this time.
            summed: add the parameters' gradients up over the batch; otherwise one a sequence.
            inputs: whether the gradients by the inputs are wanted.

        Returns:
            The gradients, by the names and in the shapes of the weights.

        Raises:
            IllFormedError, ShapeError: gradients for what the cell does not have, or that do not
                fit; no loss at all.
            RangeError: a value overflows.
        """
        rows = self._own_loss(run) if given is None else self.loss_rows(run, given)
        last = by_name.vectors("what arrives at", self._states, run, arriving or {})
        arguments.times(run.steps, run.steps, since)
        if since == run.steps:
            raise IllFormedError("since is the last time", {"expected": f"0 … {run.steps - 1}"})
        later = run.between(since, run.steps)
        fit = later.weights
        rows = {name: row[since:] for name, row in rows.items()}
        with np.errstate(**LOOKED_AT):
            engine = self._engine("backward", fit)
            sums, starts, entering = engine.backward(
                fit, later.rows, rows, last, summed=summed, inputs=inputs
            )
        if since:
            entering = {
                n: np.concatenate([0 * run.rows[n][:since], g]) for n, g in entering.items()
            }
        result = Weights(sums, starts, entering, run.steps)
        everything = [array for _, _, array in result]
        arguments.in_range("the gradient", everything, "truncation, or smaller weights")
        return result

    def gradients(
        self,
        run: Run,
        loss_gradient: Any,
        t: int | None = None,
        since: int = 0,
        *,
        summed: bool = False,
    ) -> dict[str, Array]:
        """∂L_t/∂θ by every parameter, and by the initial states (s0 of s), of one loss: O(t-since).

        Args:
            run: a forward pass.
            loss_gradient: ∂⁺L_t/∂s_t of the whole state, (…, Σn), or by the name of its parts.
            t: the time of the loss; the last one by default.
            since: the states at this time are held constant; 0 keeps every term. τ factors are
                kept by `since = t - τ - 1`. Initial states get a gradient only when nothing is cut.
            summed: add up over the batch; otherwise one gradient a sequence.

        Raises:
            ShapeError, IllFormedError: the loss gradient does not fit; times out of order.
            RangeError: a product overflows, or a gradient by a parameter underflows as a whole;
                where one by an initial state does, that is a warning, `UnderflowWarning`.
        """
        t = run.steps if t is None else t
        arguments.times(run.steps, t, since)
        start = self.whole("loss_gradient", loss_gradient, run, directions=False)
        return self._gradients(run, start, {}, since, t, summed)

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
        """∂L_t/∂θ of the last terms alone: O(τ), whatever t is.

        Args:
            run: a forward pass.
            loss_gradient: as of `gradients`.
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
    ) -> dict[str, Array]:
        """∂L/∂θ of the total loss, keyed and refused as by `gradients`: O(T).

        Args:
            run: a forward pass.
            loss_gradients: ∂⁺L_k/∂s_k of the whole state at place k-1, (T, …, Σn), or by the name
                of any vector; zeros where there is no loss.
            since: the states at this time are held constant.
            arriving: ∂L/∂s_T from losses after this run, (…, Σn); none by default.
            summed: add up over the batch; otherwise one gradient a sequence.
        """
        arguments.times(run.steps, run.steps, since)
        rows = self.loss_rows(run, loss_gradients)
        if arriving is None:
            start = np.zeros((*run.batch, run.size), run.weights.dtype)
        else:
            start = self.whole("arriving", arriving, run, directions=False)
        return self._gradients(run, start, rows, since, run.steps, summed)

    def _gradients(
        self, run: Run, start: Array, rows: dict[str, Array], since: int, t: int, summed: bool
    ) -> dict[str, Array]:
        arrived, sums = self.swept(run, start, rows, since, t, summed=summed)
        found = {name: sums[name] for name in parameters_of(self.cell)}
        if since == 0:
            starts = starts_of(self.cell)
            found |= {starts[name]: part.copy() for name, part in run.parts(arrived).items()}
        arguments.in_range("the gradient", [*found.values()], SCALED)
        driven = np.abs(start).max(axis=-1, initial=0) > 0
        for each in rows.values():
            driven = driven | (np.abs(each).max(axis=(0, -1), initial=0) > 0)

        def exact() -> dict[str, Scaled]:
            return horizon.swept(self, run, start, rows, since, t)

        # What no loss reaches has the gradient 0 by its structure: nothing of it can be lost.
        read = {name: found[name] for name in found if name not in self.derived.unread(rows)}
        reached = self.derived.reached(rows)
        require_gradients_kept(self, run, (t, since), read, driven, exact, SCALED, reached)
        return found

    def swept(
        self,
        run: Run,
        start: Array,
        rows: Mapping[str, Array],
        first: int,
        last: int,
        *,
        summed: bool,
    ) -> tuple[Array, dict[str, Array]]:
        """One sweep of the adjoint recursion from `last` down to `first`, nothing refused.

        Args:
            run: a forward pass.
            start: (∂L/∂s_last)ᵀ from what comes after, (…, Σn).
            rows: ∂⁺L/∂v_j at place j-1 by the label of the vector, of the times up to `last`.
            first, last: 0 ≤ first ≤ last ≤ T.
            summed: add up over the batch.

        Returns:
            (∂L/∂s_first)ᵀ, and by name of each parameter the terms of the steps between.
        """
        if first == last:
            batch = () if summed else run.batch
            given = run.weights.parameters
            shapes = {n: a.shape[a.ndim - self._axes(run, n) :] for n, a in given.items()}
            zeros = {n: np.zeros((*batch, *s), run.weights.dtype) for n, s in shapes.items()}
            return start, zeros
        part = run.between(first, last)
        within = {name: row[first:last] for name, row in rows.items()}
        with np.errstate(**LOOKED_AT):
            engine = self._engine("backward", part.weights)
            sums, starts, _ = engine.backward(
                part.weights, part.rows, within, run.parts(start), summed=summed, inputs=False
            )
        return np.concatenate([starts[n] for n in run.weights.states], axis=-1), sums

    @staticmethod
    def _axes(run: Run, name: str) -> int:
        fit = run.weights
        return 0 if name in fit.scalars else 1 + (name in fit.matrices)

    # ------------------------------------------------------------------ arguments

    def loss_rows(self, run: Run, loss_gradients: Any) -> dict[str, Array]:
        """∂⁺L/∂v_j for each step by the label of v: of the parts of the state, or as given.

        Raises:
            ShapeError, IllFormedError: they do not fit the run.
        """
        if isinstance(loss_gradients, Mapping):
            named = {each.label: each for each in self.derived.named}
            return by_name.timed("the loss by", named, run, loss_gradients)
        rows = by_name.rows("loss_gradients", loss_gradients, run, (*run.batch, run.size))
        return run.parts(rows)

    def _own_loss(self, run: Run) -> dict[str, Array]:
        losses = self.derived.losses
        if not losses:
            raise self._without_loss()
        return {name: np.ones((run.steps, *run.batch, 1), run.weights.dtype) for name in losses}
