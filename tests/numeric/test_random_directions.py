"""Random products of a Jacobian: agreement, planted errors, and how often one is missed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from symrnn.errors import DisagreementError, IllFormedError, ShapeError, UndecidedError
from symrnn.numeric.differences import directional
from symrnn.numeric.random_directions import (
    bilinear_share,
    check_products,
    linear_share,
    scalar_share,
)

rng = np.random.default_rng(5)
A = rng.normal(size=(7, 5))
POINT = rng.normal(size=5)
JACOBIAN = (1 - np.tanh(A @ POINT) ** 2)[:, None] * A


def f(x: NDArray[Any]) -> NDArray[Any]:
    return np.tanh(x @ A.T)


def test_right_products_agree_and_a_planted_error_is_noticed() -> None:
    found = check_products(f, POINT, lambda v: v @ JACOBIAN)
    assert found.error < 1e-14 and found.pairs == 8 and found.probability == 1e-9
    assert "random pairs" in str(found)
    wrong = JACOBIAN.copy()
    wrong[3, 2] += found.noticed
    with pytest.raises(DisagreementError, match="vᵀJu differs"):
        check_products(f, POINT, lambda v: v @ wrong)


def test_a_scalar_function_needs_no_second_vector() -> None:
    def total(x: NDArray[Any]) -> NDArray[Any]:
        return f(x).sum(axis=-1)

    found = check_products(total, POINT, lambda v: v * JACOBIAN.sum(axis=0), pairs=4)
    assert found.error < 1e-13


@pytest.mark.parametrize("size", [0.0, 1e-280], ids=["zero", "underflow"])
def test_products_of_nothing_decide_nothing(size: float) -> None:
    with pytest.raises(UndecidedError, match="nothing can be compared"):
        check_products(lambda x: size * f(x), POINT, lambda v: 2 * size * (v @ JACOBIAN))


@pytest.mark.parametrize("budget", [1, 200, 1 << 20])
def test_runs_within_a_budget(budget: int) -> None:
    directions = rng.normal(size=(6, 5))
    found, run = directional(f, POINT, directions, budget=budget)
    assert found == pytest.approx(directions @ JACOBIAN.T, rel=1e-12, abs=1e-14)
    assert run == {1: 1, 200: 2, 1 << 20: 6}[budget]


@pytest.mark.parametrize(
    ("share", "product"),
    [
        (linear_share, lambda e, u, v: np.linalg.norm(e @ u)),
        (scalar_share, lambda e, u, v: abs(e[0] @ u) / np.linalg.norm(e[0]) * np.linalg.norm(e)),
        (bilinear_share, lambda e, u, v: abs(v @ e @ u)),
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
    misses = sum(
        product(e, draw.normal(size=6), draw.normal(size=4)) <= small for _ in range(trials)
    )
    assert misses / trials <= missed + 4 * math.sqrt(missed / trials)


@pytest.mark.parametrize("share", [linear_share, scalar_share, bilinear_share])
def test_more_directions_see_smaller_errors(share: Callable[..., float]) -> None:
    shares = [share(n) for n in (1, 2, 8, 32)]
    assert shares == sorted(shares) and 0 < shares[0] < shares[-1] < 1.3


def test_bad_arguments_are_named() -> None:
    with pytest.raises(IllFormedError, match="pairs"):
        check_products(f, POINT, lambda v: v @ JACOBIAN, pairs=0)
    with pytest.raises(ShapeError, match="vjp"):
        check_products(f, POINT, lambda v: v)
    with pytest.raises(ShapeError, match="directions"):
        directional(f, POINT, np.ones((2, 4)))
    with pytest.raises(IllFormedError, match="budget"):
        directional(f, POINT, np.ones((2, 5)), budget=0)
