"""How often an error is missed along random directions: no more often than said."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from symrnn.numeric.random_directions import linear_share, scalar_share


@pytest.mark.parametrize(
    ("share", "product"),
    [
        (linear_share, lambda e, u: np.linalg.norm(e @ u)),
        (scalar_share, lambda e, u: abs(e[0] @ u) / np.linalg.norm(e[0]) * np.linalg.norm(e)),
    ],
)
@pytest.mark.parametrize("missed", [0.3, 0.05])
@pytest.mark.parametrize("rank", [1, 3])
def test_an_error_is_missed_no_more_often_than_said(
    share: Callable[..., float], product: Callable[..., float], missed: float, rank: int
) -> None:
    draw = np.random.default_rng(11)
    e = draw.normal(size=(4, rank)) @ draw.normal(size=(rank, 6))
    small = share(1, missed) * np.linalg.norm(e)
    trials = 4000
    misses = sum(product(e, draw.normal(size=6)) <= small for _ in range(trials))
    assert misses / trials <= missed + 4 * math.sqrt(missed / trials)


@pytest.mark.parametrize("share", [linear_share, scalar_share])
def test_more_directions_see_smaller_errors(share: Callable[..., float]) -> None:
    shares = [share(n) for n in (1, 2, 8, 32)]
    assert shares == sorted(shares) and 0 < shares[0] < shares[-1] < 1.3
