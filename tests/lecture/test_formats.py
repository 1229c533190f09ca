"""Formats by name, and what is left of an earlier run."""

from __future__ import annotations

import pytest

from symrnn.errors import IllFormedError
from symrnn.lecture import formats
from symrnn.lecture.formats import DEFAULT, FORMATS, Material, chosen
from symrnn.lecture.network import NetworkReport
from symrnn.theory.library import load
from symrnn.typeset.document import Document
from symrnn.typeset.engine import PdfResult
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
