"""Prose in HTML: inline elements, references, evidence marks."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import NamedTuple

from markupsafe import Markup

from symrnn.typeset.bibliography import Work
from symrnn.typeset.document import Target
from symrnn.typeset.grades import Grade
from symrnn.typeset.heights import formula_width
from symrnn.typeset.mathml import mathml
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
from symrnn.typeset.svg import Shared
from symrnn.typeset.words import phrase

#: Em, about, of a formula that a window of 320 pixels holds.
_NARROW = 14.0


class Line(NamedTuple):
    """A line of a derivation: what a link to it names, and what is printed."""

    name: str
    number: str


@dataclass(frozen=True)
class Page:
    """What a piece of the page may need to know about the whole.

    anchors: rows of tables that can be linked to.
    statement: name and number of the one whose lines are written, each with the next of `lines`.
    shared: what the drawings have in common.
    assumed: what was assumed for lines of this statement, each with the last of them.
    beside: the page with every line, where this one has those of the claims alone.
    """

    targets: Mapping[str, Target]
    grades: Mapping[str, Grade]
    works: Mapping[str, Work]
    anchors: frozenset[str] = frozenset()
    statement: tuple[str, str] = ("line", "")
    lines: Iterator[int] = field(default_factory=lambda: count(1))
    shared: Shared = field(default_factory=Shared)
    assumed: dict[str, Line] = field(default_factory=dict)
    beside: str = ""

    def inside(self, name: str, number: str) -> Page:
        """The same for the lines of a statement."""
        return replace(self, statement=(name, f"{number}."), lines=count(1), assumed={})

    def line(self) -> Line:
        """The next line."""
        (name, before), number = self.statement, next(self.lines)
        return Line(f"{name}-{number}", f"{before}{number}")

    def prose(self, text: str) -> Markup:
        """Prose markup as HTML."""
        return joined(self._glued(inlines(text)))

    def each(self, form: str, texts: Iterable[str]) -> Markup:
        """Every prose in `texts` in a copy of `form`, e.g. <li>{}</li>."""
        return joined(Markup(form).format(self.prose(text)) for text in texts)

    def _glued(self, pieces: tuple[Inline, ...]) -> Iterator[Markup]:
        """The pieces in order; a formula keeps the comma after it on its line."""
        following = (*pieces, Text(""))[1:]
        carried = 0  # characters of this text that were set with the formula before it
        for piece, after in zip(pieces, following, strict=True):
            match piece, after:
                case Math(), Text(text) if (count := len(text) - len(text.lstrip(",.;:!?)"))) > 0:
                    yield Markup('<span class="nobreak">{}{}</span>').format(
                        self.inline(piece), text[:count]
                    )
                    carried = count
                case Text(text), _:
                    yield Markup("{}").format(text[carried:])
                    carried = 0
                case _:
                    yield self.inline(piece)

    def inline(self, inline: Inline) -> Markup:
        """One inline element."""
        match inline:
            case Text(text):
                return Markup("{}").format(text)
            case Math(latex):
                return mathml(latex, source=False)
            case Emphasis(inner):
                return Markup("<em>{}</em>").format(joined(self._glued(inner)))
            case Strong(inner):
                return Markup("<strong>{}</strong>").format(joined(self._glued(inner)))
            case Link(address, inner):
                return Markup('<a href="{}">{}</a>').format(address, joined(self._glued(inner)))
            case Footnote(inner):
                # Beside the sentence, for it is read there.
                return Markup('<small class="footnote" role="note"> {}</small>').format(
                    joined(self._glued(inner))
                )
            case Code(text):
                return Markup("<code>{}</code>").format(text)
            case Mark(grade):
                return self.marks((grade,))
            case Reference(name):
                return Markup('<a href="#{}">{}</a>').format(name, str(self.targets[name]))
            case Citation(key, aside, place):
                said = self.works[key].cited(aside, place)
                return Markup('<a href="#{}">{}</a>').format(key, said)

    def marks(self, grades: Iterable[str]) -> Markup:
        """The evidence marks, with their names as a tooltip; the legend has the meaning."""
        given = tuple(grades)
        if not given:
            return Markup("")
        named = ", ".join(phrase(grade.replace("_", " ")) for grade in given)
        letters = joined(Markup("<b>{}</b>").format(self.grades[g].letter) for g in given)
        return Markup('<span class="mark" role="img" title="{}">{}</span>').format(named, letters)


def reached(latex: str) -> Markup:
    """What lets the keyboard scroll a displayed formula that may be too wide."""
    if formula_width(latex) <= _NARROW:
        return Markup("")
    return Markup(' tabindex="0" role="group" aria-label="{}"').format(phrase("Formula"))


def source(code: str) -> Markup:
    """Source code between tags, where quotation marks stand for themselves."""
    return Markup(html.escape(code, quote=False))


def joined(pieces: Iterable[Markup]) -> Markup:
    """The pieces one after another."""
    return Markup("").join(pieces)
