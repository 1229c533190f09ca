from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.typeset.blocks import Chain, Figure, Paragraph, Row
from symrnn.typeset.document import Document
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.grades import Grade
from symrnn.typeset.latex import article
from symrnn.typeset.latex_text import escape, prose, verbatim


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% of #1 & _x_", r"50\% of \#1 \& \_x\_"),
        (r"{\a} $", r"\{\textbackslash{}a\} \$"),
        ("~^<>", r"\textasciitilde{}\textasciicircum{}\textless{}\textgreater{}"),
        ("γ ≤ ∞", r"\ensuremath{\gamma} \ensuremath{\le} \ensuremath{\infty}"),
        ("Lukoševičius – “é”", "Lukoševičius – “é”"),
        ("中", "[U+4E2D]"),
    ],
)
def test_text_is_escaped(text: str, latex: str) -> None:
    assert escape(text) == latex


@given(st.text())
def test_escaped_text_has_no_active_character(text: str) -> None:
    commands_gone = re.sub(r"\\(?:[A-Za-z]+|.)", "", escape(text), flags=re.DOTALL)
    assert not set(commands_gone) & set("\\$&#%_~^")


def test_code_may_be_broken_and_keeps_its_quotes() -> None:
    assert verbatim("a_b('--')") == (
        r"\texttt{a\_\allowbreak{}b\allowbreak{}(\textquotesingle{}-{}-{}\textquotesingle{})}"
    )


def test_prose_passes_maths_through_and_escapes_the_rest() -> None:
    grades = {"derived": Grade("derived", "D", "")}
    assert prose(r"*5%* of $\gamma_{j}$ [[#derived]]", {}, grades) == (
        r"\emph{5\%} of $\gamma_{j}$ \evidence{D}"
    )


def test_figures_are_handed_over_with_the_paths_the_source_uses(lecture: Document) -> None:
    result = article(lecture)
    assert list(result.figures) == [
        "figures/slopes.pdf",
        "figures/slopes.csv",
        "figures/norm_decay.pdf",
        "figures/norm_decay.csv",
        "figures/dot.png",
    ]
    for path, content in result.figures.items():
        assert (rf"\drawing{{{path}}}" in result.tex) == path.endswith((".pdf", ".png"))
        assert content.startswith(b"%PDF") == path.endswith(".pdf")


def test_a_figure_that_latex_draws_needs_no_file() -> None:
    figure = Figure("graph", "A graph.", "Two states.", "<svg/>", b"%PDF", tikz="\\tikzed")
    result = article(Document("T", blocks=(figure,)))
    assert result.figures == {}
    assert "  \\drawn{\\tikzed}\n  \\caption{A graph.}\\label{graph}" in result.tex


def test_every_label_is_defined_once_and_every_reference_has_one(lecture: Document) -> None:
    body = article(lecture).tex.split(r"\begin{document}")[1]
    labels = re.findall(r"\\label\{([^}]*)\}", body)
    labels += re.findall(r"\\begin\{statement\}\{\d+\}\{([^}]*)\}", body)
    assert sorted(labels) == sorted(lecture.targets)
    assert set(re.findall(r"\\ref\*\{([^}]*)\}", body)) <= set(labels)


def test_each_line_has_its_justification_and_evidence(lecture: Document) -> None:
    tex = article(lecture).tex
    assert r"{chain rule}{\evidence{D}\evidence{E}}" in tex
    assert r"\hyperref[step_jacobian]{Statement~\ref*{step_jacobian}}" in tex


def test_the_sample_compiles_cleanly(lecture: Document, pdflatex: str) -> None:
    source = article(lecture)
    result = compile_pdf(source.tex, source.figures, engine=pdflatex)
    assert result.undefined == ()
    assert result.overfull == ()
    assert result.clean
    assert result.pages >= 3


def test_nothing_a_reader_may_type_breaks_the_build(pdflatex: str) -> None:
    awkward = " ".join([*map(chr, range(0x180)), *"γλσ′‖∂∏≤→⁺₀½中😀"])
    escaped = "".join(f"\\{c}" if c in "$*`[\\" else c for c in awkward)
    wide = " ".join(rf"a_{{{i}}} b_{{{i}}}" for i in range(60))
    document = Document(
        title="{} % # & _ ^ ~ \\\\ $x$",
        blocks=(
            Paragraph(escaped),
            Paragraph("`a_very_long_name.of_some_module/with(a_path, and_arguments_that_go_on)` "),
            Chain((Row("", "x"), Row("=", wide, "words " * 60, ("derived",) * 3))),
            Chain((Row("", wide), Row("=", r"\text{" + "m" * 120 + "}", "why"))),
        ),
    )
    result = compile_pdf(article(document).tex, engine=pdflatex)
    assert result.clean, result


def test_the_heading_of_a_derivation_is_not_left_behind_by_the_title_below_it() -> None:
    tex = article(Document("T")).tex
    title, heading = (
        re.search(rf"{each}.*?Needspace{{(\d+)", tex, re.DOTALL)
        for each in (r"newcommand{\\chaintitle}", r"newenvironment{derivation}")
    )
    assert title is not None and heading is not None
    # The heading, the space around it, and what the title asks for.
    assert int(heading[1]) >= int(title[1]) + 2
