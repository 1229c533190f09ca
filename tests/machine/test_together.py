"""Statements that ask the prover together: each gets its own part of the answer, or asks alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symrnn.cells.elman import elman
from symrnn.lecture.machine import theorems, wrong_versions
from symrnn.machine.jobs import Job, job_of
from symrnn.machine.obligations import DIFFERS, under_fail
from symrnn.machine.prover import Outcome, Verdict
from symrnn.machine.sources import CLOSED, COMPARED, USER
from symrnn.machine.together import Together, answered, together
from symrnn.theory.library import load

NAMES = ("activation_jacobian", "slopes_bounded", "recurrence")
NONE = "Closed under the global context\n"
LISTS = [NONE, "Axioms:\nb.second : forall x,\n  x = x\nfirst : nat\n", NONE]


@pytest.fixture
def jobs() -> list[Job]:
    library, rnn, sources = load(), elman(), theorems()
    return [job_of(library[name], rnn, sources, wrong_versions) for name in NAMES]


def one(jobs: list[Job], library: str) -> Together:
    (found,) = (each for each in together(jobs) if each.source.library == library)
    return found


def said(found: Together, text: str, verdict: Verdict = Verdict.ACCEPTED) -> dict[str, Outcome]:
    outcome = Outcome(found.source.key, verdict, text, None, 6.0, context="all of it")
    return answered([found], {found.source.key: outcome})


def test_each_statement_is_given_its_axioms(jobs: list[Job]) -> None:
    found = said(one(jobs, CLOSED), "".join(LISTS))
    keys = [job.closes().source.key for job in jobs]
    assert [found[key].said for key in keys] == LISTS
    assert {(each.stem, each.seconds, each.context) for each in found.values()} == {
        (key, 2.0, "all of it") for key in keys
    }


def test_each_proposition_is_closed_there_by_its_theorem(jobs: list[Job]) -> None:
    text = one(jobs, CLOSED).source.text
    for job in jobs:
        alone = job.closes().source.text.splitlines()
        closing = [line for line in alone if "refine" in line or "claims." in line]
        assert closing and all(line in text for line in closing)
    for number in range(1, len(jobs) + 1):
        assert f"Theorem closed_{number} :" in text
        assert f"Print Assumptions closed_{number}." in text


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("".join(LISTS[:2]), Verdict.ACCEPTED),
        ("noise\n" + "".join(LISTS), Verdict.ACCEPTED),
        ("".join(LISTS), Verdict.REFUSED),
        ("".join(LISTS), Verdict.BLOCKED),
    ],
    ids=["one list short", "something else printed", "refused", "blocked"],
)
def test_what_is_no_answer_answers_nothing(jobs: list[Job], text: str, verdict: Verdict) -> None:
    assert said(one(jobs, CLOSED), text, verdict) == {}


def test_what_a_file_of_a_users_closes_is_asked_alone(jobs: list[Job]) -> None:
    theirs = jobs[0]
    label, closing = next(iter(theirs.closings.items()))
    theirs.closings[label] = replace(closing, file=replace(closing.file, library=USER))
    assert theirs.closes().source.key not in one(jobs, CLOSED).instead
    assert not [each for each in together([theirs, jobs[1]]) if each.source.library == CLOSED]


def test_each_statement_is_given_its_slips(jobs: list[Job]) -> None:
    asked = [jobs[0], jobs[2]]  # what stands above the other is about real numbers
    refused = f"\nTactic failure: {DIFFERS}.\n"
    counts = [len(job.faults) for job in asked]
    found = said(one(asked, COMPARED), under_fail([refused] * sum(counts)))
    for job, count in zip(asked, counts, strict=True):
        assert found[job.compares().source.key].said == under_fail([refused] * count)
    assert said(one(asked, COMPARED), under_fail([refused] * (sum(counts) - 1))) == {}
