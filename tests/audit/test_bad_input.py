"""What is no document, and what would do harm: said in a line each."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from symrnn.audit import report
from symrnn.audit.audit import BAD_HINT, NOTE, audit_document, audit_path, audit_texts
from symrnn.audit.meaning.model import Model
from symrnn.audit.meaning.symbols import Symbols
from symrnn.audit.show import written
from symrnn.audit.verdicts.verdict import NOT_UNDERSTOOD
from symrnn.cli.audit_page import as_html
from symrnn.errors import IllFormedError, ParseError
from symrnn.reading.documents import LARGEST, documents_in, markdown, read_document
from symrnn.reading.latex.chains import parse_chains
from symrnn.reading.latex.expressions import parse_expression
from symrnn.reading.latex.macros import macros_in
from symrnn.reading.latex.scan import scan
from symrnn.reading.latex.tree import Normed, Product, Sym, Words


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{\partial h}{", r"h_{", r"\left( a", r"a)", r"\frac{a}", r"a_", r"^", r"\sum", r"{",
        r"\begin{matrix} a", r"\partial", r"\nabla h", r"a \pm b", r"\unknown", r"a!",
        r"\sqrt[3]{x}",
        r"\frac{\partial^2 L}{\partial W^2}", "(" * 200, r"\frac{" * 200, "a" + "'" * 5000 + "_",
        r"\hat{a+b}", r"\frac{\partial L}{W}", "[]", "|a", "\\", "a & b \\\\",
    ],
)  # fmt: skip
def test_broken_formulas_are_refused_and_nothing_else_happens(formula: str) -> None:
    with pytest.raises(ParseError) as found:
        parse_expression(formula)
    assert found.value.detail["at character"]


@pytest.mark.parametrize("body", [r"\a\a", r"\b", r"x\a"])
def test_macros_without_end(body: str) -> None:
    macros, _ = macros_in(rf"\newcommand{{\a}}{{{body}}} \newcommand{{\b}}{{\a\a}}")
    with pytest.raises(ParseError, match=r"without end|more than"):
        scan(r"\a", macros)


def test_macros_that_double() -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    text = "".join(rf"\newcommand{{\q{x}}}{{\q{y}\q{y}}}" for x, y in pairwise(names))
    macros, _ = macros_in(text)
    start = time.monotonic()
    with pytest.raises(ParseError):
        scan(r"\qa", macros)
    assert time.monotonic() - start < 5


def test_input_outside_the_folder_and_circles(tmp_path: Path) -> None:
    inner = tmp_path / "in"
    inner.mkdir()
    (tmp_path / "secret.tex").write_text("$a = b$")
    (inner / "a.tex").write_text(r"\input{b} \input{../secret} \input{/etc/passwd} $x_t = 1$")
    (inner / "b.tex").write_text(r"\input{a} $y_t = 1$")
    documents = read_document(inner / "a.tex")
    assert [Path(d.path).name for d in documents] == ["a.tex", "b.tex"]
    said = [message for d in documents for _, message in d.problems]
    assert sum("inside the folder" in each for each in said) == 2
    assert sum("circle" in each for each in said) == 1
    # What another document reads is not judged twice.
    assert [p.name for p in documents_in(inner)] in (["a.tex"], ["b.tex"], [])


def test_links_in_circles(tmp_path: Path) -> None:
    (tmp_path / "n.md").write_text("no formulas")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert documents_in(tmp_path) == [tmp_path / "n.md"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.md", b"\x89PNG\0\0\0", "no text"),
        ("a.ipynb", b"{", "not a notebook"),
        ("a.ipynb", b'{"cells": 3}', "not a notebook"),
        ("a.md", b"words only", "no formulas"),
        ("a.md", "Grüße $x$".encode("latin-1"), "Latin-1"),
        ("a.md", b"![](https://latex.codecogs.com/a.png)", "image"),
        ("a.md", rb"![\frac{\partial h}{\partial W}](picture.png)", "image"),
        ("a.tex", b"\\[ \\frac{ \\]", ""),
    ],
)
def test_bad_documents_are_a_line_each(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    found = audit_path(file, [file])
    assert any(f.kind in (NOTE, NOT_UNDERSTOOD) and said in f.message for f in found)


def test_utf_16_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(r"$$\frac{\partial L}{\partial q} = 1$$".encode("utf-16"))
    assert [f.kind for f in audit_document(file)] == [NOT_UNDERSTOOD]


def test_what_is_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    with file.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    with pytest.raises(IllFormedError, match="larger"):
        read_document(file)


def test_hostile_html_is_escaped() -> None:
    text = "$$\\frac{\\partial L}{\\partial W} = \\text{<script>alert(1)</script>}$$\n"
    findings = audit_texts([markdown("<b>.md", text)])
    assert "<script" not in report.as_junit(findings)
    page = as_html(findings)
    assert "<script" not in page and "<b>" not in page


@pytest.mark.parametrize(
    "name",
    ["<script>", r"\input{x}", "a}b{c", "$x$", r"\end{document}", "a & b \\\\", "hat <b>", "%"],
)
def test_no_name_gets_into_our_latex_as_a_command(name: str) -> None:
    symbol = Sym(0, 1, False, name, subs=(Words(0, 1, False, name),), sub_text=name)
    tree = Normed(
        0, 1, False, Product(0, 1, False, (symbol, Words(0, 1, False, name)), ("",)), name
    )
    text = written(tree, Model(Symbols.of([tree])))
    assert not set("<>$%") & set(text) and "input{" not in text and r"\end" not in text
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize(
    "hint",
    [
        "nothing",
        "layout: sideways",
        "define: 3",
        "cell: none",
        "expect: false",
        "scalar: +",
        "first: 7",
    ],
)
def test_wrong_hints_are_findings(hint: str) -> None:
    found = audit_texts([markdown("a.md", f"<!-- symrnn: {hint} -->\n$x_t = 1$")])
    assert any(f.kind == BAD_HINT for f in found)


def test_a_mark_without_a_formula_is_a_finding() -> None:
    found = audit_texts([markdown("a.md", "$$x = 1$$\n\n<!-- symrnn: ignore -->\n")])
    assert any(f.kind == BAD_HINT for f in found)


def test_long_displays_are_divided_and_positions_hold() -> None:
    text = r"a &= b \\ c &= d, \quad e = f \\ &\le g"
    chains = parse_chains(text)
    assert [len(c.links) for c in chains] == [1, 1, 2]
    for chain in chains:
        for side in chain.sides:
            assert text[side.start : side.end].strip() in set("abcdefg")
