"""Sizes and types of matrices: a size d is d.+1 in Coq, for no matrix is without rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Symbol

from symrnn.errors import NotSupportedError
from symrnn.language.shapes import same_size
from symrnn.machine.arithmetic import name_of


def size(expression: Any) -> str:
    """A positive size as a number of rows: d.+1 for the size d."""
    expression = sympy.expand(expression)
    if isinstance(expression, Symbol):
        return f"{name_of(expression)}.+1"
    if expression.is_Integer:
        return str(expression)
    if expression.is_Add:
        return f"({' + '.join(size(term) for term in expression.args)})"
    if expression.is_Mul:
        return f"({' * '.join(size(factor) for factor in expression.args)})"
    raise NotSupportedError("no Coq form for this size", {"got": str(expression)})


def matrix_type(shape: tuple[Any, Any]) -> str:
    """The type of matrices of a shape."""
    rows, cols = map(size, shape)
    if same_size(shape[1], 1):
        return f"'cV[R]_{rows}"
    return f"'M[R]_{rows}" if same_size(*shape) else f"'M[R]_({rows}, {cols})"


def stacked_size(extents: Sequence[Any]) -> str:
    """The rows of columns one below the other, as a successor: (d + m.+1).+1 for d and m.

    What is differentiated has the size n.+1; col_mx of columns of these sizes has, by computation.
    """
    first, *rest = extents
    if not rest:
        return size(first)
    return f"({_before(first)} + {stacked_size(rest)}).+1"


def _before(expression: Any) -> str:
    """The size before a positive size: d for the size d."""
    expression = sympy.expand(expression)
    if isinstance(expression, Symbol):
        return name_of(expression)
    if expression.is_Integer:
        return str(expression - 1)
    raise NotSupportedError("no Coq form for this size", {"got": str(expression)})
