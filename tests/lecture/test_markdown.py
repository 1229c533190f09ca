"""Each construct of Markdown is read, shown by every backend, or refused with its line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from symrnn.errors import ParseError
from symrnn.language.notation import LECTURE
from symrnn.lecture.document import words_of
from symrnn.lecture.given import image_in
from symrnn.lecture.markdown import read
from symrnn.lecture.pieces import Cut, Given, Notes, Place, Title, rewritten
from symrnn.typeset.bibliography import Work
from symrnn.typeset.blocks import (
    Block,
    Display,
    Items,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Section,
    Table,
)
from symrnn.typeset.deck import Act, Body, Deck, Frame, Shown
from symrnn.typeset.document import Document
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.html import page
from symrnn.typeset.latex import article
from symrnn.typeset.markdown import block_text, words
from symrnn.typeset.slides import slides

from .conftest import gradients

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ff"
    "ff3f0005fe02fea7359a0d0000000049454e44ae426082"
)


@pytest.fixture
def image(tmp_path: Path) -> Callable[[str, int], Picture]:
    (tmp_path / "dot.png").write_bytes(PNG)
    (tmp_path / "lone.svg").write_text("<svg/>")
    (tmp_path / "text.png").write_text("no picture")
    return image_in(tmp_path, "f.md")


BLOCKS: dict[str, tuple[str, Block]] = {
    "paragraph": ("one\ntwo", Paragraph("one\ntwo")),
    "emphasis": ("*a* **b** `c`", Paragraph("*a* **b** `c`")),
    "strong in emphasis": ("_a **b**_", Paragraph("*a **b***")),
    "link": ("[a *b*](https://x.y/z_1)", Paragraph("[[>https://x.y/z_1|a *b*|]]")),
    "autolink": ("<https://x.y>", Paragraph("[[>https://x.y|https://x.y|]]")),
    "maths": ("$a_{j}$ and σ′(a_j)", Paragraph("$a_{j}$ and σ′(a_j)")),
    "escapes": (r"\$5 \* 2 [0, 1]", Paragraph(r"\$5 \* 2 [0, 1]")),
    "reference": ("see [[step_jacobian]].", Paragraph("see [[step_jacobian]].")),
    "citations": (
        "@a2013 says [@a2013; @b]",
        Paragraph("[[@a2013]] says [[@a2013|aside]] [[@b|aside]]"),
    ),
    "a place in a work": (
        "[@a2013, S. 3; @b, ch. 2–4]",
        Paragraph("[[@a2013|aside|S. 3]] [[@b|aside|ch. 2–4]]"),
    ),
    "a place in a work that is spoken of": (
        "@a2013 [S. 3], @b[ch. 2–4] and @b [here](https://x.y)",
        Paragraph(
            "[[@a2013|within|S. 3]], [[@b|within|ch. 2–4]] and [[@b]] [[>https://x.y|here|]]"
        ),
    ),
    "a reference in brackets": ("[[[one]]]", Paragraph(r"\[[[one]]]")),
    "subscripts are no emphasis": (
        "∏_{j=k+1}^{t} ∂s_j/∂s_{j-1} and ∏_k of _it_",
        Paragraph("∏_{j=k+1}^{t} ∂s_j/∂s_{j-1} and ∏_k of *it*"),
    ),
    "an address is no citation": ("x@y.de", Paragraph("x@y.de")),
    "footnote": ("a[^n]\n\n[^n]: Below *it*.", Paragraph("a[[^|Below *it*.|]]")),
    "list": ("- a\n- b", Items(((Paragraph("a"),), (Paragraph("b"),)))),
    "numbers": ("3. a\n4. b", Items(((Paragraph("a"),), (Paragraph("b"),)), 3)),
    "list in a list": ("- a\n  - b", Items(((Paragraph("a"), Items(((Paragraph("b"),),))),))),
    "quotation": ("> q", Quote((Paragraph("q"),))),
    "display": ("$$\na = b\n$$", Display("a = b")),
    "labelled display": ("$$\na = b\n$$ (one)", Display("a = b", "one")),
    "code": ("```python\nx = 1\n```", Listing("x = 1\n", "python")),
    "table": (
        "| a | b |\n|:--|--:|\n| $x$ | 2 |",
        Table(("a", "b"), (("$x$", "2"),), columns="lr"),
    ),
}


@pytest.mark.parametrize(("text", "block"), BLOCKS.values(), ids=BLOCKS)
def test_a_construct_becomes_a_block(
    text: str, block: Block, image: Callable[[str, int], Picture]
) -> None:
    assert read(f"\n{text}\n", "f.md", image) == (Given(block, 2),)


def test_what_is_no_block(image: Callable[[str, int], Picture]) -> None:
    text = '# T\n\n---\n\n[[a]]{detail=steps title="A^{b}"}\n\n```notes\nSay.\n```\n'
    assert read(text, "f.md", image) == (
        Title("T", 1, 1),
        Cut(3),
        Place("a", 5, (("detail", "steps"), ("title", "A^{b}"))),
        Notes("Say.", 7),
    )


REFUSED = {
    "HTML in a line": ("a <b>x</b>", "HTML is not supported"),
    "HTML": ("<div>\nx\n</div>", "HTML is not supported"),
    "an open formula": ("$x", "is never closed"),
    "an open reference": ("[[a", "is never closed"),
    "braces without end": ("[[a]]{detail=steps", "what stands in braces"),
    "a title without end": ('[[a]]{title="x^{2}}', "what stands in braces"),
    "braces in a sentence": ("see [[a]]{x", "what stands in braces"),
    "strong without end": ("**a", "marks nothing"),
    "struck out": ("~~x~~", "struck out"),
    "a broken line": ("a  \nb", "broken by hand"),
    "a deep heading": ("#### x", "no such heading"),
    "a link to a file": ("[x](foo.md)", "leads nowhere"),
    "a link to a script": ("[x](javascript:alert)", "leads nowhere"),
    "a link without an address": ("[x][y]", "leads nowhere"),
    "a footnote that is not there": ("x[^2]", "footnote is not there"),
    "a long footnote": ("x[^2]\n\n[^2]: a\n\n    b", "one paragraph"),
    "TeX's own signs": (r"\(x\)", "between dollars"),
    "TeX's own displays": (r"\[x\]", "between dollars"),
    "an environment": (r"\begin{align}x\end{align}", "environment of LaTeX"),
    "braces that say nothing": ("[[a]]{x}", "can not be read"),
    "braces in a line": ("a [[b]]{x=1}", "paragraph of its own"),
    "a picture in a line": ("a ![a](dot.png) b", "its own paragraph"),
    "a picture without words": ("![](dot.png)", "without words"),
    "a picture that is not there": ("![a](none.png)", "no such picture"),
    "a picture outside": ("![a](../x.png)", "outside the folder"),
    "a picture that is none": ("![a](text.png)", "this is no picture"),
    "a picture that LaTeX can not read": ("![a](lone.svg)", "alone"),
    "a picture of another kind": ("![a](x.gif)", "no such kind"),
    "a display in a line": ("a $$x$$ b", "its own paragraph"),
    "a heading in a list": ("- # h", "stands by itself"),
    "tasks": ("- [ ] a", "list of tasks"),
    "definitions": ("a\n: b", "list of definitions"),
    "colons": ("::: note\na\n:::", "between colons"),
    "contents": ("[TOC]", "table of contents"),
    "a shortcode": ("{{< video x >}}", "shortcode"),
    "a class": ("a {.b}", "attributes in braces"),
    "marked": ("a ==b c== d", "marked words"),
    "lowered": ("H~2~O", "letters are mathematics"),
    "raised": ("x^2^ + 1", "letters are mathematics"),
    "a picture by name": ("a :smile: b", "names of pictures"),
    "a command": (r"a \textbf{b}", "outside of mathematics"),
    "a directive": ("```{note}\na\n```", "does something"),
    "no name": ("[[a b]]", "no name"),
    "words before a citation": ("[see @a2013]", "no citation"),
    "a citation without the name": ("[-@a2013]", "no citation"),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_counterpart_is_refused_with_its_line(
    text: str, words: str, image: Callable[[str, int], Picture]
) -> None:
    with pytest.raises(ParseError) as caught:
        read(f"one\n\n{text}\n", "f.md", image)
    assert words in f"{caught.value.message} {caught.value.detail}"
    assert caught.value.message.startswith(("f.md, line 3: ", "f.md, line 4: ", "f.md, line 5: "))


def test_signs_that_only_look_like_another_dialect_are_words(
    image: Callable[[str, int], Picture],
) -> None:
    text = r"a == b, x == y; ~5 and ~6; at 10:30:15, std::min; C:\\Users; f: a {x} ^ \\alpha{"
    (piece,) = read(f"{text}\n", "f.md", image)
    assert isinstance(piece, Given) and isinstance(piece.block, Paragraph)


def test_every_construct_is_set_by_every_backend(
    image: Callable[[str, int], Picture], pdflatex: str, pages_of: Callable[[bytes], list[str]]
) -> None:
    """Whatever is said comes out as it was meant, and nothing raw."""
    text = "\n\n".join(
        source for name, (source, _) in BLOCKS.items() if name not in ("reference", "list")
    )
    given = read(f"{text}\n\n![A dot](dot.png)\n\n- p\n", "f.md", image)
    write = words_of(gradients(), LECTURE)
    blocks = tuple(rewritten(piece.block, write) for piece in given if isinstance(piece, Given))
    works = tuple(
        Work(key, "misc", "Ab", 2013, {"author": "A. Ab", "title": "T"}) for key in ("a2013", "b")
    )
    document = Document("T", blocks=(Section("S", "s", blocks),), works=works)
    frames = tuple(
        Frame(f"F{n}", (Shown(b.name) if isinstance(b, Picture) else Body(b),))
        for n, b in enumerate(blocks)
    )
    shown = [page(document)]
    for made in (article(document), slides(document, Deck((Act("S", frames),)))):
        result = compile_pdf(
            made.tex, made.figures, bibliography=made.bibliography, engine=pdflatex
        )
        assert result.pdf is not None and result.overfull == ()
        shown.append("".join(pages_of(result.pdf)))
    write_markdown = words(document.targets, {work.key: work for work in works})
    number = {name: each.number for name, each in document.targets.items()}.__getitem__
    shown.append("\n\n".join(block_text(block, write_markdown, number) for block in blocks))
    for each in shown[:3]:
        for raw in ("**", "[[", "|]]", "[^", "](", "$$", "[@"):
            assert raw not in each.split("<main")[-1], raw
        assert "Below it." in each or "Below <em>it</em>." in each
        assert re.search(r"Ab ?\(2013a?\)", each)
    assert "data:image/png;base64" in shown[0] and "data:image/png;base64" in shown[3]
    assert "](https://x.y/z_1)" in shown[3]
