"""`symrnn derive --format numpy` of a cell: what is computed once has a name, and it runs."""

from __future__ import annotations

import sys
from inspect import signature
from typing import Any

import numpy as np
import pytest

from symrnn import cli
from symrnn.numeric.runtime import NAMESPACE


def _printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, asked: str, cell: str
) -> str:
    arguments = ["symrnn", "derive", asked, "--cell", cell, "--format", "numpy"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert not stopped.value.code
    return capsys.readouterr().out


def test_numpy_of_a_gated_step_multiplies_by_each_weight_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _printed(capsys, monkeypatch, "dh[t]/dh[t-1]", "lstm")
    for gate in "figo":
        assert out.count(f"W_{gate} @ ") == out.count(f"U_{gate} @ ") == 1
        assert f"# a_{gate}[j] = a_{gate}_at(" in out


def test_numpy_of_a_cell_runs_as_it_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = _printed(capsys, monkeypatch, "dh[t]/dalpha", "leaky")
    assert out.index("def a_h_at") < out.index("def v_h_at")
    made = vars(np) | NAMESPACE
    exec(out, made)  # noqa: S102 - our own output
    rng = np.random.default_rng(5)
    last = 4
    fixed = {"W": rng.normal(size=(3, 3)), "U": rng.normal(size=(3, 2))}
    fixed |= {"b": rng.normal(size=(3, 1)), "x": rng.normal(size=(last + 1, 2, 1))}

    def called(name: str, values: dict[str, Any]) -> Any:
        return made[name](*(values[each] for each in signature(made[name]).parameters))

    def values(alpha: float) -> dict[str, Any]:
        shape = (last + 1, 3, 1)
        run = {"h": np.zeros(shape), "a_h": np.zeros(shape), "v_h": np.zeros(shape)}
        for j in range(1, last + 1):
            for name in ("a_h", "v_h"):
                run[name][j] = called(f"{name}_at", fixed | run | {"j": j})
            run["h"][j] = (1 - alpha) * run["h"][j - 1] + alpha * run["v_h"][j]
        return fixed | run | {"alpha": alpha, "t": last, "d": 3, "dtype": float}

    moved = (values(0.3 + 1e-6)["h"][last] - values(0.3 - 1e-6)["h"][last]) / 2e-6
    np.testing.assert_allclose(called("formula", values(0.3)), moved, rtol=1e-7)
