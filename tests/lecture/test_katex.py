"""A second opinion on every formula's LaTeX: KaTeX parses it, strictly."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from symrnn.language.notation import KNOWN
from symrnn.lecture.references import WORKS
from symrnn.typeset import fragments
from symrnn.typeset.blocks import Chain, Display, StatementBlock, walk
from symrnn.typeset.detail import reduced
from symrnn.typeset.document import Document, prose_of
from symrnn.typeset.prose import Emphasis, Inline, Math, inlines

from .conftest import lecture_in

CHECK = Path(__file__).with_name("katex_check.js")
WITHOUT = "katex is not installed: npm install --prefix DIR katex, and NODE_PATH=DIR/node_modules"


def inside(pieces: Iterable[Inline]) -> Iterator[str]:
    for piece in pieces:
        match piece:
            case Math(latex):
                yield latex
            case Emphasis(inner):
                yield from inside(inner)


def formulas(document: Document) -> set[str]:
    found = {formula for text in prose_of(document) for formula in inside(inlines(text))}
    for block in walk(document.blocks):
        match block:
            case Display(latex):
                found.add(latex)
            case Chain(rows):
                found.update(row.expression for row in rows)
            case StatementBlock():
                found.update(claim.latex for claim in block.claims)
    return found


@pytest.fixture(scope="module")
def refused(tex_engine: Callable[[str], str]) -> Callable[[Iterable[str]], list[list[str]]]:
    def ask(given: Iterable[str]) -> list[list[str]]:
        run = subprocess.run(
            [tex_engine("node"), str(CHECK)],
            input="\n".join(map(json.dumps, given)),
            capture_output=True,
            text=True,
            timeout=60,
        )
        if "Cannot find module 'katex'" in run.stderr:
            if os.environ.get("CI"):
                pytest.fail(WITHOUT, pytrace=False)
            pytest.skip(WITHOUT)
        assert run.returncode == 0, run.stderr
        answer: list[list[str]] = json.loads(run.stdout)
        return answer

    return ask


def test_katex_parses_every_formula(
    lecture: Document, refused: Callable[[Iterable[str]], list[list[str]]]
) -> None:
    found = formulas(lecture)
    assert len(found) > 400
    assert refused(sorted(found)) == []


@pytest.mark.parametrize("name", [name for name in KNOWN if name != "lecture"])
def test_katex_parses_every_formula_in_other_letters(
    name: str, refused: Callable[[Iterable[str]], list[list[str]]]
) -> None:
    found = formulas(lecture_in(KNOWN[name]))
    assert len(found) > 400
    assert refused(sorted(found)) == []


def test_katex_parses_what_markdown_exports_and_no_tex_is_left_in_the_words(
    lecture: Document, refused: Callable[[Iterable[str]], list[list[str]]]
) -> None:
    reader = MarkdownIt("commonmark").use(dollarmath_plugin).use(footnote_plugin)
    found: set[str] = set()
    for block in walk(lecture.blocks):
        if isinstance(block, StatementBlock):
            text = fragments.markdown(reduced(block, "full"), "`sampled`.", WORKS)
            for token in reader.parse(text):
                pieces = [token, *(token.children or ())]
                found.update(each.content for each in pieces if each.type.startswith("math_"))
                words = "".join(each.content for each in pieces if each.type == "text")
                assert not re.search(r"[\\$]|\[\[|`", words), words
    assert len(found) > 200
    # A line's end is as good as a space, and the checker reads a formula a line.
    assert refused(sorted(" ".join(each.split()) for each in found)) == []


def test_katex_refuses_what_is_wrong(
    refused: Callable[[Iterable[str]], list[list[str]]],
) -> None:
    wrong = [r"\frac{a", r"W_{hh}_{il}", r"\left( a", r"50%", r"\nosuch{a}"]
    assert [formula for formula, _ in refused([*wrong, r"\frac{a}{b}"])] == wrong
