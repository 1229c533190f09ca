"""Functions of one variable as a lecturer writes them; what is shown is what was meant."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import MatrixSymbol, Rational

from symrnn.language.activations import FORMULAS, X, activation
from symrnn.language.algebra import Ones
from symrnn.language.shown import LOGISTIC, shown
from symrnn.language.writing import decimal, latex, text

v = MatrixSymbol("v", 3, 1)
W = MatrixSymbol("W", 3, 3)
L = r"\operatorname{logistic}\left(v\right)"


@pytest.mark.parametrize(
    ("sigma", "latexed", "plain"),
    [
        ("relu", r"1\left[v > 0\right]", "1[v > 0]"),
        (sympy.Max(X, 0) / 2 + X / 2, r"\begin{cases} \frac{1}{2} & v < 0 \\ 1 & v > 0 \end{cases}",
         "{1/2 if v < 0, 1 if v > 0}"),
        ("leaky_relu", r"\begin{cases} 0.01 & v < 0 \\ 1 & v > 0 \end{cases}",
         "{0.01 if v < 0, 1 if v > 0}"),
        ("elu", r"\begin{cases} e^{v} & v < 0 \\ 1 & v > 0 \end{cases}",
         "{exp(v) if v < 0, 1 if v > 0}"),
        ("selu", r"\begin{cases} 1.7580\ldots e^{v} & v < 0 \\ 1.0507\ldots & v > 0 \end{cases}",
         "{1.7580...*exp(v) if v < 0, 1.0507... if v > 0}"),
        ("hard_tanh", r"1\left[-1 < v < 1\right]", "1[-1 < v < 1]"),
        (sympy.Max(0, sympy.Min(1, X / 6 + Rational(1, 2))),
         r"\begin{cases} 0 & v < -3 \\ \frac{1}{6} & -3 < v < 3 \\ 0 & v > 3 \end{cases}",
         "{0 if v < -3, 1/6 if -3 < v < 3, 0 if v > 3}"),
        (sympy.sign(X), "0", "0"),
        (X * sympy.Heaviside(X), r"1\left[v > 0\right]", "1[v > 0]"),
        (X**2 * sympy.sign(X), r"2 \left|{v}\right|", "2*Abs(v)"),
        ("logistic", rf"{L} \left(1 - {L}\right)", "logistic(v)*(1 - logistic(v))"),
        (1 / (1 + sympy.exp(-X)), rf"{L} \left(1 - {L}\right)", "logistic(v)*(1 - logistic(v))"),
        ("softplus", L, "logistic(v)"),
        ("softsign", r"\frac{1}{\left(\left|{v}\right| + 1\right)^{2}}", "(Abs(v) + 1)**(-2)"),
    ],
)  # fmt: skip
def test_slopes_are_written_as_lecturers_write_them(
    sigma: object, latexed: str, plain: str
) -> None:
    slope = activation(sigma).prime(v)  # type: ignore[arg-type]
    assert latex(slope) == latexed
    assert text(slope) == plain


@pytest.mark.parametrize("name", FORMULAS)
@given(x=st.floats(-4, 4).filter(lambda x: min(abs(x - k) for k in (-1, 0, 1)) > 1e-3))
def test_what_is_shown_has_the_values_of_the_slope(name: str, x: float) -> None:
    exact = FORMULAS[name].diff(X)
    form = shown(exact)
    if isinstance(form, tuple):
        (form,) = [case.formula for case in form if case.low < x < case.high]
    value = form.subs({LOGISTIC: 1 / (1 + math.exp(-x)), X: x})
    assert float(value) == pytest.approx(float(exact.subs(X, x).evalf()), abs=1e-9)


def test_no_parentheses_stand_twice() -> None:
    for name in ("tanh", "sin", "logistic", "softsign", "softplus"):
        written = latex(activation(name).prime(W * v + v))
        assert r"\left(\left(W" not in written and r"\left|{\left(" not in written


def test_rows_columns_and_squares_of_ones_are_told_apart() -> None:
    column, row = r"\mathbf{1}", r"\mathbf{1}^{\mathsf{T}}"
    assert [latex(Ones(*shape)) for shape in ((3, 1), (1, 3), (3, 3), (1, 1))] == [
        column,
        row,
        rf"{column} \, {row}",
        "1",
    ]
    assert latex(W * Ones(3, 3)) == rf"W \, {column} \, {row}"
    assert latex(Ones(1, 3).T * Ones(3, 1).T) == rf"{column} \, {row}"


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Rational(1, 4), ""),
        (Rational(1, 100), "0.01"),
        (-Rational("0.044715"), "-0.044715"),
        (Rational(1, 300), ""),
        (Rational("1.0507009873554804934"), "1.0507..."),
        (Rational("0.00000000123"), ""),
    ],
)
def test_long_fractions_are_decimal_numbers(number: Rational, written: str) -> None:
    assert decimal(number) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Rational(3, 4) ** 100, r"\left(\frac{3}{4}\right)^{100}"),
        (-(Rational(8, 27) ** 20), r"-\left(\frac{2}{3}\right)^{60}"),
        (Rational(1, 4) ** 50, r"\left(\frac{1}{2}\right)^{100}"),
        (Rational(33, 10**14), r"\frac{33}{10^{14}}"),
        (Rational(2**64, 7), r"\frac{2^{64}}{7}"),
        (Rational(12345678901, 7), r"\frac{12345678901}{7}"),
        (Rational(9, 16), r"\frac{9}{16}"),
        (X * Rational(33, 10**14), r"\frac{33}{10^{14}} x"),
    ],
)
def test_long_fractions_that_are_powers_are_written_as_such(
    number: sympy.Expr, written: str
) -> None:
    assert latex(number) == written
