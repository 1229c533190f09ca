"""Symbolic numbers and shapes: what is taken as one, when two fit, what is said when not."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from itertools import pairwise
from typing import Any

from sympy import Basic, Expr, SympifyError, expand, sympify
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, ShapeError

Shape = tuple[Expr, Expr]


def symbolic(value: Any) -> Any:
    """`value` as an object of SymPy; None stays None.

    Raises:
        IllFormedError: it is text, which SymPy would run as Python, holds other things, which may
            be text, or is nothing that SymPy knows.
    """
    if value is None or isinstance(value, Basic):
        return value
    with suppress(SympifyError):
        if not isinstance(value, str | Collection):
            return sympify(value)
    raise IllFormedError(
        f"{type(value).__name__} is no expression",
        {"expected": "a number, a symbol or an expression of SymPy", "got": repr(value)},
    )


def same_size(left: Any, right: Any) -> bool:
    """Whether two sizes, integers or expressions, are equal for all values of their symbols."""
    return bool(left == right or expand(left - right) == 0)


def same_shape(left: Shape, right: Shape) -> bool:
    """Whether both entries of two shapes agree."""
    return same_size(left[0], right[0]) and same_size(left[1], right[1])


def show(shape: Shape) -> str:
    """A shape as it stands in messages: `d × 1`."""
    return f"{shape[0]} × {shape[1]}"


def is_column(node: MatrixExpr) -> bool:
    """Whether `node` is a column vector (a scalar, 1 × 1, is one too)."""
    return same_size(node.shape[1], 1)


def is_scalar(node: MatrixExpr) -> bool:
    """Whether `node` is 1 × 1."""
    return same_shape(node.shape, (1, 1))


def require_same(operation: str, *nodes: MatrixExpr) -> None:
    """Raise `ShapeError` unless all operands have one shape."""
    for other in nodes[1:]:
        if not same_shape(nodes[0].shape, other.shape):
            _refuse(operation, "operands of one shape", nodes[0], other)


def require_chain(operation: str, *nodes: MatrixExpr) -> None:
    """Raise `ShapeError` unless each operand has as many columns as the next has rows."""
    for left, right in pairwise(nodes):
        if not same_size(left.shape[1], right.shape[0]):
            expected = "columns of the left operand = rows of the right one"
            _refuse(operation, expected, left, right)


def require_column(operation: str, node: MatrixExpr) -> MatrixExpr:
    """The node; raises `ShapeError` unless it is a column vector."""
    if not is_column(node):
        raise ShapeError(
            f"{operation} needs a column vector",
            {"expected": "n × 1", "got": f"{show(node.shape)}  {node}"},
        )
    return node


def require_square(operation: str, node: MatrixExpr) -> MatrixExpr:
    """The node; raises `ShapeError` unless it has as many rows as columns."""
    if not same_size(*node.shape):
        raise ShapeError(
            f"{operation} needs a square matrix",
            {"expected": "n × n", "got": f"{show(node.shape)}  {node}"},
        )
    return node


def _refuse(operation: str, expected: str, left: MatrixExpr, right: MatrixExpr) -> None:
    raise ShapeError(
        f"{operation}: shapes {show(left.shape)} and {show(right.shape)} do not fit",
        {
            "expected": expected,
            "left": f"{show(left.shape)}  {left}",
            "right": f"{show(right.shape)}  {right}",
        },
    )
