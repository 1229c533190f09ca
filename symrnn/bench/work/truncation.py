"""∂L_T/∂(W, U, b) truncated after τ = 20 factors: the backward part costs τ + 1 of T steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from symrnn.bench.contender import OURS, Arrays, Contender, Peer, Work
from symrnn.bench.goals import Goal
from symrnn.bench.inputs import net
from symrnn.bench.peers import torch
from symrnn.bench.work.choice import chosen
from symrnn.cells.elman import elman
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.run import Run

NAME = "truncated ∂L_T/∂(W, U, b)"

PEERS: dict[str, Peer] = {"torch": torch.truncated}

CUT, WHOLE = f"{OURS} backward, truncated", f"{OURS} backward, whole"
SHARE = "backward truncated / whole, times T / (τ + 1)"
GOALS = (Goal(SHARE, 1.25),)
"""A quarter is left for what does not shrink: a call, and the gradients themselves."""

# d, T, batch, τ.
SIZES = ((32, 1000, 1, 20), (64, 1000, 32, 20), (256, 1000, 32, 20), (512, 1000, 64, 20))
QUICK = ((3, 9, 2, 4),)


def works(quick: bool) -> Iterator[Work]:
    """One for each size."""
    kernels = Kernels(elman("tanh"))
    for d, steps, batch, tau in QUICK if quick else SIZES:
        numbers = net(d, steps, batch, losses=1)
        peers = chosen(PEERS, {}, d, numbers, max(steps - tau - 1, 0))
        forward = partial(kernels.run, *numbers.arguments())
        truncated = partial(
            kernels.truncated_gradients, loss_gradient=numbers.g[-1], tau=tau, summed=True
        )
        whole = partial(kernels.gradients, loss_gradient=numbers.g[-1], summed=True)
        done = forward()
        yield Work(
            NAME,
            {"d": d, "T": steps, "batch": batch, "τ": tau},
            (
                Contender(OURS, partial(_both, forward, truncated), _gradients),
                *peers.contenders,
                Contender(CUT, partial(truncated, done), _gradients),
                Contender(WHOLE, partial(whole, done), None),
            ),
            () if quick else GOALS,
            peers.missing,
            peers.left_out,
            quantities=partial(_share, steps / (tau + 1)),
        )


def _both(forward: Callable[[], Run], backward: Callable[[Run], Any]) -> Any:
    return backward(forward())


def _gradients(found: Mapping[str, Any]) -> Arrays:
    return found["W"], found["U"], found["b"]


def _share(
    steps: float, results: Mapping[str, Any], seconds: Mapping[str, float]
) -> dict[str, float]:
    return {SHARE: seconds[CUT] / seconds[WHOLE] * steps}
