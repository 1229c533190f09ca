"""Slips in the gradient of the loss: factors, softmax, steps and sequences left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.losses import (
    ENTROPY,
    LINEAR,
    LOCAL,
    SQUARED,
    Local,
    Loss,
    onehot,
    softmax,
)
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Run
from symrnn.crosscheck.slip import LOSS, Slip
from symrnn.crosscheck.variation import Cotangents, Variation

Array = NDArray[Any]

Change = Callable[[Run, list[Any]], list[Any]]
"""What arrives at the times 1 … T, changed."""


def slips_of_loss(point: Point) -> Iterator[Slip]:
    """Slips in what arrives from the loss."""
    for words, line, change, rank in _changes(point):

        def changed(run: Run, arriving: Cotangents, change: Change = change) -> Cotangents:
            return {label: [None, *change(run, each[1:])] for label, each in arriving.items()}

        shown = line.replace("δ_y", f"δ({point.output})").replace("(y)", f"({point.output})")
        yield Slip(f"in the loss: {words}", shown, Variation(cotangents=(changed,)), LOSS, rank)


def _changes(point: Point) -> Iterator[tuple[str, str, Change, float]]:
    for words, line, local in _OTHERS[point.loss.name]:
        yield words, line, _with_local(local), 1
    for words, line, by in _FACTORS:
        yield words, line, _times(by), 1
    if point.loss.last:
        words = "the loss is taken at every step, not at the last alone"
        yield words, "δ_y at t < T", _everywhere, 1
    else:
        yield from _MOVED
        yield from _OTHER_TIMES if point.loss.name != LINEAR else ()
    if point.width > 1:
        for which, place in (("first", 0), ("last", -1)):
            words = f"the {which} sequence of the batch alone is there"
            yield words, "L = Σ over the batch", _one_sequence(place), 2


def _with_local(local: Local) -> Change:
    def changed(run: Run, arriving: list[Any]) -> list[Any]:
        point = run.point
        return point.loss.each(run.sequence(point.output)[1:], point.data, local)

    return changed


def _times(by: Callable[[int, int, int], float]) -> Change:
    def changed(run: Run, arriving: list[Any]) -> list[Any]:
        factor = by(run.steps, run.point.width, len(run.sequence(run.point.output)[1]))
        return [None if each is None else factor * each for each in arriving]

    return changed


def _everywhere(run: Run, arriving: list[Any]) -> list[Any]:
    point = run.point
    return Loss(point.loss.name, point.loss.reduction).gradient(
        run.sequence(point.output)[1:], point.data
    )


def _one_sequence(place: int) -> Change:
    def changed(run: Run, arriving: list[Any]) -> list[Any]:
        mask = np.zeros(run.point.width)
        mask[place] = 1
        return [None if each is None else each * mask for each in arriving]

    return changed


_MOVED: list[tuple[str, str, Change, float]] = [
    ("the loss of the last step alone is there", "δ_y at t < T",
     lambda run, each: [None] * (len(each) - 1) + each[-1:], 1),
    ("the loss of the last step is left out", "δ_y at t = T",
     lambda run, each: [*each[:-1], None], 1),
    ("the loss of the first step is left out", "δ_y at t = 1",
     lambda run, each: [None, *each[1:]], 1),
    ("the gradient of the loss is that of the step before", "δ_y at t",
     lambda run, each: [None, *each[:-1]], 1),
    ("the gradient of the loss is that of the step after", "δ_y at t",
     lambda run, each: [*each[1:], None], 1),
    ("the gradients of the loss come in reversed order of time", "δ_y at t",
     lambda run, each: each[::-1], 1),
]  # fmt: skip


def _of_other_times(of_output: int, of_data: int) -> Change:
    """ℓ of an output and of data of two times, for t = 1 … T; nothing where one is not there."""

    def changed(run: Run, arriving: list[Any]) -> list[Any]:
        point, steps = run.point, run.steps
        outputs = run.sequence(point.output)
        found: list[Any] = [None] * steps
        for t in range(1, steps + 1):
            at, known = t + of_output, t + of_data
            if not (1 <= at <= steps and 1 <= known <= steps):
                continue
            local = LOCAL[point.loss.name](outputs[at], point.data[known - 1])
            found[at - 1] = point.loss.factor(steps, point.width) * local
        return found

    return changed


_OTHER_TIMES: list[tuple[str, str, Change, float]] = [
    ("the target is that of the step before", "δ_y at t", _of_other_times(0, -1), 1),
    ("the target is that of the step after", "δ_y at t", _of_other_times(0, 1), 1),
]


def _through_softmax(y: Array, classes: Array) -> Array:
    """The Jacobian of the softmax applied to p - onehot, which has it already."""
    p, g = softmax(y), softmax(y) - onehot(y, classes)
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
         lambda y, c: softmax(softmax(y)) - onehot(y, c)),
        ("the gradient goes through the softmax once more", "δ_y = softmax(y) - onehot",
         _through_softmax),
        ("the 1 of the class is not subtracted", "δ_y = softmax(y) - onehot",
         lambda y, c: softmax(y)),
        ("softmax is missing", "δ_y = softmax(y) - onehot", lambda y, c: y - onehot(y, c)),
        ("the softmax is not divided by its sum", "δ_y = softmax(y) - onehot",
         lambda y, c: np.exp(y) - onehot(y, c)),
        ("the gradient has the wrong sign: onehot - softmax(y)", "δ_y = softmax(y) - onehot",
         lambda y, c: onehot(y, c) - softmax(y)),
        ("the logistic function is taken for the softmax", "δ_y = softmax(y) - onehot",
         lambda y, c: 1 / (1 + np.exp(-y)) - onehot(y, c)),
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
    ("the mean of squares over entries, batch and time is taken, with its factor: 2/(nBT)",
     "L = ½ Σ", lambda t, b, n: 2 / (n * b * t)),
    ("the mean of squares over entries and batch is taken, with its factor: 2/(nB)", "L = ½ Σ",
     lambda t, b, n: 2 / (n * b)),
    ("the mean of squares over entries is taken, with its factor: 2/n", "L = ½ Σ",
     lambda t, b, n: 2 / n),
    ("the sum over entries is taken for their mean, 1/n is missing", "L = mean over entries",
     lambda t, b, n: n),
    ("the gradient of the loss is doubled", "δ_y", lambda t, b, n: 2),
    ("the gradient of the loss is halved", "δ_y", lambda t, b, n: 1 / 2),
    ("the gradient of the loss has the wrong sign", "δ_y", lambda t, b, n: -1),
    ("the gradient of the loss is a descent step: minus and divided by B", "δ_y",
     lambda t, b, n: -1 / b),
]  # fmt: skip
