"""∂L/∂W of one Elman net in every direction of W at once: the complex step, made affordable.

With h = 1e-30 the real parts of all perturbed trajectories are one and the same, to the last bit,
and the imaginary parts, divided by h, are linear in the direction. So the real part is run once,
Im σ(a + i h)/h is taken once per entry rather than once per direction, and the imaginary parts of
all directions are the columns of one matrix. With a_j = W s_{j-1} + U x_j + b and s_j = σ(a_j) the
columns A_j of a_j and S_j of s_j are

    A_j = W S_{j-1} + E s_{j-1},  S_j = Im σ(a_j + i h)/h ⊙ A_j,  E s the directions' direct effect.

One matrix product per step serves all directions. No rule of differentiation is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.bench.inputs import Net
from symrnn.errors import DisagreementError
from symrnn.numeric.differences import STEP, relative_error

Array = NDArray[Any]
Function = Callable[[Array], Array]

AGREES = 1e-9
"""Relative disagreement of an entry that passes: the complex step is exact to rounding."""


@dataclass(frozen=True)
class GradientCheck:
    """A claimed gradient that agrees with the sweep.

    Attributes:
        gradient: by the sweep.
        error: largest disagreement of an entry, relative to the largest entry.
    """

    gradient: NDArray[np.float64]
    error: float


def sweep(net: Net, sigma: Function, loss: Function) -> NDArray[np.float64]:
    """∂L/∂W for L = Σ_{t=1}^{T} loss(s_t).

    Args:
        net: one sequence.
        sigma: elementwise activation, holomorphic.
        loss: maps states (…, d) to losses (…), holomorphic.
    """
    d = len(net.W)
    units = 1j * STEP * np.eye(d)
    state = net.s0
    before, drive = np.zeros((2, d, d * d))
    gradient = np.zeros(d * d)
    for x in net.x:
        a = net.W @ state + net.U @ x + net.b
        np.matmul(net.W, before, out=drive)
        # Entry (p, q) of W moves entry p alone, by the entry q of the state before.
        drive.reshape(d, d, d)[np.arange(d), np.arange(d)] += state
        np.multiply(sigma(a + 1j * STEP).imag[:, None] / STEP, drive, out=before)
        state = sigma(a)
        gradient += loss(state + units).imag / STEP @ before
    return gradient.reshape(d, d)


def check_gradient(
    claimed: Array, found: NDArray[np.float64], tolerance: float = AGREES
) -> GradientCheck:
    """Compare a claimed gradient with the sweep's.

    Raises:
        DisagreementError: saying by how much, and at which entry, they differ most.
    """
    error = relative_error(claimed, found)
    if not error <= tolerance:
        gaps = np.abs(claimed - found)
        worst = tuple(map(int, np.unravel_index(np.nanargmax(gaps), gaps.shape)))
        raise DisagreementError(
            f"the gradient differs by {error:.2g} (relative, complex step)",
            {"worst at": worst, "claimed": claimed[worst], "expected": found[worst]},
        )
    return GradientCheck(found, error)
