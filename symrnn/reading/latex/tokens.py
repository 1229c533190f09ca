"""LaTeX mathematics as tokens that know where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from symrnn.errors import ParseError

MAX_LENGTH = 20_000
"""Characters in one formula."""


MAX_TOKENS = 20_000
"""Tokens of one formula, macros expanded."""


COMMAND, LETTER, NUMBER, SIGN, TEXT, END = "command", "letter", "number", "sign", "text", "end"


GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "ϑ": "vartheta", "ϕ": "varphi",
    "ϵ": "epsilon", "ϱ": "varrho", "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda",
    "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip
"""Greek letters by character, as LaTeX names them."""

_UNICODE = {
    **{letter: "\\" + name for letter, name in GREEK.items()},
    "∂": r"\partial", "∇": r"\nabla", "∑": r"\sum", "∏": r"\prod", "·": r"\cdot", "⋅": r"\cdot",
    "×": r"\times", "⊙": r"\odot", "∘": r"\circ", "⊗": r"\otimes", "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "≈": r"\approx", "→": r"\to", "←": r"\gets", "∞": r"\infty", "∈": r"\in",
    "⊤": r"\top", "≡": r"\equiv", "⟨": r"\langle", "⟩": r"\rangle", "…": r"\dots", "⋯": r"\dots",
    "‖": r"\|", "∥": r"\|", "√": r"\sqrt", "∝": r"\propto", "⇒": r"\Rightarrow", "ℓ": r"\ell",
    "′": "'", "″": "''", "’": "'", "−": "-", "∗": "*", "–": "-", "≜": r"\triangleq",
    "⊘": r"\oslash", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "½": r"\frac{1}{2}",
}  # fmt: skip


_RAISED = {"ᵀ": r"\top", "²": "2", "³": "3", "⁺": "+", "⁻": "-", "¹": "1", "ᵗ": "t", "ᵏ": "k"}


_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₜₖⱼᵢₙₘₕₓₛₚₗ", "0123456789+-tkjinmhxspl", strict=True))


_TEXTS = frozenset(
    [
        "text",
        "textrm",
        "textbf",
        "textit",
        "textsf",
        "texttt",
        "mbox",
        "hbox",
        "textnormal",
        "emph",
        "mathnormal",
        "operatorname",
        "operatorname*",
    ]
)


_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*\n?)|(?P<blank>\s+|~)|\\(?P<command>[A-Za-z]+\*?|[^A-Za-z])"
    r"|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<letter>[A-Za-z])|(?P<sign>.)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One token: its kind, its text in one spelling, and what of the source it stands for.

    `made` says that a macro made it: the source has the macro's call in its place.
    """

    kind: str
    text: str
    start: int
    end: int
    made: bool = False

    def is_(self, *texts: str) -> bool:
        """Whether it is one of these commands (written with a backslash) or signs."""
        shown = "\\" + self.text if self.kind == COMMAND else self.text
        return self.kind in (COMMAND, SIGN) and shown in texts


def refuse(problem: str, start: int, end: int | None = None) -> ParseError:
    """The error of this reader: what is wrong, and the characters it is about."""
    error = ParseError(f"formula refused: {problem}", {"at character": start + 1})
    error.detail["until"] = start + 1 if end is None else end
    return error


def words(text: str) -> list[Token]:
    """The tokens as they are written."""
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None
        start, position = position, found.end()
        kind, word = str(found.lastgroup), found[str(found.lastgroup)]
        if kind in ("comment", "blank"):
            continue
        if kind == "command":
            tokens.append(Token(COMMAND, word, start, position))
            name = word.rstrip("*")
            if (
                word in _TEXTS
                or name in _TEXTS
                or name in ("begin", "end", "label", "tag", "ref", "eqref", "cite", "color")
            ):
                position = _raw(text, position, tokens)
        elif word in _RAISED or word in _LOWERED:
            table, mark = (_RAISED, "^") if word in _RAISED else (_LOWERED, "_")
            end = start
            while end < len(text) and text[end] in table:
                end += 1
            tokens += [Token(SIGN, mark, start, start), Token(SIGN, "{", start, start)]
            for at in range(start, end):
                tokens += [replace(each, start=at, end=at + 1) for each in words(table[text[at]])]
            tokens.append(Token(SIGN, "}", end, end))
            position = end
        elif word in _UNICODE:
            tokens += [replace(each, start=start, end=position) for each in words(_UNICODE[word])]
        else:
            tokens.append(Token(kind, word, start, position))
    return tokens


def _raw(text: str, position: int, tokens: list[Token]) -> int:
    """The argument of a command whose argument is no mathematics, as one token."""
    opening = re.compile(r"\s*\{").match(text, position)
    if opening is None:
        return position
    end = matching(text, opening.end() - 1)
    tokens.append(Token(TEXT, text[opening.end() : end - 1], opening.end(), end))
    return end


def matching(text: str, start: int) -> int:
    """The place behind the brace that closes the one at `start`.

    Raises:
        ParseError: there is none.
    """
    depth = 0
    position = start
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
            continue
        depth += (character == "{") - (character == "}")
        position += 1
        if depth == 0:
            return position
    raise refuse("a brace that is never closed", start)
