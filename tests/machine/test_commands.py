"""--machine on the command line: what is said without a prover, and with one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from symrnn import cli
from symrnn.cli import exits
from symrnn.machine.prover import PACKAGES, Prover

PROOF = '''"""One statement."""

from symrnn import D, derivation, statement
from symrnn import rules as by


@statement()
def of_mine(rnn):
    """The Jacobian of the pre-activation"""
    s, a, j = rnn.s, rnn.a, rnn.j
    drive = rnn.W * s[j - 1] + rnn.U * rnn.x[j] + rnn.b
    return (
        derivation(D(a[j], s[j - 1]), given=[j >= 1])
        .equals(D(drive, s[j - 1]), by.definition(a[j]))
        .equals(rnn.W, by.differentiate)
    )
'''


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["symrnn", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    code = stopped.value.code
    out, err = capsys.readouterr()
    return (code if isinstance(code, int) else 0), out, err


@pytest.mark.parametrize("command", ["check", "lecture"])
def test_without_the_prover_it_says_how_to_install_it_and_grades_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: str,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, monkeypatch, command, "--machine")
    assert (code, out) == (exits.ILL_FORMED, "")
    assert "nothing is machine checked" in err
    assert "apt-get install" in err and all(package in err for package in PACKAGES)
    assert list(tmp_path.iterdir()) == []


def test_the_theorems_are_about_every_activation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run(capsys, monkeypatch, "check", "--machine", "--activation", "tanh")
    assert code == exits.ILL_FORMED and "every σ" in err


def test_a_statement_of_the_user_is_checked_and_its_open_parts_named(
    prover: Prover,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.py").write_text(PROOF, encoding="utf-8")
    code, out, err = run(capsys, monkeypatch, "check", "--machine", str(tmp_path))
    assert (code, err) == (0, "")
    assert "Coq accepted 0 of 1 statements as theorems" in out
    assert "of_mine: no theorem yet" in out
    code, out, _ = run(capsys, monkeypatch, "check", "--machine", "--json", str(tmp_path))
    record = json.loads(out)
    assert record["machine"]["of_mine"]["open"] == {"": "no theorem yet"}
    assert "machine_checked" not in record["statements"][0]["grades"]
