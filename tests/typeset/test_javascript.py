"""JavaScript from expressions: what is called is there, order is kept, the rest is refused."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import pytest
import sympy

from symrnn import Vec, elman, norm
from symrnn.errors import NotSupportedError
from symrnn.language.activations import FORMULAS, activation
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.structure import Place
from symrnn.typeset.javascript import in_script, number, scalar_function, script

RNN = elman()
S, A, T, K, W = RNN.s, RNN.a, RNN.t, RNN.k, RNN.W
RUNTIME = (files("symrnn.typeset") / "templates" / "matrices.js").read_text(encoding="utf-8")
DEFINED = set(re.findall(r"^(?:const|function) (\w+)", RUNTIME, re.MULTILINE))


@pytest.mark.parametrize(
    ("expression", "body"),
    [
        (W * S[T], "multiply(W, s[t])"),
        (S[T] + 2 * A[T], "add(s[t], scale(2, a[t]))"),
        (RNN.slope(A[T]), "map(a[t], sigma_prime)"),
        (activation("tanh")(A[T]), "map(a[t], (x) => Math.tanh(x))"),
        (S[T].T * S[T], "multiply(transpose(s[t]), s[t])"),
        # latest factor on the left, so the earliest acts first
        (
            RNN.jacobian(S[T], S[K]),
            "fold(($P, j) => scaleRows(map(a[j], sigma_prime), multiply(W, $P)),"
            " range(k + 1, t + 1), eye(d))",
        ),
        # a column meets a row: the adjoint stays a column
        (A[T] * S[T].T, "multiply(a[t], transpose(s[t]))"),
        (norm(W, "F"), "normF(W)"),
        (ImmediateDerivative(RNN.L[T], S[T]), "dL_ds[t]"),
        ((RNN.gamma * RNN.lam) ** (T - K), "Math.pow(gamma*lambda, -k + t)"),
        (sympy.Max(RNN.kappa, 1), "Math.max(1, kappa)"),
    ],
)
def test_body(expression: Any, body: str) -> None:
    assert script(expression, "f").source.splitlines()[1] == f"  return {body};"


def test_arguments_are_what_the_numpy_kernel_reads() -> None:
    made = script(RNN.jacobian(S[T], S[K]), "jacobian")
    assert made.arguments == ("W", "a", "d", "k", "sigma_prime", "t")
    assert made.source.startswith("function jacobian({ W, a, d, k, sigma_prime, t }) {")


@pytest.mark.parametrize("name", FORMULAS)
def test_every_function_called_is_there(name: str) -> None:
    known = elman(name)
    gradient = known.gradient(known.L[T], known.W)
    for source in (
        script(norm(gradient, "2"), "f").source,
        scalar_function(known.sigma),
        scalar_function(known.sigma.prime),
    ):
        called = set(re.findall(r"(?<![.\w])([a-zA-Z]\w*)\(", source)) - {"f", "function"}
        assert called <= DEFINED


@pytest.mark.parametrize(
    "expression",
    [norm(W), Vec(W), Place(S[T], 0, 3), sympy.besselj(0, RNN.gamma), sympy.zeta(RNN.gamma)],
    ids=["open norm", "vec", "place", "bessel", "zeta"],
)
def test_what_has_no_rule_is_refused_by_name(expression: Any) -> None:
    with pytest.raises(NotSupportedError):
        script(expression, "f")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (sympy.Rational(1, 4), "1/4"),
        (sympy.Float("1.0998393201288672"), "1.0998393201288672"),
        (sympy.Rational(10**30 + 1, 10**30), "1.0"),
        (3, "3"),
    ],
)
def test_numbers_keep_their_digits(value: Any, written: str) -> None:
    assert number(value) == written


@pytest.mark.parametrize("name", ["new", "norm2", "productError", "minus_abs"])
def test_a_name_of_the_language_or_of_a_function_is_no_arguments(name: str) -> None:
    assert in_script(name) == f"{name}_"
