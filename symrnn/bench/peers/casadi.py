"""CasADi: a symbolic graph, differentiated and run by its virtual machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symrnn.bench.contender import Arrays, Contender, as_arrays
from symrnn.bench.inputs import Net
from symrnn.bench.packages import load

LARGEST = 64
"""d up to which Jacobians are asked for: its matrix products are plain loops."""


def jacobian(net: Net) -> Iterator[Contender]:
    """∂s_T/∂s_0 by casadi.jacobian; the graph is built beforehand."""
    casadi = load("casadi")
    start = casadi.MX.sym("s", len(net.W))
    s, W = start, casadi.DM(net.W)
    for drive in net.x @ net.U.T + net.b:
        s = casadi.tanh(casadi.mtimes(W, s) + casadi.DM(drive))
    compiled = casadi.Function("jacobian", [start], [casadi.jacobian(s, start)])

    def value(result: Any) -> Arrays:
        return as_arrays(result.full())

    yield Contender("casadi jacobian", lambda: compiled(net.s0), value)
