"""Losses whose gradient is known, and the slips that code makes in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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

Slipped = Callable[[list[Array], Array], list[Any]]


@dataclass(frozen=True)
class Loss:
    """L = factor · Σ_t ℓ(y_t): over all steps, or of the last alone.

    Attributes:
        name: "linear", Σ g_tᵀ y_t with given g; "squared", Σ ½‖y_t - target_t‖²;
            "cross_entropy", -Σ log softmax(y_t) at the class of each.
        reduction: "sum"; or the mean over "batch", over "time", over both: "mean".
        last: whether the last step alone has a loss.
    """

    name: str = LINEAR
    reduction: str = SUM
    last: bool = False

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
        return self._gradient(outputs, data, self.factor(len(outputs), outputs[0].shape[1]))

    def _gradient(
        self, outputs: list[Array], data: Array, factor: float, local: Any = None
    ) -> list[Any]:
        local = local or _LOCAL[self.name]
        steps = len(outputs)
        return [
            None if self.last and t + 1 < steps else factor * local(y, data[t])
            for t, y in enumerate(outputs)
        ]

    def slips(self) -> Iterator[tuple[str, str, Slipped]]:
        """What code makes of the gradient instead: words, the line of mathematics, the slip."""

        def scaled(by: Callable[[int, int, int], float]) -> Slipped:
            def made(outputs: list[Array], data: Array) -> list[Any]:
                steps, (rows, width) = len(outputs), outputs[0].shape
                factor = self.factor(steps, width) * by(steps, width, rows)
                return self._gradient(outputs, data, factor)

            return made

        def other(local: Callable[[Array, Array], Array]) -> Slipped:
            def made(outputs: list[Array], data: Array) -> list[Any]:
                factor = self.factor(len(outputs), outputs[0].shape[1])
                return self._gradient(outputs, data, factor, local)

            return made

        for words, line, by in _FACTORS:
            yield words, line, scaled(by)
        for words, line, local in _OTHERS[self.name]:
            yield words, line, other(local)
        if not self.last:
            yield (
                "the loss of the last step alone is there",
                "δ_y at t < T",
                lambda outputs, data: (
                    [None] * (len(outputs) - 1) + self.gradient(outputs, data)[-1:]
                ),
            )
            yield (
                "the loss of the last step is left out",
                "δ_y at t = T",
                lambda outputs, data: [*self.gradient(outputs, data)[:-1], None],
            )
            yield (
                "the loss of the first step is left out",
                "δ_y at t = 1",
                lambda outputs, data: [None, *self.gradient(outputs, data)[1:]],
            )
            yield (
                "the gradient of the loss is that of the step before",
                "δ_y at t",
                lambda outputs, data: [None, *self.gradient(outputs, data)[:-1]],
            )
            yield (
                "the gradient of the loss is that of the step after",
                "δ_y at t",
                lambda outputs, data: [*self.gradient(outputs, data)[1:], None],
            )
            yield (
                "the gradients of the loss come in reversed order of time",
                "δ_y at t",
                lambda outputs, data: self.gradient(outputs, data)[::-1],
            )
        else:
            yield (
                "the loss is taken at every step, not at the last alone",
                "δ_y at t < T",
                lambda outputs, data: Loss(self.name, self.reduction).gradient(outputs, data),
            )


def softmax(y: Array) -> Array:
    """exp y / Σ exp y, for each column."""
    e = np.exp(y - y.max(axis=0))
    return np.asarray(e / e.sum(axis=0))


def _onehot(y: Array, classes: Array) -> Array:
    found = np.zeros_like(y)
    found[classes, np.arange(y.shape[1])] = 1
    return found


_LOCAL: dict[str, Callable[[Array, Array], Array]] = {
    LINEAR: lambda y, g: g,
    SQUARED: lambda y, target: y - target,
    ENTROPY: lambda y, classes: softmax(y) - _onehot(y, classes),
}


def _through_softmax(y: Array, classes: Array) -> Array:
    """The Jacobian of the softmax applied to p - onehot, which has it already."""
    p, g = softmax(y), softmax(y) - _onehot(y, classes)
    return np.asarray(p * (g - (p * g).sum(axis=0)))


_OTHERS: dict[str, list[tuple[str, str, Callable[[Array, Array], Array]]]] = {
    LINEAR: [],
    SQUARED: [
        ("the gradient of the loss has the wrong sign: target - y", "δ_y = y - target",
         lambda y, target: target - y),
        ("the target is not subtracted", "δ_y = y - target", lambda y, target: y),
        ("the sign of the difference is taken for the difference", "δ_y = y - target",
         lambda y, target: np.sign(y - target)),
    ],
    ENTROPY: [
        ("softmax is applied twice", "δ_y = softmax(y) - onehot",
         lambda y, c: softmax(softmax(y)) - _onehot(y, c)),
        ("the gradient goes through the softmax once more", "δ_y = softmax(y) - onehot",
         _through_softmax),
        ("the 1 of the class is not subtracted", "δ_y = softmax(y) - onehot",
         lambda y, c: softmax(y)),
        ("softmax is missing", "δ_y = softmax(y) - onehot", lambda y, c: y - _onehot(y, c)),
        ("the softmax is not divided by its sum", "δ_y = softmax(y) - onehot",
         lambda y, c: np.exp(y) - _onehot(y, c)),
        ("the gradient has the wrong sign: onehot - softmax(y)", "δ_y = softmax(y) - onehot",
         lambda y, c: _onehot(y, c) - softmax(y)),
        ("the logistic function is taken for the softmax", "δ_y = softmax(y) - onehot",
         lambda y, c: 1 / (1 + np.exp(-y)) - _onehot(y, c)),
    ],
}  # fmt: skip

_FACTORS: list[tuple[str, str, Callable[[int, int, int], float]]] = [
    ("the mean over the batch is taken for the sum, 1/B", "L = Σ over the batch",
     lambda t, b, n: 1 / b),
    ("the mean over time is taken for the sum, 1/T", "L = Σ over time", lambda t, b, n: 1 / t),
    ("the mean over batch and time is taken for the sum, 1/(BT)", "L = Σ over batch and time",
     lambda t, b, n: 1 / (b * t)),
    ("the sum over the batch is taken for the mean, 1/B is missing", "L = mean over the batch",
     lambda t, b, n: b),
    ("the sum over time is taken for the mean, 1/T is missing", "L = mean over time",
     lambda t, b, n: t),
    ("the sum over batch and time is taken for the mean, 1/(BT) is missing",
     "L = mean over batch and time", lambda t, b, n: b * t),
    ("the mean over the entries of the output is taken for the sum, 1/n", "L = Σ over entries",
     lambda t, b, n: 1 / n),
    ("the mean over entries and batch is taken for the sum, 1/(nB)", "L = Σ over entries and batch",
     lambda t, b, n: 1 / (n * b)),
    ("the mean over entries, batch and time is taken for the sum, 1/(nBT)",
     "L = Σ over entries, batch and time", lambda t, b, n: 1 / (n * b * t)),
    ("the gradient of the loss is doubled", "δ_y", lambda t, b, n: 2),
    ("the gradient of the loss is halved", "δ_y", lambda t, b, n: 1 / 2),
    ("the gradient of the loss has the wrong sign", "δ_y", lambda t, b, n: -1),
    ("the gradient of the loss is a descent step: minus and divided by B", "δ_y",
     lambda t, b, n: -1 / b),
]  # fmt: skip
