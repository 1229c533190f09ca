"""Products for a batch: where rows meet columns the batch is summed over, or each has a number."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.numbers import Numbers, Value, compiled, scalar_function, value_of
from symrnn.errors import NotSupportedError
from symrnn.language.algebra import MatrixProduct, Transposed
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector


@value_of.register
def _(node: MatrixProduct) -> Value:
    """Columns first, rows from the other side: where they meet, the batch is summed over.

    A row before a column, sᵀ v of s sᵀ v, is a number for each sequence: 1 × B.
    """
    _require_vectors(node)
    column, inner, row = _parts(list(node.factors))
    before = _from_right(column) if column else None
    numbered = [_inner(factors) for factors in inner]
    behind = _from_left(row) if row else None
    coefficient = _coefficient(node.coefficient)

    def value(numbers: Numbers) -> Any:
        result = None if before is None else before(numbers)
        for number in numbered:
            result = number(numbers) if result is None else result * number(numbers)
        scale = coefficient(numbers)
        if behind is None:
            return result if scale is None else scale * result
        rows = behind(numbers)
        if result is not None:
            result = result if scale is None else scale * result
            return result @ rows if before is not None else result.T * rows
        return rows if scale is None else np.transpose(scale) * rows

    return value


def _require_vectors(node: MatrixProduct) -> None:
    """That what changes with the sequence is a vector or a number: a matrix has one for all.

    A sum over the batch, δ hᵀ, may stand between constants: what is linear sums with it.
    """
    moving = [factor for factor in node.factors if factor.has(TimeVector)]
    whole = [each for each in moving if 1 not in each.shape and not isinstance(each, Diag)]
    scaled = any(atom.has(TimeVector) for atom in node.coefficient.atoms(Entry, Norm))
    alone = scaled and not moving and node.shape[1] != 1
    if alone or (whole and (scaled or len(moving) > 1)):
        raise NotSupportedError(
            "a matrix that changes with time has no numbers in a cross-check",
            {"expected": "one that multiplies a vector factor by factor", "got": str(node)},
        )


Factors = list[MatrixExpr]


def _parts(factors: Factors) -> tuple[Factors, list[Factors], Factors]:
    """A product as what makes a column, rows that meet columns, and what makes a row."""
    pieces: list[Factors] = []
    piece: Factors = []
    for factor in factors:
        piece.append(factor)
        # diag(v) 1 is a column as v is, and sᵀ b a number as sᵀ v is.
        timed = any(each.has(TimeVector) for each in piece)
        if timed and factor.shape[1] == 1 and not isinstance(factor, Transposed):
            pieces.append(piece)
            piece = []
    if not pieces and not any(map(_is_row, piece)):
        return piece, [], []
    column = pieces.pop(0) if pieces and not any(map(_is_row, pieces[0])) else []
    return column, pieces, piece


def _inner(factors: Factors) -> Value:
    row, column = _from_left(factors[:-1]), compiled(factors[-1])
    return lambda numbers: (row(numbers).T * column(numbers)).sum(axis=0, keepdims=True)


def _coefficient(scalar: Expr) -> Value:
    """The value of a coefficient: None for 1, a number, or one for each sequence, 1 × B."""
    if scalar == 1:
        return lambda numbers: None
    whole = sorted(scalar.atoms(Entry, Norm), key=str)
    if not whole:
        return lambda numbers: numbers.number(scalar)
    named = {atom: sympy.Dummy() for atom in whole}
    values = {named[atom]: _of_each(atom) for atom in whole}
    rest = scalar.xreplace(named)

    def value(numbers: Numbers) -> Any:
        own = {symbol: each(numbers) for symbol, each in values.items()}
        return scalar_function(rest)({**numbers.scalars, **numbers.sizes, **own})

    return value


def _of_each(atom: Entry | Norm) -> Value:
    """An entry, or the length of a vector, for each sequence; of parameters for all alike."""
    matrix = atom.args[0]
    inner = compiled(matrix)
    if isinstance(atom, Entry) and (matrix.shape[1] == 1 or not matrix.has(TimeVector)):
        row, col = atom.args[1:]

        def entry(numbers: Numbers) -> Any:
            found = inner(numbers)[numbers.size(row) - 1]
            return found[None] if matrix.has(TimeVector) else found[numbers.size(col) - 1]

        return entry
    if isinstance(atom, Norm) and matrix.shape[1] == 1 and str(atom.args[1]) in ("2", "F"):
        return lambda numbers: np.sqrt((inner(numbers) ** 2).sum(axis=0, keepdims=True))
    raise NotSupportedError(
        "this scalar of a whole matrix has no numbers in a cross-check",
        {"expected": "scalars by name, entries, and lengths of vectors", "got": str(atom)},
    )


def _from_right(factors: list[MatrixExpr]) -> Value:
    last, *others = map(compiled, reversed([_bare(factor) for factor in factors]))
    flags = [isinstance(factor, Diag) for factor in reversed(factors)][1:]
    if isinstance(factors[-1], Diag):
        raise NotSupportedError("a diagonal matrix that nothing is multiplied by")

    def value(numbers: Numbers) -> Any:
        product = last(numbers)
        for is_diagonal, factor in zip(flags, others, strict=True):
            left = factor(numbers)
            product = left * product if is_diagonal else left @ product
        return product

    return value


def _from_left(factors: list[MatrixExpr]) -> Value:
    first, *others = map(compiled, [_bare(factor) for factor in factors])
    flags = [isinstance(factor, Diag) for factor in factors][1:]
    if isinstance(factors[0], Diag):
        raise NotSupportedError("a diagonal matrix that nothing is multiplied by")

    def value(numbers: Numbers) -> Any:
        product = first(numbers)
        for is_diagonal, factor in zip(flags, others, strict=True):
            right = factor(numbers)
            product = product * right.T if is_diagonal else product @ right
        return product

    return value


def _bare(factor: MatrixExpr) -> MatrixExpr:
    return factor.args[0] if isinstance(factor, Diag) else factor


def _is_column(node: MatrixExpr) -> bool:
    """Whether a factor carries the batch in its columns."""
    return bool(node.has(TimeVector)) and not isinstance(node, Diag) and not _is_row(node)


def _is_row(node: MatrixExpr) -> bool:
    """Whether it carries the batch in its rows: hᵀ, [hᵀ xᵀ]."""
    turned = isinstance(node, Transposed) or node.shape[1] != 1
    return bool(node.has(TimeVector)) and not isinstance(node, Diag) and turned
