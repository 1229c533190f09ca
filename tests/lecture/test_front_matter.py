"""What stands before a lecture's text, and its bibliography: read, or refused with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.errors import ParseError
from symrnn.lecture.bibliography import works_in
from symrnn.lecture.front_matter import split
from symrnn.lecture.given import image_in
from symrnn.lecture.outline import outline
from symrnn.lecture.pieces import Title

TEXT = """---
title: A & B
author: [One, Two]
institute: A university
date: 2026-10-05
language: {language}
detail: steps
---
text
"""


@pytest.mark.parametrize(
    ("language", "date"), [("en", "October 5, 2026"), ("de", "5. Oktober 2026")]
)
def test_front_matter_is_read_and_dates_are_in_its_language(language: str, date: str) -> None:
    front, rest = split(TEXT.format(language=language), "f.md")
    assert (front.title, front.author, front.institute) == ("A & B", "One, Two", "A university")
    assert (front.date, front.language, front.detail) == (date, language, "steps")
    assert rest.splitlines()[8] == "text"  # lines keep their numbers


def test_titles_and_names_are_markdown() -> None:
    text = "---\ntitle: The *h* of $h_t$\nauthor: [\\*A, <b@c.edu>]\ninstitute: 5% of AT&T\n---\n"
    front, _ = split(text, "f.md")
    assert front.title == "The *h* of $h_t$" and front.institute == "5% of AT&T"
    assert front.author == r"\*A, [[>mailto:b@c.edu|b@c.edu|]]"


def test_without_front_matter_nothing_is_taken_away() -> None:
    assert split("# T\n\n---\n", "f.md")[1] == "# T\n\n---\n"


@pytest.mark.parametrize(
    ("given", "line", "words"),
    [
        ("colour: red", 2, "no such key"),
        ("title: T\ntitle: U", 3, "given twice"),
        ("title: [a]", 2, "is no text"),
        ("title: T\nauthor: {a: b}", 3, "is no text"),
        ("author: []", 2, "names nobody"),
        ("date: [1]", 2, "is no date"),
        ("title: T\ndate: 2026-13-45", 3, "`2026-13-45` is no date"),
        ("title: T\ndate: !!int seven", 3, "`seven` is no number"),
        ("date: " + "1" * 5000, 2, "is no number"),
        ("date: !!timestamp noon", 2, "`noon` is no date"),
        ("title: !!map x", 2, "expected a mapping"),
        ("date: !!float x", 2, "`x` is no number"),
        ("title: !!binary é", 2, "base64"),
        ("? [a]\n: b", 2, "a key is one word"),
        ("title: {? [a] : b}", 2, "a key is one word"),
        ("language: klingonisch", 2, "is no language"),
        ("language: 7", 2, "is no language"),
        ("bibliography: ../x.bib", 2, "is no file of the folder"),
        ("detail: most", 2, "none that there is"),
        ("network: maybe", 2, "yes or no"),
        ("- a", 2, "is no table"),
        ("title: T\nsubtitle: see [[bptt]]", 3, "refers to something"),
        ("author: A\ntitle: <b>T</b>", 3, "HTML is not supported"),
        ("title: a $b", 2, "never closed"),
        ("title: 'open", 3, "unexpected"),
        ("title: !!python/object/apply:os.system [ls]", 2, "could not determine a constructor"),
    ],
)
def test_front_matter_that_is_wrong_is_refused_with_its_line(
    given: str, line: int, words: str
) -> None:
    with pytest.raises(ParseError, match=words) as caught:
        split(f"---\n{given}\n---\n", "f.md")
    assert caught.value.message.startswith(f"f.md, line {line}: ")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\ntitle: T\n---\n\n# A\n\n### B\n", 7, "no such heading below #"),
        ("# T\n\n## S\n\n# U\n", 5, "no such heading"),
        ("---\nauthor: A\n---\n# T\nby B\n", 5, "author is given twice"),
        ("# T\n\n## S\n\n[[a]]{colour=red}\n", 5, "is said of no statement"),
        ("# T\n\n## S\n\n[[a]]{detail=most}\n", 5, "has no such value"),
        ("# T\n\n## S\n\n[@nobody]\n", 5, "is in no bibliography"),
        ("# T\n\n## S\n\n$$\n\\input{x}\n$$\n", 5, "can not be converted"),
    ],
)
def test_an_outline_that_is_wrong_is_refused_with_its_line(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(ParseError, match=words) as caught:
        outline(text, "f.md", image_in(Path(), "f.md")).check(["a"], ["known"])
    assert caught.value.message.startswith(f"f.md, line {line}: ")


@pytest.mark.parametrize(
    ("text", "sections", "headings"),
    [
        ("# T\n\n## A\n\n### B\n", ["A"], ["B"]),
        ("---\ntitle: T\n---\n\n## A\n\n### B\n", ["A"], ["B"]),
        ("---\ntitle: T\n---\n\n# T\n\n## A\n\n### B\n", ["A"], ["B"]),
        ("---\ntitle: T\n---\n\n# A\n\n## B\n\n# C\n", ["A", "C"], ["B"]),
        ("---\ntitle: T\n---\n\n# U\n", ["U"], []),
    ],
)
def test_where_the_title_stands_says_what_a_section_is(
    text: str, sections: list[str], headings: list[str]
) -> None:
    found = outline(text, "f.md", image_in(Path(), "f.md"))
    inner = [each for part in found.parts for each in part.pieces if isinstance(each, Title)]
    assert found.title == "T"
    assert [part.title.text for part in found.parts] == sections
    assert [each.text for each in inner] == headings
    assert {each.level for each in inner} <= {3}


def test_works_are_read_from_bibtex() -> None:
    text = (
        '@article{Mu2020, author={M{\\"u}ller, J{\\"o}rg and van der Berg, A. and C, D},\n'
        " title={The {RNN}}, journal={J. \\& K}, year=2020, pages={1--20}}\n"
        "@online{x1, author={A B}, title={T}, date={2021-02-03}}\n"
    )
    first, second = works_in(text, "w.bib")
    assert (first.spoken, first.fields["title"]) == ("Müller et al. (2020)", "The RNN")
    assert first.aside == "(Müller et al., 2020)" and first.fields["journal"] == "J. & K"
    assert second.spoken == "B (2021)"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("@misc{a,\n", 2),
        ("\n@article{a, title={x}, author={A}, journal={J}}", 2),
        ("\n\n@article{a, title={x}, author={A}, year=2010}", 3),
        ("@misc{a, author={A}, title={T}, year=1999}\n" * 2, 1),
    ],
)
def test_bibtex_that_is_wrong_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ParseError) as caught:
        works_in(text, "w.bib")
    assert caught.value.message.startswith(f"w.bib, line {line}: ")
