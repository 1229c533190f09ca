"""What only changes how a formula looks is left out: sizes, colours, tags, blanks."""

from __future__ import annotations

from dataclasses import replace

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


_DIMENSIONS = frozenset({"kern", "mkern", "hskip", "mskip", "vskip"})


def without_looks(tokens: list[Token], text: str) -> list[Token]:
    """The tokens that say something, and the end."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token.kind != COMMAND:
            out.append(token)
        elif token.text in _SPACES or token.text in _DROPPED or token.text in _TRANSPARENT:
            # `\left.` and `\right.` draw nothing.
            sided = token.text in ("left", "right", "middle") or token.text.lower().startswith(
                "big"
            )
            if sided and at < len(tokens) and tokens[at].is_("."):
                at += 1
                if token.text == "left":
                    out.append(Token(COMMAND, "leftnothing", token.start, token.end))
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
