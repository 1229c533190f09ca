"""Kinks are found, and the slope there is what the convention says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Abs, Heaviside, Max, Rational, sign, sin

from symrnn.errors import NotSupportedError
from symrnn.language.activations import FORMULAS, X, activation, unknown
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.stable.pieces import at_kink, convention, kinks

SCALE = Rational("1.0507009873554804934") * Rational("1.6732632423543772848")
SLOPES = {
    "relu": {0: 0},
    "leaky_relu": {0: Rational(1, 100)},
    "selu": {0: SCALE},
    "hard_tanh": {-1: 0, 1: 0},
}


@pytest.mark.parametrize("name", FORMULAS)
def test_the_named_kinks(name: str) -> None:
    found = {kink.at: kink.slope for kink in kinks(activation(name))}
    assert found == SLOPES.get(name, {})


@pytest.mark.parametrize("name", SLOPES)
def test_kernels_and_oracles_take_that_slope(name: str) -> None:
    for at, slope in SLOPES[name].items():
        point = np.array([float(at)])
        assert lower_activation(activation(name).prime)(point) == pytest.approx(float(slope))
        oracle = ACTIVATIONS[name](point + 1e-30j).imag / 1e-30
        assert oracle == pytest.approx(float(slope))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [(Abs(X), {0: 0}), (Max(X, 2 * X - 3), {3: 1}), (sin(5 * X) * Abs(X), {})],
)
def test_other_kinks(formula: Any, expected: dict[int, int]) -> None:
    assert {kink.at: kink.slope for kink in kinks(activation(formula))} == expected


def test_what_is_taken_is_said() -> None:
    said = {name: convention(activation(name)) for name in FORMULAS}
    assert said["hard_tanh"] == "σ′ is taken to be 0 at the kinks x = -1 and x = 1"
    assert said["selu"] == "σ′ is taken to be 1.7581 at the kink x = 0"
    assert {name for name, words in said.items() if words} == set(SLOPES)
    assert convention(activation(Max(X, 2 * X, 3 * X - 1))) == (
        "σ′ is taken to be 1 at the kink x = 0; σ′ is taken to be 2 at the kink x = 1"
    )
    assert convention(unknown()) == "" == convention(activation(Abs(sin(X))))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (sign(X), "σ′ is taken to be 0 at the jump x = 0"),
        (Heaviside(X - 1) + X, "σ′ is taken to be 1 at the jump x = 1"),
        (Heaviside(X) / X, "σ′ is taken to be 0 at the jump x = 0"),
        (
            Heaviside(X) + Abs(X - 3),
            "σ′ is taken to be -1 at the jump x = 0; σ′ is taken to be 0 at the kink x = 3",
        ),
        (X**2 * sign(X), ""),
    ],
)
def test_a_jump_is_said_to_be_one(formula: Any, words: str) -> None:
    assert convention(activation(formula)) == words


def test_entries_at_a_kink() -> None:
    a = np.array([[0.0, 1.0], [-1e-9, 2.0]])
    sigma = activation("relu")
    assert at_kink(sigma, a).tolist() == [[True, False], [False, False]]
    assert at_kink(sigma, a, within=1e-6).tolist() == [[True, False], [True, False]]
    assert not at_kink(activation("tanh"), a).any()
    # A planted fault: the kink elsewhere.
    moved = activation(Max(0, X - 1))
    assert at_kink(moved, a).tolist() == [[False, True], [False, False]]


def test_infinitely_many_kinks_are_refused() -> None:
    with pytest.raises(NotSupportedError, match="kinks"):
        kinks(activation(Abs(sympy.sin(X))))
