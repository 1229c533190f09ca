"""Statements proved, and what comes of it: evidence, what is set aside, the first failure.

Nothing is typeset here: whoever checks does not wait for what draws.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from symrnn.errors import EvidenceError, UnmetError
from symrnn.lecture.progress import Progress, silent
from symrnn.processors import cores
from symrnn.theory.about import Subject
from symrnn.theory.applicable import Aside, Asides, without
from symrnn.theory.statement import Statement
from symrnn.verify.elsewhere import gather_elsewhere
from symrnn.verify.evidence import Evidence, gather_all
from symrnn.verify.kept import Kept


def prove(
    library: Mapping[str, Statement],
    rnn: Subject,
    progress: Progress = silent,
    scheduler: str | None = None,
    kept: Kept | None = None,
) -> tuple[Evidence, ...]:
    """Evidence for every statement.

    Args:
        library: the statements, each after those it uses.
        rnn: the recurrence they are about; with an unknown σ the evidence is for every σ.
        progress: hears each statement's name as it is begun, or where others do the work, done.
        scheduler: the address of a Dask scheduler whose workers share it; by default the cores
            that there are do.
        kept: what an earlier run found is taken from it, and what is found now is kept there; by
            default everything is run.
    """
    known = {} if kept is None else _known(library, rnn, kept)
    rest = [each for name, each in library.items() if name not in known]
    begun = itertools.count(len(known))

    def begin(name: str) -> None:
        progress(name, next(begun), len(library))

    if scheduler is None:
        found = gather_all(rest, rnn, library, begin, cores())
    else:
        found = gather_elsewhere(rest, rnn, library, scheduler, begin)
    if kept is not None:
        for each in found:
            kept.keep(each, rnn, library)
    progress("proved", len(library), len(library))
    every = {**known, **{each.statement.name: each for each in found}}
    return tuple(every[name] for name in library)


def _known(library: Mapping[str, Statement], rnn: Subject, kept: Kept) -> dict[str, Evidence]:
    """The evidence that an earlier run found, by the statement's name."""
    found = {name: kept.find(each, rnn, library) for name, each in library.items()}
    return {name: each for name, each in found.items() if each is not None}


def require(evidence: tuple[Evidence, ...]) -> None:
    """Raise the first failure among the evidence; nothing is typeset that did not hold."""
    for each in evidence:
        if each.failure is not None:
            raise each.failure
        if not each.complete:
            alive = [fault.slip for fault in each.faults if not fault.caught]
            raise EvidenceError(
                f"the evidence for `{each.statement.name}` is incomplete",
                {"grades": ", ".join(each.grades), "slips not caught": ", ".join(alive) or "none"},
            )


def records(evidence: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    """The statements as they stand in evidence.json."""
    return [each.record() for each in evidence]


def met(
    evidence: tuple[Evidence, ...], asides: Asides, rnn: Subject
) -> tuple[tuple[Evidence, ...], Asides]:
    """The evidence for what is about the cell, and what is set aside.

    Where W is free beside one activation and nothing else reads the state, every hypothesis can be
    met. Of another cell they may be met nowhere: two delays are never a contraction. It is then not
    known whether the statement speaks of it, nor whether those do that use it.
    """
    gone = dict(asides)
    if rnn.driven is None:
        gone |= {
            each.statement.name: Aside(each.statement.widest, None, each.failure.message)
            for each in evidence
            if isinstance(each.failure, UnmetError)
        }
    left = {each.statement.name: each.statement for each in evidence}
    left, gone = without({name: left[name] for name in left if name not in gone}, gone)
    return tuple(each for each in evidence if each.statement.name in left), gone
