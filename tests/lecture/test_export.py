"""Parts for other people's documents: they fit, they parse, and what does not is refused."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError
from symrnn.language.notation import DENOMINATOR, GOODFELLOW, LECTURE
from symrnn.lecture import export as module
from symrnn.lecture.export import export
from symrnn.lecture.notation_file import lettered_in
from symrnn.lecture.references import WORKS
from symrnn.lecture.statements import Writer, statement_block
from symrnn.theory.library import everything, load
from symrnn.typeset import fragments
from symrnn.typeset.blocks import Chain, Claim, Row, StatementBlock
from symrnn.typeset.detail import DETAILS, of_claims, reduced
from symrnn.typeset.engine import PdfResult, compile_pdf
from symrnn.typeset.mathml import mathml

from .conftest import evidence_of

RNN = elman()


@pytest.fixture(scope="module")
def blocks() -> list[StatementBlock]:
    writer = Writer(LECTURE, {})
    made = []
    for name, statement in load().items():
        evidence = evidence_of(statement, RNN)
        made.append(statement_block(evidence, RNN, Writer(writer.notation, {name: 1}), ()))
    return made


SETTINGS = {
    "article": ("{article}", False),
    "amsart": ("{amsart}", False),
    "two columns": ("[twocolumn]{article}", False),
    "narrow": ("[twocolumn,a5paper]{article}", False),
    "beamer 16:9": ("[handout,aspectratio=169]{beamer}", True),
    "beamer 4:3 with a theme": ("[handout]{beamer}\\usetheme{Madrid}", True),
}


@pytest.mark.parametrize(("document", "frames"), SETTINGS.values(), ids=SETTINGS)
def test_every_statement_fits_with_amsmath_alone(
    document: str, frames: bool, blocks: list[StatementBlock], pdflatex: str
) -> None:
    write = fragments.beamer if frames else fragments.tex
    # A deck of all of them takes TeX long: each shape of slide has every other one.
    some = blocks[("169" in document) :: 2] if frames else blocks
    body = "\n".join(write(of_claims(reduced(block, "steps"))) for block in some)
    source = f"\\documentclass{document}\\usepackage{{amsmath}}\n\\begin{{document}}\n{body}"
    made = compile_pdf(source + "\\end{document}\n", {}, engine=pdflatex)
    assert made.overfull == () and made.pages >= 3


SUM = " + ".join(rf"\operatorname{{diag}}\left(f_{{{n}}}\right) \, W_{{{n}}}" for n in range(6))
CELL = r"\left.\frac{\partial c_{t}}{\partial h_{t - 1}}\right|_{c_{t - 1}, o_{t}} \, "
NORM = r"\left\lVert 1 - \tanh^{2}\left(a_{n, t}\right) \right\rVert_{\infty} "
WIDE = {
    "norm": rf"x = \left\lVert {SUM} \right\rVert_{{2}} + \left({SUM} \, \left({SUM}\right)\right)",
    "sums as entries": rf"\begin{{bmatrix}} {SUM} & {SUM} \\ {SUM} & {SUM} \end{{bmatrix}} \le q",
    "limit": rf"\left(\prod_{{j=1}}^{{t}} W_{{j}} \, {SUM}\right) \xrightarrow[t \to \infty]{{}} 0",
    "products as entries": rf"= \begin{{bmatrix}} {CELL}{CELL} W & {CELL}{CELL} V \\"
    rf" {CELL}{CELL} U + {CELL}{CELL} b & I \end{{bmatrix}}",
    "factors side by side": rf"\le {NORM}{NORM}{NORM}\left\lVert W_{{n}} \right\rVert_{{\infty}}",
    "a sum above a line": r"= \frac{\partial \left(\operatorname{logistic}\left(a_{f, t}\right) "
    r"\odot c_{t - 1} + i_{t} \odot g_{t} + \tanh\left(a_{n, t}\right)\right)}"
    r"{\partial a_{f, t}} \, W",
    "a product below one": r"\le \frac{1}{\left(1 + e^{- \beta} + w\right) \left(1 + e^{- \beta}"
    r" + w\right)^{t - 2} \left(1 + e^{- \beta} + w\right)^{t}}",
    "parentheses in scripts": r"= \left(\left.\frac{\partial L_{t}}{\partial \operatorname{vec}"
    r"\left(W_{i}\right)}\right|_{c_{t - 1}, h_{t - 1}, o_{t - 1}}\right)^{\mathsf{T}} \, W \, W",
}


def test_what_is_wide_is_broken_within(pdflatex: str) -> None:
    bodies = [
        fragments.tex(_block(formula), width)
        for formula in WIDE.values()
        for width in ("9cm", "6cm", "4.7cm")
    ]
    assert _set("\n".join(bodies), pdflatex).overfull == ()


def test_parts_may_stand_in_groups_one_after_the_other(pdflatex: str) -> None:
    part = fragments.tex(_block(WIDE["limit"]), "6cm")
    made = _set(f"{{{part}}}\n\\begin{{quote}}\n{part}\\end{{quote}}\n{part}{part}", pdflatex)
    assert made.overfull == ()


def test_a_long_left_side_makes_way_for_its_lines(pdflatex: str) -> None:
    rows = (Row("", r"\operatorname{vec}\left(W\right)"), Row("=", r"\sqrt{a + b + c}", "why"))
    body = fragments.tex(replace(_block("x"), chains=(Chain(rows),)), "3cm").rstrip()
    beside = r"\ifdim\symrnnindent>1.2em \errmessage{beside}\fi\endgroup"
    _set(body.removesuffix(r"\endgroup") + beside, pdflatex)


WITHIN = {
    "a matrix in a matrix": r"\begin{bmatrix} a + \begin{bmatrix} {0} & 0 \\ 0 & {0}"
    r" \end{bmatrix} & {0} \end{bmatrix}",
    "cases in a matrix": r"\begin{bmatrix} \begin{cases} {0} & a \\ 0 & b \end{cases}"
    r" & {0} \end{bmatrix}",
    "arrows": r"\left(h^{\rightarrow} + {0}\right) \, \left({0} + h^{\leftarrow}\right)"
    r" \rightarrow 0",
    "a fraction": WIDE["a sum above a line"],
    "factors": WIDE["factors side by side"],
}


@pytest.mark.parametrize("formula", WITHIN.values(), ids=WITHIN)
def test_where_a_formula_may_be_broken_changes_nothing_in_it(formula: str, pdflatex: str) -> None:
    formula = formula.replace("{0}", SUM)
    (claim,) = fragments._claim(Claim(formula))
    marked = claim.removeprefix(r"\symrnnclaim{1}{").removesuffix("}{}")
    marked = re.sub(r"\\symrnn(open|close)\\[bB]ig[lr]", _paired, marked)
    marked = re.sub(r"\\symrnn(next|then|beside) ", "", marked)
    while (
        bare := re.sub(r"\\symrnn(?:entry|stack)\{((?:[^{}]|\{[^{}]*\})*)\}", r"\1", marked)
    ) != marked:
        marked = bare
    assert marked == formula
    _one(formula, "8cm", pdflatex)


def _paired(found: re.Match[str]) -> str:
    return {"open": r"\left", "close": r"\right"}[found[1]]


def test_what_nothing_breaks_is_overfull_and_words_are_set_smaller(pdflatex: str) -> None:
    atom = r"\sqrt{" + SUM + "}"
    assert _one(f"x = {atom}", "4cm", pdflatex).overfull
    with pytest.raises(IllFormedError, match="does not fit this width"):
        fragments.require_fits(_block(f"x = {atom}"), "4cm")
    fragments.require_fits(_block(WIDE["norm"]), "6cm")
    assumed = replace(
        _block("x"), hypotheses=(r"Assume $\left\lVert f + g + h + i \right\rVert$.",)
    )
    assert _set(fragments.tex(assumed, "2cm"), pdflatex).overfull == ()


def _block(formula: str) -> StatementBlock:
    return StatementBlock(1, "wide", "Wide", (Claim(formula),))


def _one(formula: str, width: str, pdflatex: str) -> PdfResult:
    return _set(fragments.tex(_block(formula), width), pdflatex)


def _set(body: str, pdflatex: str) -> PdfResult:
    source = f"\\documentclass{{article}}\\usepackage{{amsmath}}\n\\begin{{document}}\n{body}"
    return compile_pdf(source + "\\end{document}\n", {}, engine=pdflatex)


@pytest.mark.parametrize("detail", DETAILS)
def test_markdown_is_read_as_mathematics_and_a_footnote(
    detail: Any, blocks: list[StatementBlock]
) -> None:
    parser = MarkdownIt("commonmark").use(dollarmath_plugin).use(footnote_plugin)
    for block in blocks:
        text = fragments.markdown(reduced(block, detail), "`derived`.", WORKS)
        tokens = parser.parse(text)
        displays = [token.content for token in tokens if token.type == "math_block"]
        lines = 0 if detail == "result" else len(reduced(block, detail).chains)
        assert len(displays) == len(block.claims) + lines
        for latex in displays:
            mathml(latex.strip(), display=True)  # raises where it is none
        assert [token.type for token in tokens].count("footnote_open") == 1
        said = "".join(
            child.content for token in tokens for child in token.children or ()
            if child.type == "text"
        )  # fmt: skip
        assert not re.search(r"\$|\[\[|\\[a-z]", said), said


def _by_mistune(text: str, require: Callable[[str], Any]) -> list[str]:
    """The displays as Jupyter's own converter reads them, and the class of a footnote."""
    written = require("mistune").create_markdown(plugins=["math", "footnotes"])(text)
    found = re.findall(r'class="math">\$\$(.*?)\$\$</div>|(class="footnotes")', written, re.DOTALL)
    return [unescape("".join(each)) for each in found]


def _by_myst(text: str, require: Callable[[str], Any]) -> list[str]:
    """The same as MyST and Jupyter Book read them."""
    require("myst_parser")
    asked = {"myst_enable_extensions": ["dollarmath"], "report_level": 1, "halt_level": 2}
    nodes, core = require("docutils.nodes"), require("docutils.core")
    parser = require("myst_parser.docutils_").Parser()
    tree = core.publish_doctree(text, parser=parser, settings_overrides=asked)
    displays = [each.astext() for each in tree.findall(nodes.math_block)]
    return [*displays, *('class="footnotes"' for _ in tree.findall(nodes.footnote))]


def _by_pandoc(text: str, pandoc: str) -> list[str]:
    """The same as pandoc, and with it Quarto, reads them."""
    run = [pandoc, "--from", "markdown", "--to", "json"]
    read = subprocess.run(run, input=text, capture_output=True, check=True, text=True, timeout=60)
    assert read.stderr == ""
    found = re.findall(r'\{"t":"DisplayMath"\},("(?:[^"\\]|\\.)*")|("t":"Note")', read.stdout)
    return ['class="footnotes"' if note else json.loads(maths) for maths, note in found]


@pytest.mark.parametrize("read", [_by_mistune, _by_myst])
def test_markdown_is_read_by_those_it_is_for(
    read: Any, blocks: list[StatementBlock], require_module: Callable[[str], Any]
) -> None:
    _all_read(lambda text: read(text, require_module), blocks)


def test_markdown_is_read_by_pandoc(blocks: list[StatementBlock], pandoc: str) -> None:
    _all_read(lambda text: _by_pandoc(text, pandoc), blocks)


def _all_read(read: Callable[[str], list[str]], blocks: list[StatementBlock]) -> None:
    for block in blocks[::5]:
        text = fragments.markdown(reduced(block, "full"), "`derived`.", WORKS)
        displays = re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL)
        found = [each.strip() for each in read(text)]
        assert sorted(found) == sorted([*map(str.strip, displays), 'class="footnotes"'])


def test_a_width_that_nothing_fits_is_refused_and_no_other(
    blocks: list[StatementBlock], monkeypatch: pytest.MonkeyPatch
) -> None:
    for block in blocks:
        fragments.require_fits(block, "12cm")
    wide = next(block for block in blocks if block.name == "product_bound")
    with pytest.raises(IllFormedError, match="does not fit this width"):
        fragments.require_fits(wide, "5mm")
    # It is known before anything is proved.
    monkeypatch.setattr(module, "gather", lambda *_: pytest.fail("proved"))
    with pytest.raises(IllFormedError, match="does not fit this width") as caught:
        export("product_bound", "tex", width="5mm")
    assert "symrnn" not in str(caught.value)
    # So are the lines between.
    with pytest.raises(pytest.fail.Exception, match="proved"):
        export("product_bound", "tex", detail="result", width="1.2cm")
    with pytest.raises(IllFormedError, match="does not fit this width"):
        export("product_bound", "tex", detail="steps", width="1.2cm")
    for width in ("0cm", "cm", "-3cm", "3", "1e3cm", "3cm\\relax"):
        with pytest.raises(IllFormedError, match="no width"):
            fragments.points(width)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("no_such", "tex", "no such statement or figure"),
        ("product_bound", "tikz", "is a statement"),
        ("slopes", "tikz", "not drawn as"),
        ("slopes", "tex", "not drawn as"),
    ],
)
def test_what_is_not_there_is_refused_before_anything_is_proved(
    name: str, kind: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_proved", None)
    with pytest.raises(IllFormedError, match=words):
        export(name, kind)


def test_a_figure_is_exported_as_every_kind_it_has() -> None:
    assert export("unrolled", "svg").lstrip().startswith(b"<?xml")
    assert b"tikzpicture" in export("unrolled", "tikz")
    assert export("unrolled", "csv").count(b"\n") > 3


def test_a_statement_that_fails_is_not_exported(tmp_path: Path) -> None:
    proof = tmp_path / "turned.py"
    proof.write_text(
        "from symrnn import derivation, statement\nfrom symrnn import rules as by\n\n\n"
        '@statement()\ndef turned(rnn):\n    """A product turned round"""\n'
        "    start = derivation((rnn.W * rnn.b).T)\n"
        "    return start.equals(rnn.b.T * rnn.W, by.transpose_of_product)\n"
    )
    with pytest.raises(Exception, match="Step 1 of `turned`"):
        export("turned", "tex", library=load([proof]))


def test_words_call_a_vector_what_formulas_call_it(monkeypatch: pytest.MonkeyPatch) -> None:
    known = everything()
    monkeypatch.setattr(module, "gather", lambda statement, rnn, _: evidence_of(statement, rnn))
    block, _ = module._proved("carousel", known, GOODFELLOW, module.subject_in(GOODFELLOW))
    prose = Writer(GOODFELLOW, {"carousel": 1}).prose(known["carousel"].prose)
    assert "r_{" in prose and "r_{" not in block.prose and "h_{" in block.prose


def test_words_of_a_statement_are_changed_by_no_layout() -> None:
    found = evidence_of(load()["norm_of_step"], RNN)
    said = replace(found.statement, prose="at most the norm of W")
    turned = Writer(replace(LECTURE, layout=DENOMINATOR), {said.name: 1})
    block = statement_block(replace(found, statement=said), RNN, turned, ())
    assert block.prose == Writer(LECTURE, {}).prose("at most the norm of W")


def test_a_statement_about_another_cell_is_in_its_letters_and_refused_where_it_is_not() -> None:
    text = "q = h'; h = tanh(W h' + V q' + U x + b)"
    subject, letters = lettered_in("goodfellow", text)
    found = export("recurrence", "tex", notation=letters, subject=subject).decode()
    assert r"\boldsymbol{V}" in found and r"\boldsymbol{q}" in found and "[1 : d]" not in found
    with pytest.raises(IllFormedError, match="`step_bound` is not about cell") as caught:
        export("step_bound", "tex", notation=letters, subject=subject)
    assert "read beside the activation" in str(caught.value)
    assert lettered_in("pascanu", None)[0] is None
