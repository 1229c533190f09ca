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

from symrnn.errors import ShapeError
from symrnn.numeric.adam import Moments
from symrnn.numeric.clipping import clip_by_global_norm, global_norm
from symrnn.numeric.data import Series
from symrnn.numeric.simulate import simulate
from symrnn.numeric.windows import mean_square, require_counts, require_shares, windows_of

Doubles = NDArray[np.float64]
PARAMETERS = ("W", "U", "b", "c", "e")
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
    require_counts(d=d, steps=steps)
    require_shares(rate=(rate, np.inf))
    data = windows_of(series, length, stride, tail)
    windows, wanted = data.windows, data.wanted
    initial = _initial(d, seed, inside)
    net, losses, clipped = initial, [], 0
    moments = Moments()
    for step in range(1, steps + 1):
        loss, raw = _gradients(net, windows, wanted, gradient)
        losses.append(loss)
        gradients = clip_by_global_norm(raw, kappa)
        clipped += global_norm(raw) > kappa
        moments = moments.after(dict(zip(PARAMETERS, gradients, strict=True)))
        named = dict(zip(PARAMETERS, net.parameters(), strict=True))
        net = net.with_parameters(*moments.moved(named, rate * (1 - (step - 1) / steps)).values())
        if progress is not None:
            progress(step, steps, loss)
    losses.append(mean_square(net.predict(windows) - wanted))

    return TrainedNet(
        initial=initial,
        trained=net,
        d=d,
        series=series.name,
        source=series.source,
        inputs=data.inputs,
        targets=data.targets,
        split=data.split,
        windows=windows,
        mean=data.mean,
        scale=data.scale,
        losses=tuple(losses),
        held_out=mean_square(net.predict(data.inputs)[data.split :] - data.targets[data.split :]),
        baseline=data.baseline,
        kappa=kappa,
        clipped=int(clipped),
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
    return mean_square(error), (*recurrent, by_c, np.asarray(by_error.sum()))


def _initial(d: int, seed: int, inside: bool) -> Net:
    random = np.random.default_rng(seed)
    width = 1 / np.sqrt(d)
    W, U, b, c = (random.uniform(-width, width, shape) for shape in ((d, d), (d, 1), d, d))
    return Net(W, U, b, c, np.zeros(()), inside)
