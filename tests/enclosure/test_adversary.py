"""A wrong certificate is caught: each false γ that was once certified, and planted faults."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy

from symrnn.activation_text import parse_activation
from symrnn.enclosure import BOUNDED, UNDECIDED, Certificate, certify, waves
from symrnn.enclosure.adversary import NotRealError, highest, quotient, steepest
from symrnn.enclosure.certificate import confirm
from symrnn.errors import DisagreementError
from symrnn.language.activations import X, activation

# What was certified, too small.
FALSE = {
    "x*sin(x)*cos(x)": "7.917",
    "x*sin(x)**2": "7",
    "sin(x)*cos(sqrt(2)*x)": "1.41333",
    "x + (x-0.1)*max(-1, min(2, 1/(x-0.1)))": "1",
    "tanh(x)": "0.999999999",
    "log(1+exp(x))": "0.9999999999",
    "sin(x)/x": "0.43618",
    "exp(-1/x**2)": "0.8198",
    "abs(x)**0.5": "100000",
    "1/(x-0.1)": "1000000",
    "x*log(1+x**2)": "1000",
    "cos(exp(x))": "100000",
    "tanh(x-1000)": "0.9",
}


def _claimed(text: str, bound: str) -> Certificate:
    sigma = activation(parse_activation(text))
    return Certificate(sigma, BOUNDED, Fraction(0), Fraction(bound), "nowhere")


@pytest.mark.parametrize("text", FALSE)
def test_a_bound_that_is_too_small_is_an_error_of_ours(text: str) -> None:
    near = [mpmath.mpf(1000)] if "1000" in text else []
    with pytest.raises(DisagreementError, match="above the certified bound"):
        confirm(_claimed(text, FALSE[text]), near, effort=3)


def test_a_planted_fault_in_the_product_of_waves_gives_no_certificate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All waves taken for one: the sum of coefficients is then their common amplitude."""

    def as_one(parts: Any) -> Any:
        total = abs(waves.ball(sum((c for _, c in parts), sympy.S.Zero)))
        return total.upper(), total

    monkeypatch.setattr(waves, "largest", as_one)
    monkeypatch.setattr(waves, "triangle", lambda parts: as_one([])[0])
    with pytest.raises(DisagreementError):
        certify(parse_activation("sin(x)*cos(sqrt(2)*x)"))


def test_a_quotient_is_the_slope_at_every_scale() -> None:
    for exponent in (-200, -10, 0, 3, 200):
        x = mpmath.mpf(10) ** exponent
        assert abs(quotient(mpmath.sin, x) - abs(mpmath.cos(x))) < 1e-12 or exponent == 200
        assert abs(quotient(lambda y: 3 * y, x) - 3) < mpmath.mpf(10) ** -30
    assert quotient(lambda y: 1 / mpmath.mpf(0), mpmath.mpf(1)) == -1


def test_what_is_not_real_is_said() -> None:
    with pytest.raises(NotRealError, match="not a real number"):
        steepest(sympy.log(X))
    assert certify(sympy.log(X + 20)).verdict == UNDECIDED


def test_the_highest_value() -> None:
    assert abs(highest(X * sympy.exp(-X)).slope - mpmath.exp(-1)) < 1e-12
