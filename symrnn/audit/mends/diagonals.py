"""A vector that a mend sets before a matrix, as the author writes diagonal matrices."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from symrnn.audit.mends.edit import Edit

_SPELLED = re.compile(
    r"(?P<head>\\(?:operatorname\*?|mathrm|text|mathop|textrm|mathbf)\s*\{\s*[dD]iag\s*\}|\\[dD]iag(?![A-Za-z]))"
    r"\s*(?P<open>\\left\s*\(|\(|\{|\\left\s*\[|\[)"
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SIGN = re.compile(r"\\(?:odot|circ|cdot|times|otimes|oslash|ast|star)\b")


def spelled(texts: Iterable[str]) -> tuple[str, str] | None:
    """What stands before and behind a vector, \\mathrm{diag}( and ), as the author writes it."""
    for text in texts:
        found = _SPELLED.search(text)
        if found is not None:
            opening = "".join(found["open"].split())
            closing = _CLOSING[opening[-1]]
            closing = rf"\right{closing}" if opening.startswith(r"\left") else closing
            return found["head"] + opening, closing
    return None


def with_diagonals(edit: Edit, around: tuple[str, str] | None) -> Edit | None:
    """An edit that writes diag(v) where it writes v; None where it writes none."""
    if around is None:
        return None
    changes = []
    words = edit.words
    for start, end, text in edit.changes:
        body = text.strip()
        plain = "_" in body or "^" in body
        if not plain or _SIGN.match(body) or _SPELLED.search(body) or r"\partial" in body:
            changes.append((start, end, text))
            continue
        inner = body[1:-1] if _in_brackets(body) else body
        made = around[0] + inner + around[1]
        changes.append((start, end, text.replace(body, made)))
        words = words.replace(" ".join(body.split()), " ".join(made.split()))
    made_so = replace(edit, changes=tuple(changes), words=words)
    return None if made_so == edit else made_so


def _in_brackets(text: str) -> bool:
    """Whether the first bracket is closed by the last one."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place == len(text) - 1
    return False
