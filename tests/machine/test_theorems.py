"""The lecture's statements before the prover: what is closed, from which axioms, what is refused.

Results are kept in the user's cache folder; on a fresh machine everything is compiled from scratch.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symrnn.cells.elman import elman, sigma_inside
from symrnn.lecture.machine import ask_prover, theorems, wrong_versions
from symrnn.machine.audit import assumptions, listed
from symrnn.machine.build import compile_all
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.evidence import Checked, machine_check
from symrnn.machine.jobs import NO_THEOREM
from symrnn.machine.names import claims_stem
from symrnn.machine.prover import Prover
from symrnn.machine.sources import Source
from symrnn.theory.library import load

LIBRARY = load()
GOLDEN = json.loads((Path(__file__).parent / "axioms.json").read_text(encoding="utf-8"))
OPEN_WITH_SIGMA_INSIDE = {
    "recurrence": {"without input": NO_THEOREM},
    "gradients_could_explode": {
        "the state rests at 0": NO_THEOREM,
        "one step multiplies by w": NO_THEOREM,
        "t steps multiply by wᵗ": NO_THEOREM,
        "λ = w": NO_THEOREM,
        "its norm": NO_THEOREM,
        "it explodes": NO_THEOREM,
        "the units rest where tanh is 9/10": NO_THEOREM,
        "one step multiplies by 19/50": NO_THEOREM,
        "t steps multiply by (19/50)ᵗ": NO_THEOREM,
        "it vanishes": NO_THEOREM,
    },
}
"""The parts that are no theorems of the cell with σ inside yet, and why; all others are."""

PREAMBLE = """\
From mathcomp Require Import all_ssreflect ssralg ssrnum zmodp matrix.
From mathcomp.analysis Require Import reals topology normedtype derive.
From symrnn Require Import vocabulary.
From claims Require Import preactivation_jacobian.
"""
NAME = "preactivation_jacobian"


@pytest.fixture(scope="module")
def checked(prover: Prover) -> dict[str, Checked]:
    """Every statement, checked once."""
    return ask_prover(LIBRARY, elman(), prover)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_part_is_a_theorem_from_these_axioms(checked: dict[str, Checked], name: str) -> None:
    found = checked[name]
    assert {part.label: part.why_not for part in found.parts if not part.closed} == {}
    assert [f"{fault.label}: {fault.slip}" for fault in found.faults if not fault.refused] == []
    assert found.graded
    assert list(found.axioms) == GOLDEN[name]


def test_what_is_not_closed_is_said_and_nothing_is_refuted(checked: dict[str, Checked]) -> None:
    assert {name for name, found in checked.items() if found.graded} == set(GOLDEN)
    for name, found in checked.items():
        assert not found.refuted, (name, found)


@pytest.fixture(scope="module")
def checked_inside(prover: Prover) -> dict[str, Checked]:
    """Every statement about the cell with σ inside, checked once."""
    return ask_prover(LIBRARY, sigma_inside(), prover)


@pytest.mark.parametrize("name", GOLDEN)
def test_what_is_a_theorem_of_the_cell_with_sigma_inside(
    checked_inside: dict[str, Checked], name: str
) -> None:
    found = checked_inside[name]
    still_open = {part.label: part.why_not for part in found.parts if not part.closed}
    assert still_open == OPEN_WITH_SIGMA_INSIDE.get(name, {})
    assert [f"{fault.label}: {fault.slip}" for fault in found.faults if not fault.refused] == []
    assert not found.refuted
    assert found.graded == (not still_open)
    assert list(found.axioms) == (GOLDEN[name] if found.theorems else [])


@pytest.mark.usefixtures("checked")
def test_the_audit_prints_the_golden_list(prover: Prover) -> None:
    sources, kept = theorems(), Cache(default_folder())
    audit = compile_all(sources, ["audit"], prover, kept, time_limit=600)["audit"]
    assert audit.accepted, audit
    golden = Path(__file__).parents[2] / "proofs" / "coq" / "assumptions.txt"
    expected = listed(golden.read_text(encoding="utf-8"))
    assert assumptions(sources["audit"], audit.said) == expected


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ("True.\nProof. by [].", "cannot unify"),
        (f"{NAME}_printed.\nProof. by [].", "No applicable tactic"),
        ("nowhere.\nProof. by [].", "nowhere was not found"),
    ],
    ids=["another proposition", "no proof", "no proposition"],
)
def test_what_is_no_proof_closes_nothing(prover: Prover, stated: str, why: str) -> None:
    stem = claims_stem(NAME)
    cousin = Source(stem, f"{PREAMBLE}Theorem {NAME}_claim : {stated} Qed.\n")
    checked = machine_check(
        [LIBRARY[NAME], LIBRARY["recurrence"]],
        elman(),
        {**theorems(), stem: cousin},
        wrong_versions,
        prover,
        Cache(default_folder()),
    )
    found = checked[NAME]
    assert not found.graded and found.refuted
    assert why in found.parts[0].why_not
    assert checked["recurrence"].graded  # though both were to be closed in one file


def test_what_is_no_fault_is_not_planted(prover: Prover) -> None:
    found = machine_check(
        [LIBRARY[NAME]],
        elman(),
        theorems(),
        lambda claim: [("none at all", claim)],
        prover,
        Cache(default_folder()),
    )[NAME]
    assert [fault.slip for fault in found.faults] == ["a hypothesis dropped"]
