"""The sweep over every direction against the plain complex step, and a planted wrong gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from elman_by_hand import loss_gradients
from numpy.typing import NDArray

from symrnn.bench.inputs import net
from symrnn.bench.sweep import check_gradient, sweep
from symrnn.errors import DisagreementError
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import relative_error

NET = net(5, 9, m=3, seed=2)


def loss(s: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.sin(s).sum(axis=-1) + (s**2).sum(axis=-1))


def total(states: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(loss(states[1:]).sum(axis=0))


@pytest.mark.parametrize("sigma", ["tanh", "logistic"])
def test_the_sweep_is_the_complex_step(sigma: str) -> None:
    plain = loss_gradients(*NET.arguments(), ACTIVATIONS[sigma], total)
    assert relative_error(sweep(NET, ACTIVATIONS[sigma], loss), plain.W) < 1e-13


def test_a_wrong_entry_is_seen_and_named() -> None:
    found = sweep(NET, np.tanh, loss)
    assert check_gradient(found, found).error == 0
    wrong = found.copy()
    wrong[1, 2] += 1.01e-9 * np.max(np.abs(wrong))
    with pytest.raises(DisagreementError, match="the gradient differs by") as caught:
        check_gradient(wrong, found)
    assert caught.value.detail["worst at"] == (1, 2)
