"""The main job: what fails leaves nothing behind, and the data may be the user's own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrnn import rules as by
from symrnn import statement
from symrnn.cells import named
from symrnn.cells.subject import network
from symrnn.errors import EvidenceError, UnjustifiedStepError, UnmetError
from symrnn.lecture import work
from symrnn.lecture.network import study
from symrnn.lecture.proving import met
from symrnn.numeric.data import Series
from symrnn.theory.about import EXAMPLES
from symrnn.theory.derivation import derivation
from symrnn.theory.library import load
from symrnn.verify.evidence import Evidence

from .conftest import gradients


@statement()
def wrong(rnn: Any) -> Any:
    """A product turned round"""
    return derivation((rnn.W * rnn.b).T).equals(rnn.b.T * rnn.W, by.transpose_of_product)


def test_a_failed_check_names_it_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with pytest.raises(UnjustifiedStepError, match="Step 1 of `wrong`") as caught:
        work.make(replace(gradients(), library={"wrong": wrong}), folder)
    assert {"before", "after", "expected", "counterexample"} <= set(caught.value.detail)
    assert not folder.exists()


def test_an_interrupt_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*arguments: Any, **rest: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "study", stop)
    with pytest.raises(KeyboardInterrupt):
        work.make(replace(gradients(), library={}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module", params=EXAMPLES)
def report(request: pytest.FixtureRequest) -> Any:
    steps = np.arange(200)
    series = Series("a wave", np.sin(0.7 * steps) + 0.3 * np.sin(1.9 * steps), "made here")
    return request.param, study(series, load(), EXAMPLES[request.param]())


def test_the_network_learns_any_series(report: Any) -> None:
    cell, report = report
    record = report.record()
    assert record["cell"] == cell
    assert record["series"] == "a wave"
    assert record["loss_last"] < record["baseline"]
    assert record["loss_last"] < record["loss_first"]
    assert record["complex_step"] <= 1e-12
    json.dumps(record)


def test_the_bounds_lie_above_what_is_measured(report: Any) -> None:
    _, report = report
    for decay in report.decays:
        assert (decay.norms <= decay.bounds * (1 + 1e-9)).all()
        assert decay.norms[0] == pytest.approx(1.0)
    assert (report.bias.measured <= report.bias.bound * (1 + 1e-9)).all()
    assert report.bias.measured[-1] < report.bias.measured[0]


def test_what_no_point_meets_is_set_aside_of_another_cell_and_fails_for_its_own() -> None:
    library, gru = load(), network(named("gru"))
    unmet = UnmetError("no exact point meets the hypotheses of `product_of_jacobians`")
    evidence = tuple(
        Evidence(
            library[name].of(gru), (), failure=unmet if name == "product_of_jacobians" else None
        )
        for name in ("recurrence", "product_of_jacobians", "bptt")
    )
    kept, asides = met(evidence, {}, gru)
    assert [each.statement.name for each in kept] == ["recurrence"]
    assert {name: each.holds for name, each in asides.items()} == {
        "product_of_jacobians": None,
        "bptt": False,
    }
    assert met(evidence, {}, EXAMPLES["elman"]()) == (evidence, {})
    wrong = (replace(evidence[1], failure=EvidenceError("it does not hold")),)
    assert met(wrong, {}, gru) == (wrong, {})
