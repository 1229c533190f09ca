"""Stable forms keep their digits, unstable ones are refused, and what is lost is stated."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import sympy
from references import ALL, allowed, expected, places
from sympy import exp, tanh

from symrnn.language.activations import FORMULAS, X, activation
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.stable import plan as planning
from symrnn.numeric.stable.measure import points
from symrnn.numeric.stable.pieces import at_kink
from symrnn.numeric.stable.plan import chosen_now, plan


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ALL)
def test_values_and_slopes_keep_their_digits(name: str, dtype: str) -> None:
    x = places()
    if dtype == "float32":
        # Where doubles are good, so are floats mostly: a part of the points must do.
        x = x[(np.abs(x) < 8e37) & ((np.abs(x) > 1e-37) | (x == 0))][::2]
    given = x.astype(dtype)
    # At a kink the value is a convention, which has tests of its own.
    smooth = ~at_kink(activation(ALL[name]), given)
    largest = float(np.finfo(dtype).max)
    for sigma in (activation(ALL[name]), activation(ALL[name]).prime):
        (variable,) = sigma.function.variables
        formula = sigma.function.expr.xreplace({variable: X})
        reference = expected(formula, given.astype(float))
        with np.errstate(over="warn" if np.all(reference.high <= largest) else "ignore"):
            got = np.broadcast_to(lower_activation(sigma)(given), given.shape)
        assert got.dtype == dtype or not formula.has(X)
        ulps = reference.of_values(got.astype(float), dtype, smooth)
        assert np.nanmax(ulps) <= allowed(formula, dtype), x[int(np.nanargmax(ulps))]


@pytest.mark.parametrize("name", ["tanh", "logistic", "softplus", "selu", "relu"])
def test_common_activations_have_nothing_to_state(name: str) -> None:
    for formula in (FORMULAS[name], FORMULAS[name].diff(X)):
        assert not plan(formula).where and str(plan(formula)) == "within 4 ulp"


def test_an_unstable_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    unstable = 1 - tanh(X) ** 2
    assert plan(unstable).form != unstable
    monkeypatch.setattr(planning.candidates, "forms", lambda part: iter([]))
    monkeypatch.setattr(planning.candidates, "series", lambda part, root: iter([]))
    alone = chosen_now(unstable)
    assert alone.where and "ulp" in str(alone)
    assert alone.worst["float64"] > 1e6


def test_a_wrong_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = planning.candidates.forms
    wrong = 4 * exp(-2 * sympy.Abs(X))
    monkeypatch.setattr(planning.candidates, "forms", lambda part: iter([[wrong], *forms(part)]))
    assert chosen_now(1 - tanh(X) ** 2).form == plan(1 - tanh(X) ** 2).form


def test_what_cannot_be_measured_says_so() -> None:
    assert "not measured" in str(plan(sympy.gamma(X)))


def test_no_warning_at_the_ends_of_the_range() -> None:
    x = points()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in FORMULAS:
            assert np.isfinite(lower_activation(activation(name).prime)(x)).all()
