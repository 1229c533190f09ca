"""A selection from a document, frame by frame: what slides show, and in which order.

A `Deck` names statements, parts, figures and algorithms of a `Document`; it holds words of its
own, but no formula that the document has.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Points:
    """Short sentences of prose markup, revealed one after the other."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Claims:
    """The claims in a statement's box, with what it assumes; by label, all of them by default."""

    statement: str
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lines:
    """A chain of a statement, revealed line by line.

    part: the label of the part it proves.
    stage: of an induction, "base case" or "step".
    """

    statement: str
    part: str = ""
    stage: str = ""


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


Item = Points | Claims | Lines | Pictures | Fails | Shown


@dataclass(frozen=True)
class Frame:
    """One idea: the title says its point, the items show it; `notes` are for the speaker."""

    title: str
    items: tuple[Item, ...]
    notes: str = ""


@dataclass(frozen=True)
class Act:
    """A run of frames under one heading."""

    title: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class Deck:
    """The whole of the slides."""

    acts: tuple[Act, ...]
