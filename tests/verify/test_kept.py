"""Evidence that an earlier run found: taken for what it was found of, and for nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from symrnn import rules as by
from symrnn import statement
from symrnn.cells import cell, named
from symrnn.cells.elman import elman
from symrnn.lecture import proving
from symrnn.lecture.export import export
from symrnn.theory.about import subject_of
from symrnn.theory.derivation import derivation
from symrnn.theory.library import load
from symrnn.verify import evidence as evidence_module
from symrnn.verify import kept as kept_module
from symrnn.verify.evidence import Evidence, gather
from symrnn.verify.kept import Kept

LIBRARY = load()
NAME = "activation_jacobian"


@statement(uses=(NAME,))
def mine(rnn: Any) -> Any:
    """A product turned round"""
    return derivation((rnn.W * rnn.b).T).equals(rnn.b.T * rnn.W.T, by.transpose_of_product)


@pytest.fixture(scope="module")
def found() -> Evidence:
    return gather(LIBRARY[NAME], elman(), LIBRARY)


@pytest.fixture
def kept(tmp_path: Path, found: Evidence) -> Kept:
    made = Kept(tmp_path)
    made.keep(found, elman(), LIBRARY)
    return made


def test_it_is_found_as_it_was(kept: Kept, found: Evidence) -> None:
    again = kept.find(LIBRARY[NAME], elman(), LIBRARY)
    assert again is not None and again.complete and again.earlier
    assert {**again.record(), "earlier": None} == {**found.record(), "earlier": None}
    assert again.chains == found.chains


def test_of_another_cell_nothing_is_known(kept: Kept) -> None:
    for other in (named("sigma_inside"), cell("s = tanh(W s' + U x - b)")):
        assert kept.find(LIBRARY[NAME], subject_of(other), LIBRARY) is None


def test_of_another_statement_nothing_is_known(kept: Kept) -> None:
    assert kept.find(LIBRARY["recurrence"], elman(), LIBRARY) is None


def test_another_program_finds_nothing(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = kept_module._program()
    for place in range(len(ours)):
        changed = (*ours[:place], "another", *ours[place + 1 :])
        monkeypatch.setattr(kept_module, "_program", lambda changed=changed: changed)
        assert kept.find(LIBRARY[NAME], elman(), LIBRARY) is None


def test_of_a_statement_of_a_users_nothing_is_kept(tmp_path: Path) -> None:
    library = {NAME: LIBRARY[NAME], "mine": mine}
    made = Kept(tmp_path / "kept")
    whole = gather(mine, elman(), library)
    assert whole.complete
    made.keep(whole, elman(), library)
    # Their code has run in this process: of ours nothing is kept either.
    made.keep(gather(LIBRARY[NAME], elman(), library), elman(), library)
    assert not made.folder.exists()


def test_what_rests_on_a_statement_of_a_users_is_not_found(kept: Kept) -> None:
    (used,) = {name for name in LIBRARY["step_jacobian"].uses if name == NAME} or {NAME}
    library = {**LIBRARY, used: replace(mine, name=used)}
    assert kept.find(replace(LIBRARY[NAME], uses=(used,)), elman(), library) is not None
    assert kept.find(library[used], elman(), library) is None


def test_what_is_not_complete_is_not_kept(tmp_path: Path, found: Evidence) -> None:
    made = Kept(tmp_path / "kept")
    for less in (
        replace(found, grades=found.grades[:1]),
        replace(found, faults=()),
        replace(found, failure=evidence_module.EvidenceError("no", {})),
    ):
        made.keep(less, elman(), LIBRARY)
    assert not made.folder.exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: "{",
        lambda record: "[]",
        lambda record: json.dumps({**record, "grades": ["derived"]}),
        lambda record: json.dumps({**record, "faults": []}),
        lambda record: json.dumps({**record, "chains": [{}]}),
        lambda record: json.dumps({**record, "chains": 3}),
        lambda record: json.dumps({k: v for k, v in record.items() if k != "seconds"}),
    ],
)
def test_what_is_damaged_is_not_found(kept: Kept, damage: Any) -> None:
    (file,) = kept.folder.iterdir()
    file.write_text(damage(json.loads(file.read_text(encoding="utf-8"))), encoding="utf-8")
    assert kept.find(LIBRARY[NAME], elman(), LIBRARY) is None


def test_what_is_known_is_not_run_again_and_what_failed_is(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def listen(statements: Any, *arguments: Any) -> list[Evidence]:
        asked.extend(each.name for each in statements)
        return [Evidence(each, ()) for each in statements]

    monkeypatch.setattr(proving, "gather_all", listen)
    library = {name: LIBRARY[name] for name in ("recurrence", NAME)}
    made = proving.prove(library, elman(), kept=kept)
    assert [each.statement.name for each in made] == ["recurrence", NAME]
    assert [each.earlier for each in made] == [False, True]
    assert asked == ["recurrence"]
    proving.prove(library, elman(), kept=kept)
    assert asked == ["recurrence", "recurrence"]
    proving.prove(library, elman())
    assert asked[-2:] == ["recurrence", NAME]


def test_a_fragment_is_the_same_from_kept_evidence(tmp_path: Path) -> None:
    made = Kept(tmp_path)
    first = export(NAME, "tex", kept=made)
    assert len(list(tmp_path.iterdir())) == 1
    assert export(NAME, "tex", kept=made) == first
