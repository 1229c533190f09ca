"""Every cell that comes along against jax, which differentiates the passes written by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import by_hand
import numpy as np
import pytest
from by_hand import PASSES, SIZES, build

from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import KINDS, random_weights

STEPS = 4


@pytest.mark.parametrize("name", PASSES)
def test_gradients_are_those_of_jax(
    name: str, require_module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    jax = require_module("jax")
    made = build(name)
    sizes = {symbol.name: SIZES[symbol.name] for symbol in made.sizes}
    weights = random_weights(made, steps=STEPS, **sizes)
    passes = Kernels(made)
    run = passes.forward(weights)
    draw = np.random.default_rng(5)
    given = {of.label: draw.normal(size=run[of.label][1:].shape) for of in made.definitions}
    found = passes.backward(run, given)

    def loss(numbers: Any) -> Any:
        parameters, state = SimpleNamespace(**numbers["parameters"]), numbers["states"]
        total = 0.0
        for time, x in enumerate(numbers["inputs"]["x"]):
            state = PASSES[name](parameters, SimpleNamespace(**state), x)
            total = total + sum((given[label][time] * state[label]).sum() for label in given)
        return total

    monkeypatch.setattr(by_hand, "np", jax.numpy)
    with jax.enable_x64(True):
        numbers = {
            kind: {n: jax.numpy.asarray(a) for n, a in getattr(weights, kind).items()}
            for kind in KINDS
        }
        expected = jax.grad(loss)(numbers)
    for kind in KINDS:
        for label, gradient in getattr(found, kind).items():
            theirs = np.asarray(expected[kind][label])
            np.testing.assert_allclose(gradient, theirs, rtol=0, atol=1e-12)
