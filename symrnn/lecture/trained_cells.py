"""Cells of one size, trained on the same series: how well they predict, how their gradients fade.

Every gradient is the derived one, clipped by the global norm; the Jacobians of many steps are
those of the trained cells. Beside the whole derivative stands the path past the gates, where a cell
has one: a state that a step multiplies entry by entry by a vector with a name, all that has a name
being held. Which vector that is, is read off the definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.calculus import jacobian
from symrnn.cells import Cell, named
from symrnn.errors import EvidenceError, NotSupportedError
from symrnn.language.names import in_code
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector
from symrnn.numeric.data import Series, carbon_dioxide, sunspots
from symrnn.numeric.forecasting import Forecast, train_cell
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.long_passes import log_norms
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights
from symrnn.processors import one_thread

Array = NDArray[Any]

SIZE = 16
LAGS = 60
"""Steps over which the derivatives are shown, at the end of the longer series."""
RUNS: dict[str, tuple[Callable[[], Series], Mapping[str, Any]]] = {
    "sunspots": (sunspots, {"steps": 100}),
    "carbon dioxide": (carbon_dioxide, {"steps": 60, "length": 60, "stride": 30}),
}
"""The series, the longer one last, and how the cells are trained on each."""


@dataclass(frozen=True)
class Gate:
    """The vector that a state is multiplied by, past everything that has a name.

    Attributes:
        name: of the vector.
        mean: over units and times.
        steps: after how many steps 1/e is left in the unit that keeps the longest.
        values: over the last LAGS times and all units, (LAGS, SIZE).
    """

    name: str
    mean: float
    steps: float
    values: Array


@dataclass(frozen=True)
class TrainedCell:
    """A cell, what it learned, and ln ‖∂s_T/∂s_{T-n}‖₂ for n = 0 … LAGS.

    Attributes:
        name: of the cell.
        forecasts: one for each series, by what that is called in a table.
        before, after: the norms' logarithms with initial and with trained parameters.
        gate: what a state is carried by, if there is such a vector.
        path: ln of the largest entry of the product of that vector over the last n steps.
    """

    name: str
    forecasts: Mapping[str, Forecast]
    before: Array
    after: Array
    gate: Gate | None
    path: Array | None

    @cached_property
    def record(self) -> dict[str, Any]:
        """As it stands in evidence.json."""
        return {
            "cell": self.name,
            "held_out": {label: each.held_out for label, each in self.forecasts.items()},
            "last_value": {label: each.baseline for label, each in self.forecasts.items()},
            "log_norms": {"before": self.before.tolist(), "after": self.after.tolist()},
        }


def study_cells(
    names: Sequence[str], progress: Callable[[str, int, int], None] = lambda what, done, of: None
) -> tuple[TrainedCell, ...]:
    """Train each of the cells that symrnn has under these names.

    Raises:
        EvidenceError: a cell does not beat predicting the last value on the held-out tail.
    """
    found = []
    for done, name in enumerate(names):
        progress(f"training {name}", done, len(names))
        with one_thread():
            found.append(_studied(name, named(name)))
    if names:
        progress("trained", len(names), len(names))
    return tuple(found)


def _studied(name: str, cell: Cell) -> TrainedCell:
    forecasts = {
        label: train_cell(cell, made(), SIZE, **options) for label, (made, options) in RUNS.items()
    }
    for each in forecasts.values():
        if not each.held_out < each.baseline:
            raise EvidenceError(
                f"{name} does not beat predicting the last value of {each.series}",
                {"cell": f"{each.held_out:.4g}", "last value": f"{each.baseline:.4g}"},
            )
    (*_, last), lags = forecasts.values(), range(LAGS + 1)
    kernels = Kernels(cell)
    before, after = (
        log_norms(kernels, _weights(last, chosen, cell), lags)
        for chosen in (last.initial, last.trained)
    )
    run = kernels.forward(_weights(last, last.trained, cell))
    gate, path = None, None
    carrying = carrying_gate(cell)
    if carrying is not None:
        values = run[in_code(carrying.label)][1:]
        kept = np.cumsum(np.log(values[::-1]), axis=0)[:LAGS]
        path = np.concatenate(([0.0], kept.max(axis=1)))
        slowest = float(np.log(values).mean(axis=0).max())
        gate = Gate(carrying.label, float(values.mean()), -1 / slowest, values)
    return TrainedCell(name, forecasts, before, after, gate, path)


def _weights(forecast: Forecast, parameters: Mapping[str, Array], cell: Cell) -> Weights:
    """The last LAGS steps of the series, from the state that the cell has reached by then."""
    run: Run = forecast.forecaster.run(parameters, forecast.data.inputs)
    states = {in_code(each.label): run[in_code(each.label)][-LAGS - 1] for each in cell.states}
    own = {in_code(each.name): parameters[in_code(each.name)] for each in cell.parameters}
    own |= {in_code(each.name): parameters[in_code(each.name)] for each in cell.scalars}
    (given,) = cell.inputs
    return Weights(own, states, {in_code(given.label): forecast.data.inputs[-LAGS:]})


def carrying_gate(cell: Cell) -> Any:
    """The sequence v with ∂c_j/∂c_{j-1} = diag(v_j) for a state c, all that has a name held."""
    for state in cell.states:
        definition = cell.recurrence.definition(state[cell.index])
        try:
            step = jacobian(definition, state[cell.index - 1])
        except NotSupportedError:
            continue
        if isinstance(step, Diag) and isinstance(step.args[0], TimeVector):
            return step.args[0].sequence
    return None
