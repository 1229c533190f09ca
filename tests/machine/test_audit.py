"""What the theorems rest on: none is left out of the audit, and no axiom is new."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from symrnn.lecture.machine import theorems
from symrnn.machine.build import compile_all
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.prover import Prover
from symrnn.machine.sources import Source, without_comments

SOURCES = theorems()
AUDIT = SOURCES["audit"]
GOLDEN = Path(__file__).parents[2] / "proofs" / "coq" / "assumptions.txt"

_THEOREM = re.compile(r"^\s*(?:Theorem|Corollary)\s+(\w+)", re.MULTILINE)
_NAMED = re.compile(r"@(\w+)\.(\w+)")
_PRINTED = re.compile(r"^Print Assumptions of_(\w+)\.$", re.MULTILINE)
_BLOCK = re.compile(r"^(?:Axioms:|Closed under the global context)$", re.MULTILINE)
_AXIOM = re.compile(r"^([\w.']+)\s*(?::|$)", re.MULTILINE)
_OURS = re.compile(r"\b(?:Axioms?|Parameters?|Conjecture|Admitted|admit|give_up)\b")


def assumptions(audit: Source, said: str) -> dict[str, list[str]]:
    """The axioms printed for each file of theorems, sorted."""
    printed = _PRINTED.findall(audit.text)
    _, *blocks = _BLOCK.split(said)
    return {
        stem: sorted(_AXIOM.findall(block)) for stem, block in zip(printed, blocks, strict=True)
    }


def golden() -> dict[str, list[str]]:
    """The committed list."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":") for line in lines if line and not line.startswith("#"))
    return {stem: sorted(axioms.split()) for stem, axioms in pairs}


def missing(audit: Source, sources: dict[str, Source]) -> set[tuple[str, str]]:
    """Theorems that the audit does not name; those of generated claims have their own."""
    named = set(_NAMED.findall(audit.text))
    return {
        (stem, name)
        for stem, source in sources.items()
        if stem != audit.stem and not stem.endswith("_claims")
        for name in _THEOREM.findall(without_comments(source.text))
    } - named


def test_every_theorem_is_audited() -> None:
    assert missing(AUDIT, SOURCES) == set()


def test_every_audited_file_has_a_golden_line() -> None:
    assert _PRINTED.findall(AUDIT.text) == list(golden())


@pytest.mark.parametrize("stem", SOURCES)
def test_nothing_is_assumed_by_us(stem: str) -> None:
    assert _OURS.findall(without_comments(SOURCES[stem].text)) == []


def test_the_axioms_are_the_golden_ones(prover: Prover) -> None:
    cache = Cache(default_folder())
    outcome = compile_all(SOURCES, [AUDIT.stem], prover, cache, time_limit=600)[AUDIT.stem]
    assert outcome.accepted, outcome
    assert assumptions(AUDIT, outcome.said) == golden()


def test_a_theorem_left_out_is_noticed() -> None:
    more = {"more": Source("more", "Theorem forgotten : True.\nProof. exact I. Qed.\n")}
    assert missing(AUDIT, SOURCES | more) == {("more", "forgotten")}


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
    assert assumptions(sources["audit"], outcome.said) == {
        "assumed": ["assumed.wish"],
        "closed": [],
    }
