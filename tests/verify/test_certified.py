"""Inequalities in one real variable, enclosed; a wrong constant is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy
from sympy import Derivative, Rational, Symbol

from symrnn.cells.elman import elman
from symrnn.enclosure.inequality import excess, require_at_most
from symrnn.enclosure.undecided import UndecidedError
from symrnn.errors import EvidenceError
from symrnn.language.activations import X, activation
from symrnn.theory import rules as by
from symrnn.theory.derivation import derivation
from symrnn.theory.library import load
from symrnn.theory.statement import Statement, statement
from symrnn.verify.certified import certify
from symrnn.verify.evidence import gather

LIBRARY, rnn = load(), elman()
x = Symbol("x", real=True)


def bounded(bound: Any) -> Statement:
    @statement(name="bounded")
    def build(r: Any) -> Any:
        """A bound of tanh′"""
        return derivation(Derivative(sympy.tanh(x), x)).at_most(bound, by.nonnegative_difference)

    return build


def test_only_the_slopes_are_inequalities_in_one_variable() -> None:
    counts = {name: certify(each.parts(rnn)) for name, each in LIBRARY.items()}
    assert {name for name, count in counts.items() if count} == {"slopes_bounded"}
    assert counts["slopes_bounded"] == 4


def test_the_grade_is_given() -> None:
    grades = gather(LIBRARY["slopes_bounded"], rnn, LIBRARY).grades
    assert grades == ("sampled", "explicit", "derived", "certified")


@pytest.mark.parametrize("wrong", [Rational(999, 1000), 1 - Rational(1, 10**11)])
def test_a_bound_that_is_too_small_is_refused(wrong: Any) -> None:
    with pytest.raises(EvidenceError, match="does not confirm"):
        certify(bounded(wrong).parts(rnn))
    assert certify(bounded(1).parts(rnn)) == 1


@pytest.mark.parametrize(
    ("left", "right", "most"),
    [
        (sympy.sin(X), sympy.Integer(1), 0),
        (1 - X**2, sympy.Integer(1) - X**2, 0),
        (sympy.exp(-(X**2)), 1 / (1 + X**2), 0),
        (activation("logistic").prime.at(X), 1 / (4 + X**2), 0),
        (sympy.cos(X), sympy.Rational(1, 2), Fraction(1, 2)),
        (sympy.tanh(X), sympy.Integer(3), -2),
    ],
    ids=str,
)
def test_the_excess(left: Any, right: Any, most: Any) -> None:
    found = excess(left, right)
    assert most <= found <= most + Fraction(1, 10**12)


WAVES = sympy.sin(X) * sympy.cos(sympy.sqrt(2) * X)
CLIPPED = sympy.Max(-1, sympy.Min(2, 1 / (X - Rational(1, 10))))


@pytest.mark.parametrize(
    ("left", "right", "most"),
    [
        (WAVES, sympy.Integer(1), 0),
        (sympy.sin(X) + sympy.cos(sympy.pi * X), Rational(3, 2), Fraction(1, 2)),
        (sympy.exp(-1 / (1 + X**2)), sympy.Integer(1), 0),
        (sympy.Abs(sympy.sin(X)), sympy.Integer(1), 0),
        (sympy.Max(sympy.sin(X), sympy.cos(X)), sympy.Integer(1), 0),
        ((X - Rational(1, 10)) * CLIPPED, sympy.Integer(1), 0),
        (sympy.Abs(X - 1) - sympy.Abs(X + 1), sympy.Integer(2), 0),
        (sympy.Max(X + 10**17, 2 * X + 10**17) - sympy.Max(X, 2 * X), sympy.Integer(10**17), 0),
    ],
    ids=str,
)
def test_waves_singularities_and_kinks(left: Any, right: Any, most: Any) -> None:
    """An inequality that holds is enclosed, and one that fails by little is refused."""
    assert most <= excess(left, right) <= most + Fraction(1, 10**12)
    with pytest.raises(EvidenceError, match="does not confirm"):
        require_at_most(left, right + Rational(most) - Rational(1, 10**9), Fraction(1, 10**12))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (X, X**2 + 1),  # it holds, but the difference has no lower bound
        (X * sympy.sin(X) * sympy.cos(X), sympy.Integer(8)),
        (sympy.exp(-1 / X**2), sympy.Integer(1)),  # not defined at 0
        (sympy.atan(1 / X), sympy.Integer(2)),
        (sympy.tan(X), sympy.tan(X) + 1 / sympy.sin(X)),
        (sympy.Heaviside(X), sympy.Integer(1)),
        (sympy.log(X), X),
    ],
    ids=str,
)
def test_what_is_not_decided_is_no_grade(left: Any, right: Any) -> None:
    with pytest.raises(UndecidedError):
        require_at_most(left, right, Fraction(1, 10**12))
