"""The pytest plugin for tests of gradients: --symrnn-seed, and the fixture `assert_gradients`.

Registered where symrnn is installed, it is loaded by every run of pytest there: what checks comes
with the first test that asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module

import pytest

SEED = "SYMRNN_SEED"
"""The variable of the environment that `symrnn.testing` reads."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the seed of the nets at which code is checked."""
    parser.getgroup("symrnn").addoption(
        "--symrnn-seed",
        type=_seed,
        default=None,
        metavar="N",
        help="seed of the random nets at which symrnn checks gradients (0)",
    )


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


def pytest_configure(config: pytest.Config) -> None:
    """Hand the seed on to the assertions, those in subprocesses as well."""
    seed = config.getoption("--symrnn-seed")
    if seed is not None:
        os.environ[SEED] = str(seed)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which seed was asked for."""
    seed = config.getoption("--symrnn-seed")
    return [] if seed is None else [f"symrnn seed: {seed}"]


@pytest.fixture
def assert_gradients() -> Callable[..., None]:
    """`symrnn.testing.assert_gradients`."""
    made: Callable[..., None] = import_module("symrnn.testing").assert_gradients
    return made
