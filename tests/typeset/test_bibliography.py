"""Works cited: BibTeX that holds any title, keys that are checked, citations that resolve."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from symrnn.errors import IllFormedError
from symrnn.lecture.references import WORKS, cited
from symrnn.typeset.bibliography import Work, bibtex
from symrnn.typeset.blocks import Paragraph
from symrnn.typeset.document import Document
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.latex import article

FIELDS = {"author": "A. One and B. Two", "title": "50% & {more}_ \\write18", "journal": "J#1"}


def test_every_work_is_cited_by_what_the_prose_calls_it() -> None:
    for work in WORKS:
        assert cited(f"as {work.spoken} say") == f"as [[@{work.key}]] say"
        assert work.cited(place="p. 3") == f"{work.names} ({work.year}, p. 3)"


def test_specials_are_escaped_and_braces_balance() -> None:
    text = bibtex([Work("one2000", "article", "One", 2000, FIELDS)])
    assert r"50\% \& more\_ write18" in text
    assert re.sub(r"[^{}]", "", text).count("{") == re.sub(r"[^{}]", "", text).count("}")


def test_who_is_no_person_has_no_family_name() -> None:
    text = bibtex(WORKS)
    assert "  author = {{Cross Validated}}," in text
    assert text.count("author = {{") == 1


@pytest.mark.parametrize(
    ("key", "kind", "fields", "message"),
    [
        ("One 2000", "article", FIELDS, "can not be a key"),
        ("one2000", "film", FIELDS, "no such kind"),
        ("one2000", "book", FIELDS, "has no publisher"),
    ],
)
def test_a_work_is_checked(key: str, kind: str, fields: dict[str, str], message: str) -> None:
    with pytest.raises(IllFormedError, match=message):
        Work(key, kind, "One", 2000, fields)


def test_a_citation_of_no_work_is_refused() -> None:
    with pytest.raises(IllFormedError, match=r"\[\[@nobody1999\]\]"):
        Document("T", blocks=(Paragraph("As [[@nobody1999]] says."),), works=WORKS)


def test_only_works_cited_are_listed_and_bibtex_finds_them(pdflatex: str) -> None:
    document = Document(
        "T", blocks=(Paragraph("As [[@werbos1990]] and *[[@pascanu2013]]* say."),), works=WORKS
    )
    assert [work.key for work in document.works_cited] == ["pascanu2013", "werbos1990"]
    made = article(document)
    result = compile_pdf(made.tex, bibliography=made.bibliography, engine=pdflatex)
    assert result.clean
    without = compile_pdf(made.tex, engine=pdflatex)
    assert set(without.undefined) == {"pascanu2013", "werbos1990"}


def test_the_line_of_a_work_reads_as_a_sentence() -> None:
    lines: Callable[[str], str] = {work.key: work.line for work in WORKS}.__getitem__
    assert lines("werbos1990") == (
        "Paul J. Werbos. *Backpropagation through time: what it does and how to do it*. "
        "Proceedings of the IEEE 78(10), 1550–1560, 1990."
    )
