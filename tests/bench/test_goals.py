"""Goals: which figure meets which limit."""

from __future__ import annotations

import math

import pytest

from symrnn.bench.goals import MISSED, REACHED, TO_PEER, UNKNOWN, Goal


@pytest.mark.parametrize(
    ("limit", "at_least", "figure", "verdict"),
    [
        (1.0, False, 0.9, REACHED),
        (1.0, False, 1.0, REACHED),
        (1.0, False, 1.0001, MISSED),
        (30, True, 31, REACHED),
        (30, True, 30, REACHED),
        (30, True, 29.9, MISSED),
        (1.0, False, math.nan, MISSED),
        (30, True, math.inf, REACHED),
        (1.0, False, math.inf, MISSED),
        (1.0, False, None, UNKNOWN),
    ],
)
def test_verdicts(limit: float, at_least: bool, figure: float | None, verdict: str) -> None:
    figures = {} if figure is None else {TO_PEER: figure}
    assert Goal(TO_PEER, limit, at_least).verdict(figures) == verdict


def test_a_goal_reads_as_it_is_meant() -> None:
    assert str(Goal(TO_PEER, 0.9)) == "ours / fastest peer ≤ 0.9"
    assert str(Goal("torch gradcheck / ours", 30, at_least=True)) == "torch gradcheck / ours ≥ 30"
