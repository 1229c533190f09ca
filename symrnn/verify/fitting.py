"""Constants fitted to the numbers: of a whole formula, of each factor of a product, of a term."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Rational
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.algebra import MatrixProduct, MatrixSum
from symrnn.language.ordered import OrderedProduct
from symrnn.language.writing import text
from symrnn.verify.places import Trial
from symrnn.verify.rewrites import FACTOR, Rewrite, scaled

Array = NDArray[Any]

LARGEST_DENOMINATOR = 64
"""Fitted constants that are no fraction with a denominator up to this are told as decimals."""


def fitted(formula: MatrixExpr, here: Trial) -> Iterator[Rewrite]:
    """c times the formula; or a constant in every factor of its ordered product."""
    value = here.value(formula)
    if value is None:
        return
    factor = factor_of(value, here.expected)
    if factor is None:
        return
    # The simpler constant first: 2 in each of five factors rather than 32 once.
    yield from _in_each_factor(formula, factor, here)
    yield scaled(formula, factor)


def fitted_terms(formula: MatrixExpr, here: Trial) -> Iterator[Rewrite]:
    """A sum in which one term has a wrong constant."""
    if not isinstance(formula, MatrixSum):
        return
    values = [here.value(term) for term in formula.args]
    if any(value is None for value in values):
        return
    whole = sum(np.asarray(value) for value in values)
    for place, (term, value) in enumerate(zip(formula.args, values, strict=True)):
        factor = factor_of(np.asarray(value), here.expected - whole + value)
        if factor is not None:
            others = (*formula.args[:place], *formula.args[place + 1 :])
            words = f"the term {text(term)} is multiplied by {factor}"
            yield Rewrite(FACTOR, words, MatrixSum(*others, MatrixProduct(factor, term)))


def factor_of(value: Array, expected: Array) -> Expr | None:
    """The constant c for which c · value is nearest to what is expected; None without one."""
    if value.shape != expected.shape:
        return None
    square = float(np.vdot(value, value).real)
    if not (np.isfinite(square) and square > 0):
        return None
    number = float(np.vdot(value, expected).real) / square
    return _rational(number) if np.isfinite(number) and number != 0 else None


def _in_each_factor(formula: MatrixExpr, factor: Expr, here: Trial) -> Iterator[Rewrite]:
    parts = formula.factors if isinstance(formula, MatrixProduct) else (formula,)
    for part in parts:
        if not isinstance(part, OrderedProduct):
            continue
        count = part.length.subs(dict(here.times))
        if not count.is_Integer or count < 2:
            continue
        root = _rational(float(abs(factor)) ** (1 / int(count)))
        for signed in (-root, root):
            if signed**count == factor and _height(signed) <= _height(factor):
                inside = part.func(MatrixProduct(signed, part.body), *part.args[1:])
                words = f"each factor of the product over {part.index} is multiplied by {signed}"
                yield Rewrite(FACTOR, words, formula.xreplace({part: inside}))


def _rational(number: float) -> Expr:
    near = Fraction(number).limit_denominator(LARGEST_DENOMINATOR)
    if near and abs(float(near) - number) <= 1e-9 * abs(number):
        return Rational(near.numerator, near.denominator)
    return sympy.Float(number)


def _height(number: Expr) -> float:
    """How complicated a constant is: the larger of numerator and denominator."""
    return float(max(abs(number.p), number.q)) if number.is_Rational else float("inf")
