"""Rules about functions of one variable: their slopes, and their values at constants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import Fact, Theorem, reflexivity, symmetry, transitivity
from symrnn.kernel.axioms import derivatives, numbers
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Ones, Zeros, split_coefficient
from symrnn.language.time import TimeVector
from symrnn.theory.closing import ending, proving, then
from symrnn.theory.context import Context, attempt
from symrnn.theory.rule import Rule

Theorems = Iterator[Theorem]


def _scalar_derivative(node: Any, context: Context) -> Theorems:
    if isinstance(node, sympy.Derivative):
        yield numbers.scalar_derivative(node)


scalar_derivative = Rule(
    "scalar_derivative",
    "dσ/dx by the rules for functions of one variable",
    rewrite=_scalar_derivative,
)


def _hyperbolic(before: Any, after: Any, context: Context, variable: Any) -> Theorem:
    return numbers.exponentials(before, after)


hyperbolic = Rule(
    "hyperbolic",
    "cosh x = (eˣ + e⁻ˣ)/2, sinh x = (eˣ - e⁻ˣ)/2, tanh x = sinh x / cosh x",
    prove=_hyperbolic,
)


def _slopes_by_values(before: Any, after: Any, context: Context, variable: Any) -> Theorem:
    opened = reflexivity(after)
    for node in sorted(after.atoms(Elementwise), key=sympy.default_sort_key):
        step = _through_value(node, context)
        if step is not None:
            opened = _everywhere(opened, step)
    opened = _in_names_of(opened, before, context)
    written = _in_names_of(reflexivity(before), opened.relation.rhs, context)
    closed = ending(opened, written.relation.rhs)
    return transitivity(written, symmetry(closed))


def _in_names_of(theorem: Theorem, others: Any, context: Context) -> Theorem:
    """x = y without names of functions' values that are not among others, by their definitions."""
    for leaf in sorted(theorem.relation.rhs.atoms(TimeVector), key=sympy.default_sort_key):
        named = leaf not in others.atoms(TimeVector)
        if named and isinstance(context.cell.definition(leaf), Elementwise):
            theorem = _everywhere(theorem, derivatives.defined(leaf, context.cell))
    return theorem


def _everywhere(theorem: Theorem, step: Theorem) -> Theorem:
    """x = y′ of x = y, where the step rewrites a part of y wherever it stands."""
    while theorem.relation.rhs.has(step.relation.lhs):
        theorem = then(theorem, step)
    return theorem


def _through_value(node: Elementwise, context: Context) -> Theorem | None:
    """p(s_j) = σ′(a_j), where s_j is σ(a_j), maybe by definition, and p(σ(x)) = σ′(x)."""
    opened = reflexivity(node)
    value: Any = node.argument
    if isinstance(value, TimeVector):
        value = context.cell.definition(value)
        if not isinstance(value, Elementwise):
            return None
        opened = then(opened, derivatives.defined(node.argument, context.cell))
    if not isinstance(value, Elementwise) or value.activation.is_unknown:
        return None
    slope = value.activation.prime(value.argument)
    same = attempt(numbers.exponentials, opened.relation.rhs, slope)
    return None if same is None else transitivity(opened, same)


slopes_by_values = Rule(
    "slopes_by_values",
    "σ′(a_j) through the value s_j = σ(a_j): q(1 - q) of the logistic function, 1 - s² of tanh",
    prove=_slopes_by_values,
)


def _sinh_exceeds(node: Any, context: Context) -> Theorems:
    """1/(c + k sinh² u) ≤ 1/(c + k u²), since |u| ≤ |sinh u|."""
    if not isinstance(node, sympy.Pow) or node.exp != -1:
        return
    for square in sorted(node.base.atoms(sympy.Pow), key=sympy.default_sort_key):
        if square.exp == 2 and isinstance(square.base, sympy.sinh):
            smaller = numbers.sinh_exceeds(square.base.args[0])
            shrunk = node.base.xreplace({square: smaller.relation.lhs})
            gap = Fact.of(smaller.relation)
            exceeds = attempt(numbers.order, shrunk, node.base, [gap])
            larger = [Fact.positive(shrunk), Fact.nonnegative(node.base - shrunk)]
            bounded = attempt(numbers.order, node, 1 / shrunk, larger)
            if exceeds is not None and bounded is not None:
                yield proving(bounded, proving(exceeds, smaller))


sinh_exceeds = Rule(
    "sinh_exceeds",
    "u² ≤ sinh² u for real u, so 1/(c + k sinh² u) ≤ 1/(c + k u²) where c > 0 and k ≥ 0",
    relation="≤",
    rewrite=_sinh_exceeds,
)


def _exp_exceeds(node: Any, context: Context) -> Theorems:
    if isinstance(node, sympy.Expr) and not isinstance(node, MatrixExpr):
        yield numbers.exp_exceeds(node - 1)


exp_exceeds = Rule("exp_exceeds", "1 + x ≤ eˣ", relation="≤", rewrite=_exp_exceeds)


def _of_constant(node: Any, context: Context) -> Theorems:
    """f(c 1) = f(c) 1."""
    if isinstance(node, Elementwise):
        _, core = split_coefficient(node.argument)
        if isinstance(core, Ones | Zeros):
            yield numbers.elementwise_constant(node)


elementwise_constant = Rule(
    "elementwise_constant",
    "σ(c 1) = σ(c) 1: equal entries stay equal",
    rewrite=_of_constant,
)
