"""torch and jax against the hand-written recurrence's complex step."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.autodiff import AUTODIFF, JAX, TORCH, AutodiffOracle
from symrnn.numeric.differences import relative_error
from symrnn.numeric.simulate import loss_gradients, state_jacobian

Array = NDArray[Any]

# Continuous integration installs torch; jax is tried wherever it happens to be.
TRIED = [TORCH, *(oracle for oracle in (JAX,) if oracle.available())]


def _net(seed: int, batch: tuple[int, ...] = ()) -> tuple[Array, ...]:
    random = np.random.default_rng(seed)
    shapes: tuple[Any, ...] = ((3, 3), (3, 2), 3, (*batch, 3), (5, *batch, 2))
    return tuple(random.normal(size=shape) for shape in shapes)


@pytest.fixture(params=TRIED, ids=lambda oracle: oracle.name)
def oracle(request: pytest.FixtureRequest, require_module: Callable[[str], Any]) -> AutodiffOracle:
    found: AutodiffOracle = request.param
    require_module(found.name)
    return found


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
@pytest.mark.parametrize(("t", "k"), [(5, 0), (5, 2), (3, 3)])
@pytest.mark.parametrize("inside", [False, True])
def test_state_jacobian(
    oracle: AutodiffOracle, activation: str, t: int, k: int, inside: bool
) -> None:
    net = _net(0)
    found = oracle.state_jacobian(*net, activation, t, k, inside=inside)
    expected = state_jacobian(*net, ACTIVATIONS[activation], t, k, inside=inside)
    assert found.dtype == np.float64
    assert relative_error(found, expected) < 1e-13


@pytest.mark.parametrize("activation", ["tanh", "logistic"])
@pytest.mark.parametrize("batch", [(), (4,)])
@pytest.mark.parametrize("inside", [False, True])
def test_loss_gradients(
    oracle: AutodiffOracle, activation: str, batch: tuple[int, ...], inside: bool
) -> None:
    net = _net(1, batch)
    g = np.random.default_rng(2).normal(size=(5, *batch, 3))

    def loss(s: Array) -> Array:
        weighted = np.moveaxis(s[1:] * g[:, np.newaxis], 1, 0)
        return np.asarray(weighted.reshape(len(weighted), -1).sum(-1))

    found = oracle.loss_gradients(*net, activation, g, inside=inside)
    expected = loss_gradients(*net, ACTIVATIONS[activation], loss, inside=inside)
    for gradient, name in zip(found, ("W", "U", "b", "s0"), strict=True):
        assert gradient.dtype == np.float64
        assert relative_error(gradient, getattr(expected, name)) < 1e-13


def test_misuse(oracle: AutodiffOracle) -> None:
    with pytest.raises(IllFormedError, match="expected tanh or logistic"):
        oracle.state_jacobian(*_net(3), "relu", 2, 1)
    with pytest.raises(IllFormedError, match="0 ≤ k ≤ t ≤ T"):
        oracle.state_jacobian(*_net(3), "tanh", 1, 2)
    with pytest.raises(ShapeError, match="one sequence"):
        oracle.state_jacobian(*_net(3, (2,)), "tanh", 2, 1)
    with pytest.raises(ShapeError, match="one cotangent per state"):
        oracle.loss_gradients(*_net(3), "tanh", np.ones((4, 3)))


@pytest.mark.parametrize("oracle", AUTODIFF, ids=lambda oracle: oracle.name)
def test_without_the_library_the_message_says_how_to_get_it(
    oracle: AutodiffOracle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not oracle.available()
    with pytest.raises(NotSupportedError, match=oracle.name) as caught:
        oracle.state_jacobian(*_net(4), "tanh", 2, 1)
    assert caught.value.detail == {"install": f'pip install "symrnn[{oracle.name}]"'}
