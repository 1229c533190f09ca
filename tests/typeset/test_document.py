from __future__ import annotations

from collections.abc import Callable

import pytest

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import (
    Block,
    Chain,
    Claim,
    Display,
    Paragraph,
    Row,
    Section,
    StatementBlock,
    Table,
    walk,
)
from symrnn.typeset.document import Document, Target


def statement(**changes: object) -> StatementBlock:
    fields: dict[str, object] = {"number": 3, "name": "bptt", "title": "T", "claims": (Claim("x"),)}
    return StatementBlock(**(fields | changes))  # type: ignore[arg-type]


def test_targets_are_numbered_by_kind_in_reading_order(lecture: Document) -> None:
    assert dict(lecture.targets) == {
        "jacobian": Target("Section", "1"),
        "recurrence": Target("Statement", "1"),
        "step": Target("Equation", "1"),
        "step_jacobian": Target("Statement", "6"),
        "decay": Target("Section", "2"),
        "slopes": Target("Figure", "1"),
        "norm_bound": Target("Statement", "10"),
        "norm_decay": Target("Figure", "2"),
        "remedies": Target("Section", "3"),
        "clip": Target("Algorithm", "1"),
        "tbptt": Target("Algorithm", "2"),
        "dot": Target("Figure", "3"),
        "uses": Target("Figure", "4"),
        "evidence": Target("Table", "1"),
    }
    assert str(lecture.targets["step"]) == "(1)"
    assert str(lecture.targets["slopes"]) == "Figure 1"


def test_the_legend_has_what_is_used_strongest_first(lecture: Document) -> None:
    assert [grade.name for grade in lecture.grades_used] == ["derived", "explicit", "sampled"]


def test_walk_goes_into_sections_statements_and_their_blocks(lecture: Document) -> None:
    kinds = [type(block).__name__ for block in walk(lecture.blocks)]
    assert kinds.count("Chain") == 3
    assert kinds.count("Figure") == 2


BAD: list[tuple[Callable[[], object], str]] = [
    (lambda: Document("T", blocks=(statement(), statement())), "`bptt` is used 2 times"),
    (lambda: Document("T", blocks=(Paragraph("[[no]]"),)), "`[[no]]` refers to nothing"),
    (lambda: Document("T", blocks=(statement(prose="[[no]]"),)), "refers to nothing"),
    (lambda: Document("T", blocks=(statement(grades=("sure",)),)), "`sure` is no grade"),
    (lambda: Document("T", blocks=(Paragraph("[[#sure]]"),)), "`sure` is no grade"),
    (lambda: Document("T", blocks=(Display("x", "a b"),)), "`a b` can not be a name"),
    (lambda: Chain((Row("", "x"),)), "at least one further row"),
    (lambda: Chain((Row("=", "x"), Row("=", "y"))), "the first row has no relation"),
    (lambda: Chain((Row("", "x"), Row("", "y"))), "every further row has one"),
    (lambda: Table(("a", "b"), (("1",),)), "row 0 has 1 cells, the header has 2"),
    (lambda: Table(("a",), (), columns="xx"), "must be 1 letters"),
    (lambda: Table(("a",), (), caption="c"), "caption and label go together"),
    (lambda: Section("A", "a", (Section("B", "b", ()),)), "can not stand inside a section"),
]


@pytest.mark.parametrize(("build", "message"), BAD, ids=[message for _, message in BAD])
def test_an_inconsistent_document_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(IllFormedError) as caught:
        build()
    assert message in str(caught.value)


def test_a_long_column_wraps_by_itself() -> None:
    table = Table(("a", "b"), (("1", "words " * 9),))
    assert table.alignment == "lp"
    assert Table(("a", "b"), (("1", "2"),), columns="rc").alignment == "rc"


def test_every_kind_of_block_is_in_the_sample(lecture: Document) -> None:
    seen = {type(block) for block in walk(lecture.blocks)}
    assert seen == set(Block.__args__)
