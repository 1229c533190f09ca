"""What the page carries: its fonts, and a policy that allows its one script and nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from importlib.resources import files

import html5lib
import pytest

from symrnn.lecture.explorer import explorer
from symrnn.theory.library import load
from symrnn.typeset.blocks import (
    Backing,
    Chain,
    Claim,
    Detail,
    Paragraph,
    Row,
    Section,
    StatementBlock,
    Table,
)
from symrnn.typeset.document import Document
from symrnn.typeset.explorer_units import UnitsExplorer
from symrnn.typeset.html import page
from symrnn.typeset.shell import FONTS

BEHIND = Detail(
    "*Chain rule:* $\\partial y/\\partial x$",
    "$k \\le t$",
    "def line(W):\n    return W < 1  # & more",
)
RUN = Backing("$j \\ge 1$", ("[[#sampled]] 224 settings.",))
CHAIN = Chain(
    (Row("", "x"), Row("=", "y", "chain rule", ("derived",), BEHIND)), "A $chain$", backing=RUN
)
DOCUMENT = Document("T & <T>", blocks=(Section("S", "s", (Paragraph("p"), CHAIN)),))


@pytest.fixture(scope="module")
def whole() -> str:
    return page(DOCUMENT, explorer(load()))


def test_the_policy_names_the_script_by_its_hash(whole: str) -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", whole, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', whole)
    assert policy.replace("&#39;", "'").split("; ") == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "font-src data:",
        f"script-src 'sha256-{digest}'",
    ]


def test_without_an_explorer_no_script_is_allowed() -> None:
    plain = page(DOCUMENT)
    assert "script" not in plain
    assert 'id="explorer"' not in plain


def test_nothing_is_loaded(whole: str) -> None:
    assert not re.search(r'\b(src|href)="(?!#)', whole)
    links = re.findall(r"(?:https?:)?//[\w.]+\.\w+", whole)
    assert set(links) <= {"http://www.w3.org"}, "the name of SVG's namespace, which nobody fetches"


def test_the_fonts_are_in_the_page_with_their_licence(whole: str) -> None:
    folder = files("symrnn.typeset") / "fonts"
    for name in FONTS:
        content = (folder / name).read_bytes()
        assert content.startswith(b"wOF2")
        assert base64.b64encode(content).decode() in whole
    assert "SIL OPEN FONT LICENSE" in (folder / "OFL.txt").read_text(encoding="utf-8")


def test_the_page_is_valid_html(whole: str) -> None:
    # Strict: the first parse error is raised.
    html5lib.HTMLParser(strict=True).parse(whole)


def test_a_line_opens_to_what_stands_behind_it(whole: str) -> None:
    line, run = re.findall(r'<dl class="detail">(.*?)</dl>', whole, re.DOTALL)
    assert re.findall(r"<dt>(.*?)</dt>", line) == ["rule", "condition", "NumPy"]
    assert "return W &lt; 1  # &amp; more" in line
    assert re.findall(r"<dt>(.*?)</dt>", run) == ["assumed", "checked"]
    assert "224 settings" in run


def test_what_was_assumed_before_is_said_by_a_link() -> None:
    long = replace(RUN, assumed="$j \\ge 1$ and " + "much " * 20)
    chains = tuple(replace(CHAIN, backing=each) for each in (RUN, RUN, long, long, long))
    told = page(replace(DOCUMENT, blocks=(Section("S", "s", chains),)))
    assert told.count(" and much") == 1
    assert told.count('<dd><a href="#line-3">as for line 3</a></dd>') == 2
    assert told.count("<dt>assumed</dt>") == 5


def test_a_line_has_a_link_and_a_rule_that_a_table_says_is_named(whole: str) -> None:
    assert re.findall(r'<tr role="row" id="([^"]*)"', whole) == ["line-1"]
    assert '<a class="line" href="#line-1">1</a>' in whole
    table = Table(("rule", "says"), (("chain rule", "that"),), anchors=("rule-chain_rule",))
    row = replace(CHAIN.rows[1], detail=replace(BEHIND, anchor="rule-chain_rule"))
    chain = replace(CHAIN, rows=(CHAIN.rows[0], row))
    told = page(replace(DOCUMENT, blocks=(Section("S", "s", (chain, table)),)))
    assert '<dd><a href="#rule-chain_rule"><em>Chain rule:</em></a></dd>' in told
    assert '<tr id="rule-chain_rule">' in told


def test_beside_a_page_with_every_line_stand_those_of_the_claims_with_their_numbers() -> None:
    rows = (CHAIN.rows[0], *[CHAIN.rows[1]] * 3)
    chains = tuple(replace(CHAIN, rows=rows, part=part) for part in ("an aside", "all"))
    block = StatementBlock(7, "one", "One", (Claim("x = y", part="all"),), chains=chains)
    shown = replace(DOCUMENT, blocks=(Section("S", "s", (block,)),))
    every, short = page(shown), page(shown, beside="all.html")
    numbers = [f"one-{n}" for n in range(1, 7)]
    assert re.findall(r'<tr role="row" id="([^"]*)"', every) == numbers
    assert re.findall(r'<tr role="row" id="([^"]*)"', short) == numbers[3:]
    said = "Here are the lines of the claims; all 6 are on a page beside"
    assert f'<a href="all.html#one">{said}</a>' in short and said not in every
    assert '<article id="one">' in every
    html5lib.HTMLParser(strict=True).parse(short)


def test_a_lecture_without_the_statements_has_no_explorer() -> None:
    library = dict(load())
    del library["truncation"]
    made = explorer(library)
    assert isinstance(made, UnitsExplorer) and len(made.units) == 1
    del library["product_bound"]
    assert explorer(library) is None
