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
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Cell
from symrnn.cells.elman import with_symbolic_sizes
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import as_matrix
from symrnn.language.names import in_code
from symrnn.language.time import TimeVector
from symrnn.numeric import arguments, by_name, horizon
from symrnn.numeric.derived import Derived
from symrnn.numeric.in_order import parameters_of, starts_of, weights_of
from symrnn.numeric.loop_passes import LoopPasses
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.lower import lower
from symrnn.numeric.plain_passes import PlainPasses, bindings_of
from symrnn.numeric.run import Run
from symrnn.numeric.runtime import product_of
from symrnn.numeric.scaled import Scaled
from symrnn.numeric.step_jacobians import StepJacobians
from symrnn.numeric.vanishing import identity, require_gradients_kept, require_kept
from symrnn.numeric.weights import Fitted, Weights, fitted

Array = NDArray[Any]

COMPILED_SIZE = 16
"""Size of the state up to which ∂s_t/∂s_k is compiled; beyond, products by BLAS are faster."""

PAIRED_SIZE = 32
"""Size of the state up to which step Jacobians are multiplied out in pairs: beyond, one matrix
product costs more than the call of it."""

LOOKED_AT: dict[str, Any] = {"divide": "ignore", "invalid": "ignore", "over": "ignore"}
"""For `np.errstate`: a branch of a formula that is not taken may overflow; what comes out of it is
looked at."""

SCALED = "scaled products: symrnn.numeric.horizon"


@dataclass(frozen=True, eq=False)
class Kernels:
    """The generated functions of one cell, each made at its first use.

    Attributes:
        of: a cell, or one with a loss as statements speak of it (`elman("tanh")`); no activation of
            which only the name is known.
        planned: run the generated loops where there are some; else definition by definition.
        compiled: run small nets (real numbers, weights without a batch) through numba, the extra
            `compiled`, where Python's cost of a step is most of it. The first call of each loop
            compiles for some seconds. Without numba the NumPy loops run.
        by_values: take each slope that is a polynomial of its value from that, q(1-q) and 1-n²:
            faster, and right to an ulp of 1; where a unit saturates its slope has no digits then.
        ran: how each pass ran last, "numba", "loop" or "definitions", by its name.

    Raises:
        IllFormedError: of something else than a cell.
    """

    of: Cell | Network
    planned: bool = True
    compiled: bool = False
    by_values: bool = False
    ran: dict[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.of, Cell | Network):
            raise IllFormedError(
                "kernels are of a cell",
                {"expected": 'a cell, such as named("lstm")', "got": type(self.of).__name__},
            )

    def __reduce__(self) -> Any:
        """The cell travels; what was generated is generated again where it is used."""
        return type(self), (self.of, self.planned, self.compiled, self.by_values, dict(self.ran))

    @property
    def cell(self) -> Cell:
        """What is run."""
        return self.of.cell if isinstance(self.of, Network) else self.of

    @property
    def rnn(self) -> Network:
        """The cell as statements speak of it, with its activation.

        Raises:
            NotSupportedError: the kernels are of a cell by itself.
        """
        if not isinstance(self.of, Network):
            raise NotSupportedError(
                f"{self.cell.name} by itself has no letters of the lecture",
                {"expected": 'kernels of a network, such as elman("tanh")', "got": "a cell"},
            )
        return self.of

    @cached_property
    def derived(self) -> Derived:
        """The definitions with names for what is computed on the way, and what is derived."""
        return Derived(self._generic, self.by_values)

    @cached_property
    def _generic(self) -> Cell:
        """The cell with symbols for its sizes, where they are numbers: a W of 1 × 1 reads as a
        number, and what is generated from symbols serves every size."""
        return with_symbolic_sizes(self.of).cell if isinstance(self.of, Network) else self.of

    @cached_property
    def _plain(self) -> PlainPasses:
        return PlainPasses(self.derived)

    @cached_property
    def _loops(self) -> LoopPasses:
        return LoopPasses(self.derived)

    @cached_property
    def _compiled_loops(self) -> LoopPasses:
        return LoopPasses(self.derived, compiled=True)

    @cached_property
    def step_jacobians(self) -> StepJacobians:
        """∂s_j/∂s_{j-1} as a function; `source` is its code."""
        return StepJacobians(self.derived)

    def loops(self, name: str) -> LoopKernel:
        """A generated loop: "forward", "readout", "backward" (of a loss that reads every vector),
        "inputs" or "tangent"; `source` is its code.

        Raises:
            IllFormedError: for another name, or a part that the cell does not have.
            NotSupportedError: for what loops have no operation for.
        """
        return self._loops.named(name)

    def _engine(self, name: str, fit: Fitted) -> PlainPasses | LoopPasses:
        if self.compiled and self._compiled_loops.runs(fit):
            self.ran[name] = "numba"
            return self._compiled_loops
        if self.planned and self._loops.runs(fit):
            self.ran[name] = "loop"
            return self._loops
        self.ran[name] = "definitions"
        return self._plain

    # ------------------------------------------------------------------ running

    def run(self, *given: Any, **named: Any) -> Run:
        """The forward pass of `Weights`, or of arrays in a row: parameters in the order in which
        the cell's text reads them, initial states, inputs.

        Args:
            given: W, U, b, s0, x of the Elman cell; without inputs the number of steps in the
                place of x. Axes in front of a matrix or a vector are batches.
            named: the same by name.

        Raises:
            As `forward`.
        """
        return self.forward(weights_of(self.cell, given, named))

    def forward(self, weights: Weights) -> Run:
        """The forward pass.

        Raises:
            IllFormedError, ShapeError: weights that do not fit, naming what, what was expected and
                what came; an activation of which only the name is known.
            RangeError: a value overflows.
        """
        derived = self.derived
        fit = fitted(self.cell, weights)
        if self._generic is not self.cell:
            fit = fitted(self._generic, weights)
        with np.errstate(**LOOKED_AT):
            rows = self._engine("forward", fit).forward(fit)
        computed = [array for name, array in rows.items() if name not in fit.inputs]
        what, advice = f"the forward pass of {self.cell.name}", "smaller weights, bounded functions"
        arguments.in_range(what, computed, advice)
        named = frozenset(each.label for each in derived.named) | {*fit.inputs}
        return Run(fit, rows, named)

    def loss(self, run: Run) -> Array:
        """The sum of the cell's own losses over all times, one number a sequence.

        Raises:
            IllFormedError: the cell has none that is known.
        """
        losses = self.derived.losses
        if not losses:
            raise self._without_loss()
        return np.asarray(sum(run.rows[label][..., 0].sum(axis=0) for label in losses))

    def evaluate(self, run: Run, expression: MatrixExpr) -> Array:
        """An expression in the cell's vectors and parameters at the times 1 … T, (T, …, p, q).

        Args:
            run: a forward pass.
            expression: written at the cell's own time, `cell.index`.
        """
        columns = {name: run[name][..., None] for name in run.named}
        times = {self.cell.index.name: np.arange(1, run.steps + 1)}
        value = _lowered(expression)(bindings_of(run.weights) | columns | times)
        lead = (run.steps, *run.weights.batch)
        return np.broadcast_to(value, np.broadcast_shapes(value.shape, (*lead, 1, 1)))

    @cached_property
    def activated(self) -> Mapping[str, Elementwise]:
        """What is an activation of something, by its name: gates, and states that are σ(…)."""
        definitions = self.derived.recurrence.definitions

        def opened(argument: MatrixExpr) -> MatrixExpr:
            # What is computed at the same time is written out; the state before stays.
            while read := argument.atoms(TimeVector) & {*definitions}:
                argument = as_matrix(argument.xreplace({of: definitions[of] for of in read}))
            return argument

        return {
            of.label: Elementwise(value.activation, opened(value.argument))
            for of, value in definitions.items()
            if isinstance(value, Elementwise)
        }

    def slopes(self, run: Run, name: str | None = None) -> Array:
        """σ′ of what the vector `name` is σ of, at places 1 … T, (T+1, …, n); place 0 is NaN.

        Args:
            run: a forward pass.
            name: a gate, or another vector that is an activation of something; may be left out
                where the cell has one.

        Raises:
            IllFormedError: no such vector, or none is named and there are several.
            RangeError: a slope overflows.
        """
        known = self.activated
        name = next(iter(known)) if name is None and len(known) == 1 else name
        if name is None or name not in known:
            raise IllFormedError("slopes", {"expected": f"one of {', '.join(known)}", "got": name})
        value = known[name]
        with np.errstate(**LOOKED_AT):
            found = self.evaluate(run, value.activation.prime(value.argument))[..., 0]
        arguments.in_range("a slope σ′", [found], "pre-activations nearer to 0")
        full = np.broadcast_to(found, (run.steps, *run.batch, found.shape[-1]))
        return np.concatenate([np.full_like(full[:1], np.nan), full])

    # ------------------------------------------------------------------ the whole state

    def factors(self, run: Run, first: int, last: int) -> Array:
        """∂s_j/∂s_{j-1} for j = first … last, (last-first+1, …, Σn, Σn).

        Raises:
            IllFormedError: unless 1 ≤ first ≤ last ≤ T.
            RangeError: a factor overflows.
        """
        arguments.times(run.steps, last, first - 1)  # the first factor reads s_{first-1}
        if first > last:
            raise IllFormedError(
                "times out of range",
                {"expected": "first ≤ last", "got": f"first={first}, last={last}"},
            )
        with np.errstate(**LOOKED_AT):
            found = self.step_jacobians(run, first, last)
        arguments.in_range("∂s_j/∂s_{j-1}", [found], SCALED)
        return found

    def jacobian(self, run: Run, t: int, k: int) -> Array:
        """∂s_t/∂s_k of the whole state, (…, Σn, Σn), numerator layout.

        Raises:
            IllFormedError: unless 0 ≤ k ≤ t ≤ T.
            RangeError: the product overflows, or underflows as a whole.
        """
        arguments.times(run.steps, t, k)
        with np.errstate(**LOOKED_AT):
            result = self._multiplied(run, t, k) if t > k else identity(run)
        arguments.in_range("∂s_t/∂s_k", [result], SCALED)
        require_kept(self, run, (t, k), "∂s_t/∂s_k", result, SCALED)
        return np.array(result)

    def _multiplied(self, run: Run, t: int, k: int) -> Array:
        """The product of the step Jacobians: compiled or in pairs where they are small."""
        engine = self._product_engine(run)
        if engine is not None:
            # Compiled it costs nothing to begin with I; else that is a product of matrices.
            own = k if engine.compiled else k + 1
            start = self.factors(run, own, own)[0] if own > k else identity(run)
            if t == own:
                return start
            part, ends = run.between(own, t), np.cumsum(run.sizes)[:-1]
            rows = dict(zip(run.weights.states, np.split(start, ends, axis=-2), strict=True))
            found = engine.multiplied(part.weights, part.rows, rows)
            return np.concatenate([found[name] for name in run.weights.states], axis=-2)
        result = None
        for first, last in run.chunks(k + 1, t):
            F = self.factors(run, first, last)
            for factor in [product_of(F)] if run.size <= PAIRED_SIZE else F:
                result = factor if result is None else factor @ result
        return np.asarray(result)

    def _product_engine(self, run: Run) -> LoopPasses | None:
        """The loop that a product of step Jacobians is multiplied by; None where none serves."""
        engine, word = self._loops, "loop"
        wanted = self.planned and run.size > PAIRED_SIZE
        if self.compiled and run.size <= COMPILED_SIZE:
            engine, word, wanted = self._compiled_loops, "numba", True
        serves = wanted and engine.runs(run.weights) and engine.pushes("jacobian")
        self.ran["jacobian"] = word if serves else "definitions"
        return engine if serves else None

    def jvp(self, run: Run, t: int, k: int, tangent: Any) -> Any:
        """(∂s_t/∂s_k) u of the whole state without its Jacobian.

        Args:
            run: a forward pass.
            t, k: times, 0 ≤ k ≤ t ≤ T.
            tangent: u, (…, Σn); axes in front of the run's batch are directions. Or by the name of
                the part of the state, (…, n); 0 where nothing is given.

        Returns:
            As u was given.

        Raises:
            ShapeError, IllFormedError: u does not fit the run; times out of order.
            RangeError: the product overflows, or underflows as a whole.
        """
        return self._product("jvp", "tangent", run, t, k, tangent)

    def vjp(self, run: Run, t: int, k: int, cotangents: Any) -> Any:
        """(∂s_t/∂s_k)ᵀ v of the whole state, without its Jacobian; see `jvp`."""
        return self._product("vjp", "cotangent", run, t, k, cotangents)

    def _product(self, name: str, word: str, run: Run, t: int, k: int, given: Any) -> Any:
        arguments.times(run.steps, t, k)
        v = self.whole(word, given, run)
        result = v
        if t > k:
            moved = self._pushed if name == "jvp" else self._pulled
            with np.errstate(**LOOKED_AT):
                result = moved(run, t, k, v)
        what, side = f"the {name} of ∂s_t/∂s_k", "right" if name == "jvp" else "left"
        arguments.in_range(what, [result], SCALED)
        require_kept(self, run, (t, k), what, result, SCALED, (side, v))
        result = np.array(result)
        return run.parts(result) if isinstance(given, Mapping) else result

    def _pulled(self, run: Run, t: int, k: int, v: Array) -> Array:
        part = _beside(run.between(k, t), v)
        engine = self._engine("vjp", part.weights)
        _, found, _ = engine.backward(
            part.weights, part.rows, {}, run.parts(v), summed=True, inputs=False, parameters=False
        )
        return np.concatenate([found[name] for name in run.weights.states], axis=-1)

    def _pushed(self, run: Run, t: int, k: int, u: Array) -> Array:
        part = _beside(run.between(k, t), u)
        engine = self._engine("jvp", part.weights)
        if isinstance(engine, LoopPasses) and engine.pushes("tangent"):
            found = engine.pushed(part.weights, part.rows, run.parts(u))
            return np.concatenate([found[name] for name in run.weights.states], axis=-1)
        self.ran["jvp"] = "definitions"
        for first, last in run.chunks(k + 1, t):
            for F in self.factors(run, first, last):
                u = (F @ u[..., None])[..., 0]
        return u

    def norms(self, run: Run, t: int | None = None) -> Array:
        """‖∂s_t/∂s_k‖₂ for k = t, t-1, …, 0: place i has t - k = i, (t+1, …).

        What underflows is 0 here and is not refused; `horizon.log_norms` has its logarithm.

        Raises:
            RangeError: a product overflows.
        """
        t = run.steps if t is None else t
        arguments.times(run.steps, t, 0)
        product = identity(run)
        found = [np.ones(run.batch, product.real.dtype)]
        for first, last in reversed(run.chunks(1, t)):
            products = []
            with np.errstate(**LOOKED_AT):
                for F in self.factors(run, first, last)[::-1]:
                    product = product @ F
                    products.append(product)
            arguments.in_range("∂s_t/∂s_k", products, SCALED)
            found += [*np.linalg.norm(np.stack(products), 2, axis=(-2, -1))]
        return np.stack(found)

    # ------------------------------------------------------------------ gradients

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

    @property
    def _states(self) -> dict[str, Any]:
        return {each.label: each for each in self.derived.recurrence.states}

    def whole(self, what: str, given: Any, run: Run, *, directions: bool = True) -> Array:
        """A vector of the whole state, checked against the run; writable.

        Args:
            what: the name of the argument.
            given: (…, Σn), or arrays (…, n) by the name of the part; what is not named is 0.
            run: a forward pass.
            directions: whether there may be axes in front of the run's batch.

        Raises:
            IllFormedError, ShapeError: it does not fit.
        """
        if not isinstance(given, Mapping):
            shape, kind = (*run.batch, run.size), run.weights.dtype
            v = arguments.vectors(what, given, kind, shape, "(…, Σn)")
        else:
            v = by_name.joined(f"the {what} of", self._states, run, given)
        if not directions and v.ndim > 1 + len(run.batch):
            raise by_name.wrong_shape(what, v.shape, (*run.batch, run.size))
        return v

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

    def _without_loss(self) -> IllFormedError:
        state = in_code(self.cell.states[-1].label)
        return IllFormedError(
            f"{self.cell.name} has no loss of its own",
            {"expected": f"{{{state!r}: ∂⁺L/∂{state}}}, or a cell with a loss", "got": "nothing"},
        )


_lowered = lru_cache(maxsize=128)(lower)


def _beside(run: Run, v: Array) -> Run:
    """The run once more for each of the axes of a vector in front of its batch."""
    lead = v.shape[: v.ndim - 1 - len(run.batch)]
    return run.repeated(lead) if lead else run
