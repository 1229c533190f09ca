"""The slides of a document: the frames of the arc that it has, and frames of the common kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.arc import ACTS
from symrnn.lecture.statements import Writer
from symrnn.typeset.blocks import Algorithm, Figure, StatementBlock, walk
from symrnn.typeset.deck import (
    Act,
    Claims,
    Deck,
    Fails,
    Frame,
    Item,
    Lines,
    Pictures,
    Points,
    Shown,
)
from symrnn.typeset.document import Document


def deck(document: Document, notation: Notation = LECTURE) -> Deck:
    """The slides of a document, their words in markup.

    Of the lecture's own arc stands what the document has; statements that the arc does not know
    follow with frames of the common kind: the claims, each chain, what fails otherwise.
    """
    has = _Contents(document, notation)
    kept = (Act(act.title, tuple(filter(None, map(has.part_of, act.frames)))) for act in ACTS)
    acts = [act for act in kept if act.frames]
    named = {item.statement for act in ACTS for f in act.frames for item in f.items
             if isinstance(item, Claims)}  # fmt: skip
    others = [block for name, block in has.statements.items() if name not in named]
    if others:
        acts.insert(-1, Act("Further statements", tuple(f for s in others for f in _common(s))))
    return Deck(tuple(acts))


class _Contents:
    """What a document has, by the names that frames use."""

    def __init__(self, document: Document, notation: Notation) -> None:
        self._notation = notation
        blocks = tuple(walk(document.blocks))
        self.statements = {b.name: b for b in blocks if isinstance(b, StatementBlock)}
        self.names = {b.name for b in blocks if isinstance(b, Figure)}
        self.names |= {b.label for b in blocks if isinstance(b, Algorithm)}

    def part_of(self, frame: Frame) -> Frame | None:
        """The frame with what the document has of it; None where that is words alone."""
        items = tuple(map(self._in_markup, filter(self._has, frame.items)))
        shows = any(not isinstance(item, Points) for item in items)
        if not shows and any(not isinstance(item, Points) for item in frame.items):
            return None
        return Frame(self._marked(frame.title), items, self._marked(frame.notes))

    def _marked(self, text: str) -> str:
        return Writer(self._notation, {}).prose(text)

    def _in_markup(self, item: Item) -> Item:
        if isinstance(item, Points):
            return replace(item, items=tuple(map(self._marked, item.items)))
        return item

    def _has(self, item: Item) -> bool:
        match item:
            case Points():
                return True
            case Shown(name):
                return name in self.names
        block = self.statements.get(item.statement)
        if block is None:
            return False
        match item:
            case Claims(parts=parts):
                return set(parts) <= {claim.part for claim in block.claims}
            case Lines(part=part, stage=stage):
                return (part, stage) in {(chain.part, chain.stage) for chain in block.chains}
            case Pictures():
                return bool(block.illustrations)
            case Fails(which=which):
                return len(block.counterexamples) > max(which, default=0)
        raise AssertionError(item)


def _common(block: StatementBlock) -> Iterator[Frame]:
    """The frames of any statement."""
    yield Frame(block.title, (Claims(block.name),))
    for chain in block.chains:
        lines = Lines(block.name, chain.part, chain.stage)
        yield Frame(chain.title or block.title, (lines,))
    if block.counterexamples:
        yield Frame("What fails otherwise", (Fails(block.name),))
