"""Derivatives by the complex step through the recurrence: the oracle of grade `sampled`.

Nothing of the calculus is used. The forward definitions are run with one input perturbed by i·h,
h = 1e-30, in every direction at once, on an axis before those of the batch; Im/h is then the
derivative to rounding error (Squire and Trapp, 1998).
"""

from __future__ import annotations

from collections.abc import Mapping
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
from symrnn.numeric.lower import Kernel
from symrnn.numeric.printer import parameter_name
from symrnn.verify.setting import Setting, array_of, lowered

Array = NDArray[Any]
STEP = 1e-30


def complex_step_derivative(
    node: Any, setting: Setting, kernel: Kernel, times: Mapping[str, int]
) -> Array:
    """The value of an unevaluated derivative at integer times.

    Args:
        node: a total or immediate derivative without bound times.
        setting: the numbers.
        kernel: `node.of`, lowered.
        times: the integer times by name, for the kernel.
    """
    if isinstance(node, sympy.Derivative):
        (variable,) = node.variables
        point = setting.scalars[variable] + 1j * STEP
        moved = {**setting.constants, **setting.trajectory, **times, variable.name: point}
        return np.asarray(np.imag(kernel(moved)) / STEP)
    by = node.by.args[0] if isinstance(node.by, Vec) else node.by
    value = array_of(setting, by, setting.trajectory)
    directions = _directions(value)
    changed = _perturbed(node, by, setting, value + STEP * directions)
    moved = {**setting.constants, **changed, **times}
    of = kernel(moved)
    batch = np.broadcast_shapes(of.shape[:-2], directions.shape[:-2], (1, *value.shape[:-2]))
    rates = np.imag(np.broadcast_to(of, (*batch, *of.shape[-2:]))) / STEP
    jacobian = np.moveaxis(rates[..., 0], 0, -1)
    if is_column(node.of) and is_column(node.by):
        return np.asarray(jacobian if node.layout == NUMERATOR else jacobian.mT)
    # A scalar by a matrix: directions run down the columns, as vec does.
    rows, cols = value.shape[-2:]
    return np.asarray(jacobian.reshape(*batch[1:], cols, rows).mT)


def numerator(node: Any) -> Kernel:
    """What is differentiated, as a function of states and parameters."""
    return lowered(node.expr if isinstance(node, sympy.Derivative) else node.of)


def _last(node: Any, setting: Setting) -> int:
    """The last time the differentiated expression reads; no later step has to be run."""
    times = [int(v.index) for v in node.of.atoms(TimeVector) if v.index.is_Integer]
    return max(times) if times and not node.of.has(Ranged) else setting.steps


def _directions(value: Array) -> Array:
    """1j times each unit matrix of the value's shape, down the columns: (rows · cols, 1 …, …)."""
    rows, cols = value.shape[-2:]
    units = np.eye(rows * cols).reshape(rows * cols, cols, rows).swapaxes(-1, -2)
    return 1j * units.reshape(rows * cols, *(1 for _ in value.shape[:-2]), rows, cols)


def _perturbed(node: Any, by: MatrixExpr, setting: Setting, values: Array) -> dict[str, Any]:
    """Bindings in which `by` has a batch of values, and all that follows from it has too."""
    held = [int(state.index) for state in node.held]
    if isinstance(by, TimeVector):
        if by.label not in setting.trajectory:
            raise NotSupportedError(f"the derivative by the input {by}", {"in": str(node)})
        time = int(by.index)
        return setting.run({}, time, {(by.label, time): values}, _last(node, setting))
    name = parameter_name(by)
    start = max(held, default=0)
    if isinstance(node, ImmediateDerivative):
        start = int(node.of.index) - 1
    return {name: values, **setting.run({name: values}, start, {}, _last(node, setting))}
