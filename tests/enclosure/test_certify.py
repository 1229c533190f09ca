"""γ enclosed over the whole line, against mpmath at 50 digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import pytest
import sympy

from symrnn.activation_text import parse_activation
from symrnn.enclosure import BOUNDED, UNBOUNDED, UNDECIDED, Certificate, certificate, certify
from symrnn.enclosure.budget import budget
from symrnn.errors import IllFormedError
from symrnn.language.activations import FORMULAS, X, activation, unknown

DIGITS = 50
WIDTH = 1e-12

# γ from a source of its own: σ″ solved by mpmath and σ′ written out there, or known in closed form.
Gamma = Callable[[], Any]


def _at_root(slope: Callable[[Any], Any], near: float) -> Gamma:
    """|slope| where mpmath's derivative of it vanishes."""

    def gamma() -> Any:
        turn = mpmath.findroot(lambda x: mpmath.diff(slope, x), mpmath.mpf(near))
        return abs(slope(turn))

    return gamma


def _slope(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: mpmath.diff(f, x)


def _number(text: str) -> Gamma:
    return lambda: mpmath.mpf(text)


def _gelu_tanh(x: Any) -> Any:
    return (
        x / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3)))
    )


KNOWN: dict[str, tuple[Gamma, str]] = {
    "logistic": (_number("0.25"), "x = 0"),
    "tanh": (_number("1"), "x = 0"),
    "relu": (_number("1"), "x > 0"),
    "identity": (_number("1"), "every x"),
    "softplus": (_number("1"), "x → ∞"),
    "silu": (_at_root(_slope(lambda x: x / (1 + mpmath.exp(-x))), 2.4), "x = 2.3993572805154"),
    "gelu": (_at_root(_slope(lambda x: x * mpmath.ncdf(x)), 1.4), "x = 1.41421356237"),
    "sin": (_number("1"), "x = "),
    "arctan": (_number("1"), "x = 0"),
    "leaky_relu": (_number("1"), "x > 0"),
    "elu": (_number("1"), "x > 0"),
    "selu": (
        lambda: mpmath.mpf("1.0507009873554804934") * mpmath.mpf("1.6732632423543772848"),
        "x → 0 from the left",
    ),
    "softsign": (_number("1"), "x → 0"),
    "hard_tanh": (_number("1"), "-1 < x < 1"),
    "gelu_tanh": (_at_root(_slope(_gelu_tanh), 1.4), "x = 1.4185040087908"),
    "x*tanh(log(1+exp(x)))": (
        _at_root(_slope(lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x)))), 1.5),
        "x = 1.4905711794854",
    ),
    "exp(-x**2)": (lambda: mpmath.sqrt(2 / mpmath.e), "x = "),
    "sqrt(1+x**2)": (_number("1"), "x → "),
    "log(1+x**2)": (_number("1"), "x = "),
    "x + sin(x)": (_number("2"), "x = 0"),
    "sin(x) + cos(2*x)": (
        _at_root(lambda x: mpmath.cos(x) - 2 * mpmath.sin(2 * x), -0.7),
        "x = -0.70412023",
    ),
    "exp(sin(x))": (
        _at_root(lambda x: mpmath.cos(x) * mpmath.exp(mpmath.sin(x)), 0.66),
        "x = ",
    ),
    "asinh(x)": (_number("1"), "x = 0"),
    "atan(x**2)": (_at_root(lambda x: 2 * x / (1 + x**4), 0.76), "x = "),
    "x*erf(x)": (_at_root(_slope(lambda x: x * mpmath.erf(x)), 1.0), "x = "),
    "tanh(x)**3/2": (_at_root(_slope(lambda x: mpmath.tanh(x) ** 3 / 2), 0.88), "x = "),
    "sinh(x)/cosh(x)": (_number("1"), "x = 0"),
    "x*max(0, min(6, x + 3))/6": (_number("1.5"), "x → 3 from the left"),
}


@cache
def _certified(text: str) -> Certificate:
    return certify(text if text in FORMULAS else parse_activation(text))


def _exact(value: Any) -> Fraction:
    return Fraction(str(value))


def test_every_named_activation_is_here() -> None:
    assert FORMULAS.keys() <= KNOWN.keys()


@pytest.mark.parametrize("text", KNOWN)
def test_the_interval_holds_gamma(text: str) -> None:
    gamma, where = KNOWN[text]
    found = _certified(text)
    assert found.verdict == BOUNDED, found.reason
    assert found.lower is not None and found.upper is not None
    assert found.width <= WIDTH
    with mpmath.workdps(DIGITS):
        value = _exact(mpmath.nstr(gamma(), DIGITS - 10))
    rounding = Fraction(1, 10**35)
    assert found.lower - rounding <= value <= found.upper + rounding
    assert found.where.startswith(where)
    low, high = found.interval()
    assert Fraction(low) <= found.lower <= found.upper <= Fraction(high)


@pytest.mark.parametrize(
    ("text", "where"),
    {
        "x**2": "x → ",
        "sin(x**2)": "x → ",
        "x*sin(x)": "x → ",
        "exp(x)": "x → ∞",
        "exp(-x)": "x → -∞",
        "max(x, 0)**2": "x → ∞",
        "1/x": "near x = 0",
        "tan(x)": "near x = ",
        "sqrt(abs(x))": "near x = 0",
    }.items(),
)
def test_an_unbounded_slope_is_proved_to_be(text: str, where: str) -> None:
    found = _certified(text)
    assert found.verdict == UNBOUNDED
    assert found.where.startswith(where)
    assert found.record()["gamma"] is None


@pytest.mark.parametrize(
    ("text", "why"),
    {
        "log(x)": "not a real number",
        "x**(1/3)": "not a real number",
        "heaviside(x)": "jump",
        "sign(x)": "jump",
        "atan(1/x)": "jump",
        "atan(tan(x))": "jump",
        "max(0,sin(x)*cos(sqrt(2)*x))": "work allowed",
    }.items(),
)
def test_what_stopped_it_is_said(text: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificate, "budget", lambda: budget(20_000))
    found = _certified(text)
    assert (found.verdict, found.lower, found.upper) == (UNDECIDED, None, None)
    assert why in found.reason
    with pytest.raises(IllFormedError, match="no interval"):
        found.interval()


def test_a_bound_that_is_off_in_the_twelfth_digit_is_outside() -> None:
    """What the planted wrong constants miss is seen."""
    for text, (gamma, _) in KNOWN.items():
        found = _certified(text)
        assert found.lower is not None and found.upper is not None
        with mpmath.workdps(DIGITS):
            value = _exact(mpmath.nstr(gamma(), DIGITS - 10))
        for wrong in (value * (1 + Fraction(2, 10**12)), value * (1 - Fraction(2, 10**12))):
            assert not found.lower <= wrong <= found.upper


@pytest.mark.parametrize("point", [-7.3, -1.0, -0.2, 0.0, 0.4, 1.4, 2.4, 5.0])
def test_no_slope_is_above_gamma(point: float) -> None:
    for name in FORMULAS:
        found = _certified(name)
        assert found.upper is not None
        slope = abs(activation(name).prime.at(X).subs(X, sympy.Rational(str(point)))).evalf(30)
        assert slope <= sympy.Rational(found.upper.numerator, found.upper.denominator).evalf(30)


def test_what_is_no_activation_is_refused() -> None:
    with pytest.raises(IllFormedError, match="unknown σ"):
        certify(unknown())
    with pytest.raises(IllFormedError, match="unknown activation"):
        certify("nothing")
    with pytest.raises(IllFormedError, match="exactly one variable"):
        certify(sympy.Integer(3))


def test_the_record() -> None:
    record = certify("gelu").record()
    assert list(record) == [
        *("activation", "slope", "verdict", "gamma", "width", "where", "reason", "boxes"),
    ]
    assert record["gamma"] == ["1.128904145185154786", "1.128904145185154787"]


@pytest.mark.parametrize(
    ("text", "slope"), [("sign(x)", "0"), ("x*heaviside(x)", "Heaviside(x)")], ids=str
)
def test_a_slope_is_written_as_it_is_between_jumps(text: str, slope: str) -> None:
    assert certify(parse_activation(text)).record()["slope"] == slope
