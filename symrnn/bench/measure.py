"""Results first compared, then timed: interleaved, so that all meet the same machine."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.bench.contender import BOUND, OURS, Contender, Work
from symrnn.bench.goals import TO_PEER, TO_PRODUCTS
from symrnn.errors import DisagreementError, IllFormedError
from symrnn.numeric.differences import relative_error


@dataclass(frozen=True)
class Effort:
    """How often contenders are timed.

    Attributes:
        rounds: at most so many runs each.
        seconds: a contender that has taken so long sits the remaining rounds out.
        least: runs each, however long they take, unless the first alone exceeds `seconds`.
    """

    rounds: int
    seconds: float
    least: int = 3


FULL = Effort(rounds=41, seconds=6.0)
QUICK = Effort(rounds=1, seconds=0.0, least=1)


@dataclass(frozen=True)
class Row:
    """What came of a piece of work.

    Attributes:
        work: the work.
        seconds: median time by contender.
        spread: fastest and slowest time by contender.
        runs: how often each was timed.
        disagreement: relative disagreement of each peer with ours.
        gave_up: peers that reached their limit without a result; their times are lower bounds.
        figures: ratios, and the work's own quantities.
    """

    work: Work
    seconds: Mapping[str, float]
    spread: Mapping[str, tuple[float, float]]
    runs: Mapping[str, int]
    disagreement: Mapping[str, float]
    gave_up: tuple[str, ...]
    figures: Mapping[str, float]

    @property
    def fastest_peer(self) -> str | None:
        """The fastest contender that is neither ours nor the matrix products alone."""
        return min(filter(is_peer, self.seconds), key=self.seconds.__getitem__, default=None)


def measure(work: Work, effort: Effort) -> Row:
    """Compare the results of all contenders, then time them.

    Raises:
        DisagreementError: two contenders do not compute the same; nothing is timed then.
    """
    results = {contender.name: contender.run() for contender in work.contenders}
    disagreement = compare_results(work, results)
    compared = {each.name for each in work.contenders[1:] if each.value}
    gave_up = tuple(sorted(compared - set(disagreement)))
    times = _times(work.contenders, effort, results)
    seconds = {name: statistics.median(each) for name, each in times.items()}
    spread = {name: (min(each), max(each)) for name, each in times.items()}
    figures = {**ratios(seconds), **work.quantities(results, seconds)}
    runs = {name: len(each) for name, each in times.items()}
    return Row(work, seconds, spread, runs, disagreement, gave_up, figures)


def compare_results(work: Work, results: Mapping[str, Any]) -> dict[str, float]:
    """Relative disagreement of every contender's result with ours.

    Raises:
        DisagreementError: naming the contender, by how much and in which of its results.
    """
    ours, *peers = work.contenders
    expected = ours.value(results[ours.name]) if ours.value else None
    if expected is None:
        raise IllFormedError(f"{work.name}: ours has no value to compare with")
    found = {}
    for peer in peers:
        arrays = peer.value(results[peer.name]) if peer.value else None
        if arrays is None:
            continue
        shapes = [np.shape(a) for a in arrays], [np.shape(a) for a in expected]
        if shapes[0] != shapes[1]:
            raise _wrong(work, peer, "other shapes", shapes[1], shapes[0])
        errors = [relative_error(a, e) for a, e in zip(arrays, expected, strict=True)]
        worst = max(errors, default=0.0)
        if not worst <= peer.tolerance:
            place = errors.index(worst)
            raise _wrong(
                work, peer, f"result {place} differs", f"≤ {peer.tolerance:g}", f"{worst:.3g}"
            )
        found[peer.name] = worst
    return found


def is_peer(name: str) -> bool:
    """Whether a contender is another library: neither ours nor the matrix products alone."""
    return name != BOUND and not name.startswith(OURS)


def ratios(seconds: Mapping[str, float]) -> dict[str, float]:
    """Ours to the fastest peer and to the matrix products alone; each peer to ours."""
    if OURS not in seconds:
        return {}
    ours = seconds[OURS]
    peers = {name: each for name, each in seconds.items() if is_peer(name)}
    others = {name: each for name, each in seconds.items() if name not in (OURS, BOUND)}
    found = {f"{name} / ours": each / ours for name, each in others.items()}
    if peers:
        found[TO_PEER] = ours / min(peers.values())
    if BOUND in seconds:
        found[TO_PRODUCTS] = ours / seconds[BOUND]
    return found


BURST = 5e-3
"""Seconds a contender runs on end: short work is repeated, out of reach of what ran before it."""


def _times(
    contenders: tuple[Contender, ...], effort: Effort, results: Mapping[str, Any]
) -> dict[str, list[float]]:
    # Work that measures itself was timed when it was first done.
    times: dict[str, list[float]] = {
        each.name: [] if each.seconds is None else [each.seconds(results[each.name])]
        for each in contenders
    }
    was_enabled = gc.isenabled()
    gc.disable()
    gc.freeze()  # collecting between rounds looks at what the rounds made, no further
    try:
        for _ in range(effort.rounds):
            gc.collect()
            for contender in contenders:
                spent = times[contender.name]
                if _goes_on(spent, effort):
                    spent.append(_timed(contender, _repeats(spent)))
    finally:
        gc.unfreeze()
        if was_enabled:
            gc.enable()
    return times


def _repeats(spent: list[float]) -> int:
    return max(1, min(100, int(BURST / max(spent[-1], 1e-9)))) if spent else 1


def _goes_on(spent: list[float], effort: Effort) -> bool:
    if not spent:
        return True
    if len(spent) >= effort.rounds:
        return False
    if sum(spent) < effort.seconds:
        return True
    return len(spent) < effort.least and spent[0] < effort.seconds


def _timed(contender: Contender, repeats: int) -> float:
    if contender.seconds is not None:
        return contender.seconds(contender.run())
    if contender.timed is not None:
        return contender.timed(repeats)
    start = time.perf_counter()
    for _ in range(repeats):
        contender.run()
    return (time.perf_counter() - start) / repeats


def _wrong(
    work: Work, peer: Contender, what: str, expected: object, got: object
) -> DisagreementError:
    sizes = ", ".join(f"{name} = {size}" for name, size in work.sizes.items())
    return DisagreementError(
        f"{work.name}: {peer.name} and {OURS} disagree, {what}",
        {"at": sizes, "expected": expected, "got": got},
    )
