"""The markup of prose: the few inline forms a lecture needs, tokenised once for all backends.

    plain text   $maths$   *emphasis*   **strong**   `code`   [[name]]   [[#grade]]   [[@work]]
    [[@work|aside]]   [[@work|aside|p. 3]]   [[@work|within|p. 3]]
    [[>https://address|a link|]]   [[^|a footnote|]]

`[[name]]` refers to whatever carries that name (statement, section, equation, figure, …),
`[[#derived]]` prints an evidence mark, `[[@pascanu2013]]` speaks of a work in the sentence and
`[[@pascanu2013|aside]]` cites it in parentheses. A backslash before one of ``$ * ` [ \\`` makes it
ordinary text. A blank line separates paragraphs. Text is escaped by the backend, maths is passed
through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symrnn.errors import ParseError
from symrnn.typeset.plain_maths import unicode_of
from symrnn.typeset.words import phrase


@dataclass(frozen=True)
class Text:
    """Ordinary words; a backend escapes them."""

    text: str


@dataclass(frozen=True)
class Math:
    """Inline mathematics in LaTeX, without its dollars."""

    latex: str


@dataclass(frozen=True)
class Emphasis:
    """Stressed words; anything but emphasis may stand inside."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True)
class Strong:
    """Words in bold."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True)
class Link:
    """Words that lead to an address: `https:`, `http:` or `mailto:`."""

    address: str
    inlines: tuple[Inline, ...]


@dataclass(frozen=True)
class Footnote:
    """What is said below the text, where this stands."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True)
class Code:
    """A piece of source, set verbatim."""

    text: str


@dataclass(frozen=True)
class Reference:
    """A pointer to the thing called `name`."""

    name: str


@dataclass(frozen=True)
class Mark:
    """An evidence mark; `grade` is a name in the document's legend."""

    grade: str


@dataclass(frozen=True)
class Citation:
    """A work spoken of in the sentence, Pascanu et al. (2013); or `aside`, in parentheses."""

    key: str
    aside: bool = False
    place: str = ""
    """Where in it, in parentheses: p. 3."""


Inline = (
    Text | Math | Emphasis | Strong | Link | Footnote | Code | Reference | Mark | Citation
)  # fmt: skip
Holder = Emphasis | Strong | Link | Footnote
"""What other inlines stand in."""

# Tried in this order at every position. An escape wins over what it escapes; an opening sign
# that reaches no closing sign matches none of the spans and is reported as an error.
_TOKEN = re.compile(
    r"""
      \\(?P<escape>[$*`\[\\])
    | \$(?P<math>(?:[^$\\]|\\.)+)\$
    | `(?P<code>[^`]+)`
    | \[\[\#(?P<mark>[\w-]+)\]\]
    | \[\[@(?P<aside>[\w:.+/-]+\|aside(?:\|[^\[\]|]*)?)\]\]
    | \[\[@(?P<citation>[\w:.+/-]+(?:\|within\|[^\[\]|]*)?)\]\]
    | \[\[>(?P<link>[^\s|]+)\|
    | (?P<note>\[\[\^\|)
    | (?P<end>\|\]\])
    | \[\[(?P<reference>[\w:.-]+)\]\]
    | (?P<stars>\*\*?)
    | (?P<open>\$|`|\[\[)
    | (?P<text>[^\\$*`\[|]+|\\|\[|\|)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass
class _Open:
    """What has been opened and not yet closed: by which sign, where, and what stands in it."""

    sign: str
    at: int
    address: str = ""
    inside: list[Inline] = field(default_factory=list)

    def closed(self) -> Inline:
        inner = _merged(self.inside)
        match self.sign:
            case "*":
                return Emphasis(inner)
            case "**":
                return Strong(inner)
            case "[[>":
                return Link(self.address, inner)
            case _:
                return Footnote(inner)


def inlines(prose: str) -> tuple[Inline, ...]:
    """The inline elements of one paragraph of markup.

    Runs of white space in text count as one blank; adjacent text is merged. Raises `ParseError`
    when a ``$``, a backquote, ``[[``, ``*`` or ``**`` is never closed, with its column marked.
    """
    finished: list[Inline] = []
    opened: list[_Open] = []
    for match in _TOKEN.finditer(prose):
        group, here = match.lastgroup, opened[-1].inside if opened else finished
        sign = match["stars"] or ("|]]" if group == "end" else "")
        closes = opened and (
            opened[-1].sign == sign or (sign == "|]]" and opened[-1].sign in ("[[>", "[[^"))
        )
        if closes:
            done = opened.pop().closed()
            (opened[-1].inside if opened else finished).append(done)
        elif sign in ("*", "**"):
            opened.append(_Open(sign, match.start()))
        elif group == "link":
            opened.append(_Open("[[>", match.start(), match["link"]))
        elif group == "note":
            opened.append(_Open("[[^", match.start()))
        else:
            here.append(_inline(match, prose))
    if opened:
        raise _unclosed(prose, opened[-1].at, opened[-1].sign)
    return _merged(finished)


def paragraphs(prose: str) -> tuple[str, ...]:
    """The paragraphs of a longer text: the non-empty pieces between blank lines."""
    return tuple(piece for raw in re.split(r"\n\s*\n", prose) if (piece := raw.strip()))


def listed(items: Sequence[str]) -> str:
    """One or more items in a sentence: a, b and c."""
    return phrase(" and ").join(filter(None, (", ".join(items[:-1]), items[-1])))


def plain(prose: str) -> str:
    """The prose without markup, for bookmarks, titles and labels read aloud.

    Maths is reduced to its letters and signs; Greek commands become Greek letters.
    """
    return "".join(_plain(inline) for inline in inlines(prose)).strip()


def references(prose: str) -> Iterator[Reference | Mark | Citation]:
    """Every reference, evidence mark and citation in the prose, in order."""
    for inline in flat(inlines(prose)):
        match inline:
            case Reference() | Mark() | Citation():
                yield inline
            case _:
                pass


def flat(pieces: tuple[Inline, ...]) -> Iterator[Inline]:
    """Every inline, outer before inner."""
    for piece in pieces:
        yield piece
        if isinstance(piece, Holder):
            yield from flat(piece.inlines)


def escaped(text: str) -> str:
    """Plain text as markup that stands for it."""
    # A bracket at the end would open a reference together with one that follows.
    return re.sub(r"[\\$*`]|\[(?=\[|$)|\|(?=\]\])", _escape, text)


def _escape(found: re.Match[str]) -> str:
    # A bar has no escape of its own: a space keeps it from closing anything.
    return "| " if found[0] == "|" else f"\\{found[0]}"


def _inline(match: re.Match[str], prose: str) -> Inline:
    group = match.lastgroup
    if group == "open":
        raise _unclosed(prose, match.start(), match["open"])
    body = match[group or 0]
    match group:
        case "math":
            return Math(body.strip())
        case "code":
            return Code(body)
        case "reference":
            return Reference(body)
        case "mark":
            return Mark(body)
        case "citation":
            key, _, place = body.partition("|within|")
            return Citation(key, place=place)
        case "aside":
            key, place = body.split("|aside", 1)
            return Citation(key, aside=True, place=place.removeprefix("|"))
        case _:
            return Text(body)


def _merged(pieces: list[Inline]) -> tuple[Inline, ...]:
    merged: list[Inline] = []
    for piece in pieces:
        match merged[-1:], piece:
            case [Text(before)], Text(after):
                merged[-1] = Text(before + after)
            case _:
                merged.append(piece)
    return tuple(
        Text(re.sub(r"\s+", " ", piece.text)) if isinstance(piece, Text) else piece
        for piece in merged
    )


def _unclosed(prose: str, position: int, sign: str) -> ParseError:
    start = prose.rfind("\n", 0, position) + 1
    stop = prose.find("\n", position)
    line = prose[start : stop if stop >= 0 else len(prose)]
    column = position - start
    first = max(0, column - 50)
    return ParseError(
        f"prose: `{sign}` at column {column + 1} is never closed",
        {"text": line[first : first + 90], "": " " * (column - first) + "^"},
    )


def _plain(inline: Inline) -> str:
    match inline:
        case Text(text) | Code(text):
            return text
        case Math(latex):
            return unicode_of(latex)
        case Footnote():
            return ""
        case Emphasis(inner) | Strong(inner) | Link(inlines=inner):
            return "".join(_plain(piece) for piece in inner)
        case Reference(name) | Mark(name) | Citation(name):
            return name
