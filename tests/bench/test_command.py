"""`symrnn bench`: exit codes, and a file that is written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from symrnn.bench import history, record
from symrnn.bench.contender import OURS, Contender, Work
from symrnn.bench.goals import TO_PEER
from symrnn.bench.measure import QUICK, Row, measure
from symrnn.bench.tuning import measured
from symrnn.cli import app
from symrnn.cli import bench as command
from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError, ParseError
from symrnn.numeric.thresholds import Thresholds


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


def test_what_was_measured_is_shown_where_a_later_item_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*given: Any) -> list[Row]:
        given[-1].extend(rows())
        raise DisagreementError("the second item differs")

    monkeypatch.setattr(command, "run", fails)
    done = CliRunner().invoke(app.app, ["bench", "--quick", "--json", str(tmp_path / "f.json")])
    assert done.exit_code == 1 and "a product" in done.output
    assert not list(tmp_path.iterdir())


def test_thresholds_are_kept_before_anything_is_measured(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Thresholds] = []
    monkeypatch.setattr(command, "measured", lambda: Thresholds(144, 12))
    monkeypatch.setattr(command, "keep", kept.append)

    def later() -> list[Row]:
        assert kept == [Thresholds(144, 12)]
        return rows()

    done = bench(later, "--quick", "--tune")
    assert done.exit_code == 0 and "144 entries of a weight" in done.output, done.output
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NotSupportedError, match="needs numba"):
        measured()


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


def released(version: str, ratio: float | None, quick: bool = False) -> dict[str, Any]:
    made = record.record(rows(Contender("peer", lambda: np.ones(2))), quick)
    made["versions"]["symrnn"] = version
    made["rows"][0]["figures"][TO_PEER] = ratio
    return made


def test_releases_are_kept_in_one_file_and_drawn(bench: Any, tmp_path: Path) -> None:
    def measured() -> list[Row]:
        return rows(Contender("peer", lambda: np.ones(2)))

    path = tmp_path / "history.json"
    path.write_bytes(history.written([released("0.1", 1.5)]))
    done = bench(measured, "--history", str(path))
    assert done.exit_code == 0, done.output
    runs = history.read(path)
    assert runs[0]["versions"]["symrnn"] == "0.1" and len(runs) == 2
    again = bench(measured, "--history", str(path))
    assert again.exit_code == 0 and len(history.read(path)) == 2
    assert "<svg" in (tmp_path / "history.svg").read_text(encoding="utf-8")
    assert {each.name for each in tmp_path.iterdir()} == {"history.json", "history.svg"}
    drawn = history.drawn([released("0.1", 1.5), released("0.2", 0.75)])
    assert drawn.data is not None
    assert ("0.2", TO_PEER, "a product d = 2", 0.75) in drawn.data.rows


def test_a_history_that_is_none_is_refused(bench: Any, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    for text in ("no json", "[]", '{"schema": "other", "runs": []}', json.dumps({"runs": [1]})):
        path.write_text(text, encoding="utf-8")
        assert isinstance(bench(rows, "--history", str(path)).exception, IllFormedError)
        assert path.read_text(encoding="utf-8") == text
    path.unlink()
    assert isinstance(bench(rows, "--quick", "--history", str(path)).exception, ParseError)
    with pytest.raises(IllFormedError, match="full sizes"):
        history.added([], released("0.1", 1.0, quick=True))
    with pytest.raises(IllFormedError, match="nothing to draw"):
        history.drawn([])
