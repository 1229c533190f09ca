"""Derivatives compared along random directions, and what such a comparison can miss.

Let E be the error of a claimed Jacobian, and u, v independent with standard normal entries.

- ‖E u‖² = Σ σ_i² g_i² with the singular values of E, so by Chernoff's bound at the best exponent
  P(‖E u‖ ≤ δ ‖E‖_F) ≤ √e δ.
- ⟨E, u⟩ is normal with deviation ‖E‖_F: P(|⟨E, u⟩| ≤ δ ‖E‖_F) ≤ √(2/π) δ.
- vᵀE u is, given u, normal with deviation ‖E u‖; integrating the first bound,
  P(|vᵀE u| ≤ δ ‖E‖_F) ≤ q (1 - log q) with q = √(2e/π) δ ≤ 1.

Directions are independent: n of them miss an error with the n-th power of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symrnn.errors import DisagreementError, IllFormedError, ShapeError, UndecidedError
from symrnn.numeric.differences import LOST, MEMORY_BUDGET, BatchedFunction, directional

MISSED = 1e-9
"""Probability with which an error of the stated size may go unnoticed."""

AGREES = 1e-9
"""Relative disagreement along one direction that passes: the complex step is exact to rounding."""


@dataclass(frozen=True)
class RandomCheck:
    """Products of a Jacobian that agree with the complex step.

    Attributes:
        error: largest |vᵀĴu - vᵀJu| / (‖v‖ ‖Ju‖) met.
        pairs: how many (u, v).
        noticed: Frobenius norm of the smallest error of the Jacobian that would have been
            noticed but for chance; absolute.
        probability: of missing an error that large, or larger.
        run: pairs per run of `f`.
    """

    error: float
    pairs: int
    noticed: float
    probability: float
    run: int

    def __str__(self) -> str:
        return (
            f"agrees to {self.error:.0e} (vᵀJu, {self.pairs} random pairs; an error of norm"
            f" {self.noticed:.0e} is missed with probability {self.probability:.0e})"
        )


def check_products(
    f: BatchedFunction,
    x: ArrayLike,
    vjp: Callable[[NDArray[np.float64]], NDArray[Any]],
    *,
    pairs: int = 8,
    seed: int = 0,
    tolerance: float = AGREES,
    budget: int = MEMORY_BUDGET,
) -> RandomCheck:
    """Compare vᵀJu of a claimed vector-Jacobian product with the complex step: no Jacobian.

    Args:
        f: batched function, (P, *in) to (P, *out), holomorphic.
        x: the point, shape in.
        vjp: maps v, shape out, to the claimed vᵀJ, shape in.
        pairs: number of random pairs (u, v).
        seed: of the random pairs.
        tolerance: largest |vᵀĴu - vᵀJu| / (‖v‖ ‖Ju‖) that passes.
        budget: bytes that the perturbed copies of one run may take.

    Returns:
        How well they agree, and what error would have been noticed.

    Raises:
        DisagreementError: along a pair they differ by more than the tolerance.
        UndecidedError: the derivative is 0 or underflows along a direction: anything agrees.
        IllFormedError: no pair, or a point or function as for `complex_step`.
        ShapeError: `vjp` returns another shape than that of `x`.
    """
    if pairs < 1:
        raise IllFormedError("pairs: expected at least one", {"pairs": pairs})
    rng = np.random.default_rng(seed)
    point = np.asarray(x)
    u = rng.normal(size=(pairs, *point.shape))
    found, run = directional(f, point, u, budget=budget)
    smallest = min(float(np.max(np.abs(rate), initial=0.0)) for rate in found)
    if found[0].size and not smallest > LOST:
        raise UndecidedError(
            "Ju is 0 or underflows, so nothing can be compared", {"largest entry": smallest}
        )
    v = rng.normal(size=found.shape) if found[0].size > 1 else np.ones_like(found)
    error = widest = 0.0
    for each_u, each_v, rate in zip(u, v, found, strict=True):
        pulled = np.asarray(vjp(each_v))
        if pulled.shape != point.shape:
            raise ShapeError(
                "vjp: expected the shape of x", {"x": point.shape, "vjp(v)": pulled.shape}
            )
        scale = float(np.linalg.norm(each_v) * np.linalg.norm(rate))
        gap = abs(float(np.sum(pulled * each_u) - np.sum(each_v * rate)))
        error = max(error, gap / scale if scale > 0 else math.inf)
        widest = max(widest, scale)
    if not error <= tolerance:
        raise DisagreementError(
            f"vᵀJu differs by {error:.2g} (relative to ‖v‖ ‖Ju‖, complex step)",
            {"expected": f"≤ {tolerance:g} along {pairs} random pairs"},
        )
    share = scalar_share(pairs) if found[0].size == 1 else bilinear_share(pairs)
    return RandomCheck(error, pairs, tolerance * widest / share, MISSED, run)


def linear_share(directions: int, missed: float = MISSED) -> float:
    """δ such that ‖E u‖ ≤ δ ‖E‖_F along all directions with at most this probability."""
    return float(missed ** (1 / directions) / math.sqrt(math.e))


def scalar_share(directions: int, missed: float = MISSED) -> float:
    """δ such that |⟨E, u⟩| ≤ δ ‖E‖_F along all directions with at most this probability."""
    return float(missed ** (1 / directions) * math.sqrt(math.pi / 2))


def bilinear_share(pairs: int, missed: float = MISSED) -> float:
    """δ such that |vᵀE u| ≤ δ ‖E‖_F for all pairs with at most this probability."""
    wanted = float(missed ** (1 / pairs))
    low, high = 0.0, 1.0
    for _ in range(200):  # q (1 - log q) rises from 0 to 1 on (0, 1]
        q = (low + high) / 2
        low, high = (low, q) if q * (1 - math.log(q)) > wanted else (q, high)
    return low / math.sqrt(2 * math.e / math.pi)
