"""Rules about norms; each side condition is a fact of the norm's kind, three-valued."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from symrnn.errors import SideConditionError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, split_coefficient
from symrnn.language.norms import Norm, largest_entry
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.structure import Diag
from symrnn.language.writing import text
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _require(known: bool | None, node: Norm, property_name: str) -> None:
    if not known:
        word = "unknown" if known is None else "false"
        raise SideConditionError(
            f"the norm of kind {node.kind!r} is not {property_name}",
            {"in": text(node), "known": word},
        )


def _require_order(node: Ranged, context: Context) -> None:
    # Over a reversed range a scalar product or sum is not empty: SymPy follows Karr's convention.
    if not context.nonnegative(node.length):
        raise SideConditionError(
            f"the range {text(node.lower)} … {text(node.upper)} may be reversed",
            {"in": text(node), "needed": f"{text(node.lower)} ≤ {text(node.upper + 1)}"},
        )


def _submultiplicative(node: Any, context: Context) -> Iterator[Any]:
    if not isinstance(node, Norm):
        return
    if isinstance(node.matrix, MatrixProduct) and len(node.matrix.factors) > 1:
        _require(node.facts.submultiplicative, node, "submultiplicative")
        product = node.matrix
        size = abs(product.coefficient)
        for place in range(1, len(product.factors)):
            parts = product.factors[:place], product.factors[place:]
            left, right = (Norm(MatrixProduct(*part), node.kind) for part in parts)
            yield size * left * right
        yield size * sympy.Mul(*(Norm(factor, node.kind) for factor in product.factors))
    if isinstance(node.matrix, OrderedProduct):
        product = node.matrix
        _require(node.facts.submultiplicative, node, "submultiplicative")
        _require_order(product, context)
        if not context.nonnegative(product.length - 1):
            # ‖I‖ ≤ 1 covers the empty product.
            _require(node.facts.unital, node, "1 for the identity")
        factor = Norm(product.body, node.kind)
        yield sympy.Product(factor, (product.index, product.lower, product.upper))


submultiplicative = Rule(
    "submultiplicative",
    "‖A B‖ ≤ ‖A‖ ‖B‖ for a submultiplicative norm (and ‖I‖ = 1 for products over time)",
    relation="≤",
    rewrite=_submultiplicative,
)


def _diagonal(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Norm) and isinstance(node.matrix, Diag):
        _require(node.facts.diagonal, node, "max|v_i| for diag(v)")
        yield largest_entry(node.matrix.args[0])


norm_of_diagonal = Rule(
    "norm_of_diagonal",
    "‖diag(v)‖ = max|v_i| for the norms induced by |·|_1, |·|_2, |·|_∞",
    rewrite=_diagonal,
)


def _frobenius(node: Any, context: Context) -> Iterator[Any]:
    """‖A B‖_F ≤ ‖A‖₂ ‖B‖_F, column by column."""
    if isinstance(node, Norm) and node.kind == "F" and isinstance(node.matrix, MatrixProduct):
        first, *rest = node.matrix.factors
        if rest and node.matrix.coefficient == 1:
            yield Norm(first, "2") * Norm(MatrixProduct(*rest), "F")


frobenius_mixed = Rule(
    "frobenius_mixed",
    "‖A B‖_F ≤ ‖A‖₂ ‖B‖_F: ‖A b‖₂ ≤ ‖A‖₂ ‖b‖₂ for each column b of B",
    relation="≤",
    rewrite=_frobenius,
)


def _homogeneous(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Norm) and isinstance(node.matrix, MatrixProduct):
        product = node.matrix
        if product.coefficient != 1:
            yield abs(product.coefficient) * Norm(MatrixProduct(*product.factors), node.kind)


homogeneous = Rule("homogeneous", "‖c A‖ = |c| ‖A‖", rewrite=_homogeneous)


def _unital(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Norm) and isinstance(node.matrix, Identity):
        _require(node.facts.unital, node, "1 for the identity")
        yield sympy.S.One


norm_of_identity = Rule("norm_of_identity", "‖I‖ = 1 for an induced norm", rewrite=_unital)


def _triangle(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Norm) and isinstance(node.matrix, MatrixSum):
        terms = [split_coefficient(term) for term in node.matrix.args]
        yield sympy.Add(*(abs(size) * Norm(core, node.kind) for size, core in terms))
        yield sympy.Add(*(Norm(term, node.kind) for term in node.matrix.args))
    if isinstance(node, Norm) and isinstance(node.matrix, OrderedSum):
        total = node.matrix
        _require_order(total, context)
        yield sympy.Sum(Norm(total.body, node.kind), (total.index, total.lower, total.upper))


triangle = Rule(
    "triangle",
    "‖Σ A_j‖ ≤ Σ ‖A_j‖, and ‖A - B‖ ≤ ‖A‖ + ‖B‖",
    relation="≤",
    rewrite=_triangle,
)

RULES = (
    submultiplicative,
    norm_of_diagonal,
    frobenius_mixed,
    homogeneous,
    norm_of_identity,
    triangle,
)
