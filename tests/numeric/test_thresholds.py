"""Thresholds of a machine: measured, kept, read again; what is damaged counts as not measured."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symrnn.bench.tuning import EVERYTHING, last_won
from symrnn.numeric import thresholds as module
from symrnn.numeric.thresholds import UNMEASURED, Thresholds, assuming, keep, thresholds


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr(module, "user_cache_path", lambda name: tmp_path / name)
    module._found.cache_clear()
    yield
    module._found.cache_clear()


@pytest.mark.parametrize("damage", ["", "[1]", "{}", '{"compiled_entries": 4}', "null"])
def test_what_is_kept_is_taken_and_what_is_damaged_is_not(damage: str) -> None:
    assert thresholds() == UNMEASURED
    found = Thresholds(compiled_entries=64, compiled_size=24)
    place = keep(found)
    assert thresholds() == found
    place.write_text(damage)
    module._found.cache_clear()
    assert thresholds() == UNMEASURED


@pytest.mark.parametrize("value", [-1, 2.5, True, "9"])
def test_a_size_that_is_none_is_not_taken(value: Any) -> None:
    keep(Thresholds(compiled_entries=value))
    assert thresholds() == UNMEASURED


def test_what_is_assumed_goes_before() -> None:
    keep(Thresholds(compiled_size=3))
    with assuming(Thresholds(compiled_size=5)):
        assert thresholds().compiled_size == 5
    assert thresholds().compiled_size == 3


def costs(compiled: Callable[[int], float], other: float) -> tuple[Any, Any]:
    """Work that takes so long by a clock of its own, and the clock."""
    now = [0.0]

    def work(size: int) -> Callable[[], None]:
        def run() -> None:
            whole = thresholds().compiled_size == EVERYTHING
            now[0] += compiled(size) if whole else other

        return run

    return work, lambda: now[0]


@pytest.mark.parametrize(
    ("compiled", "won"),
    [(lambda d: d, 16), (lambda d: 0, 32), (lambda d: 99, 0), (lambda d: 99 * (d == 8), 4)],
)
def test_the_last_size_at_which_compiled_loops_are_faster(
    compiled: Callable[[int], float], won: int
) -> None:
    work, clock = costs(compiled, 20.0)
    assert last_won((4, 8, 16, 32), work, "compiled_size", clock) == won


def test_one_slow_run_decides_nothing() -> None:
    late = itertools.chain([0.0, 500.0], itertools.repeat(0.0))
    work, clock = costs(lambda d: 1.0, 20.0)
    assert last_won((4, 8), work, "compiled_size", lambda: clock() + next(late)) == 8
