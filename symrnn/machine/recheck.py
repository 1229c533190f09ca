"""What closes propositions, checked again by the independent checker: many files in one go.

Most of a check is to load what the files rest on. Where nothing speaks against all of them
together, nothing speaks against one; else the halves are checked, down to the single file.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from symrnn.machine.assumed import objections
from symrnn.machine.cache import Cache
from symrnn.machine.prover import Outcome, Prover
from symrnn.machine.sources import CLOSED, INSTANCES, USER, Source, required_by

CHECKED = (CLOSED, USER, INSTANCES)
"""Libraries whose files are checked a second time: all that is not among the files of ours."""


def checked_again(
    outcomes: Mapping[str, Outcome],
    sources: Mapping[str, Source],
    key: Mapping[str, str],
    prover: Prover,
    cache: Cache,
    time_limit: float,
) -> dict[str, Outcome]:
    """Outcomes of the files that close propositions, with what the checker lists for each.

    Args:
        outcomes: of files that were compiled, by key.
        sources: every file there is, by key.
        key: of each file, in the cache.
        prover: Coq.
        cache: where the compiled files are.
        time_limit: seconds for each file.
    """
    asked = [
        outcome
        for name, outcome in outcomes.items()
        if outcome.accepted and not outcome.context and sources[name].library == CLOSED
    ]

    def settled(batch: list[Outcome]) -> dict[str, Outcome]:
        if not batch:
            return {}
        files = [sources[each.stem] for each in batch]
        answer = _answer(files, sources, key, prover, cache, time_limit * len(batch))
        if len(batch) > 1 and (not answer.accepted or objections(answer.context)):
            middle = len(batch) // 2
            return settled(batch[:middle]) | settled(batch[middle:])
        found = {}
        for outcome in batch:
            if answer.accepted:
                found[outcome.stem] = replace(outcome, context=answer.context)
                cache.learn(key[outcome.stem], found[outcome.stem])
            else:
                found[outcome.stem] = replace(answer, stem=outcome.stem)
        return found

    return settled(asked)


def _answer(
    files: list[Source],
    sources: Mapping[str, Source],
    key: Mapping[str, str],
    prover: Prover,
    cache: Cache,
    seconds: float,
) -> Outcome:
    """What the checker says of files: of what they prove, and of all that is not ours in it."""
    needed = {each.key: each for file in files for each in (file, *required_by(file, sources))}
    modules = [each.module for each in needed.values() if each.library in CHECKED]
    places = [(cache.place(key[each.key]), each.library) for each in needed.values()]
    folder = Path(tempfile.mkdtemp(dir=cache.folder, prefix=".checking-"))
    running = prover.check(folder, modules, places, seconds)
    try:
        while (answer := running.poll()) is None:
            time.sleep(0.02)
        return answer
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)
