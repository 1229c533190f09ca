"""Slips in a claim: its right side made wrong, one change at a time.

These are the slips of hand-written slides: a transpose, the order of a product, an index off by
one, a term or a factor dropped, a sign, a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy
from sympy import Integer, Rational, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Transposed, Zeros
from symrnn.language.canonical import equal_by_algebra
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Inequality, Limit
from symrnn.language.shapes import same_size, symbolic
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector

Change = Callable[[Any], Iterator[Any]]

SEEN = 1e-9
"""What is larger, computed to 15 digits at small numbers, is not 0."""


def slips(claim: Any) -> Iterator[tuple[str, Any]]:
    """Wrong versions of a claim: the right side changed by one slip at a time.

    A limit is made another one, or given to a quantity of which a part stays.
    """
    if isinstance(claim, Limit):
        quantity, variable, limit = claim.args
        yield "another limit", Limit(quantity, variable, sympy.S.One)
        if limit.is_finite:  # beside what grows without end, a term that stays is no slip
            yield "a term that stays", Limit(quantity + 1, variable, limit)
        inverse = sympy.S.Zero if limit == sympy.oo else sympy.oo
        yield "the inverse's limit", Limit(quantity, variable, inverse)
        return
    table = BOUND_SLIPS if isinstance(claim, Inequality) else SLIPS
    for slip, change in table.items():
        for wrong in _well_formed(change, claim.rhs):
            try:
                relation = type(claim)(claim.lhs, wrong)
            except IllFormedError:
                continue  # a slip that no longer has a shape is refused already
            if not _same_value(claim.rhs, wrong):
                yield slip, relation
                break


def _well_formed(change: Change, right: Any) -> Iterator[Any]:
    try:
        yield from change(right)
    except IllFormedError:
        return  # a slip that has no meaning is refused where it is built


def _same_value(right: Any, wrong: Any) -> bool:
    if isinstance(right, MatrixExpr):
        return equal_by_algebra(right, wrong)
    gap = symbolic(right - wrong)
    return not _differs(gap) and bool(sympy.simplify(gap) == 0)


def _differs(gap: Any) -> bool:
    """Whether a scalar is seen not to be 0 at numbers for its symbols, norms and entries.

    That takes no search for a simpler form. Where an index is bound, nothing is seen.
    """
    if gap.has(sympy.Sum, sympy.Product, Ranged):
        return False
    parts = sorted(gap.atoms(Norm, Entry), key=str)
    plain = gap.xreplace({part: Symbol(f"_{n}", positive=True) for n, part in enumerate(parts)})
    numbers = {
        s: Integer(n + 3) if s.is_integer else Rational(2 * n + 3, 2 * n + 5)
        for n, s in enumerate(sorted(plain.free_symbols, key=str))
    }
    value = plain.xreplace(numbers).n(15)
    return bool(value.is_Float and abs(value) > SEEN)


# ---------------------------------------------------------------------- the slips


def _each(expression: Any, kind: type | tuple[type, ...]) -> list[Any]:
    found = expression.find(lambda node: isinstance(node, kind))
    return sorted(found, key=sympy.default_sort_key)


def _transposed(expression: Any) -> Iterator[Any]:
    """A square parameter transposed."""
    for node in _each(expression, sympy.MatrixSymbol):
        if same_size(*node.shape) and not same_size(node.shape[0], 1):
            yield expression.xreplace({node: Transposed(node)})


def _reversed(expression: Any) -> Iterator[Any]:
    """An ordered product in the other direction; of diagonal matrices that is the same."""
    for node in _each(expression, OrderedProduct):
        if is_diagonal(node.body):
            continue
        side = RIGHT if node.latest == LEFT else LEFT
        other = node.func(*node.args[:4], side)
        yield expression.xreplace({node: other})


def is_diagonal(matrix: Any) -> bool:
    """Whether it is made of diagonal matrices alone."""
    if isinstance(matrix, MatrixProduct | MatrixSum):
        parts = matrix.factors if isinstance(matrix, MatrixProduct) else matrix.args
        return all(map(is_diagonal, parts))
    return isinstance(matrix, Diag | Identity)


def _swapped(expression: Any) -> Iterator[Any]:
    """Two neighbouring factors in the other order."""
    for node in _each(expression, MatrixProduct):
        factors = list(node.factors)
        for place in range(len(factors) - 1):
            swapped = [*factors]
            swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
            try:
                yield expression.xreplace({node: MatrixProduct(node.coefficient, *swapped)})
            except IllFormedError:
                continue


def _shifted_body(expression: Any) -> Iterator[Any]:
    """The index of a product or sum shifted, its bounds not."""
    for node in _each(expression, Ranged):
        body = node.at(node.index + 1)
        yield expression.xreplace({node: node.func(body, *node.args[1:])})


def _dropped_last(expression: Any) -> Iterator[Any]:
    """A sum or product that ends one time early."""
    for node in _each(expression, (OrderedSum, OrderedProduct)):
        yield expression.xreplace({node: node.over(node.lower, node.upper - 1)})


def _dropped_term(expression: Any) -> Iterator[Any]:
    """One term of a sum left out."""
    for node in _each(expression, MatrixSum):
        yield expression.xreplace({node: MatrixSum(*node.args[:-1])})


def _earlier(expression: Any) -> Iterator[Any]:
    """A vector taken one step earlier."""
    for node in _each(expression, TimeVector):
        if not node.index.is_Integer:
            yield expression.xreplace({node: node.sequence[node.index - 1]})


def _negated(expression: Any) -> Iterator[Any]:
    """The sign."""
    if not isinstance(expression, Zeros) and expression != 0:
        yield -expression


def _doubled(expression: Any) -> Iterator[Any]:
    """A constant factor."""
    if not isinstance(expression, Zeros) and expression != 0:
        yield 2 * expression


def _one_more(expression: Any) -> Iterator[Any]:
    """Zero is not what a fault can be scaled from: a one is added instead."""
    if isinstance(expression, Zeros):
        yield expression + Ones(*expression.shape)
    elif not isinstance(expression, MatrixExpr):
        yield expression + 1


def _halved(expression: Any) -> Iterator[Any]:
    """A bound half as large."""
    yield expression * Rational(1, 2)


def _one_less(expression: Any) -> Iterator[Any]:
    """Zero can not be made smaller by a factor."""
    if expression == 0:
        yield expression - 1


def _smaller(expression: Any) -> Iterator[Any]:
    """A bound too small by a tenth."""
    yield expression * Rational(9, 10)


SLIPS: dict[str, Change] = {
    "the order of a product": _reversed,
    "an index without its bounds": _shifted_body,
    "a transpose": _transposed,
    "neighbouring factors swapped": _swapped,
    "the last term or factor dropped": _dropped_last,
    "a term dropped": _dropped_term,
    "an index off by one": _earlier,
    "a sign": _negated,
    "a constant": _doubled,
    "not zero": _one_more,
}

BOUND_SLIPS: dict[str, Change] = {
    "half the bound": _halved,
    "nine tenths of the bound": _smaller,
    "not below zero": _one_less,
}
