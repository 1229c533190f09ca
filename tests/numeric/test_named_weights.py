"""Weights by name: of every start a name of its own, stored, copied, and taken everywhere."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import symrnn
from symrnn import Kernels, cell, named
from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.numeric import horizon
from symrnn.numeric.backends import BackendKernels
from symrnn.numeric.in_order import starts_of
from symrnn.numeric.weights import Weights, random_weights

TAKEN = {
    "h = tanh(W h' + U x + h0)": {"h": "h0_1"},
    "h = tanh(W h' + x + c0)\nc = c' + h": {"h": "h0", "c": "c0_1"},
}


def test_no_name_is_given_twice() -> None:
    assert starts_of(cell("h = tanh(W h' + h0 + U h0_1)")) == {"h": "h0_2"}
    assert starts_of(cell("h = tanh(W h' + U h0)", inputs=["h0"])) == {"h": "h0_1"}


@pytest.mark.parametrize("text", TAKEN)
def test_a_parameter_may_be_called_like_a_start(text: str) -> None:
    of = cell(text)
    assert starts_of(of) == TAKEN[text]
    weights = random_weights(of, steps=4, **{each.name: 3 for each in of.sizes})
    starts = {start: weights.states[state] for state, start in starts_of(of).items()}
    own = dict(weights.inputs) or {"steps": weights.steps}
    kernels, arrays = Kernels(of), BackendKernels(of, "numpy")
    run = kernels.run(**weights.parameters, **starts, **own)
    np.testing.assert_array_equal(run.states, kernels.run(weights).states)
    g = np.cos(np.arange(run.states[1:].size)).reshape(run.states[1:].shape)
    at_once = arrays.gradients(arrays.run(weights), g[0], 0)
    assert {*starts_of(of).values()} < {*at_once}
    whole = kernels.backward(run, kernels.loss_rows(run, g))
    exact = dict(whole.parameters) | {starts_of(of)[n]: e for n, e in whole.states.items()}
    for found in (
        kernels.adjoint_gradients(run, g),
        arrays.adjoint_gradients(arrays.run(weights), g),
        horizon.checkpointed_gradients(kernels, weights, g),
        {
            n: np.ldexp(e.mantissa, e.exponent)
            for n, e in horizon.adjoint_gradients(kernels, run, g).items()
        },
    ):
        assert {*found} == {*exact}
        for name, value in exact.items():
            np.testing.assert_allclose(found[name], value, rtol=1e-12, atol=1e-14)


def test_weights_and_kernels_are_stored_and_copied() -> None:
    of = named("gru")
    weights = random_weights(of, d=2, m=2, steps=3)
    arrays = BackendKernels(of, "numpy")
    states = arrays.run(weights)["h"]
    for again in (pickle.loads(pickle.dumps(weights)), copy.deepcopy(weights)):
        assert isinstance(again, Weights) and again.steps == weights.steps
        for kind, name, array in weights:
            np.testing.assert_array_equal(getattr(again, kind)[name], array)
    same = pickle.loads(pickle.dumps(arrays))
    assert same.backend == "numpy"
    np.testing.assert_array_equal(same.run(weights)["h"], states)


def test_the_own_losses_need_no_gradients_with_checkpoints() -> None:
    kernels = Kernels(named("elman", readout="linear", loss="squared"))
    sizes = {each.name: 2 for each in kernels.cell.sizes}
    weights = random_weights(kernels.cell, steps=5, **sizes)
    exact = kernels.backward(kernels.run(weights))
    found = horizon.checkpointed_gradients(kernels, weights, summed=True)
    np.testing.assert_allclose(found["W"], exact.parameters["W"], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("planned", [True, False])
def test_a_batch_may_be_empty(planned: bool) -> None:
    kernels = Kernels(cell("h = tanh(W h' + U x + b)"), planned=planned)
    run = kernels.run(random_weights(kernels.cell, steps=3, d=2, m=2, batch=(0,)))
    v = np.zeros((0, 2))
    assert kernels.vjp(run, 3, 0, v).shape == kernels.jvp(run, 3, 0, v).shape == (0, 2)
    shapes = {n: g.shape for n, g in kernels.gradients(run, v).items()}
    assert shapes == {"W": (0, 2, 2), "U": (0, 2, 2), "b": (0, 2), "h0": (0, 2)}
    assert not kernels.gradients(run, v, summed=True)["W"].any()


def test_matrices_of_one_column_are_refused_by_the_libraries() -> None:
    of = named("gru").sized(d=2, m=1)
    weights = random_weights(of, steps=3)
    assert Kernels(of).run(weights).states.shape == (4, 2)
    with pytest.raises(NotSupportedError, match="one row or column"):
        BackendKernels(of, "numpy").run(weights)


BAD = [
    *(("batch", value) for value in (True, (2.0,), "a", (-1,), None)),
    *(("seed", value) for value in (2.0, "3", -1, None, True)),
    *(("steps", value) for value in (2.0, "3", 0, None, True)),
    *(("d", value) for value in (0, -1, 2.0, "3", True)),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_what_random_weights_can_not_be_made_of_is_named(name: str, value: object) -> None:
    given: dict[str, Any] = {"steps": 2, "d": 2, "m": 2, name: value}
    with pytest.raises(IllFormedError, match=name):
        random_weights(named("gru"), **given)
    if name != "batch":
        with pytest.raises(IllFormedError, match=name):
            symrnn.random_weights(**{"seed": 0, **given})


def test_a_batch_may_be_a_number() -> None:
    one, same = (random_weights(named("gru"), steps=2, d=2, m=3, batch=b) for b in (4, (4,)))
    assert one.states["h"].shape == (4, 2)
    np.testing.assert_array_equal(one.states["h"], same.states["h"])


def test_shapes_that_came_before_are_still_looked_at_where_one_differs() -> None:
    kernels = Kernels(named("elman"))
    rng = np.random.default_rng(0)
    W, U, b = rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rng.normal(size=3)
    s0, x = rng.normal(size=3), rng.normal(size=(4, 2))
    for _ in range(2):
        assert np.array_equal(kernels.run(W, U, b, s0, x)["h"], kernels.run(W, U, b, s0, x)["h"])
        with pytest.raises(ShapeError, match=r"m = 1"):
            kernels.run(W, U[:, :1], b, s0, x)
        with pytest.raises(IllFormedError, match="non-finite"):
            kernels.run(np.full((3, 3), np.nan), U, b, s0, x)
    # A batch of weights of the same entries is another layout.
    alone = kernels.run(W, U, b, s0, x)["h"]
    batch = kernels.run(np.stack([W, 2 * W]), U, b, s0, x)["h"]
    assert batch.shape == (5, 2, 3) and np.allclose(batch[:, 0], alone)
