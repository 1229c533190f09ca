"""When a term has a value, and when it is differentiable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Expr, Symbol, Tuple
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.kernel.binders import bound, bounds, within
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import BINDERS, KINKED, STEPS, UNKNOWN, no_meaning
from symrnn.kernel.substitution import substitute
from symrnn.language import structure as placing
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import Determinant, Identity, Inverse, Ones, Parameter, Zeros
from symrnn.language.derivatives import Partial, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import Ranged
from symrnn.language.relations import ForAll, Limit, Smooth
from symrnn.language.shapes import is_column
from symrnn.language.time import TimeVector


def conditions(node: Any, smooth_in: Symbol | None = None) -> Iterator[Fact]:
    """What has to hold for every part of a term to have a value.

    Args:
        node: a term or a relation.
        smooth_in: a symbol, and then also what makes the term differentiable in it.

    Raises:
        IllFormedError: where a condition would have to hold for all values of a bound index.
    """
    if isinstance(node, Activation | Symbol | Str | Limit):
        return
    if isinstance(node, sympy.Derivative):
        for symbol in {node.variables[0], smooth_in} - {None}:
            yield from conditions(node.expr, symbol)
        return
    if isinstance(node, (ForAll, *BINDERS)):
        yield from _of_binder(node, smooth_in)
        return
    if isinstance(node, UNKNOWN[:2]):
        # A derivative is of what has a value nearby as well.
        for fact in conditions(node.of, smooth_in):
            yield Fact(fact.expression, fact.strict or fact.expression.has(MatrixExpr))
        yield from conditions(node.by)
        return
    for size in _sizes(node):
        if not size.is_positive:
            yield Fact.nonnegative(size - 1)
    varies = smooth_in is not None and smooth_in in node.free_symbols
    if isinstance(node, sympy.Pow):
        yield from of_power(node.base, node.exp, varies)
    elif isinstance(node, sympy.log):
        yield Fact.positive(node.args[0])
    elif isinstance(node, sympy.atanh):
        yield Fact.positive(1 - node.args[0] ** 2)
    elif isinstance(node, Inverse):
        yield Fact.nonzero(Entry(Determinant(node.args[0]), 1))
    elif isinstance(node, STEPS) or (varies and isinstance(node, sympy.Abs)):
        yield Fact.nonzero(node.args[0])
    elif varies and isinstance(node, sympy.Max | sympy.Min):
        for place, one in enumerate(node.args):
            yield from (Fact.nonzero(one - other) for other in node.args[:place])
    for part in node.args:
        yield from conditions(part, smooth_in)


def conditions_at(activation: Activation, value: Expr) -> list[Fact]:
    """What gives a function a value at a number: that no step in it jumps there."""
    (variable,) = activation.function.variables
    facts = conditions(activation.function.expr)
    return [Fact(substitute(fact.expression, {variable: value}), fact.strict) for fact in facts]


def _sizes(node: Any) -> tuple[Expr, ...]:
    """The sizes that a node states."""
    if isinstance(node, Parameter | TimeVector | Identity | Zeros | Ones | placing.Unvec):
        return tuple(node.shape)
    if isinstance(node, VectorFunction | placing.Rows | placing.Place):
        return (node.shape[0],)
    return ()


def is_smooth(activation: Activation) -> bool:
    """Whether an elementwise function is known to be differentiable everywhere."""
    (variable,) = activation.function.variables
    return all(fact.follows_from(()) for fact in conditions(activation.function.expr, variable))


def of_power(base: Expr, exponent: Expr, varies: bool) -> Iterator[Fact]:
    """What gives a power a value, and a derivative where it `varies`."""
    if exponent.is_Integer:
        if exponent < 0:
            yield Fact.nonzero(base)
    elif exponent.is_Rational and exponent > 0 and not varies:
        yield Fact.nonnegative(base)
    elif exponent.is_integer and not varies and not base.is_positive:
        yield Fact.nonnegative(exponent)
    else:
        yield Fact.positive(base)


def is_round(norm: Norm) -> bool:
    """Whether ‖A‖² is the sum of the squares of A's entries: other norms have edges."""
    return norm.kind == "F" or (norm.kind == "2" and is_column(norm.matrix))


def smooth(term: Any) -> Iterator[Fact | Smooth]:
    """What makes every part of a term differentiable; constants need nothing.

    A vector of a recurrence is differentiable in what it is computed from: see the package.
    """
    if not isinstance(term, sympy.Basic) or not term.has(MatrixExpr):
        return
    if isinstance(term, (*UNKNOWN, *KINKED, Partial, sympy.Sum, sympy.Product)):
        raise no_meaning(term, "an expression that is differentiable")
    if isinstance(term, Elementwise) and not is_smooth(term.activation):
        yield Smooth(term.activation, term.argument)
    if isinstance(term, Norm):
        if not is_round(term):
            raise no_meaning(term, "a norm that is differentiable where it is not 0")
        yield Fact.positive(term)
    if isinstance(term, Inverse):
        yield from conditions(term)
    if isinstance(term, sympy.Pow):
        yield from of_power(term.base, term.exp, varies=True)
    for need in (need for part in term.args for need in smooth(part)):
        if isinstance(term, Ranged) and (term.index in need.free_symbols or type(need) is Smooth):
            raise no_meaning(term, "terms that are differentiable whatever their index is")
        yield need


def _of_binder(node: Any, smooth_in: Symbol | None) -> Iterator[Fact]:
    """What holds at every index of the range: where it rises or falls with it, at the worst end."""
    (index,) = bound(node)
    inside = [Fact.nonnegative(fact) for fact in within(node)]
    parts = [part for part in node.args if part != index and not isinstance(part, Tuple | Str)]
    for fact in (fact for part in parts for fact in conditions(part, smooth_in)):
        if fact.follows_from(inside):
            continue
        rate = fact.expression.coeff(index)
        rest = sympy.expand(fact.expression - rate * index)
        if index in rest.free_symbols or not rate.is_Rational or isinstance(node, ForAll):
            raise IllFormedError(
                f"a term under the index {index} need not have a value",
                {"needed": str(fact), "in": str(node)},
            )
        _, lower, upper = bounds(node)
        worst = rest + rate * (lower if rate > 0 else upper)
        yield Fact(sympy.expand(worst), fact.strict)
