"""Rules about maxima, minima, and the Euclidean norm: what clipping is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Abs, Expr, Max, Min
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import SideConditionError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Transposed, split_coefficient
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.shapes import is_column
from symrnn.language.structure import Block
from symrnn.language.writing import text
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule
from symrnn.theory.rules.facts import uses_bound

# ---------------------------------------------------------------- maxima and minima


def _extreme(node: Any, context: Context, sign: int) -> Iterator[Any]:
    # What is to hold under a derivative has to hold nearby: x < y does, x ≤ y need not.
    above = context.is_positive if context.varied else context.nonnegative
    for value in node.args:
        if all(above(sign * (value - other)) for other in node.args if other != value):
            yield value


def _larger(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Max):
        yield from _extreme(node, context, 1)


larger_of = Rule(
    "larger_of",
    "max(x, y) = y where x ≤ y (under a derivative, where x < y)",
    rewrite=_larger,
)


def _smaller(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Min):
        yield from _extreme(node, context, -1)


smaller_of = Rule(
    "smaller_of",
    "min(x, y) = x where x ≤ y (under a derivative, where x < y)",
    rewrite=_smaller,
)


def _below_maximum(node: Any, context: Context, maximum: Max) -> Iterator[Any]:
    if isinstance(maximum, Max) and node in maximum.args:
        yield maximum


below_maximum = Rule("below_maximum", "x ≤ max(x, y)", relation="≤", rewrite=_below_maximum)


def _minimum(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Min) and len(node.args) == 2:
        maximum = Max(*node.args)
        if not any(context.is_positive(value) for value in (maximum, *node.args)):
            raise SideConditionError(
                f"{text(maximum)} is not known to be positive", {"in": text(node)}
            )
        yield sympy.Mul(*node.args) / maximum


minimum_by_maximum = Rule(
    "minimum_by_maximum",
    "min(x, y) = x y / max(x, y), where max(x, y) > 0",
    rewrite=_minimum,
)


def _scaled(node: Any, context: Context, scale: Any) -> Iterator[Any]:
    if isinstance(node, Max):
        scale = sympy.sympify(scale)
        if not context.is_positive(scale):
            raise SideConditionError(
                f"{text(scale)} is not known to be positive", {"in": text(node)}
            )
        yield Max(*(scale * value for value in node.args)) / scale


scaled_maximum = Rule("scaled_maximum", "max(x, y) = max(c x, c y)/c, where c > 0", rewrite=_scaled)


def _lipschitz(node: Any, context: Context) -> Iterator[Any]:
    if not (isinstance(node, sympy.Pow) and node.exp == 2 and node.base.is_Add):
        return
    if len(node.base.args) != 2:
        return
    first, second = (term if isinstance(term, Min) else -term for term in node.base.args)
    signs = {isinstance(term, Min) for term in node.base.args}
    if signs != {True, False} or not (isinstance(first, Min) and isinstance(second, Min)):
        return
    shared = set(first.args) & set(second.args)
    own = [set(least.args) - shared for least in (first, second)]
    if shared and all(len(rest) == 1 for rest in own):
        yield (own[0].pop() - own[1].pop()) ** 2


lipschitz_minimum = Rule(
    "lipschitz_minimum",
    "(min(c, x) - min(c, y))² ≤ (x - y)²: cutting off at c brings two numbers no further apart",
    relation="≤",
    rewrite=_lipschitz,
)


def _absolute(node: Any, context: Context, bound: Any) -> Iterator[Any]:
    if isinstance(node, Abs):
        bound, value = sympy.sympify(bound), node.args[0]
        for gap in (bound - value, bound + value):
            if not context.nonnegative(gap):
                raise SideConditionError(
                    f"{text(value)} may lie outside ±{text(bound)}", {"needed": f"0 ≤ {text(gap)}"}
                )
        yield bound


absolute_bound = Rule("absolute_bound", "|y| ≤ c where -c ≤ y ≤ c", relation="≤", rewrite=_absolute)


def _entry_of_elementwise(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Entry) and isinstance(node.matrix, Elementwise):
        yield node.matrix.activation.at(Entry(node.matrix.argument, *node.args[1:]))


def _root_of_bound(node: Any, context: Context, *names: str) -> Iterator[Any]:
    if isinstance(node, Expr) and context.nonnegative(node):
        assert uses_bound.rewrite is not None
        for larger in uses_bound.rewrite(node**2, context, *names):
            yield sympy.sqrt(larger)


root_of_bound = Rule(
    "root_of_bound",
    "x ≤ √y where x ≥ 0 and a statement that is used has shown x² ≤ y",
    relation="≤",
    rewrite=_root_of_bound,
)


entry_of_elementwise = Rule(
    "entry_of_elementwise", "f(A)_{il} = f(A_{il})", rewrite=_entry_of_elementwise
)

# ---------------------------------------------------------------- the Euclidean norm


def _inner(left: MatrixExpr, right: MatrixExpr) -> Expr:
    return Entry(Transposed(left) * right, 1, 1)


def _euclidean_column(node: Any) -> bool:
    return isinstance(node, Norm) and node.kind == "2" and is_column(node.matrix)


def _norm_of_sum(node: Any, context: Context) -> Iterator[Any]:
    if not (isinstance(node, sympy.Pow) and node.exp == 2 and _euclidean_column(node.base)):
        return
    total = node.base.matrix
    if isinstance(total, MatrixSum) and len(total.args) == 2:
        (a, x), (b, y) = (split_coefficient(term) for term in total.args)
        squares = a**2 * Norm(x, "2") ** 2 + b**2 * Norm(y, "2") ** 2
        yield squares + 2 * a * b * _inner(x, y)


norm_of_sum = Rule(
    "norm_of_sum",
    "‖a x + b y‖² = a² ‖x‖² + 2ab xᵀy + b² ‖y‖² for the Euclidean norm of columns",
    rewrite=_norm_of_sum,
)


def _cauchy_schwarz(node: Any, context: Context) -> Iterator[Any]:
    if not isinstance(node, Entry) or not isinstance(node.matrix, MatrixProduct):
        return
    product = node.matrix
    if product.coefficient != 1 or len(product.factors) != 2 or product.shape != (1, 1):
        return
    row, column = product.factors
    yield Norm(Transposed(row), "2") * Norm(column, "2")


cauchy_schwarz = Rule(
    "cauchy_schwarz", "xᵀy ≤ ‖x‖ ‖y‖ (Euclidean)", relation="≤", rewrite=_cauchy_schwarz
)


def _norm_of_stack(node: Any, context: Context) -> Iterator[Any]:
    if _euclidean_column(node) and isinstance(node.matrix, Block):
        blocks = [row[0] for row in node.matrix.args]
        yield sympy.sqrt(sympy.Add(*(Norm(block, "2") ** 2 for block in blocks)))


norm_of_stack = Rule(
    "norm_of_stack",
    "‖(x, y)‖² = ‖x‖² + ‖y‖² for columns stacked one below the other (Euclidean)",
    rewrite=_norm_of_stack,
)


def _blockwise(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, MatrixProduct) and node.coefficient != 1 and len(node.factors) == 1:
        (block,) = node.factors
        if isinstance(block, Block):
            scale = node.coefficient
            yield Block(*([scale * part for part in row] for row in block.args))


blockwise = Rule("blockwise", "c [A; B] = [c A; c B]", rewrite=_blockwise)

RULES = (
    larger_of,
    smaller_of,
    below_maximum,
    minimum_by_maximum,
    scaled_maximum,
    lipschitz_minimum,
    absolute_bound,
    root_of_bound,
    entry_of_elementwise,
    norm_of_sum,
    cauchy_schwarz,
    norm_of_stack,
    blockwise,
)
