"""From evidence to a document: every formula is printed from the expression that was proved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from symrnn.cells.from_text import UNNAMED
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.appendices import appendices, set_aside
from symrnn.lecture.deck import BEHIND
from symrnn.lecture.lettering import as_typed, in_parts
from symrnn.lecture.outline import Outline
from symrnn.lecture.pieces import Given, Piece, Place, Title, rewritten
from symrnn.lecture.project import Project
from symrnn.lecture.references import WORKS, cited
from symrnn.lecture.statements import Writer, statement_block
from symrnn.theory.about import Subject
from symrnn.theory.applicable import Asides
from symrnn.typeset.blocks import (
    Algorithm,
    Block,
    Figure,
    Heading,
    Result,
    Section,
    StatementBlock,
)
from symrnn.typeset.document import Document
from symrnn.typeset.prose import escaped
from symrnn.typeset.unicode_maths import with_maths
from symrnn.typeset.words import phrase, speaking
from symrnn.verify.evidence import Evidence


def writer_of(
    outline: Outline, evidence: Sequence[Evidence], notation: Notation, rnn: Subject
) -> Writer:
    """The writer of a lecture: its statements are numbered as they stand, then the others."""
    names = [each.statement.name for each in evidence]
    placed = [place.name for place in outline.places() if place.name in names]
    order = list(dict.fromkeys(placed))
    order += [name for name in names if name not in order]
    numbers = {name: number for number, name in enumerate(order, start=1)}
    return Writer(notation, numbers, in_parts(rnn))


def words_of(project: Project, notation: Notation) -> Callable[[str], str]:
    """The prose of a lecture's outline as a document has it.

    What is typed as Unicode is lettered in the notation, or as the cell has it that the lecture is
    about; what stands between dollars stays as it was typed. A lecturer's own words are never
    changed; ours are true of any cell and layout.
    """

    def write(text: str) -> str:
        said = re.sub(r"\s+", " ", text)
        return with_maths(cited(said), typed) if project.own else ours.prose(said)

    ours, typed = Writer(notation, {}), as_typed(notation)
    return write


def document_of(
    project: Project,
    evidence: Sequence[Evidence],
    rnn: Subject,
    notation: Notation = LECTURE,
    extra: Mapping[str, Sequence[Block]] | None = None,
    ending: Sequence[Block] = (),
    asides: Asides | None = None,
    *,
    cell_named: bool = False,
) -> Document:
    """A lecture as a document.

    Args:
        project: its outline. Sections of which no statement has evidence are left out of
            symrnn's own lectures.
        evidence: of every statement, each after those it uses.
        rnn: the recurrence that was proved.
        notation: how quantities are lettered.
        extra: blocks to stand with a statement, by its name, after the derivations; those that
            the outline places stand there instead.
        ending: what follows the sections of the outline.
        asides: the statements of the outline that do not speak of the cell.
        cell_named: whether the subtitle of a lecture of symrnn's own has the name of the cell, as
            where it was asked for.
    """
    # Who writes a lecture has said what it is about.
    named_so = cell_named and not project.own
    with speaking(project.prose.front.language):
        made = _document(project, evidence, rnn, notation, extra or {}, ending, asides or {})
    return replace(made, subtitle=_with_cell(made.subtitle, rnn)) if named_so else made


def _document(
    project: Project,
    evidence: Sequence[Evidence],
    rnn: Subject,
    notation: Notation,
    extra: Mapping[str, Sequence[Block]],
    ending: Sequence[Block],
    asides: Asides,
) -> Document:
    outline, write = project.prose, words_of(project, notation)
    by_name = {each.statement.name: each for each in evidence}
    writer = writer_of(outline, evidence, notation, rnn)
    made = _Blocks(by_name, rnn, writer, write, extra, outline)
    opening = tuple(made.opening(outline.front.opening))
    sections = []
    for place, part in enumerate(outline.parts, start=1):
        blocks = tuple(made.of(part.pieces))
        asked = any(isinstance(piece, Place) for piece in part.pieces)
        # Of another cell a lecture of symrnn's own is shorter; what somebody wrote stays.
        if (
            project.own
            or not asked
            or any(isinstance(b, StatementBlock | Figure | Algorithm) for b in blocks)
        ):
            sections.append(Section(write(part.title.text), f"section-{place}", blocks))
    behind = [name for name in writer.number if name not in made.placed]
    if behind:
        sections.append(
            Section(phrase(BEHIND), "builds-on", tuple(made.statement(n) for n in behind))
        )
    front, keys = outline.front, {work.key for work in project.works}
    said = [write(text) for given in outline.abstract for text in _paragraphs(given)]
    if rnn.cell.reference:
        source = escaped(rnn.cell.reference)
        said.append(phrase("Source of the cell: {source}.", source=source))
    if not project.own:
        said.append(_summary(evidence))
    return Document(
        title=write(outline.title),
        subtitle=write(front.subtitle),
        author=front.author,
        institute=front.institute,
        date=front.date,
        language=front.language,
        abstract="\n\n".join(said),
        blocks=(
            *opening,
            *sections,
            *ending,
            *set_aside(project.library, asides, writer),
            *appendices(evidence, tuple(by_name), by_name, rnn, writer),
        ),
        works=(*project.works, *(work for work in WORKS if work.key not in keys)),
    )


def _with_cell(given: str, rnn: Subject) -> str:
    """A subtitle with the name of the cell, where it has one of its own."""
    if rnn.cell.name == UNNAMED:
        return given
    return ". ".join(filter(None, (rnn.cell.name.replace("_", " "), given)))


def _paragraphs(given: Given) -> Iterator[str]:
    yield given.block.text  # type: ignore[union-attr]  # the outline holds nothing else there


class _Blocks:
    """The blocks of an outline's pieces."""

    def __init__(
        self,
        evidence: Mapping[str, Evidence],
        rnn: Subject,
        writer: Writer,
        write: Callable[[str], str],
        extra: Mapping[str, Sequence[Block]],
        outline: Outline,
    ) -> None:
        self.evidence, self.rnn, self.writer, self.write = evidence, rnn, writer, write
        self.placed = {place.name for place in outline.places()}
        first = set(outline.front.opening)
        drawn = [block for blocks in extra.values() for block in blocks]
        self.drawn = {
            name: block for block in drawn if (name := _name(block)) in self.placed - first
        }
        self.first = {name: block for block in drawn if (name := _name(block)) in first}
        elsewhere = self.placed | first
        self.extra = {
            statement: [block for block in blocks if _name(block) not in elsewhere]
            for statement, blocks in extra.items()
        }

    def opening(self, names: Sequence[str]) -> Iterator[Block]:
        """What stands before the sections: pictures, and the claims of what will be proved."""
        for name in names:
            if name in self.first:
                yield self.first[name]
            elif name in self.evidence:
                block = self.statement(name)
                yield Result(name, block.title, block.claims, block.hypotheses)

    def of(self, pieces: Sequence[Piece]) -> Iterator[Block]:
        """The blocks; what only slides show is left out."""
        for piece in pieces:
            match piece:
                case Given(block=block):
                    yield rewritten(block, self.write)
                case Title(text=text):
                    yield Heading(self.write(text))
                case Place(name=name) if name in self.evidence:
                    yield self.statement(name, dict(piece.options))
                case Place(name=name) if name in self.drawn:
                    yield self.drawn[name]
                case _:
                    pass

    def statement(self, name: str, options: Mapping[str, str] | None = None) -> StatementBlock:
        block = statement_block(
            self.evidence[name], self.rnn, self.writer, self.extra.get(name, ())
        )
        options = options or {}
        title = self.write(options["title"]) if "title" in options else block.title
        return replace(block, title=title, detail=options.get("detail", ""))


def _name(block: Block) -> str:
    match block:
        case Figure(name=name) | Algorithm(label=name):
            return name
        case _:
            return ""


def _summary(evidence: Sequence[Evidence]) -> str:
    steps = sum(chain.steps for each in evidence for chain in each.chains)
    faults = sum(len(each.faults) for each in evidence)
    lived = sum(not fault.caught for each in evidence for fault in each.faults)
    caught = f"{lived} of them lived" if lived else "every one was caught"
    return (
        f"There are {len(evidence)} statements and {steps} steps. Every displayed line carries "
        "its reason, a rule that a program applied "
        "and checked for symbolic sizes and times, and beside it the marks of the evidence. The "
        "lines were also written out in entries at small sizes, their derivatives taken by scalar "
        "differentiation, and evaluated at random and adversarial points against differences "
        f"through the recurrence. {faults} slips were planted among the claims, and {caught}."
    )
