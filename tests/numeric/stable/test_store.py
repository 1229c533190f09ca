"""Forms that are kept: read as they were written, and what is damaged is no form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sympy
from sympy import exp, tanh
from sympy.printing import srepr

from symrnn.language.activations import FORMULAS, X
from symrnn.numeric.stable import plan as planning
from symrnn.numeric.stable import store
from symrnn.numeric.stable.nodes import Choice, Data, Series, Z
from symrnn.numeric.stable.plan import chosen_now, plan

SLOPE = 1 - tanh(X) ** 2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "symrnn" / "stable"


def test_what_was_chosen_is_found_and_nothing_is_chosen_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = plan.__wrapped__(SLOPE)
    assert first == chosen_now(SLOPE)
    assert len(list(folder.iterdir())) == 1
    monkeypatch.setattr(planning, "chosen_now", None)
    again = plan.__wrapped__(SLOPE)
    assert again == first and srepr(again.form) == srepr(first.form)
    with pytest.raises(TypeError):
        plan.__wrapped__(SLOPE + 1)


@pytest.mark.parametrize("name", FORMULAS)
def test_named_activations_are_kept(name: str, request: pytest.FixtureRequest) -> None:
    formulas = (FORMULAS[name], FORMULAS[name].diff(X))
    plans = [plan(formula) for formula in formulas]
    request.getfixturevalue("folder")
    for formula, found in zip(formulas, plans, strict=True):
        store.keep(formula, (found.form, found.worst, found.where))
        assert store.find(formula) == (found.form, found.worst, found.where)


NESTED = sympy.Mul(2, sympy.Add(X, 1, evaluate=False), evaluate=False)
BY_SERIES = Series(X, Data((sympy.Rational(1, 3), 0.1, 0, 1, ((1.5, 0.0, -0.25), Z**2 + 1))))
FORMS = [
    NESTED,
    BY_SERIES,
    sympy.Float("0.1", 40) * X,
    Choice(X, sympy.pi / 7, exp(-X), BY_SERIES),
    1 / (1 + exp(X) ** 3),
]


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_a_form_is_read_as_it_stands(form: Any) -> None:
    read = store.read(json.loads(json.dumps(store.written(form))))
    assert read == form and srepr(read.args) == srepr(form.args)


def test_what_has_no_name_is_not_kept(folder: Path) -> None:
    for form in (sympy.gamma(X), sympy.Symbol("y"), sympy.I * X, sympy.Function("exp")(X)):
        store.keep(SLOPE, (form, None, {}))
    assert store.find(SLOPE) is None and not folder.exists()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '["x"]', '[["system", ["number", 1, 1]], {}, {}]', '["y", {}, {}]',
     '[["number", "1/2", 3], {}, {}]', '["x", {"float64": "much"}, {}]', '["x", 3, {}]',
     '["x", {}, {"float64": [1]}]', "[" * 100_000],
)  # fmt: skip
def test_what_is_damaged_is_no_form(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = plan(SLOPE)
    monkeypatch.setattr(planning, "chosen_now", lambda formula: right)
    store.keep(SLOPE, (right.form, right.worst, right.where))
    (place,) = folder.iterdir()
    place.write_text(text, encoding="utf-8")
    assert store.find(SLOPE) is None
    assert plan.__wrapped__(SLOPE) == right
    assert store.find(SLOPE) is not None  # and is written anew


def test_another_planner_or_machine_finds_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.keep(SLOPE, (X, None, {}))
    assert store.find(SLOPE) is not None
    for other in ("node", "machine"):
        store._planner.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(store.platform, other, lambda: "elsewhere")
            assert store.find(SLOPE) is None
        store._planner.cache_clear()


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "symrnn").write_bytes(b"mine")
    right = plan(SLOPE)
    monkeypatch.setattr(store, "user_cache_path", lambda name: tmp_path / name)
    assert plan.__wrapped__(SLOPE) == right
