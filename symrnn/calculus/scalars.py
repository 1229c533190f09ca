"""Differentials of functions of norms, entries and traces.

A scalar is taken apart into sums, products, powers and functions with a known derivative; what
is left are its parts, and each needs a rule of its own. A part that has none is 0 only where it
is proved not to depend on the variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy
from sympy import Add, Basic, Derivative, Dummy, Expr, Mul, Pow, Subs
from sympy.core.function import Application, AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus.dependence import is_constant
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import MatrixProduct, MatrixSum, Zeros
from symrnn.language.shapes import show

Tangents = Mapping[MatrixExpr, MatrixExpr]
Rule = Callable[[Any, Tangents], MatrixExpr]


def of_scalar(node: Expr, tangents: Tangents, d: Rule) -> MatrixExpr:
    """d f(N₁, …) = Σ ∂f/∂Nᵢ dNᵢ for the parts Nᵢ of a scalar, ∂f/∂Nᵢ by SymPy's scalar diff.

    `d` is the table of rules; a part that has none of its own comes back as the only part.
    """
    parts = sorted(set(_parts(node)), key=sympy.default_sort_key)
    if parts == [node]:
        return _without_rule(node, tangents)
    names = {part: Dummy(f"N{place}", real=True) for place, part in enumerate(parts)}
    moved = {part: d(part, tangents) for part in parts}
    formula = node.xreplace(names)
    terms = [
        MatrixProduct(_rate(formula, names, part), moved[part])
        for part in parts
        if not isinstance(moved[part], Zeros)
    ]
    return MatrixSum(Zeros(1, 1), *terms)


def _parts(node: Basic) -> Iterator[Any]:
    """The outermost scalars that are no sum, product, power or known function of others."""
    if isinstance(node, MatrixExpr):
        raise IllFormedError(
            f"the matrix {node} stands where a scalar is expected",
            {"expected": "a scalar, such as entry(…, 1)", "got": f"{show(node.shape)}  {node}"},
        )
    if isinstance(node, _TAKEN_APART) and not isinstance(node, AppliedUndef):
        for arg in node.args:
            yield from _parts(arg)
    elif not node.is_Atom:
        yield node


_TAKEN_APART = (Add, Mul, Pow, Application, ExprCondPair, Boolean)


def _rate(formula: Expr, names: dict[Any, Dummy], part: Expr) -> Expr:
    """∂f/∂N of one part, in terms of the parts."""
    rate = formula.diff(names[part])
    if rate.has(Derivative, Subs):
        raise NotSupportedError(
            "a scalar function without a known derivative",
            {"in": str(formula.xreplace({name: p for p, name in names.items()})), "by": str(part)},
        )
    return rate.xreplace({name: inner for inner, name in names.items()})


def _without_rule(node: Expr, tangents: Tangents) -> MatrixExpr:
    if is_constant(node, tangents):
        return Zeros(1, 1)
    raise NotSupportedError(
        f"no differential rule for {type(node).__name__}",
        {
            "expected": "norms, entries, traces, and functions of them with a known derivative",
            "got": str(node),
        },
    )
