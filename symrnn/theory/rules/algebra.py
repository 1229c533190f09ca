"""Rules of matrix and scalar algebra, and of sums and products over times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.kernel import Theorem, reflexivity
from symrnn.kernel.axioms import norms, numbers, ranges
from symrnn.kernel.binders import bounds
from symrnn.kernel.substitution import substitute
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed
from symrnn.language.canonical import transpose
from symrnn.language.entry import Entry
from symrnn.language.ordered import OrderedProduct, OrderedSum, Ranged
from symrnn.language.relations import Inequality
from symrnn.language.shapes import is_column, symbolic
from symrnn.language.structure import Diag, Kronecker, Vec
from symrnn.language.writing import text
from symrnn.theory.closing import beginning, ending, proving, then
from symrnn.theory.context import Context, attempt
from symrnn.theory.rule import Rule
from symrnn.theory.search import everywhere

Theorems = Iterator[Theorem]


def _algebra(before: Any, after: Any, context: Context, variable: Any) -> Theorem:
    return numbers.algebra(before, after)


algebra = Rule(
    "algebra",
    "matrix algebra: distributivity, (AB)ᵀ = BᵀAᵀ, constant factors into sums",
    prove=_algebra,
)


def _scalar(before: Any, after: Any, context: Context, variable: Any) -> Theorem:
    written = everywhere(before, _equal_factors, context)
    if written is None:
        return numbers.algebra(before, after)
    return ending(written, after)


def _equal_factors(node: Any, context: Context) -> Theorems:
    if isinstance(node, sympy.Product) and bounds(node)[0] not in node.function.free_symbols:
        yield ranges.constant_power(node)


scalar_algebra = Rule(
    "scalar_algebra", "algebra of scalars, equal factors and powers", prove=_scalar
)


def _transpose_of_product(node: Any, context: Context) -> Theorems:
    if isinstance(node, Transposed) and isinstance(node.args[0], MatrixProduct):
        product = node.args[0]
        flipped = [Transposed(factor) for factor in reversed(product.factors)]
        yield numbers.algebra(node, MatrixProduct(product.coefficient, *flipped))
    if isinstance(node, Transposed) and isinstance(node.args[0], OrderedProduct):
        yield numbers.algebra(node, node.args[0].transposed())


transpose_of_product = Rule(
    "transpose_of_product", "(A B)ᵀ = Bᵀ Aᵀ, the order turned round", rewrite=_transpose_of_product
)


def _transpose_of_diagonal(node: Any, context: Context) -> Theorems:
    if isinstance(node, Transposed) and isinstance(node.args[0], Diag):
        yield numbers.algebra(node, node.args[0])


transpose_of_diagonal = Rule(
    "transpose_of_diagonal", "diag(v)ᵀ = diag(v)", rewrite=_transpose_of_diagonal
)


def _require_range(node: Ranged, context: Context) -> None:
    if not context.nonnegative(node.length - 1):
        raise SideConditionError(
            f"the range {text(node.lower)} … {text(node.upper)} may be empty",
            {"in": text(node), "needed": f"{text(node.lower)} ≤ {text(node.upper)}"},
        )


def _split_latest(node: Any, context: Context) -> Theorems:
    if isinstance(node, OrderedProduct | OrderedSum):
        _require_range(node, context)
        split = ranges.split_range(node, node.upper - 1)
        yield then(split, ranges.single_time(node.over(node.upper, node.upper)))


split_latest = Rule(
    "split_latest",
    "∏_{j=h}^{t} F_j = F_t ∏_{j=h}^{t-1} F_j, likewise for sums, where h ≤ t",
    rewrite=_split_latest,
)


def _split_earliest(node: Any, context: Context) -> Theorems:
    if isinstance(node, OrderedProduct | OrderedSum):
        _require_range(node, context)
        split = ranges.split_range(node, node.lower)
        yield then(split, ranges.single_time(node.over(node.lower, node.lower)))


split_earliest = Rule(
    "split_earliest",
    "∏_{j=h}^{t} F_j = (∏_{j=h+1}^{t} F_j) F_h, likewise for sums, where h ≤ t",
    rewrite=_split_earliest,
)


def _split_at(node: Any, context: Context, last: Any) -> Theorems:
    """Into the times up to `last` and those after it."""
    if not isinstance(node, OrderedProduct | OrderedSum):
        return
    # Either part may be empty, but neither may reach outside the range.
    if not all(map(context.nonnegative, (last - node.lower + 1, node.upper - last))):
        raise SideConditionError(
            f"{text(last)} may lie outside {text(node.lower)} - 1 … {text(node.upper)}",
            {"in": text(node)},
        )
    yield ranges.split_range(node, last)


split_at = Rule(
    "split_at",
    "a product or sum over h … t is that over h … r and that over r+1 … t, h-1 ≤ r ≤ t",
    rewrite=_split_at,
)


def _empty(node: Any, context: Context) -> Theorems:
    if isinstance(node, Ranged) and context.nonnegative(-node.length):
        yield ranges.empty_range(node)


empty_range = Rule("empty_range", "an empty product is I, an empty sum 0", rewrite=_empty)


def _reindex(node: Any, context: Context, by: Any) -> Theorems:
    if isinstance(node, Ranged):
        yield ranges.reindex(node, by)


reindex = Rule(
    "reindex",
    "Σ_{j=h}^{t} F_j = Σ_{j=h-r}^{t-r} F_{j+r}: index and bounds shift together",
    rewrite=_reindex,
)


def _write_out(node: Any, context: Context) -> Theorems:
    if isinstance(node, Ranged) and node.times() is not None:
        written = reflexivity(node)
        rest = node
        while isinstance(rest, Ranged) and rest.length != 1:
            for step in _split_latest(rest, context):
                written = then(written, step)
            rest = rest.over(rest.lower, rest.upper - 1)
        yield then(written, ranges.single_time(rest)) if isinstance(rest, Ranged) else written


write_out = Rule("write_out", "a finite product or sum, factor by factor", rewrite=_write_out)


def _bound(before: Any, after: Any, context: Context, variable: Any) -> Theorem:
    if isinstance(before, MatrixExpr) or isinstance(after, MatrixExpr):
        raise IllFormedError("≤ compares scalars", {"got": text(before)})
    known = attempt(numbers.order, before, after, context.facts)
    if known is not None:
        return known
    # Factored, a square is seen to be one.
    gap = sympy.factor(after - before)
    positive = numbers.order(sympy.S.Zero, gap, context.facts)
    return proving(numbers.order(before, after, [Inequality(before, after)]), positive)


nonnegative_difference = Rule(
    "nonnegative_difference",
    "x ≤ y where y - x is a square, or known to be ≥ 0",
    relation="≤",
    prove=_bound,
)


def _entry_of(node: Any, context: Context) -> Theorems:
    if not isinstance(node, Entry):
        return
    if isinstance(node.matrix, MatrixSum):
        yield norms.entry_of_sum(node)
    if isinstance(node.matrix, MatrixProduct) and len(node.matrix.factors) > 1:
        taken = {s.name for part in node.args for s in part.free_symbols}
        names = chain("lri", (f"l{number}" for number in count(1)))
        name = next(name for name in names if name not in taken)
        yield norms.entry_of_product(node, Symbol(name, integer=True))


entries_of = Rule(
    "entries_of",
    "(A + B)_i = A_i + B_i and (A B)_{ik} = Σ_l A_{il} B_{lk}",
    rewrite=_entry_of,
)


def _kronecker(node: Any, context: Context) -> Theorems:
    """(Bᵀ ⊗ A) vec(X) = vec(A X B), also with a column y as vec(X) where Bᵀ is a column."""
    if not isinstance(node, MatrixProduct) or not isinstance(node.factors[0], Kronecker):
        return
    left, right = node.factors[0].args
    rest = MatrixProduct(*node.factors[1:]) if len(node.factors) > 1 else None
    if isinstance(rest, Vec) and node.coefficient == 1:
        yield norms.vec_of_product(right, transpose(left), rest.args[0])
    if rest is not None and is_column(rest) and is_column(left):
        bare = norms.vec_of_product(right, transpose(left), rest)
        if node.coefficient == 1:
            yield beginning(node, bare)
            return
        scaled = node.coefficient * bare.relation.lhs
        yield beginning(node, then(reflexivity(scaled), bare))


vec_of_product = Rule("vec_of_product", "(Bᵀ ⊗ A) vec(X) = vec(A X B)", rewrite=_kronecker)


def _reversed(node: Any, context: Context, last: Any, index: Symbol) -> Theorems:
    if not isinstance(node, OrderedSum | sympy.Sum):
        return
    last = symbolic(last)
    old, _, _ = bounds(node)
    body = node.args[0]
    taken = last.free_symbols | (body.free_symbols - {old})
    if not index.is_integer or index in taken:
        raise IllFormedError(
            "the new index of a sum must be an integer symbol that is free",
            {"expected": "a new integer symbol", "got": text(index)},
        )
    turned = ranges.reversed_range(node, last)
    named = _with_index(turned.relation.rhs, index)
    yield ending(turned, named)


def _with_index(node: Any, index: Symbol) -> Any:
    old, lower, upper = bounds(node)
    body = substitute(node.args[0], {old: index})
    if isinstance(node, OrderedSum):
        return OrderedSum(body, index, lower, upper)
    return sympy.Sum(body, (index, lower, upper))


reversed_range = Rule(
    "reversed_range",
    "Σ_{k=h}^{r} F_k = Σ_{i=t-r}^{t-h} F_{t-i}: counted backwards from t, k = t - i",
    rewrite=_reversed,
)


def _constant_factor(node: Any, context: Context) -> Theorems:
    if isinstance(node, sympy.Sum) and len(node.limits) == 1:
        yield ranges.constant_factor(node)


constant_factor = Rule(
    "constant_factor",
    "Σ_k c F_k = c Σ_k F_k, where c does not depend on k",
    rewrite=_constant_factor,
)
