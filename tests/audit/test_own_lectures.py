"""The project's own lectures as a reader gets them: what the LaTeX claims is TRUE.

The author's hints are printed from the recurrence. What the counterexamples suppose of other nets
is left out: that they are no definitions is not said by LaTeX.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn import Equation, latex
from symrnn.audit.audit import BAD_HINT, Finding, audit_texts
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_UNDERSTOOD, TRUE, UNDER
from symrnn.cells.elman import elman
from symrnn.language.notation import DENOMINATOR, KNOWN, NUMERATOR, Notation
from symrnn.lecture.project import found, open_project
from symrnn.reading.documents import latex_document, read_document
from symrnn.theory.about import EXAMPLES, Subject
from symrnn.theory.statement import Statement
from symrnn.typeset.document import Document
from symrnn.typeset.latex import article
from tests.lecture.conftest import lecture_in

_LAYOUTS = {DENOMINATOR: ["in numerator layout"]}
"""The table that explains ∂⁺ has its one line in numerator layout whatever the lecture is in."""
_EXAMPLES = re.compile(r"\\begin\{counterexamples\}.*?\\end\{counterexamples\}", re.DOTALL)


def _audited(document: Document, notation: Notation, folder: Path) -> list[Finding]:
    """What is found in a lecture's LaTeX, with the recurrence as hints."""
    rnn = EXAMPLES[notation.cell]()
    definitions = rnn.recurrence.definitions.items()
    stated = [latex(Equation(of, value), notation) for of, value in definitions]
    stated.append(rf"{latex(rnn.L[rnn.t], notation)} = \ell({latex(rnn.s[rnn.t], notation)})")
    text = _EXAMPLES.sub(lambda m: "\n" * m[0].count("\n"), article(document).tex)
    path = folder / "lecture.tex"
    path.write_text(text, encoding="utf-8")
    hints = [f"layout: {notation.layout}", *(f"define: {each}" for each in stated)]
    return audit_texts(read_document(path), hints)


def _honest(findings: list[Finding], least: int) -> None:
    wrong = [
        (f.line, f.kind, f.message, f.formula) for f in findings if f.kind in (FALSE, BAD_HINT)
    ]
    assert not wrong
    counts = Counter(f.kind for f in findings)
    assert counts[TRUE] >= least


_ALL = [(name, layout) for name in KNOWN for layout in (NUMERATOR, DENOMINATOR)]


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        pytest.param(*each, marks=[] if each == ("pascanu", NUMERATOR) else pytest.mark.slow)
        for each in _ALL
    ],
)
def test_every_relation_of_the_first_lecture_is_true(
    name: str, layout: str, tmp_path: Path
) -> None:
    notation = replace(KNOWN[name], layout=layout)
    findings = _audited(lecture_in(notation), notation, tmp_path)
    _honest(findings, 175)
    # A chain about the cell with σ elsewhere says what it defines anew.
    doubtful = (DISAGREES, NOT_UNDERSTOOD)
    assert [(f.line, f.message) for f in findings if f.kind in doubtful] == []
    # What is true under a condition is so where the text beside it says: of an example, of a case.
    conditions = {each for f in findings if f.kind == UNDER for each in f.verdict.under}
    said = ("where ", "for σ = tanh", "without input")
    assert [each for each in conditions if not each.startswith(said)] == _LAYOUTS.get(layout, [])


def _chains(statement: Statement, notation: Notation) -> Iterator[tuple[str, list[str]]]:
    """What a statement proves, and the lines of its proof, for each of its cells, with hints."""
    rnn = elman()
    texts: dict[Subject, str] = {}
    for part in statement.parts(rnn):
        given = " and ".join(f"${latex(fact, notation)}$" for fact in part.given)
        said = f"Suppose {given}. Then " if given else ""
        lines = rf"\[ {latex(part.claim, notation)} \]"
        for _, chain, _ in part.proof.chains:
            steps = (f" {_SIGNS[s.relation]} {latex(s.after, notation)}" for s in chain.steps)
            lines += rf"\[ {latex(chain.start, notation)} {''.join(steps)} \]"
        cell = part.cell or rnn
        texts[cell] = texts.get(cell, "") + f"\n\n\\section{{A part}}\n\n{said}{lines}"
    for cell, text in texts.items():
        definitions = cell.recurrence.definitions.items()
        stated = (latex(Equation(of, value), notation) for of, value in definitions)
        yield text, [f"layout: {notation.layout}", *(f"define: {each}" for each in stated)]


_SIGNS = {"=": "=", "≤": r"\le", "→": r"\to"}
_LINES = {
    "carousel": 8, "four_terms_miss_the_output_gate": 13, "gated_step": 35,
    "lstm_step_bound": 28, "softmax_readout": 24,
}  # fmt: skip
"""Statements of the second lecture, and how many lines of each are true without a condition."""
_DIRECTIONS = {"leaky_and_residual": ["vector: v"]}
"""What letters are that no cell has."""
_CHEAP = ("lstm_can_vanish", "orthogonal_weights", "softmax_readout")


def _judged(statement: str, notation: Notation) -> Counter[str]:
    library = open_project(found("gates")).library
    kinds: Counter[str] = Counter()
    for text, hints in _chains(library[statement], notation):
        said = [*hints, *_DIRECTIONS.get(statement, [])]
        findings = audit_texts([latex_document(f"{statement}.tex", text, {})], said)
        kinds += Counter(f.kind for f in findings)
        assert [f.formula for f in findings if f.kind in (FALSE, BAD_HINT)] == []
    return kinds


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name[:4] in ("four", "lstm") else [])
        for name in _LINES
    ],
)
def test_what_the_second_lecture_proves_of_each_cell_is_true(statement: str) -> None:
    kinds = _judged(statement, KNOWN["pascanu"])
    assert kinds[TRUE] >= _LINES[statement]
    assert kinds[DISAGREES] == 0


@pytest.mark.parametrize("name", KNOWN)
def test_claims_of_the_second_lecture_are_understood_in_every_notation(name: str) -> None:
    for statement in _CHEAP:
        kinds = _judged(statement, KNOWN[name])
        assert kinds[TRUE] + kinds[UNDER] >= 5
        assert not kinds[DISAGREES] + kinds[NOT_UNDERSTOOD]


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("statement", sorted(open_project(found("gates")).library))
def test_nothing_in_the_second_lecture_is_called_false(name: str, statement: str) -> None:
    _judged(statement, KNOWN[name])
