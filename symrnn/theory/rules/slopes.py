"""Rules about functions of one variable: their slopes, and their values at constants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import Fact, Theorem
from symrnn.kernel.axioms import numbers
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Ones, Zeros, split_coefficient
from symrnn.theory.closing import proving
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
