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
multiplied with once a step in each pass. Batches, float32, float64 and complex128; complex
numbers are differentiated as such, without conjugates. Slopes are taken through the values where
they are polynomials of them, q(1-q) and 1-n².
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.derivatives import VectorFunction
from symrnn.language.names import in_code
from symrnn.numeric import arguments
from symrnn.numeric.lower import Kernel, lower
from symrnn.numeric.rewrites.slopes import through_values
from symrnn.numeric.weights import Fitted, Weights, fitted, is_matrix
from symrnn.recurrence.adjoint import Adjoint, adjoint, order_of
from symrnn.recurrence.named import with_named_intermediates
from symrnn.recurrence.recurrence import Recurrence

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Run:
    """One forward pass: what the backward pass reads. Its arrays are its own.

    Attributes:
        weights: what was run, checked.
        sequences: every vector that was computed, and the inputs, as columns: (T+1, …, n, 1); what
            has no value at time 0 is NaN there.
    """

    weights: Fitted
    sequences: Mapping[str, Array]

    @property
    def steps(self) -> int:
        """T."""
        return self.weights.steps

    def __getitem__(self, name: str) -> Array:
        """A vector at the times 0 … T, (T+1, …, n), a copy; NaN at time 0 where it has no value.

        Raises:
            IllFormedError: for a name that the cell does not have.
        """
        if in_code(name) not in self.sequences:
            raise IllFormedError(
                f"there is no vector {name}",
                {"expected": ", ".join(self.sequences), "got": name},
            )
        return self.sequences[in_code(name)][..., 0].copy()


@dataclass(frozen=True, eq=False)
class Passes:
    """The passes of one cell, generated at their first use.

    Attributes:
        cell: what is run; no activation of which only the name is known.
    """

    cell: Cell
    _made: dict[str, Any] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> Any:
        """The cell travels; what was generated is generated again where it is used."""
        return type(self), (self.cell,)

    @cached_property
    def recurrence(self) -> Recurrence:
        """The cell's definitions, with names for what is computed on the way."""
        unknown = [f.name for f in self.cell.activations if f.is_unknown]
        if unknown:
            raise IllFormedError(
                f"{self.cell.name}: nothing is known of {', '.join(unknown)}",
                {"expected": "known activations: activations = {'sigma': 'tanh'}"},
            )
        return with_named_intermediates(_with_known_losses(self.cell.recurrence))

    @cached_property
    def adjoint(self) -> Adjoint:
        """The derived adjoint step."""
        recurrence = self.recurrence
        return adjoint(
            recurrence,
            sources=[of.sequence for of in self.cell.definitions if of in recurrence.definitions],
            rewrite=lambda value: through_values(value, recurrence),
        )

    @cached_property
    def forward_kernels(self) -> Mapping[str, Kernel]:
        """Each definition lowered, by the name of its vector, in the order of computation."""
        now = self.recurrence.index
        return {
            in_code(each.label): lower(self.recurrence.definitions[each[now]], in_code(each.label))
            for each in order_of(self.recurrence)
        }

    @cached_property
    def _deltas(self) -> Mapping[str, Kernel]:
        found = self.adjoint
        return {
            in_code(found.delta[of].label): lower(value, in_code(found.delta[of].label))
            for of, value in found.deltas.items()
        }

    @cached_property
    def _arriving(self) -> Mapping[str, Kernel]:
        found = self.adjoint
        return {in_code(found.carry[of].label): lower(v) for of, v in found.arriving.items()}

    @cached_property
    def _sums(self) -> Mapping[str, tuple[int, Kernel]]:
        """The gradient of each parameter at one time; with it how many axes the parameter has."""
        found: dict[str, tuple[int, Kernel]] = {}
        for of, value in self.adjoint.parameters.items():
            name = in_code(of.name)
            axes = 0 if isinstance(of, Symbol) else 1 + is_matrix(of)
            found[name] = axes, lower(value, f"gradient_{name}")
        return found

    @cached_property
    def _inputs(self) -> Mapping[str, Kernel]:
        return {in_code(of.label): lower(v) for of, v in self.adjoint.inputs.items()}

    # ------------------------------------------------------------------ running

    def forward(self, weights: Weights) -> Run:
        """The forward pass.

        Raises:
            IllFormedError, ShapeError: weights that do not fit, naming what, what was expected and
                what came; an activation of which only the name is known.
            RangeError: a value overflows.
        """
        kernels = self.forward_kernels
        fit = fitted(self.cell, weights)
        sequences = self._empty(fit)
        bindings = _bindings(fit, sequences)
        now = self.recurrence.index.name
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for time in range(1, fit.steps + 1):
                bindings[now] = time
                for name, kernel in kernels.items():
                    sequences[name][time] = kernel(bindings)
        arguments.in_range(
            f"the forward pass of {self.cell.name}",
            [sequences[name][1:] for name in kernels],
            "smaller weights or bounded activations",
        )
        return Run(fit, sequences)

    def loss(self, run: Run) -> Array:
        """The sum of the cell's own losses over all times, one number a sequence.

        Raises:
            IllFormedError: the cell has none that is known.
        """
        if not self.recurrence.outputs:
            raise IllFormedError(
                f"{self.cell.name} has no loss of its own",
                {"expected": 'a loss, as by with_loss(cell, "squared")'},
            )
        labels = [each.label for each in self.recurrence.outputs]
        return np.asarray(sum(run[label][1:, ..., 0].sum(axis=0) for label in labels))

    def _empty(self, fit: Fitted) -> dict[str, Array]:
        """Arrays for every vector, those that are given filled in."""
        sequences: dict[str, Array] = {}
        for each in (*order_of(self.recurrence), *self.recurrence.inputs):
            name = in_code(each.label)
            rows = int(each.rows.subs({s: fit.sizes[s.name] for s in each.rows.free_symbols}))
            shape = (fit.steps + 1, *fit.batch, rows, 1)
            sequences[name] = np.full(shape, np.nan, fit.dtype)
        for name, start in fit.states.items():
            sequences[name][0] = start[..., None]
        for name, array in fit.inputs.items():
            gap = (1,) * (len(fit.batch) - (array.ndim - 2))
            sequences[name][1:] = array.reshape(len(array), *gap, *array.shape[1:])[..., None]
        return sequences

    def backward(
        self,
        run: Run,
        given: Mapping[str, Any] | None = None,
        *,
        arriving: Mapping[str, Any] | None = None,
        summed: bool = True,
    ) -> Weights:
        """The gradients of a loss L by every parameter, initial state and input.

        Args:
            run: a forward pass.
            given: ∂⁺L/∂v_j at place j-1 by the name of the vector v, (T, …, n); where nothing is
                given it is 0. Without it L is the sum of the cell's own losses over all times.
            arriving: ∂L/∂s_T by the name of the state s from what comes after the run, (…, n).
            summed: add the parameters' gradients up over the batch; otherwise one a sequence.

        Returns:
            The gradients, by the names and in the shapes of the weights.

        Raises:
            IllFormedError, ShapeError: gradients for what the cell does not have, or that do not
                fit; no loss at all.
            RangeError: a value overflows.
        """
        found, fit = self.adjoint, run.weights
        bindings = _bindings(fit, run.sequences) | self._given(run, given, arriving)
        shapes = {of: run.sequences[in_code(of.label)].shape for of in found.delta}
        for of in found.deltas:
            bindings[in_code(found.delta[of].label)] = np.empty(shapes[of], fit.dtype)
        now = self.recurrence.index.name
        with np.errstate(over="ignore", invalid="ignore"):
            for time in range(fit.steps, 0, -1):
                bindings[now] = time
                for name, kernel in self._deltas.items():
                    bindings[name][time] = kernel(bindings)
                for name, kernel in self._arriving.items():
                    bindings[name][time - 1] = kernel(bindings)
            # All times at once: the time is an axis in front of the batch.
            bindings[now] = np.arange(1, fit.steps + 1)
            start = self._starts(bindings)
            inputs = {
                name: np.broadcast_to(kernel(bindings), (fit.steps, *run.sequences[name].shape[1:]))
                for name, kernel in self._inputs.items()
            }
            sums = {
                name: _summed(kernel(bindings), axes, fit, summed)
                for name, (axes, kernel) in self._sums.items()
            }
        result = Weights(sums, start, {n: v[..., 0].copy() for n, v in inputs.items()}, fit.steps)
        everything = [array for _, _, array in result]
        arguments.in_range("the gradient", everything, "truncation, or smaller weights")
        return result

    def _starts(self, bindings: Mapping[str, Array]) -> dict[str, Array]:
        carried = self.adjoint.carry.items()
        return {
            in_code(of.label): bindings[in_code(e.label)][0, ..., 0].copy() for of, e in carried
        }

    def _given(
        self, run: Run, given: Mapping[str, Any] | None, arriving: Mapping[str, Any] | None
    ) -> dict[str, Array]:
        """g_v and e_v under their names in the derived step, columns at the times 0 … T."""
        found, fit = self.adjoint, run.weights
        losses = {in_code(each.label) for each in self.recurrence.outputs}
        if given is None and not losses:
            raise IllFormedError(
                f"{self.cell.name} has no loss of its own",
                {
                    "expected": f"{{{in_code(self.cell.states[-1].label)!r}: ∂⁺L/∂s}}, or a cell "
                    "with a loss",
                    "got": "nothing",
                },
            )
        own = {name: np.ones((fit.steps, 1), fit.dtype) for name in losses}
        rows = own if given is None else {in_code(name): value for name, value in given.items()}
        last = {in_code(name): value for name, value in (arriving or {}).items()}
        result = {}
        for what, names, values in (
            ("the loss by", found.given, rows),
            ("what arrives at", found.carry, last),
        ):
            known = {in_code(of.label): of for of in names}
            if {*values} - {*known}:
                extra = ", ".join(sorted({*values} - {*known}))
                raise IllFormedError(
                    f"{what} {extra}", {"expected": f"names out of {', '.join(known)}"}
                )
            for name, of in known.items():
                shape = run.sequences[name].shape[:-1]
                array = np.zeros((*shape, 1), fit.dtype)
                label = f"{what} {name}"
                if name in values and names is found.carry:
                    array[-1, ..., 0] = _vectors(label, values[name], fit, shape[1:])
                elif name in values:
                    array[1:, ..., 0] = _timed(label, values[name], fit, shape)
                result[in_code(names[of].label)] = array
        return result


def _with_known_losses(recurrence: Recurrence) -> Recurrence:
    """The recurrence without losses of which only the name is known: their gradient is given."""
    unknown = {
        of.sequence
        for of, value in recurrence.definitions.items()
        if of.sequence in recurrence.outputs and value.has(VectorFunction)
    }
    return Recurrence(
        recurrence.index,
        recurrence.states,
        recurrence.inputs,
        {of: v for of, v in recurrence.definitions.items() if of.sequence not in unknown},
        tuple(each for each in recurrence.outputs if each not in unknown),
    )


def _vectors(label: str, value: Any, fit: Fitted, shape: tuple[int, ...]) -> Array:
    array = arguments.vectors(label, value, fit.dtype, shape, "(…, n)")
    if array.shape != shape:
        raise ShapeError(f"{label} has shape {array.shape}", {"expected": f"(…, n), here {shape}"})
    return array


def _timed(label: str, value: Any, fit: Fitted, shape: tuple[int, ...]) -> Array:
    array = arguments.array_of(label, value)
    if array.ndim < 2 or len(array) != fit.steps:
        raise ShapeError(
            f"{label} has shape {array.shape}",
            {"expected": f"(T, …, n), one row a step: {(fit.steps, *shape[1:])}"},
        )
    return arguments.aligned(label, array, fit.dtype, (fit.steps, *shape[1:]))


def _bindings(fit: Fitted, sequences: Mapping[str, Array]) -> dict[str, Any]:
    """Arguments of a kernel: columns have an axis of their own, and so have scalars two."""
    bound: dict[str, Any] = {**sequences, **fit.sizes, "dtype": fit.dtype}
    for name, array in fit.parameters.items():
        if name in fit.scalars:
            bound[name] = array[..., None, None] if array.ndim else array[()]
        else:
            bound[name] = array if name in fit.matrices else array[..., None]
    return bound


def _summed(value: Array, axes: int, fit: Fitted, summed: bool) -> Array:
    """The sum over all times of values (T, …, p, q), and over the batch."""
    steps, batch = fit.steps, fit.batch
    full = np.broadcast_to(value, np.broadcast_shapes(value.shape, (steps, *batch, 1, 1)))
    total = full.sum(axis=tuple(range(1 + len(batch))) if summed else 0)
    return np.asarray(total if axes == 2 else total[..., 0] if axes == 1 else total[..., 0, 0])
