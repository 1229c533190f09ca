"""Notations: letters and fonts in formulas and prose, layout derived anew, files read with care."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sympy import Basic, Symbol, preorder_traversal

from symrnn import Equation, elman
from symrnn.errors import IllFormedError, ParseError, UnjustifiedStepError
from symrnn.language.algebra import Parameter
from symrnn.language.derivatives import TotalDerivative
from symrnn.language.notation import (
    D2L,
    DENOMINATOR,
    GOODFELLOW,
    KNOWN,
    LECTURE,
    PASCANU,
    QUANTITIES,
    Notation,
)
from symrnn.language.writing import latex
from symrnn.lecture.formats import fitting
from symrnn.lecture.notation_file import notation, read_notation
from symrnn.lecture.pdf import Tex
from symrnn.machine.evidence import MACHINE_CHECKED
from symrnn.theory.derivation import Induction
from symrnn.theory.layout import check_layout, in_denominator_layout
from symrnn.theory.library import everything, load
from symrnn.typeset.blocks import StatementBlock, walk
from symrnn.typeset.latex import article
from symrnn.typeset.slides import Look
from symrnn.typeset.unicode_maths import with_maths
from symrnn.verify.evidence import Evidence, KernelProof
from symrnn.verify.layout import evidence_in_denominator_layout

from .conftest import deck_of, lecture_in

RNN = elman()


@pytest.mark.parametrize(
    ("chosen", "written"),
    [
        (LECTURE, r"s_{j} = \sigma\left(a_{j}\right)"),
        (GOODFELLOW, r"\boldsymbol{h}_{j} = \phi\left(\boldsymbol{a}_{j}\right)"),
        (D2L, r"\mathbf{h}_{j} = \phi\left(\mathbf{z}_{j}\right)"),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_letters_and_fonts_of_a_formula(chosen: Notation, written: str) -> None:
    s, a, j = RNN.s, RNN.a, RNN.j
    assert latex(Equation(s[j], RNN.sigma(a[j])), chosen) == written


def test_the_loss_and_the_entries_are_numbers_and_keep_their_font() -> None:
    from_prose = with_maths("L_t reads s_t, and W acts", D2L)
    assert from_prose == r"$\ell_{t}$ reads $\mathbf{h}_{t}$, and $\mathbf{W}_{hh}$ acts"
    assert with_maths("∂L/∂W", PASCANU) == r"$\partial \mathcal{E}/\partial W$"
    assert with_maths("sin x² is no x_j", D2L) == r"$\sin x^{2}$ is no $\mathbf{x}_{j}$"
    # In formulas as in prose; a parameter of one entry is a number, one of several is not.
    assert latex(RNN.L[RNN.t], D2L) == r"\ell_{t}" and latex(RNN.L[RNN.t], GOODFELLOW) == "L_{t}"
    assert [latex(Parameter("c", n), GOODFELLOW) for n in (1, 2)] == ["c", r"\boldsymbol{c}"]


def test_printing_leaves_no_trace() -> None:
    before = latex(RNN.s[RNN.t])
    latex(RNN.s[RNN.t], D2L)
    assert latex(RNN.s[RNN.t]) == before == "s_{t}"


@pytest.mark.parametrize("name", list(load()))
def test_every_line_of_the_lecture_has_a_denominator_form(name: str) -> None:
    for part in load()[name].parts(RNN):
        turned = in_denominator_layout(part)
        chains = list(zip(part.proof.chains, turned.proof.chains, strict=True))
        assert all(len(new.steps) <= len(old.steps) for (_, old, _), (_, new, _) in chains)


def test_an_empty_product_keeps_its_line_in_denominator_layout() -> None:
    parts = everything()["gru_path"].of(RNN).parts(RNN)
    path = next(part for part in parts if part.label == "the path of these gates")
    turned = in_denominator_layout(path)
    assert [len(chain.steps) for _, chain, _ in turned.proof.chains] == [1, 3]


def test_the_order_of_factors_turns_round() -> None:
    product = load()["product_of_jacobians"].parts(RNN)[0]
    written = latex(in_denominator_layout(product).claim, D2L)
    assert r"\overset" in written
    assert r"\mathrm" not in written
    plain = latex(product.claim, D2L)
    assert r"_{\mathrm{num}}" in plain


def relettered(expression: Any) -> Any:
    """∂y/∂x in the other layout, and nothing else changed: the planted fault."""
    if not isinstance(expression, Basic):
        return expression
    return expression.xreplace(
        {
            node: type(node)(node.of, node.by, DENOMINATOR, node.held)
            for node in preorder_traversal(expression)
            if isinstance(node, TotalDerivative)
        }
    )


@pytest.mark.parametrize("name", ["product_of_jacobians", "step_bound"])
def test_letters_of_the_other_layout_in_the_order_of_this_one_are_refused(name: str) -> None:
    part = load()[name].parts(RNN)[0]
    proof = part.proof.step if isinstance(part.proof, Induction) else part.proof
    wrong = replace(
        proof,
        start=relettered(proof.start),
        steps=tuple(replace(step, after=relettered(step.after)) for step in proof.steps),
    )
    check_layout(proof, in_denominator_layout(replace(part, proof=proof)).proof, name)
    with pytest.raises(UnjustifiedStepError, match="changed its layout"):
        check_layout(proof, wrong, name)


def test_a_statement_in_the_other_layout_is_run_again(evidence: list[Evidence]) -> None:
    original = next(e for e in evidence if e.statement.name == "product_of_jacobians")
    turned = evidence_in_denominator_layout(original, RNN, load())
    assert turned.grades == original.grades
    assert turned.statement.title == original.statement.title
    product, step, shifted, _ = turned.chains
    assert step.steps == 3 and step.explicit.symbolic == 3 and step.sampled.residual < 1e-10
    assert product.sampled.points > 0 and shifted.sampled.points > 0


def test_a_theorem_in_numerator_layout_is_no_grade_in_the_other(evidence: list[Evidence]) -> None:
    proof = KernelProof(("theorem",), ())
    for original in evidence:
        if original.statement.name not in ("product_of_jacobians", "slopes_bounded"):
            continue
        closed = replace(original, grades=(*original.grades, MACHINE_CHECKED), kernel=proof)
        turned = evidence_in_denominator_layout(closed, RNN, load())
        if original.statement.name == "product_of_jacobians":
            assert (turned.grades, turned.kernel) == (original.grades, None)
        if original.statement.name == "slopes_bounded":
            assert (turned.grades, turned.kernel) == (closed.grades, proof)


def test_the_letters_fill_the_lecture() -> None:
    document = lecture_in(GOODFELLOW)
    for block in walk(document.blocks):
        if isinstance(block, StatementBlock):
            for claim in block.claims:
                assert not re.search(r"(?<![A-Za-z{])s_\{", claim.latex), claim.latex


# ---------------------------------------------------------------------- files

FILE = """
based_on = "goodfellow"
vectors = "upright"
layout = "denominator"

[letters]
W = "W_{hh}"
L = '\\mathcal{E}'
"""


def test_a_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(FILE, encoding="utf-8")
    mine = notation(str(path))
    assert (mine.name, mine.layout) == ("mine", DENOMINATOR)
    assert mine.letter("W") == r"\mathbf{W}_{hh}"
    assert mine.letter("L") == r"\mathcal{E}"
    assert mine.letter("s") == r"\mathbf{h}"
    assert all(notation(name) is known for name, known in KNOWN.items())


@pytest.mark.parametrize(
    ("lettered", "engine"),
    [(read_notation(FILE, "mine"), "pdflatex"), (PASCANU, "lualatex")],
    ids=lambda each: getattr(each, "name", each),
)
def test_article_and_slides_compile_without_a_warning(
    lettered: Notation,
    engine: str,
    tex_engine: Callable[[str], str],
    pages_of: Callable[[bytes], list[str]],
) -> None:
    document = lecture_in(lettered)
    titles = [b.title for b in walk(document.blocks) if isinstance(b, StatementBlock)]
    # `test_slides` has slides compiled by the other engine.
    of_slides = Tex(tex_engine("pdflatex"))
    frames, _ = fitting(document, deck_of(document, lettered), Look(handout=True), of_slides)
    for compiled in (Tex(tex_engine(engine)).compile("lecture", article(document)), frames):
        result = compiled.result
        assert result is not None, compiled.failure
        assert result.warnings == () and result.pdf is not None
        if compiled is not frames:
            text = re.sub("[^A-Za-z]", "", "".join(pages_of(result.pdf)))
            for title in titles:
                if "$" not in title:
                    assert re.sub("[^A-Za-z]", "", title) in text, title


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("letters = 1 = 2", "line 1"),
        ("\ncolour = 'red'", "line 2: there is no such key"),
        ("vectors = 'plain'\nbased_on = 'mine'", "line 2: no such notation"),
        ("\n\nvectors = 'italic'", "line 3: notation: no such vectors"),
        ("layout = 'mixed'", "line 1: notation: no such layout"),
        ("letters = 3", "line 1: letters must be a table"),
        ("[letters]\ns = 'h'\nq = 'p'", "line 3: notation: no such quantity"),
        ("[letters]\ns = 'h%'", "line 2: notation: this is no letter for s"),
        ("[letters]\nW = '\\write18{rm}'", "line 2: notation: this is no letter for W"),
        ("[letters]\n\nW = 'W_{hh'", "line 3: notation: this is no letter for W"),
        ("[letters]\ngamma = '&'", "line 2: notation: this is no letter for gamma"),
        ("[letters]\ns = 's_t_j'", "line 2: notation: this is no letter for s"),
        ("[letters]\nL = 5", "line 2: notation: this is no letter for L"),
        ("[letters]\ns = 'q'\nk = 'q'", "line 3: notation mine: s and k have one letter"),
        ("[letters]\nW = '\\mathit{U}'", "line 2: notation mine: W and U have one letter"),
        ("[letters]\nW = 'I'", "line 2: notation: I is the identity"),
    ],
)
def test_a_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ParseError, match=re.escape(message)):
        read_notation(text, "mine", "mine.toml")


@pytest.mark.parametrize(
    ("letters", "moved"),
    [
        ({"s": "h"}, {"h": "r"}),
        ({"W": "T", "b": "k"}, {"T": "N", "k": "l"}),
        ({"s": "h", "x": "r"}, {"h": "u"}),
    ],
)
def test_what_has_a_letter_that_is_asked_for_takes_another(
    letters: dict[str, str], moved: dict[str, str]
) -> None:
    rows = "\n".join(f"{quantity} = '{letter}'" for quantity, letter in letters.items())
    made = read_notation(f"[letters]\n{rows}", "mine")
    assert {quantity: made.plain(quantity) for quantity in moved} == moved
    assert {quantity: made.plain(quantity) for quantity in letters} == letters
    assert len({made.plain(quantity) for quantity in QUANTITIES}) == len(QUANTITIES)


def test_what_statements_speak_of_besides_gives_way() -> None:
    made = read_notation("[letters]\nb = 'g'", "mine")
    gradient = Parameter("g", Symbol("n"), 1)
    assert latex(gradient, made) != made.letter("b") == "g"


@pytest.mark.parametrize("base", KNOWN)
@pytest.mark.parametrize("letter", ["l", "g", "v"])
def test_it_gives_way_to_no_other_letter_of_the_notation(base: str, letter: str) -> None:
    made = read_notation(f"based_on = '{base}'\n[letters]\nb = '{letter}'", "mine")
    letters = {made.plain(quantity) for quantity in QUANTITIES}
    for name, besides in made.arrays.items():
        assert besides not in letters, name
    assert latex(Symbol(letter), made) != letter


def test_what_is_no_notation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IllFormedError, match="no such notation"):
        notation("bishop")
    with pytest.raises(ParseError, match=r"none\.toml"):
        notation(str(tmp_path / "none.toml"))
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ParseError, match="no text"):
        notation(str(binary))
