"""What a deck shows, found in its document by name: statements, lines, claims, figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import (
    Algorithm,
    Block,
    Chain,
    Claim,
    Display,
    Figure,
    Picture,
    StatementBlock,
    walk,
)
from symrnn.typeset.deck import Body, Claims, Deck, Lines
from symrnn.typeset.detail import key_lines, reason
from symrnn.typeset.document import Document, Target
from symrnn.typeset.heights import WIDE, Layout
from symrnn.typeset.latex_text import escape, prose
from symrnn.typeset.paging import Contents
from symrnn.typeset.prose import Citation


@dataclass(frozen=True)
class Source:
    """The document, by what a deck names."""

    document: Document
    statements: Mapping[str, StatementBlock]
    named: Mapping[str, Block]
    framed: frozenset[str]
    """Statements whose claims have a frame, which can be linked to."""
    layout: Layout = WIDE
    unsaid: Mapping[Lines, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = field(
        default_factory=dict
    )
    """What lines rest on that no frame says before them: assumed, and earlier claims."""
    own: Mapping[str, Target] = field(default_factory=dict)
    """The formulas that slides alone have, numbered after those of the document."""

    def statement(self, name: str) -> StatementBlock:
        if name not in self.statements:
            raise missing("statement", name, self.statements)
        return self.statements[name]

    def chain(self, lines: Lines) -> Chain:
        chains = self.statement(lines.statement).chains
        for chain in chains:
            if (chain.part, chain.stage) == (lines.part, lines.stage):
                assumed, earlier = self.unsaid.get(lines, (chain.assumed, chain.earlier))
                chain = replace(chain, assumed=assumed, earlier=earlier)
                return key_lines(chain) if lines.key else chain
        known = {f"{chain.part}, {chain.stage}".rstrip(", "): chain for chain in chains}
        raise missing(f"part of `{lines.statement}`", f"{lines.part}, {lines.stage}", known)

    def claims(self, item: Claims) -> tuple[Claim, ...]:
        block = self.statement(item.statement)
        known = {claim.part: claim for claim in block.claims}
        for part in item.parts:
            if part not in known:
                raise missing(f"claim of `{item.statement}`", part, known)
        return tuple(known[part] for part in item.parts) or block.claims

    def reason(self, name: str) -> str:
        block = self.statement(name)
        return block.reason or reason(block)

    @property
    def contents(self) -> Contents:
        return Contents(self.statement, self.chain, self.claims, self.reason, self.layout)

    def prose(self, text: str) -> str:
        grades = {grade.name: grade for grade in self.document.legend}
        return prose(text, self.targets, grades, self._reference, self._citation)

    @property
    def targets(self) -> Mapping[str, Target]:
        """What has a name, in the document or on slides alone."""
        return {**self.own, **self.document.targets}

    def number(self, label: str) -> str:
        return str(self.targets[label])

    def _citation(self, cited: Citation) -> str:
        work = next(work for work in self.document.works if work.key == cited.key)
        return escape(work.cited(cited.aside, cited.place))

    def _reference(self, name: str) -> str:
        shown = str(self.targets[name]).replace(" ", "~")
        return rf"\hyperlink{{{name}}}{{{shown}}}" if name in self.framed else shown

    def marks(self, grades: tuple[str, ...]) -> str:
        letters = {grade.name: grade.letter for grade in self.document.legend}
        return "".join(rf"\evidence{{{letters[grade]}}}" for grade in grades)


def missing(kind: str, name: str, known: Mapping[str, object]) -> IllFormedError:
    """What is raised where a deck names what is not there."""
    return IllFormedError(
        f"the slides show a {kind} that the document does not have",
        {"expected": ", ".join(known), "got": repr(name)},
    )


def source_of(document: Document, deck: Deck, layout: Layout = WIDE) -> Source:
    """The document, by what the deck names."""
    blocks = tuple(walk(document.blocks))
    statements = {block.name: block for block in blocks if isinstance(block, StatementBlock)}
    named: dict[str, Block] = {b.name: b for b in blocks if isinstance(b, Figure | Picture)}
    named |= {block.label: block for block in blocks if isinstance(block, Algorithm)}
    items = (item for act in deck.acts for frame in act.frames for item in frame.items)
    framed = frozenset(item.statement for item in items if isinstance(item, Claims))
    source = Source(document, statements, named, framed, layout, own=_own(document, deck))
    return replace(source, unsaid=_unsaid(deck, source))


def _own(document: Document, deck: Deck) -> dict[str, Target]:
    """Numbers of the formulas that have a name on frames and none in the document."""
    items = (item for act in deck.acts for frame in act.frames for item in frame.items)
    blocks = walk(tuple(item.block for item in items if isinstance(item, Body)))
    labels = dict.fromkeys(block.label for block in blocks if isinstance(block, Display))
    new = [label for label in labels if label and label not in document.targets]
    before = sum(each.kind == "Equation" for each in document.targets.values())
    return {label: Target("Equation", str(place)) for place, label in enumerate(new, before + 1)}


def _unsaid(
    deck: Deck, source: Source
) -> dict[Lines, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]:
    """For the lines on frames, what they rest on that stands on no frame before them."""
    facts: set[str] = set()
    parts: set[tuple[str, str]] = set()
    found: dict[Lines, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {}
    for item in (item for act in deck.acts for frame in act.frames for item in frame.items):
        if isinstance(item, Claims):
            claims = source.claims(item)
            facts.update(fact for claim in claims for fact in claim.assumed)
            parts.update((item.statement, claim.part) for claim in claims)
        if isinstance(item, Lines) and item not in found:
            chain, name = source.chain(item), item.statement
            earlier = tuple(each for each in chain.earlier if (name, each[0]) not in parts)
            found[item] = tuple(fact for fact in chain.assumed if fact not in facts), earlier
            facts.update(chain.assumed)
            parts.update((name, part) for part in (item.part, *(part for part, _ in earlier)))
    return found
