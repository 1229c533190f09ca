"""How much of a derivation is shown."""

from __future__ import annotations

from symrnn.typeset.blocks import Chain, Row
from symrnn.typeset.detail import key_lines


def test_a_line_that_reads_as_the_one_before_is_no_key_line() -> None:
    rows = (
        Row("", "a"),
        Row("=", "b", "chain rule", key=True),
        Row("=", "b", "algebra"),
    )
    assert key_lines(Chain(rows)).rows == rows[:2]
    bounded = (*rows[:2], Row(r"\le", "b", "bound", key=True))
    assert key_lines(Chain(bounded)).rows == bounded
    # An empty product reads I = I: a chain has a line.
    trivial = (Row("", "I"), Row("=", "I", "empty product"))
    assert key_lines(Chain(trivial)).rows == trivial
