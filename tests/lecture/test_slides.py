"""The slides: what they show is in the document, every page compiles, nothing runs off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn.errors import IllFormedError
from symrnn.lecture.deck import BEHIND, deck
from symrnn.lecture.given import image_in
from symrnn.lecture.outline import outline
from symrnn.lecture.pieces import Title
from symrnn.typeset.bibliography import Work
from symrnn.typeset.blocks import (
    Block,
    Chain,
    Claim,
    Display,
    Figure,
    Heading,
    Items,
    Paragraph,
    Row,
    Section,
    StatementBlock,
    walk,
)
from symrnn.typeset.deck import Act, Body, Claims, Deck, Fails, Frame, Item, Lines, Shown, Why
from symrnn.typeset.document import Document
from symrnn.typeset.engine import PdfResult, compile_pdf
from symrnn.typeset.fit import Fit
from symrnn.typeset.heights import WIDE, formula_width, row_height
from symrnn.typeset.latex import article
from symrnn.typeset.paging import Atom, divided, joined
from symrnn.typeset.prose import plain
from symrnn.typeset.slide_source import source_of
from symrnn.typeset.slides import Look, contents_of, slides

from .conftest import deck_of, gradients, sparse

UNCITED = Work("two2021", "book", "Two", 2021, {"author": "B", "title": "C", "publisher": "P"})
PAPER, NOTED = Look(handout=True), Look(handout=True, notes=True)


@pytest.fixture(scope="module")
def shown(lecture: Document) -> Deck:
    return deck_of(lecture)


def test_the_slides_name_nothing_that_the_lecture_does_not_have(
    lecture: Document, shown: Deck
) -> None:
    slides_text = gradients().slides
    assert slides_text is not None
    titles = [
        piece.text
        for part in slides_text.parts
        for piece in part.pieces
        if isinstance(piece, Title)
        # One frame is about the cell with σ inside, whose lecture calls this one the other.
        and "With σ outside" not in piece.text
    ]
    assert len(titles) == sum(len(act.frames) for act in shown.acts)


def test_every_statement_has_a_frame_with_its_claims(lecture: Document, shown: Deck) -> None:
    claimed = {
        item.statement
        for act in shown.acts
        for frame in act.frames
        for item in frame.items
        if isinstance(item, Claims)
    }
    statements = {b.name for b in walk(lecture.blocks) if isinstance(b, StatementBlock)}
    assert claimed == statements


def test_no_frame_is_nearly_empty(lecture: Document, shown: Deck) -> None:
    assert sparse(lecture, shown) == []
    alone = Deck((Act("One", (Frame("Alone", (Body(Paragraph("A line.")),)),)),))
    assert sparse(lecture, alone) == ["Alone"]


@pytest.fixture(scope="module")
def handout(lecture: Document, shown: Deck, pdflatex: str) -> PdfResult:
    made = slides(lecture, shown, PAPER)
    return compile_pdf(made.tex, made.figures, engine=pdflatex)


def test_the_handout_is_clean_and_no_dump(handout: PdfResult) -> None:
    assert handout.warnings == ()
    assert 25 <= handout.pages <= 40


def test_lualatex_makes_the_same_pages(
    lecture: Document, shown: Deck, handout: PdfResult, tex_engine: Callable[[str], str]
) -> None:
    made = slides(lecture, shown, PAPER)
    result = compile_pdf(made.tex, made.figures, engine=tex_engine("lualatex"))
    assert (result.pages, result.warnings) == (handout.pages, ())


def test_each_frame_carries_its_title_and_its_number(
    handout: PdfResult, shown: Deck, pages_of: Callable[[bytes], list[str]]
) -> None:
    assert handout.pdf is not None
    pages = pages_of(handout.pdf)
    for number, page in enumerate(pages[1:], start=1):
        assert re.search(rf"{number}\s*/\s*{len(pages) - 1}", page)
    text = re.sub(r"\W", "", "".join(pages))
    for act in shown.acts:
        for frame in act.frames:
            if "$" not in frame.title:
                assert re.sub(r"\W", "", plain(frame.title)) in text


def test_every_frame_has_notes_from_the_document_and_they_fit(
    lecture: Document, shown: Deck, pdflatex: str, pages_of: Callable[[bytes], list[str]]
) -> None:
    made = slides(lecture, shown, NOTED)
    frames = re.split(r"(?=\\begin\{frame\}\[t\])", made.tex)[1:]
    noted = [re.search(r"\\note\{(.+?)\}\n\\end\{frame\}", each, re.DOTALL) for each in frames]
    assert all(found is not None and len(found[1]) > 60 for found in noted)
    result = compile_pdf(made.tex, made.figures, engine=pdflatex)
    assert result.warnings == () and result.pdf is not None
    assert result.pages == 2 * len(frames) + 1
    text = " ".join("".join(pages_of(result.pdf)).split())
    names = {i.name for a in shown.acts for f in a.frames for i in f.items if isinstance(i, Shown)}
    spoken = re.sub("[^A-Za-z]", "", text)
    for block in walk(lecture.blocks):
        if isinstance(block, Figure) and block.name in names:
            assert re.sub("[^A-Za-z]", "", block.alt)[:40] in spoken, block.alt
    for words in ("Chain rule", "Submultiplicativity", "Against these stands Statement 4"):
        assert words in text


def test_the_notes_of_a_chain_name_each_rule_once(lecture: Document) -> None:
    tex = slides(lecture, SMALL, Look(notes=True), room=20.0).tex
    note = tex[tex.index(r"\note{") :]
    for words in ("Chain rule", "Induction hypothesis", "assumed here"):
        assert note.count(words) == 1, note
    assert "the latest stands on the left" in note


SMALL = Deck(
    (
        Act(
            "One",
            (
                Frame(
                    "A product",
                    (
                        Claims("product_of_jacobians", ("the product",)),
                        Body(Items(((Paragraph("First."),), (Paragraph("Second."),)))),
                        Lines("product_of_jacobians", "the product", "step"),
                    ),
                ),
            ),
        ),
    )
)


def test_lines_appear_one_after_the_other_and_stay(
    lecture: Document, pdflatex: str, pages_of: Callable[[bytes], list[str]]
) -> None:
    made = slides(lecture, SMALL, room=20.0)
    result = compile_pdf(made.tex, made.figures, engine=pdflatex)
    assert result.pdf is not None
    pages = pages_of(result.pdf)[1:]
    order = ["First", "Second", "chain rule", "induction hypothesis", "read backwards"]
    assert len(pages) == 6
    for number, page in enumerate(pages):
        assert [words for words in order if words in page] == order[:number]


def test_a_long_chain_goes_on_where_it_ended(lecture: Document) -> None:
    long = Deck((Act("One", (Frame("Long", (Lines("bptt", "the state by W", "step"),)),)),))
    tex = slides(lecture, long, room=7.0).tex
    parts = re.findall(r"\\framepart\{(\d)\}\{(\d)\}", tex)
    assert len(parts) > 1
    assert [int(number) for number, _ in parts] == list(range(1, int(parts[0][1]) + 1))
    assert len(re.findall(r"\\step\[\d", tex)) == 6
    assert tex.count(r"}\continued") == len(parts) - 1
    assert slides(lecture, long, room=100.0).tex.count("\n\\begin{chain}") == 1


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Claims("no_such_statement"), "product_of_jacobians"),
        (Claims("product_of_jacobians", ("no such part",)), "the product"),
        (Lines("product_of_jacobians", "the product", "middle"), "the product, base case"),
        (Shown("no-such-figure"), "norm_decay"),
    ],
)
def test_what_the_document_does_not_have_is_refused(
    lecture: Document, item: Claims | Lines | Shown, expected: str
) -> None:
    with pytest.raises(IllFormedError, match="does not have") as caught:
        slides(lecture, Deck((Act("One", (Frame("Wrong", (item,)),)),)))
    assert expected in str(caught.value.detail["expected"])


def test_a_statement_that_stands_nowhere_follows_with_claim_and_reason(lecture: Document) -> None:
    blocks = [block for block in walk(lecture.blocks) if isinstance(block, StatementBlock)]
    mine = replace(blocks[2], name="of_mine", number=1, title="100% & more")
    small = Document("Mine", blocks=(mine,))
    *_, last = deck_of(small).acts
    assert (last.title, [frame.title for frame in last.frames]) == (BEHIND, ["100% & more"])
    assert last.frames[0].items == (Claims("of_mine"), Why("of_mine"))
    tex = slides(small, Deck((last,))).tex
    assert r"100\% \& more" in tex and "This holds by" in tex


def test_a_deck_opens_as_is_said_and_a_statement_ends_with_what_fails(lecture: Document) -> None:
    text = "---\nopening: [slopes, product_bound]\n---\n# T\n\n## S\n\n[[step_jacobian]]\n"
    written = outline(text, "lecture.md", image_in(Path(), "lecture.md"))
    first, second, *_ = deck(lecture, written, str).acts
    opened = [item for frame in first.frames for item in frame.items]
    assert opened == [Shown("slopes"), Claims("product_bound")]
    (frame,) = second.frames
    assert frame.items[0] == Claims("step_jacobian") and frame.items[-1] == Fails("step_jacobian")


def test_what_lines_rest_on_stands_on_their_frame_or_before(lecture: Document) -> None:
    bound = Lines("gradients_vanish", "a bound for a term of the gradient", key=True)
    claims = Claims("gradients_vanish", ("a term of the gradient",))
    steps = Lines("gradients_could_explode", "t steps multiply by wᵗ", "step")
    assumed = r"Assume .*\\le C\b"

    def made(*items: Item) -> str:
        return slides(lecture, Deck((Act("One", tuple(Frame("F", (i,)) for i in items)),))).tex

    assert [len(re.findall(assumed, made(*items))) for items in ((bound,), (claims, bound))] == [
        1,
        1,
    ]
    assert len(re.findall(assumed, made(bound, claims))) == 2
    assert "Proved apart: " in made(steps) and made(steps).count("shown above") == 1
    of_lecture = slides(lecture, deck_of(lecture)).tex
    assert of_lecture.count("shown above") == of_lecture.count("Proved apart: ")


def test_a_title_that_is_given_below_a_heading_is_shown(lecture: Document) -> None:
    text = '# T\n\n## S\n\n### Head\n\n[[step_jacobian]]{title="One step"}\n'
    written = outline(text, "lecture.md", image_in(Path(), "lecture.md"))
    (frame,) = deck(lecture, written, str).acts[0].frames
    assert frame.items[:2] == (Body(Heading("One step")), Claims("step_jacobian"))


def test_the_one_line_of_a_claim_on_the_frame_is_said_in_a_sentence(lecture: Document) -> None:
    place = "[[preactivation_jacobian]]"

    def items(*shown: str) -> list[str]:
        text = "\n\n".join(["# T", "## S", "### F", *(f"{place}{{show={each}}}" for each in shown)])
        written = outline(text, "slides.md", image_in(Path(), "slides.md"))
        (frame,) = deck(lecture, written, str).acts[0].frames
        return [type(item).__name__ for item in frame.items]

    assert items("claims", "lines") == ["Claims", "Why"]
    assert items("lines") == ["Lines"]


def test_short_parts_of_one_section_stand_on_one_frame_where_no_rule_is_between() -> None:
    def titled(points: int, *, framed: bool) -> list[list[str]]:
        last = "### C\n\n" + "- a point\n" * points
        parts = ("# T", "## A", "short", "### B", "- one", "---", "ruled", last)
        written = outline("\n\n".join(parts), "lecture.md", image_in(Path(), "lecture.md"))
        made = deck(Document("T"), written, str, framed=framed)
        source = source_of(Document("T"), made)
        (act,) = joined(made.acts, source.contents, source.layout.room)
        return [
            [frame.title, *(b.text for b in _blocks(frame) if isinstance(b, Heading))]
            for frame in act.frames
        ]

    assert titled(3, framed=True) == [["A"], ["B"], ["B"], ["C"]]
    assert titled(3, framed=False) == [["A", "B"], ["B", "C"]]
    assert titled(9, framed=False) == [["A", "B"], ["B"], ["C"]]


def test_a_section_with_little_stands_on_the_frame_of_the_one_before() -> None:
    def sections(*points: int, framed: bool = False) -> list[tuple[str, int]]:
        short = zip("ABC", points, strict=True)
        parts = [f"## {name}\n\n" + "- a point\n" * n for name, n in short]
        written = outline(
            "\n\n".join(["# T", *parts]), "lecture.md", image_in(Path(), "lecture.md")
        )
        made = deck(Document("T"), written, str, framed=framed)
        source = source_of(Document("T"), made)
        found = joined(made.acts, source.contents, source.layout.room)
        return [(act.title, len(act.frames)) for act in found]

    assert sections(2, 2, 9) == [("A · B", 1), ("C", 1)]
    assert sections(9, 2, 2) == [("A", 1), ("B · C", 1)]
    assert sections(9, 9, 9) == sections(9, 9, 9, framed=True)
    assert len(sections(2, 2, 9, framed=True)) == 3


def test_a_sentence_leads_to_the_claims_of_a_statement_that_is_divided(
    lecture: Document,
) -> None:
    def frames(place: str) -> tuple[Frame, ...]:
        text = f"# T\n\n## Before\n\nshort\n\n## Shown\n\nBy the chain rule:\n\n{place}\n"
        written = outline(text, "lecture.md", image_in(Path(), "lecture.md"))
        made = deck(lecture, written, str, framed=False)
        (_, shown, *_) = joined(made.acts, contents_of(lecture, made), WIDE.room)
        return shown.frames

    first, second = frames("[[bptt]]{detail=full}")
    words, heading, claims = first.items
    assert first.title == "Shown" and heading == Body(Heading(second.title))
    assert isinstance(words, Body) and isinstance(claims, Claims) and claims.statement == "bptt"
    assert not any(item == claims for item in second.items)
    first, second = frames("- a point\n" * 9 + "\n[[bptt]]{detail=full}")
    assert not any(isinstance(item, Claims) for item in first.items)


def test_a_heading_is_for_one_statement_and_a_second_has_its_own(lecture: Document) -> None:
    def titles(*parts: str) -> list[str]:
        text = "\n\n".join(["# T", "## S", "### Head", *parts])
        written = outline(text, "lecture.md", image_in(Path(), "lecture.md"))
        return [frame.title for frame in deck(lecture, written, str).acts[0].frames]

    blocks = {b.name: b for b in walk(lecture.blocks) if isinstance(b, StatementBlock)}
    first, second = "[[step_jacobian]]", "[[step_bound]]"
    assert titles(first, second) == ["Head", blocks["step_bound"].title]
    assert titles(first, "---", second) == ["Head", blocks["step_bound"].title]
    assert titles("words", "---", first) == ["Head", "Head"]
    assert titles("[[step_jacobian]]{show=claims}", "[[step_bound]]{show=claims}") == ["Head"]


def test_slides_number_formulas_and_end_with_the_works_that_they_cite() -> None:
    work = Work("one2020", "book", "One", 2020, {"author": "A", "title": "N", "publisher": "P"})
    text = "# T\n\n## S\n\nAs [[@one2020]] has [[f]]:\n\n$$\nx = 1\n$$ (f)\n\n$$\ny = 2\n$$\n"
    written = outline(text.replace("[[@one2020]]", "@one2020"), "l.md", image_in(Path(), "l.md"))
    blocks = [piece.block for part in written.parts for piece in part.pieces]  # type: ignore[union-attr]
    document = Document("T", blocks=(Section("S", "s", tuple(blocks)),), works=(work, UNCITED))
    made = deck(document, written, str)
    tex = slides(document, made).tex
    assert r"\display[(1)]{x = 1}" in tex and r"\display{y = 2}" in tex
    # A formula that slides alone have is counted on.
    extra = Frame("More", (Body(Display("z = 3", "g")), Body(Paragraph("by [[g]]"))))
    tex = slides(document, Deck((*made.acts, Act("More", (extra,))))).tex
    assert r"\display[(2)]{z = 3}" in tex and "by (2)" in tex
    last = made.acts[-1].frames[-1]
    assert (last.title, last.items) == ("References", (Body(Paragraph(work.line)),))


def _blocks(frame: Frame) -> list[Block]:
    return [item.block for item in frame.items if isinstance(item, Body)]


def test_wide_formulas_are_broken_within_and_not_set_tiny(pdflatex: str) -> None:
    gate = r"\operatorname{diag}\left(q_{t} \left(1 - q_{t}\right)\right) \, W_{q}"
    wide = rf"= \operatorname{{diag}}\left(o_{{t}}\right) \, \left({' + '.join([gate] * 6)}\right)"
    chain = Chain((Row("", "x"), Row("=", wide, "why")), part="a")
    block = StatementBlock(1, "wide", "Wide", (Claim(wide, part="a"),), chains=(chain,))
    frames = (Frame("F", (Claims("wide"),)), Frame("G", (Lines("wide", "a"),)))
    document = Document("T", blocks=(block,), date="Week 5")
    scaled = r"\\resizebox\{\\steproom\}\{!\}\{\\usebox\{\\stepbox\}\}"
    for made in (article(document), slides(document, Deck((Act("A", frames),)), PAPER)):
        refusing, changed = re.subn(scaled, r"\\errmessage{scaled}", made.tex)
        assert changed >= 2
        found = compile_pdf(refusing, made.figures, bibliography=made.bibliography, engine=pdflatex)
        assert found.overfull == ()
    assert r"\date{Week 5}" in made.tex


def test_wider_and_taller_formulas_are_estimated_so() -> None:
    fraction = r"\frac{\partial s_{t}}{\partial s_{k}}"
    assert 1.5 < formula_width(fraction) < 3
    assert formula_width(fraction * 20) > 20 * 1.5
    assert row_height(Row("=", fraction * 30)) > 2 * row_height(Row("=", fraction))
    assert (
        row_height(Row("=", "W"))
        < row_height(Row("=", fraction))
        < row_height(Row("=", rf"\sum_{{k=1}}^{{t}} {fraction}"))
    )


@pytest.mark.parametrize("look", [Look("43", "Madrid", handout=True), Look("43", handout=True)])
def test_another_theme_and_another_shape_compile(
    lecture: Document, look: Look, pdflatex: str
) -> None:
    made = slides(lecture, SMALL, look)
    result = compile_pdf(made.tex, made.figures, engine=pdflatex)
    assert result.pdf is not None and result.overfull == ()


def test_a_frame_that_is_too_full_is_set_small_and_then_divided(lecture: Document) -> None:
    title = SMALL.acts[0].frames[0].title
    small = Fit(more=4.0).tighter({title: 0.5}, 16.0)
    smaller = small.tighter({title: 0.5}, 16.0)
    divided = smaller.tighter({title: 0.5, "another": 2.0, "too long": 16.0}, 16.0)
    again = divided.tighter({title: 0.5}, 16.0)
    assert (small.smaller, small.less) == ({title: 1}, {})
    assert (smaller.smaller, smaller.less) == ({title: 2}, {})
    assert divided.smaller == {"another": 2} and again.less[title] > divided.less[title] > 0
    # What is far too much for one frame is divided at once.
    assert divided.less["too long"] == 10.0
    assert "\n\\small\n" in slides(lecture, SMALL, fit=small).tex
    assert "\n\\footnotesize\n" in slides(lecture, SMALL, fit=smaller).tex
    tex = slides(lecture, SMALL, fit=again.tighter({title: 0.5}, 16.0)).tex
    assert r"\framepart{1}" in tex and "\n\\small\n" not in tex and "\n\\footnotesize\n" not in tex


@pytest.mark.parametrize(
    ("heights", "room", "expected"),
    [
        ((5, 5, 5, 1), 16, [4]),
        ((5, 5, 5, 1), 15, [2, 2]),
        ((6, 6, 2), 12, [1, 2]),
        ((1, 1, 1, 9), 10, [2, 2]),
        ((20, 2, 2), 10, [1, 2]),
        ((4, 4, 4, 4, 4), 12, [2, 3]),
        ((), 10, []),
    ],
)
def test_pages_are_few_and_even_and_hold_no_line_alone(
    heights: tuple[float, ...], room: float, expected: list[int]
) -> None:
    atoms = [Atom(Why(str(number)), height) for number, height in enumerate(heights)]
    assert [len(page) for page in divided(atoms, room)] == expected


def test_no_heading_ends_a_page_and_a_picture_may_have_one_to_itself() -> None:
    point, picture = Body(Items(((Paragraph("a point"),),), 1)), Shown("drawn")
    heading = Body(Heading("What follows"))
    led = [Atom(point, 4), Atom(heading, 1), Atom(point, 6), Atom(point, 1)]
    assert [len(page) for page in divided(led, 8)] == [1, 3]
    drawn = [Atom(point, 2), Atom(point, 2), Atom(point, 2), Atom(picture, 9)]
    assert [len(page) for page in divided(drawn, 11.5)] == [3, 1]
