"""What single tokens say: relations, brackets that match, commas."""

from __future__ import annotations

from symrnn.reading.latex.tokens import COMMAND, SIGN, Token, refuse
from symrnn.reading.latex.words import (
    EQUAL,
    FONTS,
    OTHER,
    RELATIONS,
)


def relation(tokens: list[Token], at: int) -> tuple[str, str, int] | None:
    """Which relation begins at a token, how it is written, and how many tokens it takes."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.is_(":") and following is not None and following.is_("="):
        return EQUAL, ":=", 2
    if token.is_("+", "-") and following is not None and following.is_("="):
        return OTHER, token.text + "=", 2
    if token.kind == COMMAND and token.text in ("stackrel", "overset", "underset"):
        end = at + 1
        groups = []
        for _ in range(2):
            if end < len(tokens) and tokens[end].is_("{"):
                begin = end
                end = matching(tokens, end)
                groups.append(tokens[begin + 1 : end - 1])
            elif end < len(tokens):
                groups.append([tokens[end]])
                end += 1
        if len(groups) == 2 and len(groups[1]) <= 2 and groups[1]:
            inner = relation(groups[1], 0)
            if inner is not None:
                above = "".join(t.text for t in groups[0]).lower()
                defines = "def" in above or above in ("!", "triangle", "Δ")
                return inner[0], "def" if defines else inner[1], end - at
        return None
    shown = "\\" + token.text if token.kind == COMMAND else token.text
    if token.kind in (COMMAND, SIGN) and shown in RELATIONS:
        count = 1
        if shown == r"\xrightarrow":
            end = at + 1
            if end < len(tokens) and tokens[end].is_("["):
                end = skip_to(tokens, end, "]")
            if end < len(tokens) and tokens[end].is_("{"):
                end = matching(tokens, end)
            count = end - at
        return RELATIONS[shown], shown, count
    return None


def matching(tokens: list[Token], at: int) -> int:
    """The place behind the brace that closes the one at `at`."""
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].is_("{") - tokens[place].is_("}")
        if depth == 0:
            return place + 1
    raise refuse("a brace that is never closed", tokens[at].start, tokens[at].end)


def skip_to(tokens: list[Token], at: int, closing: str) -> int:
    """The place behind the next `closing`."""
    for place in range(at, len(tokens)):
        if tokens[place].is_(closing):
            return place + 1
    return len(tokens)


def by_commas(tokens: list[Token]) -> list[list[Token]]:
    """The pieces between commas outside brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.is_("{", "(", "[") - token.is_("}", ")", "]")
        if depth == 0 and token.is_(",", ";"):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def bar(token: Token) -> str:
    """A bar, single or double, in one spelling."""
    return "|" if token.is_("|", r"\vert", r"\lvert", r"\rvert") else "‖"


def bare(token: Token) -> str:
    """The text of a token, braces and fonts left out."""
    if token.kind == COMMAND and (
        token.text in FONTS
        or token.text.startswith("text")
        or token.text in ("operatorname", "mbox")
    ):
        return ""
    return "" if token.is_("{", "}") else token.text


def shown(token: Token) -> str:
    """A token as it is written."""
    return ("\\" if token.kind == COMMAND else "") + token.text
