from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symrnn.cells.elman import elman
from symrnn.language.notation import D2L, LECTURE
from symrnn.theory import rules
from symrnn.theory.library import load
from symrnn.typeset.blocks import Paragraph
from symrnn.typeset.document import Document
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.latex import article
from symrnn.typeset.latex_text import escape
from symrnn.typeset.mathml import mathml
from symrnn.typeset.prose import Emphasis, Inline, Math, Text, inlines
from symrnn.typeset.unicode_maths import with_maths
from symrnn.typeset.unicode_table import ALONE
from symrnn.typeset.words import speaking

FORMULAS = [
    ("s_{j-1}", "$s_{j - 1}$"),
    ("∂s_t/∂s_k", r"$\partial s_{t}/\partial s_{k}$"),
    ("∂⁺s_k/∂w", r"$\partial^{+} s_{k}/\partial w$"),
    ("‖W‖ ≤ λ", r"$\lVert W \rVert \le \lambda$"),
    ("σ′(a_j)", r"$\sigma'(a_{j})$"),
    ("(γλ)^{t-k}", r"$(\gamma \lambda)^{t - k}$"),
    ("A₃A₂A₁", "$A_{3} A_{2} A_{1}$"),
    ("∏_{j=k+1}^{t} F_j", r"$\prod_{j = k + 1}^{t} F_{j}$"),
    ("√Σ‖g_i‖²", r"$\sqrt{\sum \lVert g_{i} \rVert^{2}}$"),
    ("Wᵀ and x²", r"$W^{\mathsf{T}}$ and $x^{2}$"),
    ("W ← W - η ∂L/∂W", r"$W \gets W - \eta \, \partial L/\partial W$"),
    ("0 ≤ k ≤ t", r"$0 \le k \le t$"),
    ("at times ≥ 1", r"at times $\ge 1$"),
    ("diag(γ, …, γ)", r"$\operatorname{diag}(\gamma, \ldots, \gamma)$"),
    ("‖A b‖₂", r"$\lVert A \, b \rVert_{2}$"),
    ("|·|_∞", r"$\lvert \cdot \rvert_{\infty}$"),
    ("sinh² u", r"$\sinh^{2} u$"),
    ("e⁻ˣ", "$e^{-x}$"),
    ("σ(c 1) = σ(c) 1: equal", r"$\sigma(c \, \mathbf{1}) = \sigma(c) \, \mathbf{1}$: equal"),
    ("[1 0; 0 1]", r"$\left(\begin{smallmatrix} 1 & 0 \\ 0 & 1 \end{smallmatrix}\right)$"),
    ("a = 0", "$a = 0$"),
    ("A + B", "$A + B$"),
    ("2ab xᵀy", r"$2 a b \, x^{\mathsf{T}} y$"),
    ("within ±1/8", r"within $\pm1/8$"),
    ("it is I.", "it is $I$."),
    ("∂L_t/∂s0 as a sum", r"$\partial L_{t}/\partial s_{0}$ as a sum"),
    ("W²_1²", "${W^{2}_{1}}^{2}$"),
    ("t, k and d", "$t$, $k$ and $d$"),
    ("(3, 4) becomes (3, 3)", "$(3, 4)$ becomes $(3, 3)$"),
]

WORDS = [
    "a A I am",
    "A unit, a step; I think so",
    "Pascanu et al. (2013), e.g. 16 statements",
    "1700-2008",
    "vector-matrix products, one-step Jacobians (Euclidean)",
    "tanh at most 1",
    r"$x_1$ stays, `s_t` and [[bptt]] too, \$ as well",
    "*stress* and [[#derived]]",
]


@pytest.mark.parametrize(("text", "markup"), FORMULAS, ids=[text for text, _ in FORMULAS])
def test_a_formula_becomes_markup(text: str, markup: str) -> None:
    assert with_maths(text) == markup


def test_a_matrix_that_a_cell_names_has_no_second_index() -> None:
    said = with_maths("‖W_f‖ and U_{il}, W_{il}", D2L)
    named = r"$\lVert \mathbf{W}_{f} \rVert$ and ${\mathbf{W}_{hx}}_{i l}$"
    assert said == named + r", ${\mathbf{W}_{hh}}_{i l}$"
    of_cell = replace(LECTURE, arrays={"W_f": "F"})
    assert with_maths("‖W_f‖", of_cell) == r"$\lVert F \rVert$"


@pytest.mark.parametrize("text", WORDS)
def test_words_and_markup_stay_as_they_are(text: str) -> None:
    assert with_maths(text) == text


def test_a_word_of_one_letter_is_no_quantity_in_its_language() -> None:
    said = {"es": "la norma de W y de U, e k, y = 2", "fr": "il y a s_t, y = 2"}
    shown = {
        "es": "la norma de $W$ y de $U$, e $k$, $y = 2$",
        "fr": "il y a $s_{t}$, $y = 2$",
    }
    for language, text in said.items():
        with speaking(language):
            assert with_maths(text) == shown[language]
    assert with_maths("the norm of y") == "the norm of $y$"


def test_an_apostrophe_in_a_word_is_typographic() -> None:
    assert with_maths("Horner's rule, W's") == "Horner’s rule, W’s"
    # An accent begins a word as any letter does: neither s nor l is a quantity here.
    assert with_maths("l'état s'évanouit, s_t") == "l’état s’évanouit, $s_{t}$"


@given(st.text(alphabet="aAIsW12 _^{}()[];,.+-=≤‖|√∂Σσ′²₁ᵀ…·/×", max_size=30))
def test_whatever_is_typed_becomes_words_and_formulas(text: str) -> None:
    assume("[[" not in text)
    for piece in pieces(with_maths(text)):
        match piece:
            case Math(latex):
                assert latex.isascii()
                assert "merror" not in mathml(latex)
            case Text(plain):
                assert not set(plain) & set("≤‖√∂Σσ′²₁ᵀ·×")


def spoken_texts() -> dict[str, str]:
    """Every prose of every proof and of every rule."""
    rnn, found = elman(), {}
    for name, statement in load().items():
        texts = [statement.title, *statement.prose.split("\n\n")]
        texts += [part.label for part in statement.parts(rnn)]
        for example in statement.counterexamples:
            texts += [example.explains, example.find().shows]
        found |= {f"{name} {place}": text for place, text in enumerate(texts)}
    return found | {f"rule {name}": getattr(rules, name).says for name in rules.__all__}


@pytest.fixture(scope="module")
def translated() -> dict[str, str]:
    return {name: with_maths(text) for name, text in spoken_texts().items()}


def pieces(prose: str) -> list[Inline]:
    found: list[Inline] = []
    for piece in inlines(prose):
        found += piece.inlines if isinstance(piece, Emphasis) else (piece,)
    return found


def test_no_sign_is_left_that_a_font_may_lack(translated: dict[str, str]) -> None:
    for name, prose in translated.items():
        text = "".join(piece.text for piece in pieces(prose) if isinstance(piece, Text))
        assert not set(text) & set(ALONE) - set("=<>-+/"), (name, text)
        assert not set(text) & set("_^{}‖|√"), (name, text)
        assert "U+" not in escape(text), (name, text)


def test_every_formula_of_the_prose_becomes_mathml(translated: dict[str, str]) -> None:
    formulas = [p.latex for prose in translated.values() for p in pieces(prose) if _is_maths(p)]
    assert len(formulas) > 300
    for formula in formulas:
        shown = mathml(formula)
        assert "merror" not in shown
        assert formula.isascii()


def _is_maths(piece: Inline) -> bool:
    return isinstance(piece, Math)


def test_all_prose_compiles(translated: dict[str, str], pdflatex: str) -> None:
    blocks = tuple(Paragraph(prose) for prose in translated.values() if prose)
    result = compile_pdf(article(Document("Prose", blocks=blocks)).tex, engine=pdflatex)
    assert result.clean, result
