"""The page of `symrnn audit --format html`: formulas are mathematics, and nothing in it can run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from symrnn.audit.audit import Finding, audit_document, audit_texts
from symrnn.audit.verdicts.verdict import NOT_A_CLAIM
from symrnn.cli.audit_page import as_html
from symrnn.reading.documents import markdown
from tests.lecture.test_page_in_browser import PHONE, accessible, opened

DOCUMENTS = Path(__file__).parent / "documents"
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script></style></title>'


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """Verdicts of every kind, the gates of an LSTM, and text that is made to break out."""
    text = rf"""{HOSTILE}

$$\frac{{\partial L}}{{\partial W}} = \text{{{HOSTILE}}} \tag{{{HOSTILE}}}$$

$$\frac{{\partial h_{{\text{{{HOSTILE}}}}}}}{{\partial W}} = \unknown{{<b>}} h_t$$
"""
    found = audit_texts([markdown(f"{HOSTILE}.md", text)])
    names = ("github_slips.md", "lstm.md", "bounds.md", "readout.md", "hints.md")
    return found + [each for name in names for each in audit_document(DOCUMENTS / name)]


@pytest.fixture(scope="module")
def page_file(findings: list[Finding], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "audit.html"
    path.write_text(as_html(findings), encoding="utf-8")
    return path


def test_every_relation_that_was_read_is_mathematics(
    browser: Browser, page_file: Path, findings: list[Finding]
) -> None:
    with opened(browser, page_file, java_script_enabled=False) as page:
        small = page.evaluate(
            """() => [...document.querySelectorAll("math")].filter((math) => {
                const box = math.getBoundingClientRect();
                return !(box.width > 3 && box.height > 5);
            }).length"""
        )
        shown = page.locator("article > .shown math").count()
        mended = page.locator("dd .shown math").count()
    read = [f for f in findings if f.latex and f.kind != NOT_A_CLAIM]
    assert small == 0
    assert shown == len(read) > 20
    assert mended == sum(bool(f.verdict.mended) for f in findings) > 3


@pytest.mark.parametrize(
    ("scheme", "options"),
    [("light", {}), ("dark", {"runOnly": ["color-contrast"]})],
    ids=["everything", "contrast in the dark"],
)
def test_accessibility(browser: Browser, page_file: Path, scheme: Any, options: Any) -> None:
    with opened(browser, page_file, PHONE, color_scheme=scheme) as page:
        assert accessible(page, options) >= {"color-contrast"}
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide


def test_nothing_of_a_document_is_markup(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file) as page:
        assert page.locator("script, img, b, main style, main title").count() == 0
        assert "alert(2)" in page.locator(".subtitle").inner_text()
    text = page_file.read_text(encoding="utf-8")
    assert "http:" not in text and "https:" not in text


def test_what_can_not_be_set_is_shown_as_text(findings: list[Finding]) -> None:
    broken = replace(
        next(f for f in findings if f.latex and f.kind != NOT_A_CLAIM),
        latex=r"\nonsense{",
        reading="as read",
    )
    assert "as read" in as_html([broken])
