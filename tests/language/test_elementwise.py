"""Activations: every named one against SymPy's own diff, and the unknown σ."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import Symbol, symbols

from symrnn.errors import IllFormedError
from symrnn.language.activations import FORMULAS, Activation, Unknown, X, activation, unknown
from symrnn.language.algebra import Ones, Parameter, Zeros
from symrnn.language.writing import latex, text

d = Symbol("d", integer=True, positive=True)
a = Parameter("a", d, 1)
y = Symbol("y", real=True)
POINTS = [sympy.Rational(n, 4) for n in (-9, -1, 3, 10)]

SCALE = sympy.Rational("1.0507009873554804934193349852946")
ALPHA = sympy.Rational("1.6732632423543772848170429916717")
CUBIC = sympy.sqrt(2 / sympy.pi) * (y + sympy.Rational(44715, 10**6) * y**3)

# Written out once more, by hand: the formulas and their slopes.
TABLE: dict[str, tuple[Any, Any]] = {
    "logistic": (1 / (1 + sympy.exp(-y)), sympy.exp(y) / (1 + sympy.exp(y)) ** 2),
    "tanh": (sympy.tanh(y), 1 - sympy.tanh(y) ** 2),
    "relu": ((y + sympy.Abs(y)) / 2, (1 + sympy.sign(y)) / 2),
    "identity": (y, sympy.S.One),
    "softplus": (sympy.log(1 + sympy.exp(y)), 1 / (1 + sympy.exp(-y))),
    "silu": (
        y / (1 + sympy.exp(-y)),
        (1 + sympy.exp(-y) * (1 + y)) / (1 + sympy.exp(-y)) ** 2,
    ),
    "gelu": (
        y * sympy.erfc(-y / sympy.sqrt(2)) / 2,
        sympy.erfc(-y / sympy.sqrt(2)) / 2 + y * sympy.exp(-(y**2) / 2) / sympy.sqrt(2 * sympy.pi),
    ),
    "sin": (sympy.sin(y), sympy.cos(y)),
    "arctan": (sympy.atan(y), 1 / (1 + y**2)),
    "leaky_relu": (
        sympy.Piecewise((y, y > 0), (y / 100, True)),
        sympy.Piecewise((1, y > 0), (sympy.Rational(1, 100), True)),
    ),
    "elu": (
        sympy.Piecewise((y, y > 0), (sympy.exp(y) - 1, True)),
        sympy.Piecewise((1, y > 0), (sympy.exp(y), True)),
    ),
    "selu": (
        SCALE * sympy.Piecewise((y, y > 0), (ALPHA * sympy.exp(y) - ALPHA, True)),
        SCALE * sympy.Piecewise((1, y > 0), (ALPHA * sympy.exp(y), True)),
    ),
    "softsign": (y / (1 + sympy.sqrt(y**2)), 1 / (1 + sympy.sqrt(y**2)) ** 2),
    "hard_tanh": (
        sympy.Piecewise((-1, y < -1), (1, y > 1), (y, True)),
        sympy.Piecewise((0, y < -1), (0, y > 1), (1, True)),
    ),
    "gelu_tanh": (
        y / (1 + sympy.exp(-2 * CUBIC)),
        1 / (1 + sympy.exp(-2 * CUBIC))
        + y * 2 * CUBIC.diff(y) * sympy.exp(-2 * CUBIC) / (1 + sympy.exp(-2 * CUBIC)) ** 2,
    ),
}


def test_the_table_has_every_name() -> None:
    assert TABLE.keys() == FORMULAS.keys()


@pytest.mark.parametrize("name", FORMULAS)
def test_values_and_slopes_are_the_textbook_ones(name: str) -> None:
    formula, slope = TABLE[name]
    for point in POINTS:
        assert abs((activation(name).at(point) - formula.subs(y, point)).evalf(30)) < 1e-18
        assert abs((activation(name).prime.at(point) - slope.subs(y, point)).evalf(30)) < 1e-18


@pytest.mark.parametrize("name", FORMULAS)
def test_derivatives_of_any_order_are_sympys(name: str) -> None:
    formula = activation(name).at(y)
    once = activation(name).prime
    assert once.order == 1
    assert once.name == name
    assert sympy.simplify(once.at(y) - formula.diff(y)) == 0
    if not formula.has(sympy.Max, sympy.Min, sympy.Abs):
        assert sympy.simplify(once.prime.at(y) - formula.diff(y, 2)) == 0


def test_constants_and_the_identity_fold() -> None:
    identity = activation("identity")
    assert identity(a) == a
    assert identity.prime(a) == Ones(d, 1)
    assert identity.prime.prime(a) == Zeros(d, 1)


@pytest.mark.parametrize("variable", [Symbol("z"), Symbol("x"), Symbol("x", positive=True)])
def test_an_expression_in_any_variable(variable: Symbol) -> None:
    phi = activation(sympy.tanh(variable) / 2, name="f")
    assert phi.at(y) == sympy.tanh(y) / 2
    assert text(phi(a)) == "f(a)"


@pytest.mark.parametrize(
    "what", ["relu6", "x**2", "__import__('os')", sympy.S(3), symbols("u") * symbols("v"), 2.5]
)
def test_anything_else_is_refused(what: Any) -> None:
    with pytest.raises(IllFormedError):
        activation(what)


def test_the_unknown_function_has_a_name_for_each_derivative() -> None:
    sigma = unknown()
    assert sigma.is_unknown
    assert not activation("tanh").is_unknown
    second = sigma.at(y**2).diff(y, 2)
    name = Symbol("sigma")
    first, slope = Unknown(name, 1, y**2), Unknown(name, 2, y**2)
    assert sympy.expand(second - (2 * first + 4 * y**2 * slope)) == 0
    assert first.free_symbols == {y}
    assert first.order == 1
    assert activation(None) == sigma
    assert isinstance(activation(sigma), Activation)


def test_an_unknown_name_may_be_chosen() -> None:
    assert text(unknown("phi")(a)) == "φ(a)"
    assert latex(unknown("phi").prime(a)) == r"\phi'\left(a\right)"


def test_the_formula_variable_is_never_substituted() -> None:
    tanh = activation("tanh")(a)
    assert tanh.subs(X, 3) == tanh
