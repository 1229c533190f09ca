"""Ordinary text and prose as LaTeX source: everything special is escaped, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from symrnn.typeset.document import Target
from symrnn.typeset.grades import Grade
from symrnn.typeset.prose import (
    Citation,
    Code,
    Emphasis,
    Footnote,
    Inline,
    Link,
    Mark,
    Math,
    Reference,
    Strong,
    Text,
    inlines,
)
from symrnn.typeset.words import phrase

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
}  # fmt: skip

# Signs that people type in prose and that pdflatex's text fonts lack. \sp and \sb, not ^ and _:
# these stay ordinary characters inside a listing.
_SIGNS = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon",
    "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "π": r"\pi",
    "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau", "φ": r"\phi", "ω": r"\omega",
    "Γ": r"\Gamma", "Δ": r"\Delta", "Σ": r"\Sigma", "Π": r"\Pi", "∂": r"\partial",
    "∏": r"\prod", "∑": r"\sum", "∈": r"\in", "∉": r"\notin", "ℝ": r"\mathbb{R}",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "∞": r"\infty", "→": r"\to",
    "←": r"\gets", "↦": r"\mapsto", "⇒": r"\Rightarrow", "‖": r"\Vert", "√": r"\surd",
    "·": r"\cdot", "×": r"\times", "±": r"\pm", "−": "-", "⊙": r"\odot", "⊗": r"\otimes",
    "′": r"{}\sp{\prime}", "⁺": r"{}\sp{+}", "⁻": r"{}\sp{-}", "¹": r"{}\sp{1}",
    "²": r"{}\sp{2}", "³": r"{}\sp{3}", "ᵀ": r"{}\sp{\top}", "ⁿ": r"{}\sp{n}",
    "₀": r"{}\sb{0}", "₁": r"{}\sb{1}", "₂": r"{}\sb{2}", "✓": r"\checkmark",
    "½": r"\tfrac12", "¼": r"\tfrac14", "¾": r"\tfrac34", "ζ": r"\zeta", "ξ": r"\xi",
    "ν": r"\nu", "χ": r"\chi", "ψ": r"\psi", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega",
    "Θ": r"\Theta", "Λ": r"\Lambda",
}  # fmt: skip

# Letters of Latin Extended-A that the T1 encoding has no name for.
_NOT_IN_T1 = frozenset("ĦħĸĿŀŉŦŧſ")

_LONG_WORD = 30
"""Letters above which a word is broken where a line ends; English has hardly any."""

_KNOWN_PUNCTUATION = frozenset("–—‘’“”„…•§°©«»¡¿\N{NO-BREAK SPACE}")


def escape(text: str) -> str:
    """`text` as LaTeX that prints it literally.

    A character that neither the fonts nor the table of signs has is printed as its code point,
    U+4E2D, rather than breaking the build.
    """
    return "".join(_escaped(character) for character in text)


def bookmark(text: str) -> str:
    """`text` for a bookmark or another string of the PDF, where a sign stands for itself."""
    return "".join(c if c in _SIGNS else _escaped(c) for c in text)


def verbatim(text: str) -> str:
    """Escaped source code that may be broken after `_`, `.`, `/`, `,` and before `(`."""
    broken = {character: escape(character) + r"\allowbreak{}" for character in "_./,"}
    broken["("] = r"\allowbreak{}("
    # In a typewriter font two hyphens or two quotes would become a ligature.
    broken |= {"-": "-{}", "'": r"\textquotesingle{}"}
    return r"\texttt{" + "".join(broken.get(c, escape(c)) for c in text) + "}"


def listing(code: str) -> str:
    """Source code for a Verbatim environment whose only special signs are backslash and braces."""
    special = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}"}
    return "".join(special.get(c, c if c.isascii() else _escaped(c)) for c in code)


def prose(
    text: str,
    targets: Mapping[str, Target],
    grades: Mapping[str, Grade],
    refer: Callable[[str], str] | None = None,
    cite: Callable[[Citation], str] | None = None,
) -> str:
    """One paragraph of prose markup as LaTeX.

    `refer` writes a reference, by \\ref by default, and `cite` a citation, by natbib.
    """
    write = refer or (lambda name: _reference(name, targets))
    return "".join(_inline(inline, write, grades, cite or _cited) for inline in inlines(text))


def _cited(work: Citation) -> str:
    place = f"[{{{escape(work.place)}}}]" if work.place else ""
    return rf"\{'citep' if work.aside else 'citet'}{place}{{{work.key}}}"


def _address(url: str) -> str:
    """An address in an argument of \\href."""
    return re.sub(r"[%#&]", r"\\\g<0>", quote(url, safe=":/?#[]@!$&'()*+,;=%~"))


def _reference(name: str, targets: Mapping[str, Target]) -> str:
    kind = targets[name].kind
    ref = rf"\ref*{{{name}}}"
    shown = f"({ref})" if kind == "Equation" else f"{phrase(kind)}~{ref}"
    return rf"\hyperref[{name}]{{{shown}}}"


def _escaped(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _SIGNS:
        return rf"\ensuremath{{{_SIGNS[character]}}}"
    plain_ascii = character.isascii() and (character.isprintable() or character in "\n\t")
    latin = character.isalpha() and 0xC0 <= ord(character) < 0x180 and character not in _NOT_IN_T1
    if plain_ascii or latin or character in _KNOWN_PUNCTUATION:
        return character
    return f"[U+{ord(character):04X}]"


def _breakable(text: str) -> str:
    """Escaped, where a word that no line might hold may be broken anywhere."""
    words = re.split(r"(\s+)", text)
    return "".join(
        escape(word)
        if len(word) <= _LONG_WORD
        else "".join(escape(sign) + r"\hskip0pt plus.5pt minus.1pt\relax{}" for sign in word)
        for word in words
    )


def _inline(
    inline: Inline,
    refer: Callable[[str], str],
    grades: Mapping[str, Grade],
    cite: Callable[[Citation], str],
) -> str:
    def inside(pieces: tuple[Inline, ...]) -> str:
        return "".join(_inline(piece, refer, grades, cite) for piece in pieces)

    match inline:
        case Text(text):
            return _breakable(text)
        case Math(latex):
            return f"${latex}$"
        case Emphasis(inner):
            return rf"\emph{{{inside(inner)}}}"
        case Strong(inner):
            return rf"\textbf{{\boldmath {inside(inner)}}}"
        case Link(address, inner):
            return rf"\href{{{_address(address)}}}{{{inside(inner)}}}"
        case Footnote(inner):
            return rf"\footnote{{{inside(inner)}}}"
        case Code(text):
            return verbatim(text)
        case Mark(grade):
            return rf"\evidence{{{grades[grade].letter}}}"
        case Reference(name):
            return refer(name)
        case Citation():
            return cite(inline)
