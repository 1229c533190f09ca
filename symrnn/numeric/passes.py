"""The forward and the backward pass of any cell, from its definitions.

    lstm = named("lstm")
    weights = random_weights(lstm, d=8, m=3, steps=30)
    passes = Passes(lstm)
    run = passes.forward(weights)
    run["h"]                                    # h_0 … h_T, (T+1, …, d); gates as well: run["i"]
    found = passes.backward(run, {"h": g})      # g[j-1] = ∂⁺L/∂h_j, (T, …, d)
    found.parameters["W_i"], found.states["h"], found.inputs["x"]

The forward pass evaluates the definitions, each once a step, in the order that is read off them.
The backward pass is the adjoint step that `symrnn.recurrence.adjoint` derives; a weight is
multiplied with once a step in each pass. Both run as generated loops that allocate nothing in a
step (`passes.loops(name).source`); what loops have no operation for, or parameters that come in
batches, run definition by definition. Batches, float32, float64 and complex128; complex
numbers are differentiated as such, without conjugates. Slopes are taken through the values where
they are polynomials of them, q(1-q) and 1-n².
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.names import in_code
from symrnn.numeric import arguments
from symrnn.numeric.derived import Derived
from symrnn.numeric.loop_passes import LoopPasses
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.lower import lower
from symrnn.numeric.plain_passes import PlainPasses, bindings_of
from symrnn.numeric.weights import Fitted, Weights, fitted

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Run:
    """One forward pass: what the backward pass reads. Its arrays are its own.

    Attributes:
        weights: what was run, checked.
        rows: every vector that was computed, and the inputs: a state at the times 0 … T,
            (T+1, …, n), all else at the times 1 … T.
        named: the vectors that the cell names.
    """

    weights: Fitted
    rows: Mapping[str, Array]
    named: frozenset[str]

    @property
    def steps(self) -> int:
        """T."""
        return self.weights.steps

    def __getitem__(self, name: str) -> Array:
        """A vector at the times 0 … T, (T+1, …, n), a copy; NaN at time 0 where it has no value.

        Raises:
            IllFormedError: for a name that the cell does not have.
        """
        if in_code(name) not in self.named:
            raise IllFormedError(
                f"there is no vector {name}",
                {"expected": ", ".join(sorted(self.named)), "got": name},
            )
        found = self.rows[in_code(name)]
        if len(found) > self.steps:
            return found.copy()
        return np.concatenate([np.full_like(found[:1], np.nan), found])

    def between(self, k: int, t: int) -> Run:
        """The steps k + 1 … t as a run of their own, from the states at k on; the same arrays."""
        arguments.times(self.steps, t, k)
        states = {*self.weights.states}
        rows = {n: a[k : t + 1] if n in states else a[k:t] for n, a in self.rows.items()}
        return Run(replace(self.weights, steps=t - k), rows, self.named)

    def repeated(self, count: int) -> Run:
        """A run of one sequence as a batch of so many that are the same; no array is copied."""
        rows = {
            name: np.broadcast_to(array[:, None], (len(array), count, array.shape[-1]))
            for name, array in self.rows.items()
        }
        return Run(replace(self.weights, batch=(count,)), rows, self.named)


@dataclass(frozen=True, eq=False)
class Passes:
    """The passes of one cell, generated at their first use.

    Attributes:
        cell: what is run; no activation of which only the name is known.
        planned: run the generated loops where there are some; else definition by definition.
        compiled: run small nets (real numbers, weights without a batch) through numba, the extra
            `compiled`, where Python's cost of a step is most of it. The first call of each loop
            compiles for some seconds. Without numba the NumPy loops run.
        ran: how each pass ran last, "numba", "loop" or "definitions", by its name.
    """

    cell: Cell
    planned: bool = True
    compiled: bool = False
    ran: dict[str, str] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> Any:
        """The cell travels; what was generated is generated again where it is used."""
        return type(self), (self.cell, self.planned, self.compiled, dict(self.ran))

    @cached_property
    def derived(self) -> Derived:
        """The definitions with names for what is computed on the way, and their adjoint."""
        return Derived(self.cell)

    @cached_property
    def _plain(self) -> PlainPasses:
        return PlainPasses(self.derived)

    @cached_property
    def _loops(self) -> LoopPasses:
        return LoopPasses(self.derived)

    @cached_property
    def _compiled_loops(self) -> LoopPasses:
        return LoopPasses(self.derived, compiled=True)

    def loops(self, name: str) -> LoopKernel:
        """A generated loop: "forward", "readout", "backward" (of a loss that reads every vector)
        or "inputs"; `source` is its code.

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

    def forward(self, weights: Weights) -> Run:
        """The forward pass.

        Raises:
            IllFormedError, ShapeError: weights that do not fit, naming what, what was expected and
                what came; an activation of which only the name is known.
            RangeError: a value overflows.
        """
        derived = self.derived
        fit = fitted(self.cell, weights)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
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
        value = lower(expression)(bindings_of(run.weights) | columns | times)
        lead = (run.steps, *run.weights.batch)
        return np.broadcast_to(value, np.broadcast_shapes(value.shape, (*lead, 1, 1)))

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
        given = self._own_loss(run) if given is None else given
        by_name = {each.label: each for each in self.derived.named}
        rows = self._checked("the loss by", by_name, run, given, timed=True)
        states = {each.label: each for each in self.derived.recurrence.states}
        last = self._checked("what arrives at", states, run, arriving or {}, timed=False)
        arguments.times(run.steps, run.steps, since)
        if since == run.steps:
            raise IllFormedError("since is the last time", {"expected": f"0 … {run.steps - 1}"})
        later = run.between(since, run.steps)
        fit = later.weights
        rows = {name: row[since:] for name, row in rows.items()}
        with np.errstate(over="ignore", invalid="ignore"):
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

    def vjp(self, run: Run, t: int, k: int, cotangents: Mapping[str, Any]) -> dict[str, Array]:
        """(∂s_t/∂s_k)ᵀ v of the whole state, all its parts together, without a Jacobian.

        Args:
            run: a forward pass.
            t, k: times, 0 ≤ k ≤ t ≤ T.
            cotangents: v by the name of the part of the state, (…, n); 0 where nothing is given.

        Returns:
            By the name of each part, (…, n).

        Raises:
            IllFormedError, ShapeError: times out of order, cotangents that do not fit.
            RangeError: a value overflows.
        """
        arguments.times(run.steps, t, k)
        states = {each.label: each for each in self.derived.recurrence.states}
        last = self._checked("the cotangent of", states, run, cotangents, timed=False)
        found = {n: last.get(n, np.zeros_like(run.rows[n][0])) for n in states}
        if t > k:
            part = run.between(k, t)
            with np.errstate(over="ignore", invalid="ignore"):
                engine = self._engine("vjp", part.weights)
                _, found, _ = engine.backward(
                    part.weights, part.rows, {}, last, summed=True, inputs=False, parameters=False
                )
        arguments.in_range("the product with ∂s_t/∂s_k", [*found.values()], "fewer steps at a time")
        return {name: np.array(value) for name, value in found.items()}

    def jacobian(self, run: Run, t: int, k: int) -> Array:
        """∂s_t/∂s_k of one sequence, all parts of the state below each other, numerator layout.

        Raises:
            IllFormedError: times out of order, or a batch of sequences.
            RangeError: a value overflows.
        """
        size = self.state_size(run)
        return self.directions(run, t, k, np.eye(size, dtype=run.weights.dtype))

    def state_size(self, run: Run) -> int:
        """How many entries all parts of the state have."""
        return sum(run.rows[each.label].shape[-1] for each in self.derived.recurrence.states)

    def directions(self, run: Run, t: int, k: int, V: Array) -> Array:
        """V ∂s_t/∂s_k of one sequence for rows V, (q, Σ n), of the whole state: all rows at once.

        Raises:
            IllFormedError: times out of order, or a batch of sequences.
            RangeError: a value overflows.
        """
        if run.weights.batch:
            raise IllFormedError(
                "a run of one sequence is needed", {"expected": "()", "batch": run.weights.batch}
            )
        spread = run.repeated(len(V))
        labels = [each.label for each in self.derived.recurrence.states]
        ends = np.cumsum([run.rows[label].shape[-1] for label in labels])
        parts = dict(zip(labels, np.split(V, ends[:-1], axis=-1), strict=True))
        found = self.vjp(spread, t, k, parts)
        return np.concatenate([found[label] for label in labels], axis=-1)

    def _own_loss(self, run: Run) -> dict[str, Array]:
        losses = self.derived.losses
        if not losses:
            raise self._without_loss()
        return {name: np.ones((run.steps, 1), run.weights.dtype) for name in losses}

    def _without_loss(self) -> IllFormedError:
        state = in_code(self.cell.states[-1].label)
        return IllFormedError(
            f"{self.cell.name} has no loss of its own",
            {"expected": f"{{{state!r}: ∂⁺L/∂{state}}}, or a cell with a loss", "got": "nothing"},
        )

    def _checked(
        self, what: str, known: Mapping[str, Any], run: Run, values: Mapping[str, Any], timed: bool
    ) -> dict[str, Array]:
        """Gradients by vectors, each of the shape that the vector has in the run."""
        if not isinstance(values, Mapping):
            raise IllFormedError(
                f"{what} …", {"expected": "arrays by name", "got": type(values).__name__}
            )
        named = {in_code(name): value for name, value in values.items()}
        if {*named} - {*known}:
            extra = ", ".join(sorted({*named} - {*known}))
            raise IllFormedError(f"{what} {extra}", {"expected": f"one of {', '.join(known)}"})
        shapes = {name: run.rows[name].shape[1:] for name in named}
        return {
            name: (_timed if timed else _vectors)(f"{what} {name}", value, run, shapes[name])
            for name, value in named.items()
        }


def _vectors(label: str, value: Any, run: Run, shape: tuple[int, ...]) -> Array:
    array = arguments.vectors(label, value, run.weights.dtype, shape, "(…, n)")
    if array.shape != shape:
        raise ShapeError(f"{label} has shape {array.shape}", {"expected": f"(…, n), here {shape}"})
    return array


def _timed(label: str, value: Any, run: Run, shape: tuple[int, ...]) -> Array:
    array = arguments.array_of(label, value)
    if array.ndim < 2 or len(array) != run.steps:
        raise ShapeError(
            f"{label} has shape {array.shape}",
            {"expected": f"(T, …, n), one row a step: {(run.steps, *shape)}"},
        )
    return arguments.aligned(label, array, run.weights.dtype, (run.steps, *shape))
