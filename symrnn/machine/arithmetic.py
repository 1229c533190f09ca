"""Times and scalars as Coq writes them: natural numbers, and elements of the field R."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol

from symrnn.errors import NotSupportedError

ATOM, APPLICATION, PREFIX, PRODUCT, SUM, RELATION, ARROW = 0, 10, 35, 40, 50, 70, 99
"""Levels of Coq's grammar: the higher, the looser it binds."""


@dataclass(frozen=True)
class Coq:
    """A piece of Coq, and how loosely its outermost operator binds."""

    text: str
    level: int = ATOM

    def within(self, level: int) -> str:
        """In parentheses, unless it binds at least as tightly as `level`."""
        return self.text if self.level <= level else f"({self.text})"

    @property
    def argument(self) -> str:
        """As the argument of a function."""
        return self.within(ATOM)


def apply(function: str, *arguments: Coq) -> Coq:
    """f x y."""
    return Coq(" ".join([function, *(each.argument for each in arguments)]), APPLICATION)


RESERVED = {"exists": "exists_", "fun": "fun_", "forall": "forall_", "in": "in_", "at": "at_"}


def name_of(symbol: Symbol) -> str:
    """The Coq variable that stands for a symbol."""
    if not symbol.name.replace("_", "").isalnum() or not symbol.name.isascii():
        raise NotSupportedError("no Coq name for this symbol", {"got": symbol.name})
    name = str(symbol.name)
    return RESERVED.get(name, name)


def time(expression: Any) -> Coq:
    """A time, or a number of steps, as a natural number: t - (k + 1) for t - k - 1.

    Subtraction of natural numbers is cut off at 0; what a claim speaks of exists only where no
    difference is negative.
    """
    expression = sympy.expand(expression)
    up: list[Coq] = []
    down: list[Coq] = []
    constant = 0
    for term in sympy.Add.make_args(expression):
        coefficient, symbol = term.as_coeff_Mul()
        if term.is_Integer:
            constant = int(term)
        elif isinstance(symbol, Symbol) and coefficient.is_Integer:
            (up if coefficient > 0 else down).append(_times(abs(int(coefficient)), symbol))
        else:
            raise NotSupportedError("no Coq form for this time", {"got": str(expression)})
    later = _total(up, max(constant, 0))
    if not down and constant >= 0:
        return later
    return Coq(f"({later.text} - {_total(down, max(-constant, 0)).argument})%N")


def time_of(expression: Any) -> Coq:
    """A time as the argument of a function that a proposition binds: Coq reads 0 as 0 : R there."""
    written = time(expression)
    return Coq(f"{written.text}%N") if written.text.isdigit() else written


def _times(count: int, symbol: Symbol) -> Coq:
    return Coq(name_of(symbol)) if count == 1 else Coq(f"({count} * {name_of(symbol)})%N")


def _total(terms: list[Coq], constant: int) -> Coq:
    if not terms:
        return Coq(str(constant))
    together = " + ".join(term.within(PRODUCT) for term in terms)
    first = terms[0] if len(terms) == 1 else Coq(f"({together})%N")
    if constant == 0:
        return first
    if constant <= 3:
        return Coq(f"{first.argument}.+{constant}")
    return Coq(f"({first.text} + {constant})%N")


def is_time(expression: Any) -> bool:
    """Whether an expression is an integer combination of times."""
    return isinstance(expression, Expr) and bool(expression.is_integer)


def number(value: Any) -> Coq:
    """A rational number as an element of a field."""
    value = sympy.Rational(value)
    if value < 0:
        return Coq(f"- {number(-value).within(PREFIX)}", PREFIX)
    above = Coq("0" if value.p == 0 else "1" if value.p == 1 else f"{value.p}%:R")
    if value.q == 1:
        return above
    return Coq(f"{above.text} / {value.q}%:R", PRODUCT)


def is_number(value: Any) -> bool:
    """Whether a value is a rational number."""
    return isinstance(value, sympy.Rational | Integer)
