"""Every counterexample of the lecture is a theorem of its name as well."""

from __future__ import annotations

import pytest

from symrnn.lecture.machine import theorems
from symrnn.theory.library import load

PROVED = {name for source in theorems().values() for name in source.theorems}
COUNTEREXAMPLES = [
    (statement.name, each.name)
    for statement in load().values()
    for each in statement.counterexamples
]


@pytest.mark.parametrize(("statement", "name"), COUNTEREXAMPLES)
def test_a_counterexample_is_a_theorem(statement: str, name: str) -> None:
    assert name in PROVED, f"{statement}: no theorem {name} in proofs/coq"
