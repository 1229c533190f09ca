"""The order of statements, and proof files from any folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError
from symrnn.theory.derivation import derivation
from symrnn.theory.graph import in_order
from symrnn.theory.library import load
from symrnn.theory.statement import Statement


def made(uses: dict[str, list[str]]) -> dict[str, Statement]:
    return {
        name: Statement(name, name, "", tuple(used), lambda rnn: derivation(rnn.W))
        for name, used in uses.items()
    }


def test_used_statements_come_first_and_the_rest_keeps_its_order() -> None:
    statements = made({"c": ["a"], "b": [], "a": [], "d": ["c", "b"]})
    assert [s.name for s in in_order(statements)] == ["b", "a", "c", "d"]


@given(
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
    order=st.permutations(range(7)),
)
def test_every_statement_after_what_it_uses(edges: Any, order: Any) -> None:
    uses: dict[str, list[str]] = {str(n): [] for n in order}
    for low, high in edges:
        if low < high:
            uses[str(high)].append(str(low))
    names = [s.name for s in in_order(made(uses))]
    assert sorted(names) == sorted(uses)
    assert all(names.index(used) < names.index(name) for name in uses for used in uses[name])


@pytest.mark.parametrize(
    "uses", [{"a": ["a"]}, {"a": ["b"], "b": ["a"]}, {"x": [], "a": ["b"], "b": ["c"], "c": ["a"]}]
)
def test_a_cycle_is_refused_and_shown(uses: dict[str, list[str]]) -> None:
    with pytest.raises(IllFormedError, match="circle") as caught:
        in_order(made(uses))
    assert " → " in caught.value.detail["cycle"]


def test_an_unknown_use_is_refused() -> None:
    with pytest.raises(IllFormedError, match="`a` uses a statement that is not there") as caught:
        in_order(made({"a": ["b"]}))
    assert caught.value.detail["got"] == "b"


# ------------------------------------------------------------------ files

PROOF = '''
from symrnn import About, D, Diag, derivation, statement
from symrnn import rules as by


@statement(uses={uses})
def {name}(rnn):
    """A statement of a user's own"""
    s, a, j = rnn.s, rnn.a, rnn.j
    return derivation(D(s[j], a[j]), given=[j >= 1]).equals({after}, by.uses("activation_jacobian"))
'''


def write(path: Path, name: str, after: str = "Diag(rnn.slope(a[j]))", uses: str = "") -> Path:
    used = uses or "['activation_jacobian']"
    path.write_text(PROOF.format(name=name, after=after, uses=used), encoding="utf-8")
    return path


def test_a_users_file_may_use_the_lecture(tmp_path: Path) -> None:
    library = load([write(tmp_path / "mine.py", "mine")])
    assert list(library) == ["activation_jacobian", "mine"]
    assert library["mine"].check(elman(), library) == 1


def test_a_folder_is_read_without_its_private_files(tmp_path: Path) -> None:
    write(tmp_path / "one.py", "one")
    write(tmp_path / "two.py", "two", uses="['one', 'activation_jacobian']")
    for private in ("_draft.py", "conftest.py", "test_two.py"):
        (tmp_path / private).write_text("raise SystemExit\n", encoding="utf-8")
    assert set(load([tmp_path])) == {"activation_jacobian", "one", "two"}


def test_the_lectures_own_statements_load_in_order() -> None:
    library = load()
    names = list(library)
    assert {"recurrence", "step_jacobian"} <= set(names)
    assert all(names.index(u) < names.index(n) for n in names for u in library[n].uses)


REFUSED = [
    ("no such proof file", lambda folder: [folder / "absent.py"]),
    ("no proof files", lambda folder: [folder]),
    ("declares no statement", lambda folder: [_text(folder / "empty.py", "x = 1\n")]),
    (
        "two statements are called",
        lambda folder: [write(folder / "one.py", "same"), write(folder / "two.py", "same")],
    ),
    (
        "(?s)two statements are called.*double.py, line",
        lambda folder: [_twice(write(folder / "double.py", "same"))],
    ),
    (
        "(?s)two statements are called.*double.py, line",
        lambda folder: [_twice(write(folder / "double.py", "same"), "@same.form(About.ELMAN)")],
    ),
    ("not there", lambda folder: [write(folder / "one.py", "one", uses="['nowhere']")]),
    (
        "circle",
        lambda folder: [
            write(folder / "one.py", "one", uses="['two']"),
            write(folder / "two.py", "two", uses="['one']"),
        ],
    ),
]


def _twice(path: Path, decorator: str = "") -> Path:
    """A file that declares its statement once more, or in its place what stands for it."""
    text = path.read_text(encoding="utf-8")
    first, _, rest = text[text.index("@statement") :].partition("\n")
    return _text(path, f"{text}\n\n{decorator or first}\n{rest}")


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("says", "paths"), REFUSED, ids=[says for says, _ in REFUSED])
def test_what_cannot_be_loaded(says: str, paths: Any, tmp_path: Path) -> None:
    with pytest.raises(IllFormedError, match=says):
        load(paths(tmp_path))
