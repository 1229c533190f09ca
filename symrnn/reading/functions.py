"""What a text may call besides activations: functions of a whole vector or matrix, and those of
every entry, see `entrywise`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.entrywise import ENTRYWISE
from symrnn.language.algebra import Determinant, Inverse, LogSumExp, Ones, Softmax, written_as_entry
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.structure import DiagonalOf


@dataclass(frozen=True)
class Whole:
    """A function of a whole vector or matrix.

    Attributes:
        of_column: whether it takes a column; a square matrix else.
        is_scalar: whether it gives a scalar; what has the shape of its argument else.
        build: its expression.
    """

    of_column: bool
    is_scalar: bool
    build: Callable[[MatrixExpr], Any]


def total(column: MatrixExpr) -> Expr:
    """The sum of the entries, 1ᵀ v."""
    return Entry(Ones(1, column.shape[0]) * column, 1)


def trace(matrix: MatrixExpr) -> Expr:
    """The sum of the diagonal."""
    return total(DiagonalOf(matrix))


WHOLE: Mapping[str, Whole] = MappingProxyType(
    {
        "softmax": Whole(True, False, Softmax),
        "logsumexp": Whole(True, True, lambda v: written_as_entry(LogSumExp(v))),
        "sum": Whole(True, True, total),
        "mean": Whole(True, True, lambda v: total(v) / v.shape[0]),
        "norm": Whole(True, True, lambda v: Norm(v, "2")),
        "trace": Whole(False, True, trace),
        "tr": Whole(False, True, trace),
        "det": Whole(False, True, lambda a: written_as_entry(Determinant(a))),
        "inv": Whole(False, False, Inverse),
    }
)
"""Functions of a whole vector or matrix, by name."""

CALLED = frozenset([*ENTRYWISE, *WHOLE])
"""Words that are functions where they are called, and else are names like others."""

INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        "diag": "diag(w) h is written w * h",
        "transpose": "the transpose of W is written W^T or W.T",
        "dot": "the product of a row and a column is written v^T h",
        "outer": "a column by a row is written u v^T",
        "concat": "one below the other is written [h'; x]",
        "cat": "one below the other is written [h'; x]",
    }
)
"""How what is called elsewhere is written here."""
