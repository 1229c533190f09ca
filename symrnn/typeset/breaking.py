"""Where a formula may be broken: marks for the macros of `templates/marks.tex`.

A mark changes nothing in a formula that is not broken there. Where nothing else helps, wide
parentheses, products and sums in entries of matrices are broken, and at the last fractions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from symrnn.typeset.heights import formula_width

_TOKEN = re.compile(r"\\(?:left|right)(?:\\[A-Za-z]+|\\.|[^A-Za-z])|\\[A-Za-z]+|\\.|.", re.DOTALL)
_LEFT, _RIGHT = re.compile(r"\\left(?![A-Za-z])"), re.compile(r"\\right(?![A-Za-z])")

# Without matrices or cases within: their rows and columns are not those of the matrix around.
_MATRIX = re.compile(r"(\\begin\{bmatrix\})((?:(?!\\begin\{).)*?)(\\end\{bmatrix\})", re.DOTALL)
_OPENING = ("(", "[", "|", r"\lVert")

_RELATIONS = ("=", r"\le", r"\ge", r"\xrightarrow")
_FACTORS = (r"\,", r"\symrnnbeside")

_NO_FACTOR = (r"\end", r"\middle", *_RELATIONS)

#: Em of what stands in parentheses, is an entry or a part of a fraction, from which on a line may
#: end within.
_WIDE = 4.0

_OPENED = re.compile(r"\\symrnnopen\\[bB]igl")
_CLOSED = re.compile(r"\\symrnnclose\\[bB]igr")

_LINE = 18.0
"""Em of a formula that stands beside others, and is not marked below it."""

_Write = Callable[[list[str]], str]
"""Pieces of a formula, each a line of its own where need be, as one."""


def breakable(latex: str) -> str:
    """A formula that may be broken, where nothing else helps, within what holds it together."""
    return _marked(
        latex, _lines(r"\symrnnentry", r"\symrnnnext "), _lines(r"\symrnnstack", r"\symrnnthen ")
    )


def _lines(macro: str, mark: str) -> _Write:
    return lambda parts: f"{macro}{{{mark.join(parts)}}}"


def if_wide(latex: str) -> str:
    """A formula that may be broken where it is so wide that a line or a column may not hold it."""
    return breakable(latex) if formula_width(latex) > _LINE else latex


def pieces(latex: str) -> Iterator[str]:
    """What TeX does not break: what stands between relations and signs, outside of closed groups
    and, in the end, between factors."""

    def widest(parts: list[str]) -> str:
        return max(parts, key=formula_width)

    yield from _between(_marked(latex, widest, widest), ("+", "-", *_RELATIONS, *_FACTORS))


def bare(latex: str) -> str:
    """A piece of a formula without the marks at parentheses and between factors."""
    for written, mark in ((r"\left", _OPENED), (r"\right", _CLOSED)):
        latex = mark.sub(re.escape(written), latex)
    return latex.replace(r"\symrnnbeside ", "")


def _marked(latex: str, entry: _Write, stack: _Write) -> str:
    return _opened(_fractions(_matrices(_beside(latex), entry, stack), stack))


def _tokens(latex: str) -> list[str]:
    return [found[0] for found in _TOKEN.finditer(latex)]


def _turn(token: str) -> int:
    """Whether a group begins, 1, or ends, -1."""
    if token == "{" or _LEFT.match(token):
        return 1
    return -(token == "}" or bool(_RIGHT.match(token)))


def _between(latex: str, signs: tuple[str, ...]) -> Iterator[str]:
    """What stands between signs outside of groups, each but the first with its sign."""
    depth, piece = 0, ""
    for token in _tokens(latex):
        depth += _turn(token)
        if depth == 0 and token in signs and piece.strip():
            yield piece
            piece = ""
        piece += token
    yield piece


def _beside(latex: str) -> str:
    """The formula with a mark between factors of which the first ends in a delimiter."""
    tokens = _tokens(latex)
    made: list[str] = []
    place = 0
    while place < len(tokens):
        made.append(tokens[place])
        place += 1
        if not _RIGHT.match(made[-1]):
            continue
        end = _after_scripts(tokens, place)
        made += tokens[place:end]
        place = end
        while place < len(tokens) and tokens[place] == " ":
            made.append(tokens[place])
            place += 1
        if place < len(tokens) and _begins_factor(tokens[place]):
            made.append(r"\symrnnbeside ")
    return "".join(made)


def _begins_factor(token: str) -> bool:
    named = token.isalnum() or re.fullmatch(r"\\[A-Za-z]+", token)
    return bool(_LEFT.match(token) or (named and token not in _NO_FACTOR))


def _after_scripts(tokens: list[str], place: int) -> int:
    while place + 1 < len(tokens) and tokens[place] in ("_", "^"):
        place = _after_group(tokens, place + 1)
    return place


def _after_group(tokens: list[str], place: int) -> int:
    """Behind the group, or the one token, that begins here."""
    depth = 0
    while place < len(tokens):
        depth += (tokens[place] == "{") - (tokens[place] == "}")
        place += 1
        if depth == 0:
            break
    return place


def _opened(latex: str) -> str:
    """The formula with wide parentheses marked as such that a line may end within."""
    found = list(_TOKEN.finditer(latex))
    made = [token[0] for token in found]
    begun: list[int] = []
    depth = 0
    for place, token in enumerate(made):
        depth += (token == "{") - (token == "}")
        if _LEFT.match(token):
            begun.append(place)
        elif _RIGHT.match(token) and begun:
            opening = begun.pop()
            inner = latex[found[opening].end() : found[place].start()]
            closed = depth > 0 or any(made[outer][5:] not in _OPENING for outer in begun)
            if made[opening][5:] in _OPENING and not closed and formula_width(inner) > _WIDE:
                size = r"\Big" if r"\frac" in inner or r"\prod" in inner else r"\big"
                made[opening] = rf"\symrnnopen{size}l{made[opening][5:]}"
                made[place] = rf"\symrnnclose{size}r{token[6:]}"
    return "".join(made)


def _matrices(latex: str, entry: _Write, stack: _Write) -> str:
    """The formula with wide sums in entries of matrices, and wide products in these, as written."""

    def term(written: str) -> str:
        factors = list(_between(written, _FACTORS))
        return stack(factors) if len(factors) > 1 and formula_width(written) > _WIDE else written

    def cell(written: str) -> str:
        parts = list(_between(written, ("+", "-")))
        if len(parts) > 1 and formula_width(written) > _WIDE:
            return entry([term(part) for part in parts])
        return term(written)

    def matrix(found: re.Match[str]) -> str:
        rows = (re.split(r"(&)", row) for row in found[2].split(r"\\"))
        inner = r"\\".join("".join(map(cell, row)) for row in rows)
        return f"{found[1]}{inner}{found[3]}"

    return _MATRIX.sub(matrix, latex)


def _fractions(latex: str, stack: _Write) -> str:
    """The formula with wide numerators and denominators as written."""
    tokens = _tokens(latex)
    made: list[str] = []
    place = 0
    while place < len(tokens):
        made.append(tokens[place])
        place += 1
        if made[-1] != r"\frac":
            continue
        for _ in range(2):
            end = _after_group(tokens, place)
            inner = "".join(tokens[place + 1 : end - 1])
            if tokens[place] == "{" and formula_width(inner) > _WIDE:
                made.append(f"{{{_stacked(inner, stack)}}}")
            else:
                made += tokens[place:end]
            place = end
    return "".join(made)


def _stacked(latex: str, stack: _Write) -> str:
    """A part of a fraction as lines: the terms of a sum, factors, or what is in parentheses."""
    for signs in (("+", "-"), _FACTORS):
        parts = list(_between(latex, signs))
        if len(parts) > 1:
            return stack([_fractions(part, stack) for part in parts])
    parts = list(_between(_opened(latex), ("+", "-", *_FACTORS)))
    return stack(parts) if len(parts) > 1 else latex
