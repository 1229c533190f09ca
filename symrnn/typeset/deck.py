"""A selection from a document, frame by frame: what slides show, and in which order.

A `Deck` names statements, parts, figures and algorithms of a `Document`; it holds words of its
own, but no formula that the document has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from symrnn.typeset.blocks import Block


@dataclass(frozen=True)
class Body:
    """A block of words: a paragraph, a list, whose items are revealed one by one, a table, …"""

    block: Block


@dataclass(frozen=True)
class Claims:
    """The claims in a statement's box, with what it assumes; by label, all of them by default."""

    statement: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Why:
    """Why a statement's claims hold, in a sentence, instead of its lines."""

    statement: str


@dataclass(frozen=True)
class Lines:
    """A chain of a statement, revealed line by line.

    part: the label of the part it proves.
    stage: of an induction, "base case" or "step".
    key: the key lines only.
    """

    statement: str
    part: str = ""
    stage: str = ""
    key: bool = False


@dataclass(frozen=True)
class Pictures:
    """A statement's displays: shapes under braces, the matrix with its dots."""

    statement: str


@dataclass(frozen=True)
class Fails:
    """Counterexamples of a statement, by their place; all of them by default."""

    statement: str
    which: tuple[int, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A figure, an algorithm or a table, by its name in the document."""

    name: str


Item = Body | Claims | Why | Lines | Pictures | Fails | Shown


@dataclass(frozen=True)
class Frame:
    """One idea: the title says its point, the items show it; `notes` are for the speaker.

    A frame that `joins` may stand on the one before, below its title, where one of them has little;
    one that `goes_on` needs no title there.
    """

    title: str
    items: tuple[Item, ...]
    notes: str = ""
    joins: bool = False
    goes_on: bool = False

    def with_(self, *items: Item, notes: str = "") -> Frame:
        """The frame with more on it."""
        said = "\n\n".join(filter(None, (self.notes, notes)))
        return replace(self, items=(*self.items, *items), notes=said)


@dataclass(frozen=True)
class Act:
    """A run of frames under one heading."""

    title: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Deck:
    """The whole of the slides."""

    acts: tuple[Act, ...]
