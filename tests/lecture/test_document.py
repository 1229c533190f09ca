from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import html5lib
import pytest

from symrnn.cells.elman import elman
from symrnn.lecture.network import NetworkReport
from symrnn.lecture.network_section import section
from symrnn.lecture.statements import LIKEWISE
from symrnn.theory.library import load
from symrnn.typeset.blocks import Chain, Listing, Paragraph, StatementBlock, Table, walk
from symrnn.typeset.document import Document
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.html import page
from symrnn.typeset.latex import article
from symrnn.typeset.unicode_maths import with_maths
from symrnn.verify.evidence import Evidence, KernelProof

from .conftest import document_of, gradients


@pytest.fixture(scope="module")
def statements(lecture: Document) -> dict[str, StatementBlock]:
    found = [block for block in walk(lecture.blocks) if isinstance(block, StatementBlock)]
    return {block.name: block for block in found}


@pytest.fixture(scope="module")
def html(lecture: Document) -> str:
    return page(lecture)


def test_all_sixteen_statements_are_there_in_an_order_that_respects_uses(
    statements: dict[str, StatementBlock],
) -> None:
    assert [block.number for block in statements.values()] == list(range(1, 17))
    order = list(statements)
    assert order == [place.name for place in gradients().prose.places()]
    for name, statement in load().items():
        assert all(order.index(used) < order.index(name) for used in statement.uses)


def test_a_statement_outside_the_outline_gets_a_chapter_of_its_own(
    evidence: list[Evidence],
) -> None:
    known = evidence[0]
    added = replace(known, statement=replace(known.statement, name="of_mine"))
    document = document_of([*evidence, added], elman(), {}, Paragraph("The end."))
    assert document.targets["of_mine"].number == "17"
    assert "builds-on" in document.targets


def test_every_line_says_why_it_holds_and_what_stands_behind_it(lecture: Document) -> None:
    chains = [block for block in walk(lecture.blocks) if isinstance(block, Chain)]
    assert len(chains) > 60
    for chain in chains:
        for row in chain.rows[1:]:
            assert row.justification
            assert row.evidence == ("sampled", "explicit", "derived")


@pytest.mark.parametrize("name", list(load()))
def test_a_headline_names_parts_that_exist(name: str) -> None:
    statement = load()[name]
    labels = [part.label for part in statement.parts(elman())]
    assert set(statement.headline) <= set(labels)
    assert len(labels) == 1 or statement.headline or name == "activation_jacobian"


def test_the_box_has_the_claims_of_the_headline_each_with_its_condition(
    statements: dict[str, StatementBlock],
) -> None:
    bound = statements["product_bound"]
    assert [claim.condition for claim in bound.claims] == [
        r"$0 \le k \le t$, $\gamma \ge 0$, $\lambda \ge 0$"
    ]
    assert bound.hypotheses == (
        r"Assume $\left\lVert \sigma'\left(a_{j}\right) \right\rVert_{\infty} \le \gamma "
        r"\text{ for all } j \ge 1$ and $\left\lVert W \right\rVert \le \lambda$.",
    )
    clipping = statements["clipping_by_norm"]
    assert [claim.note for claim in clipping.claims] == [
        r"never longer than $\kappa$",
        "the same direction",
        "unchanged inside the ball",
        "no two gradients get further apart",
    ]
    assert clipping.claims[2].condition.endswith(r"\le \kappa$, $\kappa > 0$")
    assert (
        statements["truncation"]
        .hypotheses[0]
        .startswith("For *the bias is a geometric tail* and *what is kept cannot explode*, assume")
    )


def test_no_fraction_of_a_lecture_is_deeper_than_two(lecture: Document) -> None:
    written = set(_formulas(lecture))
    assert max(map(_depth, written)) == 2 and len(written) > 500
    assert _depth(r"\frac{a}{\frac{b}{\frac{1}{c}}} + x^{\frac{1}{2}}") == 3


def _formulas(of: Any) -> Iterator[str]:
    """Every text of a document, in its blocks and what they are made of."""
    match of:
        case str():
            yield of
        case tuple():
            yield from (text for each in of for text in _formulas(each))
        case _ if is_dataclass(of):
            yield from (text for each in fields(of) for text in _formulas(getattr(of, each.name)))


def _depth(latex: str) -> int:
    """How many fractions stand in each other."""
    deepest, open_ = 0, [[0, 0]]  # of each brace that is open: its depth, and arguments to come
    for token in re.findall(r"\\frac|\\.|[{}]", latex):
        if token == r"\frac":
            open_[-1][1] = 2
        elif token == "{":
            depth, awaited = open_[-1]
            open_[-1][1] = max(0, awaited - 1)
            open_.append([depth + (awaited > 0), 0])
            deepest = max(deepest, open_[-1][0])
        elif token == "}" and len(open_) > 1:
            open_.pop()
    return deepest


def test_parts_proved_likewise_are_listed_and_not_shown(
    statements: dict[str, StatementBlock],
) -> None:
    labels = [part.label for part in load()["bptt"].parts(elman())]
    likewise = [label for label in labels if label.startswith(LIKEWISE)]
    assert likewise
    for label in likewise:
        assert with_maths(label.removeprefix(LIKEWISE).strip()) in statements["bptt"].prose
    titles = [chain.title for chain in statements["bptt"].chains]
    assert not any(title.lower().startswith(LIKEWISE) for title in titles)


def test_an_induction_is_titled_once_and_its_step_named(
    statements: dict[str, StatementBlock],
) -> None:
    titles = [chain.title for chain in statements["product_of_jacobians"].chains]
    assert titles[:2] == ["The product: base case", "Induction step"]
    assert "The number of factors, for $1 \\le k \\le t \\le T$" in titles


def test_what_a_part_of_the_same_statement_showed_is_not_called_a_statement(
    statements: dict[str, StatementBlock],
) -> None:
    reasons = [row.justification for chain in statements["bptt"].chains for row in chain.rows]
    assert "shown above" in reasons
    assert not any("[[bptt]]" in reason for reason in reasons)


def test_counterexamples_and_prose_hold_formulas_as_formulas(
    statements: dict[str, StatementBlock],
) -> None:
    order = statements["product_of_jacobians"].counterexamples[0]
    assert order.endswith(r"$\partial s_{3}/\partial s_{0} = A_{3} A_{2} A_{1}$.")
    assert r"$(\gamma \lambda)^{t - k}$" in statements["gradients_could_explode"].prose


def test_kernels_stand_in_one_table_with_the_worst_of_all_nets(lecture: Document) -> None:
    tables = {t.label: t for t in walk(lecture.blocks) if isinstance(t, Table)}
    assert tables["kernels"].rows == (
        (
            r"$\partial L_{t}/\partial s_{0}$ as a sum",
            r"$2 \times 10^{-15}$",
            r"$3 \times 10^{-10}$",
        ),
        (r"trajectory $s_{0} \ldots s_{T}$", "$0$", "$0$"),
    )
    assert "(one, two)" in tables["kernels"].caption
    assert len(tables["evidence-table"].rows) == 16


def test_the_words_about_the_network_fit_its_numbers(report: NetworkReport) -> None:
    def words(found: NetworkReport) -> str:
        blocks = section(found, "f(x)").blocks
        return " ".join(block.text for block in blocks if isinstance(block, Paragraph))

    grown = words(report)
    assert "is 1.50 before training and 1.50 after training" in grown
    assert "The bounds grow while the measured norms shrink" in grown
    tame = words(replace(report, decays=tuple(replace(d, bounds=d.norms) for d in report.decays)))
    assert "is 0.50 before training" in tame
    assert "shrink" not in tame


def test_long_generated_lines_are_wrapped(report: NetworkReport) -> None:
    source = f"y = f({', '.join(['argument'] * 20)})"
    (listing,) = (b for b in section(report, source).blocks if isinstance(b, Listing))
    assert max(map(len, listing.code.splitlines())) <= 72


def test_the_article_compiles_cleanly_and_shows_every_title(
    lecture: Document, pdflatex: str, pages_of: Callable[[bytes], list[str]]
) -> None:
    source = article(lecture)
    result = compile_pdf(
        source.tex, source.figures, bibliography=source.bibliography, engine=pdflatex
    )
    assert result.warnings == ()
    assert result.pdf is not None
    assert 16 < result.pages <= 35
    assert "[U+" not in source.tex
    words = re.sub(r"\W", "", "".join(pages_of(result.pdf)))
    for block in walk(lecture.blocks):
        if isinstance(block, StatementBlock):
            for piece in re.split(r"\$[^$]*\$", block.title):
                assert re.sub(r"\W", "", piece) in words


# In another notation it always does, and the slides: `test_notation`, `test_slides`.
@pytest.mark.slow
def test_lualatex_compiles_the_article_too(
    lecture: Document, tex_engine: Callable[[str], str]
) -> None:
    source = article(lecture)
    result = compile_pdf(
        source.tex, source.figures, bibliography=source.bibliography, engine=tex_engine("lualatex")
    )
    assert result.clean


def test_each_use_is_linked_to_its_statement(lecture: Document) -> None:
    tex = article(lecture).tex
    for name, statement in load().items():
        assert f"{{{name}}}" in tex
        for used in statement.uses:
            assert rf"\hyperref[{used}]{{Statement~\ref*{{{used}}}}}" in tex
            assert rf"\draw[uses] ({used}) to" in tex


def test_the_letters_are_listed_with_their_shapes(lecture: Document) -> None:
    table = next(b for b in walk(lecture.blocks) if isinstance(b, Table) and b.label == "letters")
    assert ("$s_{j}$", "state", "$d$") in table.rows
    assert ("$U$", "input weights", r"$d \times m$") in table.rows


def test_the_page_has_no_script_and_needs_no_network(html: str) -> None:
    assert not re.search(r"<(script|link|img|iframe|object)\b", html)
    assert not re.search(r'https?://|@import|url\((?!#|"data:font)', html)
    assert html.count("<article") == 16


def test_the_page_is_valid_html(html: str) -> None:
    # Strict: the first parse error is raised.
    html5lib.HTMLParser(strict=True).parse(html)


def test_every_formula_of_the_page_is_mathml(html: str, lecture: Document) -> None:
    formulas = re.findall(r"<math\b.*?</math>", html, re.DOTALL)
    assert len(formulas) > 600
    for formula in formulas:
        drawn = re.sub(r"<annotation.*?</annotation>", "", formula, flags=re.DOTALL)
        assert re.search(r"<(mi|mn|mo)\b[^>]*>[^<]+<", drawn), formula
        assert "merror" not in drawn
    visible = re.sub(r"<(math|style|svg|title|code)\b.*?</\1>", "", html, flags=re.DOTALL)
    assert not re.search(r"\\[a-z]+|\$|[‖√∂∏Σ]|[a-zA-Z]_[a-zA-Z{]", re.sub(r"<[^>]*>", "", visible))


def test_theorems_and_axioms_stand_beside_what_the_kernel_accepted(
    evidence: list[Evidence],
) -> None:
    first, *others = evidence
    proof = KernelProof(("the_first_claim", "the_second_claim"), ("an_axiom",))
    accepted = replace(first, grades=(*first.grades, "machine_checked"), kernel=proof)
    document = document_of([accepted, *others], elman(), {}, Paragraph("The end."))
    shown = [b for b in walk(document.blocks) if isinstance(b, Paragraph) and "In Coq" in b.text]
    assert [block.text for block in shown] == [
        "[[#machine_checked]] In Coq, for every size and all times: `the_first_claim` and "
        "`the_second_claim`. The kernel accepted this from the axioms `an_axiom`."
    ]
    (block,) = [
        b
        for b in walk(document.blocks)
        if isinstance(b, StatementBlock) and b.name == first.statement.name
    ]
    assert block.grades == accepted.grades
    assert {row.evidence for chain in block.chains for row in chain.rows[1:]} == {first.grades}
    assert "the_first_claim" in page(document) and "machine checked" in page(document)
    assert accepted.complete
    assert accepted.record()["kernel"]["axioms"] == ("an_axiom",)
    assert "kernel" not in first.record()
