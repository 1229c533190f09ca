"""In which order a product is multiplied out: the cheapest association, by counting.

The chain A₁ A₂ … A_n has one value and many costs. A column at the end makes right to left cheap,
a row at the front left to right, an outer product comes last; diagonal factors are broadcasts. The
cheapest tree is found by dynamic programming over all of them (Cormen et al., Introduction to
Algorithms, 15.2), with a count of multiplications that knows diagonals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy.matrices.expressions import MatrixExpr

from symrnn.language.shapes import symbolic
from symrnn.language.structure import Diag

NOMINAL_SIZE = 64
"""What a size that is still a symbol is taken for: any number well above 1 orders the trees."""


@dataclass(frozen=True)
class Pair:
    """The product of two associated parts."""

    left: Any
    right: Any


@dataclass(frozen=True)
class _Best:
    cost: int
    tree: Any
    rows: int
    cols: int
    diagonal: bool


def associate(factors: tuple[MatrixExpr, ...]) -> Any:
    """The cheapest binary tree over the factors: a factor, or a `Pair` of trees.

    Of equally cheap trees the one that multiplies from the right is taken.
    """
    count = len(factors)
    best = {(i, i + 1): _leaf(factor) for i, factor in enumerate(factors)}
    for width in range(2, count + 1):
        for start in range(count - width + 1):
            stop = start + width
            splits = [
                _joined(best[start, middle], best[middle, stop])
                for middle in range(start + 1, stop)
            ]
            best[start, stop] = min(splits, key=lambda option: option.cost)
    return best[0, count].tree


def multiplications(tree: Any) -> int:
    """How many multiplications a tree costs, at the nominal size."""
    return _counted(tree).cost


def _counted(tree: Any) -> _Best:
    return (
        _joined(_counted(tree.left), _counted(tree.right))
        if isinstance(tree, Pair)
        else _leaf(tree)
    )


def _leaf(factor: MatrixExpr) -> _Best:
    rows, cols = (nominal(size) for size in factor.shape)
    return _Best(0, factor, rows, cols, isinstance(factor, Diag))


def _joined(left: _Best, right: _Best) -> _Best:
    if left.diagonal and right.diagonal:
        work = left.rows
    elif left.diagonal or right.diagonal:
        work = left.rows * right.cols
    else:
        work = left.rows * left.cols * right.cols
    diagonal = left.diagonal and right.diagonal
    cost = left.cost + right.cost + work
    return _Best(cost, Pair(left.tree, right.tree), left.rows, right.cols, diagonal)


def nominal(size: Any) -> int:
    """A number for a size, symbols taken as `NOMINAL_SIZE`."""
    size = symbolic(size)
    return int(size.subs(dict.fromkeys(size.free_symbols, NOMINAL_SIZE)))
