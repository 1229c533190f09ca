"""All gradients of an LSTM and of a GRU, summed over a batch of sequences, in both precisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from symrnn.bench.contender import OURS, Contender, Peer, Work
from symrnn.bench.goals import TO_PEER, TO_PRODUCTS, Goal
from symrnn.bench.inputs import Gated, gated
from symrnn.bench.peers import jax, numpy, torch
from symrnn.bench.work.choice import chosen
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights

NAME = "all gradients, {cell}, {dtype}, slopes by values"
CELLS = ("lstm", "gru")

PEERS: dict[str, Peer] = {"torch": torch.gated, "jax": jax.gated}


@dataclass(frozen=True)
class Size:
    """d, T, batch, and limits against the fastest peer by dtype and against the products alone."""

    d: int
    steps: int
    batch: int
    to_peer: float | None = None
    to_products: float | None = None


SIZES = (
    Size(64, 100, 32, 0.8),
    Size(256, 100, 32, 0.8, 1.3),
    Size(512, 200, 64, 0.8, 1.3),
)
QUICK = (Size(4, 5, 2),)
SINGLE = 1.0
"""The limit against the fastest peer in float32."""


def works(quick: bool) -> Iterator[Work]:
    """One for each cell, precision and size."""
    for cell in CELLS:
        for dtype in ("float64", "float32"):
            for size in QUICK if quick else SIZES:
                yield _work(cell, dtype, size)


def _work(cell: str, dtype: str, size: Size) -> Work:
    numbers = gated(cell, size.d, size.steps, size.batch, dtype)
    to_peer = size.to_peer if dtype == "float64" or size.to_peer is None else SINGLE
    limits = {TO_PEER: to_peer, TO_PRODUCTS: size.to_products}
    peers = chosen(PEERS, {}, size.d, numbers)
    kernels = Kernels(numbers.cell, compiled=True, by_values=True)
    ours = Contender(OURS, partial(_gradients, kernels, numbers), numbers.fused)
    return Work(
        NAME.format(cell=cell, dtype=dtype),
        {"d": size.d, "T": size.steps, "batch": size.batch},
        (ours, *peers.contenders, numpy.gated(numbers)),
        tuple(Goal(figure, limit) for figure, limit in limits.items() if limit is not None),
        peers.missing,
        peers.left_out,
    )


def _gradients(kernels: Kernels, numbers: Gated) -> Weights:
    return kernels.backward(kernels.forward(numbers.weights), {"h": numbers.g}, inputs=False)
