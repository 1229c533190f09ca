from __future__ import annotations

import pytest

from symrnn import rules as by
from symrnn.cells.elman import elman
from symrnn.theory.rule import Rule
from symrnn.typeset.justification import words

RNN = elman()

CASES: list[tuple[Rule, str]] = [
    (by.algebra, "algebra"),
    (by.chain_rule(RNN.a[RNN.j]), "chain rule ($a_{j}$)"),
    (by.homogeneous.backwards, "homogeneity of the norm, read backwards"),
    (by.uses("bptt"), "by [[bptt]]"),
    (by.uses_bound("bptt", "clip"), "by [[bptt]] and clip"),
    (by.uses("here"), "shown above"),
    (by.uses_bound("bptt", (RNN.tau, RNN.t)), "by [[bptt]]"),
    (by.entry_by_entry("bptt", (RNN.tau, RNN.s[RNN.t])), "entry by entry ([[bptt]])"),
    (by.root_of_bound("here"), "root of both sides (shown above)"),
]


@pytest.mark.parametrize(("rule", "said"), CASES, ids=[said for _, said in CASES])
def test_a_rule_is_said_in_words(rule: Rule, said: str) -> None:
    assert words(rule, {"bptt", "here"}, "here") == said
