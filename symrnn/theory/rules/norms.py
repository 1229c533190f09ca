"""Rules about norms; each side condition is a fact of the norm's kind, three-valued."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import Theorem
from symrnn.kernel.axioms import norms, numbers
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Zeros
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.structure import Diag
from symrnn.theory.closing import then_bound
from symrnn.theory.context import Context, attempt
from symrnn.theory.rule import Rule

Theorems = Iterator[Theorem]


def _submultiplicative(node: Any, context: Context) -> Theorems:
    if not isinstance(node, Norm):
        return
    if isinstance(node.matrix, MatrixProduct) and len(node.matrix.factors) > 1:
        factors = node.matrix.factors
        for place in range(1, len(factors)):
            yield norms.submultiplicative(node, place)
        bounded = norms.submultiplicative(node)
        for place in range(1, len(factors) - 1):
            rest = Norm(MatrixProduct(*factors[place:]), node.kind)
            bounded = then_bound(bounded, norms.submultiplicative(rest))
        yield bounded
    if isinstance(node.matrix, OrderedProduct):
        yield norms.norm_of_ordered_product(node)


submultiplicative = Rule(
    "submultiplicative",
    "‖A B‖ ≤ ‖A‖ ‖B‖ for a submultiplicative norm (and ‖I‖ = 1 for products over time)",
    relation="≤",
    rewrite=_submultiplicative,
)


def _diagonal(node: Any, context: Context) -> Theorems:
    if isinstance(node, Norm) and isinstance(node.matrix, Diag):
        yield norms.norm_of_diagonal(node)


norm_of_diagonal = Rule(
    "norm_of_diagonal",
    "‖diag(v)‖ = max|v_i| for the norms induced by |·|_1, |·|_2, |·|_∞",
    rewrite=_diagonal,
)


def _frobenius(node: Any, context: Context) -> Theorems:
    if not isinstance(node, Norm) or not isinstance(node.matrix, MatrixProduct):
        return
    if node.kind == "F" and len(node.matrix.factors) > 1:
        yield norms.frobenius_mixed(node)


frobenius_mixed = Rule(
    "frobenius_mixed",
    "‖A B‖_F ≤ ‖A‖₂ ‖B‖_F: ‖A b‖₂ ≤ ‖A‖₂ ‖b‖₂ for each column b of B",
    relation="≤",
    rewrite=_frobenius,
)


def _homogeneous(node: Any, context: Context) -> Theorems:
    if isinstance(node, Norm) and isinstance(node.matrix, Zeros):
        yield norms.zero_norm(node)
    if not isinstance(node, Norm) or not isinstance(node.matrix, MatrixProduct):
        return
    if node.matrix.coefficient != 1:
        yield norms.homogeneous(node)


homogeneous = Rule("homogeneous", "‖c A‖ = |c| ‖A‖, and ‖0‖ = 0", rewrite=_homogeneous)


def _unital(node: Any, context: Context) -> Theorems:
    if isinstance(node, Norm) and isinstance(node.matrix, Identity):
        yield norms.norm_of_identity(node)


norm_of_identity = Rule("norm_of_identity", "‖I‖ = 1 for an induced norm", rewrite=_unital)


def _triangle(node: Any, context: Context) -> Theorems:
    if isinstance(node, Norm) and isinstance(node.matrix, MatrixSum | OrderedSum):
        bounded = norms.triangle(node)
        if isinstance(node.matrix, MatrixSum):
            scaled = bounded
            for term in node.matrix.args:
                part = attempt(norms.homogeneous, Norm(term, node.kind))
                if part is not None and part.relation.lhs != part.relation.rhs:
                    scaled = then_bound(scaled, part)
            yield scaled
        yield bounded


triangle = Rule(
    "triangle",
    "‖Σ A_j‖ ≤ Σ ‖A_j‖, and ‖A - B‖ ≤ ‖A‖ + ‖B‖",
    relation="≤",
    rewrite=_triangle,
)


def _absolute_value(node: Any, context: Context) -> Theorems:
    if isinstance(node, sympy.Abs):
        for value in (node.args[0], -node.args[0]):
            if context.nonnegative(value):
                yield norms.absolute_value(value)


absolute_value = Rule("absolute_value", "|x| = x where x ≥ 0", rewrite=_absolute_value)


def _below_absolute_value(node: Any, context: Context) -> Theorems:
    if isinstance(node, sympy.Expr) and not isinstance(node, MatrixExpr):
        yield numbers.root_of_bound(node, node**2)


below_absolute_value = Rule(
    "below_absolute_value", "x ≤ |x|", relation="≤", rewrite=_below_absolute_value
)
