"""Cells that a lecture trains: what carries their states, what is measured, what is shown."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn.cells import cell, named
from symrnn.errors import EvidenceError, ParseError
from symrnn.lecture import trained_cells as module
from symrnn.lecture.front_matter import split
from symrnn.lecture.trained_cells import LAGS, TrainedCell, carrying_gate, study_cells
from symrnn.lecture.trained_figures import trained_section
from symrnn.numeric.data import sunspots
from symrnn.typeset.blocks import Figure, Table, walk


@pytest.fixture(scope="module")
def studied() -> tuple[TrainedCell, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "RUNS", {"spots": (sunspots, {"steps": 40})})
        return study_cells(["elman", "gru"])


@pytest.mark.parametrize(
    ("which", "gate"),
    [
        (named("lstm"), "f"),
        (named("gru"), "z"),
        (named("coupled_gates"), "f"),
        (named("elman"), None),
        (named("leaky"), None),
        (cell("q = sigmoid(W k' + U x); n = tanh(V k' + P x); k = q * k' + (1 - q) * n"), "q"),
        (cell("q = sigmoid(W k' + U x); k = q * tanh(V k') + k'"), None),
    ],
)
def test_what_carries_a_state_is_read_off_the_definitions(which, gate) -> None:  # type: ignore[no-untyped-def]
    found = carrying_gate(which)
    assert (None if found is None else found.label) == gate


def test_the_path_is_the_product_of_the_gate_by_hand(studied: tuple[TrainedCell, ...]) -> None:
    _, gru = studied
    forecast = gru.forecasts["spots"]
    p, x = forecast.trained, forecast.data.inputs
    state, gates = np.zeros(16), []

    def squash(a):  # type: ignore[no-untyped-def]
        return 1 / (1 + np.exp(-a))

    for value in x:
        r = squash(p["W_r"] @ state + p["U_r"] @ value + p["b_r"])
        z = squash(p["W_z"] @ state + p["U_z"] @ value + p["b_z"])
        n = np.tanh(p["U_n"] @ value + p["b_n"] + r * (p["W_n"] @ state + p["c_n"]))
        state = z * state + (1 - z) * n
        gates.append(z)
    assert gru.path is not None and gru.gate is not None
    for n in (0, 1, 7, LAGS):
        product = np.prod(gates[len(gates) - n :], axis=0) if n else np.ones(16)
        assert gru.path[n] == pytest.approx(np.log(product.max()), abs=1e-9)
    assert gru.gate.mean == pytest.approx(np.mean(gates[-LAGS:]))
    assert gru.gate.values == pytest.approx(np.array(gates[-LAGS:]), abs=1e-12)
    assert gru.before[0] == gru.after[0] == 0
    assert not np.allclose(gru.path[1:], gru.after[1:], rtol=0.01)


def test_all_of_it_is_shown(studied: tuple[TrainedCell, ...]) -> None:
    section = trained_section(studied)
    assert section is not None
    blocks = list(walk((section,)))
    drawn = [each.name for each in blocks if isinstance(each, Figure)]
    assert drawn == ["before_training", "after_training", "path_and_derivative", "gate_values"]
    losses, gates = (each for each in blocks if isinstance(each, Table))
    assert [row[0] for row in losses.rows] == ["elman", "gru", "the last value"]
    assert losses.rows[1][1] == f"{studied[1].forecasts['spots'].held_out:.3f}"
    assert [row[:2] for row in gates.rows] == [("gru", "z")]
    assert trained_section(()) is None
    assert studied[0].record["held_out"].keys() == {"spots"}


def test_a_cell_that_does_not_learn_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RUNS", {"spots": (sunspots, {"steps": 1, "rate": 1e-9})})
    with pytest.raises(EvidenceError, match="does not beat predicting the last value"):
        study_cells(["elman"])


@pytest.mark.parametrize("given", ["[elman, ellman]", "[gru, gru]", "[[elman]]", "7"])
def test_cells_that_are_not_there_are_refused(given: str) -> None:
    with pytest.raises(ParseError, match="names no cell"):
        split(f"---\ncells: {given}\n---\n# T\n", "lecture.md")
    front, _ = split("---\ncells: [elman, gru]\n---\n# T\n", "lecture.md")
    assert front.cells == ("elman", "gru")
