"""Autograd: NumPy with a tape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Net
from symrnn.bench.packages import load

LARGEST = 256
"""d up to which Jacobians are asked for: row by row, each through the whole tape."""


def jacobian(net: Net) -> Iterator[Contender]:
    """∂s_T/∂s_0 by autograd.jacobian."""
    autograd, anp = load("autograd"), load("autograd.numpy")
    drives = net.x @ net.U.T + net.b

    def last(s: Any) -> Any:
        for drive in drives:
            s = anp.tanh(anp.dot(net.W, s) + drive)
        return s

    transform = autograd.jacobian(last)
    yield Contender("autograd jacobian", lambda: transform(net.s0))
