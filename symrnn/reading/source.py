"""The text that is read, and how a complaint shows the places in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from symrnn.errors import ParseError, SymrnnError

AROUND = 50
"""Characters of a long line that are shown on either side of a caret."""


@dataclass(frozen=True)
class Span:
    """A piece of the text: from `start` up to `end`, counted in characters from 0."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The piece from the start of this one to the end of another."""
        return Span(self.start, other.end)


@dataclass(frozen=True)
class Source:
    """The text of a cell."""

    text: str

    def written(self, span: Span) -> str:
        """What stands at a place, on one line and shortened for a message."""
        piece = " ".join(_printable(self.text[span.start : span.end]).split())
        return piece if len(piece) <= 40 else piece[:39] + "…"

    def refuse(
        self,
        place: Span,
        problem: str,
        detail: dict[str, object] | None = None,
        *,
        other: Span | None = None,
        error: type[SymrnnError] = ParseError,
    ) -> NoReturn:
        """Raise an error that shows the place.

        Args:
            place: where the caret stands: under its first character.
            problem: what is wrong.
            detail: what was expected, what came, what to do.
            other: a second place that is needed to understand the first.
            error: the class of the error.
        """
        line, column = self._position(place.start)
        raise error(
            f"cell text refused, line {line}, column {column}: {problem}",
            {**self._shown(place, other), **(detail or {})},
        )

    def _position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1

    def _shown(self, place: Span, other: Span | None) -> dict[str, object]:
        """Lines of the text with carets under the places."""
        excerpt, caret = self._excerpt(place.start)
        shown: dict[str, object] = {"text": excerpt, "": caret}
        if other is not None and other.start != place.start:
            shown["and"], shown[" "] = self._excerpt(other.start)
        return shown

    def _excerpt(self, offset: int) -> tuple[str, str]:
        line, column = self._position(offset)
        shown = _printable(self.text.split("\n")[line - 1])
        start, end = max(0, column - 1 - AROUND), column - 1 + AROUND
        before, after = "…" * (start > 0), "…" * (end < len(shown))
        caret = " " * (column - 1 - start + len(before)) + "^"
        return f"{before}{shown[start:end]}{after}", caret


def _printable(text: str) -> str:
    """Each character that has no form on one line, a tab or a control character, replaced."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)
