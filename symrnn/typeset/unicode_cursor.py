"""The tokens of prose, and a place in them to read formulas from."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<gap>\s*)(?P<token>
      \d+(?:\.\d+)?(?:e[+-]?\d+)?
    | i\.e\.|e\.g\.
    | [A-Za-zÀ-ÖØ-öø-ɏ]+(?:['’][A-Za-zÀ-ÖØ-öø-ɏ]+|-[A-Za-zÀ-ÖØ-öø-ɏ]{2,})*\d*
    | \S)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A number, a word or a sign, and the white space before it."""

    gap: str
    text: str

    @property
    def typeset(self) -> str:
        """The text, the apostrophe in a word as typographers have it."""
        return self.text.replace("'", "’") if self.text[0].isalpha() else self.text


@dataclass(frozen=True)
class Piece:
    """A part of a formula, as LaTeX.

    kind: number, letter (a, A, I … alone: perhaps a word), call, group, large (∏ or Σ), statement
    (a group with a relation or several items in it) or plain.
    """

    latex: str
    kind: str = "plain"

    @property
    def counts(self) -> bool:
        """Whether it is mathematics beyond doubt."""
        return self.kind not in ("number", "letter")

    def signed(self, sign: str) -> Piece:
        """It with the LaTeX of a sign before it; of a number that is mathematics beyond doubt."""
        return Piece(f"{sign}{self.latex}", "plain" if self.kind == "number" else self.kind)


class Cursor:
    """The tokens of a text, and which of them is next."""

    def __init__(self, text: str) -> None:
        self.tokens = [Token(m["gap"], m["token"]) for m in _TOKEN.finditer(text)]
        self.rest = text[len(text.rstrip()) :]
        self.at = 0

    def peek(self, ahead: int = 0) -> str:
        """The text of the next token, or of one further on; empty past the end."""
        place = self.at + ahead
        return self.tokens[place].text if 0 <= place < len(self.tokens) else ""

    def gap(self, ahead: int = 0) -> bool:
        """Whether white space, or the end, stands before that token."""
        place = self.at + ahead
        return place >= len(self.tokens) or bool(self.tokens[place].gap)

    def named(self, letters: Collection[str]) -> tuple[str, str] | None:
        """W_f as a cell names it, and its LaTeX: a matrix has no entries of one index."""
        here, mark, index = (self.peek(ahead) for ahead in range(3))
        if here not in letters or mark != "_" or self.gap(1) or self.gap(2):
            return None
        plain = re.fullmatch("[a-z]", index)
        return (f"{here}_{index}", f"{here}_{{{index}}}") if plain else None

    def after(self, skip: int, read: Callable[[], Piece | None]) -> Piece | None:
        """What `read` finds after `skip` tokens; where it finds nothing, nothing is consumed."""
        start = self.at
        self.at += skip
        found = read()
        if found is None:
            self.at = start
        return found

    def signs(self, table: Mapping[str, str]) -> str:
        """The signs of a table that follow without a gap, at least one, as LaTeX."""
        read = table[self.peek()]
        self.at += 1
        while self.peek() in table and not self.gap():
            read += table[self.peek()]
            self.at += 1
        return read
