"""Blocks of words on a frame: what appears with which click, in LaTeX."""

from __future__ import annotations

from typing import Protocol

from symrnn.errors import NotSupportedError
from symrnn.typeset.blocks import (
    Block,
    Display,
    Heading,
    Items,
    Listing,
    Paragraph,
    Quote,
    Table,
)
from symrnn.typeset.latex_text import escape


class Words(Protocol):
    """How prose and numbers are written."""

    def prose(self, text: str) -> str:
        """Prose markup as LaTeX."""

    def number(self, label: str) -> str:
        """The number of the formula of this label."""


class Overlays(Protocol):
    """Counts what is revealed on one frame."""

    @property
    def now(self) -> str:
        """With what will be revealed next."""

    def following(self) -> str:
        """One click later."""

    def given(self) -> None:
        """Something is shown from the start."""


def words(block: Block, source: Words, overlays: Overlays) -> str:
    """A block of words; of a list, each item appears with a click of its own."""
    match block:
        case Items(items, first):
            kind = "points" if first is None else "numbered"
            counted = [] if first in (None, 1) else [rf"\setcounter{{enumi}}{{{(first or 1) - 1}}}"]
            points = []
            for item in items:
                overlay = overlays.following()
                inner = "\n".join(_still(each, source) for each in item)
                points.append(rf"  \item<{overlay}> {inner}")
            return "\n".join([rf"\begin{{{kind}}}", *counted, *points, rf"\end{{{kind}}}"])
        case Heading(text):
            return rf"\heading{{{overlays.now}}}{{{source.prose(text)}}}"
        case _:
            overlays.given()
            return _still(block, source)


def _still(block: Block, source: Words) -> str:
    """A block that appears as a whole."""
    match block:
        case Paragraph(text):
            return source.prose(text) + r"\par"
        case Items(items, first):
            kind = "itemize" if first is None else "enumerate"
            points = [
                "  \\item " + "\n".join(_still(each, source) for each in item) for item in items
            ]
            return "\n".join([rf"\begin{{{kind}}}", *points, rf"\end{{{kind}}}"])
        case Quote(blocks):
            inner = "\n".join(_still(each, source) for each in blocks)
            return rf"\begin{{quote}}{inner}\end{{quote}}"
        case Display(latex, label):
            number = rf"[{source.number(label)}]" if label else ""
            return rf"\display{number}{{{latex}}}"
        case Listing(code):
            lines = code.rstrip("\n").splitlines()
            return r"\begin{code}" + "\n".join(map(_code, lines)) + r"\end{code}"
        case Table():
            return _table(block, source)
        case _:
            raise NotSupportedError(f"slides: no rule for {type(block).__name__} in a frame")


def _code(line: str) -> str:
    bare = line.lstrip(" ")
    return r"\codeline{" + "~" * (len(line) - len(bare)) + escape(bare) + "}"


def _table(table: Table, source: Words) -> str:
    columns = "".join(
        r">{\raggedright\arraybackslash}X" if letter == "p" else letter
        for letter in table.alignment
    )
    # Without a column that wraps there is nothing to stretch.
    environment, width = ("tabularx", r"{\linewidth}") if "X" in columns else ("tabular", "")
    rows = [" & ".join(map(source.prose, cells)) + r" \\" for cells in table.rows]
    header = " & ".join(rf"\textbf{{{source.prose(cell)}}}" for cell in table.header)
    body = "\n".join([rf"\toprule {header} \\ \midrule", *rows, r"\bottomrule"])
    return (
        rf"\begin{{center}}\small\begin{{{environment}}}{width}{{@{{}}{columns}@{{}}}}"
        f"\n{body}\n\\end{{{environment}}}\\end{{center}}"
    )
