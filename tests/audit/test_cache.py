"""What is unchanged is not judged again; what changed is."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from symrnn.audit.audit import audit_document
from symrnn.audit.cache import Kept
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.verdicts.judge import Judge
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, TRUE
from symrnn.reading.documents import latex_document

RIGHT = r"$$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) W$$"
WRONG = r"$$\frac{\partial h_t}{\partial x_t} = \mathrm{diag}(1 - h_t) U$$"
TEXT = r"$h_t = \tanh(W h_{t-1} + U x_t)$" + f"\n\n{RIGHT}\n\n{WRONG}\n"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The relations that are judged, as they come."""
    found: list[str] = []
    verdict = Judge.verdict

    def counted(self: Judge, relation: object) -> object:
        found.append("")
        return verdict(self, relation)  # type: ignore[arg-type]

    monkeypatch.setattr(Judge, "verdict", counted)
    return found


def _kinds(file: Path, cache: Path) -> list[str]:
    return [f.kind for f in audit_document(file, cache=cache) if f.kind != NOT_A_CLAIM]


def test_unchanged_documents_and_formulas(tmp_path: Path, judged: list[str]) -> None:
    file, cache = tmp_path / "a.md", tmp_path / "cache"
    file.write_text(TEXT)
    first = audit_document(file, cache=cache)
    count = len(judged)
    assert count == 2
    assert audit_document(file, cache=cache) == first
    assert len(judged) == count
    # A sentence more: the findings move, no formula is judged again.
    file.write_text("Some words.\n\n" + TEXT)
    moved = audit_document(file, cache=cache)
    assert [f.line for f in moved] == [f.line + 2 for f in first]
    assert [f.verdict for f in moved] == [f.verdict for f in first]
    assert len(judged) == count


def test_what_changed_is_judged_anew(tmp_path: Path, judged: list[str]) -> None:
    file, cache = tmp_path / "a.md", tmp_path / "cache"
    file.write_text(TEXT)
    assert _kinds(file, cache) == [TRUE, FALSE]
    count = len(judged)
    file.write_text(TEXT.replace("1 - h_t)", "1 - h_t^2)"))
    assert _kinds(file, cache) == [TRUE, TRUE]
    assert len(judged) > count
    # Another definition changes what every formula means.
    file.write_text(TEXT.replace(r"\tanh(W", r"\tanh(V W"))
    assert TRUE not in _kinds(file, cache)


def test_what_the_text_supposes_is_part_of_the_key(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.md", tmp_path / "cache"
    file.write_text(TEXT)
    assert _kinds(file, cache) == [TRUE, FALSE]
    supposed = TEXT.replace(WRONG, "Suppose $x_t = 0$. Then\n\n" + WRONG)
    file.write_text(supposed)
    assert _kinds(file, cache) == _kinds(file, tmp_path / "another") == [TRUE, DISAGREES]


@pytest.mark.parametrize("pieces", ["addends", "pool"])
def test_what_a_mend_may_take_from_the_document_is_part_of_the_key(
    pieces: str, tmp_path: Path, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, cache = tmp_path / "a.md", tmp_path / "cache"
    file.write_text(TEXT)
    assert _kinds(file, cache) == [TRUE, FALSE]
    count = len(judged)
    monkeypatch.setattr(Judge, pieces, lambda *_: ["Q"])
    file.write_text("Some words.\n\n" + TEXT)
    _kinds(file, cache)
    assert len(judged) > count


def test_all_that_is_known_of_letters_is_part_of_the_key(tmp_path: Path) -> None:
    """By each field of the model and its letters; only what is computed from others has none."""
    document = latex_document("a.tex", TEXT, {})
    judge = Judge(Statements.of([document]))
    relation = judge.statements.relations[-1]
    model = judge.statements.model_at(relation)

    def key() -> str:
        return Kept.of(tmp_path, [document], ()).key(relation, judge)

    before = key()
    for made in (model, model.symbols):
        for each in fields(made):
            if each.name.startswith("_") or each.name in ("definitions", "symbols"):
                continue
            value = getattr(made, each.name)
            other = not value if isinstance(value, bool) else (
                {**value, "Q": "a"} if isinstance(value, dict) else {*value, "Q"}
            )  # fmt: skip
            setattr(made, each.name, other)
            assert key() != before, each.name
            setattr(made, each.name, value)
            assert key() == before


def test_a_damaged_cache_is_none(tmp_path: Path) -> None:
    file, cache = tmp_path / "a.md", tmp_path / "cache"
    file.write_text(TEXT)
    assert _kinds(file, cache) == [TRUE, FALSE]
    (kept,) = cache.iterdir()
    for damaged in ("", "[]", '{"text": 1}', kept.read_text()[:-40]):
        kept.write_text(damaged)
        assert _kinds(file, cache) == [TRUE, FALSE]
