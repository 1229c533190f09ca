"""mpmath: the same product in more digits than any float has, and with no exponent to overflow."""

from __future__ import annotations

import math
from collections.abc import Iterator

import mpmath
import numpy as np

from symrnn.bench.contender import Contender
from symrnn.bench.inputs import Net

DIGITS = 40


def log_norm(net: Net) -> Iterator[Contender]:
    """ln ‖∂s_T/∂s_0‖_F from a forward pass and a product in 40 digits."""
    yield Contender("mpmath", lambda: _log_norm(net), lambda found: (np.asarray(found),))


def _log_norm(net: Net) -> float:
    with mpmath.workdps(DIGITS):
        W, b, s = (mpmath.matrix(v.tolist()) for v in (net.W, net.b, net.s0))
        U, size = mpmath.matrix(net.U.tolist()), len(net.W)
        product = mpmath.eye(size)
        for x in net.x:
            s = (W * s + U * mpmath.matrix(x.tolist()) + b).apply(mpmath.tanh)
            product = W * product
            for row in range(size):
                slope = 1 - s[row] ** 2
                for column in range(size):
                    product[row, column] *= slope
        entries = [entry**2 for entry in product]
        return float(mpmath.log(mpmath.fsum(entries)) / 2) if any(entries) else -math.inf
