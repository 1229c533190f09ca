"""Train any cell to predict the next value of a series, with the gradients derived from it.

    forecast = train_cell(named("lstm"), sunspots(), d=16)
    forecast.held_out, forecast.baseline      # of one-step-ahead prediction, beside the last value

The cell reads the standardised value x_j = y_j; a linear readout predicts y_{j+1}, and half the
squared error measures it. Readout and loss are definitions of the cell like all others: every
gradient, the readout's too, comes from the one derived adjoint step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell, with_loss, with_readout
from symrnn.errors import IllFormedError, RangeError
from symrnn.language.names import in_code
from symrnn.numeric import arguments
from symrnn.numeric.adam import Moments
from symrnn.numeric.clipping import clip_by_global_norm, global_norm
from symrnn.numeric.data import Series
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights, random_weights
from symrnn.numeric.windows import (
    Windows,
    mean_square,
    require_counts,
    require_shares,
    windows_of,
)

Array = NDArray[Any]
Progress = Callable[[int, int, float], None]
SCALAR = 0.5
"""What a scalar parameter starts at."""


@dataclass(frozen=True, eq=False)
class Forecaster:
    """A cell with one input, a linear readout of one number, and half the squared error.

    Attributes:
        cell: as it was given.
        d: what every size but those of input and readout is.

    Raises:
        IllFormedError: a cell without inputs or with several, or with a loss of its own.
    """

    cell: Cell
    d: int

    def __post_init__(self) -> None:
        if len(self.cell.inputs) != 1:
            shown = ", ".join(each.label for each in self.cell.inputs) or "none"
            raise IllFormedError(
                f"{self.cell.name} is to read a series", {"expected": "one input", "got": shown}
            )
        (given,) = self.cell.inputs
        shared = {s for each in self.cell.order for s in each.rows.free_symbols}
        if not given.rows.is_Symbol or given.rows in shared:
            raise IllFormedError(
                f"{self.cell.name} is to read one number a step",
                {
                    "expected": f"an input of a size of its own, as U {given.label}",
                    "got": given.rows,
                },
            )

    @cached_property
    def passes(self) -> Kernels:
        """Of the cell with its readout and its loss."""
        return Kernels(with_loss(with_readout(self.cell), "squared"), by_values=True)

    @cached_property
    def output(self) -> str:
        """The name of what is read out."""
        made, given = self.passes.cell, {*self.cell.definitions}
        (y,) = (of for of in made.definitions if of not in given and of.label not in self._losses)
        return in_code(y.label)

    @property
    def _losses(self) -> set[str]:
        return {each.label for each in self.passes.cell.recurrence.outputs}

    def initial(self, seed: int) -> dict[str, Array]:
        """Parameters to start from: uniform in ±1/√d, scalars at ½."""
        cell, random = self.passes.cell, arguments.random_numbers(seed)
        sizes: dict[str, Any] = {symbol.name: size for symbol, size in self._sizes.items()}
        shapes = random_weights(cell, steps=1, **sizes).parameters
        width = self.d**-0.5
        return {
            name: np.asarray(random.uniform(-width, width, shape.shape) if shape.ndim else SCALAR)
            for name, shape in shapes.items()
        }

    @cached_property
    def _sizes(self) -> dict[Any, int]:
        single = {self.cell.inputs[0].rows, self._rows_of_output}
        return {s: 1 if s in single else self.d for s in self.passes.cell.sizes}

    @property
    def _rows_of_output(self) -> Any:
        return next(of.rows for of in self.passes.cell.order if in_code(of.label) == self.output)

    def run(self, parameters: Mapping[str, Array], x: Array, target: Array | None = None) -> Run:
        """The forward pass from states that are 0, over inputs (T, *batch, 1)."""
        (given,) = self.cell.inputs
        (wanted,) = (each for each in self.passes.cell.inputs if each != given)
        asked = np.zeros_like(x) if target is None else target[..., None]
        inputs = {in_code(given.label): x, in_code(wanted.label): asked}
        return self.passes.forward(Weights(parameters, self._starts(x), inputs))

    def without_readout(self, parameters: Mapping[str, Array], x: Array) -> Weights:
        """The weights of the cell alone, with states that are 0, and inputs (T, *batch, 1)."""
        names = [in_code(each.name) for each in (*self.cell.parameters, *self.cell.scalars)]
        (given,) = self.cell.inputs
        own = {name: parameters[name] for name in names}
        return Weights(own, self._starts(x), {in_code(given.label): x})

    def _starts(self, x: Array) -> dict[str, Array]:
        return {
            in_code(each.label): np.zeros(
                (*x.shape[1:-1], int(each.rows.subs(self._sizes))), x.dtype
            )
            for each in self.cell.states
        }

    def predict(self, parameters: Mapping[str, Array], x: Array) -> Array:
        """One-step-ahead predictions: (T, *batch, 1) to (T, *batch)."""
        return self.run(parameters, x)[self.output][1:, ..., 0]

    def gradients(
        self, parameters: Mapping[str, Array], x: Array, target: Array
    ) -> tuple[float, dict[str, Array]]:
        """The mean squared error, and its gradients by every parameter."""
        run = self.run(parameters, x, target)
        # The cell's loss is half the square, added up: 2 / n of it is the mean square.
        share = 2 / target.size
        found = self.passes.backward(run, inputs=False).parameters
        loss = share * float(np.sum(self.passes.loss(run)))
        return loss, {name: share * gradient for name, gradient in found.items()}


@dataclass(frozen=True, eq=False)
class Forecast:
    """A trained cell, and how it did. Losses are mean squared errors in units of the variance.

    Attributes:
        forecaster: the cell with readout and loss.
        data: the series, cut and standardised.
        series, source: its name, and where it comes from.
        initial, trained: the parameters before and after, by name.
        losses: training loss before each step and after the last, (steps + 1,).
        held_out: of one-step-ahead prediction on the tail that was held out.
        kappa: threshold of the global norm of all gradients.
        clipped: how many steps were clipped.
    """

    forecaster: Forecaster
    data: Windows
    series: str
    source: str
    initial: Mapping[str, Array]
    trained: Mapping[str, Array]
    losses: tuple[float, ...]
    held_out: float
    kappa: float
    clipped: int

    @property
    def baseline(self) -> float:
        """The loss of predicting the last value, on the tail that was held out."""
        return self.data.baseline

    @property
    def steps(self) -> int:
        """Number of training steps."""
        return len(self.losses) - 1


def train_cell(
    cell: Cell,
    series: Series,
    d: int = 16,
    steps: int = 200,
    *,
    length: int = 30,
    stride: int = 5,
    rate: float = 1e-2,
    kappa: float = 1.0,
    tail: float = 0.2,
    seed: int = 0,
    progress: Progress | None = None,
) -> Forecast:
    """Train on the first part of a series, test on the rest.

    Every step sees all windows of the training part as one batch, clips all gradients together by
    their global norm and moves by Adam with a rate falling linearly to 0. States start at 0; what
    is drawn is the initial parameters alone, so that a seed has one result.

    Args:
        cell: with one input, and without a loss.
        series: the values.
        d: hidden size.
        steps: training steps.
        length, stride: steps per window, and distance of the starts of two windows.
        rate: first rate of Adam.
        kappa: clipping threshold.
        tail: share of the series held out, between 0 and 1.
        seed: of the initial parameters.
        progress: called with (steps done, steps, loss) after each step.

    Raises:
        IllFormedError: an argument is out of range; a cell without one input.
        RangeError: the training diverges.
    """
    require_counts(d=d, steps=steps)
    require_shares(rate=(rate, np.inf))
    data = windows_of(series, length, stride, tail)
    forecaster = Forecaster(cell, d)
    initial = forecaster.initial(seed)
    parameters, moments = initial, Moments()
    losses: list[float] = []
    clipped = 0
    for step in range(1, steps + 1):
        loss, raw = forecaster.gradients(parameters, data.windows, data.wanted)
        if not np.isfinite(loss):
            raise RangeError("training diverges", {"step": step, "instead": "a smaller rate"})
        losses.append(loss)
        clipped += int(global_norm(raw) > kappa)
        moments = moments.after(clip_by_global_norm(raw, kappa))
        parameters = moments.moved(parameters, rate * (1 - (step - 1) / steps))
        if progress is not None:
            progress(step, steps, loss)
    losses.append(mean_square(forecaster.predict(parameters, data.windows) - data.wanted))
    ahead = forecaster.predict(parameters, data.inputs)[data.split :]
    return Forecast(
        forecaster,
        data,
        series.name,
        series.source,
        initial,
        parameters,
        tuple(losses),
        mean_square(ahead - data.targets[data.split :]),
        kappa,
        clipped,
    )
