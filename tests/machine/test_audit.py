"""What the theorems rest on: none is left out of the audit, and nothing is assumed by us.

That the prover prints the golden list is tested beside the theorems, which it has to compile.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn.lecture.machine import theorems
from symrnn.machine.audit import assumptions, audited, listed, unaudited
from symrnn.machine.build import compile_all
from symrnn.machine.cache import Cache
from symrnn.machine.prover import Prover
from symrnn.machine.sources import Source, without_comments

SOURCES = theorems()
AUDIT = SOURCES["audit"]
GOLDEN = Path(__file__).parents[2] / "proofs" / "coq" / "assumptions.txt"

_OURS = re.compile(r"\b(?:Axioms?|Parameters?|Conjecture|Admitted|admit|give_up)\b")


def test_every_theorem_is_audited() -> None:
    assert unaudited(AUDIT, SOURCES) == set()


def test_every_audited_group_has_a_golden_line() -> None:
    assert audited(AUDIT) == list(listed(GOLDEN.read_text(encoding="utf-8")))


@pytest.mark.parametrize("stem", SOURCES)
def test_nothing_is_assumed_by_us(stem: str) -> None:
    assert _OURS.findall(without_comments(SOURCES[stem].text)) == []


def test_a_theorem_left_out_is_noticed() -> None:
    more = {"more": Source("more", "Theorem forgotten : True.\nProof. exact I. Qed.\n")}
    assert unaudited(AUDIT, SOURCES | more) == {("more", "forgotten")}


def test_a_file_that_no_group_holds_is_noticed() -> None:
    fewer = replace(AUDIT, text=AUDIT.text.replace("let _ := of_bptt in", "", 1))
    assert {stem for stem, _ in unaudited(fewer, SOURCES)} == {"bptt"}


def test_an_axiom_of_ours_is_noticed(prover: Prover, tmp_path: Path) -> None:
    sources = {
        "assumed": Source(
            "assumed", "Axiom wish : 1 = 2.\nTheorem wished : 1 = 2.\nProof. exact wish. Qed.\n"
        ),
        "closed": Source("closed", "Theorem two : 1 + 1 = 2.\nProof. reflexivity. Qed.\n"),
        "audit": Source(
            "audit",
            "From symrnn Require assumed closed.\n"
            "Definition of_assumed := @assumed.wished.\nPrint Assumptions of_assumed.\n"
            "Definition of_closed := @closed.two.\nPrint Assumptions of_closed.\n",
        ),
    }
    outcome = compile_all(sources, ["audit"], prover, Cache(tmp_path))["audit"]
    found = assumptions(sources["audit"], outcome.said)
    assert found == {"assumed": ["assumed.wish"], "closed": []}
