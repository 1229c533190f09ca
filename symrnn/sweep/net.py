"""One net of a sweep: drawn from its own random numbers, and measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.errors import SymrnnError
from symrnn.language.names import in_code
from symrnn.numeric.growth import Growth
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights, random_weights
from symrnn.sweep.cells import biases, cell_at, recurrent
from symrnn.sweep.design import Point
from symrnn.sweep.rows import TRAINED, bias_column, exponent_column, lag_column, row

Array = NDArray[Any]

DELAY = 5
"""The task that is trained: reproduce the input of so many steps before."""


def measured(point: Point) -> dict[str, Any]:
    """The row of a net; where it has no numbers, the row says why."""
    try:
        return row(point, _numbers(point), None)
    except (SymrnnError, FloatingPointError, MemoryError) as error:
        return row(point, {}, f"{type(error).__name__}: {error}".splitlines()[0])


def drawn(point: Point) -> tuple[Kernels, Weights]:
    """The cell of a point, ready to run, and its numbers."""
    at = dict(point.at)
    functions = {
        axis.partition(".")[2]: value
        for axis, value in at.items()
        if axis.startswith("activation.")
    }
    passes = _passes(cell_at(point.definition, tuple(sorted(functions.items()))))
    cell = passes.cell
    sizes: dict[str, Any] = {str(size): int(at[str(size)]) for size in cell.sizes}
    numbers = random_weights(
        cell,
        steps=int(point.measures["steps"]),
        seed=int(point.generator("net").integers(1 << 62)),
        dtype=np.dtype(point.measures["dtype"]),
        **sizes,
    )
    placed = _placed(cell, numbers.parameters, at)
    return passes, Weights(placed, numbers.states, numbers.inputs, numbers.steps)


@lru_cache(maxsize=64)
def _passes(of: Cell) -> Kernels:
    return Kernels(of)


def _numbers(point: Point) -> dict[str, float]:
    passes, weights = drawn(point)
    asked = point.measures
    found: dict[str, float] = {}
    growth = Growth(passes, weights, point.generator("directions"))
    found |= zip(map(lag_column, asked["lags"]), growth.log_norms(asked["lags"]), strict=True)
    if asked["exponents"]:
        ranks = range(1, asked["exponents"] + 1)
        exponents = growth.exponents(asked["exponents"])
        found |= zip(map(exponent_column, ranks), exponents, strict=True)
    if asked["truncation"]:
        errors = growth.truncation_errors(asked["truncation"])
        found |= zip(map(bias_column, asked["truncation"]), errors, strict=True)
    if asked["training"]:
        values = trained(passes, weights, asked["training"], asked["rate"])
        found |= zip(TRAINED, values, strict=True)
    return found


def trained(
    passes: Kernels, weights: Weights, updates: int, rate: float
) -> tuple[float, float, float]:
    """The loss before and after gradient descent, clipped to 1, and the gradient's norm after.

    The task: the first entries of the last state reproduce the first input of DELAY steps before.
    """
    parameters = {name: np.array(value) for name, value in weights.parameters.items()}
    state = [*weights.states][-1]
    driven = np.asarray(next(iter(weights.inputs.values())))
    steps = len(driven)
    width = min(driven.shape[-1], np.shape(weights.states[state])[-1])
    target = np.zeros((steps, width), driven.dtype)
    target[DELAY:] = driven[: max(0, steps - DELAY), :width]
    losses: list[float] = []
    length = math.nan
    for update in range(updates + 1):
        run = passes.forward(Weights(parameters, weights.states, weights.inputs))
        states = run[state][1:]
        rest = states[:, :width] - target
        losses.append(float((rest**2).sum() / (2 * steps)))
        given = np.zeros_like(states)
        given[:, :width] = rest / steps
        found = passes.backward(run, {state: given}).parameters
        length = math.sqrt(sum(float((np.asarray(g) ** 2).sum()) for g in found.values()))
        if update < updates:
            step = rate / max(1.0, length)
            parameters = {n: p - step * np.asarray(found[n]) for n, p in parameters.items()}
    return losses[0], losses[-1], length


# ── the place on the axes ───────────────────────────────────────────────────────────────────────


def _placed(cell: Cell, drawn: Mapping[str, Array], at: Mapping[str, Any]) -> dict[str, Array]:
    """The parameters as the point has them."""
    kept = {name: np.array(value) for name, value in drawn.items()}
    arrays = {in_code(each.name) for each in cell.parameters}
    multiplying, added = recurrent(cell), biases(cell)
    for name in kept:
        scale = at.get(f"scale.{name}", at.get("scale") if name in multiplying else None)
        if scale is not None and name in arrays:
            size = _size(kept[name])
            kept[name] = kept[name] * kept[name].dtype.type(float(scale) / size if size else 0.0)
        bias = at.get(f"bias.{name}", at.get("bias") if name in added else None)
        if bias is not None:
            kept[name] = np.full_like(kept[name], bias)
        if f"scalar.{name}" in at:
            kept[name] = np.full_like(kept[name], at[f"scalar.{name}"])
    return kept


def _size(array: Array) -> float:
    """The largest singular value of a matrix; the largest entry of a column."""
    return float(np.linalg.norm(array, 2) if array.ndim == 2 else np.abs(array).max())
