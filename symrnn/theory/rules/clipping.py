"""Rules about maxima, minima, and the Euclidean norm: what clipping is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Abs, Expr, Max, Min
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import SideConditionError
from symrnn.kernel import Fact, Theorem
from symrnn.kernel.axioms import blocks, derivatives, norms, numbers
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed, split_coefficient
from symrnn.language.derivatives import TotalDerivative
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.shapes import is_column, symbolic
from symrnn.language.structure import Block
from symrnn.language.writing import text
from symrnn.theory.closing import beginning, proving
from symrnn.theory.context import Context, attempt
from symrnn.theory.rule import Rule
from symrnn.theory.rules.facts import uses_bound

Theorems = Iterator[Theorem]

# ---------------------------------------------------------------- maxima and minima


def _extreme(node: Any, context: Context, kind: Any) -> Theorems:
    if isinstance(node, kind):
        known = (numbers.larger(node, value) for value in node.args)
        yield from (found for found in known if _is_known(found, context))
    if isinstance(node, TotalDerivative):
        # What is to hold under a derivative has to hold nearby: x < y does, x ≤ y need not.
        for extreme in sorted(node.of.atoms(kind), key=sympy.default_sort_key):
            known = (derivatives.nearby(node, extreme, value) for value in extreme.args)
            yield from (found for found in known if _is_known(found, context))


def _is_known(theorem: Theorem, context: Context) -> bool:
    return all(
        isinstance(need, Fact) and need.follows_from(context.facts) for need in theorem.hypotheses
    )


def _larger(node: Any, context: Context) -> Theorems:
    yield from _extreme(node, context, Max)


larger_of = Rule(
    "larger_of",
    "max(x, y) = y where x ≤ y (under a derivative, where x < y)",
    rewrite=_larger,
)


def _smaller(node: Any, context: Context) -> Theorems:
    yield from _extreme(node, context, Min)


smaller_of = Rule(
    "smaller_of",
    "min(x, y) = x where x ≤ y (under a derivative, where x < y)",
    rewrite=_smaller,
)


def _below_maximum(node: Any, context: Context, maximum: Max) -> Theorems:
    if isinstance(maximum, Max) and node in maximum.args:
        yield numbers.order(node, maximum)


below_maximum = Rule("below_maximum", "x ≤ max(x, y)", relation="≤", rewrite=_below_maximum)


def _minimum(node: Any, context: Context) -> Theorems:
    if isinstance(node, Min) and len(node.args) == 2:
        maximum = Max(*node.args)
        if not any(context.is_positive(value) for value in (maximum, *node.args)):
            raise SideConditionError(
                f"{text(maximum)} is not known to be positive", {"in": text(node)}
            )
        yield numbers.minimum_by_maximum(node)


minimum_by_maximum = Rule(
    "minimum_by_maximum",
    "min(x, y) = x y / max(x, y), where max(x, y) > 0",
    rewrite=_minimum,
)


def _scaled(node: Any, context: Context, scale: Any) -> Theorems:
    if isinstance(node, Max):
        scale = symbolic(scale)
        if not context.is_positive(scale):
            raise SideConditionError(
                f"{text(scale)} is not known to be positive", {"in": text(node)}
            )
        yield numbers.scaled_maximum(node, scale)


scaled_maximum = Rule("scaled_maximum", "max(x, y) = max(c x, c y)/c, where c > 0", rewrite=_scaled)


def _lipschitz(node: Any, context: Context) -> Theorems:
    if not (isinstance(node, sympy.Pow) and node.exp == 2 and node.base.is_Add):
        return
    if len(node.base.args) != 2:
        return
    first, second = (term if isinstance(term, Min) else -term for term in node.base.args)
    if not (isinstance(first, Min) and isinstance(second, Min)):
        return
    shared = set(first.args) & set(second.args)
    own = [set(least.args) - shared for least in (first, second)]
    if len(shared) == 1 and all(len(rest) == 1 for rest in own):
        cut = numbers.lipschitz_minimum(shared.pop(), own[0].pop(), own[1].pop())
        whole = attempt(beginning, node, cut)
        if whole is not None:
            yield whole


lipschitz_minimum = Rule(
    "lipschitz_minimum",
    "(min(c, x) - min(c, y))² ≤ (x - y)²: cutting off at c brings two numbers no further apart",
    relation="≤",
    rewrite=_lipschitz,
)


def _absolute(node: Any, context: Context, bound: Any) -> Theorems:
    if isinstance(node, Abs):
        bound, value = symbolic(bound), node.args[0]
        for gap in (bound - value, bound + value):
            if not context.nonnegative(gap):
                raise SideConditionError(
                    f"{text(value)} may lie outside ±{text(bound)}", {"needed": f"0 ≤ {text(gap)}"}
                )
        yield numbers.absolute_bound(value, bound)


absolute_bound = Rule("absolute_bound", "|y| ≤ c where -c ≤ y ≤ c", relation="≤", rewrite=_absolute)


def _root_of_bound(node: Any, context: Context, *names: str) -> Theorems:
    if isinstance(node, Expr) and not isinstance(node, MatrixExpr) and context.nonnegative(node):
        assert uses_bound.rewrite is not None
        for squared in uses_bound.rewrite(node**2, context, *names):
            yield proving(numbers.root_of_bound(node, squared.relation.rhs), squared)


root_of_bound = Rule(
    "root_of_bound",
    "x ≤ √y where x ≥ 0 and a statement that is used has shown x² ≤ y",
    relation="≤",
    rewrite=_root_of_bound,
)


def _entry_of_elementwise(node: Any, context: Context) -> Theorems:
    if isinstance(node, Entry) and isinstance(node.matrix, Elementwise):
        yield numbers.entry_of_elementwise(node)


entry_of_elementwise = Rule(
    "entry_of_elementwise", "f(A)_{il} = f(A_{il})", rewrite=_entry_of_elementwise
)

# ---------------------------------------------------------------- the Euclidean norm


def _euclidean_column(node: Any) -> bool:
    return isinstance(node, Norm) and node.kind == "2" and is_column(node.matrix)


def _norm_of_sum(node: Any, context: Context) -> Theorems:
    if not (isinstance(node, sympy.Pow) and node.exp == 2 and _euclidean_column(node.base)):
        return
    total = node.base.matrix
    if isinstance(total, MatrixSum) and len(total.args) == 2:
        yield norms.norm_of_sum(node.base)


norm_of_sum = Rule(
    "norm_of_sum",
    "‖a x + b y‖² = a² ‖x‖² + 2ab xᵀy + b² ‖y‖² for the Euclidean norm of columns",
    rewrite=_norm_of_sum,
)


def _cauchy_schwarz(node: Any, context: Context) -> Theorems:
    if not isinstance(node, Entry) or not isinstance(node.matrix, MatrixProduct):
        return
    product = node.matrix
    if product.coefficient != 1 or len(product.factors) != 2 or product.shape != (1, 1):
        return
    row, column = product.factors
    yield beginning(node, norms.cauchy_schwarz(Transposed(row), column))


cauchy_schwarz = Rule(
    "cauchy_schwarz", "xᵀy ≤ ‖x‖ ‖y‖ (Euclidean)", relation="≤", rewrite=_cauchy_schwarz
)


def _norm_of_stack(node: Any, context: Context) -> Theorems:
    if _euclidean_column(node) and isinstance(node.matrix, Block):
        yield norms.norm_of_stack(node)


norm_of_stack = Rule(
    "norm_of_stack",
    "‖(x, y)‖² = ‖x‖² + ‖y‖² for columns stacked one below the other (Euclidean)",
    rewrite=_norm_of_stack,
)


def _blockwise(node: Any, context: Context) -> Theorems:
    scale, core = split_coefficient(node) if isinstance(node, MatrixProduct) else (1, None)
    if scale != 1 and isinstance(core, Block):
        yield blocks.block_sum(node)


blockwise = Rule("blockwise", "c [A; B] = [c A; c B]", rewrite=_blockwise)
