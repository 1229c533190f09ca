"""Lowering: every expression means in NumPy what its entries say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Symbol

from symrnn import (
    Block,
    Diag,
    Hadamard,
    Identity,
    Kronecker,
    Ones,
    Parameter,
    Sequence,
    Vec,
    Zeros,
    activation,
    elman,
    entry,
    lower,
    norm,
    ordered_product,
    ordered_sum,
    stack,
    unknown,
)
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import FORMULAS
from symrnn.language.explicit import entries
from symrnn.language.structure import DiagonalOf, Place, Rows, Unvec
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.printer import KernelPrinter

A, B = Parameter("A", 3, 3), Parameter("B", 3, 3)
v, w = Parameter("v", 3, 1), Parameter("w", 3, 1)
F = Sequence("F", 3, 3)
j = Symbol("j", integer=True)
RNG = np.random.default_rng(0)
VALUES: dict[str, Any] = {
    "A": RNG.normal(size=(3, 3)),
    "B": RNG.normal(size=(3, 3)),
    "v": RNG.normal(size=(3, 1)),
    "w": RNG.normal(size=(3, 1)),
    "F": RNG.normal(size=(6, 3, 3)),
    "dtype": np.float64,
}

EXPRESSIONS = {
    "sum": A + 2 * B - Identity(3),
    "product": A * B.T * v,
    "diagonal on the left": Diag(v) * A,
    "diagonal on the right": A * Diag(v),
    "diagonal at the end": A * B * Diag(A * v + w),
    "diagonals alone": A * Diag(v) * Diag(w),
    "diagonal alone": Diag(v),
    "diagonal of": DiagonalOf(A * B),
    "row times matrices": v.T * A * B,
    "outer": A * v * w.T * B,
    "hadamard": Hadamard(A, B, A),
    "kronecker": Kronecker(A, v.T),
    "vec": Vec(A * B),
    "unvec": Unvec(Kronecker(v, w), 3, 3),
    "block": Block([A, v], [w.T, entry(A, 1, 1) * Ones(1)]),
    "stack": stack(v, A * w),
    "rows": Rows(A * B, 1, 2),
    "place": Place(v, 1, 5),
    "zeros": A + Zeros(3, 3) * 1 + Ones(3, 3),
    "ordered product": ordered_product(F[j], (j, 1, 4)),
    "ordered product, latest right": ordered_product(F[j], (j, 1, 4), "right"),
    "ordered product times": A * ordered_product(Diag(v) * F[j], (j, 2, 4)) * w,
    "empty product": ordered_product(F[j], (j, 4, 3)) * A,
    "ordered sum": ordered_sum(F[j] * v * w.T, (j, 0, 5)),
    "elementwise": activation("tanh")(A * v),
    "slope": Diag(activation("logistic").prime(v)) * A,
    "scalar coefficient": norm(v, "2") ** 2 * A,
}


class Given:
    """Leaves with the numbers of `VALUES`."""

    def leaf(self, node: Any) -> Any:
        if isinstance(node, sympy.MatrixSymbol):
            return sympy.ImmutableDenseMatrix(VALUES[node.name])
        return sympy.ImmutableDenseMatrix(VALUES[node.label][int(node.index)])

    def derivative(self, node: Any) -> Any:
        raise AssertionError("nothing is differentiated here")

    def apply(self, function: Any, value: Any) -> Any:
        return function.at(value)


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_lowering_agrees_with_the_entries(expression: Any) -> None:
    expected = np.array(entries(expression, Given()).evalf(), dtype=float)
    np.testing.assert_allclose(lower(expression)(VALUES), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["1", "2", "inf", "F", "max"])
def test_norms_are_numpys(kind: str) -> None:
    order = {"1": 1, "2": 2, "inf": np.inf, "F": "fro", "max": None}[kind]
    value = VALUES["A"] @ VALUES["B"]
    expected = np.abs(value).max() if order is None else np.linalg.norm(value, order)
    kernel = lower(norm(A * B, kind))
    assert kernel(VALUES) == pytest.approx(expected, rel=1e-13)
    # A run that left the range of floats has a norm that says so, beside those that did not.
    for beyond in (np.inf, np.nan):
        left = np.stack([VALUES["A"], VALUES["A"]])
        left[1, 0, 0] = beyond
        found = lower(norm(A, kind))({**VALUES, "A": left})
        assert found[0] == lower(norm(A, kind))(VALUES)
        assert np.isnan(found[1]) if np.isnan(beyond) else found[1] == np.inf


@pytest.mark.parametrize("name", FORMULAS)
def test_activations_and_slopes_without_overflow(name: str) -> None:
    x = np.array([-800.0, -40.0, -3.0, -0.5, 0.25, 2.0, 40.0, 800.0])
    ours = np.broadcast_to(lower_activation(activation(name))(x), x.shape)
    np.testing.assert_allclose(ours, ACTIVATIONS[name](x), rtol=1e-13, atol=1e-15)
    slope = np.broadcast_to(lower_activation(activation(name).prime)(x), x.shape)
    assert np.isfinite(slope).all()
    inner = x[np.abs(x) < 10]
    step = 1e-6
    rate = (ACTIVATIONS[name](inner + step) - ACTIVATIONS[name](inner - step)) / (2 * step)
    np.testing.assert_allclose(slope[np.abs(x) < 10], rate, rtol=1e-7, atol=1e-9)


def test_an_unknown_activation_is_an_argument() -> None:
    kernel = lower(Diag(unknown().prime(v)) * A)
    assert "sigma_prime" in kernel.arguments
    np.testing.assert_allclose(
        kernel({**VALUES, "sigma_prime": np.cos}), np.cos(VALUES["v"]) * VALUES["A"]
    )
    with pytest.raises(IllFormedError, match="unknown σ cannot be run"):
        lower_activation(unknown())


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(IllFormedError, match="lacks A"):
        lower(A * v)({"v": VALUES["v"]})


def test_a_norm_that_is_not_chosen_has_no_value() -> None:
    with pytest.raises(NotSupportedError, match="not chosen"):
        lower(norm(A))


def test_lambda_is_renamed() -> None:
    rnn = elman()
    kernel = lower((rnn.gamma * rnn.lam) ** (rnn.t - rnn.k))
    assert set(kernel.arguments) == {"gamma", "lambda_", "t", "k"}
    assert kernel({"gamma": 0.5, "lambda_": 4.0, "t": 5, "k": 2}) == 8.0


def test_a_wrong_lowering_rule_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(KernelPrinter, "_print_Transposed", lambda self, n: self._print(n.args[0]))
    expected = np.array(entries(EXPRESSIONS["product"], Given()).evalf(), dtype=float)
    assert not np.allclose(lower(EXPRESSIONS["product"])(VALUES), expected)
