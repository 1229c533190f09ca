"""The page in Chromium: whole, quiet, readable on a telephone, without scripts, by keyboard."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from symrnn.lecture.explorer import explorer
from symrnn.theory.library import load
from symrnn.typeset.blocks import (
    Algorithm,
    Figure,
    Paragraph,
    Result,
    Section,
    StatementBlock,
    Table,
    walk,
)
from symrnn.typeset.document import Document
from symrnn.typeset.html import page as page_of
from symrnn.typeset.prose import Text, inlines

from .conftest import unlinked

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}


@contextmanager
def opened(browser: Browser, path: Path, viewport: Any = DESKTOP, **context: Any) -> Iterator[Page]:
    """The page, which may say nothing on the console and ask for nothing but itself."""
    with browser.new_context(viewport=viewport, **context) as session:
        page = session.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url))
        page.goto(path.as_uri())
        yield page
        assert [line for line in said if not line.startswith("data:")] == [path.as_uri()]


def accessible(page: Page, options: Any) -> set[str]:
    """The rules of axe that a page meets; it may break none."""
    found = Axe().run(page, options=options)
    violations = {
        each["id"]: [node["failureSummary"] for node in each["nodes"]][:3]
        for each in found.response["violations"]
    }
    assert violations == {}
    return {each["id"] for each in found.response["passes"]}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_every_formula_has_a_box(
    browser: Browser, page_file: Path, viewport: Any, scripts: bool
) -> None:
    with opened(browser, page_file, viewport, java_script_enabled=scripts) as page:
        shown, empty = page.evaluate(
            """() => {
                const shown = [...document.querySelectorAll("math")].filter(
                    (math) => !math.closest("details:not([open]), form[hidden]")
                        && math.checkVisibility());
                const empty = shown.filter((math) => {
                    const box = math.getBoundingClientRect();
                    return !(box.width > 3 && box.height > 5);
                });
                return [shown.length, empty.map((math) => math.textContent)];
            }"""
        )
        assert shown > 300
        assert empty == []


def test_the_fonts_come_from_the_page(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file) as page:
        page.evaluate("document.fonts.ready")
        faces = page.evaluate("[...document.fonts].map((face) => [face.family, face.status])")
        assert sorted({family.strip('"') for family, _ in faces}) == [
            "STIX Two Math",
            "STIX Two Text",
        ]
        assert {status for _, status in faces} == {"loaded"}
        # Without its MATH table the sum would be drawn at the size of the text.
        tall = page.evaluate(
            """Math.max(...[...document.querySelectorAll("mo")]
                .filter((mo) => mo.textContent === "∑" && mo.getClientRects().length)
                .map((mo) => mo.getBoundingClientRect().height))"""
        )
        assert tall > 24


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_only_formulas_scroll_sideways(browser: Browser, page_file: Path, viewport: Any) -> None:
    with opened(browser, page_file, viewport) as page:
        for everything_open in (False, True):
            if everything_open:
                page.evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)")
            wide, inner = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide <= inner


@pytest.mark.parametrize("width", [320, 375])
def test_the_keyboard_reaches_the_formulas_that_scroll(
    browser: Browser, page_file: Path, width: int
) -> None:
    with opened(browser, page_file, {"width": width, "height": 800}) as page:
        reached, other = page.evaluate(
            """() => {
                const wide = [...document.querySelectorAll("main .display")].filter(
                    (each) => each.scrollWidth > each.clientWidth);
                const other = wide.filter((each) => each.tabIndex !== 0 || !each.ariaLabel);
                return [wide.length - other.length, other.map((each) => each.textContent)];
            }"""
        )
        assert reached > 0
        assert other == []


def test_a_formula_in_a_sentence_scrolls_by_itself(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    wide = " + ".join(["W_g h_{j-1}"] * 12)
    path.write_text(page_of(Document("T", blocks=(Paragraph(f"Assume ${wide} = 0$."),))))
    with opened(browser, path, PHONE) as page:
        wide, inner = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= inner
        assert page.evaluate(
            "(p => p.scrollWidth > p.clientWidth)(document.querySelector('p:has(math)'))"
        )


def test_every_line_has_a_link_to_it(lecture: Document, page_file: Path) -> None:
    page = page_file.read_text("utf-8")
    assert unlinked(lecture, page) == []
    for fault in (page.replace("#product_bound-2>", "#>", 1), page.replace("id=bptt-1>", ">", 1)):
        assert fault != page and unlinked(lecture, fault) != []


def test_a_link_to_a_line_opens_its_derivation(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file) as page:
        line = page.locator("#product_bound-2")
        assert not line.is_visible()
        page.evaluate("location.hash = 'product_bound-2'")
        assert line.is_visible()


def test_the_page_opens_with_picture_and_result_and_is_small(
    browser: Browser, page_file: Path
) -> None:
    assert page_file.stat().st_size < 1_000_000
    with opened(browser, page_file) as page:
        contents, result = page.locator("nav"), page.locator(".result")
        figure = page.locator("main figure").first
        sides = [each.bounding_box() for each in (contents, figure, result)]
        assert sides[0]["x"] + sides[0]["width"] <= sides[1]["x"]
        assert sides[1]["y"] < sides[2]["y"] < DESKTOP["height"]
        assert "product_bound" in (result.locator("a").first.get_attribute("href") or "")
    with opened(browser, page_file, PHONE) as page:
        above = page.locator("nav").bounding_box()
        below = page.locator("main figure").first.bounding_box()
        assert above and below and above["y"] + above["height"] <= below["y"] < PHONE["height"]


def test_the_page_reads_without_scripts(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, java_script_enabled=False) as page:
        assert page.locator("noscript p").is_visible()
        assert not page.locator("#explorer-form").is_visible()
        derivation = page.locator("#step_jacobian .derivation")
        first = derivation.locator(".chain details").first
        assert not first.is_visible()
        derivation.locator("summary").first.click()
        assert not first.locator(".detail").is_visible()
        first.locator("summary").click()
        assert first.locator(".detail").is_visible()


def test_a_line_opens_to_rule_condition_evidence_and_numpy(
    browser: Browser, page_file: Path
) -> None:
    with opened(browser, page_file) as page:
        page.locator("#step_jacobian .derivation > summary").press("Enter")
        line = page.locator("#step_jacobian tr").filter(has_text="chain rule").first
        line.locator("summary").press("Enter")
        detail = line.locator(".detail")
        assert detail.is_visible()
        assert detail.locator("dt").all_inner_texts() == ["rule", "condition", "NumPy"]
        assert "every path from" in detail.inner_text()
        assert detail.locator("dd a").first.get_attribute("href") == "#rule-chain_rule"
        assert "def line(" in detail.locator("code").last.inner_text()
        chain = page.locator("#step_jacobian .chain").first.bounding_box()
        box = detail.bounding_box()
        assert chain and box and box["width"] > 0.95 * chain["width"]


@pytest.fixture(scope="module")
def small_file(lecture: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One block of each kind: the audit looks at every element, and takes its time."""
    kinds = {type(block): block for block in walk(lecture.blocks)}
    rest = Section("Others", "others", tuple(kinds[kind] for kind in (Table, Algorithm, Figure)))
    first = next(block for block in lecture.blocks if isinstance(block, Section))
    result = replace(kinds[Result], name="step_jacobian")
    document = replace(lecture, blocks=(result, replace(first, label="first"), rest))
    path = tmp_path_factory.mktemp("small") / "small.html"
    path.write_text(page_of(document, explorer(load())), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("scheme", "options"),
    [("light", {}), ("dark", {"runOnly": ["color-contrast"]})],
    ids=["everything", "contrast in the dark"],
)
def test_accessibility(browser: Browser, small_file: Path, scheme: Any, options: Any) -> None:
    with opened(browser, small_file, color_scheme=scheme) as page:
        page.evaluate("document.querySelector('#step_jacobian details').open = true")
        page.evaluate("document.querySelector('#explorer details').open = true")
        assert accessible(page, options) >= {"color-contrast"}


def test_headings_are_in_order(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file) as page:
        levels = [
            int(tag[1])
            for tag in page.evaluate(
                "[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => h.tagName)"
            )
        ]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(b <= a + 1 for a, b in pairwise(levels))


def test_the_keyboard_reaches_the_content_and_every_control(
    browser: Browser, page_file: Path
) -> None:
    with opened(browser, page_file) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        page.locator("#explorer-weights").focus()
        reached = []
        for _ in range(16):
            reached.append(page.evaluate("document.activeElement.id"))
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            page.keyboard.press("Tab")
        wanted = ["weights", "activation", "lambda", "distance", "tau", "kappa", "length", "angle"]
        assert [name for name in reached if name.startswith("explorer-")] == [
            f"explorer-{name}" for name in wanted
        ]


def test_print(browser: Browser, page_file: Path, lecture: Document, tmp_path: Path) -> None:
    printed = tmp_path / "page.pdf"
    with opened(browser, page_file) as page:
        page.pdf(path=printed, format="A4")
    text = subprocess.run(
        ["pdftotext", "-layout", printed, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert 15 < text.count("\f") < 60
    words = re.sub(r"[^a-z]+", "", text.lower())
    for block in walk(lecture.blocks):
        if isinstance(block, StatementBlock):
            wording = max((i.text for i in inlines(block.title) if isinstance(i, Text)), key=len)
            assert re.sub(r"[^a-z]+", "", wording.lower()) in words
    assert "Move" not in text, "the explorer is of no use on paper"
