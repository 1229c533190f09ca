"""Balls and growths hold what they are said to hold: against mpmath at random points."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import sympy
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symrnn.enclosure import waves
from symrnn.enclosure.beyond import beyond
from symrnn.enclosure.poles import has_pole
from symrnn.enclosure.search import Largest, search
from symrnn.enclosure.tail import growth
from symrnn.enclosure.undecided import UndecidedError
from symrnn.errors import NotSupportedError
from symrnn.language.activations import FORMULAS, X, activation
from symrnn.language.balls import ball, jet

SMOOTH = [
    sympy.tanh(X) ** 2,
    sympy.exp(-(X**2)) * sympy.sin(3 * X),
    sympy.log(2 + sympy.cos(X)),
    sympy.sqrt(1 + X**2) / (3 + sympy.atan(X)),
    sympy.erf(X / 2) * sympy.cosh(X / 3),
    (1 + X**2) ** sympy.Rational(2, 3),
    sympy.sinh(X) / (1 + sympy.exp(X)),
    sympy.asinh(X) + sympy.tan(X / 10),
    (2 + sympy.sin(X)) ** X,
    sympy.pi * X - sympy.E,
]


def _inside(value: Any, enclosure: arb) -> bool:
    with mpmath.workdps(40):
        near = (
            arb(mpmath.nstr(value, 30))
            + arb(0, 1) * abs(arb(mpmath.nstr(value, 30))) * arb(10) ** -25
        )
    return bool((near + arb(0, fmpq(1, 10**25))).overlaps(enclosure))


@pytest.mark.parametrize("expression", SMOOTH, ids=str)
@given(
    middle=st.integers(-40, 40),
    radius=st.sampled_from([0, 1, 5]),
    place=st.integers(-10, 10),
)
def test_values_and_derivatives_lie_in_the_jet(
    expression: Any, middle: int, radius: int, place: int
) -> None:
    with ctx.workprec(160), mpmath.workdps(40):
        box = arb(fmpq(middle, 10), fmpq(radius, 100))
        point = mpmath.mpf(middle) / 10 + mpmath.mpf(radius * place) / 1000
        values = jet(expression, box)
        f = sympy.lambdify(X, expression, "mpmath")
        for order, enclosure in enumerate(values):
            if enclosure.is_finite():
                exact = mpmath.diff(f, point, order, h=mpmath.mpf(10) ** -10) / mpmath.factorial(
                    order
                )
                slack = arb(0, fmpq(1, 10**6)) if order else arb(0)
                assert _inside(exact, enclosure + slack)


def test_an_exact_number_has_a_narrow_ball() -> None:
    with ctx.workprec(200):
        for number in (sympy.sqrt(2), sympy.pi / 3, sympy.log(2), sympy.exp(-1), sympy.Integer(7)):
            assert ball(number).rad() < arb(10) ** -50
            assert _inside(mpmath.mpmathify(number.evalf(40)), ball(number))


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(NotSupportedError, match="gamma"):
        jet(sympy.gamma(X), arb(1))
    with pytest.raises(NotSupportedError, match="one variable"):
        jet(sympy.Symbol("y"), arb(1))
    assert not jet(1 / X, arb(0))[0].is_finite()


SLOPES = [
    activation(name).prime.at(X)
    for name in FORMULAS
    if not activation(name).at(X).has(sympy.Max, sympy.Min, sympy.Abs)
]
FAR = [
    *SLOPES,
    *(slope.subs(X, -X) for slope in SLOPES),
    (3 * X**2 + 1) / (X**2 - X),
    sympy.sqrt(X**2 + X) - X / 2,
    sympy.exp(-X) * X**3 + sympy.cos(X) / X,
    sympy.log(1 + sympy.exp(X)) - X,
    sympy.tanh(1 / X),
    sympy.sin(1 / X) * X,
    sympy.erf(-X),
    sympy.atan(X**3),
    (X + sympy.exp(-X)) ** -2,
]


@pytest.mark.parametrize("expression", FAR, ids=str)
def test_a_growth_holds_the_values_far_out(expression: Any) -> None:
    f = sympy.lambdify(X, expression, "mpmath")
    with ctx.workprec(160), mpmath.workdps(60):
        for start in (16, 64):
            try:
                whole = growth(expression, start)
                low, high = whole.bounds
            except UndecidedError:
                assert beyond(expression, start).unbounded
                continue
            for place in (start, start + 1, 3 * start, 1000 * start):
                value = arb(mpmath.nstr(f(mpmath.mpf(place)), 50))
                assert low - arb(10) ** -40 <= value <= high + arb(10) ** -40


def test_what_grows_is_unbounded_and_what_may_cancel_is_not_decided() -> None:
    with ctx.workprec(160):
        assert beyond(X * sympy.cos(X**2), 8).unbounded
        assert beyond(sympy.exp(X) - X, 8).unbounded
        assert beyond(X * sympy.cos(X) + X * sympy.sin(X), 8).unbounded
        # Two angles that are neither multiples of each other nor polynomials.
        mixed = X * sympy.cos(sympy.exp(X)) - X * sympy.cos(sympy.sqrt(1 + X**2))
        with pytest.raises(UndecidedError, match="may cancel"):
            beyond(mixed, 8)
        assert not beyond(sympy.exp(X) - sympy.exp(X) + 1, 8).unbounded


@pytest.mark.parametrize(
    ("f", "left", "right", "expected"),
    [
        (X**2, -1, 3, 9),
        (X * (1 - X), 0, 1, sympy.Rational(1, 4)),
        (sympy.sin(X), -8, 8, 1),
        (X**3 - X, -1, 1, 2 / (3 * sympy.sqrt(3))),
        (sympy.Integer(0) * X + sympy.exp(X), -1, 0, 1),
    ],
    ids=str,
)
def test_the_largest_on_an_interval(f: Any, left: int, right: int, expected: Any) -> None:
    with ctx.workprec(200):
        known = Largest()
        search(f, arb(left), arb(right), arb(2) ** -90, known)
        value = ball(sympy.sympify(expected))
        assert known.lower <= value + arb(10) ** -50
        assert value <= known.upper + arb(10) ** -50
        assert known.upper - known.lower <= arb(2) ** -89


def test_a_pole_is_seen_only_where_one_is() -> None:
    with ctx.workprec(160):
        near = arb(0, fmpq(1, 2**70))
        assert has_pole(1 / X, near)
        # Where a numerator or another factor is not continuous, nothing is claimed.
        assert not has_pole(sympy.exp(-1 / X**2) / X**3, near)
        assert not has_pole(sympy.sin(X) / X, near)
        assert not has_pole(1 / (1 + X), near)


def test_a_constant_left_by_a_switch_has_a_growth() -> None:
    with ctx.workprec(160):
        step = sympy.Heaviside(X - 1 + sympy.exp(X)) + 1
        assert beyond(step, 8).upper == 2


SLOWLY = sympy.Rational(1, 10**20)


@pytest.mark.parametrize(
    ("wave", "least", "most"),
    [
        (1 + sympy.sin(SLOWLY * X * sympy.tanh(X)), 0, 2),
        (2 + sympy.cos(X), 1, 3),
        (1 / (2 + sympy.sin(X**2)), sympy.Rational(1, 3), 1),
        (2 + sympy.sin(X + sympy.sin(X)), 1, 3),
    ],
    ids=str,
)
def test_the_span_of_a_wave_holds_its_values(wave: Any, least: Any, most: Any) -> None:
    span = waves.span(wave)
    assert all(span.overlaps(ball(sympy.sympify(each))) for each in (least, most))


@pytest.mark.parametrize(
    "wave", [X + sympy.sin(X), X * sympy.sin(X), 2 + sympy.sin(X) * sympy.tanh(X)], ids=str
)
def test_what_is_driven_by_more_than_sines_is_no_bounded_wave(wave: Any) -> None:
    with pytest.raises(UndecidedError, match="not bounded"):
        waves.span(wave)


def test_a_wave_that_comes_to_zero_far_out_bounds_no_quotient() -> None:
    with pytest.raises(UndecidedError):
        growth(X / sympy.sqrt(1 + X**2 * (1 + sympy.sin(SLOWLY * X * sympy.tanh(X)))), 10**6)
