"""What a lecturer's Markdown has beside CommonMark: tables, footnotes, mathematics, and two forms.

`[[name]]` refers to what carries the name; `[@key]`, `[@key, p. 3]`, `@key` and `@key [p. 3]` cite
a work.
"""

from __future__ import annotations

import re
import unicodedata

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

#: Braces may stand in what is quoted; those that do not end go to the end of the line.
_BRACES = r'\{(?:"[^"\n]*"|[^{}"\n])*\}|\{[^\n]*'
_REFERENCE = re.compile(rf"\[\[([^\[\]\n]*)\]\]({_BRACES})?")
_KEY = r"[A-Za-z0-9][\w:.+/-]*(?<![.:])"
_CITED = rf"@{_KEY}(?:,\s*[^\[\]|;@]+)?"
_ASIDE = re.compile(rf"\[({_CITED}(?:\s*;\s*{_CITED})*)\]")
_NO_CITATION = re.compile(rf"\[[^\[\]\n]*(?<![\w.])@{_KEY}[^\[\]\n]*\](?!\()")
_SPOKEN = re.compile(rf"(?<![\w.])@({_KEY})")
_WITHIN = re.compile(rf"(?<![\w.])@({_KEY} ?\[[^\[\]|;@\n]+\])(?!\()")


def parser() -> MarkdownIt:
    """A parser whose tokens have `named` and `cited` beside those of CommonMark.

    The content of `named` is a name, its info the braces behind it; the content of `cited` is what
    is cited, its info `aside`, `no citation`, or where the work is part of the sentence nothing, or
    `within` with a place.
    """
    made = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    # An escaped sign is to be told from one that was meant.
    made.disable("text_join")
    made.use(dollarmath_plugin, allow_digits=False, double_inline=True, allow_labels=True)
    made.use(footnote_plugin, inline=False)
    made.inline.ruler.before("emphasis", "subscript", _subscript)
    made.inline.ruler.before("link", "named", _named)
    made.inline.ruler.before("link", "cited", _cited)
    return made


def _subscript(state: StateInline, silent: bool) -> bool:
    """Read `_` behind a sign of mathematics, or before a brace, as what begins a subscript."""
    before, after = state.src[state.pos - 1 : state.pos], state.src[state.pos + 1 : state.pos + 2]
    if state.src[state.pos] != "_" or not (
        after == "{" or (before and unicodedata.category(before) == "Sm")
    ):
        return False
    if not silent:
        state.pending += "_"
    state.pos += 1
    return True


def _named(state: StateInline, silent: bool) -> bool:
    found = _REFERENCE.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("named", "", 0)
        token.content, token.info = found[1], found[2] or ""
    state.pos = found.end()
    return True


def _cited(state: StateInline, silent: bool) -> bool:
    kinds = {"aside": _ASIDE, "no citation": _NO_CITATION, "within": _WITHIN, "": _SPOKEN}
    tried = ((kind, pattern.match(state.src, state.pos)) for kind, pattern in kinds.items())
    kind, found = next(((kind, found) for kind, found in tried if found), ("", None))
    if found is None:
        return False
    if not silent:
        token = state.push("cited", "", 0)
        token.content, token.info = found[found.re.groups], kind
    state.pos = found.end()
    return True
