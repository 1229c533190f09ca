"""Results are compared before anything is timed; ratios; who is timed how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from symrnn.bench.contender import BOUND, OURS, Contender, Work
from symrnn.bench.goals import TO_PEER, TO_PRODUCTS
from symrnn.bench.measure import Effort, compare_results, measure, ratios
from symrnn.errors import DisagreementError, IllFormedError

RIGHT = np.array([[1.0, 2.0], [3.0, 4.0]])
ONCE = Effort(rounds=1, seconds=0.0, least=1)


@dataclass
class Counting:
    """A contender's work that counts how often it is done."""

    result: Any
    log: list[str] = field(default_factory=list)
    name: str = ""

    def __call__(self) -> Any:
        self.log.append(self.name)
        return self.result


def work(*peers: Contender, ours: Any = RIGHT) -> Work:
    return Work("a product", {"d": 2}, (Contender(OURS, lambda: ours), *peers))


WRONG = {
    "an entry": RIGHT + np.array([[0, 1e-6], [0, 0]]),
    "transposed": RIGHT.T,
    "not a number": RIGHT * np.nan,
    "another shape": RIGHT[:1],
    "one result too many": (RIGHT, RIGHT),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_result_fails_before_anything_is_timed(wrong: Any) -> None:
    peer = Counting(wrong)
    with pytest.raises(DisagreementError, match="a product: peer and symrnn disagree") as caught:
        measure(work(Contender("peer", peer)), Effort(rounds=9, seconds=1.0))
    assert len(peer.log) == 1
    assert caught.value.detail["at"] == "d = 2"


def test_ours_wrong_is_a_disagreement_too() -> None:
    with pytest.raises(DisagreementError):
        measure(work(Contender("peer", lambda: RIGHT), ours=2 * RIGHT), ONCE)


def test_a_tolerance_is_the_peers_own() -> None:
    rough = Contender("rough", lambda: RIGHT * (1 + 1e-5), tolerance=1e-4)
    row = measure(work(rough), ONCE)
    assert row.disagreement == pytest.approx({"rough": 1e-5}, rel=1e-3)


def test_what_has_no_value_is_timed_and_not_compared() -> None:
    row = measure(
        work(Contender(BOUND, lambda: None, None), Contender("gave up", lambda: 1, lambda _: None)),
        ONCE,
    )
    assert row.disagreement == {} and row.gave_up == ("gave up",)
    assert set(row.seconds) == {OURS, BOUND, "gave up"}
    with pytest.raises(IllFormedError, match="no value"):
        compare_results(Work("w", {}, (Contender(OURS, lambda: 1, None),)), {OURS: 1})


def test_contenders_take_turns() -> None:
    log: list[str] = []
    peers = [Contender(n, Counting(RIGHT, log, n), seconds=lambda _: 1.0) for n in ("a", "b")]
    measure(work(*peers), Effort(rounds=3, seconds=100.0))
    assert log == ["a", "b", "a", "b", "a", "b"]  # the first when compared


@pytest.mark.parametrize(
    ("each", "runs"),
    [(0.1, 10), (3.0, 4), (9.0, 3), (12.0, 1)],
    ids=["quick", "until the time is spent", "at least thrice", "once if very slow"],
)
def test_slow_contenders_sit_rounds_out(each: float, runs: int) -> None:
    slow = Contender("slow", lambda: RIGHT, seconds=lambda _: each)
    row = measure(work(slow), Effort(rounds=10, seconds=10.0))
    assert row.runs["slow"] == runs
    assert row.seconds["slow"] == each and row.spread["slow"] == (each, each)


def test_ratios() -> None:
    seconds = {OURS: 2.0, "a": 4.0, "b": 1.0, f"{OURS} backward": 0.5, BOUND: 8.0}
    assert ratios(seconds) == {
        "a / ours": 2.0,
        "b / ours": 0.5,
        f"{OURS} backward / ours": 0.25,
        TO_PEER: 2.0,
        TO_PRODUCTS: 0.25,
    }
    assert ratios({"a": 1.0}) == {}
    assert TO_PEER not in ratios({OURS: 1.0})


def test_further_figures_come_from_results_and_times() -> None:
    made = Work(
        "w",
        {},
        (Contender(OURS, lambda: RIGHT, seconds=lambda _: 2.0),),
        quantities=lambda results, seconds: {"sum": results[OURS].sum(), "twice": seconds[OURS]},
    )
    row = measure(made, ONCE)
    assert row.figures["sum"] == 10 and row.figures["twice"] == 2.0
    assert row.fastest_peer is None
