"""Derivatives and bounds of activations, proved by Coq; what is wrong is refused."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pytest
import sympy

from symrnn.activation_text import parse_activation
from symrnn.enclosure import certify
from symrnn.errors import NotSupportedError
from symrnn.language.activations import FORMULAS, Activation, X, activation
from symrnn.lecture.machine import ask_about_slope, theorems
from symrnn.machine.activation import BOUND, DERIVATIVE, bound, derivative
from symrnn.machine.build import compile_all
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.prover import Outcome, Prover, Verdict
from symrnn.machine.reals import real
from symrnn.machine.slopes import candidates
from symrnn.machine.sources import Source
from symrnn.machine.tails import tail

# The bound that is proved: γ itself where it is a simple number.
PROVED = {
    "logistic": Fraction(1, 4),
    "tanh": Fraction(1),
    "relu": Fraction(1),
    "leaky_relu": Fraction(1),
    "elu": Fraction(1),
    "softsign": Fraction(1),
    "hard_tanh": Fraction(1),
    "arctan": Fraction(1),
    "sin": Fraction(1),
    "selu": Fraction(1759, 1000),
    "x/(1+exp(-x))": Fraction(1101, 1000),
}


LIKE_OTHERS = ("logistic", "relu", "leaky_relu", "elu")
"""Proved by the same tactics as tanh, hard_tanh and selu: `pytest -m slow`."""


def kinds(names: Iterable[str]) -> list[Any]:
    return [pytest.param(each, marks=[pytest.mark.slow] * (each in LIKE_OTHERS)) for each in names]


def _activation(text: str) -> Activation:
    return activation(text if text in FORMULAS else parse_activation(text))


@pytest.mark.parametrize("text", kinds(PROVED))
def test_derivative_and_bound_are_proved(text: str, prover: Prover) -> None:
    found = ask_about_slope(certify(_activation(text)), prover)
    assert found.why_not == ""
    assert found.derivative
    assert found.bound == PROVED[text]


def _ask(stem: str, changed: dict[str, str], prover: Prover) -> Outcome:
    sources = {**theorems(), **{name: Source(name, text) for name, text in changed.items()}}
    # What the lecture's files need is taken from the cache of every day.
    return compile_all(sources, [stem], prover, Cache(default_folder()))[stem]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        ("sin", "(cos x)", "(- (cos x))"),
        ("tanh", "(tanh x) * (tanh x)", "(tanh x)"),
        ("relu", "slope_1 (x : R) : R := 1", "slope_1 (x : R) : R := 2"),
        ("x/(1+exp(-x))", "(/ (1 + (exp (- x))))", "(/ (2 + (exp (- x))))"),
    ],
)
def test_a_wrong_derivative_is_refused(text: str, right: str, wrong: str, prover: Prover) -> None:
    head, definitions = derivative(_activation(text)).split("Definition slope_", 1)
    assert right in definitions
    planted = f"{head}Definition slope_{definitions.replace(right, wrong, 1)}"
    outcome = _ask(DERIVATIVE, {DERIVATIVE: planted}, prover)
    assert outcome.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    ("text", "too_small"),
    [
        pytest.param("logistic", Fraction(249, 1000), marks=pytest.mark.slow),
        ("tanh", Fraction(99, 100)),
        ("selu", Fraction(7, 4)),
    ],
)
def test_a_bound_below_gamma_is_refused(text: str, too_small: Fraction, prover: Prover) -> None:
    sigma = _activation(text)
    changed = {DERIVATIVE: derivative(sigma), BOUND: bound(sigma, too_small)}
    assert _ask(BOUND, changed, prover).verdict is Verdict.REFUSED


def test_what_coq_has_no_function_for_is_said(prover: Prover) -> None:
    found = ask_about_slope(certify("gelu"), prover)
    assert (found.derivative, found.bound) == (False, None)
    assert "erf" in found.why_not


def test_kinks_that_are_not_rational_are_not_supported() -> None:
    with pytest.raises(NotSupportedError, match="rational"):
        derivative(activation(sympy.Max(X, sympy.sqrt(2))))


@pytest.mark.parametrize(
    ("expression", "written"),
    {
        sympy.tanh(X) ** 2: "((tanh x) * (tanh x))",
        X - sympy.Rational(1, 3): "((- (1 / 3)) + x)",
        sympy.exp(-X) / 2: "((1 / 2) * (exp (- x)))",
        sympy.Max(X, 0): "(Rmax 0 x)",
        1 / sympy.sqrt(X): "(/ (sqrt x))",
        X**9: "(x ^ 9)",
        sympy.pi * sympy.Abs(X): "(PI * (Rabs x))",
    }.items(),
    ids=str,
)
def test_scalars_as_coq_writes_them(expression: sympy.Expr, written: str) -> None:
    assert real(expression) == written


def test_what_has_no_coq_form_is_refused() -> None:
    for expression in (sympy.erf(X), sympy.Symbol("y"), X ** sympy.Rational(1, 3), sympy.Catalan):
        with pytest.raises(NotSupportedError):
            real(expression)


@pytest.mark.parametrize("name", ["logistic", "silu", "gelu_tanh", "tanh"])
@pytest.mark.parametrize("side", [1, -1])
def test_a_tail_is_the_slope(name: str, side: int) -> None:
    slope = activation(name).prime.at(X)
    found = tail(slope, side)
    assert found is not None
    u = sympy.exp(-found.rate)
    fraction = found.numerator.as_expr() / found.denominator.as_expr()
    for point in (sympy.Rational(1, 3), sympy.Integer(2)):
        ours = fraction.subs({sympy.Symbol("u", positive=True): u}).subs(X, point)
        assert abs((ours - slope.subs(X, side * point)).evalf(30)) < 1e-25


def test_a_slope_without_exponentials_has_no_tail() -> None:
    assert tail(sympy.cos(X), 1) is None
    assert tail(1 / (1 + X**2), 1) is None
    assert tail(X * sympy.exp(X) + sympy.exp(sympy.sin(X)), 1) is None


def test_bounds_worth_trying() -> None:
    quarter = Fraction(1, 4)
    assert list(candidates(quarter, quarter)) == [quarter, Fraction(251, 1000)]
    silu = Fraction("1.0998393201")
    assert list(candidates(silu, silu + Fraction(1, 10**20))) == [Fraction(1101, 1000)]
    far = Fraction("1.128123456")
    assert list(candidates(far, far + Fraction(1, 10**20))) == [Fraction(1129, 1000)]
