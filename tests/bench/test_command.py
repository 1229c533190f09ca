"""`symrnn bench`: exit codes, and a file that is written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from symrnn.bench.contender import OURS, Contender, Work
from symrnn.bench.measure import QUICK, Row, measure
from symrnn.cli import app
from symrnn.cli import bench as command
from symrnn.errors import DisagreementError, IllFormedError


def rows(*peers: Contender) -> list[Row]:
    ours = Contender(OURS, lambda: np.ones(2))
    work = Work("a product", {"d": 2}, (ours, *peers), missing=("absent",))
    return [measure(work, QUICK)]


def disagreeing() -> list[Row]:
    return rows(Contender("peer", lambda: np.zeros(2)))


def interrupted() -> list[Row]:
    raise KeyboardInterrupt


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def invoke(measured: Callable[[], list[Row]], *arguments: str) -> Any:
        monkeypatch.setattr(command, "run", lambda *given: measured())
        return CliRunner().invoke(app.app, ["bench", *arguments])

    return invoke


def test_it_prints_a_table_and_writes_json(bench: Any, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench(rows, "--quick", "--json", str(path))
    assert done.exit_code == 0, done.output
    assert "a product" in done.output and "absent is not installed" in done.output
    assert json.loads(path.read_text(encoding="utf-8"))["rows"][0]["missing"] == ["absent"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("measured", "error"), [(disagreeing, DisagreementError), (interrupted, KeyboardInterrupt)]
)
def test_a_run_that_fails_leaves_the_old_file(
    bench: Any, tmp_path: Path, measured: Any, error: type[BaseException]
) -> None:
    path = tmp_path / "figures.json"
    path.write_text("old", encoding="utf-8")
    done = bench(measured, "--json", str(path))
    assert done.exit_code != 0
    assert path.read_text(encoding="utf-8") == "old" and list(tmp_path.iterdir()) == [path]
    if error is DisagreementError:
        assert isinstance(done.exception, DisagreementError)


def test_a_folder_is_no_file(bench: Any, tmp_path: Path) -> None:
    done = bench(rows, "--json", str(tmp_path))
    assert isinstance(done.exception, IllFormedError)
