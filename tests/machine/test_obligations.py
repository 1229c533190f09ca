"""Generated files: what stands in them, and how the prover's answer is read."""

from __future__ import annotations

import pytest

from symrnn.machine.obligations import (
    DIFFERS,
    Obligation,
    Planted,
    axioms,
    obligation_file,
    refusals,
)

FAILED = "The command has indeed failed with message:\n"
REFUSED = f"{FAILED}Tactic failure: {DIFFERS}.\n"


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        (REFUSED + REFUSED, (True, True)),
        (f"{REFUSED}{FAILED}Timeout!\n", (True, False)),
        (f"{FAILED}Syntax error: illegal begin of vernac.\n{REFUSED}", (False, True)),
        (f"{FAILED}The reference nowhere was not found.\n{REFUSED}", (False, True)),
        (REFUSED, (False, False)),
        ("", (False, False)),
    ],
)
def test_only_a_different_proposition_counts_as_refused(
    said: str, refused: tuple[bool, ...]
) -> None:
    assert refusals(said, 2) == refused


def test_axioms_are_read_off_the_end() -> None:
    said = "noise : nat\nAxioms:\nb.second : forall x,\n  x = x\nfirst\n  : nat\n"
    assert axioms(said) == ("b.second", "first")
    assert axioms("Closed under the global context\n") == ()


def test_each_closing_line_is_known() -> None:
    true = Obligation("a label", "the_theorem", "  forall n : nat,\n  n = n")
    wrong = Planted("a sign", Obligation("a label", "the_theorem", "  forall n : nat, n = 0"))
    made = obligation_file("name", [true], [wrong])
    lines = made.source.text.splitlines()
    (number,) = made.closing
    assert lines[number - 1] == (
        "Definition closed_1 : claim_1 := ltac:(close claim_1 @the_theorem)."
    )
    assert made.source.requires == ("vocabulary", "name_claims")
    assert any(line.startswith("Fail Timeout") for line in lines)
    assert lines[-1] == "Print Assumptions proved."
