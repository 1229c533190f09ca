"""Documents in many hands, and their twins with slips: every verdict was found by hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from symrnn.audit.audit import EXPECTED, NOTE, Finding, audit_document, audit_texts
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, NOT_UNDERSTOOD, TRUE, UNDER
from symrnn.reading.documents import markdown

DOCUMENTS = Path(__file__).parent / "documents"
LETTERS = {
    TRUE: "T", UNDER: "U", FALSE: "F", DISAGREES: "D", NOT_UNDERSTOOD: "n", EXPECTED: "x",
}  # fmt: skip

VERDICTS = {
    "blog.md": "TTUTU",
    "bounds.md": "TTTnn",
    "called.rst": "TTF",
    "cell_state.md": "UTTF",
    "code.md": "TTTT",
    "components.md": "TT",
    "d2l.md": "TTTTTTT",
    "denominator.tex": "TTU",
    "generic.md": "TTT",
    "github.md": "TTTTU",
    "github_slips.md": "TTFFFF",
    "goodfellow.tex": "UTTT",
    "gru.md": "TTTTFF",
    "hints.md": "Tx",
    "kramdown.md": "TTTTT",
    "lstm.md": "TTTTTUU",
    "loose.md": "UUTTD",
    "macros.tex": "TTFT",
    "many_losses.md": "TTDTFT",
    "notes.tex": "TTTTTTTTTT",
    "notes_slips.tex": "TFTFFFFTFFF",
    "one_number.tex": "TTF",
    "pascanu.tex": "TTTFT",
    "prose_delta.md": "TTF",
    "readout.md": "TFDTFTT",
    "scalar.md": "TTTFF",
    "slides.tex": "TTTTF",
    "squared_error.tex": "TTTTF",
    "two_layers.md": "TTT",
}
"""A letter for each relation about derivatives, in the order of the document."""


@cache
def _audited(name: str) -> list[Finding]:
    return audit_document(DOCUMENTS / name)


def _claims(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.kind in LETTERS]


@pytest.mark.parametrize("name", VERDICTS)
def test_every_verdict_is_the_one_found_by_hand(name: str) -> None:
    found = _claims(_audited(name))
    assert "".join(LETTERS[f.kind] for f in found) == VERDICTS[name], [
        (f.line, f.kind, f.message) for f in found
    ]


def test_every_document_is_judged() -> None:
    assert {p.name for p in DOCUMENTS.iterdir()} == {*VERDICTS, "lstm_slips.md"}


def test_a_mended_formula_is_edited_at_the_place_of_the_slip_only() -> None:
    found = [f for f in _audited("github_slips.md") if f.kind == FALSE]
    for finding in found:
        source = " ".join(finding.formula.split())
        mended = " ".join(finding.verdict.mended.split())
        same = len(_common(source, mended)) + len(_common(source[::-1], mended[::-1]))
        assert same >= min(len(source), len(mended)) - 6
        assert finding.verdict.counterexample is not None


def _common(a: str, b: str) -> str:
    length = next(
        (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b))
    )
    return a[:length]


CELL = r"""
$$a_t = W h_{t-1} + U x_t + b, \quad h_t = \tanh(a_t), \quad y_t = V h_t$$
$$L = \sum_{t=1}^T \ell(y_t)$$
$$\delta_t = \frac{\partial L}{\partial a_t}$$
$$\frac{\partial L}{\partial b} = \sum_{t=1}^{T} \delta_t$$
"""
STEP = r"\frac{\partial h_t}{\partial h_{t-1}} = "
STATE = r"\frac{\partial L}{\partial h_t} = "
WEIGHTS = r"\frac{\partial L}{\partial W} = "
BIAS = r"\frac{\partial L}{\partial b} = "
SLIPS = {
    "an index too late": (WEIGHTS + r"\sum_{t=1}^{T} \delta_t h_{t}^\top", "h_{t-1}"),
    "a bound too far": (
        r"\frac{\partial h_t}{\partial h_k} = \prod_{j=k}^{t} \mathrm{diag}(1 - h_j^2) W",
        "j=k+1",
    ),
    "a bound too near": (
        r"\frac{\partial L}{\partial U} = \sum_{t=1}^{T-1} \delta_t x_t^\top",
        "^{T}",
    ),
    "no transpose": (
        r"\delta_t = (1 - h_t^2) \odot"
        r"\left(W \delta_{t+1} + V^\top \frac{\partial L}{\partial y_t}\right)",
        r"W^\top",
    ),
    "a transpose": (STEP + r"\mathrm{diag}(1 - h_t^2) W^\top", "W"),
    "the order": (STEP + r"W \mathrm{diag}(1 - h_t^2)", "W"),
    "a sign": (STEP + r"-\mathrm{diag}(1 - h_t^2) W", "W"),
    "a sign inside": (STEP + r"\mathrm{diag}(1 + h_t^2) W", "1 - h_t^2"),
    "no square": (STEP + r"\mathrm{diag}(1 - h_t) W", "h_t^2"),
    "σ for σ′": (STEP + r"\mathrm{diag}(\tanh(a_t)) W", r"\tanh'"),
    "a factor lacking": (STEP + r"\mathrm{diag}(1 - h_t^2)", "W"),
    "a factor too many": (BIAS + r"\sum_{t=1}^{T} W \delta_t", r"\delta_t"),
    "a factor 2": (BIAS + r"2 \sum_{t=1}^{T} \delta_t", r"\sum"),
    "a term with a wrong sign": (
        STATE + r"W^\top \delta_{t+1} - V^\top \frac{\partial L}{\partial y_t}",
        "+ V",
    ),
    "another matrix": (
        STATE + r"V^\top \delta_{t+1} + V^\top \frac{\partial L}{\partial y_t}",
        "W",
    ),
    "another vector": (WEIGHTS + r"\sum_{t=1}^{T} \delta_t x_{t}^\top", "h_{t-1}"),
    "a power": (STEP + r"\mathrm{diag}(1 - h_t^3) W", "2"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_planted_slip_is_false_and_mended(slip: str) -> None:
    formula, wanted = SLIPS[slip]
    text = f"{CELL}\n$${formula}$$\n"
    found = _claims(audit_texts([markdown("slip.md", text)]))
    assert [f.kind for f in found[:-1]] == [TRUE]
    assert found[-1].kind == FALSE, found[-1].message
    assert wanted in found[-1].verdict.mended
    # The mended formula is judged anew, as the author would have it.
    again = _claims(audit_texts([markdown("slip.md", f"{CELL}\n$${found[-1].verdict.mended}$$\n")]))
    assert again[-1].kind == TRUE


def test_nothing_is_called_false_in_a_model_that_is_guessed() -> None:
    text = r"$$\frac{\partial h_t}{\partial h_{t-1}} = W^\top \mathrm{diag}(\sigma'(h_{t-1}))$$"
    (found,) = _claims(audit_texts([markdown("guess.md", text)]))
    assert found.kind == NOT_UNDERSTOOD
    assert found.verdict.hint.startswith("define:")


def test_a_quantity_with_two_definitions_makes_nothing_false() -> None:
    text = r"""
$$h_t = \tanh(W h_{t-1} + U x_t)$$
$$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) W$$
$$h_t = \tanh(V h_{t-1} + U x_t)$$
$$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) W$$
"""
    found = _claims(audit_texts([markdown("two.md", text)]))
    assert found[0].kind == TRUE
    assert found[1].kind in (DISAGREES, NOT_UNDERSTOOD)


def test_a_notebook_has_cells_and_lines(tmp_path: Path) -> None:
    source = [
        "With $h_t = \\tanh(W h_{t-1})$:\n",
        "\n",
        "$$\\frac{\\partial h_t}{\\partial h_{t-1}} = \\mathrm{diag}(1-h_t^2) W$$\n",
    ]
    cells = [
        {"cell_type": "code", "source": ["1 + 1"]},
        {"cell_type": "markdown", "source": source},
    ]
    file = tmp_path / "a.ipynb"
    file.write_text(
        json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}})
    )
    (found,) = _claims(audit_document(file))
    assert (found.kind, found.cell, found.line, found.column) == (TRUE, 2, 3, 3)


def test_what_says_nothing_of_derivatives_is_no_claim() -> None:
    found = audit_texts([markdown("other.md", "Let $x = 3$ and $E = m c^2$, costs $5 and $6.")])
    assert {f.kind for f in found} == {NOT_A_CLAIM, NOTE}
    assert found[0].message == "no formulas about derivatives"
