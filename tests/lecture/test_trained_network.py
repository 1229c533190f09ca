"""The network of a lecture about any cell: what is measured of it, and what is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symrnn.cells import Cell, cell, named
from symrnn.errors import EvidenceError, NotSupportedError
from symrnn.language.notation import LECTURE
from symrnn.lecture import decay as decays
from symrnn.lecture import network as module
from symrnn.lecture.lettering import lettered_subject
from symrnn.lecture.network import NetworkReport, require_learning, study
from symrnn.lecture.network_section import section
from symrnn.lecture.statements import Writer
from symrnn.numeric.data import Series
from symrnn.theory.applicable import speaking
from symrnn.theory.library import load
from symrnn.typeset.blocks import Figure, Paragraph, Table

WAVE = Series("a wave", np.sin(0.7 * np.arange(120.0)), "made here")


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "UNITS": 3,
        "UNITS_OF_SEVERAL": 3,
        "TRAINED": 2,
        "HORIZON": 5,
        "CHECKED": 3,
    }.items():
        monkeypatch.setattr(module, name, value)


def studied(of: Cell) -> tuple[NetworkReport, str, list[str]]:
    """The report, what the section says, and the names of its pictures."""
    rnn, notation = lettered_subject(of, LECTURE)
    report = study(WAVE, speaking(load(), rnn)[0], rnn)
    blocks = section(report, "f(x)", notation, rnn).blocks
    kernels = next(b for b in blocks if isinstance(b, Table) and b.label == "kernels")
    # Every parameter by its own name: a gate's W_z is not the V that the lecture's W stands for.
    for each in of.parameters:
        letter = Writer(notation, {}).latex(each)
        assert any(rf"/\partial {letter}$ as a sum" in row[0] for row in kernels.rows), letter
    assert any(r"_{0}$ as a sum" in row[0] for row in kernels.rows)
    words = " ".join(block.text for block in blocks if isinstance(block, Paragraph))
    return report, words, [block.name for block in blocks if isinstance(block, Figure)]


def test_a_cell_of_several_states_is_trained_and_measured() -> None:
    report, words, figures = studied(
        cell("q = sigmoid(W_q k' + U x); p = q * p' + V k' + q; k = tanh(p)")
    )
    assert figures == ["norm_decay", "singular_values", "truncation_bias"]
    assert r"a linear readout of $k_{t}$" in words and r"\lVert \partial s_{t}/\partial s_" in words
    assert "σ" not in words and r"\gamma" not in words and r"\lambda" not in words
    # γ and λ are of one activation; here q is a gate, and the bound has another letter.
    assert str(report.bound).startswith("varrho**") and not report.regimes
    assert report.spectrum.values.shape == (6, 6)
    for each in report.decays:
        assert (each.norms <= each.bounds * (1 + 1e-9)).all()
        assert each.bounds[1] == pytest.approx(each.bounds[2] ** 0.5)
    assert {"∂L/∂V by the adjoint recursion"} <= {each.kernel for each in report.agreements}


def test_a_cell_that_stays_at_rest_has_nothing_to_lose() -> None:
    report, words, figures = studied(cell("h = sigmoid(U x) * tanh(V h')"))
    assert figures == ["norm_decay", "singular_values"] and "takes nothing from it" in words
    assert not report.bias.measured.any()  # type: ignore[union-attr]


def test_a_step_that_never_contracts_has_no_tail() -> None:
    report, words, figures = studied(named("residual"))
    assert report.bias is None and "truncation_bias" not in figures
    assert "says nothing" in words
    worse = replace(report, net=replace(report.net, held_out=9e9))
    rnn, notation = lettered_subject(named("residual"), LECTURE)
    blocks = section(worse, "f(x)", notation, rnn).blocks
    assert any(isinstance(b, Paragraph) and "no better than" in b.text for b in blocks)


def test_a_bound_that_is_too_low_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    of = named("gru_without_reset")
    rnn, _ = lettered_subject(of, LECTURE)
    library = speaking(load(), rnn)[0]
    honest = decays.measured

    def low(*arguments: Any) -> dict[str, float]:
        return {name: 0.9 * value for name, value in honest(*arguments).items()}

    monkeypatch.setattr(decays, "measured", low)
    with pytest.raises(EvidenceError, match="exceeds"):
        study(WAVE, library, rnn)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("h = W h' + b * tanh(h')", "is to read a series"),
        ("h = tanh(W h' + U x + V y)", "nothing"),
        ("h = tanh(W h') + x", "is to read one number a step"),
    ],
)
def test_what_can_not_be_trained_is_said(text: str, message: str) -> None:
    rnn, _ = lettered_subject(cell(text), LECTURE)
    if message == "nothing":  # y is a column, which adds to the bias
        assert require_learning(load(), rnn).cell.inputs
        return
    with pytest.raises(NotSupportedError, match=message):
        require_learning(load(), rnn)
    with pytest.raises(NotSupportedError, match="is not said of this cell"):
        require_learning({}, rnn)
