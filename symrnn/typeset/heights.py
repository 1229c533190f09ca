"""How much room a formula takes on a slide: an estimate, by what stands in it.

What is on a frame is divided by it. Where it is too low a frame is overfull, which the engine
reports.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import zip_longest

from symrnn.typeset.blocks import (
    Block,
    Claim,
    Display,
    Heading,
    Items,
    Listing,
    Paragraph,
    Quote,
    Row,
    Table,
)
from symrnn.typeset.prose import plain

#: Widths in em of a letter of text, and of a bold letter in a title.
_LETTER, _TITLE_LETTER = 0.46, 0.6


@dataclass(frozen=True)
class Layout:
    """A slide: its shape as beamer names it, its width in em, and lines that it has room for."""

    aspect: str
    width: float
    room: float


LAYOUTS = {"169": Layout("169", 36.0, 15.5), "43": Layout("43", 28.0, 17.0)}
"""Slides by their shape."""

WIDE = LAYOUTS["169"]

_TALL = (
    (re.compile(r"\\underbrace\b"), 3.0),
    (re.compile(r"\\(sum|prod)(?![A-Za-z])"), 2.5),
    (re.compile(r"\\left\(.*\\frac\b.*\\right\)\^"), 2.5),
    (re.compile(r"\\(frac|xrightarrow)\b"), 2.1),
)
_SCRIPT = re.compile(r"[_^](\{[^{}]*\}|\w)")
_FRACTION = re.compile(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}")
_NAMED = re.compile(r"\\operatorname\{(\w+)\}")
_SIGN = re.compile(r"\\[A-Za-z]+|\\.")
_SIGN_WIDTH = 0.62
_RAGGED = 1.15
"""How much wider a formula is with the ends of its lines, where it is broken."""
_MATRIX = re.compile(
    r"\\begin\{[bp]matrix\}((?:(?!\\(?:begin|end)\{[bp]matrix\}).)*)\\end\{[bp]matrix\}", re.DOTALL
)
"""A matrix in which no other stands."""

_FONT = re.compile(
    r"\\(?:boldsymbol|bm|math(?:rm|bf|bb|it|sf|cal|ord|bin|rel|op)|text|mleft|mright)(?![A-Za-z])"
)
"""Commands that print nothing themselves."""


def formula_width(latex: str) -> float:
    """Its width in em, about."""
    latex = _without_matrices(_FONT.sub("", latex))
    scripts = sum(len(_SIGN.sub("x", found[1])) - 2 for found in _SCRIPT.finditer(latex))
    rest = _SCRIPT.sub("", latex)
    fractions = 0.0
    for found in _FRACTION.finditer(rest):
        fractions += 0.4 + max(formula_width(found[1]), formula_width(found[2]))
    rest = _NAMED.sub(r"\1", _FRACTION.sub("", rest))
    large = len(re.findall(r"\\(?:sum|prod)(?![A-Za-z])", rest))
    signs = len(re.sub(r"\\(?:left|right|[,;])|[{}\s]", "", _SIGN.sub(_kept, rest)))
    return fractions + 0.35 * max(scripts, 0) * 0.7 + 1.2 * large + _SIGN_WIDTH * signs


def _without_matrices(latex: str) -> str:
    """The formula with as many signs as it has room for in the place of each matrix."""
    while found := _MATRIX.search(latex):
        rows = [row.split("&") for row in found[1].split(r"\\")]
        columns = zip_longest(*rows, fillvalue="")
        width = sum(1.0 + max(map(formula_width, column)) for column in columns)
        latex = (
            f"{latex[: found.start()]}{'x' * math.ceil(width / _SIGN_WIDTH)}{latex[found.end() :]}"
        )
    return latex


def _kept(found: re.Match[str]) -> str:
    return found[0] if found[0] in (r"\left", r"\right", r"\,", r"\;") else "x"


def formula_height(latex: str) -> float:
    """Lines that a displayed formula takes."""
    if found := _MATRIX.search(latex):
        rows = sum(1.6 if r"\frac" in row else 1.1 for row in found[1].split(r"\\"))
        rest = f"{latex[: found.start()]}x{latex[found.end() :]}"
        return max(rows + 0.2, formula_height(rest))
    return max((lines for pattern, lines in _TALL if pattern.search(latex)), default=1.0)


def broken_height(latex: str, room: float) -> float:
    """Lines that a formula takes where it is broken to the room, with the space between them."""
    return _lines(formula_width(latex), room) * (formula_height(latex) + 0.3)


def _lines(width: float, room: float) -> int:
    """How many lines there are of something this wide; those that are broken end early."""
    return math.ceil(width / room) if width <= room else math.ceil(_RAGGED * width / room)


def row_height(row: Row, indent: float = 0.0, whole: float = WIDE.width) -> float:
    """Lines that a row of a chain takes: broken where it is too wide, its reason beside or below.

    `indent` is the width of the chain's left side, `whole` that of the slide.
    """
    room = whole - indent
    width = formula_width(row.expression) + 1.5
    broken = _lines(width, room)
    reason = 0.85 * _LETTER * len(plain(row.justification))
    below = broken == 1 and width + min(reason, 0.27 * whole) + 1.6 > room
    return broken * (formula_height(row.expression) + 0.3) + 1.3 * (below or broken > 1)


def claim_height(claim: Claim, whole: float = WIDE.width) -> float:
    """Lines that a claim takes, with its condition below where there is no room beside it."""
    beside = _LETTER * len(plain(claim.condition) + plain(claim.note))
    width = formula_width(claim.latex)
    below = width + beside + 3 > whole and beside > 0
    broken = math.ceil(width / whole)
    return broken * (formula_height(claim.latex) + 0.3) + 0.5 + 1.2 * below


def text_height(prose: str, whole: float = WIDE.width) -> float:
    """Lines that a paragraph takes."""
    return float(math.ceil(_LETTER * len(plain(prose)) / (whole - 2)))


def title_height(title: str, whole: float = WIDE.width) -> float:
    """Lines that a frame's title takes beyond its first."""
    return 1.4 * (math.ceil(_TITLE_LETTER * len(plain(title)) / (whole - 2)) - 1)


def block_height(block: Block, whole: float = WIDE.width) -> float:
    """Lines that a block of words takes."""
    match block:
        case Paragraph(text):
            return text_height(text, whole) + 0.5
        case Heading():
            return 1.6
        case Items(items):
            return sum(block_height(each, whole - 2) for item in items for each in item)
        case Quote(blocks):
            return 0.5 + sum(block_height(each, whole - 4) for each in blocks)
        case Display(latex):
            return formula_height(latex) + 0.9
        case Table(header, rows):
            return 1.5 + sum(_cells_height(cells, whole) for cells in (header, *rows))
        case Listing(code):
            return 0.8 + 0.9 * len(code.rstrip().splitlines())
        case _:
            return 0.0


def _cells_height(cells: tuple[str, ...], whole: float) -> float:
    return 0.15 + max((text_height(cell, whole / len(cells)) for cell in cells), default=1.0)
