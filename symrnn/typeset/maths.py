"""Displays made from expressions: shapes under braces, the diagonal matrix with its dots."""

from __future__ import annotations

from typing import Any

from sympy import Integer
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct
from symrnn.language.entry import Entry
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.precedence import PRODUCT, needs_parentheses
from symrnn.language.relations import Relation
from symrnn.language.structure import Diag
from symrnn.language.writing import latex


def with_shapes(node: MatrixExpr, notation: Notation = LECTURE) -> str:
    """A product with the shape of each factor under a brace; other nodes get one brace."""
    factors = node.factors if isinstance(node, MatrixProduct) else (node,)
    written = []
    for place, factor in enumerate(factors):
        body = latex(factor, notation)
        if needs_parentheses(factor, PRODUCT, last=place == len(factors) - 1):
            body = rf"\left({body}\right)"
        rows, cols = (latex(size, notation) for size in factor.shape)
        written.append(rf"\underbrace{{{body}}}_{{{rows} \times {cols}}}")
    product = r" \; ".join(written)
    coefficient = node.coefficient if isinstance(node, MatrixProduct) else Integer(1)
    return product if coefficient == 1 else rf"{latex(coefficient, notation)} \, {product}"


def shapes_display(claim: Any, notation: Notation = LECTURE) -> str | None:
    """The claim with shapes on its right side, where that is a short product; None otherwise.

    A product has two or three factors here: the shape of a lone one says nothing new.
    """
    if not isinstance(claim, Relation) or not isinstance(claim.rhs, MatrixProduct):
        return None
    if not 2 <= len(claim.rhs.factors) <= 3:
        return None
    return rf"{latex(claim.lhs, notation)} = {with_shapes(claim.rhs, notation)}"


def scientific(value: float) -> str:
    """A small number rounded to one digit, as prose markup: $3 \\times 10^{-16}$, or $0$."""
    if value == 0:
        return "$0$"
    digit, exponent = f"{value:.0e}".split("e")
    return rf"${digit} \times 10^{{{int(exponent)}}}$"


def rounded(value: float) -> str:
    """A number to two digits as LaTeX, by a power of ten from a thousand on: 4.2 \\times 10^{4}."""
    if abs(value) < 1000:
        return f"{value:.2g}"
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits} \times 10^{{{int(exponent)}}}"


def diagonal_display(node: Diag, notation: Notation = LECTURE) -> str:
    """diag(v) as the d × d matrix: the first two entries, dots, the last, and the zeros."""
    vector, size = node.args[0], node.shape[0]
    first, second, last = (
        _entry(vector, place, notation) for place in (Integer(1), Integer(2), size)
    )
    rows = [
        [first, "0", r"\cdots", "0"],
        ["0", second, r"\ddots", r"\vdots"],
        [r"\vdots", r"\ddots", r"\ddots", "0"],
        ["0", r"\cdots", "0", last],
    ]
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"{latex(node, notation)} = \begin{{pmatrix}} {body} \end{{pmatrix}}"


def _entry(vector: MatrixExpr, place: Any, notation: Notation) -> str:
    """Entry `place` of a column; of f(v) it is f at that entry of v."""
    if isinstance(vector, Elementwise):
        return latex(vector.activation.at(Entry(vector.argument, place)), notation)
    return latex(Entry(vector, place), notation)
