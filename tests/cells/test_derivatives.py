"""Derivatives in the names of gates: against the complex step by hand, and short."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from by_hand import PASSES, SIZES, build
from sympy import Lambda, Symbol

from symrnn.cells import Cell, cell, named, stacked
from symrnn.language.activations import X
from symrnn.language.algebra import Softmax
from symrnn.language.writing import latex, text
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.weights import Weights, random_weights
from symrnn.recurrence import slopes

Array = Any
T = Symbol("t", integer=True)
H = 1e-30


def numbers(made: Cell) -> Weights:
    return random_weights(made, steps=1, **{s.name: SIZES[s.name] for s in made.sizes})


def bound(made: Cell, weights: Weights) -> dict[str, Any]:
    """Arguments of a lowered derivative at t = 1."""
    run = Kernels(made, planned=False).forward(weights)
    fit = run.weights
    values = {n: a if n in fit.matrices else a[..., None] for n, a in fit.parameters.items()}
    values |= {n: fit.parameters[n][()] for n in fit.scalars}
    for name, rows in run.rows.items():
        before = np.full((2 - len(rows), *rows.shape[1:]), np.nan)
        values[name] = np.concatenate([before, rows])[..., None]
    return {**values, **fit.sizes, "dtype": np.float64, "t": 1}


def one_step(name: str, weights: Weights, of: str, by: str) -> Array:
    """∂of_1/∂by_0 through the pass by hand, all other states of the time 0 held."""
    parameters, columns = SimpleNamespace(**weights.parameters), []
    for place in range(len(weights.states[by])):
        state = {label: array.astype(complex) for label, array in weights.states.items()}
        state[by][place] += H * 1j
        step = PASSES[name](parameters, SimpleNamespace(**state), weights.inputs["x"][0])
        columns.append(np.asarray(step[of], complex).imag / H)
    return np.array(columns).T


def disagreement(name: str) -> float:
    made = build(name)
    weights = numbers(made)
    arguments, worst = bound(made, weights), 0.0
    for of in made.states:
        for by in made.states:
            # At time 0 no state follows from another: all others are held.
            derived = lower(made.jacobian(of[1], by[0]))(arguments)
            exact = one_step(name, weights, of.label, by.label)
            assert np.isfinite(derived).all()
            worst = max(worst, float(np.abs(derived - exact).max()))
    return worst


@pytest.mark.parametrize("name", [n for n in PASSES if n != "two_layers"])
def test_a_step_in_the_names_of_gates(name: str) -> None:
    assert disagreement(name) < 1e-13


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_a_wrong_polynomial_of_a_value_is_seen(name: str, monkeypatch: Any) -> None:
    right = slopes.slope_through_value

    def wrong(activation: Any) -> Any:
        polynomial = right(activation)
        return polynomial and Lambda(X, polynomial(X) + X / 7)

    monkeypatch.setattr(slopes, "slope_through_value", wrong)
    assert disagreement(name) > 1e-3


def test_the_step_of_the_lstm_is_a_few_lines() -> None:
    lstm = named("lstm")
    c, h = lstm.states
    said = text(lstm.jacobian(h[T], h[T - 1]))
    assert [said.count(f"W_{gate}") for gate in "ifgo"] == [1, 1, 1, 1]
    assert "exp" not in said and "i_t*(1 - i_t)" in said and "1 - g_t**2" in said
    assert len(said) < 250
    # c_0 is given, and nothing moves along; later h_{t-1} does.
    assert text(lstm.jacobian(c[1], c[0])) == "diag(f_1)"
    assert text(lstm.jacobian(c[T], c[T - 1])).startswith("diag(f_t) + (")


def test_a_softmax_that_has_a_name_is_called_by_it_at_its_time() -> None:
    of = cell("a = softmax(W h' + U x); h = a * h' + (1 - a) * tanh(V x)")
    a, h, x = of["a"], of["h"], of.inputs[0]
    said = text(of.jacobian(a[T + 1], h[T]))
    assert said == "diag(a_{t + 1}) W - a_{t + 1} a_{t + 1}ᵀ W"
    for by in (h[T - 1], x[T], *of.parameters):
        assert not of.jacobian(h[T], by).has(Softmax)


def test_each_weight_is_multiplied_with_once_in_a_step() -> None:
    passes = Kernels(named("lstm"))
    for name in ("forward", "backward"):
        loop = passes.loops(name).source.partition("    for ")[2].partition("return")[0]
        # Four gates, however many products they are computed in.
        assert 1 <= loop.count("product(") <= 4


def test_subscripts_and_times_share_one_subscript() -> None:
    made = stacked(named("elman"), 2)
    first, second = made.states
    assert latex(second[T - 1]) == "h_{2, t - 1}"
    assert latex(made.jacobian(second[T], first[T])).count("_{2, t}") >= 1
