"""Derivatives of which rounding has left nothing: such as of a length that is always 1."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import UndecidedError
from symrnn.language.writing import text
from symrnn.numeric.differences import MEMORY_BUDGET
from symrnn.verify.oracle import Found
from symrnn.verify.places import Claim
from symrnn.verify.resolution import resolved

LOST = 1e-2
"""What changes by more of itself with the last digits of all numbers has no digit left."""


def require_digits(claim: Claim, found: Found, budget: int = MEMORY_BUDGET) -> None:
    """Raise where a derivative and its formula are both nothing but rounding at these numbers.

    Raises:
        UndecidedError: they are.
    """
    value = claim.formula_value
    if value is None or not np.all(np.isfinite(value)):
        return
    moved = replace(claim, setting=claim.setting.moved())
    there = moved.formula_value
    if there is None or not _is_lost(value, there):
        return
    if _is_lost(found.value, resolved(moved.outcome, budget).value):
        largest = float(np.max(np.abs(found.value), initial=0.0))
        raise UndecidedError(
            f"compare: {text(claim.node)} is nothing but rounding at these numbers (its largest "
            f"entry is {largest:.0e}), so nothing can be compared",
            {"formula": text(claim.formula), "likely": "what is differentiated does not change"},
        )


def _is_lost(here: NDArray[np.float64], there: NDArray[np.float64]) -> bool:
    size = np.max(np.abs(here), initial=0.0)
    return bool(np.max(np.abs(here - there), initial=0.0) > LOST * size)
