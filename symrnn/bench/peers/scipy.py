"""SciPy: forward differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Net
from symrnn.bench.packages import load


def gradient_check(net: Net) -> Iterator[Contender]:
    """∂L/∂W by scipy.optimize.approx_fprime."""
    optimize = load("scipy.optimize")
    loss = loss_of_weights(net)
    yield Contender(
        "scipy approx_fprime",
        lambda: optimize.approx_fprime(net.W.ravel(), loss),
        lambda found: (np.reshape(found, net.W.shape),),
        tolerance=1e-3,
    )


def loss_of_weights(net: Net) -> Callable[[NDArray[Any]], float]:
    """L = Σ_t ‖s_t‖²/2 as a function of the entries of W, in plain NumPy."""
    drives = net.x @ net.U.T + net.b

    def loss(flat: NDArray[Any]) -> float:
        W, s, total = flat.reshape(net.W.shape), net.s0, 0.0
        for drive in drives:
            s = np.tanh(W @ s + drive)
            total += s @ s / 2
        return float(total)

    return loss
