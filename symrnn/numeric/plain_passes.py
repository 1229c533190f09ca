"""The passes of a cell definition by definition: slow at size, easy to read, and for every cell.

Each definition and each adjoint is one function; what the loops are tested against. Vectors are
columns here, (T+1, …, n, 1) at all times, NaN where there is no value.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.language.names import in_code
from symrnn.numeric.derived import Derived
from symrnn.numeric.fitted import Fitted, rows_of
from symrnn.numeric.lower import Kernel, lower
from symrnn.numeric.weights import is_matrix
from symrnn.recurrence.adjoint import order_of

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class PlainPasses:
    """The passes of what was derived of a cell, one lowered function a definition."""

    derived: Derived

    @cached_property
    def kernels(self) -> Mapping[str, Kernel]:
        """Each definition, by the name of its vector, in the order of computation."""
        recurrence = self.derived.recurrence
        definitions, now = recurrence.definitions, recurrence.index
        return {
            each.label: lower(definitions[each[now]], each.label) for each in order_of(recurrence)
        }

    @cached_property
    def _deltas(self) -> Mapping[str, Kernel]:
        found = self.derived.adjoint
        return {
            found.delta[of].label: lower(value, found.delta[of].label)
            for of, value in found.deltas.items()
        }

    @cached_property
    def _arriving(self) -> Mapping[str, Kernel]:
        found = self.derived.adjoint
        return {found.carry[of].label: lower(value) for of, value in found.arriving.items()}

    @cached_property
    def _sums(self) -> Mapping[str, tuple[int, Kernel]]:
        """The gradient of each parameter at one time; with it how many axes the parameter has."""
        found: dict[str, tuple[int, Kernel]] = {}
        for of, value in self.derived.adjoint.parameters.items():
            name = in_code(of.name)
            axes = 0 if isinstance(of, Symbol) else 1 + is_matrix(of)
            found[name] = axes, lower(value, f"gradient_{name}")
        return found

    @cached_property
    def _inputs(self) -> Mapping[str, Kernel]:
        return {of.label: lower(value) for of, value in self.derived.adjoint.inputs.items()}

    # ------------------------------------------------------------------ running

    def forward(self, fit: Fitted) -> dict[str, Array]:
        """Every vector as rows: states from time 0 on, all else from time 1 on."""
        recurrence = self.derived.recurrence
        columns: dict[str, Array] = {}
        for each in (*order_of(recurrence), *recurrence.inputs):
            shape = (fit.steps + 1, *fit.batch, rows_of(each, fit), 1)
            columns[each.label] = np.full(shape, np.nan, fit.dtype)
        for name, start in fit.states.items():
            columns[name][0] = start[..., None]
        for name, array in fit.inputs.items():
            gap = (1,) * (len(fit.batch) - (array.ndim - 2))
            columns[name][1:] = array.reshape(len(array), *gap, *array.shape[1:])[..., None]
        bindings = bindings_of(fit) | columns
        for time in range(1, fit.steps + 1):
            bindings[recurrence.index.name] = time
            for name, kernel in self.kernels.items():
                columns[name][time] = kernel(bindings)
        return {
            name: np.ascontiguousarray(array[0 if name in fit.states else 1 :, ..., 0])
            for name, array in columns.items()
        }

    def backward(
        self,
        fit: Fitted,
        rows: Mapping[str, Array],
        given: Mapping[str, Array],
        arriving: Mapping[str, Array],
        *,
        summed: bool,
        inputs: bool,
        parameters: bool = True,
    ) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
        """The gradients by parameters, initial states and inputs."""
        found, now = self.derived.adjoint, self.derived.recurrence.index.name
        bindings = bindings_of(fit)
        shapes: dict[str, tuple[int, ...]] = {}
        for name, array in rows.items():
            shapes[name] = (fit.steps + 1, *array.shape[1:], 1)
            bindings[name] = np.full(shapes[name], np.nan, fit.dtype)
            bindings[name][fit.steps + 1 - len(array) :, ..., 0] = array
        for sequences in (found.delta, found.given, found.carry):
            for of, sequence in sequences.items():
                bindings[sequence.label] = np.zeros(shapes[of.label], fit.dtype)
        for of, sequence in found.given.items():
            if of.label in given:
                bindings[sequence.label][1:, ..., 0] = given[of.label]
        for of, sequence in found.carry.items():
            if of.label in arriving:
                bindings[sequence.label][-1, ..., 0] = arriving[of.label]
        for time in range(fit.steps, 0, -1):
            bindings[now] = time
            for name, kernel in self._deltas.items():
                bindings[name][time] = kernel(bindings)
            for name, kernel in self._arriving.items():
                bindings[name][time - 1] = kernel(bindings)
        # All times at once: the time is an axis in front of the batch.
        bindings[now] = np.arange(1, fit.steps + 1)
        starts = {of.label: bindings[e.label][0, ..., 0].copy() for of, e in found.carry.items()}
        entering = {
            name: np.broadcast_to(kernel(bindings), (fit.steps, *shapes[name][1:]))[..., 0].copy()
            for name, kernel in (self._inputs if inputs else {}).items()
        }
        sums = {
            name: _summed(kernel(bindings), axes, fit, summed)
            for name, (axes, kernel) in (self._sums if parameters else {}).items()
        }
        return sums, starts, entering


def bindings_of(fit: Fitted) -> dict[str, Any]:
    """Arguments of a kernel: columns have an axis of their own, and so have scalars two."""
    bound: dict[str, Any] = {**fit.sizes, "dtype": fit.dtype}
    for name, array in fit.parameters.items():
        if name in fit.scalars:
            bound[scalar_name(name)] = array[..., None, None] if array.ndim else array[()]
        else:
            bound[name] = array if name in fit.matrices else array[..., None]
    return bound


def scalar_name(name: str) -> str:
    """A scalar as generated code has it: lambda is a word of Python's."""
    return f"{name}_" if keyword.iskeyword(name) else name


def _summed(value: Array, axes: int, fit: Fitted, summed: bool) -> Array:
    """The sum over all times of values (T, …, p, q), and over the batch."""
    steps, batch = fit.steps, fit.batch
    full = np.broadcast_to(value, np.broadcast_shapes(value.shape, (steps, *batch, 1, 1)))
    total = full.sum(axis=tuple(range(1 + len(batch))) if summed else 0)
    return np.asarray(total if axes == 2 else total[..., 0] if axes == 1 else total[..., 0, 0])
