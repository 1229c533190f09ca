"""∂L/∂(W, U, b), summed over a batch of sequences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from symrnn.bench.contender import OURS, Arrays, Contender, Peer, Work
from symrnn.bench.goals import TO_PEER, TO_PRODUCTS, Goal
from symrnn.bench.inputs import Net, net
from symrnn.bench.peers import jax, numpy, torch
from symrnn.bench.work.choice import chosen
from symrnn.cells.elman import elman
from symrnn.numeric.kernels import Kernels

NAME = "∂L/∂(W, U, b)"

PEERS: dict[str, Peer] = {"torch": torch.bptt, "jax": jax.bptt}

# d, T, batch, limit against the fastest peer, limit against the matrix products alone.
SIZES = (
    (32, 100, 1, 0.8, None),
    (64, 100, 32, 0.8, None),
    (256, 100, 32, 0.8, 1.1),
    (512, 200, 64, 0.8, 1.1),
)
QUICK = ((3, 6, 2, None, None), (8, 10, 4, None, None))


def works(quick: bool) -> Iterator[Work]:
    """One for each size."""
    kernels = Kernels(elman("tanh"), compiled=True)
    for d, steps, batch, to_peer, to_products in QUICK if quick else SIZES:
        numbers = net(d, steps, batch)
        limits = {TO_PEER: to_peer, TO_PRODUCTS: to_products}
        peers = chosen(PEERS, {}, d, numbers)
        ours = Contender(OURS, partial(_gradient, kernels, numbers))
        yield Work(
            NAME,
            {"d": d, "T": steps, "batch": batch},
            (ours, *peers.contenders, numpy.bptt(numbers)),
            tuple(Goal(figure, limit) for figure, limit in limits.items() if limit is not None),
            peers.missing,
            peers.left_out,
        )


def _gradient(kernels: Kernels, numbers: Net) -> Arrays:
    run = kernels.run(*numbers.arguments())
    found = kernels.backward(run, {"s": numbers.g}, inputs=False).parameters
    return found["W"], found["U"], found["b"]
