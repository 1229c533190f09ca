"""One formula for somebody else's document: a fragment, macros for it, or a file by itself.

Nothing but amsmath is needed, and everything is ASCII, so that it compiles under any engine.
"""

from __future__ import annotations

import re
from typing import Any

import sympy

from symrnn.language.notation import LECTURE, Notation
from symrnn.language.writing import NotationPrinter

PREFIX = "rnn"
"""What the macros' names begin with, so that they meet nobody else's."""


class MacroPrinter(NotationPrinter):
    """Prints every letter that is no index as a macro; `macros` has what each stands for."""

    def __init__(self, notation: Notation = LECTURE) -> None:
        super().__init__(notation)
        self.macros: dict[str, str] = {}

    def quantity(self, name: str) -> str:
        """The macro of a sequence or a parameter."""
        macro = f"\\{PREFIX}{name}"
        self.macros[macro] = super().quantity(name)
        return macro

    # SymPy prints the letter of a matrix symbol through this method too.
    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:
        written = str(super()._print_Symbol(expr, style))
        name = expr.name.rstrip("_")
        # Indices stay letters, and TeX has no digits in a name.
        if expr.is_integer or not re.fullmatch("[A-Za-z]+", name):
            return written
        macro = f"\\{PREFIX}{name}"
        self.macros[macro] = written
        return macro


def fragment(
    formula: Any, notation: Notation = LECTURE, *, copyable: bool = False, about: str = ""
) -> str:
    """A displayed formula for any document that loads amsmath.

    Args:
        formula: an expression of the language.
        notation: its letters.
        copyable: put macros for the letters before it, and write it with them.
        about: a comment for the first line.
    """
    macros, written = _written(formula, notation, copyable)
    comment = [_comment(f"{about}; needs \\usepackage{{amsmath}}")] if about else []
    return "\n".join([*comment, *macros, r"\[", f"  {written}", r"\]"])


def standalone(
    formula: Any, notation: Notation = LECTURE, *, copyable: bool = False, about: str = ""
) -> str:
    """A file that compiles to one page of the formula's own size; arguments as of `fragment`."""
    macros, written = _written(formula, notation, copyable)
    comment = [_comment(about)] if about else []
    return "\n".join(
        [
            *comment,
            r"\documentclass[border=4pt]{standalone}",
            r"\usepackage{amsmath}",
            *macros,
            r"\begin{document}",
            rf"$\displaystyle {written}$",
            r"\end{document}",
        ]
    )


def _written(formula: Any, notation: Notation, copyable: bool) -> tuple[list[str], str]:
    printer = MacroPrinter(notation) if copyable else NotationPrinter(notation)
    written = str(printer.doprint(sympy.sympify(formula)))
    macros = printer.macros if isinstance(printer, MacroPrinter) else {}
    # \providecommand: two snippets may stand in one document, and the reader's own macro wins.
    return [rf"\providecommand{{{m}}}{{{letter}}}" for m, letter in macros.items()], written


def _comment(text: str) -> str:
    line = " ".join(text.split())
    return f"% {line.encode('ascii', 'replace').decode()}"
