"""Programs are parsed from one place, which any thread may enter."""

from __future__ import annotations

import ast
import gc
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import symrnn
from symrnn.python_text import names_read, parsed

LONG = "\n".join(f"x{i} = (a + b * {i})[1:{i}, ...] @ f(c, d={i})" for i in range(60))


@pytest.fixture
def switching() -> Iterator[None]:
    """Whenever memory is looked through, another thread may go on, as beside Dask."""
    threshold = gc.get_threshold()

    def elsewhere(_phase: str, _info: dict[str, int]) -> None:
        time.sleep(1e-4)

    gc.callbacks.append(elsewhere)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*threshold)
    gc.callbacks.remove(elsewhere)


@pytest.mark.usefixtures("switching")
def test_threads_parse_at_once() -> None:
    expected, found = ast.dump(ast.parse(LONG)), []

    def work() -> None:
        for _ in range(5):
            found.append(ast.dump(parsed(LONG)) == expected)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [True] * 20


def test_nothing_else_of_ours_parses_python() -> None:
    package = Path(symrnn.__file__).parent
    calls = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "ast.parse(" in path.read_text(encoding="utf-8")
    }
    assert calls == {"python_text.py"}


def test_names_read() -> None:
    assert names_read("    y = f(x)\n    return y + z.w\n") == {"y", "f", "x", "z"}
