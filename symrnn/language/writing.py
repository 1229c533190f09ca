"""How nodes are written: two generic functions, and the printer that knows the notation.

A node's text and LaTeX are registered in `text.py`, `latex.py` and `latex_relations.py`. SymPy's
printers find them through `_sympystr` and `_latex`, so that nodes show themselves inside any SymPy
expression.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Mapping
from functools import singledispatch
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from symrnn.errors import NotSupportedError
from symrnn.language.notation import LECTURE, PARAMETERS, SCALARS, SEQUENCES, Notation
from symrnn.language.shapes import symbolic


@singledispatch
def write_text(node: Any, printer: Any) -> str:
    """The node as plain text, subexpressions through `printer._print`."""
    raise NotSupportedError(f"no text form is registered for {type(node).__name__}")


@singledispatch
def write_latex(node: Any, printer: Any) -> str:
    """The node as LaTeX, subexpressions through `printer._print`."""
    raise NotSupportedError(f"no LaTeX form is registered for {type(node).__name__}")


class Written:
    """Mixin: shows itself by the two generic functions, and as LaTeX in a notebook."""

    def _sympystr(self, printer: Any) -> str:
        return write_text(self, printer)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        # SymPy hands a power down to the function that is raised to it.
        written = write_latex(self, printer)
        return written if exp is None else f"{written}^{{{exp}}}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {latex(self)}$"


class StandIn(Symbol):  # type: ignore[misc]
    """Stands for a vector inside a scalar formula: prints as the writing it was made from.

    `bare` is for where parentheses stand already.
    """

    __slots__ = ("bare",)

    def __new__(cls, written: str, bare: str) -> StandIn:
        made = Symbol.__new__(cls, written, real=True)
        made.bare = bare
        return made  # type: ignore[no-any-return]

    def _latex(self, printer: Any) -> str:
        return str(self.name)


def _positive_first(terms: list[Expr]) -> list[Expr]:
    # t - k, never -k + t: stable, so that SymPy's order stands within each group.
    return sorted(terms, key=lambda term: term.could_extract_minus_sign())


INVERSES = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arsinh",
    "acosh": "arcosh",
    "atanh": "artanh",
}
"""How the inverse functions of SymPy are written."""


MOST_DIGITS = 6
"""Digits behind the point with which a number is still written exactly."""


def decimal(number: Any, dots: str = "...") -> str:
    """A fraction in hundredths or less as a decimal number, where it has an end; else nothing.

    0.01 and 0.044715 are written whole; of a longer one the first digits, and that more follow.
    """
    if not number.is_Rational or number.q < 100:
        return ""
    rest = number.q
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return ""
    sign, value = ("-", -number) if number < 0 else ("", number)
    if (value * 10**MOST_DIGITS).q == 1:
        whole, digits, dots = value * 10**MOST_DIGITS, MOST_DIGITS, ""
    elif number.q > 10**MOST_DIGITS and value >= 1:
        whole, digits = value * 10**4, 4
    else:
        return ""
    text = str(int(whole)).rjust(digits + 1, "0")
    behind = text[-digits:] if dots else text[-digits:].rstrip("0")
    return f"{sign}{text[:-digits]}.{behind}{dots}"


def as_meant(name: str) -> str:
    """lambda_ as lambda: what Python has a use for is nobody's name. W_ is another one than W."""
    meant = name.removesuffix("_")
    return meant if keyword.iskeyword(meant) else name


LONG = 10**10
"""From here on a number in a fraction is written as a power, where it is one."""


def as_powers(number: Any) -> str:
    """LaTeX of a fraction of long numbers that are powers: (3/4)^100, 33/10^14; else nothing."""
    above, below = abs(number.p), number.q
    if max(above, below) < LONG or below == 1:
        return ""
    (base, over), (root, under) = _as_power(above), _as_power(below)
    if over == under == 1:
        return ""
    sign = "-" if number < 0 else ""
    common = math.gcd(over, under) if above > 1 else under
    if common > 1:
        top = 1 if above == 1 else base ** (over // common)
        bottom = root ** (under // common)
        return rf"{sign}\left(\frac{{{top}}}{{{bottom}}}\right)^{{{common}}}"
    top, bottom = (f"{b}^{{{n}}}" if n > 1 else f"{b}" for b, n in ((base, over), (root, under)))
    return rf"{sign}\frac{{{top}}}{{{bottom}}}"


def _as_power(number: int) -> tuple[int, int]:
    """A long number as base and exponent; a short one as it is."""
    found: Any = sympy.perfect_power(number) if number >= LONG else False
    return (int(found[0]), int(found[1])) if found else (int(number), 1)


_WORD = re.compile(r"^[A-Za-z]{2,}")


def notation_of(printer: Any) -> Notation:
    """What a printer writes in: SymPy's own meets our nodes as well."""
    return getattr(printer, "notation", LECTURE)


class NotationPrinter(LatexPrinter):  # type: ignore[misc]
    """SymPy's LaTeX printer with the lecture's habits: positive terms first, bare fractions.

    `plain`: slopes by the formula that SymPy's `diff` gives, whatever a lecturer would write.
    `named`: what expressions are written as where they have been given a name.
    """

    def __init__(
        self,
        notation: Notation = LECTURE,
        *,
        plain: bool = False,
        named: Mapping[Any, str] = MappingProxyType({}),
    ) -> None:
        super().__init__({"fold_short_frac": False, "ln_notation": False})
        self.notation = notation
        self.plain = plain
        self.named = named

    def _print(self, expr: Any, **kwargs: Any) -> str:
        if self.named and (name := self.named.get(expr)) is not None:
            # SymPy hands a power down to the function that is raised to it.
            power = kwargs.get("exp")
            return name if power is None else f"{{{name}}}^{{{power}}}"
        return str(super()._print(expr, **kwargs))

    def parenthesize(self, item: Any, *args: Any, **kwargs: Any) -> str:
        if self.named and item in self.named:
            return self._print(item)
        return str(super().parenthesize(item, *args, **kwargs))

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        if expr.name in self.notation.numbers:
            return self.notation.numbers[expr.name]
        if expr.name in SCALARS:
            return self.notation.letter(expr.name)
        return self.name(expr.name)

    def name(self, name: str) -> str:
        """A name as SymPy letters it, W_h, \\alpha; a word upright: in italics it is a product."""
        written = str(LatexPrinter._print_Symbol(self, Symbol(as_meant(name))))
        return _WORD.sub(lambda word: rf"\operatorname{{{word[0]}}}", written)

    def quantity(self, name: str, *, number: bool = False) -> str:
        """The letter of a sequence or a parameter, in the font for those; of a number without."""
        written = self.unstyled(name)
        return written if number else self.notation.styled(written)

    def unstyled(self, name: str) -> str:
        """The letter of a sequence or a parameter, before fonts."""
        if name in self.notation.arrays:
            return self.notation.arrays[name]
        known = name in PARAMETERS or name in SEQUENCES
        return self.notation.plain(name) if known else self.name(name)

    def _print_MatrixSymbol(self, expr: Any) -> str:
        return self.quantity(expr.name, number=expr.shape == (1, 1))

    def _print_Function(self, expr: Any, exp: Any = None) -> str:
        name = expr.func.__name__
        if hasattr(self, f"_print_{name}") or isinstance(expr, AppliedUndef):
            return str(super()._print_Function(expr, exp))
        # SymPy puts the parentheses into a group, and TeX a space between tanh and a group.
        written = self._hprint_Function(INVERSES.get(name, name))
        power = "" if exp is None else f"^{{{exp}}}"
        # What stands in for a vector needs no parentheses of its own here.
        arguments = ", ".join(getattr(each, "bare", "") or self._print(each) for each in expr.args)
        return rf"{written}{power}\left({arguments}\right)"

    def _print_Abs(self, expr: Any, exp: Any = None) -> str:
        (inner,) = expr.args
        written = getattr(inner, "bare", "") or self._print(inner)
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\left|{{{written}}}\right|{power}"

    def _print_Rational(self, expr: Any) -> str:
        return decimal(expr, r"\ldots") or as_powers(expr) or str(super()._print_Rational(expr))

    def _print_Mul(self, expr: Any) -> str:
        number, rest = expr.as_coeff_Mul()
        written = decimal(number, r"\ldots") or as_powers(number)
        if not written:
            return str(super()._print_Mul(expr))
        body = self._print(rest)
        return rf"{written} \left({body}\right)" if rest.is_Add else rf"{written} {body}"

    def _print_Add(self, expr: Expr, order: Any = None) -> str:
        parts: list[str] = []
        for term in _positive_first(self._as_ordered_terms(expr, order=order)):
            written = self._print(term)
            if parts:
                sign = " - " if term.could_extract_minus_sign() else " + "
                body = self._print(-term) if sign == " - " else written
                if sign == " - " and (-term).is_Add:
                    body = rf"\left({body}\right)"
                parts.append(sign + body)
            else:
                parts.append(written)
        return "".join(parts)


class _TextPrinter(StrPrinter):  # type: ignore[misc]
    def _print_MatrixSymbol(self, expr: Any) -> str:
        return as_meant(expr.name)

    def _print_Rational(self, expr: Any) -> str:
        return decimal(expr) or str(super()._print_Rational(expr))

    def _print_Mul(self, expr: Any) -> str:
        number, rest = expr.as_coeff_Mul()
        written = decimal(number)
        if not written:
            return str(super()._print_Mul(expr))
        return f"{written}*{self.parenthesize(rest, PRECEDENCE['Mul'])}"

    def _print_Function(self, expr: Any) -> str:
        arguments = (getattr(each, "bare", "") or self._print(each) for each in expr.args)
        return f"{expr.func.__name__}({', '.join(arguments)})"

    def _print_Add(self, expr: Expr, order: Any = None) -> str:
        terms = _positive_first(self._as_ordered_terms(expr, order=order))
        first, *rest = [self._print(term) for term in terms]
        return str(first) + "".join(
            f" - {part[1:]}" if part.startswith("-") else f" + {part}" for part in rest
        )


def latex(
    node: Any, notation: Notation = LECTURE, named: Mapping[Any, str] = MappingProxyType({})
) -> str:
    """LaTeX of an expression of the language or of SymPy, in a notation.

    `named` is LaTeX for expressions that have been given a name: it stands wherever they occur.
    """
    return str(NotationPrinter(notation, named=named).doprint(symbolic(node)))


def text(node: Any) -> str:
    """Plain text of an expression, in the lecture's notation."""
    return str(_TextPrinter().doprint(symbolic(node)))
