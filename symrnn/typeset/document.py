"""A lecture as data: what LaTeX and HTML both say, before either says it.

A `Document` is a tree of the blocks of `symrnn.typeset.blocks`. Everything that can be referred to
carries a name, and `targets` gives each its kind and number once, so that no backend counts on its
own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from symrnn.errors import IllFormedError
from symrnn.typeset.bibliography import Work
from symrnn.typeset.blocks import (
    Algorithm,
    Block,
    Chain,
    Display,
    Figure,
    Graph,
    Heading,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Result,
    Section,
    StatementBlock,
    Table,
    walk,
)
from symrnn.typeset.grades import GRADES, Grade
from symrnn.typeset.prose import Citation, Mark, Reference, references
from symrnn.typeset.words import phrase


@dataclass(frozen=True)
class Target:
    """What a name refers to: ("Figure", "2") is printed *Figure 2*, an equation *(2)*."""

    kind: str
    number: str

    def __str__(self) -> str:
        return (
            f"({self.number})" if self.kind == "Equation" else f"{phrase(self.kind)} {self.number}"
        )


@dataclass(frozen=True)
class Document:
    """A lecture: title, author and blocks; it is dated only where it is told the date.

    `date` is printed as it stands; `language` is a tag such as `en` or `de`, for hyphenation and
    for who reads the page aloud.

    Building one checks it: names are unique and well formed, every reference resolves, every
    evidence mark is in `legend`. Raises `IllFormedError` naming the culprit.
    """

    title: str
    author: str = ""
    subtitle: str = ""
    abstract: str = ""
    blocks: tuple[Block, ...] = ()
    legend: tuple[Grade, ...] = GRADES
    works: tuple[Work, ...] = ()
    institute: str = ""
    date: str = ""
    language: str = "en"

    def __post_init__(self) -> None:
        names = Counter(name for name, _ in _named(self.blocks))
        for name, count in names.items():
            if count > 1:
                raise IllFormedError(f"document: the name `{name}` is used {count} times")
            if not re.fullmatch(r"[\w:.-]+", name):
                raise IllFormedError(f"document: `{name}` can not be a name; use letters, -, _, :")
        grades = {grade.name for grade in self.legend}
        works = {work.key for work in self.works}
        for text in prose_of(self):
            for found in references(text):
                _check(found, grades, names, works)
        for badge in _badges(self.blocks):
            _check(Mark(badge), grades, names, works)

    @property
    def targets(self) -> Mapping[str, Target]:
        """Kind and number of everything that has a name, in the order of the document."""
        return MappingProxyType(dict(_named(self.blocks)))

    @property
    def works_cited(self) -> tuple[Work, ...]:
        """The works that the prose cites, in the order of the list of works."""
        found = (found for text in prose_of(self) for found in references(text))
        keys = {each.key for each in found if isinstance(each, Citation)}
        return tuple(work for work in self.works if work.key in keys)

    @property
    def grades_used(self) -> tuple[Grade, ...]:
        """The part of the legend whose marks appear anywhere, strongest first."""
        written = {
            found.grade
            for text in prose_of(self)
            for found in references(text)
            if isinstance(found, Mark)
        }
        used = written.union(_badges(self.blocks))
        return tuple(grade for grade in reversed(self.legend) if grade.name in used)


def _named(blocks: tuple[Block, ...]) -> Iterator[tuple[str, Target]]:
    counts: Counter[str] = Counter()
    for block in walk(blocks):
        kind, name = _kind(block)
        if name:
            counts[kind] += 1
            number = block.number if isinstance(block, StatementBlock) else counts[kind]
            yield name, Target(kind, str(number))


def _kind(block: Block) -> tuple[str, str]:
    match block:
        case Section(label=label):
            return "Section", label
        case StatementBlock(name=name):
            return "Statement", name
        case Display(label=label):
            return "Equation", label
        case Figure(name=name) | Graph(name=name) | Picture(name=name):
            return "Figure", name
        case Algorithm(label=label):
            return "Algorithm", label
        case Table(label=label):
            return "Table", label
        case _:
            return "", ""


def _check(
    found: Reference | Mark | Citation, grades: set[str], names: Counter[str], works: set[str]
) -> None:
    match found:
        case Mark(grade) if grade not in grades:
            raise IllFormedError(
                f"document: `{grade}` is no grade of evidence",
                {"expected": ", ".join(sorted(grades)), "came": grade},
            )
        case Reference(name) if name not in names:
            raise IllFormedError(
                f"document: `[[{name}]]` refers to nothing",
                {"known names": ", ".join(names)},
            )
        case Citation(key) if key not in works:
            raise IllFormedError(
                f"document: `[[@{key}]]` cites no work of the document",
                {"known works": ", ".join(sorted(works))},
            )
        case _:
            pass


def prose_of(document: Document) -> Iterator[str]:
    """All prose of a document, in its order."""
    yield from (document.title, document.subtitle, document.author, document.abstract)
    yield from (document.institute, document.date)
    yield from texts(document.blocks)


def texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    """All prose of blocks, and of what stands in them."""
    for block in walk(blocks):
        match block:
            case Paragraph(text) | Heading(text):
                yield text
            case Section(title=title):
                yield title
            case StatementBlock():
                yield from (block.title, block.prose, block.reason)
                yield from (*block.hypotheses, *block.counterexamples)
                yield from (
                    text for claim in block.claims for text in (claim.condition, claim.note)
                )
            case Chain(rows, title, backing=backing):
                yield from (title, *(row.justification for row in rows))
                for detail in (row.detail for row in rows if row.detail is not None):
                    yield from (detail.rule, detail.condition, detail.remark)
                if backing is not None:
                    yield from (backing.assumed, *backing.checked)
            case Result(title=title, claims=claims, hypotheses=hypotheses):
                yield from (title, *hypotheses)
                yield from (text for claim in claims for text in (claim.condition, claim.note))
            case Algorithm(title=title, caption=caption):
                yield from (title, caption)
            case Figure(caption=caption) | Listing(caption=caption) | Graph(caption=caption):
                yield caption
            case Picture(caption=caption):
                yield caption
            case Table():
                yield from (block.caption, *block.header)
                yield from (cell for row in block.rows for cell in row)
            case Display() | Items() | Quote():
                pass  # what stands in them is walked over


def _badges(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in walk(blocks):
        match block:
            case StatementBlock():
                yield from block.grades
            case Chain(rows):
                yield from (badge for row in rows for badge in row.evidence)
            case _:
                pass
