"""Many files compiled: in the order of what they require, as many at once as there are cores."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from symrnn.errors import IllFormedError
from symrnn.machine.cache import Cache, keys
from symrnn.machine.prover import Outcome, Prover, Running, Verdict
from symrnn.machine.recheck import checked_again
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
        sources: every file there is, by key.
        wanted: keys.
        prover: Coq.
        cache: what was accepted before is taken from it, and what is accepted now is kept there.
        workers: how many at once; as many as this process may use cores by default.
        time_limit: seconds for one file; when they are over, it and all it started is ended.
        heard: hears of each outcome, in the order in which they come.

    Returns:
        an outcome for each file, by key.
    """
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, Source] = {}
    running: dict[str, tuple[Running, Path]] = {}

    def settle(outcome: Outcome) -> None:
        outcomes[outcome.stem] = outcome
        heard(outcome)

    for name in dict.fromkeys(wanted):
        try:
            waiting |= {source.key: source for source in in_order(sources, [name])}
        except IllFormedError as error:  # one such file takes no other with it
            settle(Outcome(name, Verdict.MALFORMED, str(error)))
    key = keys(in_order(sources, waiting), prover)
    try:
        while waiting or running:
            for name, (process, place) in list(running.items()):
                outcome = process.poll()
                if outcome is None:
                    continue
                del running[name]
                if outcome.accepted:
                    cache.keep(key[name], sources[name], place, outcome)
                else:
                    shutil.rmtree(place, ignore_errors=True)
                settle(outcome)
            for name, source in list(waiting.items()):
                if any(required not in outcomes for required in source.requires):
                    continue
                missing = [each for each in source.requires if not outcomes[each].accepted]
                known = cache.find(key[name], source)
                if missing or source.flaw or known is not None:
                    del waiting[name]
                    settle(known if known and not missing else _without_coq(source, missing))
                elif len(running) < (workers or cores()):
                    del waiting[name]
                    place = cache.prepare(source)
                    libraries = cache.libraries(source, sources, key)
                    running[name] = (prover.start(place, source, libraries, time_limit), place)
            if running:
                time.sleep(0.02)
    finally:
        for process, place in running.values():
            process.stop()
            shutil.rmtree(place, ignore_errors=True)
    return outcomes | checked_again(outcomes, sources, key, prover, cache, time_limit)


def _without_coq(source: Source, missing: list[str]) -> Outcome:
    """What is known of a source that is not given to Coq."""
    if source.flaw:
        return Outcome(source.key, Verdict.MALFORMED, source.flaw)
    return Outcome(source.key, Verdict.BLOCKED, f"{', '.join(missing)} was not accepted")
