"""Mantissas and exponents: exact shifts, sums and products, against integers and fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.numeric.scaled import Scaled, plus, product_of, scaled, shift

EXPONENTS = st.integers(-5000, 5000)
NUMBERS = st.floats(-4, 4).map(lambda v: float(np.float32(v)))


def exact(value: Scaled) -> list[Fraction]:
    return [Fraction(float(m)) * Fraction(2) ** int(value.exponent) for m in value.mantissa.ravel()]


@given(st.lists(NUMBERS, min_size=1, max_size=4), EXPONENTS)
def test_scaling_is_exact(entries: list[float], exponent: int) -> None:
    value = scaled(np.array(entries), 1, exponent)
    assert exact(value) == [Fraction(e) * Fraction(2) ** exponent for e in entries]
    largest = np.abs(value.mantissa).max()
    assert largest == 0 or 0.5 <= largest < 1


@given(
    st.lists(NUMBERS, min_size=2, max_size=2),
    EXPONENTS,
    st.lists(NUMBERS, min_size=2, max_size=2),
    st.integers(-40, 40) | EXPONENTS,
)
def test_sums(left: list[float], exponent: int, right: list[float], gap: int) -> None:
    u, v = scaled(np.array(left), 1, exponent), scaled(np.array(right), 1, exponent + gap)
    total = [a + b for a, b in zip(exact(u), exact(v), strict=True)]
    size = max((abs(e) for e in exact(u) + exact(v)), default=Fraction(0))
    for ours, true in zip(exact(plus(u, v)), total, strict=True):
        assert abs(ours - true) <= size * Fraction(1, 2**50)


@given(st.lists(st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=1, max_size=7))
def test_ordered_products(entries: list[list[int]]) -> None:
    factors = np.array(entries, dtype=float).reshape(-1, 2, 2)
    plain = np.eye(2, dtype=object)
    for factor in factors:
        plain = factor.astype(int).astype(object) @ plain
    ours = product_of(scaled(factors, 2))
    assert exact(ours) == [Fraction(int(v)) for v in plain.ravel()]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
@pytest.mark.parametrize("power", [-(10**6), -2000, -1074, -1, 0, 1, 1023, 2000, 10**6])
def test_shifts_at_the_ends_of_the_range(dtype: type, power: int) -> None:
    shifted = shift(np.array([1.0, 0.0], dtype), power)
    assert shifted.dtype == dtype and shifted[1] == 0
    with np.errstate(over="ignore", under="ignore"):
        expected = np.ldexp(np.array(1.0).astype(np.empty(0, dtype).real.dtype), power)
    assert np.abs(shifted[0]) == np.abs(expected)


def test_log_norms_of_vectors_and_matrices() -> None:
    vector = scaled(np.array([3.0, 4.0]), 1, 9000)
    assert float(vector.log_norm()) == pytest.approx(np.log(5) + 9000 * np.log(2))
    matrix = scaled(np.array([[[3.0, 4.0], [0.0, 0.0]]] * 2), 2, np.array([0, -9000]))
    expected = np.log(5) + np.array([0, -9000]) * np.log(2)
    np.testing.assert_allclose(matrix.log_norm("fro"), expected)
    assert scaled(np.zeros(2), 1).log_norm() == -np.inf
