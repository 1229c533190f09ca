"""Rules about norms; each side condition is a fact of the norm's kind, three-valued."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Pow, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel import Theorem, assume, instantiate, reflexivity, symmetry, transitivity
from symrnn.kernel.axioms import norms, numbers
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Parameter,
    Transposed,
    Zeros,
)
from symrnn.language.canonical import same
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.relations import Equation
from symrnn.language.structure import Diag
from symrnn.theory.closing import beginning, then, then_bound
from symrnn.theory.context import Context, attempt
from symrnn.theory.products import within_products
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
        # ‖c A‖ = |c| ‖A‖ at c = 0, for any A.
        scale, any_matrix = Symbol("c", real=True), Parameter("A", *node.matrix.shape)
        yield instantiate(norms.homogeneous(Norm(scale * any_matrix, node.kind)), {scale: 0})
    if not isinstance(node, Norm) or not isinstance(node.matrix, MatrixProduct):
        return
    if node.matrix.coefficient != 1:
        yield norms.homogeneous(node)


homogeneous = Rule("homogeneous", "‖c A‖ = |c| ‖A‖, and ‖0‖ = 0", rewrite=_homogeneous)


def _unital(node: Any, context: Context) -> Theorems:
    if isinstance(node, Norm) and isinstance(node.matrix, Identity):
        yield norms.norm_of_identity(node)


norm_of_identity = Rule("norm_of_identity", "‖I‖ = 1 for an induced norm", rewrite=_unital)


def _gram(node: Any, context: Context) -> Theorems:
    if isinstance(node, Pow) and isinstance(node.base, Norm) and node.exp == 2:
        yield norms.norm_of_gram(node.base)


norm_of_gram = Rule("norm_of_gram", "‖A‖₂² = ‖AᵀA‖₂", rewrite=_gram)


def _orthogonal(node: Any, context: Context) -> Theorems:
    if not isinstance(node, Norm) or node.kind != "2":
        return
    matrix = node.matrix
    factors = matrix.factors if isinstance(matrix, MatrixProduct) else (matrix,)
    if isinstance(matrix, MatrixProduct) and matrix.coefficient != 1:
        return
    for assumed in context.given:
        if not isinstance(assumed, Equation) or not isinstance(assumed.rhs, Identity):
            continue
        for place in range(1, len(factors) + 1):
            head = MatrixProduct(*factors[:place])
            if same(Transposed(head) * head, assumed.lhs):
                yield beginning(node, _length_kept(factors, place, assumed))


def _length_kept(factors: tuple[Any, ...], place: int, assumed: Equation) -> Theorem:
    """‖W A‖ = √‖(WA)ᵀWA‖ = √‖AᵀA‖ = ‖A‖ of WᵀW = I, and ‖W‖ = √‖I‖ = 1."""
    squared = _squared(factors)
    gram = squared.relation.rhs.matrix

    def at_part(part: Any) -> Theorems:
        if same(part, assumed.lhs):
            yield beginning(part, assume(assumed))

    for shorter in (*at_part(gram), *within_products(gram, at_part)):
        squared = then(squared, shorter)
        break
    if place < len(factors):
        squared = transitivity(squared, symmetry(_squared(factors[place:])))
    else:
        squared = then(squared, norms.norm_of_identity(squared.relation.rhs))
    # The root of both sides: √(‖A‖² + c) is no ‖A‖ before c is 0.
    more, length = Symbol("c", nonnegative=True), Norm(MatrixProduct(*factors), "2")
    return instantiate(then(reflexivity(sympy.sqrt(length**2 + more)), squared), {more: 0})


def _squared(factors: tuple[Any, ...]) -> Theorem:
    """‖A B‖² = ‖Bᵀ Aᵀ A B‖."""
    shown = norms.norm_of_gram(Norm(MatrixProduct(*factors), "2"))
    gram = shown.relation.rhs.matrix
    turned = MatrixProduct(*(Transposed(factor) for factor in reversed(factors)), *factors)
    return shown if gram == turned else then(shown, numbers.algebra(gram, turned))


orthogonal = Rule(
    "orthogonal",
    "‖W‖₂ = 1 and ‖W A‖₂ = ‖A‖₂, where WᵀW = I is assumed",
    rewrite=_orthogonal,
)


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
