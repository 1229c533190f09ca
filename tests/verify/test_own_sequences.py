"""A user's statement may speak of sequences and parameters that the recurrence does not have."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from symrnn import cli

HEAD = """
import sympy
from symrnn import D, derivation, statement
from symrnn import rules as by
from symrnn.language.algebra import Identity, Parameter
from symrnn.language.structure import Kronecker, Vec
from symrnn.language.time import Sequence

n = sympy.Symbol("n", integer=True, positive=True)


@statement()
def of_its_own(rnn):
    \"\"\"A statement of its own\"\"\"
    V, c, z = Parameter("V", n, rnn.d), Parameter("c", n, 1), Sequence("z", rnn.d)
    s, t, W = rnn.s, rnn.t, rnn.W
    return derivation(CLAIM)
"""
READOUT = "D(V * s[t] + c, Vec(V))).equals(Kronecker(s[t].T, Identity(n)), by.differentiate"
OWN = "D(W * z[t] + z[t], Vec(W))).equals(Kronecker(z[t].T, Identity(rnn.d)), by.differentiate"
BY_OWN = "D(W * z[t], z[t])).equals(W, by.differentiate"


def checked(
    claim: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[int, str]:
    (folder / "own.py").write_text(HEAD.replace("CLAIM", claim), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["symrnn", "check", str(folder)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    code = stopped.value.code
    out, err = capsys.readouterr()
    return (code if isinstance(code, int) else 0), out + err


@pytest.mark.parametrize("claim", [READOUT, OWN, BY_OWN], ids=["a readout", "a sequence", "by it"])
def test_it_is_checked(
    claim: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, said = checked(claim, tmp_path, capsys, monkeypatch)
    assert code == 0, said
    assert "✓ of_its_own  sampled explicit derived" in said
