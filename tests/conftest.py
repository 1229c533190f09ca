"""What all tests share: the hypothesis profiles, and the optional tools that CI must have.

Derandomised by default, so that a run repeats exactly; `--hypothesis-profile=search` looks for
new examples instead. Either way a failure prints the blob that replays it.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from threadpoolctl import threadpool_limits

from symrnn import cli

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LONGEST = (
    "machine/test_theorems.py",
    "machine/test_any_cell.py",
    "machine/test_hostile.py",
    "test_wheel.py",
    "lecture/test_live.py",
    "lecture/test_explorer_in_browser.py",
    "numeric/stable/test_plan.py",
    "machine/test_slopes.py",
    "bench/test_works.py",
    "bench/test_apart.py",
    "kernel/test_fuzzer.py",
    "lecture/test_notation.py",
    "lecture/test_project.py",
    "lecture/test_document.py",
    "lecture/test_page_in_browser.py",
    "numeric/test_array_passes.py",
    "recurrence/test_total_derivatives.py",
    "test_completeness.py",
)
"""Files that take a minute or more, the longest first: begun last, one would run alone."""

settings.register_profile(
    "repeatable", derandomize=True, database=None, deadline=None, print_blob=True
)
settings.register_profile(
    "search", max_examples=2000, database=None, deadline=None, print_blob=True
)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Of processes that share the tests each multiplies in one thread: more would wait for cores
    that the others are on (training a net took four times as long)."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        # For what is loaded later, and for the processes that tests start.
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
        threadpool_limits(1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that processes that share the files end together."""
    rank = {Path(__file__).parent / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def pytest_collection_finish() -> None:
    """Modules and expressions that live to the end are not looked through for cycles again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _absent(what: str, how: str) -> None:
    """Skips the test that needs `what`; under CI a missing tool is a failure, never a skip."""
    message = f"{what} is not installed: {how}"
    if os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def require_module() -> Callable[[str], ModuleType]:
    """`require_module("torch")`: the module, or a skip (a failure under CI) naming the extra."""

    def require(name: str) -> ModuleType:
        if importlib.util.find_spec(name) is None:
            _absent(name, f'pip install "symrnn[{name}]"')
        return importlib.import_module(name)

    return require


@pytest.fixture(scope="session")
def tex_engine() -> Callable[[str], str]:
    """`tex_engine("lualatex")`: its path, or a skip (a failure under CI) naming it."""

    def find(name: str) -> str:
        found = shutil.which(name)
        if found is None:
            _absent(name, "install TeX Live, with texlive-luatex for lualatex")
        return str(found)

    return find


@pytest.fixture(scope="session")
def pandoc() -> str:
    """The path of pandoc; its absence fails the test where CI is set, else skips it."""
    found = shutil.which("pandoc")
    if found is None:
        _absent("pandoc", "install the package pandoc")
    return str(found)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window; its absence fails the test where CI is set, else skips it."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        _absent("Chromium", "the page is not looked at")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--disable-component-update", "--disable-sync"),
            ],
        )
        yield browser
        browser.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says once, loudly, that the theorems were not compiled; under CI their tests fail."""
    if shutil.which("coqc") is None:
        terminalreporter.section("Coq is not installed", sep="!", red=True, bold=True)
        terminalreporter.write_line(
            "The theorems in proofs/coq were not compiled, and no statement was machine checked."
        )


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Runs `symrnn` with arguments: its exit code, what it printed, and what it complained of."""

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["symrnn", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out, err = capsys.readouterr()
        code = stopped.value.code
        return (code if isinstance(code, int) else 0), out, err

    return command
