"""Which blocks of a matrix are written with their sizes: those that no letter beside them tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import MatrixSymbol

from symrnn.language.algebra import Identity, Ones, Transposed, Zeros, split_coefficient
from symrnn.language.derivatives import VectorFunction
from symrnn.language.structure import Block, Place, Rows
from symrnn.language.time import TimeVector

PLAIN = (Zeros, Ones, Identity)
"""What is written alike whatever its size is."""


def sized(node: Block) -> frozenset[tuple[int, int]]:
    """Row and column of each block that needs its size: [0; v; 0] may have v anywhere.

    A row or column without a letter takes what the others leave; where there are two of them that
    may be anything, but for the blocks of an identity.
    """
    rows: list[Any] = [tuple(row) for row in node.args]
    columns = list(zip(*rows, strict=True))
    places = [(i, k) for i in range(len(rows)) for k in range(len(columns))]
    if all(isinstance(rows[i][k], Identity if i == k else Zeros) for i, k in places):
        return frozenset()
    high, wide = frozenset(_untold(rows)), frozenset(_untold(columns))
    return frozenset(
        (i, k)
        for i, k in places
        if ((len(high) > 1 and i in high) or (len(wide) > 1 and k in wide)) and _plain(rows[i][k])
    )


def _untold(lines: list[Any]) -> Iterator[int]:
    for number, line in enumerate(lines):
        if not any(block.has(MatrixSymbol, TimeVector, VectorFunction) for block in line):
            yield number


def _plain(block: Any) -> bool:
    return isinstance(split_coefficient(block)[1], PLAIN)


def around(node: Place) -> tuple[Zeros | None, Zeros | None]:
    """The zeros above and below what is placed, where there are some."""
    matrix, start, total = node.args
    rows, cols = matrix.shape
    below = total - start - rows
    above = None if start == 0 else Zeros(start, cols)
    return above, None if below.expand() == 0 else Zeros(below.expand(), cols)


Span = tuple[Any, Any]
"""The first and the last of some rows or columns, counted from 1."""


Part = tuple[Any, tuple[Span | None, ...]]
"""A matrix and which of its rows, or of its rows and columns; None for all."""


def rows_of(node: Rows) -> Part:
    """Some rows of a matrix, of all of its columns or of some."""
    inner = columns_of(node.args[0])
    if inner is None:
        return node.args[0], (_span(node),)
    matrix, (_, columns) = inner
    return matrix, (_span(node), columns)


def columns_of(node: Any) -> Part | None:
    """Some columns of a matrix: rows of the transpose, transposed, as nobody writes them."""
    if isinstance(node, Transposed) and isinstance(node.args[0], Rows):
        turned = node.args[0].args[0]
        if isinstance(turned, Transposed):
            return turned.args[0], (None, _span(node.args[0]))
    return None


def _span(rows: Rows) -> Span:
    """Which rows they are."""
    _, start, count = rows.args
    return start + 1, (start + count).expand()
