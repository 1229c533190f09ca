"""The assertion, the fixture, the seed, and the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from planted_bugs import elman
from typer.testing import CliRunner

from symrnn.cli.app import app
from symrnn.testing import SEED, assert_forward, assert_gradients, assert_jacobian, default_seed

pytest_plugins = ["pytester"]

CODE = """
import numpy as np

def backward(W, U, b, x, h0, dh):
    h = [h0]
    for x_t in x:
        h.append(np.tanh(h[-1] @ W.T + x_t @ U.T + b))
    dW, dU, db, carry = 0, 0, 0, 0
    for t in reversed(range(len(x))):
        da = (dh[t] + carry) * (1 - h[t + 1]**2)
        dW, dU, db = dW + da.T @ h[t], dU + da.T @ x[t], db + da.sum(0)
        carry = da @ W{}
    return {{"W": dW, "U": dU, "b": db}}
"""


def test_an_assertion_fails_with_the_table() -> None:
    assert_gradients("elman", elman())
    with pytest.raises(AssertionError, match="stands for its transpose") as failed:
        assert_gradients("elman", elman("carry transposed"))
    assert len(str(failed.value).splitlines()) <= 20
    with pytest.raises(AssertionError):
        assert_forward("elman", lambda parameters, inputs, initial: inputs, pairs=False)
    with pytest.raises(AssertionError):
        assert_jacobian(
            "elman", lambda parameters, inputs, initial, t, k: parameters["W"], pairs=False
        )


def test_the_seed_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEED, "12")
    assert default_seed() == 12
    monkeypatch.setenv(SEED, "x")
    with pytest.raises(ValueError, match=SEED):
        default_seed()


def test_the_fixture_and_the_option(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SEED, raising=False)
    pytester.makepyfile(mine=CODE.format(".T"))
    pytester.makepyfile(
        """
        from mine import backward

        def test_backward(assert_gradients):
            assert_gradients("elman", backward)
        """
    )
    run = pytester.runpytest_inprocess(
        "-p", "symrnn.pytest_gradients", "--symrnn-seed", "7", "-p", "no:cacheprovider"
    )
    monkeypatch.delenv(SEED, raising=False)
    run.assert_outcomes(failed=1)
    run.stdout.fnmatch_lines(["symrnn seed: 7", "*W stands for its transpose*"])


def test_the_command_compares_a_file(tmp_path: Path) -> None:
    runner = CliRunner()
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(CODE.format(""))
    bad.write_text(CODE.format(".T"))
    found = runner.invoke(app, ["compare-code", f"{good}::backward", "--cell", "elman"])
    assert found.exit_code == 0 and "all 3 agree" in found.output
    found = runner.invoke(app, ["compare-code", f"{bad}::backward", "--cell", "elman", "--json"])
    record = json.loads(found.output)
    assert found.exit_code == 1 and "transpose" in record["slips"][0]["words"]


@pytest.mark.parametrize("what", ["no.py::backward", "{}::forward", "{}", "{}::", "broken"])
def test_what_can_not_be_compared_is_said(tmp_path: Path, what: str) -> None:
    file = tmp_path / "code.py"
    file.write_text(CODE.format("") if what != "broken" else "raise ValueError('no')")
    named = f"{file}::backward" if what == "broken" else what.format(file)
    found = CliRunner().invoke(app, ["compare-code", named, "--cell", "elman"])
    assert found.exit_code != 0 and found.exception is not None
    assert type(found.exception).__module__ == "symrnn.errors"
