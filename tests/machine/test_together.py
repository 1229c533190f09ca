"""Many statements in one file: which may share one, and what is made of the prover's answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from symrnn.cells.elman import elman, sigma_inside
from symrnn.lecture.machine import theorems
from symrnn.machine.jobs import Job, job_of
from symrnn.machine.obligations import closings_file
from symrnn.machine.prover import Outcome, Verdict
from symrnn.machine.sources import USER, Source
from symrnn.machine.together import Together, together
from symrnn.theory.library import load

LIBRARY = load()
NAMES = ("recurrence", "step_bound", "preactivation_jacobian")
SUMMARY = """\
* Theory: Set is predicative
* Axioms: <none>
* Constants/Inductives relying on type-in-type: <none>
* Constants/Inductives relying on unsafe (co)fixpoints: <none>
* Inductives whose positivity is assumed: <none>
"""
LISTS = ["Axioms:\nfirst : nat\n", "Closed under the global context\n", "Axioms:\nlast : nat\n"]


def jobs(*theirs: str) -> list[Job]:
    """A job for each statement; for some of them the theorems are a user's."""
    sources = theorems()
    for name in theirs:
        source = Source(f"{name}_claims", sources[f"{name}_claims"].text, USER)
        sources = {**sources, source.key: source}
    return [job_of(LIBRARY[name], elman(), sources, lambda claim: ()) for name in NAMES]


def closing(made: list[Job]) -> list[Together]:
    return [each for each in together(made) if each.closes]


def test_theorems_share_a_file_unless_they_rest_on_a_users() -> None:
    (shared,) = closing(jobs())
    assert [job.stem for job in shared.jobs] == list(NAMES)
    assert shared.stands_for == [f"closed.{name}" for name in NAMES]
    (others,) = closing(jobs("step_bound"))
    assert [job.stem for job in others.jobs] == ["recurrence", "preactivation_jacobian"]
    assert closing(jobs("step_bound", "recurrence")) == []  # one alone has its own file


def test_all_that_is_closed_is_named_before_a_theorem_is_loaded() -> None:
    groups = [job.closings.values() for job in jobs()]
    lines = closings_file("name", groups).source.text.splitlines()
    loaded = min(i for i, line in enumerate(lines) if line.startswith("From symrnn Require"))
    named = [i for i, line in enumerate(lines) if line.startswith("Definition claimed_")]
    proved = [i for i, line in enumerate(lines) if line.startswith("Theorem closed_")]
    assert len(named) == len(proved) == len(NAMES)
    assert max(named) < loaded < min(proved)
    assert not any("Import" in line for line in lines)
    assert lines[-3:] == [f"Print Assumptions closed_{n}." for n in (1, 2, 3)]
    at_once = closings_file("name", groups, True).source.text.splitlines()
    assert at_once[: len(lines) - 3] == lines[:-3]
    assert at_once[len(lines) - 3 :] == [
        "Definition all_closed := (closed_1, closed_2, closed_3).",
        "Print Assumptions mathcomp.analysis.reals.Real.type.",
        "Print Assumptions all_closed.",
    ]


def test_what_speaks_of_no_complete_field_is_not_asked_with_what_does() -> None:
    mixed = [job_of(LIBRARY["slopes_bounded"], elman(), theorems(), lambda claim: ()), *jobs()]
    (shared,) = closing(mixed)
    assert [job.stem for job in shared.jobs] == list(NAMES) and shared.any_field


ACCEPTED = Outcome("", Verdict.ACCEPTED, "".join(LISTS), seconds=6.0, context=SUMMARY)
ONE, TWO = "Axioms:\nfirst : nat\n", "Axioms:\nfirst : nat\nsecond : nat\n"
AT_ONCE = replace(ACCEPTED, said=ONE + ONE)


def each_by_itself(shared: Together) -> Together:
    return replace(shared, any_field=False)


@pytest.mark.parametrize(
    "said",
    [
        replace(ACCEPTED, verdict=Verdict.REFUSED),
        replace(ACCEPTED, said="".join(LISTS[:2])),
        replace(ACCEPTED, said="noise\n" + "".join(LISTS)),
        replace(ACCEPTED, context=""),
        replace(ACCEPTED, context=SUMMARY.replace("Axioms: <none>", "Axioms:\n    closed.x.mine")),
    ],
    ids=["refused", "a list too few", "noise", "not checked again", "an axiom of its own"],
)
def test_an_answer_that_is_not_clear_answers_nothing(said: Outcome) -> None:
    (shared,) = closing(jobs())
    assert each_by_itself(shared).answers(said) == {}


@pytest.mark.parametrize(
    "said",
    [ONE + TWO, TWO + ONE, ONE, ONE * 3, "Closed under the global context\n" * 2, "no list\n" * 2],
    ids=["one rests on more", "on less", "a list too few", "too many", "on nothing", "no list"],
)
def test_where_not_all_rest_on_the_same_each_is_asked_alone(said: str) -> None:
    (shared,) = closing(jobs())
    assert shared.answers(replace(ACCEPTED, said=said)) == {}
    assert shared.answers(replace(AT_ONCE, context="")) == {}


def test_where_none_rests_on_more_than_any_field_does_each_rests_on_that() -> None:
    (shared,) = closing(jobs())
    found = shared.answers(AT_ONCE)
    assert list(found) == shared.stands_for
    assert {f"{each.said}\n" for each in found.values()} == {ONE}


def test_each_statement_hears_what_it_rests_on() -> None:
    shared = each_by_itself(*closing(jobs()))
    found = shared.answers(ACCEPTED)
    assert list(found) == shared.stands_for
    assert [f"{each.said}\n" for each in found.values()] == LISTS
    assert sum(each.seconds for each in found.values()) == pytest.approx(6.0)
    assert all(each.context == SUMMARY for each in found.values())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_said_of_a_cell_is_closed_by_the_theorems_of_what_is_said_of_any(name: str) -> None:
    inside, sources = sigma_inside(), theorems()
    ours, of_it = (
        job_of(each, inside, sources, lambda claim: ())
        for each in (LIBRARY[name], LIBRARY[name].of(inside))
    )
    assert ours.closings and (ours.closings, ours.left_out) == (of_it.closings, of_it.left_out)
