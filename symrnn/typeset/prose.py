"""The markup of prose: the few inline forms a lecture needs, tokenised once for all backends.

    plain text   $maths$   *emphasis*   `code`   [[name]]   [[#grade]]   [[@work]]

`[[name]]` refers to whatever carries that name (statement, section, equation, figure, …),
`[[#derived]]` prints an evidence mark and `[[@pascanu2013]]` cites a work. A backslash before one
of ``$ * ` [ \\`` makes it ordinary text. A blank line separates paragraphs. Text is escaped by
the backend, maths is passed through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symrnn.errors import ParseError
from symrnn.typeset.plain_maths import unicode_of


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
    """Stressed words; maths, code and references may stand inside, emphasis may not."""

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
    """A work spoken of in the sentence: Pascanu et al. (2013)."""

    key: str


Inline = Text | Math | Emphasis | Code | Reference | Mark | Citation

# Tried in this order at every position. An escape wins over what it escapes; an opening sign
# that reaches no closing sign matches none of the spans and is reported as an error.
_TOKEN = re.compile(
    r"""
      \\(?P<escape>[$*`\[\\])
    | \$(?P<math>(?:[^$\\]|\\.)+)\$
    | `(?P<code>[^`]+)`
    | \[\[\#(?P<mark>[\w-]+)\]\]
    | \[\[@(?P<citation>\w+)\]\]
    | \[\[(?P<reference>[\w:.-]+)\]\]
    | (?P<star>\*)
    | (?P<open>\$|`|\[\[)
    | (?P<text>[^\\$*`\[]+|\\|\[)
    """,
    re.VERBOSE | re.DOTALL,
)


def inlines(prose: str) -> tuple[Inline, ...]:
    """The inline elements of one paragraph of markup.

    Runs of white space in text count as one blank; adjacent text is merged. Raises `ParseError`
    when a ``$``, a backquote, ``[[`` or ``*`` is never closed, with its column marked.
    """
    finished: list[Inline] = []
    emphasised: list[Inline] = []
    opened_at: int | None = None
    for match in _TOKEN.finditer(prose):
        if match["star"]:
            if opened_at is None:
                opened_at = match.start()
                continue
            finished.append(Emphasis(_merged(emphasised)))
            emphasised, opened_at = [], None
            continue
        (finished if opened_at is None else emphasised).append(_inline(match, prose))
    if opened_at is not None:
        raise _unclosed(prose, opened_at, "*")
    return _merged(finished)


def paragraphs(prose: str) -> tuple[str, ...]:
    """The paragraphs of a longer text: the non-empty pieces between blank lines."""
    return tuple(piece for raw in re.split(r"\n\s*\n", prose) if (piece := raw.strip()))


def escaped(text: str) -> str:
    """Text as markup that shows just this text."""
    return re.sub(r"[$*`\[\\]", r"\\\g<0>", text)


def listed(items: Sequence[str]) -> str:
    """One or more items in a sentence: a, b and c."""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def plain(prose: str) -> str:
    """The prose without markup, for bookmarks, titles and labels read aloud.

    Maths is reduced to its letters and signs; Greek commands become Greek letters.
    """
    return "".join(_plain(inline) for inline in inlines(prose)).strip()


def references(prose: str) -> Iterator[Reference | Mark | Citation]:
    """Every reference, evidence mark and citation in the prose, in order."""
    for inline in inlines(prose):
        match inline:
            case Reference() | Mark() | Citation():
                yield inline
            case Emphasis(inner):
                yield from (
                    piece for piece in inner if isinstance(piece, Reference | Mark | Citation)
                )
            case _:
                pass


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
            return Citation(body)
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
        case Emphasis(inner):
            return "".join(_plain(piece) for piece in inner)
        case Reference(name) | Mark(name) | Citation(name):
            return name
