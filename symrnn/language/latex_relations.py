"""The LaTeX form of relations, whose words are in the language of the document."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from symrnn.language.relations import Equation, ForAll, Inequality, Limit, Smooth
from symrnn.language.writing import notation_of, write_latex


@write_latex.register
def _(node: Equation, printer: Any) -> str:
    return f"{printer._print(node.lhs)} = {printer._print(node.rhs)}"


@write_latex.register
def _(node: Inequality, printer: Any) -> str:
    return rf"{printer._print(node.lhs)} \le {printer._print(node.rhs)}"


@write_latex.register
def _(node: Limit, printer: Any) -> str:
    variable = printer._print(node.variable)
    quantity: Expr = node.lhs
    goal = printer._print(node.rhs)
    return rf"{printer._print(quantity)} \xrightarrow[{variable} \to \infty]{{}} {goal}"


@write_latex.register
def _(node: ForAll, printer: Any) -> str:
    times = rf"{printer._print(node.index)} \ge {printer._print(node.since)}"
    return rf"{printer._print(node.relation)} {_words('for all', printer)} {times}"


@write_latex.register
def _(node: Smooth, printer: Any) -> str:
    activation, matrix = node.args
    at = _words("is differentiable at", printer)
    return rf"{printer._print(activation)} {at} {printer._print(matrix)}"


def _words(english: str, printer: Any) -> str:
    return rf"\text{{ {notation_of(printer).words.get(english, english)} }}"
