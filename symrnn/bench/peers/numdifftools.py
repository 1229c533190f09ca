"""numdifftools: central differences, extrapolated by Richardson."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Net
from symrnn.bench.packages import load
from symrnn.bench.peers.scipy import loss_of_weights


def gradient_check(net: Net) -> Iterator[Contender]:
    """∂L/∂W by numdifftools.Gradient."""
    gradient = load("numdifftools").Gradient(loss_of_weights(net))
    yield Contender(
        "numdifftools Gradient",
        lambda: gradient(net.W.ravel()),
        lambda found: (np.reshape(found, net.W.shape),),
        tolerance=1e-6,
    )
