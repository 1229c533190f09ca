"""Files of several statements as one: what stands where, and what is not joined."""

from __future__ import annotations

from functools import cache

from symrnn.cells.elman import elman
from symrnn.lecture.machine import theorems, wrong_versions
from symrnn.machine.jobs import Job, job_of
from symrnn.machine.joined import Joined, joined
from symrnn.machine.sources import CLAIMS, USER, Source, in_order, without_comments
from symrnn.machine.together import Together, joined_of, together
from symrnn.theory.library import load

LIBRARY = load()
NAMES = ("recurrence", "step_bound", "preactivation_jacobian")


def jobs(*theirs: str) -> tuple[list[Job], dict[str, Source]]:
    """A job for each statement, and every file; for some the theorems are a user's."""
    sources = theorems()
    for name in theirs:
        source = Source(f"{name}_claims", sources[f"{name}_claims"].text, USER)
        sources = {**sources, source.key: source}
    made = [job_of(LIBRARY[name], elman(), sources, wrong_versions) for name in NAMES]
    return made, {**sources, **{file.key: file for job in made for file in job.files()}}


@cache
def asked(*theirs: str) -> tuple[Joined, list[Together], dict[str, Source]]:
    made, files = jobs(*theirs)
    found = joined_of(made, files)
    questions = together(made, found)
    return (
        found,
        questions,
        {**files, **found.sources, **{q.source.key: q.source for q in questions}},
    )


def test_what_is_asked_in_one_go_rests_on_few_files() -> None:
    found, questions, files = asked()
    assert sorted(found.places) == sorted(
        [f"claims.{name}" for name in NAMES] + [f"symrnn.{name}_claims" for name in NAMES]
    )
    for question in questions:
        needed = {each.key for each in in_order(files, [question.source.key])}
        assert len([key for key in needed if key.startswith("claims.")]) == 1
        assert not needed & {f"{name}_claims" for name in NAMES}


def test_each_file_is_a_module_and_what_it_says_is_not_changed() -> None:
    found, _, files = asked()
    (printed,) = (each for each in found.sources.values() if each.library == CLAIMS)
    for name in NAMES:
        before, _, rest = printed.text.partition(f"Module {name}.\n")
        body, ended, _ = rest.partition(f"\nEnd {name}.")
        assert before and ended
        own = without_comments(files[f"claims.{name}"].text)
        assert body.split() == own[own.index("Definition ") :].split()


def test_a_theorem_and_a_slip_are_of_the_proposition_where_it_is_now() -> None:
    found, questions, _ = asked()
    (one,) = {
        place.rpartition(".")[0] for module, place in found.places.items() if CLAIMS in module[:6]
    }
    closing, compared = (
        next(q.source.text for q in questions if q.closes is closes) for closes in (True, False)
    )
    assert f"  {one}.step_bound.step_bound_printed /\\" in closing
    assert f"same {one}.step_bound.step_bound_printed fault_" in compared
    for text in (closing, compared):
        assert not [name for name in NAMES if f" claims.{name}." in text]


def test_nothing_of_a_users_is_joined() -> None:
    found, _, _ = asked("step_bound")
    assert not [name for name in found.places if "step_bound" in name]
    assert not any(each.library == USER for each in found.sources.values())
    found, _, _ = asked("step_bound", "recurrence")  # one alone has its own files
    assert not found.places and not found.sources


CELL = Source(
    "cell_defined", "From symrnn Require Import vocabulary.\nDefinition cell := 1.", CLAIMS
)
USES = Source(
    "uses",
    "From symrnn Require Import vocabulary.\nFrom claims Require Import cell_defined.\n"
    "Definition uses_printed := cell = 1.",
    CLAIMS,
)
PROVES = """\
(* From claims Require Import nothing. *)
From symrnn Require Import vocabulary helped.
From claims Require Import cell_defined uses.
Theorem {}_claim : uses_printed.
"""
HELPED = "From claims Require Import cell_defined.\nDefinition helped := cell."


def small(**more: str) -> tuple[Joined, dict[str, Source]]:
    texts = {"vocabulary": "", "helped": HELPED, **{n: PROVES.format(n) for n in ("one", "two")}}
    sources = [*(Source(stem, text) for stem, text in (texts | more).items()), CELL, USES]
    files = {each.key: each for each in sources}
    return joined([USES, CELL], [files[name] for name in ("one", "two", *more)], files), files


def test_modules_stand_after_those_they_require_and_load_nothing_themselves() -> None:
    found, _ = small()
    one = found.places["claims.uses"].rpartition(".")[0].partition(".")[2]
    assert found.sources[f"claims.{one}"].text.split("\n") == [
        "From symrnn Require Import vocabulary.",
        "",
        *("Module cell_defined.", "Definition cell := 1.", "End cell_defined.", ""),
        *("Module uses.", "Import cell_defined.", "Definition uses_printed := cell = 1."),
        *("End uses.", ""),
    ]
    both = found.places["symrnn.one"].rpartition(".")[0].partition(".")[2]
    assert found.sources[both].text.split("\n")[:5] == [
        *("From symrnn Require Import vocabulary helped.", f"From claims Require {one}.", ""),
        *("Module one.", f"Import claims.{one}.cell_defined claims.{one}.uses."),
    ]
    assert found.sources["helped"].text.split("\n")[:2] == [
        *(f"From claims Require {one}.", f"Import claims.{one}.cell_defined."),
    ]


def test_where_not_all_begin_alike_each_opens_what_it_needs() -> None:
    found, _ = small(three="From mathcomp Require Import ring.\nFrom symrnn Require helped.\n")
    both = found.places["symrnn.one"].split(".")[1]
    lines = found.sources[both].text.split("\n")
    assert lines[:2] == ["From symrnn Require vocabulary.", "From symrnn Require helped."]
    assert {"From mathcomp Require ring.", "Import symrnn.vocabulary symrnn.helped."} < {*lines}
    assert lines[lines.index("Module three.") + 1 :][:2] == ["Import ring.", "End three."]


def test_what_rests_on_others_is_joined_with_none() -> None:
    found, _ = small(three="From symrnn Require Import one.\n")
    assert {"symrnn.two", "symrnn.three"} < found.places.keys()
    assert "symrnn.one" not in found.places
    found, _ = small(three="From claims Require Import elsewhere.\n")
    assert {"symrnn.one", "symrnn.two"} < found.places.keys()
    assert "symrnn.three" not in found.places
