"""The two sides of a relation, compared as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.audit.meaning.letters import bare, is_capital
from symrnn.audit.meaning.model import Clash
from symrnn.audit.numbers.values import Value, diagonal, turned
from symrnn.reading.latex.tree import (
    Derivative,
    Normed,
    Product,
    Sym,
    Tree,
    Turned,
    walk,
)

Array = NDArray[Any]


AGREES = 1e-8
"""Largest relative difference of what agrees; the evaluation itself is right to about 1e-13."""


NOTHING = 1e-13
"""Values below this say nothing."""


def matched(a: Value, b: Value) -> tuple[Array, Array]:
    """Both sides in one shape.

    Raises:
        Clash: there is none.
    """
    for small, large, swap in ((a, b, False), (b, a, True)):
        if small.beside and not (large.beside or large.eye):
            size = large.shape[0] // small.shape[0]
            if size and large.shape == (small.shape[0] * size, small.shape[1] * size):
                made = small.with_identity(size).array
                return (large.array, made) if swap else (made, large.array)
    if a.beside or b.beside:
        if a.beside == b.beside and a.shape == b.shape:
            return a.array, b.array
        raise Clash("a Kronecker product with an identity, and a matrix of another shape")
    x, y = a.array, b.array
    if a.eye and not b.eye and b.shape[0] == b.shape[1]:
        return x * np.eye(b.shape[0]), y
    if b.eye and not a.eye and a.shape[0] == a.shape[1]:
        return x, y * np.eye(a.shape[0])
    if x.shape[1:] == y.shape[1:]:
        return x, y
    # ∂c_t/∂c_{t-1} = f_t, said of each entry.
    for one, other, swap in ((x, y, False), (y, x, True)):
        rows, cols = other.shape[1:]
        if one.shape[1:] == (rows, 1) and rows == cols > 1 and is_diagonal(other):
            made = diagonal(one)
            return (other, made) if swap else (made, other)
    # All entries of a matrix in a row or a column, and the matrix.
    for one, other, swap in ((x, y, False), (y, x, True)):
        rows, cols = other.shape[1:]
        if (
            1 in one.shape[1:]
            and one.shape[1] * one.shape[2] == rows * cols
            and rows > 1
            and cols > 1
        ):
            flat = turned(other).reshape(1, *one.shape[1:])
            return (flat, one) if swap else (one, flat)
    for one, other, swap in ((x, y, False), (y, x, True)):
        if one.shape[1:] == (1, 1) and not np.any(np.abs(one) > 0):
            zeros = np.zeros_like(other)
            return (other, zeros) if swap else (zeros, other)
    raise Clash(
        f"{x.shape[1]} × {x.shape[2]} on the left, {y.shape[1]} × {y.shape[2]} on the right"
    )


def is_diagonal(array: Array) -> bool:
    """Whether all entries beside the diagonal are 0."""
    beside = array * (1 - np.eye(array.shape[1]))
    return bool(np.max(np.abs(beside)) <= NOTHING * max(1.0, float(np.max(np.abs(array)))))


def difference(a: Array, b: Array) -> float:
    """The largest relative difference."""
    scale = max(float(np.max(np.abs(a))), float(np.max(np.abs(b))), 1e-300)
    return float(np.max(np.abs(a - b))) / scale


def has_matrices(sides: tuple[Tree, Tree]) -> bool:
    """Whether a relation writes what only matrices have: transposes, diagonals, ⊗, norms."""
    for side in sides:
        for node in walk(side):
            if isinstance(node, Turned) or (isinstance(node, Normed) and node.kind != "|"):
                return True
            if isinstance(node, Sym) and node.name in ("diag", "Diag", "vec"):
                return True
            if isinstance(node, Product) and "otimes" in node.signs:
                return True
    return False


def by_matrix(tree: Tree) -> bool:
    """Whether a side is a derivative by a capital without time."""
    node = bare(tree)
    return (
        isinstance(node, Derivative)
        and isinstance(by := bare(node.by), Sym)
        and is_capital(by.name)
    )
