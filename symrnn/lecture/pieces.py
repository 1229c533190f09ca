"""What a lecturer's text is made of, in its order: blocks, headings, places, cuts and notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symrnn.typeset.blocks import Block, Heading, Items, Paragraph, Picture, Quote, Table


@dataclass(frozen=True)
class Given:
    """A block of the lecturer's own, its prose as it was written, and where it begins."""

    block: Block
    line: int


@dataclass(frozen=True)
class Title:
    """A heading of one of the levels 1, 2 and 3, in markup."""

    text: str
    level: int
    line: int


@dataclass(frozen=True)
class Place:
    """Where a statement, a figure or an algorithm stands, and how: `{key=value …}` behind it."""

    name: str
    line: int
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cut:
    """Where a new frame begins: a rule, `---`."""

    line: int


@dataclass(frozen=True)
class Notes:
    """What the speaker says, in markup."""

    text: str
    line: int


Piece = Given | Title | Place | Cut | Notes


def rewritten(block: Block, write: Callable[[str], str]) -> Block:
    """A block with all its prose rewritten."""
    match block:
        case Paragraph(text):
            return Paragraph(write(text))
        case Heading(text):
            return Heading(write(text))
        case Items(items, first):
            return Items(tuple(tuple(rewritten(b, write) for b in item) for item in items), first)
        case Quote(blocks):
            return Quote(tuple(rewritten(inner, write) for inner in blocks))
        case Picture(name, caption, alt, images):
            return Picture(name, write(caption), alt, images)
        case Table(header, rows, columns=columns):
            cells = tuple(tuple(map(write, row)) for row in rows)
            return Table(tuple(map(write, header)), cells, columns=columns)
        case _:
            return block
