"""Statements that the workers of a cluster check: what they find is what this process finds."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from symrnn.cells.elman import elman
from symrnn.cli.app import app
from symrnn.cluster import found_by, package
from symrnn.theory.library import load
from symrnn.verify import elsewhere

Cluster = tuple[str, list[subprocess.Popen[bytes]]]

PROOF = """
from symrnn import D, derivation, statement
from symrnn import rules as by


@statement()
def {name}(rnn):
    \"\"\"{name}\"\"\"
    s, a, j = rnn.s, rnn.a, rnn.j
    return (
        derivation(D(a[j], s[j - 1]), given=[j >= 1])
        .equals(D(rnn.W * s[j - 1] + rnn.U * rnn.x[j] + rnn.b, s[j - 1]), by.definition(a[j]))
        .equals({right}, by.differentiate)
    )
"""


def _folder(path: Path, name: str, right: str) -> Path:
    path.mkdir()
    (path / "proof.py").write_text(PROOF.format(name=name, right=right))
    return path


def _told(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: each[key] for key in each if key != "seconds"} for each in records]


def test_folders_are_shared_and_workers_that_die_cost_nothing(
    cluster: Cluster,
    one_more_worker: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, workers = cluster
    folders = [
        _folder(tmp_path / "right", "right_one", "rnn.W"),
        # Another file of the same name, that says what is false.
        _folder(tmp_path / "wrong", "wrong_one", "2 * rnn.W"),
        _folder(tmp_path / "more", "other_one", "rnn.W"),
    ]
    call = ["check", *map(str, folders), "--json"]
    here = CliRunner().invoke(app, call)
    assert here.exit_code == 1 and here.stdout, (here.output, here.exception)
    killed = []
    real = elsewhere.found_by

    def kill(future: Any) -> Any:
        # All that there are: what any of them was sent has to be sent again.
        if not killed:
            killed.extend(workers)
            for each in killed:
                each.send_signal(signal.SIGKILL)
            one_more_worker()
        return real(future)

    monkeypatch.setattr(elsewhere, "found_by", kill)
    there = CliRunner().invoke(app, [*call, "--scheduler", address])
    assert killed and there.exit_code == 1, (there.output, there.exception)
    one, other = (json.loads(each.stdout)["statements"] for each in (here, there))
    assert _told(one) == _told(other)
    assert [each["name"] for each in one if "failure" in each] == ["wrong_one"]


def test_a_worker_that_has_read_files_has_none_lying_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _folder(tmp_path / "sent", "sent_one", "rnn.missing")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    sent = (elsewhere.proofs_of(load([folder], alone=True)), elman())
    _, found = elsewhere.task(sent, "sent_one")
    told = str(found["failure"])
    assert "proof.py, line 1" in told and ".equals(rnn.missing" in told
    assert list(tmp_path.iterdir()) == [folder]


def test_what_is_claimed_otherwise_there_is_not_shown_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = "__import__('os').environ['FACTOR'].count('1') * rnn.W"
    folder = _folder(tmp_path / "two_faced", "two_faced", right)
    found, rnn = {}, elman()
    for factor in ("1", "11"):
        monkeypatch.setenv("FACTOR", factor)
        library = load([folder], alone=True)
        library["two_faced"].parts(rnn)
        found[factor] = library["two_faced"]
    monkeypatch.setenv("FACTOR", "1")
    _, known = elsewhere.task((elsewhere.proofs_of(library), rnn), "two_faced")
    assert elsewhere.believed(found["1"], rnn, known).complete
    wrong = elsewhere.believed(found["11"], rnn, known)
    assert not wrong.grades and "2 W" in str(wrong.failure) and "there" in str(wrong.failure)


def test_another_version_is_refused() -> None:
    with pytest.raises(Exception, match="another version"):
        found_by(SimpleNamespace(result=lambda: ("0.0.1", {})))


def test_what_no_worker_survives_is_known_neither_way() -> None:
    def result() -> Any:
        raise package("distributed").KilledWorker("a task", None, 3)

    assert found_by(SimpleNamespace(result=result)) is None


def test_documents_are_shared_and_what_is_found_is_what_is_found_here(
    cluster: Cluster, tmp_path: Path
) -> None:
    address, _ = cluster
    net = "$$h_t = \\tanh(a_t)$$\n\n$$a_t = W h_{t-1} + b$$\n\n"
    for name, value in (("a", "W"), ("b", "W^\\top")):
        claim = f"$$\\frac{{\\partial a_t}}{{\\partial h_{{t-1}}}} = {value}$$\n"
        more = "$$\\frac{\\partial a_t}{\\partial b} = I$$\n\n"
        (tmp_path / f"{name}.md").write_text(net + more + claim)
    (tmp_path / "c.md").write_bytes(b"\x00\x01\x02")
    call = ["audit", str(tmp_path), "--format", "json", "--no-cache"]
    here = CliRunner().invoke(app, call)
    there = CliRunner().invoke(app, [*call, "--scheduler", address])
    assert there.exit_code == here.exit_code, (there.output, there.exception)
    assert json.loads(there.stdout) == json.loads(here.stdout)
    assert len(json.loads(here.stdout)["findings"]) > 6
