"""∂s_T/∂s_0, the whole Jacobian of one sequence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symrnn.bench.contender import OURS, Contender, Peer, Work
from symrnn.bench.goals import TO_PEER, TO_PRODUCTS, Goal
from symrnn.bench.inputs import Net, net
from symrnn.bench.peers import autograd, casadi, jax, numpy, torch
from symrnn.bench.work.choice import chosen
from symrnn.cells.elman import elman
from symrnn.numeric.kernels import Kernels

NAME = "∂s_T/∂s_0"

PEERS: dict[str, Peer] = {
    "torch": torch.jacobian,
    "jax": jax.jacobian,
    "autograd": autograd.jacobian,
    "casadi": casadi.jacobian,
}

LARGEST = {"autograd": autograd.LARGEST, "casadi": casadi.LARGEST}

# d, T, limit against the fastest peer, limit against the matrix products alone.
SIZES = ((16, 50, 0.8, None), (64, 100, 0.8, None), (256, 100, 0.8, 1.1), (512, 200, 0.8, 1.1))
QUICK = ((3, 5, None, None), (8, 10, None, None))


def works(quick: bool) -> Iterator[Work]:
    """One for each size."""
    kernels = Kernels(elman("tanh"), compiled=True)
    for d, steps, to_peer, to_products in QUICK if quick else SIZES:
        numbers = net(d, steps)
        limits = {TO_PEER: to_peer, TO_PRODUCTS: to_products}
        peers = chosen(PEERS, LARGEST, d, numbers)
        yield Work(
            NAME,
            {"d": d, "T": steps},
            (ours(kernels, numbers), *peers.contenders, numpy.jacobian(numbers)),
            tuple(Goal(figure, limit) for figure, limit in limits.items() if limit is not None),
            peers.missing,
            peers.left_out,
        )


def ours(kernels: Kernels, numbers: Net) -> Contender:
    """The forward pass and the product of its Jacobians."""

    def run() -> Any:
        return kernels.jacobian(kernels.run(*numbers.arguments()), len(numbers.x), 0)

    return Contender(OURS, run)
