"""Derivatives by the complex step through the recurrence: the oracle of grade `sampled`.

Nothing of the calculus is used. The forward definitions are run with one input perturbed by i·h,
h = 1e-30, in many directions at once, on an axis before those of the batch; Im/h is then the
derivative to rounding error (Squire and Trapp, 1998).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.derivatives import NUMERATOR, ImmediateDerivative
from symrnn.language.ordered import Ranged
from symrnn.language.shapes import is_column
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.numeric.differences import MEMORY_BUDGET, STEP, directions_per_run, richardson
from symrnn.numeric.lower import Kernel
from symrnn.numeric.printer import parameter_name
from symrnn.verify.lowering import lowered
from symrnn.verify.setting import Setting, array_of

Array = NDArray[Any]

NOT_HOLOMORPHIC = (
    sympy.Abs,
    sympy.sign,
    sympy.Heaviside,
    sympy.Piecewise,
    sympy.floor,
    sympy.ceiling,
    sympy.erf,
    sympy.erfc,
)
"""Functions of which the complex step gets nothing, or something wrong."""


@dataclass(frozen=True)
class Outcome:
    """What is differentiated, as a function of other values of the variable.

    Attributes:
        node: a total or immediate derivative without bound times.
        setting: the numbers.
        kernel: `node.of`, lowered.
        times: the integer times by name, for the kernel.
    """

    node: Any
    setting: Setting
    kernel: Kernel
    times: Mapping[str, int]

    @property
    def variable(self) -> MatrixExpr:
        """A parameter or a vector at a time; of ∂/∂vec(W) the matrix W."""
        return self.node.by.args[0] if isinstance(self.node.by, Vec) else self.node.by

    @property
    def point(self) -> Array:
        """The variable's value."""
        return array_of(self.setting, self.variable, self.setting.trajectory)

    def __call__(self, values: Array) -> Array:
        """(P, *batch, n, 1) from P values of the variable."""
        changed = perturbed(self.node, self.variable, self.setting, values)
        of = self.kernel({**self.setting.constants, **changed, **self.times})
        batch = np.broadcast_shapes(of.shape[:-2], values.shape[:-2], (1, *self.point.shape[:-2]))
        return np.broadcast_to(of, (*batch, *of.shape[-2:]))

    def rates(self, directions: Array) -> Array:
        """Im of(v + i h u)/h for P directions u, (P, *variable): (P, *batch, n, 1)."""
        return np.asarray(np.imag(self(self.point + 1j * STEP * directions)) / STEP)

    def jacobian(self, budget: int = MEMORY_BUDGET) -> Array:
        """The derivative from the rates along all unit directions."""
        run = self.directions_per_run(budget)
        rates = [self.rates(units) for units in unit_directions(self.point, run)]
        return self.laid_out(np.concatenate(rates))

    @property
    def is_holomorphic(self) -> bool:
        """Whether an imaginary part can be carried through the recurrence."""
        definitions = self.setting.rnn.recurrence.definitions.values()
        return not any(value.has(*NOT_HOLOMORPHIC) for value in definitions)

    @property
    def last(self) -> int:
        """The last time that is read."""
        return _last(self.node, self.setting)

    @property
    def start(self) -> int:
        """Of a parameter: the last time at which nothing has moved with it yet."""
        return _start(self.node)

    def directions_per_run(self, budget: int) -> int:
        """How many directions keep the perturbed values and trajectory within some bytes."""
        sizes = [np.asarray(v[-1]).size for v in self.setting.trajectory.values() if _stored(v)]
        trajectory = (_last(self.node, self.setting) + 1) * sum(sizes)
        return directions_per_run(self.point.size + trajectory, budget)

    def moved(self, jacobian: Array, directions: Array) -> Array:
        """What a derivative, laid out as it is, says of P directions: (P, n)."""
        flat = directions.swapaxes(-1, -2).reshape(len(directions), -1)
        if is_column(self.node.of) and is_column(self.node.by):
            return flat @ (jacobian.T if self.node.layout == NUMERATOR else jacobian)
        return flat @ jacobian.T.reshape(-1, 1)

    def laid_out(self, rates: Array) -> Array:
        """Rates along the unit directions, arranged as the derivative is."""
        jacobian = np.moveaxis(rates[..., 0], 0, -1)
        if is_column(self.node.of) and is_column(self.node.by):
            return np.asarray(jacobian if self.node.layout == NUMERATOR else jacobian.mT)
        # A scalar by a matrix: directions run down the columns, as vec does.
        rows, cols = self.point.shape[-2:]
        return np.asarray(jacobian.reshape(*rates.shape[1:-2], cols, rows).mT)


@dataclass(frozen=True)
class Found:
    """A derivative by differences, in every direction of its variable.

    Attributes:
        value: laid out as the derivative is.
        oracle: "complex step" or "Richardson".
        step: h; the smallest one that Richardson's extrapolation used.
        uncertain: estimated error, relative to the largest entry; 0 for the complex step.
    """

    value: Array
    oracle: str
    step: float
    uncertain: float


def complex_step_found(outcome: Outcome, budget: int = MEMORY_BUDGET) -> Found:
    """The derivative by the complex step."""
    return Found(outcome.jacobian(budget), "complex step", STEP, 0.0)


def richardson_found(outcome: Outcome, steps: Array, budget: int = MEMORY_BUDGET) -> Found:
    """The derivative by Richardson's differences, for functions the complex step cannot take.

    Args:
        outcome: what is differentiated.
        steps: the largest h for each entry of the variable.
        budget: bytes that the perturbed copies of one run may take.
    """
    run = outcome.directions_per_run(budget)
    found = richardson(lambda values: outcome(values)[..., 0], outcome.point, steps, chunk=run)
    jacobian = found.jacobian.swapaxes(-1, -2)  # directions run down the columns
    rates = jacobian.reshape(len(jacobian), -1).T[..., None]
    step = float(np.min(found.chosen))
    return Found(outcome.laid_out(rates), "Richardson", step, found.noticed)


def complex_step_derivative(
    node: Any,
    setting: Setting,
    kernel: Kernel,
    times: Mapping[str, int],
    budget: int = MEMORY_BUDGET,
) -> Array:
    """The value of an unevaluated derivative at integer times.

    Args:
        node: a total or immediate derivative without bound times.
        setting: the numbers.
        kernel: `node.of`, lowered.
        times: the integer times by name, for the kernel.
        budget: bytes that the perturbed copies of one run may take.
    """
    if isinstance(node, sympy.Derivative):
        (variable,) = node.variables
        point = setting.scalars[variable] + 1j * STEP
        moved = {**setting.constants, **setting.trajectory, **times, variable.name: point}
        return np.asarray(np.imag(kernel(moved)) / STEP)
    return Outcome(node, setting, kernel, times).jacobian(budget)


def numerator(node: Any) -> Kernel:
    """What is differentiated, as a function of states and parameters."""
    return lowered(node.expr if isinstance(node, sympy.Derivative) else node.of)


def _last(node: Any, setting: Setting) -> int:
    """The last time the differentiated expression reads; no later step has to be run."""
    last = _last_read(node.of)
    return setting.steps if last is None else last


@lru_cache(maxsize=65536)
def _last_read(expression: Any) -> int | None:
    """The last time it speaks of; None where that is not written in it."""
    times = [int(v.index) for v in expression.atoms(TimeVector) if v.index.is_Integer]
    return max(times) if times and not expression.has(Ranged) else None


def unit_directions(value: Array, run: int) -> Iterator[Array]:
    """Each unit matrix of the value's shape, down the columns, (P, 1 …, rows, cols) at a time."""
    rows, cols = value.shape[-2:]
    count = rows * cols
    for start in range(0, count, run):
        units = np.eye(min(run, count - start), count, start)
        shape = (-1, *(1 for _ in value.shape[:-2]), cols, rows)
        yield units.reshape(shape).swapaxes(-1, -2)


def _stored(sequence: Any) -> bool:
    return isinstance(sequence, list)


def _start(node: Any) -> int:
    if isinstance(node, ImmediateDerivative):
        return int(node.of.index) - 1
    return max((int(state.index) for state in node.held), default=0)


def perturbed(node: Any, by: MatrixExpr, setting: Setting, values: Array) -> dict[str, Any]:
    """Bindings in which `by` has a batch of values, and all that follows from it has too."""
    held = {(state.label, int(state.index)) for state in node.held}
    if isinstance(node, ImmediateDerivative):
        if not isinstance(node.of, TimeVector):
            raise NotSupportedError(
                "∂⁺ of an expression", {"expected": "∂⁺ of a vector at a time", "got": str(node.of)}
            )
        before = int(node.of.index) - 1
        held |= {(each.label, before) for each in setting.rnn.recurrence.states if before >= 0}
    given = {(label, time): np.asarray(setting.trajectory[label][time]) for label, time in held}
    last = _last(node, setting)
    if not isinstance(by, TimeVector):
        name = parameter_name(by)
        return {name: values, **setting.run({name: values}, 0, given, last)}
    time = int(by.index)
    if by.label in setting.trajectory:
        return setting.run({}, time, {**given, (by.label, time): values}, last)
    inputs = [*setting.arrays[by.label]]
    inputs[time] = values
    changed: dict[str, Any] = {by.label: inputs}
    return {**changed, **setting.run(changed, time - 1, given, last)}
