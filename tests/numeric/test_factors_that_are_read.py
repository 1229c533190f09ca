"""Losses in which a number read off a vector or a matrix multiplies another: norms, entries,
traces. Against differences of the loss, and a batch against its members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Symbol

from symrnn import Kernels, Ones, Parameter, Sequence, Weights, cell, entry, norm
from symrnn.cells.readout import with_loss
from symrnn.errors import RangeError
from symrnn.numeric.weights import random_weights

Vectors = Mapping[str, Sequence]
ONE, ALPHA = Ones(1, 1), Symbol("alpha", real=True)


def squared(v: Vectors, j: Symbol) -> Any:
    return entry(v["h"][j].T * v["h"][j], 1, 1)


LOSSES: dict[str, Callable[[Vectors, Symbol], Any]] = {
    "norm": lambda v, j: norm(v["h"][j], 2) * ONE,
    "norm of a change": lambda v, j: norm(v["h"][j] - v["h"][j - 1], 2) * ONE,
    "norm of a weight": lambda v, j: (
        v["h"][j].T * v["h"][j]
        + norm(Parameter("W", v["h"].rows, v["h"].rows), "F") * Ones(1, v["h"].rows) * v["h"][j]
    ),
    "entry": lambda v, j: sympy.exp(entry(v["h"][j], 1, 1)) * ONE,
    "power": lambda v, j: squared(v, j) ** 2 * ONE,
    "ratio": lambda v, j: Ones(1, v["h"].rows) * v["h"][j] / (1 + squared(v, j)),
    "trace": lambda v, j: sympy.Trace(v["h"][j] * v["h"][j].T) ** 2 * ONE,
    "beside a scalar": lambda v, j: ALPHA * norm(v["h"][j], 2) * ONE,
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_gradients_are_those_of_differences_and_a_batch_is_its_members(loss: Any) -> None:
    made = with_loss(cell("h = tanh(W h' + b)"), loss)
    kernels = Kernels(made)
    both = random_weights(made, steps=4, d=3, batch=(2,), seed=3)
    total: Any = 0
    for member in range(2):
        states = {name: array[member] for name, array in both.states.items()}

        def value(W: Any, states: Any = states) -> float:
            weights = Weights({**both.parameters, "W": W}, states, {}, both.steps)
            return float(np.sum(kernels.run(weights)["L"][1:]))

        W = np.array(both.parameters["W"])
        derived = kernels.backward(kernels.run(Weights(both.parameters, states, {}, both.steps)))
        found = derived.parameters["W"]
        step = 1e-6
        for place in np.ndindex(W.shape):
            moved = np.zeros_like(W)
            moved[place] = step
            slope = (value(W + moved) - value(W - moved)) / (2 * step)
            assert found[place] == pytest.approx(slope, rel=1e-6, abs=1e-7)
        total = total + found
    together = kernels.backward(kernels.run(both)).parameters["W"]
    np.testing.assert_allclose(together, total, rtol=1e-12)


def test_the_slope_of_a_norm_at_0_is_an_error() -> None:
    made = with_loss(cell("h = tanh(W h' + b)"), LOSSES["norm"])
    weights = Weights({"W": np.zeros((2, 2)), "b": np.zeros(2)}, {"h": np.zeros(2)}, {}, 3)
    kernels = Kernels(made)
    with pytest.raises(RangeError, match="or is 0/0"):
        kernels.backward(kernels.run(weights))
