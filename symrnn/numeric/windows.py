"""A series cut for training: standardised by its first part, in windows of that part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import arguments
from symrnn.numeric.data import Series

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Windows:
    """Inputs and targets of one-step-ahead prediction.

    Attributes:
        inputs: the whole standardised series but its last value, (T, 1).
        targets: the same shifted by one, (T,).
        split: times j < split are trained on, the others held out.
        windows: inputs of the training part, (length, B, 1).
        wanted: their targets, (length, B).
        mean, scale: value = mean + scale · standardised.
    """

    inputs: Doubles
    targets: Doubles
    split: int
    windows: Doubles
    wanted: Doubles
    mean: float
    scale: float

    @property
    def baseline(self) -> float:
        """The mean squared error of predicting the last value, on what is held out."""
        return mean_square(self.inputs[self.split :, 0] - self.targets[self.split :])


def windows_of(series: Series, length: int, stride: int, tail: float) -> Windows:
    """Cut a series.

    Args:
        series: the values.
        length: steps per window.
        stride: distance of the starts of two windows.
        tail: share of the series that is held out, between 0 and 1.

    Raises:
        IllFormedError: an argument is out of range, or the training part is constant or shorter
            than one window.
    """
    require_counts(length=length, stride=stride)
    require_shares(tail=(tail, 1.0))
    times = len(series.values) - 1
    split = times - max(1, round(tail * times))
    if split < length:
        raise IllFormedError(
            "length: expected a window no longer than the part trained on",
            {"length": length, "trained on": split, "values": len(series.values)},
        )
    known = series.values[: split + 1]
    mean, scale = float(known.mean()), float(known.std())
    if not scale > 0:
        raise IllFormedError(
            "series: expected values that vary over the part trained on", {"series": series.name}
        )
    values = (series.values - mean) / scale
    inputs, targets = values[:-1, np.newaxis], values[1:]
    starts = np.arange(0, split - length + 1, stride)
    lags = np.arange(length)[:, np.newaxis]
    cut = starts + lags
    return Windows(inputs, targets, split, inputs[cut], targets[cut], mean, scale)


def require_counts(**counts: Any) -> None:
    """Check that numbers of things are integers from 1 on.

    Raises:
        IllFormedError: naming the one that is not.
    """
    for name, count in counts.items():
        if not arguments.is_whole(count) or count < 1:
            raise IllFormedError(f"{name}: expected at least 1, an integer", {name: count})


def require_shares(**shares: tuple[Any, float]) -> None:
    """Check that numbers lie between 0 and their bound, ends left out.

    Raises:
        IllFormedError: naming the one that does not.
    """
    for name, (share, most) in shares.items():
        if not (isinstance(share, float | int | np.number) and 0 < share < most):
            raise IllFormedError(f"{name}: expected more than 0, less than {most}", {name: share})


def mean_square(error: Doubles) -> float:
    """The mean of the squares."""
    return float(np.mean(error**2))
