"""One unit of any cell in Chromium: what the page computes is what NumPy does, by the cells' passes
by hand and a complex step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from symrnn.cells import Cell, cell
from symrnn.cells.network import Network
from symrnn.cells.subject import network
from symrnn.language.ordered import OrderedProduct
from symrnn.lecture.explorer import explorer
from symrnn.theory.library import load
from symrnn.typeset.document import Document
from symrnn.typeset.explorer_units import Unit, UnitsExplorer
from symrnn.typeset.html import page as page_of

from ..cells.by_hand import PASSES, build, logistic

Array = NDArray[Any]

AGREE, SEEN = 1e-10, 1e-3
TINY = 1e-30
SCALES = (0.3, 1, 3)

OWN = """
z = sigmoid(W_z h' + U_z x + b_z)
new = tanh(V c' + b)
h = z * h' + (1 - z) * new
c = alpha c' + h
"""
"""Two states, a scalar, and a word of JavaScript."""


def own(p: Any, s: Any, x: Array) -> dict[str, Array]:
    z = logistic(p.W_z @ s.h + p.U_z @ x + p.b_z)
    h = z * s.h + (1 - z) * np.tanh(p.V @ s.c + p.b)
    return {"h": h, "c": p.alpha * s.c + h, "z": z}


STEPS: dict[str, Callable[[Any, Any, Array], dict[str, Array]]] = {**PASSES, "own": own}
SHOWN = ("own", "elman", "coupled_gates", "peephole", "indrnn", "concatenated", "antisymmetric")
PATHS = {"coupled_gates": "f", "peephole": "f"}
"""Gates whose product is the path beside all that is named."""


def written(name: str) -> Cell:
    return cell(OWN) if name == "own" else build(name)


def explored(rnn: Network) -> UnitsExplorer | None:
    statements = load()
    library = {n: statements[n].of(rnn) for n in ("product_of_jacobians", "product_bound")}
    made = explorer(library, rnn)
    assert made is None or isinstance(made, UnitsExplorer)
    return made


def unit_of(name: str) -> Unit:
    made = explored(network(written(name)))
    assert made is not None
    return replace(made.units[0], key=name)


@pytest.fixture(scope="module")
def units() -> dict[str, Unit]:
    return {name: unit_of(name) for name in SHOWN}


def drawn_in_a_page(units: list[Unit]) -> str:
    see = {unit.key: "product_bound" for unit in units}
    return page_of(Document("A page"), UnitsExplorer(units, 40, see, "Move.", "t - k"))


def opened(browser: Browser, units: list[Unit], path: Path) -> Page:
    path.write_text(drawn_in_a_page(units), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    return page


@pytest.fixture(scope="module")
def shown(
    browser: Browser, units: dict[str, Unit], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    page = opened(browser, list(units.values()), tmp_path_factory.mktemp("cells") / "page.html")
    yield page
    page.close()


def settings(unit: Unit) -> list[dict[str, float]]:
    rng = np.random.default_rng(5)
    return [
        {name: float(rng.uniform(-1, 1)) for name in unit.states}
        | {name: float(rng.normal(scale=scale)) for name in unit.sliders}
        for scale in SCALES
    ]


def by_hand(name: str, unit: Unit, values: dict[str, float]) -> dict[str, Array]:
    """States, ‖∂s_t/∂s_k‖_∞ by t - k, and the gates: a column for each k and each part moved."""
    t, parts = 40, list(unit.states)
    arrays = {n: np.array([[values[e] for e in row] for row in r]) for n, r in unit.arrays.items()}
    entries = {e for rows in unit.arrays.values() for row in rows for e in row}
    p = SimpleNamespace(**{**{n: values[n] for n in unit.sliders if n not in entries}, **arrays})
    columns = (t + 1) * len(parts)
    x = np.full((1, columns), values.get("x", 0.0))
    state = {n: np.full((1, columns), values[n], dtype=complex) for n in parts}
    met: dict[str, list[Array]] = {n: [] for n in parts}
    for j in range(t + 1):
        if j:
            state = STEPS[name](p, SimpleNamespace(**state), x)
        for place, part in enumerate(parts):
            met.setdefault(part, []).append(state[part][0, -1].real)
            state[part] = state[part].copy()
            state[part][0, j * len(parts) + place] += 1j * TINY
        for gate in state.keys() - set(parts):
            met.setdefault(gate, []).append(state[gate][0, -1].real)
    ends = np.array([state[n][0].imag / TINY for n in parts]).reshape(len(parts), t + 1, -1)
    return {
        "states": np.array([met[n] for n in parts]),
        "total": np.abs(ends).sum(axis=2).max(axis=0)[::-1],
        **{gate: np.array(met[gate]) for gate in met.keys() - set(parts)},
    }


def disagreement(page: Page, name: str, unit: Unit, as_drawn: str = "") -> float:
    """The largest, of all that is said in all settings."""
    worst = 0.0
    for values in settings(unit):
        said = page.evaluate(
            "([key, values]) => explorer.study(key, values)", [as_drawn or name, values]
        )
        wanted = by_hand(name, unit, values)
        states = np.array([said["states"][n] for n in unit.states])
        for ours, theirs in ((states, wanted["states"]), (said["total"], wanted["total"])):
            worst = max(worst, float(np.max(np.abs(ours - theirs) / (1 + np.abs(theirs)))))
    return worst


def require_numpys(page: Page, name: str, unit: Unit) -> None:
    assert disagreement(page, name, unit) < AGREE
    for values in settings(unit):
        said = page.evaluate("([key, values]) => explorer.study(key, values)", [name, values])
        assert np.all(np.array(said["total"]) <= np.array(said["bound"]) * (1 + 1e-9))


@pytest.mark.parametrize("name", SHOWN)
def test_states_and_derivatives_are_numpys(shown: Page, units: dict[str, Unit], name: str) -> None:
    require_numpys(shown, name, units[name])


@pytest.mark.slow
def test_those_of_every_other_cell_are(browser: Browser, tmp_path: Path) -> None:
    every = {name: unit_of(name) for name in STEPS if name not in SHOWN}
    page = opened(browser, list(every.values()), tmp_path / "page.html")
    for name, unit in every.items():
        require_numpys(page, name, unit)
    page.close()


@pytest.mark.parametrize(("name", "gate"), PATHS.items())
def test_the_path_beside_the_gates_is_their_product(
    shown: Page, units: dict[str, Unit], name: str, gate: str
) -> None:
    (values, *_) = settings(units[name])
    said = shown.evaluate("([key, values]) => explorer.study(key, values)", [name, values])
    gates = by_hand(name, units[name], values)[gate]
    products = [np.prod(gates[len(gates) - back :]) for back in range(41)]
    assert np.max(np.abs(np.array(said["direct"]) - products)) < AGREE


def test_where_nothing_is_named_there_is_no_such_path(units: dict[str, Unit]) -> None:
    assert units["antisymmetric"].curves == ("total", "bound")
    for name, curves in (("antisymmetric", 0), ("peephole", 1)):
        keys = drawn_in_a_page([units[name]]).partition('class="keys"')[2].partition("</p>")[0]
        assert keys.count('class="second"') == curves


def test_a_slider_moves_the_picture(shown: Page) -> None:
    def drawn() -> str:
        shown.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        return shown.locator("#explorer-own").inner_html()

    first = drawn()
    shown.locator("#explorer-own-alpha").press("ArrowRight")
    assert drawn() != first
    assert shown.locator("#explorer-own-says").inner_text().startswith("At t − k = 10")


def test_planted_faults_are_seen(browser: Browser, units: dict[str, Unit], tmp_path: Path) -> None:
    right = units["coupled_gates"]
    (product,) = right.total.atoms(OrderedProduct)
    turned = OrderedProduct(*product.args[:-1], "right")
    short = product.over(product.lower, product.upper - 1)
    faulty = {
        "gate": replace(right, definitions={**right.definitions, "f": right.definitions["o"]}),
        "turned": replace(right, total=right.total.xreplace({product: turned})),
        "short": replace(right, total=right.total.xreplace({product: short})),
    }
    named = [replace(unit, key=key) for key, unit in faulty.items()]
    page = opened(browser, named, tmp_path / "faulty.html")
    for key in faulty:
        assert disagreement(page, "coupled_gates", right, key) > SEEN, key
    page.close()


@pytest.mark.parametrize(
    "text",
    [
        "h = one(W h') + two(V h')",  # nothing is known of two functions
        "h = [a; b] * h'\na = tanh(W h' + x)\nb = tanh(V h')",  # no number
    ],
)
def test_of_what_is_no_unit_there_is_none(text: str) -> None:
    assert explored(network(cell(text, activations={"one": None, "two": None}))) is None
