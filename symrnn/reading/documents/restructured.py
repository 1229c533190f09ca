"""Formulas in reStructuredText."""

from __future__ import annotations

import re

from symrnn.reading.documents.document import Document, Formula, Remark
from symrnn.reading.documents.latex import (
    REMARK,
    blank,
)
from symrnn.reading.latex.macros import macros_in

_DIRECTIVE = re.compile(
    r"^([ \t]*)\.\. math::[ \t]*([^\n]*)\n((?:\1[ \t]+[^\n]*\n?|[ \t]*\n)*)", re.MULTILINE
)


_ROLE = re.compile(r":math:`([^`]+)`")


_RST_COMMENT = re.compile(r"^[ \t]*\.\.[ \t]+(symrnn[ \t]*:[^\n]*)", re.MULTILINE)


def restructured(path: str, text: str, problems: tuple[tuple[int, str], ...]) -> Document:
    """A text in reStructuredText."""
    formulas: list[Formula] = []
    remarks = [
        Remark(found[1].strip(), match.start(1))
        for match in _RST_COMMENT.finditer(text)
        if (found := REMARK.fullmatch(match[1]))
    ]

    def directive(match: re.Match[str]) -> str:
        start = match.start(2) if match[2].strip() else match.start(3)
        body = re.sub(r"(?m)^[ \t]*:\w+:[^\n]*$", blank, text[start : match.end()])
        # A blank line between two formulas of one directive begins a row.
        if body.strip():
            body = re.sub(r"\n([ \t]*)\n(?=[ \t]*\S)", lambda m: "\\\\" + m[0][2:], body.rstrip())
            formulas.append(Formula(body, start, True))
        return blank(match)

    def role(match: re.Match[str]) -> str:
        formulas.append(Formula(match[1], match.start(1), False))
        return blank(match)

    prose = _ROLE.sub(role, _DIRECTIVE.sub(directive, text))
    formulas.sort(key=lambda each: each.start)
    macros, _ = macros_in(text)
    return Document(path, text, tuple(formulas), tuple(remarks), macros, prose, problems)
