"""Machine code of generated functions is found again, for that function alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from symrnn.numeric.loops import native

SOURCE = "def f(x):\n    return g(x) + 1\n"
DOUBLED, TRIPLED = "def g(x):\n    return 2 * x\n", "def g(x):\n    return 3 * x\n"


@pytest.fixture
def folder(require_module: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    require_module("numba")
    monkeypatch.setattr(native, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "symrnn" / "machine code"


def made(source: str = SOURCE, g: str = DOUBLED, **options: Any) -> Any:
    called = native.compiled(native.function_of(g, {}))
    return native.kept(source, {"g": called}, calls=[g], **options)


def hits(function: Any) -> int:
    return sum(function.stats.cache_hits.values())


def test_what_was_compiled_is_found_again(folder: Path) -> None:
    first, second = made(), None
    assert first(2.0) == 5 and hits(first) == 0
    second = made()
    assert second(2.0) == 5 and hits(second) == 1
    assert second(2) == 5 and hits(second) == 1, "machine code for other types"


def test_another_function_another_option_and_other_code_called_are_not_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made()(2.0)
    others = [
        (made(SOURCE.replace("1", "7")), 11),
        (made(g=TRIPLED), 7),
        (made(fastmath={"contract"}), 5),
    ]
    for other, expected in others:
        assert other(2.0) == expected and hits(other) == 0
    monkeypatch.setattr(native.content, "program", lambda *folders: "another version")
    newer = made()
    assert newer(2.0) == 5 and hits(newer) == 0
    assert len(list(folder.iterdir())) == 5


def test_a_file_that_was_changed_is_written_anew(folder: Path) -> None:
    made()(2.0)
    (file,) = folder.glob("*/loop.py")
    file.write_text(SOURCE.replace("1", "8"), encoding="utf-8")
    assert made()(2.0) == 5
    assert file.read_text(encoding="utf-8") == SOURCE


@pytest.mark.parametrize("place", ["symrnn", "symrnn/machine code"])
def test_where_nothing_can_be_written_nothing_is_kept(folder: Path, place: str) -> None:
    blocked = folder.parent.parent / place
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("", encoding="utf-8")
    assert made()(2.0) == 5


def test_the_oldest_makes_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "KEPT", 2)
    texts = [SOURCE.replace("1", str(n)) for n in (1, 2, 3)]
    for age, text in zip((3, 2), texts, strict=False):
        made(text)
        (new,) = (each for each in folder.iterdir() if (each / "loop.py").read_text() == text)
        os.utime(new, (1000 - age, 1000 - age))
    made(texts[0])  # asked for again
    made(texts[2])
    left = {(each / "loop.py").read_text(encoding="utf-8") for each in folder.iterdir()}
    assert left == {texts[0], texts[2]}
