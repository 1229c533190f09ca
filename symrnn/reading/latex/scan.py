"""The tokens of a formula: macros expanded, looks left out."""

from __future__ import annotations

from dataclasses import replace

from symrnn.reading.latex.looks import without_looks
from symrnn.reading.latex.macros import Macros, expanded
from symrnn.reading.latex.packages import PACKAGES
from symrnn.reading.latex.signs import matching
from symrnn.reading.latex.tokens import MAX_LENGTH, SIGN, Token, refuse, words


def scan(text: str, macros: Macros | None = None) -> list[Token]:
    """The tokens of a formula, without what only changes how it looks.

    Raises:
        ParseError: for a formula too long, macros without end, braces that do not match.
    """
    if len(text) > MAX_LENGTH:
        raise refuse(f"longer than {MAX_LENGTH} characters", MAX_LENGTH)
    tokens = expanded(words(text), {**PACKAGES, **(macros or {})})
    return without_looks(_fractions(tokens), text)


def _fractions(tokens: list[Token]) -> list[Token]:
    r"""The tokens with \frac{A}{B} in the place of {A \over B}."""
    found = list(tokens)
    while (at := next((n for n, t in enumerate(found) if t.is_(r"\over")), None)) is not None:
        depth, first = 0, at
        while first > 0 and depth >= 0:
            first -= 1
            depth += found[first].is_("}") - found[first].is_("{")
        over = found[at]
        if depth >= 0:
            raise refuse(r"a \over without braces around it", over.start, over.end)
        last = matching(found, first) - 1
        brace = found[first]
        made = [
            replace(over, text="frac"), brace, *found[first + 1 : at],
            Token(SIGN, "}", over.start, over.start, over.made),
            Token(SIGN, "{", over.end, over.end, over.made), *found[at + 1 : last], found[last],
        ]  # fmt: skip
        found[first : last + 1] = made
    return found
