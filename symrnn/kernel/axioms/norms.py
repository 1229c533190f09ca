"""Norms; what is used of a kind of norm is a known fact of it, see `symrnn.language.norms`."""

from __future__ import annotations

from typing import Any

import sympy

from symrnn.errors import SideConditionError
from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.facts import Fact
from symrnn.kernel.theorem import Theorem, _make
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Transposed,
    split_coefficient,
)
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import is_column, symbolic
from symrnn.language.structure import Block, Diag, Kronecker, Vec


def _norm(node: Any) -> Norm:
    if not isinstance(node, Norm):
        raise inapplicable(node, "a norm")
    return node


def _require(known: bool | None, node: Norm, what: str) -> None:
    if known is not True:
        raise SideConditionError(
            f"the norm of kind {node.kind!r} is not {what}",
            {"in": node, "known": "unknown" if known is None else "false"},
        )


@schema
def submultiplicative(node: Any, place: int = 1) -> Theorem:
    """‖c A B‖ ≤ |c| ‖A‖ ‖B‖ for a submultiplicative norm; A is the first `place` factors."""
    product = _norm(node).matrix
    _require(node.facts.submultiplicative, node, "submultiplicative")
    if not isinstance(product, MatrixProduct) or not 0 < place < len(product.factors):
        raise inapplicable(node, "the norm of a product, and where it is split")
    parts = product.factors[:place], product.factors[place:]
    left, right = (Norm(MatrixProduct(*part), node.kind) for part in parts)
    return _make((), Inequality(node, abs(product.coefficient) * left * right), None)


@schema
def norm_of_ordered_product(node: Any) -> Theorem:
    """‖∏ A_j‖ ≤ ∏ ‖A_j‖ for a submultiplicative norm, ‖I‖ ≤ 1 where there may be no factor."""
    product = _norm(node).matrix
    if not isinstance(product, OrderedProduct):
        raise inapplicable(node, "the norm of an ordered product")
    _require(node.facts.submultiplicative, node, "submultiplicative")
    needs = [] if node.facts.unital else [Fact.nonnegative(product.upper - product.lower)]
    factor = Norm(product.body, node.kind)
    right = sympy.Product(factor, (product.index, product.lower, product.upper))
    return _make(needs, Inequality(node, right), None)


@schema
def norm_of_diagonal(node: Any) -> Theorem:
    """‖diag(v)‖ = max|v_i| for a norm that is known to have it, as the induced 1, 2, ∞ do."""
    matrix = _norm(node).matrix
    if not isinstance(matrix, Diag):
        raise inapplicable(node, "the norm of a diagonal matrix")
    _require(node.facts.diagonal, node, "max|v_i| for diag(v)")
    return _make((), Equation(node, Norm(matrix.args[0], "inf")), None)


@schema
def norm_of_identity(node: Any) -> Theorem:
    """‖I‖ = 1 for a norm that is known to have it, and a size ≥ 1."""
    matrix = _norm(node).matrix
    if not isinstance(matrix, Identity):
        raise inapplicable(node, "the norm of an identity")
    _require(node.facts.unital, node, "1 for the identity")
    size = matrix.shape[0]
    return _make((Fact.nonnegative(size - 1),), Equation(node, sympy.S.One), None)


@schema
def frobenius_mixed(node: Any) -> Theorem:
    """‖A B‖_F ≤ ‖A‖₂ ‖B‖_F: column by column ‖A b‖₂ ≤ ‖A‖₂ ‖b‖₂; ‖c A B‖ = |c| ‖A B‖."""
    product = _norm(node).matrix
    if node.kind != "F" or not isinstance(product, MatrixProduct) or len(product.factors) < 2:
        raise inapplicable(node, "the Frobenius norm of a product")
    first, *rest = product.factors
    right = abs(product.coefficient) * Norm(first, "2") * Norm(MatrixProduct(*rest), "F")
    return _make((), Inequality(node, right), None)


@schema
def homogeneous(node: Any) -> Theorem:
    """‖c A‖ = |c| ‖A‖."""
    scale, core = split_coefficient(_norm(node).matrix)
    return _make((), Equation(node, abs(scale) * Norm(core, node.kind)), None)


@schema
def norm_of_gram(node: Any) -> Theorem:
    """‖A‖₂² = ‖AᵀA‖₂: |A x|² = xᵀAᵀA x ≤ ‖AᵀA‖ |x|², and ‖AᵀA‖ ≤ ‖Aᵀ‖ ‖A‖, where ‖Aᵀ‖ = ‖A‖."""
    if _norm(node).kind != "2":
        raise inapplicable(node, "the norm that lengths induce")
    return _make((), Equation(node**2, Norm(Transposed(node.matrix) * node.matrix, "2")), None)


@schema
def triangle(node: Any) -> Theorem:
    """‖Σ A_j‖ ≤ Σ ‖A_j‖, of two terms or of many, over times as well."""
    total = _norm(node).matrix
    if isinstance(total, MatrixSum):
        right = sympy.Add(*(Norm(term, node.kind) for term in total.args))
    elif isinstance(total, OrderedSum):
        term = Norm(total.body, node.kind)
        right = sympy.Sum(term, (total.index, total.lower, total.upper))
    else:
        raise inapplicable(node, "the norm of a sum")
    return _make((), Inequality(node, right), None)


@schema
def absolute_value(value: Any) -> Theorem:
    """|x| = x where x ≥ 0."""
    value = symbolic(value)
    return _make((Fact.nonnegative(value),), Equation(abs(value), value), None)


# ----------------------------------------------------------------- the Euclidean norm


def _euclidean(node: Any) -> Any:
    if not isinstance(node, Norm) or node.kind != "2" or not is_column(node.matrix):
        raise inapplicable(node, "the Euclidean norm of a column")
    return node.matrix


@schema
def norm_of_sum(node: Any) -> Theorem:
    """‖a x + b y‖² = a² ‖x‖² + 2ab xᵀy + b² ‖y‖²: (a x + b y)ᵀ(a x + b y), multiplied out."""
    total = _euclidean(node)
    if not isinstance(total, MatrixSum) or len(total.args) != 2:
        raise inapplicable(node, "the norm of a sum of two columns")
    (a, x), (b, y) = (split_coefficient(term) for term in total.args)
    inner = Entry(Transposed(x) * y, 1, 1)
    right = a**2 * Norm(x, "2") ** 2 + 2 * a * b * inner + b**2 * Norm(y, "2") ** 2
    return _make((), Equation(node**2, right), None)


@schema
def cauchy_schwarz(left: Any, right: Any) -> Theorem:
    """xᵀy ≤ ‖x‖ ‖y‖."""
    norms = (Norm(left, "2"), Norm(right, "2"))
    for norm in norms:
        _euclidean(norm)
    product = Transposed(norms[0].matrix) * norms[1].matrix
    return _make((), Inequality(Entry(product, 1, 1), norms[0] * norms[1]), None)


@schema
def norm_of_stack(node: Any) -> Theorem:
    """‖(x, y)‖ = √(‖x‖² + ‖y‖²) for columns one below the other."""
    stacked = _euclidean(node)
    if not isinstance(stacked, Block) or any(len(row) > 1 for row in stacked.args):
        raise inapplicable(node, "the norm of a stack")
    squares = (Norm(row[0], "2") ** 2 for row in stacked.args)
    return _make((), Equation(node, sympy.sqrt(sympy.Add(*squares))), None)


# ----------------------------------------------------------------------- entries, blocks


@schema
def entry_of_sum(node: Any) -> Theorem:
    """(A + B)_{il} = A_{il} + B_{il}."""
    if not isinstance(node, Entry) or not isinstance(node.matrix, MatrixSum):
        raise inapplicable(node, "an entry of a sum")
    right = sympy.Add(*(Entry(term, *node.args[1:]) for term in node.matrix.args))
    return _make((), Equation(node, right), None)


@schema
def entry_of_product(node: Any, inner: Any) -> Theorem:
    """(c A B)_{ik} = c Σ_{l=1}^{n} A_{il} B_{lk}, A having n columns; l is a new index."""
    if not isinstance(node, Entry) or not isinstance(node.matrix, MatrixProduct):
        raise inapplicable(node, "an entry of a product")
    product, (row, col) = node.matrix, node.args[1:]
    if len(product.factors) < 2 or inner in node.free_symbols or not inner.is_integer:
        raise inapplicable(inner, "a new integer index")
    first, rest = product.factors[0], MatrixProduct(*product.factors[1:])
    term = Entry(first, row, inner) * Entry(rest, inner, col)
    total = sympy.Sum(term, (inner, 1, first.shape[1]))
    return _make((), Equation(node, product.coefficient * total), None)


@schema
def vec_of_product(left: Any, right: Any, middle: Any) -> Theorem:
    """(Bᵀ ⊗ A) vec(X) = vec(A X B), A `left`, B `right`, X `middle`."""
    from_vec = Kronecker(Transposed(right), left) * Vec(middle)
    return _make((), Equation(from_vec, Vec(MatrixProduct(left, middle, right))), None)
