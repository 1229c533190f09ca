from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.typeset.blocks import Figure, Paragraph, walk
from symrnn.typeset.document import Document
from symrnn.typeset.grades import GRADES
from symrnn.typeset.html import page
from symrnn.typeset.mathml import mathml
from symrnn.typeset.svg import Shared, inline_svg

_VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})


class Outline(HTMLParser):
    """Checks that tags nest, and collects tags, attributes and text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]


@pytest.fixture(scope="module")
def source(lecture: Document) -> str:
    return page(lecture)


@pytest.fixture(scope="module")
def outline(source: str) -> Outline:
    return Outline(source)


def test_the_page_needs_no_network_and_no_script(source: str, outline: Outline) -> None:
    assert not set(outline.tags) & {"script", "link", "iframe", "object"}
    # A picture that a lecturer gave stands in the page itself.
    assert all(src.startswith("data:image/png;base64,") for src in outline.values("src"))
    assert not re.search(r'https?://|@import|url\((?!#|"data:font)', source)
    assert all(link.startswith(("#", "data:text/csv")) for link in outline.values("href"))


def test_ids_are_unique_and_every_link_lands(outline: Outline, lecture: Document) -> None:
    ids = Counter(outline.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    inner = {link[1:] for link in outline.values("href") if link.startswith("#")}
    assert inner and inner <= set(ids)
    assert set(lecture.targets) <= set(ids)


def test_numbers_agree_with_the_latex(outline: Outline) -> None:
    text = re.sub(r"\s+", " ", "".join(outline.text))
    for shown in ("Statement 6", "Algorithm 2", "Figure 2", "Table 1", "(1)", "Section 2"):
        assert shown in text


def test_drawings_have_an_accessible_name(outline: Outline, lecture: Document) -> None:
    assert outline.tags["svg"] == 3, "two drawings, and what they have in common"
    alternatives = [each.alt for each in walk(lecture.blocks) if isinstance(each, Figure)]
    assert len(alternatives) == 2
    assert set(alternatives) <= set(outline.values("aria-label"))
    assert outline.tags["metadata"] == 0


def test_the_numbers_of_a_drawing_are_in_the_page(outline: Outline, lecture: Document) -> None:
    text = "".join(outline.text)
    kept = [unquote(link.partition(",")[2]) for link in outline.values("href") if link[0] == "d"]
    for figure, written in zip(
        (each for each in walk(lecture.blocks) if isinstance(each, Figure)), kept, strict=True
    ):
        assert figure.data is not None
        assert written == figure.data.csv.decode()
        # Beyond some rows there is the file alone.
        short = len(figure.data.rows) <= 20
        assert (figure.data.cells[-2][-1] in text) == short
    assert outline.values("class").count("numbers") == 2


def test_every_evidence_mark_says_what_it_stands_for(source: str) -> None:
    marks = re.findall(r'<span class="mark" role="img" title="([^"]*)">(.*?)</span>', source)
    letters = {grade.name.replace("_", " "): grade.letter for grade in GRADES}
    assert marks
    for named, shown in marks:
        assert re.findall("<b>(.)</b>", shown) == [letters[name] for name in named.split(", ")]


def test_a_comma_stays_with_its_formula() -> None:
    shown = page(Document("T", blocks=(Paragraph("take $x$, then"),)))
    assert re.search(r'<span class="nobreak"><math>.*</math>,</span> then', shown)


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_text_is_escaped(text: str) -> None:
    escaped = "".join(f"\\{c}" if c in "$*`[\\" else c for c in text)
    outline = Outline(page(Document("T", blocks=(Paragraph(escaped + "<b>&amp;"),))))
    assert outline.tags["b"] == 0
    assert text + "<b>&amp;" in "".join(outline.text)


@pytest.mark.parametrize(
    ("latex", "parts"),
    [
        (r"\underbrace{W}_{d\times d}", ["<munder", "⏟"]),
        (r"\prod_{j=k+1}^{t} J_j", ["<munderover>", "∏"]),
        (r"\operatorname{diag}(v)", ["<mi>diag</mi>"]),
        (r"\begin{pmatrix} 1 & 0 \\ 0 & \ddots \end{pmatrix}", ["<mtable", "⋱"]),
        (r"\frac{\partial^{+} s_k}{\partial W}", ["<mfrac>", "<msup>"]),
        (r"\left\lVert W \right\rVert", ["‖"]),
        (r"u \odot v", ["⊙"]),
        (r"\sup_{x\in\mathbb{R}}\lvert\sigma'(x)\rvert", ["ℝ", "<munder>"]),
        (r"a \xrightarrow[t\to\infty]{} 0", ["→"]),
        (r"\begin{aligned} a &= b \\ &\le c \end{aligned}", ["<mtable"]),
        (r"\begin{cases} g & \text{if } x \\ 0 & y \end{cases}", ["<mtable", "<mtext>"]),
        (r"\mathrm{norm}\mathopen{}\left(g\mathclose{}\right)", ["<mi>norm</mi>"]),
        (r"W^{\top} \cdot \bigl\lVert x \bigr\rVert_2 \gets \lfloor y \rfloor", ["⊤", "←"]),
    ],
)
def test_the_lectures_formulas_become_mathml(latex: str, parts: list[str]) -> None:
    shown = mathml(latex, display=True)
    for part in parts:
        assert part in shown
    assert "merror" not in shown


@pytest.mark.parametrize("latex", [r"\nosuchcommand x", r"\frac{a", r"\begin{nothing}"])
def test_a_formula_that_can_not_be_converted_is_named(latex: str) -> None:
    with pytest.raises(NotSupportedError) as caught:
        mathml(latex)
    assert latex in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_ids_of_a_drawing_become_its_own() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        ' width="1" height="2" viewBox="0 0 1 2"><metadata>m</metadata>'
        '<defs><style>*{x:y}</style><g id="a" x="1"/></defs><use xlink:href="#a"/>'
        '<path clip-path="url(#a)"/></svg>'
    )
    assert inline_svg(svg, prefix="p", alt='"x" < y') == (
        '<svg viewBox="0 0 1 2" style="stroke-linejoin:round;stroke-linecap:butt" role="img"'
        ' aria-label="&quot;x&quot; &lt; y"><defs><g id="p-0" x="1"/></defs><use href="#p-0"/>'
        '<path clip-path="url(#p-0)"/></svg>'
    )


def test_letters_and_styles_of_drawings_stand_once() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><defs><path id="a" d="M 0 0 L 1 1"'
        ' transform="scale(0.015625)"/></defs><use href="#a" transform="translate(50 0)"/>'
        '<path d="M 0 0" style="fill: none"/></svg>'
    )
    shared = Shared()
    drawings = [inline_svg(svg, prefix=each, alt="", shared=shared) for each in "pq"]
    assert drawings[0] == drawings[1]
    assert '<use href="#~0" x="50"/>' in drawings[0] and 'class="v' in drawings[0]
    assert shared.svg().count("<path") == 1 and ".v1{fill:none}" in shared.svg()


def test_a_quotation_mark_in_a_formula_stays() -> None:
    assert '="b"' in mathml(r'\text{a="b"}')


@pytest.mark.parametrize("svg", ["<svg", "<html/>"])
def test_what_is_no_svg_is_refused(svg: str) -> None:
    with pytest.raises(IllFormedError, match="figure `p`"):
        inline_svg(svg, prefix="p", alt="")


def test_bars_of_a_norm_stretch_only_round_what_is_tall() -> None:
    assert mathml(r"\left\lVert g \right\rVert").count("stretchy=false") == 2
    tall = mathml(r"\left\lVert \frac{a}{b} \right\rVert")
    assert "stretchy" not in tall
    assert "rspace=0.11em" in tall and "lspace=0.11em" in tall
