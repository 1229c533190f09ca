"""Rules about functions of one variable: their slopes, and their values at constants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, Ones, Zeros, split_coefficient
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _scalar_derivative(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, sympy.Derivative):
        yield node.expr.diff(*node.variables)


scalar_derivative = Rule(
    "scalar_derivative",
    "dσ/dx by the rules for functions of one variable",
    rewrite=_scalar_derivative,
)


def _hyperbolic(before: Any, after: Any, context: Context, variable: Any) -> bool:
    if isinstance(before, MatrixExpr) or isinstance(after, MatrixExpr):
        return False
    return bool(sympy.simplify((before - after).rewrite(sympy.exp)) == 0)


hyperbolic = Rule(
    "hyperbolic",
    "cosh x = (eˣ + e⁻ˣ)/2, sinh x = (eˣ - e⁻ˣ)/2, tanh x = sinh x / cosh x",
    compare=_hyperbolic,
)


def _sinh_exceeds(node: Any, context: Context) -> Iterator[Any]:
    """1/(c + k sinh² u) ≤ 1/(c + k u²), since |u| ≤ |sinh u| for real u."""
    if not isinstance(node, sympy.Pow) or node.exp != -1:
        return
    squares = [
        power
        for power in node.base.atoms(sympy.Pow)
        if power.exp == 2 and isinstance(power.base, sympy.sinh)
    ]
    for square in squares:
        u = square.base.args[0]
        factor = node.base.coeff(square)
        rest = sympy.expand(node.base - factor * square)
        known = context.nonnegative(factor) and context.is_positive(rest)
        if known and u.is_real and not rest.has(square):
            yield 1 / (rest + factor * u**2)


sinh_exceeds = Rule(
    "sinh_exceeds",
    "u² ≤ sinh² u for real u, so 1/(c + k sinh² u) ≤ 1/(c + k u²) where c > 0 and k ≥ 0",
    relation="≤",
    rewrite=_sinh_exceeds,
)


def _of_constant(node: Any, context: Context) -> Iterator[Any]:
    """f(c 1) = f(c) 1."""
    if not isinstance(node, Elementwise):
        return
    value, core = split_coefficient(node.argument)
    if isinstance(core, Zeros):
        value = sympy.S.Zero
    elif not isinstance(core, Ones):
        return
    yield MatrixProduct(node.activation.at(value), Ones(*node.shape))


elementwise_constant = Rule(
    "elementwise_constant",
    "σ(c 1) = σ(c) 1: equal entries stay equal",
    rewrite=_of_constant,
)

RULES = (scalar_derivative, hyperbolic, sinh_exceeds, elementwise_constant)
