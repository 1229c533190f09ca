"""Numbers: algebra that is decided, order, maxima and minima, functions of one variable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy
from sympy import Expr, Max, Min, S, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import algebra as decision
from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.facts import Fact
from symrnn.kernel.recurrences import hypothesis
from symrnn.kernel.terms import require_term
from symrnn.kernel.theorem import Theorem, _facts, _make
from symrnn.kernel.values import conditions, conditions_at
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, Ones, Zeros, split_coefficient
from symrnn.language.entry import Entry
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import symbolic


@schema
def algebra(left: Any, right: Any) -> Theorem:
    """x = y, where both have one normal form; see `symrnn.kernel.algebra` and `.scalars`.

    Every step to the normal form is a law of rings and modules, and every power that is taken
    apart or put together has a value.
    """
    require_term(left)
    require_term(right)
    if not decision.equal(left, right):
        raise inapplicable(f"{left} = {right}", "two sides that are equal by algebra")
    return _make((), Equation(left, right), None)


@schema
def order(left: Any, right: Any, given: Iterable[Any] = ()) -> Theorem:
    """x ≤ y, where the order procedure shows y - x ≥ 0 from facts, which are assumed."""
    relation = Inequality(left, right)
    needs = {hypothesis(each) for each in given}
    gap = Fact(relation.rhs - relation.lhs)
    if not gap.follows_from((*_facts(needs), *conditions(relation))):
        raise inapplicable(relation, "an inequality that follows from the facts given")
    return _make(needs, relation, None)


@schema
def larger(extreme: Any, value: Any) -> Theorem:
    """max(x, y) = y where x ≤ y, and min(x, y) = x where x ≤ y."""
    if not isinstance(extreme, Max | Min) or value not in extreme.args:
        raise inapplicable(extreme, "a maximum or minimum, and one of its arguments")
    towards = 1 if isinstance(extreme, Max) else -1
    needs = [Fact.nonnegative(towards * (value - other)) for other in extreme.args]
    return _make(needs, Equation(extreme, value), None)


@schema
def minimum_by_maximum(least: Any) -> Theorem:
    """min(x, y) = x y / max(x, y) where max(x, y) ≠ 0: the two together are x and y."""
    if not isinstance(least, Min) or len(least.args) != 2:
        raise inapplicable(least, "a minimum of two numbers")
    greatest = Max(*least.args)
    needs = (Fact.nonzero(greatest),)
    return _make(needs, Equation(least, sympy.Mul(*least.args) / greatest), None)


@schema
def scaled_maximum(greatest: Any, scale: Any) -> Theorem:
    """max(x, y) = max(c x, c y)/c where c > 0: multiplying by c keeps the order."""
    if not isinstance(greatest, Max):
        raise inapplicable(greatest, "a maximum")
    scale = symbolic(scale)
    right = Max(*(scale * value for value in greatest.args)) / scale
    return _make((Fact.positive(scale),), Equation(greatest, right), None)


@schema
def lipschitz_minimum(cut: Any, first: Any, second: Any) -> Theorem:
    """(min(c, x) - min(c, y))² ≤ (x - y)²: t ↦ min(c, t) is nonexpansive."""
    first, second = symbolic(first), symbolic(second)
    return _make(
        (), Inequality((Min(cut, first) - Min(cut, second)) ** 2, (first - second) ** 2), None
    )


@schema
def absolute_bound(value: Any, bound: Any) -> Theorem:
    """|y| ≤ c where -c ≤ y ≤ c."""
    needs = (Fact.nonnegative(bound - value), Fact.nonnegative(bound + value))
    return _make(needs, Inequality(abs(value), bound), None)


@schema
def root_of_bound(value: Any, bound: Any) -> Theorem:
    """x ≤ √y where x² ≤ y; x ≤ |x| = √x²."""
    needs = (Fact.nonnegative(bound - value**2),)
    return _make(needs, Inequality(value, sympy.sqrt(bound)), None)


@schema
def exponentials(left: Any, right: Any) -> Theorem:
    """x = y, or f(g(A)) = h(A), where both are equal by algebra once sinh, cosh, tanh are written
    by exp: of elementwise functions of one matrix what they make of an entry.

    cosh x = (eˣ + e⁻ˣ)/2, sinh x = (eˣ - e⁻ˣ)/2, tanh x = sinh x / cosh x, and cosh x ≠ 0.
    """
    entry = sympy.Dummy(real=True)
    for side in (left, right):
        require_term(side)
    (first, of), (second, other) = _of_entry(left, entry), _of_entry(right, entry)
    if of != other or not decision.equal(_by_exp(first), _by_exp(second)):
        raise inapplicable(f"{left} = {right}", "two sides that are equal written by exp")
    return _make((), Equation(left, right), None)


def _of_entry(node: Any, entry: Expr) -> tuple[Any, Any]:
    """What elementwise functions, which have no jump, make of an entry of a matrix; and that."""
    if not isinstance(node, Elementwise):
        return (entry, node) if isinstance(node, MatrixExpr) else (node, None)
    if not all(fact.follows_from(()) for fact in conditions_at(node.activation, entry)):
        raise inapplicable(node, "functions without jumps")
    value, core = _of_entry(node.argument, entry)
    return node.activation.at(value), core


def _by_exp(node: Any) -> Any:
    if not node.args:
        return node
    if isinstance(node, sympy.sinh | sympy.cosh | sympy.tanh):
        x = _by_exp(node.args[0])
        above, below = sympy.exp(x) - sympy.exp(-x), sympy.exp(x) + sympy.exp(-x)
        return {sympy.sinh: above / 2, sympy.cosh: below / 2, sympy.tanh: above / below}[node.func]
    scalar = isinstance(node, sympy.Add | sympy.Mul | sympy.Pow | sympy.exp)
    return node.func(*map(_by_exp, node.args)) if scalar else node


@schema
def sinh_exceeds(value: Any) -> Theorem:
    """u² ≤ sinh² u, since |u| ≤ |sinh u|: sinh grows at least as fast as u, from 0 on."""
    value = symbolic(value)
    return _make((), Inequality(value**2, sympy.sinh(value) ** 2), None)


@schema
def exp_exceeds(value: Any) -> Theorem:
    """1 + x ≤ eˣ: the tangent at 0 of a convex function."""
    value = symbolic(value)
    return _make((), Inequality(1 + value, sympy.exp(value)), None)


@schema
def scalar_derivative(node: Any) -> Theorem:
    """df/dx by SymPy's scalar `diff`, where f is differentiable at x.

    What that takes is assumed: of |u|, sign u and a step u ≠ 0, of a maximum that its arguments
    differ, of roots and logarithms that their arguments are > 0.
    """
    if not isinstance(node, sympy.Derivative) or len(node.variables) != 1:
        raise inapplicable(node, "one derivative by one symbol")
    (variable,) = node.variables
    if not isinstance(variable, Symbol) or node.expr.has(MatrixExpr):
        raise inapplicable(node, "a function of one symbol")
    return _make((), Equation(node, node.expr.diff(variable)), None)


@schema
def elementwise_constant(node: Any) -> Theorem:
    """f(c 1) = f(c) 1: equal entries stay equal."""
    if not isinstance(node, Elementwise):
        raise inapplicable(node, "an elementwise function")
    value, core = split_coefficient(node.argument)
    if not isinstance(core, Ones | Zeros):
        raise inapplicable(node, "a function of equal entries")
    value = value if isinstance(core, Ones) else S.Zero
    right = MatrixProduct(node.activation.at(value), Ones(*node.shape))
    return _make(conditions_at(node.activation, value), Equation(node, right), None)


@schema
def entry_of_elementwise(node: Any) -> Theorem:
    """f(A)_{il} = f(A_{il})."""
    if not isinstance(node, Entry) or not isinstance(node.matrix, Elementwise):
        raise inapplicable(node, "an entry of an elementwise function")
    entry, function = Entry(node.matrix.argument, *node.args[1:]), node.matrix.activation
    return _make(conditions_at(function, entry), Equation(node, function.at(entry)), None)
