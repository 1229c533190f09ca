"""σ′ through σ: found where it exists, equal to the derivative, refused where it does not exist."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

from symrnn import Diag, activation, elman, lower
from symrnn.language.activations import FORMULAS, X
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.rewrites import slopes
from symrnn.recurrence import slopes as through
from symrnn.recurrence.slopes import slope_through_value

FOUND = {
    "logistic": X * (1 - X),
    "tanh": 1 - X**2,
    "identity": sympy.S.One,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_what_is_known_of_each_activation(name: str) -> None:
    found = slope_through_value(activation(name))
    if name in FOUND:
        assert found is not None and sympy.expand(found(X) - FOUND[name]) == 0
    else:
        assert found is None


@settings(deadline=None, max_examples=20)
@given(
    scale=st.fractions(min_value=Rational(1, 4), max_value=4, max_denominator=9),
    rate=st.fractions(min_value=Rational(1, 4), max_value=3, max_denominator=5),
    shift=st.fractions(min_value=-2, max_value=2, max_denominator=5),
    kind=st.sampled_from([sympy.tanh, lambda u: 1 / (1 + sympy.exp(-u)), sympy.exp]),
)
def test_scaled_and_shifted_sigmoids(scale: Any, rate: Any, shift: Any, kind: Any) -> None:
    c, r, e = (Rational(str(value)) for value in (scale, rate, shift))
    sigma = activation(c * kind(r * X) + e)
    found = slope_through_value(sigma)
    assert found is not None
    for point in (-0.7, 0.3, 1.1):
        value, slope = (float(f.at(point)) for f in (sigma, sigma.prime))
        assert float(found(value)) == pytest.approx(slope, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize(
    "formula", [sympy.tanh(X) + X / 10, X**3, sympy.sinh(X), sympy.log(1 + sympy.exp(X)), X**2]
)
def test_no_polynomial_is_invented(formula: sympy.Expr) -> None:
    assert slope_through_value(activation(formula)) is None


def test_only_the_slope_of_the_recurrence_is_shared() -> None:
    rnn, other = elman(sympy.exp(X)), activation("logistic")
    j, a, s = rnn.j, rnn.a, rnn.s
    shared = through.replaced(
        Diag(rnn.slope(a[j + 2])) * rnn.W, rnn.recurrence, slopes.keeps_digits
    )
    assert shared.has(s[j + 2]) and not shared.has(a[j + 2])
    for untouched in (Diag(other.prime(a[j])) * rnn.W, Diag(rnn.slope(s[j])) * rnn.W):
        assert through.replaced(untouched, rnn.recurrence, slopes.keeps_digits) == untouched


@pytest.mark.parametrize("name", ["tanh", "logistic"])
def test_what_cancels_is_not_shared(name: str) -> None:
    rnn = elman(name)
    found = slope_through_value(rnn.sigma)
    assert found is not None and not slopes.keeps_digits(found, rnn.sigma)
    slope = Diag(rnn.slope(rnn.a[rnn.j])) * rnn.W
    assert through.replaced(slope, rnn.recurrence, slopes.keeps_digits) == slope


def test_a_wrong_polynomial_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    rnn = elman("tanh")
    points = np.linspace(-2, 2, 7)[:, None]
    values = {"a": {3: points}, "s": {3: np.tanh(points)}, "j": 3, "dtype": float}
    expected = lower_activation(rnn.sigma.prime)(points)

    def shared() -> np.ndarray:
        node = through.replaced(rnn.slope(rnn.a[rnn.j]), rnn.recurrence, slopes.keeps_digits)
        return np.asarray(lower(node)(values))

    np.testing.assert_allclose(shared(), expected, rtol=1e-13)
    wrong = sympy.Lambda(X, 1 - X)
    monkeypatch.setattr(through, "slope_through_value", lambda sigma: wrong)
    monkeypatch.setattr(slopes, "keeps_digits", lambda polynomial, sigma: True)
    assert not np.allclose(shared(), expected)
