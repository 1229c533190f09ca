"""A document as its formulas, remarks and prose, each with its place."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field

from symrnn.reading.latex.macros import Macro


@dataclass(frozen=True)
class Formula:
    """One formula: its LaTeX, the character where it begins, whether it stands on its own."""

    text: str
    start: int
    display: bool


@dataclass(frozen=True)
class Remark:
    """What the author says to symrnn in a comment: `key: value`."""

    text: str
    start: int


@dataclass(frozen=True)
class Document:
    """A document as read.

    `text` is what positions count in; `cells` are the first lines of a notebook's cells in it.
    `prose` is the text with its formulas left out. `problems` are what could not be read.
    """

    path: str
    text: str
    formulas: tuple[Formula, ...]
    remarks: tuple[Remark, ...]
    macros: dict[str, Macro]
    prose: str = ""
    problems: tuple[tuple[int, str], ...] = ()
    cells: tuple[tuple[int, int], ...] = ()
    _lines: list[int] = field(default_factory=list, compare=False, repr=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, from 1."""
        if not self._lines:
            self._lines.append(0)
            self._lines.extend(m.end() for m in re.finditer(r"\n", self.text))
        line = bisect.bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def cell(self, line: int) -> tuple[int, int] | None:
        """The number of the notebook cell that a line is in, and the line in it; None elsewhere."""
        found = [(number, first) for number, first in self.cells if first <= line]
        return (found[-1][0], line - found[-1][1] + 1) if found else None
