"""The explorer in Chromium: its numbers are those of the NumPy kernels, its pictures follow."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from symrnn.cells.elman import elman, sigma_inside
from symrnn.language.activations import FORMULAS, activation
from symrnn.language.norms import norm
from symrnn.language.notation import KNOWN, PASCANU, Notation
from symrnn.language.ordered import OrderedProduct
from symrnn.lecture.explorer import explorer
from symrnn.lecture.explorer_network import nets
from symrnn.lecture.network import immediate_norms
from symrnn.numeric.clipping import clip_by_norm
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.run import Run
from symrnn.theory.about import EXAMPLES
from symrnn.theory.library import load
from symrnn.typeset.document import Document
from symrnn.typeset.explorer_network import Nets
from symrnn.typeset.html import page as page_of

Array = NDArray[Any]

AGREE = 1e-10
SCALES = (0.1, 0.95, 1.2, 1.7, 3.0)
NETS = nets()
SETTINGS = list(itertools.product(NETS.weights, SCALES))


#: The letters for which the page is opened, and with them the cell; activations of each.
COMPUTED = [("lecture", name) for name in FORMULAS]
COMPUTED += [("pascanu", name) for name in ("tanh", "logistic", "gelu")]


@pytest.fixture(scope="module")
def pages(
    browser: Browser, lecture: Document, page_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Page]:
    """The page of the lecture, and another with the explorer of the cell with σ inside."""
    inside = tmp_path_factory.mktemp("inside") / "lecture.html"
    made = explorer(load(), sigma_inside(), PASCANU)
    inside.write_text(page_of(lecture, made), encoding="utf-8")
    opened = {}
    for name, path in (("lecture", page_file), ("pascanu", inside)):
        opened[name] = browser.new_page()
        opened[name].goto(path.as_uri())
    return opened


@pytest.fixture(scope="module")
def shown(pages: dict[str, Page]) -> Page:
    return pages["lecture"]


def studied(page: Page, name: str) -> dict[str, Array]:
    """What the page computes for one activation in every setting; None stands for no number."""
    found = page.evaluate(
        """([settings, activation]) => settings.map(([weights, lambda]) => {
            const { s, norms, bounds, bias, tail } =
                explorer.study({ weights, activation, lambda });
            return { s, norms, bounds, bias, tail };
        })""",
        [SETTINGS, name],
    )
    return {key: [each[key] for each in found] for key in found[0]}


def disagreement(ours: Any, theirs: Any, floor: float = 0.0) -> float:
    """The largest relative difference; what is below the floor is compared with the floor."""
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    assert ours.shape == theirs.shape
    size = np.maximum(np.abs(theirs), floor)
    return float(np.max(np.abs(ours - theirs) / np.where(size > 0, size, 1), initial=0.0))


def run_numpy(kernels: Kernels, nets: Nets) -> Run:
    """All settings in one batch."""
    W = np.array([scale * np.array(nets.weights[name]) for name, scale in SETTINGS])
    x = np.array(nets.x)[:, None, :]
    return kernels.run(W, np.array(nets.U), np.array(nets.b), np.array(nets.s0), x)


@pytest.mark.parametrize(("notation", "name"), COMPUTED)
def test_states_products_and_bounds_are_numpys(
    pages: dict[str, Page], notation: str, name: str
) -> None:
    kernels = Kernels(EXAMPLES[KNOWN[notation].cell](name))
    run = run_numpy(kernels, NETS)
    page = studied(pages[notation], name)
    # With large weights a net of sines is chaotic: it doubles a rounding error every step or so.
    calm = np.array([name != "sin" or scale < 2 for _, scale in SETTINGS])
    states, norms = np.array(page["s"]), np.array(page["norms"])
    assert disagreement(states[calm], np.moveaxis(run.states, 1, 0)[calm], floor=1e-3) < AGREE
    assert disagreement(norms[calm], kernels.norms(run).T[calm], floor=1e-12) < AGREE
    gamma = next(
        float(each.gamma) for each in explorer(load()).slopes if each.activation.name == name
    )
    scales = np.array([scale for _, scale in SETTINGS])[:, None]
    assert disagreement(page["bounds"], (gamma * scales) ** np.arange(run.steps + 1)) < AGREE
    assert np.all(np.array(page["norms"]) <= np.array(page["bounds"]) * (1 + 1e-9))


@pytest.mark.parametrize(
    ("notation", "name"),
    [("lecture", "tanh"), ("lecture", "logistic"), ("lecture", "silu"), ("pascanu", "tanh")],
)
def test_bias_and_its_bound_are_numpys(pages: dict[str, Page], notation: str, name: str) -> None:
    kernels = Kernels(EXAMPLES[KNOWN[notation].cell](name))
    run = run_numpy(kernels, NETS)
    row, t = np.array(NETS.c), run.steps
    exact = kernels.gradients(run, row)["W"]
    truncated = [kernels.gradients(run, row, since=t - tau - 1)["W"] for tau in range(t - 1)]
    bias = np.linalg.norm(exact - np.array(truncated), axis=(-2, -1)).T
    page = studied(pages[notation], name)
    # The page sums the dropped terms, here they are what is left of a difference.
    size = np.linalg.norm(exact, axis=(-2, -1))[:, None]
    assert disagreement(page["bias"] / size, bias / size, floor=1e-3) < AGREE

    slope = float(
        np.max(np.abs(lower_activation(kernels.rnn.sigma.prime)(np.linspace(-9, 9, 18001))))
    )
    immediate = immediate_norms(kernels, run, "W")
    for (_, scale), found, measured, E in zip(
        SETTINGS, page["tail"], page["bias"], immediate.max(axis=0), strict=True
    ):
        ratio = slope * scale
        assert bool(found) == (ratio < 1)
        if found:
            tail = np.linalg.norm(row) * E * ratio ** np.arange(1.0, t) / (1 - ratio)
            assert disagreement(found, tail) < 1e-6  # γ from a grid
            assert np.all(np.array(measured) <= np.array(found) * (1 + 1e-9))


def test_the_two_cells_are_not_one(pages: dict[str, Page]) -> None:
    one, other = (studied(page, "tanh")["norms"] for page in pages.values())
    assert disagreement(one, other, floor=1e-12) > 1e-3


def test_controls_keys_axes_and_sentences_are_in_the_letters_of_the_notation(
    pages: dict[str, Page],
) -> None:
    said = {name: page.locator("#explorer").inner_text() for name, page in pages.items()}
    assert "the pre-activations aj,i of this network" in _joined(said["lecture"])
    assert "the states xj−1,i of this network" in _joined(said["pascanu"])
    axis = [pages[name].locator("#explorer-slope .label").inner_html() for name in pages]
    assert axis == ["a", "x"]


def test_no_letter_of_the_lectures_own_is_left_in_the_explorer_of_another() -> None:
    other = Notation(
        "other", {"lambda": r"\rho", "gamma": r"\beta", "tau": r"\omega", "kappa": "c",
                  "sigma": r"\phi", "s": "h", "h": "r", "t": "p", "k": "q", "a": "z"}
    )  # fmt: skip
    made = explorer(load(), elman(), other)
    assert made is not None
    shown = unescape(page_of(Document("A page"), made).partition('id="explorer"')[2])
    text = re.sub(r"<script.*?</script>|<details.*?</details>", "", shown, flags=re.DOTALL)
    assert "ρ" in text and "β" in text and "ω" in text
    assert not re.search("[λγτκσ]", text)
    assert json.loads(made.data())["letters"] == {
        "argument": "z", "distance": "p − q", "gamma": "β", "lambda": "ρ", "slope": "φ′", "tau": "ω"
    }  # fmt: skip


def _joined(text: str) -> str:
    """Without a browser's line feeds between the pieces of a formula, and its italic letters."""
    return unicodedata.normalize("NFKC", text.replace("\n", ""))


def test_activations_and_slopes_are_numpys(shown: Page) -> None:
    # The kinks at -1, 0 and 1 are among them: there the convention is.
    points = np.linspace(-8, 8, 321)
    assert {-1, 0, 1} <= set(points)
    for name in FORMULAS:
        sigma, slope, gamma = shown.evaluate(
            """([name, points]) => {
                const { sigma, sigma_prime, gamma } = explorer.activations[name];
                return [points.map(sigma), points.map(sigma_prime), gamma];
            }""",
            [name, points.tolist()],
        )
        known = activation(name)
        assert disagreement(sigma, lower_activation(known)(points), floor=1e-3) < AGREE
        assert disagreement(slope, lower_activation(known.prime)(points), floor=1e-3) < AGREE
        assert np.max(np.abs(slope)) <= gamma * (1 + 1e-12)


def test_clipping_is_numpys(shown: Page) -> None:
    rng = np.random.default_rng(0)
    gradients = np.concatenate(
        [rng.normal(size=(60, 2)) * rng.uniform(0, 4, (60, 1)), np.zeros((1, 2))]
    )
    for kappa in (0.25, 1.0, 3.0):
        found = shown.evaluate(
            "([gradients, kappa]) => gradients.map((g) => explorer.clip(g, kappa))",
            [gradients.tolist(), kappa],
        )
        wanted = [clip_by_norm(g, kappa) for g in gradients]
        assert disagreement(found, wanted) < AGREE


def in_the_wrong_order(node: OrderedProduct) -> Any:
    return OrderedProduct(*node.args[:-1], "right")


def without_the_latest(node: OrderedProduct) -> Any:
    return node.over(node.lower, node.upper - 1)


@pytest.mark.parametrize("fault", [in_the_wrong_order, without_the_latest])
def test_a_planted_fault_is_seen(
    browser: Browser, lecture: Document, tmp_path: Path, fault: Callable[[OrderedProduct], Any]
) -> None:
    rnn, right = elman(), explorer(load())
    assert right is not None
    product = rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k])
    formulas = {**right.formulas, "jacobianNorm": norm(fault(product), "2")}
    path = tmp_path / "faulty.html"
    path.write_text(page_of(lecture, replace(right, formulas=formulas)), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    kernels = Kernels(elman("tanh"))
    norms = kernels.norms(run_numpy(kernels, NETS)).T
    assert disagreement(studied(page, "tanh")["norms"], norms, floor=1e-12) > 1e-3
    page.close()


@pytest.mark.parametrize(
    ("control", "pictures"),
    [
        ("lambda", ["slope", "product", "truncation"]),
        ("distance", ["product"]),
        ("tau", ["truncation"]),
        ("kappa", ["clipping"]),
        ("length", ["clipping"]),
        ("angle", ["clipping"]),
    ],
)
def test_a_slider_moves_its_pictures(shown: Page, control: str, pictures: list[str]) -> None:
    def drawn() -> dict[str, str]:
        shown.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        names = ["slope", "product", "truncation", "clipping"]
        return {name: shown.locator(f"#explorer-{name}").inner_html() for name in names}

    slider = shown.locator(f"#explorer-{control}")
    value = float(slider.input_value())
    before = drawn()
    slider.press("ArrowRight")
    after = drawn()
    assert float(slider.input_value()) > value
    assert float(shown.locator(f"#explorer-{control}-value").inner_text()) > value
    assert [name for name in before if before[name] != after[name]] == pictures
    for name in pictures:
        said = shown.locator(f"#explorer-{name}").get_attribute("aria-label")
        assert said and said == shown.locator(f"#explorer-{name}-says").inner_text()


@pytest.mark.parametrize(
    ("control", "picture", "choices"),
    [("weights", "product", len(NETS.weights)), ("activation", "slope", len(FORMULAS))],
)
def test_a_choice_changes_the_curves(shown: Page, control: str, picture: str, choices: int) -> None:
    select = shown.locator(f"#explorer-{control}")
    drawn = set()
    for option in select.locator("option").all():
        select.select_option(option.get_attribute("value"))
        shown.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        drawn.add(shown.locator(f"#explorer-{picture} path.first").get_attribute("d"))
    assert len(drawn) == choices


def test_no_name_of_the_script_hides_another(pages: dict[str, Page]) -> None:
    for page in pages.values():
        for script in page.evaluate("[...document.scripts].map((each) => each.textContent)"):
            names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", script, re.MULTILINE)
            assert len(names) == len(set(names)), sorted(names)
