"""Rules about functions of one variable."""

import pytest
from sympy import Derivative, Rational, Symbol, cosh, sinh, tanh

from symrnn import D, Diag, Equation, Ones, Zeros, activation, cell, derivation, elman, named
from symrnn import rules as by
from symrnn.cells import Cell
from symrnn.errors import EvidenceError, SymrnnError, UnjustifiedStepError
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


GATED = "f = sigmoid(W_f h' + U_f x + b_f); h = f * h' + (1 - f) * tanh(W h' + b)"


@pytest.mark.parametrize("made", [cell(GATED), named("lstm")], ids=["own", "lstm"])
def test_what_a_cell_derives_in_its_gates_values_is_proved(made):
    spelled, j, h = Cell(made.name, made.named), made.index, made["h"]
    others = [each[j - 1] for each in made.states if each != h]
    step = derivation(D(h[j], h[j - 1], held=others), given=[j >= 1], cell=spelled)
    step = step.equals(made.named.immediate(h[j], h[j - 1]), by.one_step)
    found = made.jacobian(h[j], h[j - 1])
    assert check(step.equals(found, by.slopes_by_values), Context(RNN)) == 2
    gate = made["o" if "o" in made.shapes else "f"]
    slope = made.slope(gate[j])
    for wrong in (
        -found,
        found.subs(made.parameters[-1], made.parameters[0]) + Diag(slope),
        found.xreplace({slope: gate[j]}),
        found.xreplace({gate[j]: gate[j - 1]}),
    ):
        if wrong != found:
            with pytest.raises(UnjustifiedStepError):
                check(step.equals(wrong, by.slopes_by_values), Context(RNN), explain=False)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("h = tanh(V h')/(1 + h'^T h')", "is not opened: a definition is a function"),
        ("h = tanh(V h')/trace(W)", "is not opened: a definition is a function"),
        ("h = tanh(W^-1 h' + b)", "is not opened: a definition is a function"),
        ("h = tanh(V h')/det(W)", "is not opened: a definition is a function"),
    ],
)
def test_what_need_not_have_a_value_is_refused_by_its_reason(text, why):
    made = cell(text)
    h, j = made["h"], made.index
    step = derivation(D(h[j], h[j - 1]), given=[j >= 1], cell=made)
    right = made.recurrence.immediate(h[j], h[j - 1])
    for claimed in (right, -right):
        with pytest.raises(SymrnnError, match=why):
            check(step.equals(claimed, by.one_step), Context(RNN), explain=False)


@pytest.mark.parametrize(
    "text",
    [
        "h = det(W) * tanh(V h')",
        "h = tanh(W softmax(V h') + b)",
        "h = logsumexp(h') * tanh(W h') + trace(W) * b",
        "p = softmax(V h'); h = p * tanh(W h') + det(I + W) * p^3",
    ],
)
def test_a_step_through_a_function_of_all_of_a_vector_or_a_matrix_is_proved(text):
    made = cell(text)
    h, j = made["h"], made.index
    step = derivation(D(h[j], h[j - 1]), given=[j >= 1], cell=made)
    right = made.recurrence.immediate(h[j], h[j - 1])
    assert check(step.equals(right, by.one_step), Context(RNN)) == 1
    with pytest.raises(UnjustifiedStepError):
        check(step.equals(-right, by.one_step), Context(RNN), explain=False)
