"""Block matrices: sums, products, the identity, and the norm of the whole by its blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy
from sympy import Max

from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.facts import Fact
from symrnn.kernel.theorem import Theorem, _make
from symrnn.language import shapes
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Zeros, split_coefficient
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality
from symrnn.language.shapes import symbolic
from symrnn.language.structure import Block


def _blocks(node: Any) -> list[list[Any]]:
    if not isinstance(node, Block):
        raise inapplicable(node, "a matrix of blocks")
    return [list(row) for row in node.args]


def _heights(grid: list[list[Any]]) -> tuple[Any, ...]:
    return tuple(row[0].shape[0] for row in grid)


def _widths(grid: list[list[Any]]) -> tuple[Any, ...]:
    return tuple(block.shape[1] for block in grid[0])


def _require_same(one: tuple[Any, ...], other: tuple[Any, ...], node: Any) -> None:
    if len(one) != len(other) or not all(map(shapes.same_size, one, other)):
        raise inapplicable(node, "blocks of sizes that fit")


@schema
def block_product(node: Any, place: int = 0) -> Theorem:
    """X [A_il] [B_lk] Y = X [Σ_l A_il B_lk] Y where the columns of the one are cut as the rows of
    the other; X is the first `place` factors."""
    if not isinstance(node, MatrixProduct) or not 0 <= place < len(node.factors) - 1:
        raise inapplicable(node, "a product, and where two matrices of blocks stand in it")
    left, right = map(_blocks, node.factors[place : place + 2])
    _require_same(_widths(left), _heights(right), node)
    rows = [
        [
            MatrixSum(*(a * b for a, b in zip(row, column, strict=True)))
            for column in zip(*right, strict=True)
        ]
        for row in left
    ]
    factors = (*node.factors[:place], Block(*rows), *node.factors[place + 2 :])
    return _make((), Equation(node, MatrixProduct(node.coefficient, *factors)), None)


@schema
def block_sum(node: Any) -> Theorem:
    """a [A_ik] + b [B_ik] = [a A_ik + b B_ik] where all are cut alike; of one term as well."""
    terms = node.args if isinstance(node, MatrixSum) else (node,)
    parts = [split_coefficient(term) for term in terms]
    grids = [_blocks(core) for _, core in parts]
    for grid in grids[1:]:
        _require_same(_heights(grids[0]), _heights(grid), node)
        _require_same(_widths(grids[0]), _widths(grid), node)
    rows = [
        [
            MatrixSum(*(c * grid[i][k] for (c, _), grid in zip(parts, grids, strict=True)))
            for k, _ in enumerate(row)
        ]
        for i, row in enumerate(grids[0])
    ]
    return _make((), Equation(node, Block(*rows)), None)


@schema
def identity_in_blocks(node: Any, sizes: Iterable[Any]) -> Theorem:
    """I = [[I, 0], [0, I]], cut into sizes ≥ 1 that add up."""
    sizes = tuple(map(symbolic, sizes))
    if not isinstance(node, Identity) or not shapes.same_size(sum(sizes), node.shape[0]):
        raise inapplicable(node, "an identity, and sizes that add up to its own")
    rows = [
        [Identity(rows) if i == k else Zeros(rows, cols) for k, cols in enumerate(sizes)]
        for i, rows in enumerate(sizes)
    ]
    needs = [Fact.nonnegative(size - 1) for size in sizes]
    return _make(needs, Equation(node, Block(*rows)), None)


@schema
def norm_of_blocks(node: Any) -> Theorem:
    """‖[A_ik]‖ ≤ max_i Σ_k ‖A_ik‖ for ∞, max_k Σ_i ‖A_ik‖ for 1, √Σ‖A_ik‖² for 2 and Frobenius.

    A row of the whole runs through a row of blocks; Cauchy and Schwarz for the last two. Of
    another norm it is not known.
    """
    if not isinstance(node, Norm) or node.kind not in ("1", "2", "inf", "F"):
        raise inapplicable(node, "the norm 1, 2, ∞ or Frobenius of a matrix of blocks")
    sizes = [[Norm(block, node.kind) for block in row] for row in _blocks(node.matrix)]
    if node.kind in ("2", "F"):
        bound = sympy.sqrt(sympy.Add(*(size**2 for row in sizes for size in row)))
    else:
        lines = sizes if node.kind == "inf" else zip(*sizes, strict=True)
        bound = Max(*(sympy.Add(*line) for line in lines))
    return _make((), Inequality(node, bound), None)
