"""What is found in a net: norms, bounds, growth over the data, saturation, gradient norms."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.errors import IllFormedError, RangeError
from symrnn.inspection.bounds import NORMS, certified, norm, step_bound
from symrnn.language.activations import Elementwise
from symrnn.language.time import TimeVector
from symrnn.numeric.arguments import random_numbers
from symrnn.numeric.growth import Growth
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights
from symrnn.sweep.cells import recurrent
from symrnn.sweep.spec import spread

Array = NDArray[Any]

FLAT = 0.01
"""A unit is saturated where its slope is below this share of γ."""
MOST_SEQUENCES = 16
"""Sequences whose Jacobians are followed; all are run forward."""
MOST_STEPS = 1000
EXPONENTS = 3


@dataclass(frozen=True)
class Slopes:
    """What is known of one activation.

    Attributes:
        name: of the function.
        gamma: sup|σ′| as an interval of decimals, or a word where there is none.
    """

    name: str
    gamma: tuple[str, str] | str


@dataclass(frozen=True)
class Multiplier:
    """A parameter that multiplies what reads a state.

    Attributes:
        norms: by kind: "1", "2", "∞".
        radius: the spectral radius, of a square matrix.
    """

    name: str
    norms: Mapping[str, float]
    radius: float | None


@dataclass(frozen=True)
class Saturation:
    """How flat the data find an activation.

    Attributes:
        vector: the name of the vector in whose definition it stands.
        applied: the activation with its argument.
        share: of all units, sequences and times where |σ′| < FLAT · γ.
        dead: share of units of which that is true at all times of all sequences.
    """

    vector: str
    applied: str
    share: float
    dead: float


@dataclass(frozen=True)
class Findings:
    """Everything that is found.

    Attributes:
        cell, sizes, parameters: what was inspected; how many numbers it has.
        steps, sequences, followed, drawn: T; how many sequences were run, and how many of them were
            followed back; whether their inputs are random numbers.
        step_bounds: B with ‖∂s_j/∂s_{j-1}‖ ≤ B by norm; None where none is known.
        lags: distances t - k, with t = T.
        log_norms: ln ‖∂s_T/∂s_{T-lag}‖₂, (sequences, lags).
        exponents: Lyapunov exponents in nats a step, (sequences, few).
        gradient_norms: ‖∂L/∂θ‖ of each sequence; L is the cell's own loss, or else ⟨r, s_T⟩ with a
            random unit row r.
        own_loss: which of the two.
        clip: the threshold that gradients are compared with.
        remarks: what could not be found, and why.
    """

    cell: Cell
    sizes: Mapping[str, int]
    parameters: int
    steps: int
    sequences: int
    followed: int
    drawn: bool
    slopes: tuple[Slopes, ...]
    multipliers: tuple[Multiplier, ...]
    step_bounds: Mapping[str, float | None]
    lags: tuple[int, ...]
    log_norms: Array
    exponents: Array
    saturation: tuple[Saturation, ...]
    gradient_norms: Array
    own_loss: bool
    clip: float
    remarks: tuple[str, ...] = field(default=())

    @property
    def clipped(self) -> float:
        """The share of sequences whose gradient clipping would shorten."""
        return float((self.gradient_norms > self.clip).mean())


def inspect(
    cell: Cell,
    weights: Weights,
    *,
    clip: float = 1.0,
    drawn: bool = False,
    seed: int = 0,
    listener: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> Findings:
    """Look at a net.

    Args:
        cell: the cell.
        weights: its numbers, and the sequences it sees.
        clip: the threshold of clipping by norm.
        drawn: whether the inputs are random numbers; it is said in the report.
        seed: of the directions that gradients come from.
        listener: hears what is being done, how far it is, and out of how much.

    Raises:
        IllFormedError, ShapeError: weights that do not fit; a threshold that is none.
        RangeError: the forward pass overflows.
    """
    if not (isinstance(clip, int | float) and math.isfinite(clip) and clip > 0):
        raise IllFormedError("clip: a threshold", {"expected": "a positive number", "got": clip})
    passes = Kernels(cell)
    listener("forward pass", 0, 1)
    run = passes.forward(weights)
    fit = run.weights
    single = [_sequence(weights, lane, fit.batch) for lane in np.ndindex(*fit.batch)]
    followed = single[:MOST_SEQUENCES]
    rng = random_numbers(seed)
    lags = spread(min(fit.steps, MOST_STEPS))
    log_norms, exponents, remarks = [], [], []
    for done, sequence in enumerate(followed):
        listener("Jacobians", done, len(followed))
        growth = Growth(passes, sequence, rng)
        log_norms.append(growth.log_norms(lags))
        exponents.append(growth.exponents(min(EXPONENTS, sum(growth.sizes))))
    if len(followed) < len(single):
        remarks.append(f"{len(followed)} of {len(single)} sequences were followed back")
    if lags[-1] < fit.steps:
        remarks.append(f"norms are taken up to {lags[-1]} of {fit.steps} steps back")
    arrays = {name: np.asarray(v) for name, v in weights.parameters.items()}
    bounds = {kind: step_bound(cell, arrays, kind) for kind in NORMS}
    if None in bounds.values():
        remarks.append("no bound of a step is known for this cell whatever its state")
    norms, why = _gradient_norms(passes, run, rng)
    remarks += why
    return Findings(
        cell,
        dict(fit.sizes),
        sum(array.size for array in arrays.values()),
        fit.steps,
        len(single),
        len(followed),
        drawn,
        tuple(_slopes(cell)),
        tuple(_multipliers(cell, arrays)),
        bounds,
        lags,
        np.array(log_norms),
        np.array(exponents),
        tuple(_saturation(passes, run)),
        norms,
        bool(passes.derived.losses),
        float(clip),
        tuple(remarks),
    )


def _sequence(weights: Weights, lane: tuple[int, ...], batch: tuple[int, ...]) -> Weights:
    """One sequence of a batch."""
    states = {
        name: np.broadcast_to(v, (*batch, np.shape(v)[-1]))[lane]
        for name, v in weights.states.items()
    }
    inputs = {
        name: np.asarray(x) if np.ndim(x) == 2 else np.moveaxis(np.asarray(x), 0, -2)[lane]
        for name, x in weights.inputs.items()
    }
    return Weights(weights.parameters, states, inputs, weights.steps)


def _slopes(cell: Cell) -> list[Slopes]:
    found = []
    for each in cell.activations:
        enclosed = certified(each)
        bounded = enclosed.upper is not None
        found.append(Slopes(each.name, enclosed.interval(15) if bounded else enclosed.verdict))
    return found


def _multipliers(cell: Cell, arrays: Mapping[str, Array]) -> list[Multiplier]:
    found = []
    for name in sorted(recurrent(cell)):
        value = arrays[name]
        square = value.ndim == 2 and value.shape[0] == value.shape[1]
        radius = float(np.abs(np.linalg.eigvals(value)).max()) if square else None
        found.append(Multiplier(name, {kind: norm(value, kind) for kind in NORMS}, radius))
    return found


def _saturation(passes: Kernels, run: Run) -> list[Saturation]:
    """Wherever an activation is applied: how often its slope is next to nothing."""
    found: dict[tuple[str, str], Saturation] = {}
    for defined, value in passes.cell.definitions.items():
        for node in sorted(value.atoms(Elementwise), key=str):
            gamma = certified(node.activation).upper if node.activation.order == 0 else None
            if not gamma or not node.has(TimeVector):
                continue
            slopes = passes.evaluate(run, Elementwise(node.activation.prime, node.argument))
            flat = np.abs(slopes[..., 0]) < FLAT * float(gamma)
            dead = flat.reshape(-1, flat.shape[-1]).all(axis=0)
            key = (defined.label, str(node))
            found[key] = Saturation(*key, float(flat.mean()), float(dead.mean()))
    return list(found.values())


def _gradient_norms(passes: Kernels, run: Run, rng: np.random.Generator) -> tuple[Array, list[str]]:
    fit = run.weights
    given: dict[str, Array] | None = None
    if not passes.derived.losses:
        sizes = [value.shape[-1] for value in fit.states.values()]
        row = rng.standard_normal(sum(sizes))
        parts = np.split(row / np.linalg.norm(row), np.cumsum(sizes)[:-1])
        given = {
            name: np.broadcast_to(part.astype(fit.dtype), (*fit.batch, len(part)))
            for name, part in zip(fit.states, parts, strict=True)
        }
    try:
        found = passes.backward(
            run, None if given is None else {}, arriving=given, summed=False
        ).parameters
    except RangeError as error:
        return np.full(fit.batch or (1,), math.inf), [str(error).partition("\n")[0]]
    squares = [
        (np.asarray(g).reshape(*fit.batch, -1).astype(float) ** 2).sum(axis=-1)
        for g in found.values()
    ]
    return np.sqrt(np.sum(squares, axis=0)).reshape(-1), []
