"""The text of a cell as numbers, names and signs; every other character is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from symrnn.reading.letters import canonical
from symrnn.reading.source import Source, Span

MAX_LENGTH = 10_000
"""Characters in the text of one cell."""
MAX_DIGITS = 40
"""Digits in one number as written, and the largest power of ten it may carry."""

NUMBER, NAME, SIGN, POWER, BREAK, END = "number", "name", "sign", "power", "break", "end"

_SUBSCRIPT = r"_(?:\{[A-Za-z0-9_]+\}|[A-Za-z0-9]+)"
_TOKEN = re.compile(
    rf"""(?P<blank>[ \t\r]+|\#[^\n]*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-zΑ-Ωα-ωϑϕϵ][A-Za-z0-9]*(?:{_SUBSCRIPT})*)
    | (?P<power>\^(?:-?\d{{1,2}}|\{{-?\d{{1,2}}\}})(?![A-Za-z0-9_.]))
    | (?P<sign>\^\{{?T\}}?|\.T(?![A-Za-z0-9_])|[=+\-−*⊙@/()\[\];,'′ᵀ])
    | (?P<break>\n)""",
    re.VERBOSE,
)
_SAME = {"−": "-", "⊙": "*", "′": "'", "ᵀ": "^T", "^{T}": "^T", ".T": "^T"}
_HINTS = {
    "_": "a subscript is letters and digits: W_hh or W_{hh}; one step back is written h'",
    "×": "an entrywise product is written *",
    "·": "a product of matrices is written W h",
    ":": "a definition is written h = …",
    "\\": "letters as they are, without TeX: alpha or α",
    "{": "parentheses are round",
    "^": "a transpose is written W^T, a power h^2 or W^-1: an integer of one or two digits",
}


@dataclass(frozen=True)
class Token:
    """One word of the text: its kind, its text in one spelling, and where it stands."""

    kind: str
    text: str
    span: Span


def scan(source: Source) -> list[Token]:
    """The words of a text; blanks and comments, from # to the end of a line, are left out.

    Raises:
        ParseError: for a character that has no place, a number too long, a text too long.
    """
    text = source.text
    if len(text) > MAX_LENGTH:
        place = Span(MAX_LENGTH, MAX_LENGTH)
        source.refuse(
            place,
            f"longer than {MAX_LENGTH} characters",
            {"expected": f"at most {MAX_LENGTH} characters", "got": len(text)},
        )
    tokens, position = [], 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            _refuse_character(source, position)
        kind, span = str(found.lastgroup), Span(position, found.end())
        position = found.end()
        if kind == "blank":
            continue
        written = _SAME.get(found[0], found[0])
        if kind == NUMBER:
            _check_number(source, span)
        tokens.append(Token(kind, canonical(written) if kind == NAME else written, span))
    return [*tokens, Token(END, "", Span(len(text), len(text)))]


def _refuse_character(source: Source, position: int) -> NoReturn:
    character = source.text[position]
    digit = character.isdecimal() or character == "."
    problem = "this is no number" if digit else "this character has no place in a cell"
    hint = _HINTS.get(character)
    source.refuse(
        Span(position, position + 1),
        problem,
        {"found": repr(character), **({"hint": hint} if hint else {})},
    )


def _check_number(source: Source, span: Span) -> None:
    after = source.text[span.end : span.end + 1]
    if after.isalnum() or after in {"_", "."}:
        hint = "a blank stands between a factor and what it multiplies: 2 h"
        detail: dict[str, object] = {"found": source.written(span) + after, "hint": hint}
        source.refuse(Span(span.end, span.end + 1), "a number runs into something else", detail)
    mantissa, _, power = source.text[span.start : span.end].lower().partition("e")
    # The length first: Python refuses to convert thousands of digits.
    if len(mantissa) > MAX_DIGITS + 1 or len(power) > 4 or abs(int(power or 0)) > MAX_DIGITS:
        problem = f"a number of more than {MAX_DIGITS} digits, or beyond 1e±{MAX_DIGITS}"
        source.refuse(span, problem, {"found": source.written(span)})
