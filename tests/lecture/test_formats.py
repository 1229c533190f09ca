"""Formats by name, and what is left of an earlier run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn.errors import IllFormedError
from symrnn.lecture import formats, work
from symrnn.lecture.deck import deck
from symrnn.lecture.formats import DEFAULT, FORMATS, Material, chosen
from symrnn.lecture.network import NetworkReport
from symrnn.theory.library import load
from symrnn.typeset import latex
from symrnn.typeset.blocks import Paragraph, StatementBlock, walk
from symrnn.typeset.document import Document
from symrnn.typeset.engine import PdfResult, TexError, compile_pdf
from symrnn.typeset.slides import frame_at, slides
from symrnn.typeset.tex_log import Overfull
from symrnn.verify.evidence import Evidence


@pytest.fixture(scope="module")
def material(lecture: Document, evidence: list[Evidence], report: NetworkReport) -> Material:
    return Material(lecture, tuple(evidence), report, load())


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
    monkeypatch.setattr(formats, "compile_pdf", lambda *_, **__: PdfResult(None, "", "advice"))
    output = formats.article(material)
    assert "lecture.tex" in output.files
    assert (output.absent, output.advice) == (("lecture.pdf",), "advice")


def test_a_failed_run_keeps_source_and_log_and_leaves_no_pdf(tmp_path: Path) -> None:
    (tmp_path / "slides.pdf").write_bytes(b"of an earlier run")
    error = TexError("pdflatex stopped at an error", {"message": "Undefined control sequence."})
    error.name, error.source, error.log = "slides", r"\documentclass{beamer}", "! Undefined"
    kept = work._kept(error, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["slides.log", "slides.tex"]
    assert (tmp_path / "slides.log").read_text(encoding="utf-8") == "! Undefined"
    assert "Undefined control sequence." in str(kept)
    assert str(tmp_path / "slides.log") in str(kept)


SPECIAL = r"100% of \write18{touch broken} & #1_2^3 ~ } { $5 \input{x}"


def test_titles_and_prose_with_tex_specials_are_printed_and_never_run(
    lecture: Document, pdflatex: str, pages_of: Callable[[bytes], list[str]]
) -> None:
    escaped = SPECIAL.replace("\\", "\\\\").replace("$", r"\$")
    known = next(block for block in walk(lecture.blocks) if isinstance(block, StatementBlock))
    statement = replace(known, title=escaped, prose=escaped, blocks=(), chains=known.chains[:1])
    document = Document(escaped, author=escaped, blocks=(Paragraph(escaped), statement))
    plain = "".join(re.findall(r"\w", SPECIAL))
    for made in (latex.article(document), slides(document, deck(document), notes=True)):
        assert re.findall(r"(?<!\\)\\(write|input)\b", made.tex) == []
        result = compile_pdf(made.tex, made.figures, engine=pdflatex)
        assert result.pdf is not None and result.undefined == ()
        assert plain in "".join(re.findall(r"\w", "".join(pages_of(result.pdf))))


FRAME = r"\\begin\{frame\}\[t\]\{(.*?)(?: \\framepart\{\d\}\{\d\})?\}\n"
LONG = r"\begin{frame}[t]{In the other layout everything is transposed"


def test_slides_are_laid_out_anew_while_a_frame_is_overfull(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[str, str]] = []

    def compiled(tex: str, *_: object, name: str, **__: object) -> PdfResult:
        tried.append((name, tex))
        place = f"detected at line {tex[: tex.index(LONG)].count(chr(10)) + 3}"
        overfull = (Overfull(20.0, place),) if len(tried) <= 2 else ()
        return PdfResult(b"PDF", "pdflatex", overfull=overfull)

    monkeypatch.setattr(formats, "compile_pdf", compiled)
    output = formats.slides(replace(material, handout=True, notes=True))
    assert [name for name, _ in tried] == ["slides-handout"] * 3 + ["slides", "slides-notes"]
    first, _, last = (tex for _, tex in tried[:3])
    titles = [list(re.findall(FRAME, tex)) for tex in (first, last)]
    more = Counter(titles[1]) - Counter(titles[0])
    # That frame's chain goes on in another, and no other frame is touched.
    assert list(more) == [frame_at(first, first[: first.index(LONG)].count("\n") + 1)]
    assert {"slides.pdf", "slides-handout.pdf", "slides-notes.pdf"} <= set(output.files)
    assert output.files["slides-handout.tex"] == tried[2][1].encode()
