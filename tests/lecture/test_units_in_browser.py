"""Single units in Chromium: what the page computes is what NumPy does, pass by pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from symrnn.lecture.explorer import explorer
from symrnn.lecture.project import Project
from symrnn.typeset.document import Document
from symrnn.typeset.explorer_units import UnitsExplorer
from symrnn.typeset.html import page as page_of

Array = NDArray[Any]
Pass = Callable[[dict[str, Array], tuple[Any, ...]], tuple[tuple[Any, ...], Array]]

AGREE = 1e-10
TINY = 1e-30
"""A complex step: nothing is subtracted, so that it is exact to the last digits."""


def sigma(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def lstm(p: dict[str, Array], state: tuple[Any, ...]) -> tuple[tuple[Any, ...], Array]:
    """One step by hand, and the gate; c first."""
    c, h = state
    i, f, o = (sigma(p[f"W_{q}"] * h + p[f"b_{q}"]) for q in "ifo")
    c = f * c + i * np.tanh(p["W_g"] * h + p["b_g"])
    return (c, o * np.tanh(c)), f


def gru(p: dict[str, Array], state: tuple[Any, ...]) -> tuple[tuple[Any, ...], Array]:
    """One step by hand, and the gate."""
    (h,) = state
    r, z = (sigma(p[f"W_{q}"] * h + p[f"b_{q}"]) for q in "rz")
    return (z * h + (1 - z) * np.tanh(p["W_n"] * (r * h) + p["b_n"]),), z


UNITS: dict[str, Pass] = {"lstm": lstm, "gru": gru}


def by_hand(
    step: Pass, settings: list[dict[str, float]], names: list[str], t: int
) -> list[dict[str, Array]]:
    """States, the product of gates, and the total derivative by a complex step, by t - k."""
    p = {name: np.array([each[name] for each in settings]) for name in settings[0]}
    states, gates = [tuple(p[name] for name in names)], []
    for _ in range(t):
        state, gate = step(p, states[-1])
        states.append(state)
        gates.append(gate)
    total = []
    for k in range(t, -1, -1):
        moved: tuple[Any, ...] = (states[k][0] + 1j * TINY, *states[k][1:])
        for _ in range(t - k):
            moved, _ = step(p, moved)
        total.append(np.abs(np.imag(moved[0]) / TINY))
    direct = [np.prod(gates[k:], axis=0) * np.ones(len(settings)) for k in range(t, -1, -1)]
    said = {"states": np.array(states), "direct": np.array(direct), "total": np.array(total)}
    return [
        {n: values[..., place].T for n, values in said.items()} for place in range(len(settings))
    ]


@pytest.fixture(scope="module")
def made(gates: Project) -> UnitsExplorer:
    shown = explorer(gates.library)
    assert isinstance(shown, UnitsExplorer)
    return shown


def opened(browser: Browser, made: UnitsExplorer, path: Path) -> Page:
    path.write_text(page_of(Document("A page"), made), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    return page


@pytest.fixture(scope="module")
def shown(
    browser: Browser, made: UnitsExplorer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    page = opened(browser, made, tmp_path_factory.mktemp("units") / "page.html")
    yield page
    page.close()


def studied(page: Page, key: str, settings: list[dict[str, float]]) -> list[dict[str, Any]]:
    said = page.evaluate(
        "([key, settings]) => settings.map((values) => explorer.study(key, values))",
        [key, settings],
    )
    return list(said)


def disagreement(found: dict[str, Any], wanted: dict[str, Array], names: list[str]) -> float:
    ours = {**found, "states": [found["states"][name] for name in names]}
    gaps = [np.abs(np.array(ours[n]) - wanted[n]) / (1 + np.abs(wanted[n])) for n in wanted]
    return float(max(np.max(gap) for gap in gaps))


@pytest.mark.parametrize("key", UNITS)
def test_paths_derivatives_and_states_are_numpys(
    shown: Page, made: UnitsExplorer, key: str
) -> None:
    unit = {each.key: each for each in made.units}[key]
    names, rng = list(unit.states), np.random.default_rng(7)
    settings = [
        {name: float(rng.uniform(-1, 1)) for name in names}
        | {name: float(rng.normal(scale=scale)) for name in unit.sliders}
        for scale in (0.3, 1, 3)
        for _ in range(20)
    ]
    expected = by_hand(UNITS[key], settings, names, made.steps)
    for wanted, said in zip(expected, studied(shown, key, settings), strict=True):
        assert disagreement(said, wanted, names) < AGREE
        assert said["bound"]
        assert np.all(np.array(said["total"]) <= np.array(said["bound"]) * (1 + 1e-9))


def test_where_the_bound_supposes_too_much_there_is_none(shown: Page, made: UnitsExplorer) -> None:
    unit = {each.key: each for each in made.units}["gru"]
    (said,) = studied(shown, "gru", [{**dict.fromkeys(unit.sliders, 0.0), "h": 1.5}])
    assert said["bound"] == []


@pytest.mark.parametrize(
    ("key", "preset", "back", "total", "direct"),
    [
        ("lstm", "lstm can explode", 4, 4, 1 / 16),
        ("lstm", "lstm can vanish", 3, 1e-3, 1e-3),
        ("lstm", "one open path", 2, 0, 0.81),
        ("gru", "it explodes", 3, 8, 1 / 8),
        ("gru", "w = 2 explodes", 2, 25 / 16, 1 / 4),
        ("gru", "it is 0 at once", 1, 0, 1 / 2),
    ],
)
def test_presets_are_the_exact_witnesses(
    shown: Page, key: str, preset: str, back: int, total: float, direct: float
) -> None:
    titles = shown.evaluate("(key) => Object.keys(explorer.formulas[key].presets)", key)
    (title,) = (each for each in titles if preset in each)
    values = shown.evaluate("([key, title]) => explorer.preset(key, title)", [key, title])
    (said,) = studied(shown, key, [values])
    assert abs(said["total"][back] - total) < AGREE
    assert abs(said["direct"][back] - direct) < AGREE


def test_a_choice_sets_the_sliders_and_a_slider_moves_its_own_picture(
    shown: Page, made: UnitsExplorer
) -> None:
    def settled() -> dict[str, str]:
        shown.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return {key: shown.locator(f"#explorer-{key}").inner_html() for key in UNITS}

    first = settled()
    titles = list(made.units[0].presets)
    shown.locator("#explorer-lstm-preset").select_option(titles[1])
    chosen = settled()
    assert shown.locator("#explorer-lstm-W_g").input_value() == "-3.6"
    assert chosen["lstm"] != first["lstm"] and chosen["gru"] == first["gru"]
    shown.locator("#explorer-gru-W_n").press("ArrowRight")
    moved = settled()
    assert moved["gru"] != chosen["gru"] and moved["lstm"] == chosen["lstm"]
    for key in UNITS:
        said = shown.locator(f"#explorer-{key}-says").inner_text()
        assert said == shown.locator(f"#explorer-{key}").get_attribute("aria-label")


def test_a_planted_fault_is_seen(browser: Browser, made: UnitsExplorer, tmp_path: Path) -> None:
    unit = {each.key: each for each in made.units}["gru"]
    wrong = replace(unit, definitions={**unit.definitions, "z": unit.definitions["r"]})
    page = opened(browser, replace(made, units=(wrong,)), tmp_path / "faulty.html")
    p = {**dict.fromkeys(unit.sliders, 0.7), "b_r": -1.0, "h": 0.5}
    (said,) = studied(page, "gru", [p])
    (wanted,) = by_hand(gru, [p], ["h"], made.steps)
    assert disagreement(said, wanted, ["h"]) > 1e-3
    page.close()
