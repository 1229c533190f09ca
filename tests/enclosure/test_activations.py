"""γ of some hundred activations: never wrong, rarely undecided.

Where γ is known in closed form the interval must hold it. Elsewhere an independent search comes
close to it from below and never above. The whole table is slow; the kinds that were once certified
wrong, or not at all, run always.
"""

from __future__ import annotations

import re
import time
from fractions import Fraction
from functools import cache

import mpmath
import pytest

from symrnn.activation_text import parse_activation
from symrnn.enclosure import BOUNDED, UNBOUNDED, UNDECIDED, Certificate, certify
from symrnn.enclosure.certificate import confirm

from .activations import ACTIVATIONS
from .attacks import ATTACKS

ALL = {**ACTIVATIONS, **ATTACKS}

WIDTH = Fraction(1, 10**12)
SHARE = Fraction(5, 100)
CLOSE = 0.99
"""Of γ the independent search finds at least this share."""
LONGEST = 30
"""Seconds of the processor that an answer and its search may take: a guard against what hangs."""
HUNTED = 50
"""The search finds slopes of at least this size where |σ′| is unbounded."""

KINDS: dict[str, list[str]] = {
    "24 waves": [
        "x*sin(x)*cos(x)",
        "x*sin(x)*cos(sqrt(2)*x)",
        "sin(x)*cos(sqrt(2)*x)",
        "sin(x)+cos(pi*x)",
        "sin(x**2)*sin(x)",
        "cos(x)**2*sin(sqrt(3)*x)",
    ],
    "25 essential singularities": ["exp(-1/x**2)", "x*exp(-1/x**2)", "exp(-1/abs(x))", "exp(-1/x)"],
    "26 kinks": [
        "x + (x-0.1)*max(-1, min(2, 1/(x-0.1)))",
        "max(max(x+1e17, 2*x+1e17), x/2+1e17)",
        "max(sin(x), cos(x))",
        "x*max(-1, min(1, 1/x))",
    ],
    "27 crashes": ["abs(tanh(x)-0.5)", "min(1, max(-1, 1/x))"],
    "28 easy cases": [
        "sin(x)/x",
        "(1-cos(x))/x**2",
        "x/tanh(x)",
        "(exp(x)-1)/x",
        "log(1+x**2)/x",
        "x*heaviside(x)",
        "x*sign(x)",
        "abs(x)**1.5",
        "abs(sin(x))",
        "tanh(x-1e6)",
        "sin(sin(x))",
        "exp(-exp(x))",
        "2**x",
        "cos(exp(x))",
    ],
    "below a fraction line": ["1/(2+sin(x**2))", "1/(1+x**2*(2+sin(x)))"],
    "far and narrow": ["exp(-1e8*(x-0.123)**2)", "exp(-(x-250)**2)+tanh(x)/2"],
}


@cache
def _certified(text: str) -> Certificate:
    return certify(parse_activation(text))


def _is_right(text: str) -> bool:
    """Whether a certificate says what is known; False if it is undecided for no reason."""
    expected, found = ALL[text], _certified(text)
    if found.verdict == UNDECIDED:
        return expected == "refused"
    if found.verdict == UNBOUNDED:
        assert expected == "unbounded", found
        assert confirm(found, effort=2).slope > HUNTED
        return True
    assert found.verdict == BOUNDED
    assert expected not in ("unbounded", "refused"), found
    assert found.lower is not None and found.upper is not None
    assert found.lower <= found.upper <= found.lower + WIDTH * (1 + found.lower)
    if expected != "?":
        value, slack = Fraction(expected), Fraction(1, 10**13)
        assert found.lower * (1 - slack) <= value <= found.upper * (1 + slack)
    # Nor is γ too large: where it is said to be, the other code finds a slope that comes close.
    place = re.search(r"x = (-?[0-9.]+)", found.where)
    steep = confirm(found, [mpmath.mpf(place[1])] if place else [], effort=2)
    assert steep.slope >= mpmath.mpf(float(found.lower)) * CLOSE
    return True


@pytest.mark.parametrize("text", [text for kind in KINDS.values() for text in kind])
def test_what_was_wrong_is_right(text: str) -> None:
    assert _is_right(text)


@pytest.mark.slow
@pytest.mark.parametrize("text", ALL)
def test_no_certificate_is_wrong(text: str) -> None:
    begun = time.process_time()
    _is_right(text)
    assert time.process_time() - begun < LONGEST


@pytest.mark.slow
def test_few_are_undecided() -> None:
    assert len(ALL) >= 250
    undecided = [text for text in ALL if not _is_right(text)]
    assert len(undecided) <= SHARE * len(ALL), undecided
