"""Exact values: fractions where possible, else many digits."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Heaviside, Max, Min, Rational, Symbol, cosh, floor, sign, sin, sinh, sqrt

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Unknown, activation
from symrnn.language.slope_at import slope_by, value_of
from symrnn.verify.exact import Point, Undefined, holds, norm, root

x, y = Symbol("x", real=True), Symbol("y", real=True)
fractions = st.fractions(min_value=-50, max_value=50, max_denominator=60)


@given(fractions, fractions)
def test_rational_arithmetic_is_sympys(a: Fraction, b: Fraction) -> None:
    node = Max(x, y) * abs(x - 3 * y) ** 3 + Min(x**2, Rational(1, 7)) / (1 + y**2)
    point = Point(1, {x: a, y: b})
    numbers = {x: Rational(a.numerator, a.denominator), y: Rational(b.numerator, b.denominator)}
    expected = node.subs(numbers)
    assert point.of(node) == Fraction(int(expected.p), int(expected.q))


@given(fractions)
def test_identities_of_roots_and_known_functions_hold_to_30_digits(a: Fraction) -> None:
    point = Point(1, {x: a / 10})
    assert holds(point.of(cosh(x) ** 2 - sinh(x) ** 2), "=", Fraction(1))
    assert holds(point.of(sqrt(x**2 + 2) ** 4), "=", (a / 10) ** 4 + 4 * (a / 10) ** 2 + 4)
    assert root(a * a) == abs(a)
    assert not holds(point.of(cosh(x) ** 2), "=", point.of(sinh(x) ** 2))


def test_a_number_depends_on_the_seed_and_its_name_alone() -> None:
    node = Unknown(Symbol("sigma"), 0, x) + Unknown(Symbol("sigma"), 1, y) * x
    one, other = Point(3), Point(3)
    other.of(y), other.of(node.args[0])
    assert one.of(node) == other.of(node)
    assert one.of(node) != Point(5).of(node)


@pytest.mark.parametrize("node", [1 / (x - x.func("x", real=True) + y), sqrt(y - 1)])
def test_what_has_no_value_is_undefined(node: object) -> None:
    with pytest.raises(Undefined):
        Point(1, {x: Fraction(1), y: Fraction(0)}).of(node)


def test_norms_by_their_definitions() -> None:
    rows = [[Fraction(3), Fraction(0)], [Fraction(-4), Fraction(5)]]
    assert [norm(kind, rows) for kind in ("1", "inf", "max")] == [7, 9, 5]
    # WᵀW = ((25, -20), (-20, 25)) has the eigenvalues 45 and 5.
    assert holds(norm("2", rows) ** 2, "=", Fraction(45))
    assert holds(norm("F", rows) ** 2, "=", Fraction(50))
    assert norm("2", [[Fraction(3)], [Fraction(4)], [Fraction(12)]]) == 13
    with pytest.raises(NotSupportedError):
        norm("2", [[Fraction(1)] * 3] * 3)


KINKS = [
    (Max(x, 0), 0, None),
    (Max(x, 0), 2, 1),
    (abs(x), -2, -1),
    (x * abs(x), 0, 0),
    (x / (1 + abs(x)), 0, 1),
    (Heaviside(x), 0, None),
    (Heaviside(x), 1, 0),
    (Max(0, Min(1, x)), 1, None),
    (x**2 * sign(x), 0, 0),
    (floor(x), 1, None),
    (abs(sin(x)), 0, None),
    (Max(x, -x, 1), 0, 0),
]


@pytest.mark.parametrize(("function", "at", "slope"), KINKS, ids=[f"{f}, {a}" for f, a, _ in KINKS])
def test_a_slope_is_there_where_both_sides_agree(
    function: object, at: int, slope: int | None
) -> None:
    point = Point(1, {x: Fraction(at)})
    if slope is None:
        with pytest.raises(Undefined, match="no derivative"):
            point.of(slope_by(function, x))
    else:
        assert point.of(slope_by(function, x)) == slope


def test_the_formula_of_a_slope_has_no_value_at_a_jump() -> None:
    relu = activation("relu").prime
    assert Point(1, {x: Fraction(2)}).of(value_of(relu.at, x)) == 1
    with pytest.raises(Undefined):
        Point(1, {x: Fraction(0)}).of(value_of(relu.at, x))
