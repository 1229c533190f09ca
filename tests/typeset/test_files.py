from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from symrnn.errors import IllFormedError
from symrnn.typeset.files import remove_marked, require_room, write_files


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


def test_a_file_system_without_second_names_has_copies_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    test_an_interruption_leaves_all_the_old_files(tmp_path, monkeypatch, OSError, 2)


def test_room_is_looked_for_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"old")
    require_room(tmp_path / "a" / "b", ["c/d", "e"])
    require_room(tmp_path, ["old", "new"])
    assert contents(tmp_path) == {"old": b"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    with pytest.raises(IllFormedError, match="is in the way"):
        require_room(tmp_path.parent, [tmp_path.name])
    with pytest.raises(IllFormedError, match="can not be written") as caught:
        require_room(tmp_path / "a", ["b"], 1 << 60)
    assert caught.value.detail["needed"] == "about 1152921504606.8 MB"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP])
def test_a_file_system_that_reserves_nothing_is_no_full_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refused)
    require_room(tmp_path, ["a"])


def test_only_what_has_a_mark_is_removed(tmp_path: Path) -> None:
    ours, others, late = (tmp_path / name for name in ("ours", "others", "late"))
    ours.write_bytes(b"<meta mark>")
    others.write_bytes(b"<meta other>")
    late.write_bytes(b" " * 5000 + b"mark")
    gone = [remove_marked(path, [b"mark"]) for path in (ours, others, late, tmp_path, ours)]
    assert gone == [True, False, False, False, False]
    assert set(contents(tmp_path)) == {"others", "late"}
