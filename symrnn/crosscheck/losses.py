"""Losses whose gradient is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError

Array = NDArray[Any]

LINEAR, SQUARED, ENTROPY = "linear", "squared", "cross_entropy"
NAMES = (LINEAR, SQUARED, ENTROPY)
SUM, MEAN, BATCH, TIME = "sum", "mean", "batch", "time"
REDUCTIONS = (SUM, MEAN, BATCH, TIME)

Local = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class Loss:
    """L = factor · Σ_t ℓ(y_t): over all steps, or of the last alone.

    Attributes:
        name: "linear", Σ g_tᵀ y_t with given g; "squared", Σ ½‖y_t - target_t‖²;
            "cross_entropy", -Σ log softmax(y_t) at the class of each.
        reduction: "sum"; or the mean over "batch", over "time", over both: "mean".
        last: whether the last step alone has a loss.
        width: B of the whole batch, where a part of it is run.
    """

    name: str = LINEAR
    reduction: str = SUM
    last: bool = False
    width: int | None = None

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise IllFormedError("loss", {"expected": ", ".join(NAMES), "got": repr(self.name)})
        if self.reduction not in REDUCTIONS:
            raise IllFormedError(
                "reduction", {"expected": ", ".join(REDUCTIONS), "got": repr(self.reduction)}
            )

    @property
    def word(self) -> str:
        """What its data are called."""
        return {LINEAR: "cotangents", SQUARED: "targets", ENTROPY: "classes"}[self.name]

    def draw(self, rng: np.random.Generator, steps: int, rows: int, width: int) -> Array:
        """Data: (T, n, B), or (T, B) classes."""
        if self.name == ENTROPY:
            return rng.integers(0, rows, size=(steps, width))
        return rng.normal(size=(steps, rows, width))

    def factor(self, steps: int, width: int) -> float:
        """1, 1/B, 1/T or 1/(BT); the last step alone counts as one."""
        times = 1 if self.last else steps
        width = self.width or width
        return 1 / {SUM: 1, BATCH: width, TIME: times, MEAN: width * times}[self.reduction]

    def value(self, outputs: list[Array], data: Array) -> Any:
        """L; complex where the outputs are."""
        steps, width = len(outputs), outputs[0].shape[1]
        total: Any = 0.0
        for time, y in enumerate(outputs):
            if self.last and time + 1 < steps:
                continue
            if self.name == LINEAR:
                total = total + (data[time] * y).sum()
            elif self.name == SQUARED:
                total = total + ((y - data[time]) ** 2).sum() / 2
            else:
                shift = np.real(y).max(axis=0)
                chosen = y[data[time], np.arange(width)]
                total = total + (np.log(np.exp(y - shift).sum(axis=0)) + shift - chosen).sum()
        return self.factor(steps, width) * total

    def gradient(self, outputs: list[Array], data: Array) -> list[Any]:
        """∂L/∂y_t for t = 1 … T, None where the loss does not read it."""
        return self.each(outputs, data, LOCAL[self.name])

    def each(self, outputs: list[Array], data: Array, local: Local) -> list[Any]:
        """The same with another gradient of ℓ."""
        steps = len(outputs)
        factor = self.factor(steps, outputs[0].shape[1])
        return [
            None if self.last and t + 1 < steps else factor * local(y, data[t])
            for t, y in enumerate(outputs)
        ]


def softmax(y: Array) -> Array:
    """exp y / Σ exp y, for each column."""
    e = np.exp(y - y.max(axis=0))
    return np.asarray(e / e.sum(axis=0))


def onehot(y: Array, classes: Array) -> Array:
    """1 at the class of each column, of the shape of y."""
    found = np.zeros_like(y)
    found[classes, np.arange(y.shape[1])] = 1
    return found


LOCAL: dict[str, Local] = {
    LINEAR: lambda y, g: g,
    SQUARED: lambda y, target: y - target,
    ENTROPY: lambda y, classes: softmax(y) - onehot(y, classes),
}
