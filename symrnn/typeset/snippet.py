"""One formula for somebody else's document: a fragment, macros for it, or a file by itself.

Nothing but amsmath is needed, and everything is ASCII, so that it compiles under any engine.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sympy import Expr

from symrnn.language.notation import LECTURE, PLAIN, Notation
from symrnn.language.relations import Equation
from symrnn.language.shapes import symbolic
from symrnn.language.writing import NotationPrinter, latex
from symrnn.recurrence.asked import among_times
from symrnn.typeset.abbreviations import abbreviated, terms
from symrnn.typeset.heights import formula_width

ROOM = 34.0
"""The width of LaTeX's article, in em."""

_BESIDE = 3.0
"""Em of a left side that may stand beside the first line of several."""

_AMONG = 2.0
"""Em between a formula and what its times must satisfy."""

_COLUMNS = 96
"""Of a line of source."""

_FUNCTION = re.compile(r"\\(exp|log|tanh|sinh|cosh|sin|cos|arctan|max|min)\b")

_SCRIPT = re.compile(r"[_^]\{[^{}]*\}")

_SPACE = (
    (re.compile(r" (?:[-+=]|\\odot|\\otimes) "), 1.05),
    (re.compile(r"\\,"), 0.75),
    (re.compile(r"\\(?:left|right)"), 0.14),
)
"""Em about signs that are in no script; measured at formulas that TeX has set."""

PREFIX = "rnn"
"""What the macros' names begin with, so that they meet nobody else's."""


class MacroPrinter(NotationPrinter):
    """Prints every letter that is no index as a macro; `macros` has what each stands for."""

    def __init__(self, notation: Notation = LECTURE) -> None:
        super().__init__(notation)
        self.macros: dict[str, str] = {}

    def quantity(self, name: str, *, number: bool = False) -> str:
        """The macro of a sequence or a parameter, where TeX can have one of that name."""
        written = super().quantity(name, number=number)
        if not re.fullmatch("[A-Za-z]+", name):
            return written
        macro = f"\\{PREFIX}{name}"
        self.macros[macro] = written
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


def width(formula: Any, notation: Notation = LECTURE) -> float:
    """How wide a formula is in a document's text, in em, about; fonts do not matter."""
    written = latex(formula, replace(notation, vectors=PLAIN))
    # Room around signs is most of what an estimate by their number misses.
    bare = _SCRIPT.sub("", written)
    around = sum(em * len(sign.findall(bare)) for sign, em in _SPACE)
    return around + 0.75 * formula_width(_FUNCTION.sub(r"\\operatorname{\1}", written))


def fragment(
    formula: Any,
    notation: Notation = LECTURE,
    *,
    where: Sequence[Equation] = (),
    times: Sequence[Sequence[Expr]] = (),
    copyable: bool = False,
    about: str = "",
    room: float = ROOM,
) -> str:
    """A displayed formula for any document that loads amsmath; a wide one is broken over lines.

    Args:
        formula: an expression of the language.
        notation: its letters.
        where: what a name in it stands for, on lines of their own below it.
        times: chains of what its times must satisfy: (0, k, t) is printed as 0 ≤ k ≤ t.
        copyable: put macros for the letters before it, and write it with them.
        about: a comment for the first line.
        room: the width of the text it stands in, in em.
    """
    macros, lines = _written(formula, notation, where, times, copyable, room)
    comment = [_comment(f"{about}; needs \\usepackage{{amsmath}}")] if about else []
    return "\n".join([*comment, *macros, r"\[", *_display(lines), r"\]"])


def standalone(
    formula: Any,
    notation: Notation = LECTURE,
    *,
    where: Sequence[Equation] = (),
    times: Sequence[Sequence[Expr]] = (),
    copyable: bool = False,
    about: str = "",
    room: float = ROOM,
) -> str:
    """A file that compiles to one page of the formula's own size; arguments as of `fragment`."""
    macros, lines = _written(formula, notation, where, times, copyable, room)
    comment = [_comment(about)] if about else []
    return "\n".join(
        [
            *comment,
            r"\documentclass[border=4pt]{standalone}",
            r"\usepackage{amsmath}",
            *macros,
            r"\begin{document}",
            r"$\displaystyle",
            *_display(lines),
            "$",
            r"\end{document}",
        ]
    )


_Line = tuple[str, str]
"""What stands left of the point where lines are aligned, and right of it."""


def _written(
    formula: Any,
    notation: Notation,
    where: Sequence[Equation],
    times: Sequence[Sequence[Expr]],
    copyable: bool,
    room: float,
) -> tuple[list[str], list[_Line]]:
    """The macros, and the lines of the display."""
    printer = MacroPrinter(notation) if copyable else NotationPrinter(notation)

    def written(node: Any) -> str:
        return str(printer.doprint(symbolic(node)))

    whole = _named((formula, *where), notation, room)
    each = [_lines(one, notation, written, room, len(whole) > 1) for one in whole]
    if said := among_times(times, written, ""):
        each[0] = _beside(each[0], said, width(formula, notation), room)
    lines = [line for of in each for line in of]
    macros = printer.macros if isinstance(printer, MacroPrinter) else {}
    # \providecommand: two snippets may stand in one document, and the reader's own macro wins.
    return [rf"\providecommand{{{m}}}{{{letter}}}" for m, letter in macros.items()], lines


def _beside(lines: list[_Line], said: str, taken: float, room: float) -> list[_Line]:
    """The lines of a formula with what its times must satisfy: on its line where that has room."""
    if len(lines) == 1 and taken + _AMONG + formula_width(said) <= room:
        ((left, right),) = lines
        return [(left, rf"{right} \qquad {said}")]
    return [*lines, ("", rf"\quad {said}")]


def _named(formulas: Sequence[Any], notation: Notation, room: float) -> tuple[Any, ...]:
    """Formulas; where a term of one is wider than a line, with names for its parts.

    A formula that is no equation comes first and stays as it is.
    """
    if len(formulas) == 1 and width(formulas[0], notation) <= room:
        return tuple(formulas)
    equations = [each for each in formulas if isinstance(each, Equation)]
    others = [each for each in formulas if not isinstance(each, Equation)]
    known = {letter for each in formulas for letter in _letters(each, notation)}
    named = abbreviated(equations, room, lambda part: width(part, notation), known)
    return (*others, *named)


def _letters(formula: Any, notation: Notation) -> set[str]:
    """The single letters that stand in it."""
    plain = latex(formula, replace(notation, vectors=PLAIN))
    return set(re.findall(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", plain))


def _lines(
    formula: Any, notation: Notation, written: Callable[[Any], str], room: float, several: bool
) -> list[_Line]:
    """A formula that is too wide begins a line with each term of its right side."""
    if not isinstance(formula, Equation):
        return [("", written(formula))]
    left, right = written(formula.lhs), formula.rhs
    # The left sides of several formulas make one column.
    beside = not several or width(formula.lhs, notation) <= _BESIDE
    if beside and width(formula, notation) + _BESIDE * several <= room:
        return [(left, f"= {written(right)}")]
    pieces = terms(right)
    first, *rest = map(written, pieces)
    if several and beside:
        lines = [(left, f"= {first}")]
    else:
        lines = [("", f" {left}"), ("", rf"\quad = {first}")]
    return [
        *lines,
        *(("", rf"\qquad {'' if each.startswith('-') else '+ '}{each}") for each in rest),
    ]


def _display(lines: Sequence[_Line]) -> list[str]:
    """The lines of a display: one as it is, several aligned."""
    if len(lines) == 1:
        return _wrapped(" ".join(filter(None, lines[0])), "  ")
    ends = [r" \\"] * (len(lines) - 1) + [""]
    aligned = (f"{left} &{right}".lstrip() for left, right in lines)
    body = (
        piece
        for line, end in zip(aligned, ends, strict=True)
        for piece in _wrapped(f"{line}{end}", "    ")
    )
    return [r"  \begin{aligned}", *body, r"  \end{aligned}"]


def _wrapped(line: str, indent: str) -> list[str]:
    """A line of source over several, so that an editor shows it: between signs a space is as good
    as the end of a line."""
    return textwrap.wrap(
        line,
        _COLUMNS,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _comment(text: str) -> str:
    line = " ".join(text.split())
    return f"% {line.encode('ascii', 'replace').decode()}"
