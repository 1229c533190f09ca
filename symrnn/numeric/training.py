"""Train a tanh net to predict the next value of a series, with gradients from outside.

The net reads the standardised value x_j = y_j and predicts y_{j+1} by a linear readout of s_j:

    s_j = tanh(W s_{j-1} + U x_j + b),    ŷ_{j+1} = cᵀ s_j + e,    s_0 = 0,

or with σ inside s_j = W tanh(s_{j-1}) + U x_j + b, read out likewise: there s_j is not bounded.

The loss is the mean of (ŷ_{j+1} - y_{j+1})². Only the readout's gradients are written here;
those of the recurrence come from the caller, who gets g_t = ∂⁺L/∂s_t for every t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric.clipping import clip_by_global_norm, global_norm
from symrnn.numeric.data import Series
from symrnn.numeric.simulate import simulate

Doubles = NDArray[np.float64]
Progress = Callable[[int, int, float], None]


class RecurrentGradient(Protocol):
    """The gradients of Σ_t ⟨g_t, s_t⟩ by W, U and b, the g_t held constant."""

    def __call__(
        self, W: Doubles, U: Doubles, b: Doubles, s0: Doubles, x: Doubles, g: Doubles, /
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """(∂L/∂W, ∂L/∂U, ∂L/∂b) for a tanh net, summed over the sequences of the batch.

        Args:
            W, U, b: d×d, d×1, d.
            s0: (B, d).
            x: (T, B, 1); x[j-1] is x_j.
            g: (T, B, d); g[t-1] = ∂⁺L/∂s_t.
        """
        ...


@dataclass(frozen=True, eq=False)
class Net:
    """Weights W d×d, U d×1, b d of the recurrence, and the readout c d, e (a number).

    `inside` says whether tanh is applied to the state before, and W to what comes out.
    """

    W: Doubles
    U: Doubles
    b: Doubles
    c: Doubles
    e: Doubles
    inside: bool = False

    def predict(self, x: Doubles) -> Doubles:
        """One-step-ahead predictions from s_0 = 0: (T, *batch, 1) to (T, *batch)."""
        return self.readout(self.states(x))

    def states(self, x: Doubles) -> Doubles:
        """s_0 = 0, s_1, …, s_T: (T, *batch, 1) to (T+1, *batch, d)."""
        start = np.zeros(len(self.b))
        return simulate(self.W, self.U, self.b, start, x, np.tanh, inside=self.inside).s

    def readout(self, s: Doubles) -> Doubles:
        """cᵀ s_j + e for j = 1, …, T: (T+1, *batch, d) to (T, *batch)."""
        return np.asarray(s[1:] @ self.c + self.e)

    def parameters(self) -> tuple[Doubles, ...]:
        """W, U, b, c, e."""
        return self.W, self.U, self.b, self.c, self.e

    def with_parameters(self, *parameters: Doubles) -> Net:
        """The same cell with other W, U, b, c, e."""
        W, U, b, c, e = parameters
        return Net(W, U, b, c, e, self.inside)


@dataclass(frozen=True, eq=False)
class TrainedNet:
    """A net before and after training, and how it did.

    All losses are mean squared errors in units of the variance of the training part.

    Attributes:
        initial, trained: the nets; s_0 = 0 in both.
        d: hidden size.
        series: name of the series.
        source: where the series comes from.
        inputs: the whole standardised series but its last value, (T, 1).
        targets: the same shifted by one, (T,).
        split: times j < split were trained on, the others held out.
        windows: what the gradients saw in each step, (length, B, 1).
        mean, scale: value = mean + scale · standardised.
        losses: training loss before each step and after the last, (steps + 1,).
        held_out: loss of one-step-ahead prediction on the held-out tail.
        baseline: loss there of predicting the last value.
        kappa: threshold of the global norm.
        clipped: how many of the steps were clipped.
    """

    initial: Net
    trained: Net
    d: int
    series: str
    source: str
    inputs: Doubles
    targets: Doubles
    split: int
    windows: Doubles
    mean: float
    scale: float
    losses: tuple[float, ...]
    held_out: float
    baseline: float
    kappa: float
    clipped: int

    @property
    def steps(self) -> int:
        """Number of training steps."""
        return len(self.losses) - 1

    @property
    def loss_first(self) -> float:
        """Training loss before the first step."""
        return self.losses[0]

    @property
    def loss_last(self) -> float:
        """Training loss after the last step."""
        return self.losses[-1]


def train(
    series: Series,
    gradient: RecurrentGradient,
    d: int = 32,
    steps: int = 300,
    *,
    inside: bool = False,
    length: int = 30,
    stride: int = 5,
    rate: float = 5e-3,
    kappa: float = 1.0,
    tail: float = 0.2,
    seed: int = 0,
    progress: Progress | None = None,
) -> TrainedNet:
    """Train on the first part of a series, test on the rest.

    Every step sees all windows of the training part as one batch, clips the gradients of
    W, U, b, c, e by their global norm and moves by Adam with a rate falling linearly to 0.

    Args:
        series: the values.
        gradient: the recurrence's gradients.
        d: hidden size, ≥ 1.
        steps: training steps, ≥ 1.
        inside: whether σ sits inside; `gradient` has to be that cell's.
        length: steps of the recurrence per window.
        stride: distance of the starts of two windows.
        rate: first rate of Adam.
        kappa: clipping threshold.
        tail: share of the series held out, between 0 and 1.
        seed: of the initial weights, uniform in ±1/√d; nothing else is random.
        progress: called with (steps done, steps, loss) after each step.

    Raises:
        IllFormedError: an argument is out of range, the training part is constant or
            shorter than one window, or `gradient` returns values that are not finite.
        ShapeError: `gradient` returns something of another shape.
    """
    split = _checked_split(series, d, steps, length, stride, rate, tail)
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
    windows, wanted = inputs[starts + lags], targets[starts + lags]

    initial = _initial(d, seed, inside)
    net, losses, clipped = initial, [], 0
    moments = _Moments.zero(initial)
    for step in range(1, steps + 1):
        loss, raw = _gradients(net, windows, wanted, gradient)
        losses.append(loss)
        gradients = clip_by_global_norm(raw, kappa)
        clipped += global_norm(raw) > kappa
        moments = moments.after(gradients)
        net = moments.moved(net, rate * (1 - (step - 1) / steps))
        if progress is not None:
            progress(step, steps, loss)
    losses.append(_mean_square(net.predict(windows) - wanted))

    return TrainedNet(
        initial=initial,
        trained=net,
        d=d,
        series=series.name,
        source=series.source,
        inputs=inputs,
        targets=targets,
        split=split,
        windows=windows,
        mean=mean,
        scale=scale,
        losses=tuple(losses),
        held_out=_mean_square(net.predict(inputs)[split:] - targets[split:]),
        baseline=_mean_square(inputs[split:, 0] - targets[split:]),
        kappa=kappa,
        clipped=int(clipped),
    )


@dataclass(frozen=True, eq=False)
class _Moments:
    """Running means of the gradients and of their squares.

    Source: D. Kingma, J. Ba, Adam, ICLR 2015, algorithm 1.
    """

    first: tuple[Doubles, ...]
    second: tuple[Doubles, ...]
    steps: int

    BETA1 = 0.9
    BETA2 = 0.999
    TINY = 1e-8

    @classmethod
    def zero(cls, net: Net) -> _Moments:
        zeros = tuple(np.zeros_like(p) for p in net.parameters())
        return cls(zeros, zeros, 0)

    def after(self, gradients: tuple[NDArray[Any], ...]) -> _Moments:
        first = [
            self.BETA1 * m + (1 - self.BETA1) * g
            for m, g in zip(self.first, gradients, strict=True)
        ]
        second = [
            self.BETA2 * v + (1 - self.BETA2) * g * g
            for v, g in zip(self.second, gradients, strict=True)
        ]
        return _Moments(tuple(first), tuple(second), self.steps + 1)

    def moved(self, net: Net, rate: float) -> Net:
        unbias1, unbias2 = 1 - self.BETA1**self.steps, 1 - self.BETA2**self.steps
        return net.with_parameters(
            *(
                p - rate * (m / unbias1) / (np.sqrt(v / unbias2) + self.TINY)
                for p, m, v in zip(net.parameters(), self.first, self.second, strict=True)
            )
        )


def _gradients(
    net: Net, x: Doubles, targets: Doubles, gradient: RecurrentGradient
) -> tuple[float, tuple[Doubles, ...]]:
    """The loss, and its gradients by W, U, b, c, e."""
    s = net.states(x)
    error = net.readout(s) - targets
    # L = mean r², r = cᵀs + e - y:  ∂L/∂r = 2r/n,  g_t = ∂⁺L/∂s_t = (∂L/∂r_t) c.
    by_error = 2 * error / error.size
    g = by_error[..., np.newaxis] * net.c
    recurrent = gradient(net.W, net.U, net.b, s[0], x, g)
    for name, found, parameter in zip("WUb", recurrent, (net.W, net.U, net.b), strict=True):
        if np.shape(found) != parameter.shape:
            raise ShapeError(
                f"gradient: expected ∂L/∂{name} in the shape of {name}",
                {f"{name} has shape": parameter.shape, "came": np.shape(found)},
            )
    by_c = np.tensordot(by_error, s[1:], axes=error.ndim)
    return _mean_square(error), (*recurrent, by_c, np.asarray(by_error.sum()))


def _initial(d: int, seed: int, inside: bool) -> Net:
    random = np.random.default_rng(seed)
    width = 1 / np.sqrt(d)
    W, U, b, c = (random.uniform(-width, width, shape) for shape in ((d, d), (d, 1), d, d))
    return Net(W, U, b, c, np.zeros(()), inside)


def _mean_square(error: Doubles) -> float:
    return float(np.mean(error**2))


def _checked_split(
    series: Series, d: int, steps: int, length: int, stride: int, rate: float, tail: float
) -> int:
    """First held-out time, after checking all sizes."""
    for name, count in (("d", d), ("steps", steps), ("length", length), ("stride", stride)):
        whole = isinstance(count, int | np.integer) and not isinstance(count, bool)
        if not whole or count < 1:
            raise IllFormedError(f"{name}: expected at least 1, an integer", {name: count})
    for name, share, most in (("tail", tail, 1.0), ("rate", rate, np.inf)):
        if not (isinstance(share, float | int | np.number) and 0 < share < most):
            raise IllFormedError(f"{name}: expected more than 0, less than {most}", {name: share})
    times = len(series.values) - 1
    split = times - max(1, round(tail * times))
    if split < length:
        raise IllFormedError(
            "length: expected a window no longer than the part trained on",
            {"length": length, "trained on": split, "values": len(series.values)},
        )
    return split
