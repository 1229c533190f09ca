"""The outline of a lecture: its text, section by section, and where statements stand in it.

    ---
    author: The Author
    language: en
    ---
    # The title

    An abstract, if there is one.

    ## A section

    Prose with $maths$, *emphasis* and references such as [[two_steps]].

    [[two_steps]]{detail=steps title="Its title here"}

A paragraph that is nothing but a reference is where that stands: a statement of the folder or of
symrnn's own lectures, a figure or an algorithm. `symrnn.lecture.markdown` says what else is read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from symrnn.errors import NotSupportedError, ParseError, SymrnnError
from symrnn.lecture.front_matter import FrontMatter, split
from symrnn.lecture.markdown import Image, read
from symrnn.lecture.pieces import Given, Notes, Piece, Place, Title
from symrnn.typeset.blocks import Display, Paragraph, walk
from symrnn.typeset.detail import DETAILS
from symrnn.typeset.document import texts
from symrnn.typeset.mathml import mathml
from symrnn.typeset.prose import Citation, Math, Reference, flat, inlines

SHOWS = ("claims", "lines", "fails", "picture")
"""What of a statement a place may ask for; all of it by default."""

OPTIONS: Mapping[str, Collection[str] | None] = {
    "detail": DETAILS,
    "title": None,
    "show": SHOWS,
    "part": None,
    "stage": None,
}
"""What may stand behind a place, and its values; None for any text."""

# These would change what TeX makes of everything after them.
_UNSAFE = re.compile(r"(?<!\\)%|\\(?:[egx]?def|let|(?:re)?newcommand|providecommand)\b")


@dataclass(frozen=True)
class Part:
    """A section: its title, and what stands in it."""

    title: Title
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Outline:
    """What a lecture's text says."""

    file: str
    front: FrontMatter
    title: str
    abstract: tuple[Given, ...]
    parts: tuple[Part, ...]

    def places(self) -> Iterator[Place]:
        """Where statements, figures and algorithms stand, in order."""
        for part in self.parts:
            for piece in part.pieces:
                if isinstance(piece, Place):
                    yield piece

    def shown(self) -> Iterator[str]:
        """Names of what is shown, in order: before the sections, and in them."""
        yield from self.front.opening
        yield from (place.name for place in self.places())

    def named(self) -> Iterator[str]:
        """Every name that stands somewhere or is referred to, in order."""
        for text in self.texts():
            yield from (each.name for each in flat(inlines(text)) if isinstance(each, Reference))
        yield from self.shown()

    def texts(self) -> Iterator[str]:
        """All prose, in markup, in order."""
        yield from (text for text, _ in self._prose())

    def check(self, places: Collection[str], works: Collection[str]) -> None:
        """Raise `ParseError` with the line of what can not be typeset.

        Args:
            places: names of what can stand somewhere, and be referred to.
            works: the keys that can be cited.
        """
        known = {*places, *self._labels()}
        for text, line in self._prose():
            check_prose(text, self.file, line, known, works)
        opening = [(name, self.front.lines["opening"]) for name in self.front.opening]
        for name, line in (*opening, *((place.name, place.line) for place in self.places())):
            if name not in places:
                raise self._refused(
                    line, f"`[[{name}]]` refers to nothing", ", ".join(sorted(places))
                )

    def require_once(self, names: Collection[str], drawn: Collection[str]) -> None:
        """Raise `ParseError` where one of the names stands twice.

        What is drawn and opens the lecture stands there; of a statement, only the claims do.
        """
        opening = {name for name in self.front.opening if name in drawn}
        seen = dict.fromkeys(opening, self.front.lines.get("opening", 1))
        for place in self.places():
            if place.name in names and seen.setdefault(place.name, place.line) != place.line:
                raise ParseError(
                    f"{self.file}, line {place.line}: `{place.name}` stands here a second time",
                    {"first on line": seen[place.name]},
                )

    def _refused(self, line: int, what: str, expected: str) -> ParseError:
        return ParseError(f"{self.file}, line {line}: {what}", {"expected": expected})

    def _given(self) -> Iterator[Given]:
        yield from self.abstract
        for part in self.parts:
            yield from (piece for piece in part.pieces if isinstance(piece, Given))

    def _labels(self) -> Iterator[str]:
        for given in self._given():
            for block in walk((given.block,)):
                if isinstance(block, Display) and block.label:
                    yield block.label

    def _prose(self) -> Iterator[tuple[str, int]]:
        yield self.title, self.front.lines.get("title", 1)
        for given in self._given():
            yield from ((text, given.line) for text in texts((given.block,)))
            for block in walk((given.block,)):
                if isinstance(block, Display):
                    yield f"${block.latex}$", given.line
        for part in self.parts:
            yield part.title.text, part.title.line
            for piece in part.pieces:
                match piece:
                    case Title() | Notes():
                        yield piece.text, piece.line
                    case Place(options=options):
                        yield from ((value, piece.line) for key, value in options if key == "title")
                    case _:
                        pass


def outline(text: str, file: str, image: Image, title: str = "") -> Outline:
    """The outline that a text is; raises `ParseError` with the line that is wrong.

    Args:
        text: all of the file.
        file: its name, for messages.
        image: finds a picture.
        title: of a text that needs none of its own.
    """
    front, text = split(text, file)
    pieces = list(read(text, file, image))
    title = front.title or title
    if front.title:
        pieces = _below_the_title(pieces, front.title, file)
    elif pieces and isinstance(pieces[0], Title) and pieces[0].level == 1:
        title = pieces.pop(0).text  # type: ignore[union-attr]
    if not title:
        line = pieces[0].line if pieces else 1
        raise ParseError(f"{file}, line {line}: the title is missing", {"expected": "# The title"})
    author = _author(pieces)
    if author and front.author:
        raise ParseError(
            f"{file}, line {pieces[0].line}: the author is given twice",
            {"expected": "one author, or a list in the front matter"},
        )
    if author:
        front = replace(front, author=author)
        pieces = pieces[1:]
    abstract: list[Given] = []
    parts: list[tuple[Title, list[Piece]]] = []
    for piece in pieces:
        if isinstance(piece, Title) and piece.level == 2:
            parts.append((piece, []))
        elif isinstance(piece, Title) and piece.level == 1:
            raise ParseError(
                f"{file}, line {piece.line}: no such heading",
                {"expected": "## A section", "got": f"# {piece.text}"},
            )
        elif parts:
            if isinstance(piece, Place):
                _check_options(piece, file)
            parts[-1][1].append(piece)
        elif not (isinstance(piece, Given) and isinstance(piece.block, Paragraph)):
            kind = "a statement" if isinstance(piece, Place) else "this"
            raise ParseError(
                f"{file}, line {piece.line}: {kind} stands in a section",
                {"expected": "## A section above it"},
            )
        else:
            abstract.append(piece)
    sections = tuple(Part(head, tuple(inside)) for head, inside in parts)
    return Outline(file, front, title, tuple(abstract), sections)


def _below_the_title(pieces: list[Piece], title: str, file: str) -> list[Piece]:
    """The pieces of a text whose title stands in the front matter: then # is a section as well.

    A first heading that says the title again is no section.
    """
    match pieces[:1]:
        case [Title(text, 1)] if text == title:
            pieces = pieces[1:]
    if not any(isinstance(each, Title) and each.level == 1 for each in pieces):
        return pieces
    lowered: list[Piece] = []
    for each in pieces:
        if isinstance(each, Title) and each.level > 2:
            raise ParseError(
                f"{file}, line {each.line}: no such heading below # as a section",
                {"expected": "# A section, ## a heading in it", "got": f"### {each.text}"},
            )
        lowered.append(replace(each, level=each.level + 1) if isinstance(each, Title) else each)
    return lowered


def _author(pieces: list[Piece]) -> str:
    match pieces[:1]:
        case [Given(Paragraph(text))] if text.startswith("by ") and "\n" not in text:
            return text[3:].strip()
        case _:
            return ""


def _check_options(place: Place, file: str) -> None:
    keys = [key for key, _ in place.options]
    for key, value in place.options:
        if key != "part" and keys.count(key) > 1:
            raise ParseError(
                f"{file}, line {place.line}: `{key}` is given twice", {"expected": f"one {key}"}
            )
        if key not in OPTIONS:
            raise ParseError(
                f"{file}, line {place.line}: `{key}` is said of no statement",
                {"expected": ", ".join(OPTIONS), "got": f"{key}={value}"},
            )
        allowed = OPTIONS[key]
        if allowed is not None and value not in allowed:
            raise ParseError(
                f"{file}, line {place.line}: `{key}` has no such value",
                {"expected": ", ".join(allowed), "got": value},
            )


def check_prose(
    text: str, file: str, line: int, known: Collection[str], works: Collection[str] | None = None
) -> None:
    """Raise `ParseError`, naming file and line, for markup, maths or a reference that is wrong."""
    where = f"{file}, line {line}"
    try:
        for piece in flat(inlines(text)):
            match piece:
                case Math(latex):
                    _check_maths(latex)
                case Reference(name) if name not in known:
                    raise ParseError(
                        f"`[[{name}]]` refers to nothing", {"expected": ", ".join(sorted(known))}
                    )
                case Citation(key) if works is not None and key not in works:
                    raise ParseError(
                        f"`@{key}` is in no bibliography", {"expected": ", ".join(sorted(works))}
                    )
                case _:
                    pass
    except SymrnnError as error:
        raise ParseError(f"{where}: {error.message}", error.detail) from error


def _check_maths(latex: str) -> None:
    unsafe = _UNSAFE.search(latex)
    if unsafe is not None:
        raise NotSupportedError(f"`{unsafe[0]}` can not stand in a formula", {"formula": latex})
    mathml(latex)
