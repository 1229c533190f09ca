from __future__ import annotations

import os
from pathlib import Path

import pytest

from symrnn.errors import IllFormedError
from symrnn.typeset.files import write_files


def contents(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_files_are_written_and_replaced(tmp_path: Path) -> None:
    new = tmp_path / "out"
    assert write_files(new, {"a.tex": b"1", "figures/b.pdf": b"2"}) == (
        new / "a.tex",
        new / "figures/b.pdf",
    )
    write_files(new, {"a.tex": b"3"})
    assert contents(new) == {"a.tex": b"3", "figures/b.pdf": b"2"}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("fatal", [1, 2, 3])
def test_an_interruption_leaves_all_the_old_files(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    interruption: type[BaseException],
    fatal: int,
) -> None:
    write_files(tmp_path, {"a": b"old a", "c": b"old c"})
    replace, calls = os.replace, []

    def interrupted(source: Path, target: Path) -> None:
        if source.suffix == ".new":
            calls.append(source)
            if len(calls) == fatal:
                raise interruption
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(interruption):
        write_files(tmp_path, {"a": b"new a", "b": b"new b", "c": b"new c"})
    assert contents(tmp_path) == {"a": b"old a", "c": b"old c"}


def test_a_folder_in_the_way_undoes_everything(tmp_path: Path) -> None:
    (tmp_path / "b" / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        write_files(tmp_path, {"a": b"new", "b": b"new"})
    assert contents(tmp_path) == {}
    assert (tmp_path / "b" / "inside").is_dir()


@pytest.mark.parametrize("name", ["../a", "/a", "", "x/../../a", "a\\b"])
def test_a_path_outside_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(IllFormedError, match="relative path"):
        write_files(tmp_path / "out", {"good": b"", name: b""})
    assert not (tmp_path / "out").exists()
