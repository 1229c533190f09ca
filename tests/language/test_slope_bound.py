"""γ = sup|σ′|, against mpmath's own maximisation at 40 digits and against what is known."""

import mpmath
import pytest
from sympy import (
    Abs,
    Float,
    Heaviside,
    Max,
    Min,
    N,
    Rational,
    atan,
    cos,
    exp,
    floor,
    log,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    tan,
    tanh,
)

from symrnn import activation
from symrnn.errors import IllFormedError
from symrnn.language.activations import FORMULAS, X
from symrnn.language.slopes import slope_bound

EXACT = {
    "logistic": Rational(1, 4),
    "tanh": 1,
    "relu": 1,
    "identity": 1,
    "softplus": 1,
    "sin": 1,
    "arctan": 1,
}


@pytest.mark.parametrize("name", EXACT)
def test_known_activations_exactly(name):
    found = slope_bound(activation(name))
    assert (found.value, found.method) == (EXACT[name], "exact")


def silu_slope(x):
    s = 1 / (1 + mpmath.exp(-x))
    return s + x * s * (1 - s)


def gelu_slope(x):
    density = mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)
    return mpmath.ncdf(x) + x * density


SEARCHED = {
    # A zero of σ″ near the start, and σ′ there.
    "silu": (silu_slope, lambda x: mpmath.tanh(x / 2) * x - 2, "2.4"),
    "gelu": (gelu_slope, lambda x: 2 - x * x, "1.4"),
}


@pytest.mark.parametrize("name", SEARCHED)
def test_searched_activations_to_fourteen_digits(name):
    slope, curvature, start = SEARCHED[name]
    found = slope_bound(activation(name))
    with mpmath.workdps(40):
        turn = mpmath.findroot(curvature, mpmath.mpf(start))
        expected = slope(turn)
        assert found.method == "search"
        assert abs(mpmath.mpf(str(found.value)) - expected) < mpmath.mpf("1e-14")
        assert abs(abs(mpmath.mpf(str(found.where))) - turn) < mpmath.mpf("1e-6")


def test_every_named_activation_has_a_finite_bound():
    for name in FORMULAS:
        assert slope_bound(activation(name)).value < 2


FORMULAS_OF_USERS = {
    X / (1 + Abs(X)): 1,
    Max(X / 10, X): 1,
    Max(0, X) + Min(0, exp(X) - 1): 1,
    Max(-1, Min(1, X)): 1,
    X * Min(6, Max(0, X + 3)) / 6: Rational(3, 2),
    2 * tanh(X / 3): Rational(2, 3),
    X - sin(X): 2,
    sin(X) + sin(2 * X) / 2: 2,
    X + sin(X) ** 2: 2,
    sqrt(2) * X / (1 + X**2): sqrt(2),
    X**3 / (1 + X**2): Rational(9, 8),
    Rational(17159, 10000) * tanh(2 * X / 3): Rational(17159, 15000),
    X**2: oo,
    exp(X): oo,
    exp(-X): oo,
    1 / X: oo,
}


@pytest.mark.parametrize("formula", FORMULAS_OF_USERS, ids=str)
def test_formulas_that_are_rational_in_disguise(formula):
    found = slope_bound(activation(formula))
    assert (found.value, found.method) == (FORMULAS_OF_USERS[formula], "exact")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (exp(-(X**2)), sqrt(2 / exp(1))),
        (1 / (1 + exp(-X - 1)), Rational(1, 4)),
        (X * atan(X), pi / 2),
        (cos(pi * X), pi),
        (X / sqrt(1 + X**2), 1),
    ],
    ids=str,
)
def test_formulas_that_are_searched(formula, value):
    found = slope_bound(activation(formula))
    assert found.method == "search"
    assert abs(found.value - N(value, 20)) < Float("1e-13")


@pytest.mark.parametrize(
    "formula",
    [sin(X**2), X * log(1 + X**2), sqrt(Abs(X)), exp(exp(X)), exp(exp(exp(X))), X**200],
    ids=str,
)
def test_unbounded_slopes_are_noticed(formula):
    assert slope_bound(activation(formula)).value == oo


@pytest.mark.parametrize(
    "formula", [sign(X), Heaviside(X), floor(X), X * log(X), X ** Rational(1, 3)], ids=str
)
def test_nothing_is_claimed_of_a_jump_or_off_the_real_line(formula):
    assert slope_bound(activation(formula)).value is None


JUMPS = [
    atan(1 / X),
    tanh(1 / X),
    atan(1 / (X - sqrt(2))),
    atan(1 / (X - cos(X))),
    atan(tan(X)),
    1 / (1 + exp(1 / X)),
    atan(1 / X) / 1000 + tanh(X - 5),
    X / Abs(X),
    sqrt(X**2) / X,
]


@pytest.mark.parametrize("formula", JUMPS, ids=str)
def test_a_jump_that_the_slope_does_not_know_of_is_seen(formula):
    assert slope_bound(activation(formula)).value is None


@pytest.mark.parametrize(
    ("formula", "value"),
    [(X * atan(1 / X), pi / 2), (atan(1 / X) ** 2, pi), (sin(X) / X, "0.436181817271458")],
    ids=str,
)
def test_a_singular_point_without_a_jump_is_none(formula, value):
    found = slope_bound(activation(formula))
    assert abs(found.value - N(value, 20)) < Float("1e-13")


# The bounds of softplus and SELU are limits, at infinity and at the kink.
@pytest.mark.parametrize("name", [n for n in FORMULAS if n not in ("softplus", "selu")])
def test_the_bound_is_attained_where_it_says(name):
    found = slope_bound(activation(name))
    slope = abs(activation(name).prime.at(X)).subs(X, found.where)
    assert abs(slope.evalf(20) - found.value) < Float("1e-13")


def test_an_unknown_activation_has_none():
    with pytest.raises(IllFormedError, match="unknown σ"):
        slope_bound(activation(None))
