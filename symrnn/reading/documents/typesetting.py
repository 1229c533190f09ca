r"""Macros and environments of an author's own that set a display.

After \newcommand{\claim}[2]{\par$\displaystyle #1$ (#2)} a call of \claim stands for a display of
its first argument. Which arguments are set as mathematics is read off the definition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from symrnn.errors import ParseError
from symrnn.reading.documents.document import Formula
from symrnn.reading.latex.tokens import matching

_COMMAND = re.compile(
    r"\\(?:re|provide)?(?:new)?command\*?\s*\{?\s*\\(?P<name>[A-Za-z]+)\s*\}?"
    r"\s*\[(?P<count>\d)\]\s*(?P<default>\[[^\]]*\])?\s*(?=\{)"
)
_ENVIRONMENT = re.compile(
    r"\\(?:re)?newenvironment\*?\s*\{(?P<name>[A-Za-z]+)\}"
    r"\s*(?:\[(?P<count>\d)\])?\s*(?P<default>\[[^\]]*\])?\s*(?=\{)"
)
_SET = re.compile(r"(?<!\\)\$+(.*?)(?<!\\)\$|\\\[(.*?)\\\]", re.DOTALL)
_STYLE = re.compile(r"\\(?:display|text)style(?![A-Za-z])|\{\}|\s|\\[!,;:]")


@dataclass(frozen=True)
class Shown:
    """The arguments that a macro sets as one formula: the first and the last, from 1."""

    first: int
    last: int
    optional: bool


def set_arguments(body: str, optional: bool = False) -> Shown | None:
    """The arguments that the first formula in a definition consists of."""
    for match in _SET.finditer(body):
        inner = _STYLE.sub("", match[1] or match[2] or "")
        if re.fullmatch(r"(?:#\d)+", inner):
            places = [int(digit) for digit in inner[1::2]]
            if places == list(range(places[0], places[-1] + 1)):
                return Shown(places[0], places[-1], optional)
    return None


def setting(text: str) -> tuple[dict[str, Shown], str]:
    """What sets formulas in a text, macros as \\name and environments by name.

    Returns them, and the text with the definitions of environments blanked out.
    """
    found: dict[str, Shown] = {}
    for match in _COMMAND.finditer(text):
        body = _group(text, match.end())
        shown = None if body is None else set_arguments(text[slice(*body)], bool(match["default"]))
        if shown is not None:
            found["\\" + match["name"]] = shown
    pieces, done = [], 0
    for match in _ENVIRONMENT.finditer(text):
        body = _group(text, match.end())
        if body is None or match.start() < done:
            continue
        shown = set_arguments(text[slice(*body)], bool(match["default"]))
        if shown is not None:
            found[match["name"]] = shown
        behind = re.compile(r"\s*(?=\{)").match(text, body[1])
        end = _group(text, behind.end()) if behind else None
        stop = body[1] if end is None else end[1]
        blank = re.sub(r"[^\n]", " ", text[match.start() : stop])
        pieces += [text[done : match.start()], blank]
        done = stop
    return found, "".join([*pieces, text[done:]])


def displays(text: str, known: dict[str, Shown]) -> Iterator[Formula]:
    """The formulas that calls in a text set; braces between two arguments are blanks in them."""
    if not known:
        return
    names = "|".join(sorted(name[1:] for name in known if name.startswith("\\"))) or "(?!)"
    environments = "|".join(sorted(n for n in known if not n.startswith("\\"))) or "(?!)"
    calls = re.compile(rf"\\(?P<macro>{names})(?![A-Za-z])|\\begin\{{(?P<env>{environments})\}}")
    for match in calls.finditer(text):
        shown = known["\\" + match["macro"] if match["macro"] else match["env"]]
        at = match.end()
        places: list[tuple[int, int]] = []
        if shown.optional:
            bracket = re.compile(r"\s*\[[^\]]*\]").match(text, at)
            at = bracket.end() if bracket else at
            places.append((at, at))
        while len(places) < shown.last:
            opening = re.compile(r"\s*(?=\{)").match(text, at)
            group = _group(text, opening.end()) if opening else None
            if group is None:
                break
            places.append((group[0] + 1, group[1] - 1))
            at = group[1]
        else:
            start, end = places[shown.first - 1][0], places[-1][1]
            inside = list(text[start:end])
            for (_, left), (right, _) in pairwise(places[shown.first - 1 :]):
                inside[left - start : right - start] = " " * (right - left)
            if "".join(inside).strip():
                yield Formula("".join(inside), start, True)


def _group(text: str, start: int) -> tuple[int, int] | None:
    """Start and end of what stands in braces there, the braces with it."""
    if text[start : start + 1] != "{":
        return None
    try:
        return start, matching(text, start)
    except ParseError:
        return None
