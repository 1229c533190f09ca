"""Parties in processes of their own: the same results, compared and timed."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from symrnn.bench.apart import THREADS, apart, party_of
from symrnn.bench.contender import BOUND, OURS, Contender, Work
from symrnn.bench.measure import Effort, measure
from symrnn.bench.work import choice, jacobian, long_product
from symrnn.errors import DisagreementError, SymrnnError
from symrnn.processors import cores

ONCE = Effort(rounds=2, seconds=1.0, least=2)


def works(quick: bool) -> Iterator[Work]:
    """Two pieces of work; in each process the number of a process is another one."""
    for size in (2, 3):
        chosen = choice.chosen({"numpy": _peer}, {}, size, size)
        ours = Contender(OURS, lambda size=size: np.eye(size))  # type: ignore[misc]
        more = Contender(f"{OURS} again", os.getpid, None)
        yield Work("identity", {"d": size}, (ours, *chosen.contenders, more, _products()))


def wrong(quick: bool) -> Iterator[Work]:
    """A peer that disagrees."""
    peer = Contender("numpy", lambda: np.zeros((2, 2)))
    yield Work("identity", {}, (Contender(OURS, lambda: np.eye(2)), peer))


def failing(quick: bool) -> Iterator[Work]:
    """A peer that fails."""
    peer = Contender("numpy", lambda: np.zeros(2) @ np.zeros(3))
    yield Work("identity", {}, (Contender(OURS, lambda: np.eye(2)), peer))


def _peer(size: int) -> Iterator[Contender]:
    # A process that is not told how many threads to use has another result.
    pinned = os.environ.get(THREADS[0]) == str(cores())
    yield Contender("numpy eye", lambda: np.eye(size) * pinned)


def _products() -> Contender:
    return Contender(BOUND, os.getpid, None)


def test_every_party_has_a_process_of_its_own() -> None:
    with apart(works, True, 1, ("numpy",)) as work:
        names = [each.name for each in work.contenders]
        assert names == [OURS, f"{OURS} again", "numpy eye", BOUND]
        assert work.sizes == {"d": 3}
        process = work.contenders[1].run()
        assert process not in (None, os.getpid()) and process == work.contenders[1].run()
        row = measure(work, ONCE)
    assert row.disagreement == {"numpy eye": 0.0}
    assert set(row.seconds) == set(names) and min(row.seconds.values()) > 0
    assert os.environ.get(THREADS[0]) != str(cores()) or cores() == 1


def test_a_wrong_result_is_found_before_anything_is_timed() -> None:
    with apart(wrong, True, 0, ("numpy",)) as work, pytest.raises(DisagreementError):
        measure(work, ONCE)


def test_a_party_that_fails_is_named() -> None:
    with apart(failing, True, 0, ("numpy",)) as work, pytest.raises(SymrnnError, match="numpy"):
        measure(work, ONCE)


def test_an_item_of_ours_runs_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "installed", lambda name: False)
    with apart(jacobian.works, True, 0, ()) as work:
        row = measure(work, ONCE)
    assert {*row.seconds} == {OURS, BOUND}


@pytest.mark.parametrize(
    ("name", "party"),
    [("torch jacrev", "torch"), (OURS, OURS), (f"{OURS} backward, whole", OURS), (BOUND, BOUND)],
)
def test_a_contender_has_a_party(name: str, party: Any) -> None:
    assert party_of(name) == party


def test_a_peer_that_comes_with_the_work_takes_part() -> None:
    """What is compared with numbers of a peer has them from its process."""
    with apart(long_product.works, True, 0, ()) as work:
        row = measure(work, ONCE)
    assert set(row.disagreement) == {"mpmath"} and row.figures[long_product.ERROR] < 1e-9


def limited(quick: bool) -> Iterator[Work]:
    """A peer that has a process of its own, as one with a time limit has."""
    peer = Contender("numpy", _in_a_process)
    yield Work("identity", {}, (Contender(OURS, lambda: np.eye(2)), peer))


def _in_a_process() -> Any:
    process = multiprocessing.get_context("spawn").Process(target=os.getpid)
    process.start()
    process.join()
    return np.eye(2) * (process.exitcode == 0)


def test_a_peer_may_have_processes_of_its_own() -> None:
    with apart(limited, True, 0, ()) as work:
        assert measure(work, ONCE).disagreement == {"numpy": 0.0}
