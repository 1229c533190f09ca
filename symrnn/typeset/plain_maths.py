"""LaTeX of a formula as plain Unicode, for what is read aloud: alternative texts and captions."""

from __future__ import annotations

import re
import unicodedata

from symrnn.typeset.unicode_table import LARGE, PRODUCTS, RELATIONS, SYMBOLS

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s]")

_FONTS = ("mathbf", "boldsymbol", "mathcal", "mathrm", "mathsf", "mathbb", "operatorname", "text")
_FRACTIONS = ("frac", "tfrac", "dfrac")
_SPACES = (r"\,", r"\;", r"\:", r"\ ", r"\quad")
_SIGNS = {
    **{latex: sign for sign, latex in {**SYMBOLS, **PRODUCTS}.items()},
    **{latex: sign for sign, latex in LARGE.items() if sign != "Σ"},
    r"\partial": "∂",
    r"\prime": "′",
    "'": "′",
    r"\lVert": "‖",
    r"\rVert": "‖",
    r"\|": "‖",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\phi": "φ",
}
_RELATIONS = {
    **{latex: f" {sign} " for sign, latex in RELATIONS.items() if sign != "…"},
    "+": " + ",
    "-": " - ",
}
_OPERATORS = frozenset(
    [
        "max",
        "min",
        "sup",
        "exp",
        "log",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "arcsin",
        "arctan",
    ]
)
_RAISED = {"T": "ᵀ", "′": "′", "+": "⁺", "2": "²"}


def unicode_of(latex: str) -> str:
    """The letters and signs of a formula; fonts are dropped, indices follow _ and ^.

    Args:
        latex: as the printer writes it. What has no sign in Unicode is left out.
    """
    written = _Reader(_TOKEN.findall(latex)).until("")
    return re.sub(r" +", " ", written).strip()


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def until(self, end: str) -> str:
        """Everything up to the token `end`, which is taken, too; or to the last token."""
        written = ""
        while self._at < len(self._tokens):
            if self._tokens[self._at] == end:
                self._at += 1
                break
            # A sign that no operand precedes is no sum: -x, not - x.
            lone = self._tokens[self._at] in "+-" and written[-1:] in ("", " ", "(")
            piece = self._atom()
            written += piece.strip() if lone else piece
        return written

    def _atom(self) -> str:
        if self._at >= len(self._tokens):
            return ""
        token = self._tokens[self._at]
        self._at += 1
        if token == "{":
            return self.until("}")
        if token in "^_":
            return self._script(token)
        if token in _RELATIONS:
            return _RELATIONS[token]
        if token in _SIGNS:
            return _SIGNS[token]
        if token in _SPACES:
            return " "
        if token.startswith("\\"):
            return self._command(token[1:])
        return token

    def _script(self, sign: str) -> str:
        inner = re.sub(r"\s+", "", self._atom())
        if sign == "^" and inner in _RAISED:
            return _RAISED[inner]
        return sign + (inner if inner.isalnum() else f"({inner})")

    def _command(self, name: str) -> str:
        if name in _FONTS:
            return self._atom()
        if name in _FRACTIONS:
            above, below = self._atom(), self._atom()
            return f"{above}/{below}"
        return _greek(name)


def _greek(name: str) -> str:
    """The letter of a Greek command; operators such as \\max are their names; else nothing."""
    size = "CAPITAL" if name[:1].isupper() else "SMALL"
    plain = name.removeprefix("var").upper().replace("LAMBDA", "LAMDA")
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {plain}")
    except KeyError:
        return name if name in _OPERATORS else ""
