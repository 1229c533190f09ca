"""The lecture about the cell with σ inside: other statements, other frames, the same arc."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from symrnn.cells.elman import elman, sigma_inside
from symrnn.errors import UnjustifiedStepError
from symrnn.language.notation import DENOMINATOR, NUMERATOR, PASCANU
from symrnn.language.time import TimeVector
from symrnn.language.writing import latex
from symrnn.lecture.proving import require
from symrnn.theory.layout import in_denominator_layout
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import StatementBlock, walk
from symrnn.typeset.deck import Deck, Shown
from symrnn.typeset.document import Document
from symrnn.typeset.prose import plain
from symrnn.verify.evidence import gather

from .conftest import deck_of, lecture_in

INSIDE = sigma_inside()
LIBRARY = load()


@pytest.fixture(scope="module")
def document() -> Document:
    return lecture_in(PASCANU)


def runs(statement: Statement) -> bool:
    """Whether a statement speaks of states at all."""
    return any(part.claim.has(TimeVector) for part in statement.parts(INSIDE))


def statements(document: Document) -> Iterator[StatementBlock]:
    return (block for block in walk(document.blocks) if isinstance(block, StatementBlock))


# What is said of this cell alone is proved by the tests of `proofs/`.
OWN = [name for name, each in LIBRARY.items() if each.of(INSIDE) is not each.of(elman())]
SHARED = [name for name, each in LIBRARY.items() if name not in OWN and runs(each)]


@pytest.mark.parametrize("name", SHARED)
def test_what_both_cells_share_is_proved_for_this_one(name: str) -> None:
    require((gather(LIBRARY[name], INSIDE, LIBRARY),))


def test_each_statement_about_the_run_is_proved_for_this_cell() -> None:
    assert (len(SHARED) + len(OWN), len(OWN)) == (13, 8)


def test_the_recurrence_is_the_one_of_the_paper(document: Document) -> None:
    first = next(statements(document))
    assert first.claims[0].latex == (
        r"x_{j} = W \, \sigma\left(x_{j - 1}\right) + W_{\mathrm{in}} \, u_{j} + b"
    )


@pytest.mark.parametrize("name", ["step_jacobian", "step_bound", "bptt"])
def test_what_holds_for_sigma_outside_is_refused(name: str) -> None:
    original = replace(LIBRARY[name], forms=[], counterexamples=[])
    assert original.check(elman(), LIBRARY) > 0
    with pytest.raises(UnjustifiedStepError):
        original.check(INSIDE, LIBRARY)


def test_every_formula_is_in_the_letters_of_the_paper(document: Document) -> None:
    for block in statements(document):
        for claim in block.claims:
            assert not re.search(r"(?<![A-Za-z{])[sa]_\{", claim.latex), claim.latex


@pytest.mark.parametrize("layout", [NUMERATOR, DENOMINATOR])
def test_the_layout_is_derived_for_this_cell(layout: str) -> None:
    written = {}
    for each in LIBRARY.values():
        for part in each.parts(INSIDE):
            turned = in_denominator_layout(part)  # raises where a line is not the original's
            shown = turned if layout == DENOMINATOR else part
            written[each.name, part.label] = latex(shown.claim, replace(PASCANU, layout=layout))
    turned_round = r"^{\mathsf{T}}" if layout == DENOMINATOR else ""
    behind = written["preactivation_jacobian", ""]
    assert behind == rf"\frac{{\partial x_{{j}}}}{{\partial r_{{j}}}} = W{turned_round}"


def titles(shown: Deck) -> set[str]:
    return {plain(frame.title) for act in shown.acts for frame in act.frames}


def test_each_cell_has_the_arc_but_the_frame_about_itself(
    document: Document, lecture: Document
) -> None:
    of_inside, of_outside = titles(deck_of(document, PASCANU)), titles(deck_of(lecture))
    assert "With σ outside, the slopes stand on the other side of W" in of_inside
    assert "With σ inside, the slopes stand on the other side of W" in of_outside
    assert not any("With σ inside" in title for title in of_inside)
    assert not any("With σ outside" in title for title in of_outside)
    # The first of them has no pictures.
    frames = [frame for act in deck_of(lecture).acts for frame in act.frames]
    pictures = [f for f in frames if any(isinstance(item, Shown) for item in f.items)]
    assert len(of_inside) == len(of_outside) - len(pictures)
