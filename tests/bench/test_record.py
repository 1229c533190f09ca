"""The JSON and the table: every key there, missing peers named."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from symrnn.bench import packages, record
from symrnn.bench.contender import BOUND, OURS, Contender, Work
from symrnn.bench.goals import TO_PEER, TO_PRODUCTS, Goal
from symrnn.bench.measure import Effort, Row, measure
from symrnn.bench.table import duration, remarks, table
from symrnn.bench.work.choice import chosen
from symrnn.processors import one_thread


def row(**changes: Any) -> Row:
    ours, peer, bound = (
        Contender(name, lambda: np.ones(2), value, seconds=lambda _, s=s: s)
        for name, s, value in (
            (OURS, 2.0, lambda r: (r,)),
            ("peer", 4.0, lambda r: (r,)),
            (BOUND, 1.0, None),
        )
    )
    goals = (Goal(TO_PEER, 0.9), Goal(TO_PRODUCTS, 1.15), Goal("of no use", 1.0))
    given: dict[str, Any] = {"goals": goals, "missing": ("absent",), "left_out": {"big": "why"}}
    work = Work("a [product]", {"d": 3, "T": 4}, (ours, peer, bound), **(given | changes))
    return measure(work, Effort(rounds=1, seconds=1.0))


def test_the_record_is_json_with_every_documented_key() -> None:
    found = json.loads(json.dumps(record.record([row()], quick=False), allow_nan=False))
    assert set(found) == {"schema", "quick", "machine", "apart", "versions", "rows"}
    assert found["schema"] == record.SCHEMA
    assert set(found["machine"]) == {"python", "platform", "processor", "cores", "load", "blas"}
    assert set(found["versions"]) == {*packages.BASE, *packages.PEERS}
    (only,) = found["rows"]
    assert only["sizes"] == {"d": 3, "T": 4}
    assert only["seconds"] == {OURS: 2.0, "peer": 4.0, BOUND: 1.0}
    assert only["fastest"] == only["slowest"] == only["seconds"]
    assert only["disagreement"] == {"peer": 0.0} and only["fastest_peer"] == "peer"
    assert only["figures"] == {"peer / ours": 2.0} | {
        TO_PEER: 0.5,
        TO_PRODUCTS: 2.0,
    }
    assert [goal["verdict"] for goal in only["goals"]] == ["reached", "missed", "not measured"]
    assert only["missing"] == ["absent"] and only["left_out"] == {"big": "why"}
    documented = set(re.findall(r"\w+", record.__doc__ or ""))
    assert {*found, *found["machine"], *only, *only["goals"][0]} <= documented


def test_what_is_not_finite_is_null() -> None:
    made = row(quantities=lambda results, seconds: {"lost": float("inf")})
    assert record.record([made], quick=True)["rows"][0]["figures"]["lost"] is None


def test_the_table_and_its_remarks() -> None:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table([row()]))
    shown = console.export_text()
    for words in ("a [product]", "d=3 T=4", "peer", "✓ ours / fastest peer ≤ 0.9: 0.5"):
        assert words in shown
    assert "✗ ours / matrix products alone ≤ 1.15: 2" in shown
    assert "? of no use ≤ 1: not measured" in shown
    assert list(remarks([row(), row()])) == [
        'absent is not installed: pip install "symrnn[bench]"',
        "big is left out of a [product]: why",
    ]


def test_a_time_that_is_a_lower_bound_is_said() -> None:
    ours = Contender(OURS, lambda: np.ones(2))
    peer = Contender("slow", lambda: 1, lambda _: None, seconds=lambda _: 120.0)
    made = measure(Work("w", {"d": 4}, (ours, peer)), Effort(rounds=1, seconds=1.0))
    assert list(remarks([made])) == ["slow gave up on w at d=4 after 120 s: a lower bound"]


def test_a_peer_that_is_not_installed_is_missing_and_one_too_slow_left_out() -> None:
    peers = {name: lambda: [Contender("never", lambda: 1)] for name in ("no_such_peer", "numpy")}
    small, large = chosen(peers, {"numpy": 8}, 8), chosen(peers, {"numpy": 8}, 9)
    assert small.missing == large.missing == ("no_such_peer",)
    assert [each.name for each in small.contenders] == ["never"] and small.left_out == {}
    assert large.contenders == () and large.left_out == {"numpy": "not run above d = 8"}


def test_versions_say_what_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PEERS", ("no_such_peer",))
    assert packages.versions()["no_such_peer"] is None
    assert packages.versions()["numpy"] == np.__version__


def test_the_blas_in_use_is_named_with_its_threads() -> None:
    with one_thread():
        found = packages.blas()
    assert found and all(each["internal_api"] and each["num_threads"] == 1 for each in found)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(2.5, "2.5 s"), (0.01234, "12.3 ms"), (5e-6, "5 µs"), (3e-9, "3 ns")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown
