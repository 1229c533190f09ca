"""What is asked of many statements in one file: most of an answer is to load what it rests on.

Slips are compared in one file: nothing is proved there, and nothing of a user's is loaded. Theorems
close propositions in one file as well where nothing of a user's is among what they rest on; what is
printed and proved of those statements is itself in few files (`joined`). Where such a file is not
accepted (a slip that is no proposition, a theorem that closes nothing), or does not say what each
theorem rests on, each statement has files of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from symrnn.machine.assumed import axioms, listings, objections
from symrnn.machine.jobs import Job, required
from symrnn.machine.joined import Joined, joined
from symrnn.machine.obligations import (
    ANY_FIELD,
    closings_file,
    messages,
    slips_file,
    under_fail,
)
from symrnn.machine.prover import Outcome
from symrnn.machine.sources import CLAIMS, CLOSED, USER, Source, key_of

MOST = 16
"""Statements whose theorems stand in one file: where it is refused, each is asked alone."""


@dataclass(frozen=True)
class Together:
    """One file for several statements, in their order.

    any_field: whether each speaks of any complete ordered field, see `closings_file`.
    """

    source: Source
    jobs: tuple[Job, ...]
    any_field: bool = False

    @property
    def closes(self) -> bool:
        """Whether theorems close propositions in it, and slips are not compared."""
        return self.source.library == CLOSED

    @property
    def stands_for(self) -> list[str]:
        """The key of each statement's own file, which it stands for."""
        own = [job.closes() if self.closes else job.compares() for job in self.jobs]
        return [each.source.key for each in own]

    def answers(self, outcome: Outcome) -> dict[str, Outcome]:
        """What would have come of each statement's own file, by its key; nothing if the file was
        not accepted."""
        said = self._said(outcome) if outcome.accepted else []
        shares = [len(job.closings if self.closes else job.faults) for job in self.jobs]
        whole = outcome.seconds / max(1, sum(shares))
        return {
            key: replace(outcome, stem=key, said=each, seconds=whole * share)
            for key, share, each in zip(self.stands_for, shares, said, strict=False)
        }

    def _said(self, outcome: Outcome) -> list[str]:
        """What was said of each statement; nothing where that is not clear."""
        if self.closes:
            found = [] if objections(outcome.context) else listings(outcome.said)
            if self.any_field:
                least, most = (None, None) if len(found) != 2 else map(axioms, found)
                found = found[1:] * len(self.jobs) if most and least == most else []
            return found if len(found) == len(self.jobs) else []
        found, counts = messages(outcome.said), [len(job.faults) for job in self.jobs]
        if len(found) != sum(counts):
            return []
        ends = [sum(counts[: place + 1]) for place in range(len(counts))]
        return [under_fail(found[end - n : end]) for end, n in zip(ends, counts, strict=True)]


NOTHING = Joined()
"""Where each statement has its own files."""


def together(jobs: Iterable[Job], of: Joined = NOTHING) -> list[Together]:
    """The questions about statements, in few files.

    Args:
        jobs: the statements.
        of: what is printed and proved of them, in few files.
    """
    every = list(jobs)
    return [*_compared(every, of), *_closed(every, of)]


def joined_of(jobs: Iterable[Job], sources: Mapping[str, Source]) -> Joined:
    """What is printed and proved of statements, in few files; nothing of what rests on a user's.

    Args:
        jobs: the statements.
        sources: every file there is, by key.
    """
    ours = [job for job in jobs if job.closings and not _rests_on_users(job)]
    if len(ours) < 2:
        return NOTHING
    printed = [each for job in ours for each in job.files() if each.library == CLAIMS]
    proving = {each.file.key: each.file for job in ours for each in job.closings.values()}
    return joined(printed, proving.values(), sources)


def _compared(jobs: list[Job], of: Joined) -> Iterator[Together]:
    for reals in (False, True):
        group = [job for job in jobs if job.faults and job.parts.reals is reals]
        if len(group) > 1:
            faults = [of.planted(fault) for job in group for fault in job.faults]
            # No two cells have one name, so that those of all may stand above them.
            defined = dict.fromkeys(name for job in group for name in job.defined.split())
            file = slips_file(_stem(group), faults, reals, " ".join(defined))
            yield Together(of.required_by(file.source), tuple(group))


def _closed(jobs: list[Job], of: Joined) -> Iterator[Together]:
    ours = [job for job in jobs if job.closings and not _rests_on_users(job)]
    for any_field in (False, True):
        alike = [job for job in ours if _any_field(job) is any_field]
        for start in range(0, len(alike), MOST):
            group = alike[start : start + MOST]
            if len(group) > 1:
                closings = [[of.closing(each) for each in job.closings.values()] for job in group]
                file = closings_file(_stem(group), closings, any_field)
                yield Together(file.source, tuple(group), any_field)


def _any_field(job: Job) -> bool:
    """Whether something that is closed speaks of any complete ordered field."""
    return any(
        ANY_FIELD in each.proposition and each.label in job.closings for each in job.parts.parts
    )


def _rests_on_users(job: Job) -> bool:
    needed = required([each.file.key for each in job.closings.values()], job.sources)
    return any(name.startswith(key_of(USER, "")) for name in needed)


def _stem(group: list[Job]) -> str:
    name = hashlib.sha256(" ".join(job.stem for job in group).encode()).hexdigest()
    return f"together_{name[:12]}"


def answered(found: Iterable[Together], outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """What came of each statement's question, by the key of its own file."""
    known: dict[str, Outcome] = {}
    for each in found:
        outcome = outcomes.get(each.source.key)
        if outcome is not None:
            known |= each.answers(outcome)
    return known
