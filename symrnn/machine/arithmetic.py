"""Times and scalars as Coq writes them: natural numbers, and elements of the field R."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Integer, Symbol

from symrnn.errors import NotSupportedError
from symrnn.machine.naturals import Facts, at_least_zero

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


_LETTERS = frozenset("ABCDEGHIJKLMPQTUWXYZbcdeghijklmnopqrtuwyz")
_GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "kappa", "lambda"}

NAMES = _LETTERS | _GREEK | {"mu", "nu", "rho", "tau", "phi", "chi", "psi", "omega"}
"""Names of symbols that stay as they are, with a number behind them too.

None of them is a name of the vocabulary, of Coq's libraries as far as they are printed, or of what
a proposition binds itself.
"""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBERED = re.compile(r"_?[0-9]+$")


def name_of(symbol: Any) -> str:
    """The Coq variable that stands for a symbol or a parameter.

    Any other name than those in `NAMES` gets an underscore, so that whatever a symbol is called, it
    hides nothing; two symbols of different names keep different names.

    Raises:
        NotSupportedError: Coq has no such names.
    """
    name = str(symbol.name)
    if not _NAME.fullmatch(name):
        raise NotSupportedError("no Coq name for this symbol", {"got": name})
    return name if _NUMBERED.sub("", name) in NAMES else f"{name}_"


def natural(symbol: Symbol) -> Coq:
    """A whole number: a size d is d.+1 in Coq, which leaves no room for matrices without rows."""
    return Coq(f"{name_of(symbol)}.+1" if symbol.is_positive else name_of(symbol))


def time(expression: Any) -> Coq:
    """A time as a natural number: t - (k + 1) for t - k - 1.

    Subtraction of natural numbers is cut off at 0. Vectors exist at no time before, so of those
    both layers say the same; for numbers of steps see `count`.
    """
    expression = sympy.expand(expression)
    up: list[Coq] = []
    down: list[Coq] = []
    constant = 0
    for term in sympy.Add.make_args(expression):
        coefficient, symbol = term.as_coeff_Mul()
        if term.is_Integer:
            constant = int(term)
        elif isinstance(symbol, Symbol) and symbol.is_integer and coefficient.is_Integer:
            (up if coefficient > 0 else down).append(_times(abs(int(coefficient)), symbol))
        else:
            raise NotSupportedError("no Coq form for this time", {"got": str(expression)})
    later = _total(up, max(constant, 0))
    if not down and constant >= 0:
        return later
    return Coq(f"({later.text} - {_total(down, max(-constant, 0)).argument})%N")


def count(expression: Any, facts: Facts) -> Coq:
    """A number of steps, or the end of a range: an integer that the facts say is at least 0.

    q^(t-k) and the numbers from t - k on have a meaning where t < k too, and Coq has another.

    Raises:
        NotSupportedError: it is not known to be at least 0.
    """
    written = time(expression)
    if not at_least_zero(expression, facts):
        raise NotSupportedError(
            f"whether {expression} is at least 0 does not follow from the hypotheses",
            {"got": str(expression)},
        )
    return written


def time_of(expression: Any) -> Coq:
    """A time as the argument of a function that a proposition binds: Coq reads 0 as 0 : R there."""
    written = time(expression)
    return Coq(f"{written.text}%N") if written.text.isdigit() else written


def _times(count: int, symbol: Symbol) -> Coq:
    return natural(symbol) if count == 1 else Coq(f"({count} * {natural(symbol).text})%N")


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
