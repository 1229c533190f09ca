"""The pictures: their letters are the notation's, and they show what they are for."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from symrnn import cell, elman
from symrnn.cells.network import Network
from symrnn.cells.subject import network
from symrnn.errors import EvidenceError
from symrnn.language.notation import KNOWN, LECTURE
from symrnn.lecture import cliff as cliff_module
from symrnn.lecture.cliff import BIASES, RATE, STEPS, TARGET, WEIGHTS, Unit, cliff
from symrnn.lecture.network import NetworkReport
from symrnn.lecture.network_section import section
from symrnn.lecture.pictures import illustrations
from symrnn.lecture.unrolled import FACTORS, LAST, unrolled, unrolled_figure
from symrnn.numeric.differences import complex_step
from symrnn.numeric.kernels import Kernels
from symrnn.theory.about import EXAMPLES
from symrnn.theory.library import everything
from symrnn.typeset.blocks import Block, Figure, Paragraph, Table
from symrnn.typeset.plain_maths import unicode_of

RNN = elman()

Pictures = Callable[[str], dict[str, tuple[Block, ...]]]
NETWORK = "the trained network"


@pytest.fixture(scope="module")
def pictures(report: NetworkReport) -> Pictures:
    """What a notation's lecture shows of its cell, by statement, and of the trained network."""

    @cache
    def shown(name: str) -> dict[str, tuple[Block, ...]]:
        lettered = KNOWN[name]
        drawn = illustrations(report, EXAMPLES[lettered.cell](), lettered)
        return {**drawn, NETWORK: section(report, "", lettered).blocks}

    return shown


def test_the_letters_are_those_of_the_notation(pictures: Pictures) -> None:
    blocks = [b for blocks in pictures("goodfellow").values() for b in blocks]
    said = {block.name: block.caption for block in blocks if isinstance(block, Figure)}
    for name in ("norm_regimes", "norm_decay", "singular_values", "unrolled", "gradient_cliff"):
        assert r"\boldsymbol{h}_{" in said[name] and "s_{" not in said[name]
    assert r"\phi" in said["slopes"]
    assert any(r"\boldsymbol{h}_{t}" in b.text for b in blocks if isinstance(b, Paragraph))
    (kernels,) = (b for b in blocks if isinstance(b, Table) and b.label == "kernels")
    assert [row[0] for row in kernels.rows][1] == (
        r"trajectory $\boldsymbol{h}_{0} \ldots \boldsymbol{h}_{T}$"
    )


@pytest.mark.parametrize("name", ["goodfellow", "d2l", "pascanu"])
def test_what_is_read_aloud_is_in_the_letters_too(pictures: Pictures, name: str) -> None:
    lettered = KNOWN[name]
    rnn = EXAMPLES[lettered.cell]()
    blocks = [b for blocks in pictures(name).values() for b in blocks]
    figures = {block.name: block for block in blocks if isinstance(block, Figure)}
    state, loss, weights = (unicode_of(lettered.letter(each)) for each in ("s", "L", "W"))
    path = f"Path of k = 4, kept: {loss}_5 → {state}_5 → {state}_4 → {weights}."
    assert path in figures["unrolled"].alt
    for figure in figures.values():
        assert not re.search(r"\bs_|(?<!\w)L_" if name == "d2l" else r"\bs_", figure.alt)
        assert figure.alt.isprintable()
    slopes = figures["slopes"].data
    assert slopes is not None
    assert slopes.header[0] == unicode_of(lettered.plain(rnn.argument.label))


def test_the_cliff_is_that_of_the_cell(pictures: Pictures) -> None:
    cut = pictures("pascanu")["clipping_by_norm"][0]
    assert isinstance(cut, Figure)
    # The state is w σ(x) + b, and the loss reads what σ makes of it.
    assert r"The loss $(\sigma(x_{50}) - 0.7)^{2}$ of one logistic unit" in cut.caption

    def after(w: float, b: float) -> float:
        state = 0.5
        for _ in range(STEPS):
            state = w / (1 + np.exp(-state)) + b
        return float((1 / (1 + np.exp(-state)) - TARGET) ** 2)

    unit = Unit(Kernels(elman("logistic")))
    for point in ((5.1, -2.6), (4.6, -3.0)):
        assert unit.loss(*map(np.array, point)) == pytest.approx(after(*point), rel=1e-9)


@pytest.mark.parametrize("name", KNOWN)
def test_words_keep_their_distance_from_the_formula_behind_them(
    pictures: Pictures, name: str
) -> None:
    blocks = pictures(name)[NETWORK]
    text = "".join(block.text for block in blocks if isinstance(block, Paragraph))
    assert "hidden units read *a series* and predict" in text
    cut = pictures(name)["clipping_by_norm"][0]
    assert isinstance(cut, Figure) and "has length $" in cut.caption


def test_the_unrolled_graph_has_a_path_for_each_term_and_drops_those_of_truncation() -> None:
    graph = unrolled(RNN)
    back = {arrow.source: arrow for arrow in graph.arrows if arrow.target[0] == "W"}
    assert set(back) == {f"s{k}" for k in range(1, LAST + 1)}
    for k in range(1, LAST + 1):
        assert (back[f"s{k}"].kind == "kept") == (LAST - k <= FACTORS)
    data = unrolled_figure(RNN).data
    assert data is not None
    assert [row[2] for row in data.rows].count("kept") == FACTORS + 1
    assert data.rows[-1][1] == "L_5 → s_5 → s_4 → s_3 → s_2 → s_1 → W"


@pytest.mark.parametrize("cell", EXAMPLES)
def test_the_gradient_at_the_cliff_is_the_complex_steps(cell: str) -> None:
    # s_j = 1/(1 + e^{-(w s_{j-1} + b)}), by hand; with σ inside the loss reads σ(s_T), the same.
    def loss(point: np.ndarray) -> np.ndarray:
        state = 1 / (1 + np.exp(-0.5))
        for _ in range(STEPS):
            state = 1 / (1 + np.exp(-(point[..., 0] * state + point[..., 1])))
        return (state - TARGET) ** 2

    unit, point = Unit(Kernels(EXAMPLES[cell]("logistic"))), np.array([5.1, -2.6])
    assert unit.loss(*point) == pytest.approx(loss(point), rel=1e-12)
    assert unit.gradient(*point) == pytest.approx(complex_step(loss, point), rel=1e-10)


@pytest.mark.parametrize(
    "rnn",
    [*(build() for build in EXAMPLES.values()), network(cell("v = tanh(A v' + e)"))],
    ids=[*EXAMPLES, "without input"],
)
def test_the_cliff_is_steep_the_plain_step_leaves_and_the_clipped_one_stays(rnn: Network) -> None:
    land = cliff(rnn)
    assert np.linalg.norm(land.gradient) > 1e3
    assert not WEIGHTS[0] <= land.plain.w <= WEIGHTS[1]
    assert BIASES[0] <= land.clipped.b <= BIASES[1]
    assert land.clipped.loss < land.start.loss
    length = np.hypot(land.clipped.w - land.start.w, land.clipped.b - land.start.b)
    assert length == pytest.approx(RATE)


def test_a_cliff_that_does_not_show_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cliff_module, "RATE", 1e-9)
    with pytest.raises(EvidenceError, match="do not go where the picture shows"):
        cliff(EXAMPLES["elman"]())


def test_what_is_placed_is_drawn_alone_whatever_statements_there_are() -> None:
    for name in ("unrolled", "clip-by-norm"):
        found = illustrations(None, elman(), LECTURE, everything(), frozenset({name}))
        (block,) = (block for blocks in found.values() for block in blocks)
        assert name in (getattr(block, "name", ""), getattr(block, "label", ""))
