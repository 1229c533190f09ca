"""What the prover accepted of each statement: parts closed, faults refused, axioms used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from symrnn.cells.network import Network
from symrnn.machine.assumed import axioms, objections, unaccepted
from symrnn.machine.build import TIME_LIMIT, Heard, compile_all
from symrnn.machine.cache import Cache
from symrnn.machine.jobs import Job, first_lines, job_of
from symrnn.machine.obligations import refusals
from symrnn.machine.prover import Outcome, Prover
from symrnn.machine.sources import Source
from symrnn.machine.stated import Slips
from symrnn.machine.together import answered, joined_of, together
from symrnn.theory.statement import Statement

MACHINE_CHECKED = "machine_checked"

SHOWN = 4
"""Objections that are named."""


@dataclass(frozen=True)
class PartChecked:
    """What came of one part: `closed`, or else why not.

    stated: whether there is a theorem for it, which then was refused.
    """

    label: str
    theorem: str
    why_not: str = ""
    stated: bool = True

    @property
    def closed(self) -> bool:
        """Whether the theorem proves the proposition that was printed."""
        return not self.why_not


@dataclass(frozen=True)
class FaultTried:
    """A wrong proposition, and whether the theorem was refused as its proof."""

    label: str
    slip: str
    refused: bool


@dataclass(frozen=True)
class Checked:
    """What the prover made of one statement.

    cached: whether all of it was accepted by an earlier run.
    seconds: of the prover, for the statement's own file.
    """

    name: str
    parts: tuple[PartChecked, ...]
    faults: tuple[FaultTried, ...] = ()
    axioms: tuple[str, ...] = ()
    seconds: float = 0.0
    cached: bool = False

    @property
    def graded(self) -> bool:
        """Whether every part is closed and every fault refused."""
        closed = bool(self.parts) and all(part.closed for part in self.parts)
        return closed and bool(self.faults) and all(fault.refused for fault in self.faults)

    @property
    def refuted(self) -> bool:
        """Whether a theorem did not close its part, or closed what it must not."""
        wrong = any(part.stated and not part.closed for part in self.parts)
        return wrong or any(not fault.refused for fault in self.faults)

    @property
    def theorems(self) -> tuple[str, ...]:
        """The theorems that closed a part."""
        return tuple(part.theorem for part in self.parts if part.closed)

    def record(self) -> dict[str, Any]:
        """As it stands in evidence.json."""
        return {
            "theorems": list(self.theorems),
            "open": {part.label: part.why_not for part in self.parts if not part.closed},
            "axioms": list(self.axioms),
            "faults": {
                "planted": len(self.faults),
                "refused": sum(fault.refused for fault in self.faults),
            },
        }


def machine_check(
    statements: Iterable[Statement],
    rnn: Network,
    sources: Mapping[str, Source],
    slips: Slips,
    prover: Prover,
    cache: Cache,
    *,
    workers: int | None = None,
    time_limit: float = TIME_LIMIT,
    heard: Heard = lambda outcome: None,
) -> dict[str, Checked]:
    """Print every part of every statement, and have each closed by its theorem.

    Args:
        statements: what to check.
        rnn: the recurrence they are about.
        sources: the Coq files of `proofs/coq` and of folders of proofs, by key.
        slips: wrong versions of a claim, each of which must be another proposition.
        prover, cache, workers, time_limit, heard: see `compile_all`.
    """
    jobs = {each.name: job_of(each, rnn, sources, slips) for each in statements}
    pending = {name: job for name, job in jobs.items() if job.closings}

    def ask(
        files: Mapping[str, Source], wanted: Iterable[str], time_limit: float = time_limit
    ) -> dict[str, Outcome]:
        return compile_all(
            {**sources, **files},
            wanted,
            prover,
            cache,
            workers=workers,
            time_limit=time_limit,
            heard=heard,
        )

    while pending:
        files = {file.key: file for job in pending.values() for file in job.files()}
        joined = joined_of(pending.values(), {**sources, **files})
        joint = together(pending.values(), joined)
        shared = {each.source.key: each.source for each in joint}
        # What stands for several files may take as long as they.
        most = time_limit * max((len(each.jobs) for each in joint), default=1)
        outcomes = answered(joint, ask({**files, **joined.sources, **shared}, shared, most))
        rest = [job for job in pending.values() if not job.answered(outcomes)]
        unasked = {file.key: None for job in rest for file in job.files()}
        outcomes |= ask(files, [key for key in unasked if key not in outcomes])
        pending = {name: job for name, job in pending.items() if job.learns(outcomes)}
    return {name: _checked(name, job) for name, job in jobs.items()}


def _checked(name: str, job: Job) -> Checked:
    """What is known once the prover has answered."""
    closing, compared = job.closing, job.compared
    why = "" if closing is None else _why_not(closing)
    parts = tuple(
        PartChecked(
            each.label,
            each.theorem,
            job.left_out.get(each.label, why),
            each.label not in job.unstated,
        )
        for each in job.parts.parts
    )
    if closing is None or why:
        return Checked(name, parts)
    caught = (False,) * len(job.faults)
    if compared is not None and compared.accepted:
        caught = refusals(compared.said, len(job.faults))
    faults = tuple(
        FaultTried(each.obligation.label, each.slip, refused)
        for each, refused in zip(job.faults, caught, strict=True)
    )
    asked = [each for each in (closing, compared) if each is not None]
    return Checked(
        name,
        parts,
        faults,
        axioms(closing.said) or (),
        sum(each.seconds for each in asked),
        all(each.cached for each in asked),
    )


def _why_not(closing: Outcome) -> str:
    """Why a file whose theorems close propositions proves nothing; empty where it does."""
    if not closing.accepted:
        return f"{closing.verdict.value}: {first_lines(closing.said)}"
    found = objections(closing.context)
    used = axioms(closing.said)
    if used is None:
        found.append("Coq printed no list of axioms")
    else:
        found += [f"the axiom {name} is none that may be used" for name in unaccepted(used)]
    return f"refused: {'; '.join(found[:SHOWN])}" if found else ""
