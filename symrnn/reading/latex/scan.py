"""The tokens of a formula: macros expanded, looks left out."""

from __future__ import annotations

from symrnn.reading.latex.looks import without_looks
from symrnn.reading.latex.macros import Macros, expanded
from symrnn.reading.latex.tokens import MAX_LENGTH, Token, refuse, words


def scan(text: str, macros: Macros | None = None) -> list[Token]:
    """The tokens of a formula, without what only changes how it looks.

    Raises:
        ParseError: for a formula too long, macros without end, braces that do not match.
    """
    if len(text) > MAX_LENGTH:
        raise refuse(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    tokens = expanded(words(text), dict(macros or {}))
    return without_looks(tokens, text)
