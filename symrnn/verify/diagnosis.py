"""What is wrong with a formula that disagrees: the one slip that, undone, makes it agree.

Hypotheses are rewrites of the formula (`symrnn.verify.rewrites`), constants fitted to the numbers,
and terms of the derived formula that it lacks or has twice. One is named only if the formula so
rewritten agrees at the caller's numbers and at those of a second net: among random numbers, a
coincidence does not repeat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Rational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.algebra import MatrixProduct, MatrixSum
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.shapes import is_column, is_scalar, same_shape
from symrnn.language.writing import text
from symrnn.numeric.differences import relative_error
from symrnn.recurrence.elman import RNN
from symrnn.verify.lines import line
from symrnn.verify.rewrites import DOUBLED, FACTOR, MISSING, Rewrite, rewrites, scaled
from symrnn.verify.setting import Setting
from symrnn.verify.within import Times, horizon, makes_sense

Array = NDArray[Any]

LARGEST_DENOMINATOR = 64
"""Fitted constants that are no fraction with a denominator up to this are told as decimals."""

NAMED_TERMS = 4
"""Terms of a derived sum that are tried at each of its ends."""


def value_at(formula: Any, setting: Setting, times: Times) -> Array | None:
    """A formula's value at integer times; None where it speaks of vectors that are not there."""
    known = dict(times)
    there = makes_sense(formula, known, setting.rnn)
    if not there or horizon([formula], known) > setting.steps:
        return None
    with np.errstate(all="ignore"):  # a formula that overflows is not the right one
        return np.asarray(line(formula, times, "2").value(setting, times))


@dataclass(frozen=True)
class Trial:
    """Where a formula is tried: a net, times, and the right value there.

    Attributes:
        setting: the numbers.
        times: integers for the free times.
        expected: the derivative by differences.
        tolerance: relative disagreement that passes.
    """

    setting: Setting
    times: Times
    expected: Array
    tolerance: float

    def value(self, formula: Any) -> Array | None:
        """The formula's value; None where it speaks of vectors that are not there."""
        return value_at(formula, self.setting, self.times)

    def error(self, formula: Any) -> float:
        """Relative disagreement; infinite where the formula has no value."""
        value = self.value(formula)
        if value is None or value.shape != self.expected.shape:
            return float("inf")
        return relative_error(value, self.expected)


@dataclass(frozen=True)
class Diagnosis:
    """The slip that explains a disagreement.

    Attributes:
        slip: the hypothesis that fits; None if none does.
        error: relative disagreement of the formula with the slip undone.
        tried: how many hypotheses were tried.
    """

    slip: Rewrite | None
    error: float
    tried: int

    def __str__(self) -> str:
        if self.slip is None:
            return (
                "no single transpose, reversed product, index shift, missing or doubled term,"
                f" or constant factor explains it ({self.tried} tried)"
            )
        return f"it agrees to {self.error:.0e} once {self.slip.words}"


def diagnose(
    rnn: RNN, derivative: Any, formula: MatrixExpr, here: Trial, there: Trial
) -> Diagnosis:
    """Try every hypothesis, likelier ones first.

    Args:
        rnn: the recurrence.
        derivative: what the formula claims to be, unevaluated.
        formula: what disagrees.
        here: where it disagrees.
        there: a second net, to confirm at.
    """
    tried: set[Any] = set()
    every = chain(
        _fitted(formula, here),
        rewrites(formula),
        _fitted_terms(formula, here),
        _lacking(rnn, derivative, formula),
    )
    for hypothesis in every:
        if hypothesis.formula in tried:
            continue
        tried.add(hypothesis.formula)
        error = here.error(hypothesis.formula)
        if error <= here.tolerance and there.error(hypothesis.formula) <= there.tolerance:
            return Diagnosis(hypothesis, error, len(tried))
    return Diagnosis(None, float("inf"), len(tried))


# ---------------------------------------------------------------------- constants


def _fitted(formula: MatrixExpr, here: Trial) -> Iterator[Rewrite]:
    """c times the formula; or a constant in every factor of its ordered product."""
    value = here.value(formula)
    if value is None:
        return
    factor = _factor(value, here.expected)
    if factor is None:
        return
    whole = scaled(formula, factor)
    each = list(_in_each_factor(formula, factor, here))
    # The simpler constant first: 2 in each of five factors rather than 32 once.
    yield from each
    yield whole


def _in_each_factor(formula: MatrixExpr, factor: Expr, here: Trial) -> Iterator[Rewrite]:
    parts = formula.factors if isinstance(formula, MatrixProduct) else (formula,)
    for part in parts:
        if not isinstance(part, OrderedProduct):
            continue
        count = part.length.subs(dict(here.times))
        if not count.is_Integer or count < 2:
            continue
        root = _rational(float(abs(factor)) ** (1 / int(count)))
        if count % 2:
            root *= sympy.sign(factor)
        if root**count == factor and _height(root) < _height(factor):
            inside = part.func(MatrixProduct(root, part.body), *part.args[1:])
            words = f"each factor of the product over {part.index} is multiplied by {root}"
            yield Rewrite(FACTOR, words, formula.xreplace({part: inside}))


def _fitted_terms(formula: MatrixExpr, here: Trial) -> Iterator[Rewrite]:
    """A sum in which one term has a wrong constant."""
    if not isinstance(formula, MatrixSum):
        return
    values = [here.value(term) for term in formula.args]
    if any(value is None for value in values):
        return
    whole = sum(np.asarray(value) for value in values)
    for place, (term, value) in enumerate(zip(formula.args, values, strict=True)):
        factor = _factor(np.asarray(value), here.expected - whole + value)
        if factor is not None:
            others = (*formula.args[:place], *formula.args[place + 1 :])
            words = f"the term {text(term)} is multiplied by {factor}"
            yield Rewrite(FACTOR, words, MatrixSum(*others, MatrixProduct(factor, term)))


def _factor(value: Array, expected: Array) -> Expr | None:
    """The constant c for which c · value is nearest to what is expected."""
    square = float(np.vdot(value, value).real)
    if not (np.isfinite(square) and square > 0):
        return None
    return _rational(float(np.vdot(value, expected).real) / square)


def _rational(number: float) -> Expr:
    near = Fraction(number).limit_denominator(LARGEST_DENOMINATOR)
    if abs(float(near) - number) <= 1e-9 * abs(number):
        return Rational(near.numerator, near.denominator)
    return sympy.Float(number)


def _height(number: Expr) -> float:
    """How complicated a constant is: the larger of numerator and denominator."""
    return float(max(abs(number.p), number.q)) if number.is_Rational else float("inf")


# ---------------------------------------------------------------------- terms


def _lacking(rnn: RNN, derivative: Any, formula: MatrixExpr) -> Iterator[Rewrite]:
    """A term of the derived formula that is missing, or there once too often."""
    for words, term in _terms(_derived(rnn, derivative)):
        if same_shape(term.shape, formula.shape):
            yield Rewrite(MISSING, f"the missing term {words} is added", MatrixSum(formula, term))
            once_less = MatrixSum(formula, MatrixProduct(-1, term))
            yield Rewrite(DOUBLED, f"the term {words}, one too many, is left out", once_less)


def _derived(rnn: RNN, node: Any) -> MatrixExpr | None:
    try:
        if isinstance(node, ImmediateDerivative):
            return rnn.recurrence.immediate(node.of, node.by)
        if is_scalar(node.of) and not is_column(node.by):
            return rnn.gradient(node.of, node.by)
        return rnn.jacobian(node.of, node.by, node.layout)
    except NotSupportedError:
        return None


def _terms(derived: MatrixExpr | None) -> Iterator[tuple[str, MatrixExpr]]:
    if isinstance(derived, MatrixSum):
        for term in derived.args:
            yield text(term), term
            yield from _terms(term)
    elif isinstance(derived, OrderedSum):
        yield text(derived), derived
        for steps in range(NAMED_TERMS):
            for time in (derived.lower + steps, derived.upper - steps):
                time = sympy.expand(time)
                yield f"{derived.index} = {time}", derived.at(time)
