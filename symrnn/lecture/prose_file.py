"""The text of a user's lecture: a title, sections, paragraphs, and where the statements stand.

    # The title
    by The Author

    An abstract, if there is one.

    ## A section

    Prose with $maths$, *emphasis*, `code` and references such as [[two_steps]].

    [[two_steps]]

A paragraph that is nothing but a reference is where that statement stands.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from symrnn.errors import NotSupportedError, ParseError, SymrnnError
from symrnn.typeset.mathml import mathml
from symrnn.typeset.prose import Emphasis, Inline, Math, Reference, inlines

_PLACE = re.compile(r"\[\[([\w:.-]+)\]\]")
# These would change what TeX makes of everything after them.
_UNSAFE = re.compile(r"(?<!\\)%|\\(?:[egx]?def|let|(?:re)?newcommand|providecommand)\b")


@dataclass(frozen=True)
class Said:
    """A piece of prose, and the line of the file on which it begins."""

    text: str
    line: int

    @property
    def place(self) -> str | None:
        """The statement that stands here, where the piece is that and nothing else."""
        found = _PLACE.fullmatch(self.text)
        return found[1] if found else None


@dataclass(frozen=True)
class Part:
    """A section: its title, its paragraphs and places of statements."""

    title: Said
    pieces: tuple[Said, ...]


@dataclass(frozen=True)
class ProseFile:
    """What the file says."""

    name: str
    title: Said
    author: Said | None
    abstract: tuple[Said, ...]
    parts: tuple[Part, ...]

    @property
    def order(self) -> tuple[str, ...]:
        """The statements in the order in which they stand."""
        pieces = (piece for part in self.parts for piece in part.pieces)
        return tuple(piece.place for piece in pieces if piece.place is not None)

    def check(self, statements: Collection[str]) -> None:
        """Raise `ParseError` with the line of what cannot be typeset.

        Args:
            statements: the names that may be referred to.
        """
        seen: dict[str, int] = {}
        for piece in self._pieces():
            check_prose(piece.text, self.name, piece.line, statements)
            if piece.place is not None and seen.setdefault(piece.place, piece.line) != piece.line:
                raise ParseError(
                    f"{self.name}, line {piece.line}: `{piece.place}` stands here a second time",
                    {"first on line": seen[piece.place]},
                )

    def _pieces(self) -> Iterator[Said]:
        yield self.title
        if self.author is not None:
            yield self.author
        yield from self.abstract
        for part in self.parts:
            yield part.title
            yield from part.pieces


def read(text: str, name: str) -> ProseFile:
    """The prose of a file called `name`; raises `ParseError` with the line that is wrong."""
    blocks = list(_blocks(text))
    if not blocks or not blocks[0].text.startswith("# "):
        line = blocks[0].line if blocks else 1
        raise ParseError(f"{name}, line {line}: the title is missing", {"expected": "# The title"})
    first, *rest = blocks
    author: Said | None = None
    if rest and rest[0].text.startswith("by "):
        author = Said(rest[0].text[3:].strip(), rest[0].line)
        rest = rest[1:]
    abstract: list[Said] = []
    parts: list[tuple[Said, list[Said]]] = []
    for block in rest:
        if block.text.startswith("## "):
            parts.append((Said(block.text[3:].strip(), block.line), []))
        elif re.match(r"#+( |$)", block.text):
            raise ParseError(
                f"{name}, line {block.line}: no such heading",
                {"expected": "## A section", "got": block.text},
            )
        elif parts:
            parts[-1][1].append(block)
        elif block.place is not None:
            raise ParseError(
                f"{name}, line {block.line}: a statement stands in a section",
                {"expected": "## A section above it", "got": block.text},
            )
        else:
            abstract.append(block)
    return ProseFile(
        name,
        Said(first.text[2:].strip(), first.line),
        author,
        tuple(abstract),
        tuple(Part(title, tuple(pieces)) for title, pieces in parts),
    )


def _blocks(text: str) -> Iterator[Said]:
    """Headings and the author's line by themselves; other lines joined up to the next blank one."""
    begun, lines = 0, list[str]()
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        stripped = line.strip()
        alone = stripped.startswith("#") or (stripped.startswith("by ") and not lines)
        if lines and (alone or not stripped):
            yield Said("\n".join(lines), begun)
            lines = []
        if alone:
            yield Said(stripped, number)
        elif stripped:
            begun = begun if lines else number
            lines.append(stripped)


def check_prose(text: str, file: str, line: int, statements: Collection[str]) -> None:
    """Raise `ParseError`, naming file and line, for markup, maths or a reference that is wrong."""
    where = f"{file}, line {line}"
    try:
        for piece in _flat(inlines(text)):
            match piece:
                case Math(latex):
                    _check_maths(latex)
                case Reference(name) if name not in statements:
                    raise ParseError(
                        f"`[[{name}]]` refers to nothing", {"expected": ", ".join(statements)}
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


def _flat(pieces: tuple[Inline, ...]) -> Iterator[Inline]:
    for piece in pieces:
        yield piece
        if isinstance(piece, Emphasis):
            yield from piece.inlines
