"""The sweep over every direction against the plain complex step, and planted wrong gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from symrnn.errors import DisagreementError, IllFormedError, ShapeError
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import relative_error
from symrnn.numeric.random_directions import check_products
from symrnn.numeric.simulate import loss_gradients, simulate
from symrnn.numeric.sweep import check_gradient, sweep
from symrnn.verify.network import random_weights

NET = random_weights(d=5, m=3, steps=9, seed=2)


def loss(s: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.sin(s).sum(axis=-1) + (s**2).sum(axis=-1))


def total(states: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(loss(states[1:]).sum(axis=0))


@pytest.mark.parametrize("sigma", ["tanh", "logistic", "relu", "gelu"])
@pytest.mark.parametrize("inside", [False, True])
def test_the_sweep_is_the_complex_step(sigma: str, inside: bool) -> None:
    plain = loss_gradients(*NET.arguments(), ACTIVATIONS[sigma], total, inside=inside)
    for parameter in ("W", "U", "b"):
        found = sweep(*NET.arguments(), ACTIVATIONS[sigma], loss, parameter, inside=inside)
        expected = getattr(plain, parameter)
        assert relative_error(found.gradient, expected) < 1e-13
        assert found.directions == found.run == expected.size


@pytest.mark.parametrize(("budget", "run"), [(1, 5), (2 * 8 * 5 * 5 * 2, 10), (1 << 25, 25)])
def test_any_memory_budget_gives_the_same(budget: int, run: int) -> None:
    for inside in (False, True):
        whole = sweep(*NET.arguments(), np.tanh, loss, inside=inside)
        found = sweep(*NET.arguments(), np.tanh, loss, budget=budget, inside=inside)
        assert found.run == run
        assert relative_error(found.gradient, whole.gradient) < 1e-14


def test_what_would_have_been_noticed_would_have_been() -> None:
    found = sweep(*NET.arguments(), np.tanh, loss)
    checked = check_gradient(found.gradient, found)
    assert checked.error == 0 and "would notice 1e-09" in str(checked)
    wrong = found.gradient.copy()
    wrong[1, 2] += 1.01 * checked.noticed * np.max(np.abs(wrong))
    with pytest.raises(DisagreementError, match="the gradient differs by") as caught:
        check_gradient(wrong, found)
    assert caught.value.detail["worst at"] == (1, 2)


def test_a_large_gradient_is_checked_by_random_products() -> None:
    net = random_weights(d=48, m=4, steps=20, seed=4)

    def of_weights(copies: NDArray[Any]) -> NDArray[Any]:
        runs = net.x[:, None]
        return total(simulate(copies, net.U, net.b, net.s0, runs, np.tanh).s)

    right = sweep(*net.arguments(), np.tanh, loss).gradient
    found = check_products(of_weights, net.W, lambda v: v * right, budget=1 << 18)
    assert found.error < 1e-12 and found.run < found.pairs
    wrong = right.copy()
    wrong[7, 7] += found.noticed
    with pytest.raises(DisagreementError):
        check_products(of_weights, net.W, lambda v: v * wrong, budget=1 << 18)


def test_bad_arguments_are_named() -> None:
    w, u, b, s0, x = NET.arguments()
    with pytest.raises(ShapeError, match="one sequence"):
        sweep(w, u, b, s0, x[:, None], np.tanh, loss)
    with pytest.raises(IllFormedError, match="parameter"):
        sweep(w, u, b, s0, x, np.tanh, loss, "V")
    with pytest.raises(ShapeError, match="loss"):
        sweep(w, u, b, s0, x, np.tanh, np.sin)
    with pytest.raises(IllFormedError, match="sigma: expected complex values"):
        sweep(w, u, b, s0, x, np.abs, loss)
