"""What only changes how a formula looks is left out: sizes, colours, tags, blanks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from symrnn.reading.latex.tokens import COMMAND, END, LETTER, NUMBER, TEXT, Token

# What only changes how a formula looks, without and with an argument.
_DROPPED = frozenset({
    r"left", r"right", r"middle", r"displaystyle", r"textstyle", r"scriptstyle", r"limits",
    r"nolimits", r"nonumber", r"notag", r"hfill", r"hfil", r"big", r"Big", r"bigg", r"Bigg",
    r"bigl", r"bigr", r"Bigl", r"Bigr", r"biggl", r"biggr", r"Biggl", r"Biggr", r"bigm", r"Bigm",
    r"biggm", r"Biggm", r"allowbreak", r"noindent", r"strut", r"mathstrut", r"centering", r"small",
    r"large", r"normalsize", r"footnotesize", r"itshape", r"relax", r"hline", r"mathopen",
    r"mathclose", r"unicode", r"medspace", r"thinspace", r"thickspace", r"negthinspace", r"break",
})  # fmt: skip


_DROPPED_WITH_ARGUMENT = frozenset({
    "tag", "label", "color", "vspace", "hspace", "phantom", "vphantom", "hphantom", "cite",
    "eqref", "ref", "footnote", "intertext", "shortintertext", "mspace", "rule", "qedhere",
    "cline", "vskip", "hskip",
})  # fmt: skip


_TRANSPARENT = frozenset({
    "boxed", "fbox", "mathclap", "mathrlap", "smash", "ensuremath", "mathop", "mathbin", "mathrel",
    "mathord", "mathinner",
})  # fmt: skip


_SECOND_ARGUMENT = frozenset({
    "textcolor", "colorbox", "href", "htmlClass", "class", "cssId", "style", "bbox",
})  # fmt: skip


_SPACES = frozenset(
    {
        ",",
        ";",
        ":",
        "!",
        ">",
        "/",
    }
)  # fmt: skip | {" ", "\n", "\t"}


_OPENING = {
    **{f"{size}l": f"{size}r" for size in ("big", "Big", "bigg", "Bigg")},
    "left": "right",
}
"""Sizes of brackets that open, and of those that close them."""


_DIMENSIONS = frozenset({"kern", "mkern", "hskip", "mskip", "vskip"})


def without_looks(tokens: list[Token], text: str) -> list[Token]:
    """The tokens that say something, and the end."""
    out: list[Token] = []
    tokens, barred = _barred(tokens)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind != COMMAND:
            out.append(token)
        elif token.text in _SPACES or token.text in _DROPPED or token.text in _TRANSPARENT:
            # `\left.` and `\right.` draw nothing; what a bar belongs to begins at the former.
            sided = token.text in ("left", "right", "middle") or token.text.lower().startswith(
                "big"
            )
            if sided and at < len(tokens) and tokens[at].is_("."):
                at += 1
                if at - 2 in barred:
                    out.append(replace(token, text="leftnothing"))
            elif sided and at < len(tokens) and tokens[at].made == token.made:
                # What is moved or left out with the bracket.
                tokens[at] = replace(tokens[at], start=min(token.start, tokens[at].start))
            if (
                token.text in ("boxed", "fbox", "ensuremath")
                and at < len(tokens)
                and tokens[at].is_("{")
            ):
                # \\boxed{a = b}: its braces would hide the relation.
                end = _beyond(tokens, at, "{", "}")
                tokens[at:end] = tokens[at + 1 : end - 1]
        elif token.text in _DIMENSIONS:
            at = _dimension(tokens, at)
        elif token.text.rstrip("*") in _DROPPED_WITH_ARGUMENT:
            if at < len(tokens) and tokens[at].is_("["):
                at = _beyond(tokens, at, "[", "]")
            at = _group(tokens, at)
        elif token.text in _SECOND_ARGUMENT:
            if at < len(tokens) and tokens[at].is_("["):
                at = _beyond(tokens, at, "[", "]")
            else:
                at = _group(tokens, at)
        else:
            out.append(token)
    out.append(Token(END, "", len(text), len(text)))
    return out


def _barred(tokens: list[Token]) -> tuple[list[Token], set[int]]:
    r"""The tokens with `rightbar` for each bar that closes a `\left.`; the places of those.

    Only so is it known how far back a bar reaches: \left. A + B \right|_h holds h in A as well,
    and \left. A \right|_h \left. B \right|_h + C is a sum.
    """
    found = list(tokens)
    opened: dict[str, list[tuple[int, int]]] = {closes: [] for closes in _OPENING.values()}
    barred: set[int] = set()
    depth = 0
    for at, (token, drawn) in enumerate(pairwise(tokens)):
        depth += token.is_("{") - token.is_("}")
        if token.kind != COMMAND:
            continue
        if token.text in _OPENING:
            opened[_OPENING[token.text]].append((at, depth))
            continue
        waiting = opened.get(token.text, [])
        while waiting and waiting[-1][1] > depth:  # braces were closed before it was
            waiting.pop()
        if not waiting or waiting[-1][1] < depth:
            continue
        begun, _ = waiting.pop()
        if tokens[begun + 1].is_(".") and drawn.is_("|", r"\vert", r"\rvert"):
            barred.add(begun)
            found[at + 1] = replace(drawn, kind=COMMAND, text="rightbar")
    return found, barred


def _dimension(tokens: list[Token], at: int) -> int:
    """The place behind a length without braces: -1.5mu."""
    while at < len(tokens) and (tokens[at].is_("-", "+") or tokens[at].kind == NUMBER):
        at += 1
    return at + 2 if at + 1 < len(tokens) and tokens[at].kind == LETTER else at


def _group(tokens: list[Token], at: int) -> int:
    """The place behind the argument at `at`: a text, a group, or one token."""
    if at >= len(tokens) or tokens[at].kind == TEXT:
        return at + 1
    return _beyond(tokens, at, "{", "}") if tokens[at].is_("{") else at + 1


def _beyond(tokens: list[Token], at: int, opening: str, closing: str) -> int:
    depth = 0
    for place in range(at, len(tokens)):
        depth += tokens[place].is_(opening) - tokens[place].is_(closing)
        if depth == 0:
            return place + 1
    return len(tokens)
