"""`symrnn sweep` and `symrnn plot`, as a user calls them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn.cli.app import app
from symrnn.errors import IllFormedError
from symrnn.sweep import read_results

SPEC = """
title = "two cells"
repeats = 2
steps = 20
truncation = [5]
training = 2
[axes]
cell = ["elman", "own.toml"]
d = [3]
m = [2]
scale = [0.5, 2.0]
bias = { from = -1, to = 1, count = 3 }
"""
OWN = "text = \"h = sigmoid(z') * h' + U x; z = W h' + b\"\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "own.toml").write_text(OWN)
    file = tmp_path / "spec.toml"
    file.write_text(SPEC)
    return file


def _call(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, args)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_what_is_measured_is_drawn(spec: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    code, said = _call("sweep", spec, "-o", folder, "--workers", 0)
    assert (code, "24 nets, 0 of them known before" in said) == (0, True)
    assert read_results(folder).num_rows == 24
    code, said = _call("plot", folder, "--of", "explosions", "--of", "truncation_error_5")
    assert code == 0
    page = (folder / "index.html").read_text()
    assert "two cells" in page and "<script" not in page and page.count('role="img"') == 6
    assert (folder / "explosions-1.pdf").read_bytes().startswith(b"%PDF")


def test_what_can_not_be_drawn_is_named(spec: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    _call("sweep", spec, "-o", folder, "--workers", 0)
    for option, value in (("--x", "lambda"), ("--of", "loss")):
        with pytest.raises(IllFormedError, match=value):
            _call("plot", folder, option, value)
    assert not (folder / "index.html").exists()


def test_a_process_that_is_killed_loses_nothing_that_was_kept(spec: Path, tmp_path: Path) -> None:
    script = (
        "import sys, os, signal\n"
        "import symrnn.sweep.sharing as run\n"
        "run.FLUSH_SECONDS = 0.0\n"
        "real, done = run.measured, []\n"
        "def measured(point):\n"
        "    done.append(point)\n"
        "    if len(done) == 9:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return real(point)\n"
        "run.measured = measured\n"
        "from symrnn.cli import main\n"
        "main()\n"
    )
    folder = tmp_path / "out"
    call = ["sweep", str(spec), "-o", str(folder), "--workers", "0"]
    killed = subprocess.run(
        [sys.executable, "-c", script, *call],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    known = read_results(folder).num_rows
    assert 0 < known < 9
    code, said = _call(*call)
    assert (code, f"24 nets, {known} of them known" in said) == (0, True)
    assert read_results(folder).num_rows == 24
