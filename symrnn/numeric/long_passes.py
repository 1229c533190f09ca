"""Long sequences of any cell: growth over any horizon, and gradients in O(√T) memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError
from symrnn.numeric import arguments
from symrnn.numeric.growth import Growth
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights

Array = NDArray[Any]


def lyapunov_exponents(
    passes: Kernels, weights: Weights, q: int | None = None, *, seed: int = 0
) -> Array:
    """The q largest finite-time Lyapunov exponents of one sequence, per step, largest first.

    After Benettin et al. (1980): q directions are carried through the run and orthogonalised
    again; the logarithms of what they are stretched by are added up. They are carried backwards,
    through the transposed Jacobians, whose products have the same singular values. Over any
    horizon: states are kept at a few times alone, and no product overflows. An exponent of -∞ says
    that a direction is lost altogether.

    Args:
        passes, weights: a cell, and numbers for one sequence.
        q: how many; all by default, as many as the state has entries.
        seed: of the directions to start with.

    Raises:
        IllFormedError: q out of range, or a batch of sequences.
        RangeError: the forward pass overflows.
    """
    growth = Growth(passes, weights, arguments.random_numbers(seed))
    size = sum(growth.sizes)
    q = size if q is None else q
    if not arguments.is_whole(q) or not 1 <= q <= size:
        raise IllFormedError("q out of range", {"expected": f"1 … {size}", "got": q})
    return np.array(growth.exponents(q))


def log_norms(passes: Kernels, weights: Weights, lags: Sequence[int]) -> Array:
    """ln ‖∂s_T/∂s_{T-lag}‖₂ of one sequence for each lag, s the whole state; over any horizon.

    Args:
        passes, weights: a cell, and numbers for one sequence.
        lags: numbers of steps, 0 … T.

    Raises:
        IllFormedError: a lag out of range, or a batch of sequences.
        RangeError: the forward pass overflows.
    """
    growth = Growth(passes, weights, np.random.default_rng(0))
    for lag in lags:
        arguments.times(growth.steps, growth.steps, growth.steps - lag)
    return np.array(growth.log_norms(lags))
