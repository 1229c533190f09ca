"""Many files compiled: in the order of what they require, as many at once as there are cores."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from symrnn.errors import IllFormedError
from symrnn.machine.cache import Cache, Prepared, keys
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
            What another process is compiling just now is waited for.
        workers: how many at once; as many as this process may use cores by default.
        time_limit: seconds for one file; when they are over, it and all it started is ended.
        heard: hears of each outcome, in the order in which they come.

    Returns:
        an outcome for each file, by key.
    """
    outcomes: dict[str, Outcome] = {}
    waiting: dict[str, Source] = {}
    running: dict[str, tuple[Running, Prepared]] = {}
    unknown: set[str] = set()

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
            for name, (process, prepared) in list(running.items()):
                outcome = process.poll()
                if outcome is None:
                    continue
                if outcome.accepted:
                    cache.keep(key[name], sources[name], prepared, outcome)
                del running[name]
                prepared.discard()
                settle(outcome)
            for name, source in list(waiting.items()):
                if any(required not in outcomes for required in source.requires):
                    continue
                missing = [each for each in source.requires if not outcomes[each].accepted]
                known = None if name in unknown else cache.find(key[name], source)
                if missing or source.flaw or known is not None:
                    del waiting[name]
                    settle(known if known and not missing else _without_coq(source, missing))
                elif len(running) < (workers or cores()):
                    claimed = cache.prepare(key[name], source)
                    known = cache.find(key[name], source)
                    if claimed is None or known is not None:
                        # Another process knows it, or will soon.
                        unknown.discard(name)
                        if claimed is not None:
                            claimed.discard()
                        continue
                    del waiting[name]
                    libraries = cache.libraries(source, sources, key)
                    started = prover.start(claimed.place, source, libraries, time_limit)
                    running[name] = (started, claimed)
                else:
                    unknown.add(name)
            if running or waiting:
                time.sleep(0.02)
    finally:
        for process, prepared in running.values():
            process.stop()
            prepared.discard()
    return outcomes | checked_again(outcomes, sources, key, prover, cache, time_limit)


def _without_coq(source: Source, missing: list[str]) -> Outcome:
    """What is known of a source that is not given to Coq."""
    if source.flaw:
        return Outcome(source.key, Verdict.MALFORMED, source.flaw)
    return Outcome(source.key, Verdict.BLOCKED, f"{', '.join(missing)} was not accepted")
