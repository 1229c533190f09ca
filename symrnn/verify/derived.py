"""The formulas that are derived for a claimed derivative, to find a wrong one's slip in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import MatrixSum, Transposed
from symrnn.language.canonical import transpose
from symrnn.language.derivatives import NUMERATOR, ImmediateDerivative
from symrnn.language.ordered import OrderedSum, fresh_index
from symrnn.language.shapes import is_column, is_scalar, same_shape, same_size
from symrnn.language.structure import Unvec, Vec
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.recurrence import total
from symrnn.recurrence.recurrence import Recurrent

NAMED_TERMS = 4
"""Terms of a derived sum that are tried at each of its ends."""


def derived_forms(rnn: Recurrent, node: Any) -> list[MatrixExpr]:
    """What is derived for an unevaluated derivative, in one form or several; none where none is."""
    try:
        forms = list(_forms(rnn, node))
    except (IllFormedError, NotSupportedError):
        return []
    return [form for form in forms if same_shape(form.shape, node.shape)]


def as_claimed(node: Any, formula: MatrixExpr) -> MatrixExpr | None:
    """A formula in the shape of the derivative it claims to be; None if it has another.

    The derivative of a scalar by a column is a row or a column, by a matrix a matrix or its vec:
    one thing in different shapes, which no transpose could be mistaken for.
    """
    if same_shape(formula.shape, node.shape):
        return formula
    if not is_scalar(node.of) or is_scalar(node.by):
        return None
    matrix = node.by.args[0] if isinstance(node.by, Vec) else node.by
    if is_column(formula) or same_size(formula.shape[0], 1):
        column = formula if is_column(formula) else Transposed(formula)
    elif isinstance(node.by, Vec) and same_shape(formula.shape, matrix.shape):
        column = Vec(formula)
    else:
        return None
    readings = [column, Transposed(column)]
    if same_size(column.shape[0], matrix.shape[0] * matrix.shape[1]):
        readings.append(Unvec(column, *matrix.shape))
    return next((each for each in readings if same_shape(each.shape, node.shape)), None)


def terms_of(derived: MatrixExpr) -> Iterator[tuple[str, MatrixExpr]]:
    """The terms of a derived sum, and what they are called."""
    if isinstance(derived, MatrixSum):
        for term in derived.args:
            yield text(term), term
            yield from terms_of(term)
    elif isinstance(derived, OrderedSum):
        yield text(derived), derived
        for steps in range(NAMED_TERMS):
            for time in (derived.lower + steps, derived.upper - steps):
                time = sympy.expand(time)
                yield f"{derived.index} = {time}", derived.at(time)


def _forms(rnn: Recurrent, node: Any) -> Iterator[MatrixExpr]:
    of = node.of
    if isinstance(of, OrderedSum) and isinstance(of.body, TimeVector):
        index = fresh_index(of.free_symbols | {of.index, rnn.recurrence.index})
        one = node.func(of.body.subs(of.index, index), *node.args[1:])
        for form in _forms(rnn, one):
            yield OrderedSum(form, index, of.lower, of.upper)
        return
    if isinstance(node, ImmediateDerivative):
        form = rnn.recurrence.immediate(of, node.by)
        yield form if node.layout == NUMERATOR else transpose(form)
        return
    since = max((state.index for state in node.held), key=str, default=sympy.S.Zero)
    if node.held and len(node.held) > len(rnn.recurrence.states):
        return
    if is_scalar(of) and isinstance(of, TimeVector):
        parameter = node.by.args[0] if isinstance(node.by, Vec) else node.by
        form = as_claimed(node, total.gradient(rnn.recurrence, of, parameter, since))
        if form is not None:
            yield form
    if not node.held and (is_column(node.by) and is_column(of)):
        yield total.jacobian(rnn.recurrence, of, node.by, node.layout)
