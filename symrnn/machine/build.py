"""Many files compiled: in the order of what they require, as many at once as there are cores."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from symrnn.machine.cache import Cache, keys
from symrnn.machine.prover import Outcome, Prover, Running, Verdict
from symrnn.machine.sources import Source, in_order
from symrnn.processors import cores

Heard = Callable[[Outcome], None]

TIME_LIMIT = 240.0
"""Seconds for one file."""


def compile_all(
    sources: Mapping[str, Source],
    wanted: Iterable[str],
    prover: Prover,
    cache: Cache,
    *,
    workers: int | None = None,
    time_limit: float = TIME_LIMIT,
    heard: Heard = lambda outcome: None,
) -> dict[str, Outcome]:
    """Compile the files wanted and all they require.

    Args:
        sources: every file there is, by stem.
        wanted: stems.
        prover: Coq.
        cache: what was accepted before is taken from it, and what is accepted now is kept there.
        workers: how many at once; as many as this process may use cores by default.
        time_limit: seconds for one file; when they are over, it and all it started is ended.
        heard: hears of each outcome, in the order in which they come.

    Returns:
        an outcome for each file, by stem.
    """
    ordered = in_order(sources, wanted)
    key = keys(ordered, prover)
    outcomes: dict[str, Outcome] = {}
    waiting = {source.stem: source for source in ordered}
    running: dict[str, tuple[Running, Path]] = {}

    def settle(outcome: Outcome) -> None:
        outcomes[outcome.stem] = outcome
        heard(outcome)

    try:
        while waiting or running:
            for stem, (process, place) in list(running.items()):
                outcome = process.poll()
                if outcome is None:
                    continue
                del running[stem]
                if outcome.accepted:
                    cache.keep(key[stem], place, outcome)
                else:
                    shutil.rmtree(place, ignore_errors=True)
                settle(outcome)
            for stem, source in list(waiting.items()):
                if any(name not in outcomes for name in source.requires):
                    continue
                missing = [name for name in source.requires if not outcomes[name].accepted]
                known = cache.find(key[stem], stem)
                if missing or known is not None:
                    del waiting[stem]
                    settle(known if known and not missing else _blocked(stem, missing))
                elif len(running) < (workers or cores()):
                    del waiting[stem]
                    place = cache.prepare(source)
                    libraries = cache.libraries(source, sources, key)
                    running[stem] = prover.start(place, stem, libraries, time_limit), place
            if running:
                time.sleep(0.02)
    finally:
        for process, place in running.values():
            process.stop()
            shutil.rmtree(place, ignore_errors=True)
    return outcomes


def _blocked(stem: str, missing: list[str]) -> Outcome:
    return Outcome(stem, Verdict.BLOCKED, f"{', '.join(missing)} was not accepted")
