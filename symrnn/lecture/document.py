"""From evidence to a document: every formula is printed from the expression that was proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symrnn.errors import IllFormedError
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.appendices import appendices
from symrnn.lecture.outline import CHAPTERS, Chapter
from symrnn.lecture.references import WORKS
from symrnn.lecture.statements import Writer, statement_block
from symrnn.recurrence.elman import RNN
from symrnn.typeset.blocks import Block, Paragraph, Section
from symrnn.typeset.document import Document
from symrnn.verify.evidence import Evidence

TITLE = "Exploding and vanishing gradients"
SUBTITLE = "The derivation, with the evidence beside each line"


def lecture(
    evidence: Sequence[Evidence],
    rnn: RNN,
    extra: Mapping[str, Sequence[Block]],
    ending: Block,
    notation: Notation = LECTURE,
) -> Document:
    """The lecture as a document.

    Args:
        evidence: of every statement, each after those it uses.
        rnn: the recurrence that was proved.
        extra: blocks to stand with a statement, by its name, after the derivations.
        ending: the section about the network.
        notation: how quantities are lettered.
    """
    by_name = {each.statement.name: each for each in evidence}
    chapters = [*CHAPTERS, *_others(by_name)]
    order = [name for chapter in chapters for name in chapter.statements if name in by_name]
    _require_order(order, by_name)
    number = {name: place for place, name in enumerate(order, start=1)}
    writer = Writer(notation, number)
    sections: list[Block] = []
    for chapter in chapters:
        names = [name for name in chapter.statements if name in by_name]
        if not names:
            continue
        blocks: list[Block] = [Paragraph(writer.prose(chapter.opening))]
        for name in names:
            blocks.append(statement_block(by_name[name], rnn, writer, extra.get(name, ())))
        sections.append(Section(chapter.title, chapter.label, tuple(blocks)))
    return Document(
        title=TITLE,
        subtitle=SUBTITLE,
        abstract=_abstract(evidence),
        blocks=(*sections, ending, *appendices(evidence, order, by_name, rnn, writer)),
        works=WORKS,
    )


def _abstract(evidence: Sequence[Evidence]) -> str:
    steps = sum(chain.steps for each in evidence for chain in each.chains)
    faults = sum(len(each.faults) for each in evidence)
    lived = sum(not fault.caught for each in evidence for fault in each.faults)
    caught = f"{lived} of them lived" if lived else "every one was caught"
    return (
        "Why does a recurrent network forget, and why does its training sometimes break down? "
        f"Both questions are answered here from one recurrence, by {len(evidence)} statements and "
        f"{steps} steps. Every displayed line carries its reason, a rule that a program applied "
        "and checked for symbolic sizes and times, and beside it the marks of the evidence. The "
        "lines were also written out in entries at small sizes, their derivatives taken by scalar "
        "differentiation, and evaluated at random and adversarial points against differences "
        f"through the recurrence. {faults} slips were planted among the claims, and {caught}."
    )


def _others(by_name: Mapping[str, Evidence]) -> list[Chapter]:
    known = {name for chapter in CHAPTERS for name in chapter.statements}
    rest = tuple(name for name in by_name if name not in known)
    opening = "These statements were added to the lecture's own."
    return [Chapter("Further statements", "further", rest, opening)] if rest else []


def _require_order(order: list[str], by_name: Mapping[str, Evidence]) -> None:
    for place, name in enumerate(order):
        for used in by_name[name].statement.uses:
            if used in order[place:]:
                raise IllFormedError(
                    f"the lecture shows `{name}` before `{used}`, which it uses",
                    {"expected": f"{used} first", "order": " → ".join(order)},
                )
