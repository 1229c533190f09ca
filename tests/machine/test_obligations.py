"""Generated files: what stands in them, and how the prover's answer is read."""

from __future__ import annotations

import pytest

from symrnn.machine.assumed import axioms, listings, objections, unaccepted
from symrnn.machine.obligations import (
    DIFFERS,
    Closing,
    Obligation,
    Planted,
    claims_file,
    closing_file,
    refusals,
    slips_file,
)
from symrnn.machine.sources import USER, Source

FAILED = "The command has indeed failed with message:\n"
REFUSED = f"{FAILED}Tactic failure: {DIFFERS}.\n"
OURS = Obligation("a label", "name_a_label_claim", "  forall n : nat,\n  n = n")
RIGHT = "claims.name.name_a_label_printed"


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


def test_axioms_are_read_from_the_whole_list() -> None:
    said = "Axioms:\nb.second : forall x,\n  x = x\nfirst\n  : nat\n"
    assert axioms(said) == ("b.second", "first")
    assert axioms("Closed under the global context\n") == ()


def test_several_lists_of_axioms_are_told_apart() -> None:
    lists = ["Axioms:\nb.second : forall x,\n  x = x", "Closed under the global context"]
    assert [axioms(each) for each in listings("\n".join([*lists, lists[0], ""]))] == [
        ("b.second",),
        (),
        ("b.second",),
    ]
    assert listings("noise\nAxioms:\nfirst : nat\n") == []


@pytest.mark.parametrize(
    "said",
    [
        "",
        "noise\nAxioms:\nfirst : nat\n",
        "Axioms:\nfirst : nat\nlater is assumed to be guarded.\n",
        "Closed under the global context\nAxioms:\nfirst : nat\n",
    ],
)
def test_what_is_no_list_of_axioms_is_none(said: str) -> None:
    assert axioms(said) is None


def test_only_known_axioms_may_be_used() -> None:
    used = ("boolp.functional_extensionality_dep", "classic", "proof_admitted", "classic.wish")
    assert unaccepted(used) == ("proof_admitted", "classic.wish")


SUMMARY = """\

CONTEXT SUMMARY
===============

* Theory: Set is predicative

* Axioms:
    Coq.Logic.Classical_Prop.classic
{axiom}
* Constants/Inductives relying on type-in-type: <none>

* Constants/Inductives relying on unsafe (co)fixpoints:{loop}

* Inductives whose positivity is assumed: <none>
"""


def test_a_summary_without_assumptions_of_ours_is_accepted() -> None:
    assert objections(SUMMARY.format(axiom="", loop=" <none>")) == []


@pytest.mark.parametrize(
    ("axiom", "loop", "objection"),
    [
        ("    user.mine.wish\n", " <none>", "user.mine.wish is assumed"),
        ("    symrnn.bptt.wish\n", " <none>", "symrnn.bptt.wish is assumed"),
        ("", "\n    user.mine.f", "user.mine.f was accepted without checking that recursion ends"),
        ("", "\n    Coq.f", "Coq.f was accepted without checking that recursion ends"),
    ],
)
def test_what_is_assumed_or_unchecked_is_an_objection(
    axiom: str, loop: str, objection: str
) -> None:
    assert objections(SUMMARY.format(axiom=axiom, loop=loop)) == [objection]


@pytest.mark.parametrize(
    "context",
    [
        "",
        SUMMARY.replace("predicative", "impredicative"),
        SUMMARY.replace("* Axioms:", ""),
        SUMMARY.format(axiom="", loop="").replace("* Inductives whose", "* Inductives that"),
    ],
)
def test_half_a_summary_is_none(context: str) -> None:
    assert objections(context) == ["the independent checker gave no summary"]


def test_a_proposition_is_a_definition_over_our_vocabulary() -> None:
    made = claims_file("name", [OURS])
    lines = made.source.text.splitlines()
    assert made.source.module == "claims.name"
    assert made.source.requires == ("vocabulary",)
    (first, *_, last) = made.items
    assert lines[first - 1 : last] == [
        "(* a label *)",
        "Definition name_a_label_printed : Prop :=",
        "  forall n : nat,",
        "  n = n.",
    ]


def test_what_is_to_be_closed_stands_before_what_closes_it() -> None:
    file = Source("name_claims", "", USER)
    made = closing_file("name", [Closing("a label", RIGHT, OURS.theorem, file)])
    lines = made.source.text.splitlines()
    loaded = lines.index("From user Require name_claims.")
    assert lines[:loaded] == [
        "From claims Require name.",
        "Theorem closed :",
        f"  {RIGHT} /\\",
        "  True.",
        "Proof.",
    ]
    (number,) = made.items
    assert number > loaded
    assert f"(conj (@user.name_claims.{OURS.theorem}) _)" in lines[number - 1]
    assert not any("Import" in line for line in lines)
    assert lines[-1] == "Print Assumptions closed."


def test_slips_are_compared_where_no_theorem_is_loaded() -> None:
    wrong = Planted("a sign", Obligation("a label", OURS.theorem, "  forall n : nat, n = 0"), RIGHT)
    made = slips_file("name_slips", [wrong])
    assert made.source.requires == ("vocabulary", "claims.name")
    assert any(line.startswith("Fail Timeout") for line in made.source.text.splitlines())
