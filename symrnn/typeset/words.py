"""What symrnn itself says in a document, in the document's language.

The English stands where it is said; `languages/` has a table of it for each other language. Words
of a statement are its author's, and stay as they were written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from symrnn.language.notation import WORDS, Notation

ENGLISH = "en"

TABLES = Path(__file__).resolve().parent / "languages"
"""A table for each language but English."""

OURS = (
    "the names of parts (Statement, Figure, Derivation, What fails otherwise, …), the words around "
    "hypotheses (Let, Assume, …) and within formulas (for all), reasons beside lines, what rules "
    "and evidence say, the appendices"
)

THEIRS = (
    "titles, labels and prose of symrnn's own statements, captions of its figures, the "
    "explorer, why a statement is left out, sections about trained networks, the "
    "summary of symrnn's own lectures"
)
"""What has one language, whatever a document has."""

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def phrase(english: str, **parts: object) -> str:
    """Words of symrnn's own in the language that is spoken; in English where it has none.

    Args:
        english: the words, with `{name}` where a part is to stand.
        parts: what stands there.
    """
    words = table(_spoken.get()).get(english, english)
    return words.format(**parts) if parts else words


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What is said in here is said in a language, by its tag: de, de-AT, fr, …"""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


SHORT_WORDS = {
    **{
        "ca": "eio",
        "cs": "ikosuvz",
        "es": "eouy",
        "fr": "y",
        "it": "eio",
        "pl": "iouwz",
        "pt": "eo",
    },
    "sk": "ikosuvz",
}
"""Words of one letter, by language: alone they are no quantity in its prose."""


def is_word(letter: str) -> bool:
    """Whether a letter alone may be a word of the language that is spoken: *y*, *e* in Spanish."""
    return letter in SHORT_WORDS.get(_spoken.get().partition("-")[0], "")


def languages() -> tuple[str, ...]:
    """The languages that symrnn's words are in, by their tags."""
    return tuple(sorted((ENGLISH, *(path.stem for path in TABLES.glob("*.toml")))))


@cache
def table(language: str) -> Mapping[str, str]:
    """The words of a language, by the English ones; of de-AT those of de; empty for English."""
    path = TABLES / f"{language.partition('-')[0].lower()}.toml"
    if not path.is_file():
        return MappingProxyType({})
    return MappingProxyType(tomllib.loads(path.read_text(encoding="utf-8")))


def in_language(notation: Notation, language: str) -> Notation:
    """The notation whose formulas have their words in a language, as far as symrnn has them."""
    known = table(language)
    words = {english: known[english] for english in WORDS if english in known}
    return replace(notation, words=words) if words else notation


def staying_english(language: str) -> str:
    """Which words of a document in a language are English all the same; nothing in English."""
    spoken = language.partition("-")[0].lower()
    if spoken == ENGLISH:
        return ""
    if spoken in languages():
        return THEIRS
    return f"{OURS}, and {THEIRS} (symrnn has words in {', '.join(languages())})"
