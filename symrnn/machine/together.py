"""Slips of many statements compared in one file: most of a comparison is to load what it rests on.

Nothing is proved in such a file, and nothing of a user's is loaded in it. Where it is not accepted
(a slip that is no proposition, say), each statement has a file of its own as before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from symrnn.machine.jobs import Job
from symrnn.machine.obligations import messages, slips_file, under_fail
from symrnn.machine.prover import Outcome
from symrnn.machine.sources import Source


@dataclass(frozen=True)
class Together:
    """One file with the slips of several statements, in their order."""

    source: Source
    jobs: tuple[Job, ...]

    def answers(self, outcome: Outcome) -> dict[str, Outcome]:
        """What would have come of each statement's own file, by its key; nothing if the file was
        not accepted."""
        found = messages(outcome.said)
        counts = [len(job.faults) for job in self.jobs]
        if not outcome.accepted or len(found) != sum(counts):
            return {}
        answered, start = {}, 0
        for job, count in zip(self.jobs, counts, strict=True):
            key = job.compares().source.key
            said = under_fail(found[start : start + count])
            seconds = outcome.seconds * count / sum(counts)
            answered[key] = replace(outcome, stem=key, said=said, seconds=seconds)
            start += count
        return answered


def together(jobs: Iterable[Job]) -> list[Together]:
    """The slips of statements, in as few files as what stands above them allows."""
    groups: dict[tuple[bool, str], list[Job]] = {}
    for job in jobs:
        if job.faults:
            groups.setdefault((job.parts.reals, job.defined), []).append(job)
    found = []
    for (reals, defined), group in groups.items():
        if len(group) > 1:
            faults = [fault for job in group for fault in job.faults]
            name = hashlib.sha256(" ".join(job.stem for job in group).encode()).hexdigest()
            file = slips_file(f"together_{name[:12]}", faults, reals, defined)
            found.append(Together(file.source, tuple(group)))
    return found


def answered(found: Iterable[Together], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """What came of each statement's comparison, by the key of its own file."""
    known: dict[str, Outcome] = {}
    for each in found:
        outcome = outcomes.get(each.source.key)
        if outcome is not None:
            known |= each.answers(outcome)
    return known
