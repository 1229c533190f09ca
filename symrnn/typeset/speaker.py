"""What the speaker says to each item of a frame, in LaTeX: from the document, like the slides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from symrnn.typeset.blocks import Algorithm, Claim, Figure, Picture, Row, StatementBlock
from symrnn.typeset.prose import listed, paragraphs
from symrnn.typeset.unicode_maths import with_maths
from symrnn.typeset.words import phrase

Prose = Callable[[str], str]
"""Prose markup as LaTeX."""

COMPUTED_AGAIN = (
    "Each example is computed again, in exact arithmetic, whenever the lecture is built; what it "
    "contradicts is then seen to fail."
)

_SIGNS = re.compile(r"[\\$*`\[]")
"""What would be markup in plain text."""


def to_claims(
    block: StatementBlock, shown: Sequence[Claim], known: bool, prose: Prose
) -> Iterator[str]:
    """The statement's prose; where it is `known` from an earlier frame, what is claimed here."""
    if not known:
        yield from map(prose, paragraphs(block.prose))
    named = [_named(claim) for claim in shown if claim.note]
    if named and (known or len(shown) < len(block.claims)):
        yield prose(
            phrase("Of {statement}, here: {parts}.", statement=_ref(block), parts="; ".join(named))
        )
    if known and block.hypotheses:
        yield prose(" ".join(block.hypotheses))
    grades = ", ".join(phrase(grade.replace("_", " ")) for grade in block.grades)
    yield prose(phrase("Evidence: {grades}.", grades=grades))


def _named(claim: Claim) -> str:
    return f"{claim.note} ({claim.condition})" if claim.condition else claim.note


def to_lines(rows: Sequence[Row], assumed: str, prose: Prose) -> Iterator[str]:
    """The rule of each line in words, each rule once, and what is assumed for them.

    `rows` are without the left side.
    """
    lines: dict[str, list[int]] = {}
    conditions: dict[str, None] = {}
    for number, row in enumerate(rows, start=1):
        lines.setdefault(_why(row), []).append(number)
        if row.detail and row.detail.condition:
            conditions[row.detail.condition] = None
    if assumed:
        conditions[phrase("assumed here: {facts}", facts=assumed)] = None
    for words, numbers in lines.items():
        which = phrase("Line" if len(numbers) == 1 else "Lines")
        yield prose(f"{which} {listed([str(number) for number in numbers])}. {words}")
    if conditions:
        yield prose(phrase("Where it holds: {conditions}.", conditions="; ".join(conditions)))


def _why(row: Row) -> str:
    if row.detail is None:
        return row.justification
    # Which statement is used stands in the justification alone.
    used = f" ({row.justification})" if "[[" in row.justification else ""
    return row.detail.rule + used


def to_figure(figure: Figure | Picture, prose: Prose) -> Iterator[str]:
    """Its caption, and what is to be seen."""
    yield prose(figure.caption)
    yield prose(with_maths(_SIGNS.sub(r"\\\g<0>", figure.alt)))


def to_algorithm(algorithm: Algorithm, prose: Prose) -> Iterator[str]:
    """What it is called, and what is said below it."""
    yield prose(" ".join(filter(None, (f"{algorithm.title}.", algorithm.caption))))


def to_failures(block: StatementBlock, prose: Prose) -> Iterator[str]:
    """What stands against the counterexamples, and what they are worth."""
    yield prose(phrase("Against these stands {statement}.", statement=_titled(block)))
    if block.hypotheses:
        yield prose(" ".join(block.hypotheses))
    yield prose(phrase(COMPUTED_AGAIN))


def to_picture(block: StatementBlock, prose: Prose) -> Iterator[str]:
    """Which statement is written out."""
    yield prose(phrase("This writes out {statement}.", statement=_titled(block)))


def _ref(block: StatementBlock) -> str:
    return f"[[{block.name}]]"


def _titled(block: StatementBlock) -> str:
    return f"{_ref(block)}: {block.title}"
