"""The full check of ∂L/∂W, every one of its d² entries by differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.bench.contender import OURS, Contender, Peer, Work
from symrnn.bench.goals import Goal
from symrnn.bench.inputs import Net, net
from symrnn.bench.peers import numdifftools, scipy, torch
from symrnn.bench.sweep import GradientCheck, check_gradient, sweep
from symrnn.bench.work.choice import chosen
from symrnn.cells.elman import elman
from symrnn.numeric.kernels import Kernels

NAME = "full check of ∂L/∂W"

PEERS: dict[str, Peer] = {
    "torch": torch.gradient_check,
    "numdifftools": numdifftools.gradient_check,
    "scipy": scipy.gradient_check,
}

ERROR = "relative error"
GOALS = (
    Goal("torch gradcheck / ours", 30, at_least=True),
    Goal("numdifftools Gradient / ours", 100, at_least=True),
    Goal(ERROR, 1e-13),
)
SIZES, QUICK = ((16, 30), (32, 50)), ((3, 5),)


def works(quick: bool) -> Iterator[Work]:
    """One for each size."""
    kernels = Kernels(elman("tanh"))
    for d, steps in QUICK if quick else SIZES:
        numbers = net(d, steps)
        peers = chosen(PEERS, {}, d, numbers)
        yield Work(
            NAME,
            {"d": d, "T": steps},
            (ours(kernels, numbers), *peers.contenders),
            () if quick else GOALS,
            peers.missing,
            peers.left_out,
            quantities=_error,
        )


def ours(kernels: Kernels, numbers: Net) -> Contender:
    """The derived gradient, and the sweep over all directions it is compared with."""

    def run() -> GradientCheck:
        forward = kernels.run(*numbers.arguments())
        gradient = kernels.adjoint_gradients(forward, forward.states[1:])["W"]
        return check_gradient(gradient, sweep(numbers, np.tanh, _loss))

    return Contender(OURS, run, lambda checked: (checked.gradient,))


def _loss(s: NDArray[Any]) -> NDArray[Any]:
    return np.asarray((s * s).sum(axis=-1) / 2)


def _error(results: Mapping[str, Any], seconds: Mapping[str, float]) -> dict[str, float]:
    # Of the differences against the derived gradient: two computations that share nothing.
    return {ERROR: results[OURS].error}
