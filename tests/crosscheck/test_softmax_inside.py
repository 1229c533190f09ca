"""Code for a cell with a softmax within: right code agrees, and what is lost is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import check_gradients

TEXT = "h = tanh(W softmax(V h') + U x)"


def _softmax(z: Any) -> Any:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def backward(centred: bool) -> Any:
    """Gradients for rows of a batch; without the mean that the slope of softmax takes off."""

    def code(W: Any, U: Any, V: Any, x: Any, h0: Any, dh: Any) -> Any:
        states, weights = [h0], []
        for x_t in x:
            weights.append(_softmax(states[-1] @ V.T))
            states.append(np.tanh(weights[-1] @ W.T + x_t @ U.T))
        dW, dU, dV, carry = 0, 0, 0, 0
        for t in reversed(range(len(x))):
            da = (dh[t] + carry) * (1 - states[t + 1] ** 2)
            dW, dU = dW + da.T @ weights[t], dU + da.T @ x[t]
            dp = da @ W
            mean = (weights[t] * dp).sum(axis=1, keepdims=True) if centred else 0
            dz = weights[t] * (dp - mean)
            dV, carry = dV + dz.T @ states[t], dz @ V
        return {"dW": dW, "dU": dU, "dV": dV}

    return code


def test_right_code_agrees() -> None:
    report = check_gradients(TEXT, backward(centred=True))
    assert report.agrees


def test_the_term_that_is_missing_is_named() -> None:
    report = check_gradients(TEXT, backward(centred=False))
    assert not report.agrees
    assert "is missing" in str(report) and "softmax(V h" in str(report)


@pytest.mark.parametrize("batch", [1, 4])
def test_batches_of_any_size_agree(batch: int) -> None:
    assert check_gradients(TEXT, backward(centred=True), batch=batch).agrees
