"""Rules about functions of one variable."""

import pytest
from sympy import Derivative, Rational, Symbol, cosh, sinh, tanh

from symrnn import Equation, Ones, Zeros, activation, derivation, elman
from symrnn import rules as by
from symrnn.errors import EvidenceError, UnjustifiedStepError
from symrnn.theory.check import check
from symrnn.theory.context import Context

RNN = elman()
x, c = Symbol("x", real=True), Symbol("c", positive=True)
LOGISTIC, TANH = activation("logistic"), activation("tanh")
ones, zeros = Ones(RNN.d), Zeros(RNN.d, 1)


def equation(before, after, rule, given=()):
    return check(derivation(before, given).equals(after, rule), Context(RNN))


def bound(before, after):
    return check(derivation(before).at_most(after, by.sinh_exceeds), Context(RNN))


@pytest.mark.parametrize("name", ["logistic", "tanh", "softplus", "silu", "gelu", "sin", "arctan"])
def test_the_derivative_of_an_activation(name):
    sigma = activation(name)
    slope = Derivative(sigma.at(x), x)
    assert equation(slope, sigma.prime.at(x), by.scalar_derivative) == 1
    for wrong in (-sigma.prime.at(x), sigma.at(x), sigma.prime.at(-x) + x, sigma.prime.prime.at(x)):
        with pytest.raises(UnjustifiedStepError):
            equation(slope, wrong, by.scalar_derivative)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1 - tanh(x) ** 2, 1 / cosh(x) ** 2),
        (1 / cosh(x) ** 2, 1 / (1 + sinh(x) ** 2)),
        (LOGISTIC.at(x) - Rational(1, 2), tanh(x / 2) / 2),
        (LOGISTIC.prime.at(x), 1 / (4 + 4 * sinh(x / 2) ** 2)),
    ],
)
def test_hyperbolic_identities(before, after):
    assert equation(before, after, by.hyperbolic) == 1
    for wrong in (-after, 2 * after, after + x, after.subs(x, 2 * x)):
        with pytest.raises(UnjustifiedStepError):
            equation(before, wrong, by.hyperbolic)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1 / (1 + sinh(x) ** 2), 1 / (1 + x**2)),
        (1 / (4 + 4 * sinh(x / 2) ** 2), 1 / (4 + x**2)),
        (c / (c + c * sinh(x) ** 2), c / (c + c * x**2)),
    ],
)
def test_sinh_outgrows_its_argument(before, after):
    assert bound(before, after) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1 / (1 + sinh(x) ** 2), 1 / (1 + 2 * x**2)),
        (1 + sinh(x) ** 2, 1 + x**2),
        (1 / (1 - sinh(x) ** 2), 1 / (1 - x**2)),
        (1 / (-1 + sinh(x) ** 2), 1 / (-1 + x**2)),
        (1 / (x + sinh(x) ** 2), 1 / (x + x**2)),
        (-1 / (1 + sinh(x) ** 2), -1 / (1 + x**2)),
        (1 / (1 + sinh(x) ** 4), 1 / (1 + x**4)),
    ],
    ids=["too small", "a sum", "sign", "pole", "rest unknown", "negative", "power"],
)
def test_sinh_bounds_only_where_it_may(before, after):
    with pytest.raises(EvidenceError):
        bound(before, after)


def test_equal_entries_stay_equal():
    assert equation(TANH(c * ones), TANH.at(c) * ones, by.elementwise_constant) == 1
    assert equation(TANH(zeros), zeros, by.elementwise_constant) == 1
    assert equation(LOGISTIC(zeros), ones / 2, by.elementwise_constant) == 1
    assert equation(RNN.sigma(ones), RNN.sigma.at(1) * ones, by.elementwise_constant) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LOGISTIC(zeros), zeros),
        (TANH(c * ones), c * TANH.at(1) * ones),
        (TANH(c * ones), TANH.at(c) * zeros),
        (TANH(RNN.b), TANH.at(1) * ones),
        (TANH(c * RNN.b), TANH.at(c) * RNN.b),
    ],
)
def test_other_values_are_refused(before, after):
    with pytest.raises(UnjustifiedStepError):
        equation(before, after, by.elementwise_constant)


def test_a_value_of_x_does_not_reach_under_the_derivative():
    """dσ/dx at x = 0 is not the derivative of the constant σ(0)."""
    given = [Equation(x, 0)]
    assert equation(LOGISTIC.prime.at(x), Rational(1, 4), by.hypothesis, given) == 1
    with pytest.raises(UnjustifiedStepError):
        equation(Derivative(LOGISTIC.at(x), x), 0, by.hypothesis, given)
