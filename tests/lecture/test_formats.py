"""Formats by name, and what is left of an earlier run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn.errors import IllFormedError
from symrnn.lecture import formats, pdf, work
from symrnn.lecture.formats import DEFAULT, FORMATS, Material, Wishes, chosen
from symrnn.lecture.network import NetworkReport
from symrnn.theory.library import load
from symrnn.typeset import latex
from symrnn.typeset.blocks import Paragraph, StatementBlock, walk
from symrnn.typeset.document import Document
from symrnn.typeset.engine import PdfResult, TexError, compile_pdf
from symrnn.typeset.fit import frame_at
from symrnn.typeset.html import MARKS
from symrnn.typeset.slides import Look, slides
from symrnn.typeset.tex_log import Overfull
from symrnn.verify.evidence import Evidence

from .conftest import deck_of, gradients


@pytest.fixture(scope="module")
def material(lecture: Document, evidence: list[Evidence], report: NetworkReport) -> Material:
    return Material(lecture, tuple(evidence), report, load(), gradients())


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ([], DEFAULT),
        (["html"], ("html",)),
        (["html,article"], ("html", "article")),
        (["html", " article , html"], ("html", "article")),
    ],
)
def test_formats_are_chosen_by_name(given: list[str], names: tuple[str, ...]) -> None:
    assert chosen(given) == names


@pytest.mark.parametrize("given", ["docx", "html,", "HTML"])
def test_what_is_no_format_is_refused(given: str) -> None:
    with pytest.raises(IllFormedError, match="no such format") as caught:
        chosen([given])
    assert caught.value.detail["expected"] == ", ".join(FORMATS)


def test_without_tex_the_source_is_written_and_no_pdf_is_left(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "compile_pdf", lambda *_, **__: PdfResult(None, "", "advice"))
    output = formats.article(material)
    assert "lecture.tex" in output.files
    assert output.missing == {"lecture.pdf": "advice"}


def failing(tried: list[str], log: str = "", hopeless: bool = False) -> Callable[..., PdfResult]:
    def compiled(tex: str, *_: object, name: str, **__: object) -> PdfResult:
        tried.append(name)
        error = TexError("stopped", {"message": "Undefined control sequence."})
        error.name, error.source, error.log, error.hopeless = name, tex, log, hopeless
        raise error

    return compiled


def test_tex_that_fails_costs_the_pdf_and_nothing_else(
    material: Material, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(pdf, "compile_pdf", failing(tried, log="! Undefined"))
    old = {"lecture.pdf": b"of an earlier run", "slides.pdf": b"too", "mine.txt": b"the user's"}
    for name, content in old.items():
        (tmp_path / name).write_bytes(content)
    asked = ("article", "slides", "html")
    made = work._typeset(material, tmp_path, work.silent, asked, ())
    assert {path.name for path in made.missing} == {"lecture.pdf", "slides.pdf"}
    assert all("Undefined control sequence." in why for why in made.missing.values())
    assert tried == ["lecture", "slides-handout", "slides"]
    written = {path.name for path in tmp_path.iterdir() if path.is_file()}
    expected = {f"lecture.{kind}" for kind in ("tex", "bib", "log", "html")}
    assert written == {*old, *expected, "slides.tex", "slides.log", "evidence.json"}
    assert all((tmp_path / name).read_bytes() == content for name, content in old.items())
    assert all(path.stat().st_size > 0 for path in made.files)


def test_tex_that_hangs_is_asked_once_and_leaves_no_empty_log(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    monkeypatch.setattr(pdf, "compile_pdf", failing(tried, hopeless=True))
    mine = replace(material, wishes=Wishes(handout=True, notes=True), tex=pdf.Tex())
    outputs = [formats.article(mine), formats.slides(mine)]
    assert tried == ["lecture"]
    assert [sorted(output.missing) for output in outputs] == [
        ["lecture.pdf"],
        ["slides-handout.pdf", "slides-notes.pdf", "slides.pdf"],
    ]
    assert not any(name.endswith(".log") for output in outputs for name in output.files)


def test_the_names_of_what_is_written_are_known_before(material: Material) -> None:
    known = set(formats.names(FORMATS, True, True, figures=True))
    named = {"evidence.json", "lecture.html", "lecture.ipynb", "lecture.tex", "slides-notes.pdf"}
    assert named <= known and "slides-notes.pdf" not in formats.names(FORMATS)


def test_a_page_that_grows_too_large_has_the_lines_of_claims_and_another_one_every_line(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = formats.page(material).files.values()
    monkeypatch.setattr(formats, "LARGEST", len(whole) - 1)
    made = formats.page(material).files
    assert made[formats.EVERY_LINE] == whole
    assert len(made["lecture.html"]) < len(whole)
    assert f"href={formats.EVERY_LINE}#bptt" in made["lecture.html"].decode()
    asked = replace(material, wishes=formats.Wishes(detail="full"))
    alone = formats.page(asked)
    assert alone.files == {"lecture.html": whole} and alone.outdated == (formats.EVERY_LINE,)
    assert any(mark in whole[:2000] for mark in MARKS)
    assert formats.EVERY_LINE in formats.names(["html"])


SPECIAL = r"100% of \write18{touch broken} & #1_2^3 ~ } { $5 \input{x}"


def test_titles_and_prose_with_tex_specials_are_printed_and_never_run(
    lecture: Document, pdflatex: str, pages_of: Callable[[bytes], list[str]]
) -> None:
    escaped = SPECIAL.replace("\\", "\\\\").replace("$", r"\$")
    known = next(block for block in walk(lecture.blocks) if isinstance(block, StatementBlock))
    statement = replace(known, title=escaped, prose=escaped, blocks=(), chains=known.chains[:1])
    document = Document(escaped, author=escaped, blocks=(Paragraph(escaped), statement))
    plain = "".join(re.findall(r"\w", SPECIAL))
    for made in (
        latex.article(document),
        slides(document, deck_of(document), Look(handout=True, notes=True)),
    ):
        assert re.findall(r"(?<!\\)\\(write|input)\b", made.tex) == []
        result = compile_pdf(made.tex, made.figures, engine=pdflatex)
        assert result.pdf is not None and result.undefined == ()
        assert plain in "".join(re.findall(r"\w", "".join(pages_of(result.pdf))))


FRAME = r"\\begin\{frame\}\[t\]\{(.*?)(?: \\framepart\{\d\}\{\d\})?\}\n"
LONG = r"\begin{frame}[t]{One step multiplies by the slopes"


def test_slides_are_laid_out_anew_while_a_frame_is_overfull(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, str]] = []

    def compiled(tex: str, *_: object, name: str, **__: object) -> PdfResult:
        tried.append((name, tex))
        points = {1: 12.0, 2: 12.0, 3: 150.0}
        place = f"detected at line {tex[: tex.index(LONG)].count(chr(10)) + 3}"
        overfull = (Overfull(points[len(tried)], place, high=True),) if len(tried) <= 3 else ()
        return PdfResult(b"PDF", "pdflatex", overfull=overfull)

    monkeypatch.setattr(pdf, "compile_pdf", compiled)
    output = formats.slides(
        replace(material, wishes=Wishes(handout=True, notes=True), tex=pdf.Tex())
    )
    assert [name for name, _ in tried] == ["slides-handout"] * 4 + ["slides", "slides-notes"]
    first, _, _, last = (tex for _, tex in tried[:4])
    # It is set smaller first, then it has less.
    sizes = ("\n\\small\n", "\n\\footnotesize\n")
    counts = [tuple(tex.count(size) for size in sizes) for _, tex in tried[:4]]
    assert counts == [(0, 0), (1, 0), (0, 1), (0, 0)]
    titles = [list(re.findall(FRAME, tex)) for tex in (first, last)]
    more = Counter(titles[1]) - Counter(titles[0])
    # That frame's chain goes on in another, and no other frame is touched.
    assert list(more) == [frame_at(first, first[: first.index(LONG)].count("\n") + 1)]
    assert {"slides.pdf", "slides-handout.pdf", "slides-notes.pdf"} <= set(output.files)
    assert output.files["slides-handout.tex"] == tried[3][1].encode()


def test_without_tex_no_frame_has_more_than_is_estimated(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "compile_pdf", lambda *_, **__: PdfResult(None, "", "advice"))
    untold = formats.slides(replace(material, wishes=Wishes(handout=True), tex=pdf.Tex()))
    monkeypatch.setattr(formats, "MORE", 0.0)
    monkeypatch.setattr(pdf, "compile_pdf", lambda *_, **__: PdfResult(b"PDF", "pdflatex"))
    plain = formats.slides(replace(material, wishes=Wishes(handout=True), tex=pdf.Tex()))
    monkeypatch.undo()
    monkeypatch.setattr(pdf, "compile_pdf", lambda *_, **__: PdfResult(b"PDF", "pdflatex"))
    filled = formats.slides(replace(material, wishes=Wishes(handout=True), tex=pdf.Tex()))
    for name in ("slides.tex", "slides-handout.tex"):
        assert untold.files[name] == plain.files[name] != filled.files[name]
    assert set(untold.missing) == {"slides.pdf", "slides-handout.pdf"}
