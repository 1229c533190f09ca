"""The lecture about gates: it is named, its places are there, its figures are what is proved."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError
from symrnn.language.notation import LECTURE
from symrnn.lecture import document as module
from symrnn.lecture.deck import deck
from symrnn.lecture.details import code_names
from symrnn.lecture.explorer import explorer
from symrnn.lecture.formats import EVERY_LINE, LARGEST, MORE
from symrnn.lecture.paths import STATEMENT, paths
from symrnn.lecture.pictures import illustrations
from symrnn.lecture.project import (
    FIRST,
    LECTURES,
    PROSE,
    SLIDES,
    Project,
    found,
    known,
    title,
)
from symrnn.lecture.references import cited
from symrnn.theory.folder import lecture_folder
from symrnn.theory.library import everything, load
from symrnn.typeset import html
from symrnn.typeset.blocks import Figure, Result, StatementBlock, walk
from symrnn.typeset.detail import at_detail
from symrnn.typeset.document import Document
from symrnn.typeset.figures import Regimes, regime_map
from symrnn.typeset.fit import Fit
from symrnn.typeset.prose import plain
from symrnn.typeset.short_markup import shortened
from symrnn.typeset.slides import slides

from .conftest import evidence_of, sparse, unlinked


@pytest.fixture(scope="module")
def written(gates: Project) -> Document:
    rnn = elman()
    evidence = [evidence_of(statement, rnn) for statement in gates.library.values()]
    extra = illustrations(None, rnn, library=gates.library)
    return module.document_of(gates, evidence, rnn, extra=extra)


def test_a_name_is_a_lecture_of_symrnns_own_and_a_path_is_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gates").mkdir()
    monkeypatch.chdir(tmp_path)
    assert found("gates") == LECTURES / "gates"
    assert found("./gates") == Path("gates")
    assert found(None) == LECTURES / FIRST
    assert {FIRST, "gates"} <= set(known())
    assert title("gates").startswith("Gates")


def test_every_statement_about_gates_is_in_the_lecture(gates: Project) -> None:
    placed = [place.name for place in gates.prose.places()]
    declared = load([lecture_folder() / "gates"], alone=True)
    assert set(placed) == set(declared)
    assert all(everything()[name].counterexamples for name in placed)


def test_what_is_often_said_is_said_by_somebody() -> None:
    prose = (LECTURES / "gates" / PROSE).read_text("utf-8").split("\n\n")
    said = [
        each for each in prose if re.search(r"\boften (said|written)\b", " ".join(each.split()))
    ]
    assert len(said) >= 3
    assert all("[[@" in cited(each) for each in said)


def test_its_figures_stand_with_their_statement(written: Document) -> None:
    blocks = [b for b in walk(written.blocks) if isinstance(b, StatementBlock)]
    (block,) = (b for b in blocks if b.name == STATEMENT)
    drawn = [each.name for each in block.blocks if isinstance(each, Figure)]
    assert drawn == ["carousel_paths"]


def test_it_opens_with_the_map_and_the_claim_that_it_is_of(written: Document) -> None:
    first, second, *_ = (b for b in written.blocks if isinstance(b, Figure | Result))
    assert isinstance(first, Figure) and first.name == "carousel_map"
    assert isinstance(second, Result) and second.name == STATEMENT


def test_its_slides_fit_ninety_minutes(gates: Project, written: Document) -> None:
    assert gates.slides is not None
    shown = deck(written, gates.slides, module.words_of(gates, LECTURE), "steps")
    made = slides(written, shown, fit=Fit(more=MORE))
    assert 25 <= made.tex.count(r"\begin{frame}[t]") <= 40
    assert sparse(written, shown) == []


def test_its_page_has_the_lines_of_the_claims_in_less_than_a_megabyte(
    gates: Project, written: Document
) -> None:
    made = explorer(gates.library, elman(), LECTURE)
    page = html.page(at_detail(written, "full"), made, code_names(LECTURE), EVERY_LINE)
    assert len(shortened(page).encode()) < LARGEST
    assert unlinked(at_detail(written, "full"), page, claimed=True) == []


def test_words_beside_lines_have_no_signs_of_formulas(written: Document) -> None:
    blocks = [b for b in walk(written.blocks) if isinstance(b, StatementBlock)]
    rows = [row for block in blocks for chain in block.chains for row in chain.rows]
    assert len(rows) > 300
    said = {plain(re.sub(r"\$[^$]+\$", "", row.justification)) for row in rows}
    assert [words for words in said if not re.fullmatch(r"[\w ,;:()–’'ᵀ-]*", words)] == []


def of_one_unit(w: float, bias: float, steps: int) -> float:
    """∂c_t/∂c_0 of one unit at rest by the complex step, h_0 held, through a forward pass."""
    cell, state = 1e-30j, 0j
    for _ in range(steps):
        kept, entering = 1 / (1 + np.exp(-bias)), np.tanh(w * state) / 2
        cell = kept * cell + entering
        state = np.tanh(cell) / 2
    return abs(cell.imag / 1e-30)


@pytest.mark.parametrize(("w", "bias"), [(6.0, 0.0), (-1.0, 0.0), (2.0, 1.5), (-7.0, -2.0)])
def test_the_curves_are_the_derivatives_of_a_unit(w: float, bias: float) -> None:
    found = paths(everything())
    expected = [of_one_unit(w, bias, t) for t in range(1, 17)]
    assert np.allclose(found.of(w, bias), expected, rtol=1e-12)
    assert np.allclose(found.held(bias), (1 / (1 + np.exp(-bias))) ** np.arange(1, 17))
    assert not np.allclose(found.of(w + 0.1, bias), expected, rtol=1e-3)


def test_the_map_has_all_three_regimes() -> None:
    w, bias, factor = paths(everything()).factors()
    assert factor.min() < 0.1 and factor.max() > 2
    at = np.argmin(abs(w - 2) + abs(bias))
    assert np.isclose(factor.ravel()[at], 1)


def test_a_forget_bias_remembers_as_long_as_its_bounds_say() -> None:
    (figure,) = illustrations(None, elman(), library=everything(), placed={"time_scales"})[
        "forget_bias"
    ]
    assert isinstance(figure, Figure) and figure.name == "time_scales"
    for bias, steps, most, least in figure.data.rows:
        assert np.isclose((1 / (1 + np.exp(-bias))) ** steps, 1 / np.e)
        assert least <= steps <= most and np.isclose(most, 1 + np.exp(bias))


def test_time_scales_are_lettered_as_the_lecture_is() -> None:
    other = replace(LECTURE, letters={"T": "N"})
    shown = illustrations(None, elman(), other, everything(), {"time_scales"})["forget_bias"]
    (figure,) = (each for each in shown if isinstance(each, Figure))
    assert figure.data is not None
    for said in (figure.alt, figure.caption, ",".join(figure.data.header)):
        assert "N" in said and not re.search(r"\bT\b", said)


def test_a_ragged_map_is_refused() -> None:
    with pytest.raises(IllFormedError, match="one shape"):
        Regimes([[0.0, 1.0]], [[0.0]], [[1.0, 1.0]])
    grid = [[0.0, 1.0], [0.0, 1.0]]
    halves = Regimes(grid, grid, [[0.5, 2.0], [0.5, 2.0]])
    made = regime_map(halves, axes_named=("$w$", "$b$"), name="m", caption="c")
    assert "50%" in made.alt


def test_the_lectures_are_listed_the_first_one_first(
    run: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, err = run("lecture", "--list")
    first, *others = out.splitlines()
    assert (code, err) == (0, "")
    assert first.startswith(FIRST) and first.endswith("(by default)")
    assert any(line.startswith("gates ") and title("gates") in line for line in others)


def test_all_that_it_says_can_be_set(written: Document, gates: Project) -> None:
    """TeX's fonts have no letters in superscript: such a power is written as a formula."""
    said = "".join(b.title + b.prose for b in walk(written.blocks) if isinstance(b, StatementBlock))
    told = "".join((LECTURES / "gates" / name).read_text("utf-8") for name in (PROSE, SLIDES))
    assert not re.search("[\u1d43-\u1d61]", said + told)
