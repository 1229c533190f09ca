"""Formulas in the letters of code that is checked: h_{t-1}, tanh′(a_f), δ_c."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.numbers import LAST
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import (
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    split_coefficient,
)
from symrnn.language.structure import Block, Diag, Hadamard, Place, Rows
from symrnn.language.time import TimeVector
from symrnn.language.writing import text

ADJOINT = "delta_"
"""Before the name of what it is the derivative by."""

AGAIN = "_again"
"""Behind the name of an adjoint where another has it."""


def said(node: MatrixExpr) -> str:
    """A formula in one line of plain text."""
    return _said(node)


@singledispatch
def _said(node: Any) -> str:
    return str(text(node))


@_said.register
def _(node: TimeVector) -> str:
    label = node.label
    if label.startswith(ADJOINT):
        label = f"δ({label.removeprefix(ADJOINT).replace(AGAIN, '')})"
    if not node.index.free_symbols:
        return f"{label}[{'T' if node.index == LAST else node.index}]"
    shift = node.index - next(iter(node.index.free_symbols))
    return label if shift == 0 else f"{label}[t{'+' if shift > 0 else '-'}{abs(shift)}]"


@_said.register
def _(node: sympy.MatrixSymbol) -> str:
    return str(node.name)


@_said.register
def _(node: Ones) -> str:
    return "1"


@_said.register
def _(node: Transposed) -> str:
    return f"{_operand(node.args[0])}ᵀ"


@_said.register
def _(node: Elementwise) -> str:
    return f"{node.activation.name}{'′' * node.activation.order}({_said(node.argument)})"


@_said.register
def _(node: Diag) -> str:
    return f"diag({_said(node.args[0])})"


@_said.register
def _(node: Hadamard) -> str:
    return " ⊙ ".join(map(_operand, node.args))


@_said.register
def _(node: MatrixProduct) -> str:
    # diag(s) v is s ⊙ v, as code has it.
    parts, after = [], ""
    for place, factor in enumerate(node.factors):
        slope = isinstance(factor, Diag)
        last = place + 1 == len(node.factors)
        shown = _operand(factor.args[0] if slope else factor)
        parts.append(("" if place == 0 else after) + shown)
        after = " ⊙ " if slope and not last else " "
    product = "".join(parts)
    if node.coefficient == 1:
        return product
    if node.coefficient == -1:
        return f"-{product}"
    several = isinstance(node.coefficient, sympy.Add)
    return f"({node.coefficient}) {product}" if several else f"{node.coefficient} {product}"


@_said.register
def _(node: MatrixSum) -> str:
    shown = ""
    # What is added first: 1 - z, not -z + 1.
    terms = sorted(node.args, key=lambda term: _is_negative(term))
    for term in terms:
        one = _said(term)
        if not shown:
            shown = one
        elif one.startswith("-"):
            shown += f" - {one[1:]}"
        else:
            shown += f" + {one}"
    return shown


@_said.register
def _(node: Block) -> str:
    return "[" + "; ".join(", ".join(map(_said, row)) for row in node.args) + "]"


@_said.register
def _(node: Rows) -> str:
    return f"rows of {_operand(node.args[0])}"


@_said.register
def _(node: Place) -> str:
    return _said(node.args[0])


def _is_negative(term: MatrixExpr) -> bool:
    coefficient, _ = split_coefficient(term)
    return bool(coefficient.could_extract_minus_sign())


def _operand(node: MatrixExpr) -> str:
    shown = _said(node)
    compound = isinstance(node, MatrixSum | MatrixProduct | Hadamard)
    return f"({shown})" if compound else shown
