"""NumPy: the matrix products alone, the least any method has to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.bench.contender import BOUND, Contender
from symrnn.bench.inputs import Gated, Net


def jacobian(net: Net) -> Contender:
    """The T-1 products W·P, each into a buffer."""
    buffers = np.empty_like(net.W), np.empty_like(net.W)

    def run() -> None:
        product, (other, spare) = net.W, buffers
        for _ in range(len(net.x) - 1):
            np.matmul(net.W, product, out=other)
            product, other, spare = other, spare, other

    return Contender(BOUND, run, value=None)


def bptt(net: Net) -> Contender:
    """W s and Wᵀ δ for each step and the whole batch; U x, ∂L/∂W and ∂L/∂U each at once."""
    steps, d = len(net.x), len(net.W)
    s = np.zeros((steps + 1, *net.s0.shape[:-1], d))
    s[:] = net.s0
    flat_s, flat_x = s[:-1].reshape(-1, d), net.x.reshape(-1, net.x.shape[-1])
    buffer, weights = np.empty_like(net.s0), np.ascontiguousarray(net.W.T)

    def run() -> Any:
        flat_x @ net.U.T
        for j in range(steps):
            np.matmul(s[j], weights, out=buffer)
        for j in range(steps):
            np.matmul(s[j], net.W, out=buffer)
        return flat_s.T @ flat_s, flat_s.T @ flat_x

    return Contender(BOUND, run, value=None)


def gated(numbers: Gated) -> Contender:
    """W h and Wᵀ δ for each step, all gates at once; U x, ∂L/∂W and ∂L/∂U each at once."""
    W, U = numbers.stacked("W"), numbers.stacked("U")
    x, g = numbers.weights.inputs["x"], numbers.g
    rows = len(W)
    delta = np.zeros((*g.shape[:-1], rows), g.dtype)
    flat_g, flat_x, flat_delta = (v.reshape(-1, v.shape[-1]) for v in (g, x, delta))
    weights = np.ascontiguousarray(W.T)
    forth, back = np.empty((*g.shape[1:-1], rows), g.dtype), np.empty_like(g[0])

    def run() -> Any:
        flat_x @ U.T
        for j in range(len(g)):
            np.matmul(g[j], weights, out=forth)
        for j in range(len(g)):
            np.matmul(delta[j], W, out=back)
        return flat_delta.T @ flat_g, flat_delta.T @ flat_x

    return Contender(BOUND, run, value=None)
