"""Rules of matrix and scalar algebra."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import SideConditionError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Transposed
from symrnn.language.canonical import equal_by_algebra, transpose
from symrnn.language.entry import Entry
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import is_column
from symrnn.language.structure import Diag, Kronecker, Vec
from symrnn.language.writing import text
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _algebra(before: Any, after: Any, context: Context, variable: Any) -> bool:
    return equal_by_algebra(before, after)


algebra = Rule(
    "algebra",
    "matrix algebra: distributivity, (AB)ᵀ = BᵀAᵀ, constant factors into sums",
    compare=_algebra,
)


def _scalar(before: Any, after: Any, context: Context, variable: Any) -> bool:
    if isinstance(before, MatrixExpr) or isinstance(after, MatrixExpr):
        return False
    gap = sympy.simplify(sympy.expand((before - after).doit()))
    return bool(gap == 0)


scalar_algebra = Rule(
    "scalar_algebra", "algebra of scalars, finite sums and powers", compare=_scalar
)


def _transpose_of_product(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Transposed) and isinstance(node.args[0], MatrixProduct):
        product = node.args[0]
        flipped = [Transposed(factor) for factor in reversed(product.factors)]
        yield MatrixProduct(product.coefficient, *flipped)
    if isinstance(node, Transposed) and isinstance(node.args[0], OrderedProduct):
        yield node.args[0].transposed()


transpose_of_product = Rule(
    "transpose_of_product", "(A B)ᵀ = Bᵀ Aᵀ, the order turned round", rewrite=_transpose_of_product
)


def _transpose_of_diagonal(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Transposed) and isinstance(node.args[0], Diag):
        yield node.args[0]


transpose_of_diagonal = Rule(
    "transpose_of_diagonal", "diag(v)ᵀ = diag(v)", rewrite=_transpose_of_diagonal
)


def _require_range(node: Ranged, context: Context) -> None:
    if not context.nonnegative(node.length - 1):
        raise SideConditionError(
            f"the range {text(node.lower)} … {text(node.upper)} may be empty",
            {"in": text(node), "needed": f"{text(node.lower)} ≤ {text(node.upper)}"},
        )


def _split_latest(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, OrderedProduct | OrderedSum):
        _require_range(node, context)
        yield node.split_latest()


split_latest = Rule(
    "split_latest",
    "∏_{j=h}^{t} F_j = F_t ∏_{j=h}^{t-1} F_j, likewise for sums, where h ≤ t",
    rewrite=_split_latest,
)


def _split_earliest(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, OrderedProduct | OrderedSum):
        _require_range(node, context)
        yield node.split_earliest()


split_earliest = Rule(
    "split_earliest",
    "∏_{j=h}^{t} F_j = (∏_{j=h+1}^{t} F_j) F_h, likewise for sums, where h ≤ t",
    rewrite=_split_earliest,
)


def _split_at(node: Any, context: Context, last: Any) -> Iterator[Any]:
    """Into the times up to `last` and those after it."""
    if not isinstance(node, OrderedProduct | OrderedSum):
        return
    last = sympy.sympify(last)
    # Either part may be empty, but neither may reach outside the range.
    inside = (last - node.lower + 1, node.upper - last)
    if not all(context.nonnegative(gap) for gap in inside):
        raise SideConditionError(
            f"{text(last)} may lie outside {text(node.lower)} - 1 … {text(node.upper)}",
            {"in": text(node)},
        )
    early, late = node.over(node.lower, last), node.over(last + 1, node.upper)
    if isinstance(node, OrderedSum):
        yield early + late
    else:
        yield late * early if node.latest == "left" else early * late


split_at = Rule(
    "split_at",
    "a product or sum over h … t is that over h … r and that over r+1 … t, h-1 ≤ r ≤ t",
    rewrite=_split_at,
)


def _empty(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Ranged) and context.nonnegative(-node.length):
        yield Identity(node.shape[0]) if isinstance(node, OrderedProduct) else node.body * 0


empty_range = Rule("empty_range", "an empty product is I, an empty sum 0", rewrite=_empty)


def _reindex(node: Any, context: Context, by: Any) -> Iterator[Any]:
    if isinstance(node, Ranged):
        yield node.shifted(by)


reindex = Rule(
    "reindex",
    "Σ_{j=h}^{t} F_j = Σ_{j=h-r}^{t-r} F_{j+r}: index and bounds shift together",
    rewrite=_reindex,
)


def _write_out(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Ranged) and node.times() is not None:
        yield node.doit()


write_out = Rule("write_out", "a finite product or sum, factor by factor", rewrite=_write_out)


def _scalar_bound(before: Any, after: Any, context: Context, variable: Any) -> bool:
    if isinstance(before, MatrixExpr) or isinstance(after, MatrixExpr):
        return False
    gap: Expr = sympy.factor(sympy.simplify(after - before))
    # Factored, a square is seen to be one; expanded, known facts are.
    return bool(gap.is_nonnegative or context.nonnegative(gap))


nonnegative_difference = Rule(
    "nonnegative_difference",
    "x ≤ y where y - x is a square, or known to be ≥ 0",
    relation="≤",
    compare=_scalar_bound,
)


def _entry_of(node: Any, context: Context) -> Iterator[Any]:
    if not isinstance(node, Entry):
        return
    matrix, row, col = node.args
    if isinstance(matrix, MatrixSum):
        yield sympy.Add(*(Entry(term, row, col) for term in matrix.args))
    if isinstance(matrix, MatrixProduct) and len(matrix.factors) > 1:
        first, *rest = matrix.factors
        right = MatrixProduct(*rest)
        taken = {s.name for part in node.args for s in part.free_symbols}
        names = chain("lri", (f"l{number}" for number in count(1)))
        name = next(name for name in names if name not in taken)
        inner = Symbol(name, integer=True)
        product = Entry(first, row, inner) * Entry(right, inner, col)
        yield matrix.coefficient * sympy.Sum(product, (inner, 1, first.shape[1]))


entries_of = Rule(
    "entries_of",
    "(A + B)_i = A_i + B_i and (A B)_{ik} = Σ_l A_{il} B_{lk}",
    rewrite=_entry_of,
)


def _kronecker(node: Any, context: Context) -> Iterator[Any]:
    """(Bᵀ ⊗ A) vec(X) = vec(A X B), with a column y as X where Bᵀ is a column."""
    if not isinstance(node, MatrixProduct) or not isinstance(node.factors[0], Kronecker):
        return
    left, right = node.factors[0].args
    rest = MatrixProduct(*node.factors[1:]) if len(node.factors) > 1 else None
    if rest is not None and is_column(rest) and is_column(left):
        product = MatrixProduct(node.coefficient, right, rest, transpose(left))
        yield Vec(product)


vec_of_product = Rule("vec_of_product", "(Bᵀ ⊗ A) vec(X) = vec(A X B)", rewrite=_kronecker)

RULES = (
    vec_of_product,
    entries_of,
    algebra,
    scalar_algebra,
    transpose_of_product,
    transpose_of_diagonal,
    split_latest,
    split_earliest,
    split_at,
    empty_range,
    reindex,
    write_out,
    nonnegative_difference,
)
