"""What a comparison along random directions can miss.

Let E be the error of a claimed Jacobian, and u with independent standard normal entries.

- ‖E u‖² = Σ σ_i² g_i² with the singular values of E, so by Chernoff's bound at the best exponent
  P(‖E u‖ ≤ δ ‖E‖_F) ≤ √e δ.
- ⟨E, u⟩ is normal with deviation ‖E‖_F: P(|⟨E, u⟩| ≤ δ ‖E‖_F) ≤ √(2/π) δ.

Directions are independent: n of them miss an error with the n-th power of these.
"""

from __future__ import annotations

import math

MISSED = 1e-9
"""Probability with which an error of the stated size may go unnoticed."""


def linear_share(directions: int, missed: float = MISSED) -> float:
    """δ such that ‖E u‖ ≤ δ ‖E‖_F along all directions with at most this probability."""
    return float(missed ** (1 / directions) / math.sqrt(math.e))


def scalar_share(directions: int, missed: float = MISSED) -> float:
    """δ such that |⟨E, u⟩| ≤ δ ‖E‖_F along all directions with at most this probability."""
    return float(missed ** (1 / directions) * math.sqrt(math.pi / 2))
