"""The algorithms of the lecture, printed from the very Python that runs.

The functions in `ALGORITHMS` are rendered by latexify in its algorithmic style. They keep to
what it prints well: plain assignments, if, while, return and small helpers. They carry no
docstring, for latexify would print it (hence the D103); the comment above each one states
its arguments instead. Inputs are taken as they come: `symrnn.numeric.clipping`
adds the checks and the care for extreme values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import sqrt, transpose, zeros_like
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def norm(g: NDArray[np.float64]) -> np.float64:
    """Euclidean (for a matrix: Frobenius) norm √Σ g_i², without overflow on the way.

    The entries are first divided by the power of two at the largest of them, which is
    exact. inf only where the norm itself is beyond the largest number.
    """
    entries = np.asarray(g, dtype=np.float64)
    largest = np.max(np.abs(entries), initial=0.0)
    exponent = int(np.frexp(largest)[1])
    scaled = np.ldexp(entries, -exponent)
    with np.errstate(over="ignore"):
        return np.float64(np.ldexp(np.sqrt(np.sum(scaled * scaled)), exponent))


# g: a gradient of any shape; kappa: the threshold. The gradient with ‖g‖ ≤ κ.
def clip_by_norm(g: Vector, kappa: float) -> Vector:  # noqa: D103
    n = norm(g)
    if n <= kappa:
        return g
    return kappa * (g / n)


# gradients: those of several parameters; kappa: the threshold of √Σ‖g‖², g in gradients.
def clip_by_global_norm(  # noqa: D103
    gradients: Sequence[Vector], kappa: float
) -> Sequence[Vector]:
    n = sqrt(sum(norm(g) ** 2 for g in gradients))
    if n <= kappa:
        return gradients
    return [kappa * (g / n) for g in gradients]


# theta: the entries of a parameter, n of them; J[k] = ∂s_k/∂s_{k-1}, d×d, and P[k] = ∂⁺s_k/∂θ, d×n,
# both in numerator layout and indexed by the lecture's time; g = ∂⁺L_t/∂s_t; tau: the largest
# number of factors J of a kept term. The sum of P_kᵀ δ_k over the last tau + 1 times k (all, if t
# is smaller), of whatever cell.
def truncated_gradient(  # noqa: D103
    theta: Vector, J: Matrix, P: Matrix, g: Vector, t: int, tau: int
) -> Vector:
    G = zeros_like(theta)
    delta = g
    k = t
    while k >= max(1, t - tau):
        G = G + transpose(P[k]) @ delta
        delta = transpose(J[k]) @ delta
        k = k - 1
    return G


ALGORITHMS: tuple[Callable[..., Any], ...] = (
    clip_by_norm,
    clip_by_global_norm,
    truncated_gradient,
)
"""What the lecture prints, in its order."""

IDENTIFIERS: dict[str, str] = {"zeros_like": "zeros"}
"""Names that latexify replaces (`identifiers=`)."""
