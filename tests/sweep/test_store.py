"""Rows are kept whole, once, in one order, whatever kills the writer."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from symrnn.errors import IllFormedError
from symrnn.sweep.store import Store, locked, read_results

SCHEMA = pa.schema([("key", pa.string()), ("value", pa.float64())])


def _rows(*keys: str) -> list[dict[str, object]]:
    return [{"key": key, "value": float(len(key))} for key in keys]


def _keys(folder: Path) -> list[str]:
    return read_results(folder).column("key").to_pylist()


def test_a_row_that_is_there_is_not_kept_twice(tmp_path: Path) -> None:
    store = Store(tmp_path, SCHEMA)
    store.add(_rows("a", "b", "a"))
    store.add(_rows("b"))
    Store(tmp_path, SCHEMA).add(_rows("c", "a"))
    assert sorted(_keys(tmp_path)) == ["a", "b", "c"]


def test_merged_rows_have_the_order_asked_for_and_the_same_bytes(tmp_path: Path) -> None:
    content = []
    for name, parts in {"one": ["abc"], "two": ["c", "a", "b"], "three": ["cb", "a"]}.items():
        store = Store(tmp_path / name, SCHEMA)
        for part in parts:
            store.add(_rows(*part))
        store.merge("bca")
        assert _keys(tmp_path / name) == ["b", "c", "a"]
        content.append([f.read_bytes() for f in sorted((tmp_path / name / "results").iterdir())])
    assert content[0] == content[1] == content[2]


@pytest.mark.parametrize("call", range(3))
def test_a_kill_while_merging_loses_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    store = Store(tmp_path, SCHEMA)
    store.add(_rows("a", "b"))
    store.add(_rows("c"))
    real, calls = os.replace, []

    def replace(*args: object) -> None:
        calls.append(args)
        if len(calls) == call + 1:
            raise KeyboardInterrupt
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        store.merge("abc")
    monkeypatch.undo()
    assert sorted(_keys(tmp_path)) == ["a", "b", "c"]
    again = Store(tmp_path, SCHEMA)
    assert again.keys == {*"abc"}
    again.merge("abc")
    assert _keys(tmp_path) == ["a", "b", "c"]
    assert {each.name for each in tmp_path.iterdir()} == {"results"}


def test_what_was_being_written_is_dropped(tmp_path: Path) -> None:
    Store(tmp_path, SCHEMA).add(_rows("a"))
    (tmp_path / "results" / ".part-b.parquet").write_bytes(b"half")
    assert Store(tmp_path, SCHEMA).keys == {"a"}
    assert _keys(tmp_path) == ["a"]


def test_other_columns_and_damaged_files_are_refused(tmp_path: Path) -> None:
    Store(tmp_path, SCHEMA).add(_rows("a"))
    with pytest.raises(IllFormedError, match="other columns"):
        Store(tmp_path, pa.schema([("key", pa.string()), ("more", pa.float64())]))
    (tmp_path / "results" / "part-x.parquet").write_bytes(b"nothing of that kind")
    with pytest.raises(IllFormedError, match="part-x"):
        Store(tmp_path, SCHEMA)
    with pytest.raises(IllFormedError, match="no results"):
        read_results(tmp_path / "elsewhere")


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(IllFormedError, match="another sweep"), locked(tmp_path):
        pass
