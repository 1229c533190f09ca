"""The loss of one recurrent unit over its two parameters: flat land, a cliff, and a step from it.

With the logistic σ, and after T = 50 steps, as in Pascanu et al. (2013), figure 6: there
s_j = w σ(s_{j-1}) + b from s_0 = 1/2, and the loss is (σ(s_T) - target)². The Elman unit
s_j = σ(w s_{j-1} + b) from σ(1/2) with the loss (s_T - target)² has the same landscape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.network import Network
from symrnn.errors import EvidenceError
from symrnn.language.names import in_code
from symrnn.numeric.clipping import clip_by_norm
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights

Array = NDArray[Any]

STEPS, START, TARGET = 50, 0.5, 0.7
WEIGHTS, BIASES = (4.4, 6.4), (-3.4, -2.2)
"""The window of w and b that is shown."""

RATE, KAPPA = 0.25, 1.0
"""Learning rate η and clipping threshold κ of the two steps."""


@dataclass(frozen=True)
class Place:
    """A point (w, b) and its loss."""

    w: float
    b: float
    loss: float


@dataclass(frozen=True)
class Cliff:
    """What is drawn of the landscape.

    w, b, loss: a grid, column i at w[i]; its points crowd where the loss falls.
    start: a point on the cliff; plain, clipped: where one step of each kind leads.
    gradient: the gradient at the start, by (w, b).
    distance, section: the loss along the direction of the step, distances from the start.
    """

    w: Array
    b: Array
    loss: Array
    start: Place
    plain: Place
    clipped: Place
    gradient: Array
    distance: Array
    section: Array


@dataclass(frozen=True)
class Unit:
    """The loss of one unit and its gradient, by the generated kernels; any shape of w and b."""

    kernels: Kernels

    def _run(self, w: Array, b: Array) -> Run:
        rnn, start = self.kernels.rnn, np.array([START])
        if rnn.makes_state:
            start = lower_activation(rnn.sigma)(start)
        values = {rnn.W: w[..., None, None], rnn.b: b[..., None], rnn.U: np.zeros((1, 0))}
        named = {in_code(each.name): values[each] for each in rnn.parameters}
        entering = {in_code(each.label): np.zeros((STEPS, 0)) for each in rnn.recurrence.inputs}
        return self.kernels.run(Weights(named, {in_code(rnn.s.label): start}, entering, STEPS))

    def _output(self, run: Run) -> tuple[Array, Array]:
        """What comes out of σ last, s_T itself or σ(s_T): what the loss reads, and its slope."""
        last, sigma = run.states[-1], self.kernels.rnn.sigma
        if self.kernels.rnn.makes_state:
            return last, np.ones_like(last)
        return lower_activation(sigma)(last), lower_activation(sigma.prime)(last)

    def loss(self, w: Array, b: Array) -> Array:
        """The square of what is read, less the target."""
        output, _ = self._output(self._run(w, b))
        return np.asarray((output[..., 0] - TARGET) ** 2)

    def gradient(self, w: float, b: float) -> Array:
        """The derivative of the loss by (w, b), (2,)."""
        run = self._run(np.array(w), np.array(b))
        output, slope = self._output(run)
        by = self.kernels.gradients(run, 2 * (output - TARGET) * slope)
        rnn = self.kernels.rnn
        return np.array([by[in_code(each.name)].item() for each in (rnn.W, rnn.b)])

    def place(self, point: Array) -> Place:
        """A point with its loss."""
        w, b = point
        return Place(float(w), float(b), float(self.loss(w, b)))


def cliff(rnn: Network) -> Cliff:
    """The landscape of a unit, and a step from the steepest place of its middle column.

    Args:
        rnn: a step σ(W s + U x + b) or W σ(s) + U x + b, with an input or without, of whatever
            σ and in whatever letters.

    Raises:
        EvidenceError: where the picture would not show what it is for: the plain step has to
            leave the window, the clipped step has to stay and to lower the loss.
    """
    unit = Unit(Kernels(rnn.with_activation("logistic")))
    w = np.linspace(*WEIGHTS, 41)
    edge = _edge(unit, w)
    b = np.stack([_crowded(at) for at in edge])
    grid = np.broadcast_to(w[:, None], b.shape)
    middle = len(w) // 2
    start = np.array([w[middle], _halfway(unit, w[middle], edge[middle])])
    gradient = unit.gradient(*start)
    plain = start - RATE * gradient
    clipped = start - RATE * clip_by_norm(gradient, KAPPA)
    direction = -gradient / np.linalg.norm(gradient)
    distance = np.unique([*np.linspace(-0.5, 0.9, 57), *np.linspace(-0.02, 0.02, 21), 0.0])
    line = start + distance[:, None] * direction
    found = Cliff(
        grid,
        b,
        unit.loss(grid, b),
        start=unit.place(start),
        plain=unit.place(plain),
        clipped=unit.place(clipped),
        gradient=gradient,
        distance=distance,
        section=unit.loss(line[:, 0], line[:, 1]),
    )
    stays = _inside(found.clipped) and found.clipped.loss < found.start.loss
    if _inside(found.plain) or not stays:
        raise EvidenceError(
            "the steps from the cliff do not go where the picture shows them",
            {"start": found.start, "plain": found.plain, "clipped": found.clipped},
        )
    return found


def _edge(unit: Unit, w: Array) -> Array:
    """For each w the b at which the loss falls most steeply, by two searches, one in the other."""
    low, high = (np.full_like(w, end) for end in BIASES)
    for _ in range(3):
        b = np.linspace(low, high, 60, axis=1)
        loss = unit.loss(np.broadcast_to(w[:, None], b.shape), b)
        steepest = np.abs(np.diff(loss, axis=1)).argmax(axis=1)
        rows = np.arange(len(w))
        low, high = b[rows, steepest], b[rows, steepest + 1]
    return (low + high) / 2


def _halfway(unit: Unit, w: float, edge: float) -> float:
    """The b near the edge at which half of the height is left, by bisection."""
    high, low = edge - 0.01, edge + 0.01
    top = float(unit.loss(np.array(w), np.array(high)))
    for _ in range(40):
        middle = (high + low) / 2
        if unit.loss(np.array(w), np.array(middle)) > top / 2:
            high = middle
        else:
            low = middle
    return (high + low) / 2


def _crowded(edge: float) -> Array:
    low, high = BIASES
    near = edge + np.linspace(-0.01, 0.01, 9)
    below, above = np.linspace(low, near[0], 15)[:-1], np.linspace(near[-1], high, 15)[1:]
    return np.asarray(np.clip(np.concatenate([below, near, above]), low, high))


def _inside(place: Place) -> bool:
    return WEIGHTS[0] <= place.w <= WEIGHTS[1] and BIASES[0] <= place.b <= BIASES[1]
