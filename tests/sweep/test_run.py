"""A sweep shared among workers is the serial one to the byte, whoever dies on the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn.cli.app import app
from symrnn.errors import IllFormedError
from symrnn.sweep import read_results, run
from symrnn.sweep.design import Point
from symrnn.sweep.spec import Spec, parse_spec

SPEC = """
repeats = 2
steps = 20
[axes]
cell = ["elman", "gru"]
d = [3]
m = [2]
scale = [0.5, 1.0, 2.0]
"""


def _bytes(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in sorted((folder / "results").iterdir())}


@pytest.fixture(scope="module")
def serial(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, dict[str, bytes]]:
    spec, folder = parse_spec(SPEC), tmp_path_factory.mktemp("serial")
    outcome = run(spec, folder, workers=0)
    assert (outcome.nets, outcome.known, outcome.failed, outcome.lost) == (12, 0, 0, 0)
    return spec, _bytes(folder)


def test_a_worker_killed_in_the_middle_changes_nothing(
    serial: tuple[Spec, dict[str, bytes]],
    cluster: tuple[str, list[subprocess.Popen[bytes]]],
    tmp_path: Path,
) -> None:
    spec, expected = serial
    address, workers = cluster
    killed = []

    def kill(done: int, of: int, left: float | None, /) -> None:
        if done >= 2 and not killed:
            killed.append(done)
            workers[0].send_signal(signal.SIGKILL)

    outcome = run(spec, tmp_path, scheduler=address, listener=kill)
    assert killed and outcome.lost == 0
    assert _bytes(tmp_path) == expected


def test_a_run_that_is_stopped_goes_on_where_it_was(
    serial: tuple[Spec, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, expected = serial

    def stop(done: int, of: int, left: float | None, /) -> None:
        if done >= 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(spec, tmp_path, workers=0, listener=stop)
    known = read_results(tmp_path).num_rows
    assert 5 <= known < 12
    measured: list[str] = []
    module = sys.modules["symrnn.sweep.sharing"]
    real = module.measured  # type: ignore[attr-defined]

    def counted(point: Point) -> object:
        measured.append(point.key)
        return real(point)

    monkeypatch.setattr(module, "measured", counted)
    outcome = run(spec, tmp_path, workers=0)
    assert (outcome.known, len(measured)) == (known, 12 - known)
    assert _bytes(tmp_path) == expected


def test_a_net_without_numbers_has_a_row_that_says_why(tmp_path: Path) -> None:
    spec = parse_spec(
        "steps = 400\n" + 'axes.cell = ["h = identity(W h\' + U x)"]\naxes.d = [2]\naxes.m = [1]\n'
        "axes.scale = [1e9]\n"
    )
    outcome = run(spec, tmp_path, workers=0)
    assert outcome.failed == 1
    assert "RangeError" in read_results(tmp_path).column("failure")[0].as_py()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "http://127.0.0.1:1"])
def test_a_scheduler_that_is_not_there_is_named(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["symrnn.cluster"], "PATIENCE", 1.0)
    with pytest.raises(IllFormedError, match=address):
        run(parse_spec(SPEC), tmp_path, scheduler=address)


def test_an_extended_sweep_measures_the_new_nets_alone(tmp_path: Path) -> None:
    first = run(parse_spec(SPEC), tmp_path, workers=0)
    more = run(parse_spec(SPEC.replace("2.0]", "2.0, 3.0]")), tmp_path, workers=0)
    assert (first.nets, more.nets, more.known) == (12, 16, 12)


def test_a_sweep_without_meaning_leaves_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "spec.toml"
    spec.write_text(SPEC + "bogus = [1]\n")
    found = CliRunner().invoke(app, ["sweep", str(spec), "-o", str(tmp_path / "out")])
    assert isinstance(found.exception, IllFormedError) and "bogus" in str(found.exception)
    assert not (tmp_path / "out").exists()
