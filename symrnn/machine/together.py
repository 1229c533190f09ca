"""What many statements ask of the prover, in one file: loading what it rests on is most of it.

Two kinds of files: slips compared with what is right, where nothing is proved; and theorems of ours
that close propositions. Nothing of a user's is loaded in either. Where such a file is not accepted
(a slip that is no proposition, a theorem that does not close), each statement has a file of its own
as before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symrnn.machine.jobs import Job
from symrnn.machine.obligations import closing_file, messages, slips_file, under_fail
from symrnn.machine.prover import Outcome
from symrnn.machine.sources import USER, Source

_ASSUMED = re.compile(r"^(?=Axioms:$|Closed under the global context$)", re.MULTILINE)


@dataclass(frozen=True)
class Together:
    """One file for several statements.

    source: the file.
    instead: the keys of the files that they had alone, in their order.
    said: what was printed for each, from all that was printed; None where that is no answer.
    """

    source: Source
    instead: tuple[str, ...]
    said: Callable[[str], Sequence[str] | None]

    def answers(self, outcome: Outcome) -> dict[str, Outcome]:
        """What would have come of each statement's own file, by its key; nothing if the file was
        not accepted."""
        found = self.said(outcome.said) if outcome.accepted else None
        if found is None:
            return {}
        seconds = outcome.seconds / len(self.instead)
        return {
            key: replace(outcome, stem=key, said=said, seconds=seconds)
            for key, said in zip(self.instead, found, strict=True)
        }


def together(jobs: Iterable[Job]) -> list[Together]:
    """What statements ask, in as few files as what stands above them allows."""
    asking = list(jobs)
    return [*_compared(asking), *_closed(asking)]


def _compared(jobs: Iterable[Job]) -> Iterator[Together]:
    groups: dict[tuple[bool, str], list[Job]] = {}
    for job in jobs:
        if job.faults:
            groups.setdefault((job.parts.reals, job.defined), []).append(job)
    for (reals, defined), group in groups.items():
        if len(group) < 2:
            continue
        faults = [fault for job in group for fault in job.faults]
        file = slips_file(_stem(group), faults, reals, defined)
        counts = [len(job.faults) for job in group]
        instead = tuple(job.compares().source.key for job in group)

        def said(text: str, counts: list[int] = counts) -> list[str] | None:
            found = messages(text)
            if len(found) != sum(counts):
                return None
            ends = [sum(counts[: place + 1]) for place in range(len(counts))]
            return [
                under_fail(found[end - count : end])
                for end, count in zip(ends, counts, strict=True)
            ]

        yield Together(file.source, instead, said)


def _closed(jobs: Iterable[Job]) -> Iterator[Together]:
    group = [
        job
        for job in jobs
        if job.closings and all(each.file.library != USER for each in job.closings.values())
    ]
    if len(group) < 2:
        return
    file = closing_file(_stem(group), *(job.closings.values() for job in group))

    def said(text: str) -> list[str] | None:
        before, *found = _ASSUMED.split(text)
        return found if not before.strip() and len(found) == len(group) else None

    yield Together(file.source, tuple(job.closes().source.key for job in group), said)


def _stem(group: Iterable[Job]) -> str:
    name = hashlib.sha256(" ".join(job.stem for job in group).encode()).hexdigest()
    return f"together_{name[:12]}"


def answered(found: Iterable[Together], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """What came of each statement's part in files for several, by the key of its own file."""
    known: dict[str, Outcome] = {}
    for each in found:
        outcome = outcomes.get(each.source.key)
        if outcome is not None:
            known |= each.answers(outcome)
    return known
