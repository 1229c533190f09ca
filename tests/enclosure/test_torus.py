"""Waves whose frequencies depend on each other, beside a dense grid of angles in NumPy."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy
from flint import arb, ctx
from sympy import cos, exp, sin, sqrt, tanh

from symrnn.enclosure import torus, waves
from symrnn.enclosure.budget import budget
from symrnn.enclosure.supremum import BITS, Supremum
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    with ctx.workprec(BITS):
        yield


u, v = sympy.symbols("u v", real=True)
GRID = np.linspace(0, 2 * np.pi, 1201)


@pytest.mark.parametrize(
    "total",
    [
        cos(u) + 7 * sin(u - 2 * v) / 10 + 2 * cos(v) / 5,
        cos(u) + cos(v) + cos(u + v),
        cos(u) * cos(v) - 3 * sin(2 * u) * sin(v) - 1,
        exp(sin(u) * sin(v)) * cos(u),
        tanh(sin(u) + cos(3 * v)) * cos(u - v),
        1 / (sympy.Rational(9, 4) + sin(u) + sin(v)),
        sin(u) + 0 * v,
    ],
    ids=str,
)
def test_it_is_the_largest_on_a_grid(total: Any) -> None:
    found = torus.largest(total)
    values = abs(sympy.lambdify((u, v), total, "numpy")(*np.meshgrid(GRID, GRID)))
    assert float(found.lower()) <= float(found.upper()) <= values.max() * (1 + 1e-4)
    assert values.max() <= float(found.upper()) + 1e-12


def test_what_is_not_bounded_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torus, "WORK", 50_000)
    with pytest.raises(UndecidedError):
        torus.largest(1 / (2 + sin(u) + sin(v)))


def test_waves_with_kinks_are_left_alone() -> None:
    with pytest.raises(UndecidedError):
        torus.largest(abs(sin(u)) * cos(v))
    upper, approached = waves.largest(((abs(sin(X)) * cos(sqrt(2) * X), sympy.S.One),))
    assert 1 <= float(upper) < 1.001 and approached is None


def test_what_is_known_when_the_work_is_spent_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """sin(u + sin v) is 1 along a line, on which no box is dropped."""
    monkeypatch.setattr(torus, "WORK", 20_000)
    found = torus.largest(sin(u + sin(v)))
    assert found.contains(1) and found.lower() > 0.9 and found.upper() < 1.5


@pytest.mark.parametrize(
    ("angles", "rank"),
    [
        ([X, sqrt(2) * X], 2),
        ([sqrt(2) * X, sqrt(3) * X, (sqrt(2) + sqrt(3)) * X], 2),
        ([X / 2, X / 3 + sympy.pi * X, sympy.pi * X, X**2], 3),
        ([2 * X, sqrt(3) * X, (2 - sqrt(3)) * X, (2 + sqrt(3)) * X], 2),
    ],
    ids=str,
)
def test_angles_are_combinations_with_whole_numbers(angles: list[Any], rank: int) -> None:
    known = torus.combinations(angles)
    assert known is not None
    thetas = sorted(set().union(*(each.free_symbols for each in known.values())), key=str)
    assert len(thetas) == rank
    rows = [[known[angle].coeff(theta) for theta in thetas] for angle in angles]
    assert all(number.is_Integer for row in rows for number in row)
    # The same combinations give the angles back, from what the symbols stand for.
    matrix, column = sympy.Matrix(rows), sympy.Matrix(angles)
    solved = (matrix.T * matrix).inv() * matrix.T * column
    assert (matrix * solved - column).applyfunc(sympy.expand) == sympy.zeros(len(angles), 1)


def test_what_is_not_seen_to_be_independent_is_left_alone() -> None:
    assert torus.combinations([X, sqrt(3 + 2 * sqrt(2)) * X]) is None
    assert torus.combinations([X, X * sympy.Rational(1, 4001), sqrt(2) * X]) is None
    assert torus.combinations([sqrt(n) * X for n in (1, 2, 3, 5)]) is None


def test_dependent_waves_reach_less_than_their_sum() -> None:
    parts = ((cos(X), sympy.S.One), (cos(sqrt(2) * X), sympy.S.One))
    third = (sin((1 + sqrt(2)) * X), sympy.S.One)
    upper, approached = waves.largest((*parts, third))
    assert approached is not None
    assert abs(float(upper) - 3 * np.sqrt(3) / 2) < 1e-12  # at θ = π/6 each


def test_boxes_are_in_order_though_their_bounds_are_one_float() -> None:
    """cos 2u + 10⁻¹⁸ cos u: the lower of two peaks comes first, the higher one is less narrow."""
    search = torus._Search(cos(2 * u) + cos(u) / 10**18)
    for place in (arb.pi() + arb(0, 1e-30), arb(1.2e-9, 1.3e-9)):
        search._add((place,))
    bounds = [-heapq.heappop(search.queue)[0] for _ in range(2)]
    assert len({*map(float, bounds)}) == 1
    assert bounds[0] > 1 + arb(10) ** -18 > bounds[1]


@pytest.mark.parametrize("f", [sin(X + sin(sqrt(2) * X)), cos(X + sin(sqrt(2) * X)) * tanh(X)])
def test_a_wave_in_whose_angle_are_waves_takes_all_its_values(f: Any) -> None:
    """Written out it is a sum that is 1 along a line, on which no box is dropped."""
    with budget():
        found = Supremum(f)
        assert found.run() == ""
    assert found.known.lower <= 1 <= found.known.upper < 1 + arb(2) ** -90
