"""What the prover accepted of each statement: parts closed, faults refused, axioms used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy

from symrnn.errors import NotSupportedError
from symrnn.language.notation import ELMAN
from symrnn.language.time import TimeVector
from symrnn.machine.build import TIME_LIMIT, Heard, compile_all
from symrnn.machine.cache import Cache
from symrnn.machine.names import claims_stem, theorem_name
from symrnn.machine.obligations import (
    Obligation,
    ObligationFile,
    Planted,
    axioms,
    obligation_file,
    refusals,
)
from symrnn.machine.propositions import proposition
from symrnn.machine.prover import Outcome, Prover
from symrnn.machine.real_claims import is_real
from symrnn.machine.sources import Source
from symrnn.recurrence.elman import RNN
from symrnn.theory.statement import Part, Statement

MACHINE_CHECKED = "machine_checked"
DROPPED = "a hypothesis dropped"

Slips = Callable[[Any], Iterable[tuple[str, Any]]]
"""From a claim to wrong versions of it, each with the name of the slip."""


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
    rnn: RNN,
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
        sources: the Coq files of `proofs/coq`, by stem.
        slips: wrong versions of a claim, each of which its theorem must refuse to prove.
        prover, cache, workers, time_limit, heard: see `compile_all`.
    """
    jobs = {each.name: _job(each, rnn, sources, slips) for each in statements}
    outcomes: dict[str, Outcome] = {}
    pending = {name for name, job in jobs.items() if job.obligations}
    while pending:
        files = {name: jobs[name].file for name in sorted(pending)}
        stems = {file.source.stem: file.source for file in files.values()}
        found = compile_all(
            {**sources, **stems},
            stems,
            prover,
            cache,
            workers=workers,
            time_limit=time_limit,
            heard=heard,
        )
        pending = set()
        for name, file in files.items():
            outcomes[name] = found[file.source.stem]
            smaller = jobs[name].without_refused(file, outcomes[name])
            if smaller is not None:
                jobs[name] = smaller
                pending |= {name} if smaller.obligations else set()
    return {name: job.checked(outcomes.get(name)) for name, job in jobs.items()}


@dataclass(frozen=True)
class _Job:
    """One statement on its way through the prover."""

    name: str
    theorems: Mapping[str, str]  # by label
    obligations: tuple[Obligation, ...]
    planted: tuple[Planted, ...]
    left_out: Mapping[str, str]
    unstated: frozenset[str]
    reals: bool

    @property
    def file(self) -> ObligationFile:
        labels = {each.label for each in self.obligations}
        planted = [each for each in self.planted if each.obligation.label in labels]
        return obligation_file(self.name, self.obligations, planted, self.reals)

    def without_refused(self, file: ObligationFile, outcome: Outcome) -> _Job | None:
        """The job without the part at whose closing line the prover stopped; None if it did not."""
        refused = file.closing.get(outcome.line or 0)
        if outcome.accepted or refused is None:
            return None
        rest = tuple(each for each in self.obligations if each is not refused)
        why = f"{outcome.verdict.value}: {_first_lines(outcome.said)}"
        return replace(self, obligations=rest, left_out={**self.left_out, refused.label: why})

    def checked(self, outcome: Outcome | None) -> Checked:
        """What is known once the prover has answered."""
        accepted = outcome is not None and outcome.accepted
        wrong = ""
        if outcome is not None and not accepted:
            wrong = f"{outcome.verdict.value}: {_first_lines(outcome.said)}"
        parts = tuple(
            PartChecked(label, theorem, self.left_out.get(label, wrong), label not in self.unstated)
            for label, theorem in self.theorems.items()
        )
        if outcome is None or not accepted:
            return Checked(self.name, parts)
        planted = self.file.planted
        caught = refusals(outcome.said, len(planted))
        faults = tuple(
            FaultTried(each.obligation.label, each.slip, refused)
            for each, refused in zip(planted, caught, strict=True)
        )
        used = axioms(outcome.said)
        return Checked(self.name, parts, faults, used, outcome.seconds, outcome.cached)


def _job(statement: Statement, rnn: RNN, sources: Mapping[str, Source], slips: Slips) -> _Job:
    claims = sources.get(claims_stem(statement.name))
    stated = set(claims.theorems) if claims is not None else set()
    obligations: list[Obligation] = []
    planted: list[Planted] = []
    left_out: dict[str, str] = {}
    parts = statement.parts(rnn)
    theorems = {part.label: _theorem(statement, part, rnn) for part in parts}
    for part in parts:
        name = theorems[part.label]
        about = part.cell or rnn
        try:
            printed = proposition(part.claim, part.given, about)
        except NotSupportedError as error:
            left_out[part.label] = error.message
            continue
        if name not in stated:
            left_out[part.label] = "no theorem yet"
            continue
        obligations.append(Obligation(part.label, name, printed))
        planted += _planted(part, name, printed, about, slips)
    unstated = frozenset(left_out)
    reals = all(is_real(part.claim) for part in parts)
    return _Job(
        statement.name, theorems, tuple(obligations), tuple(planted), left_out, unstated, reals
    )


def _theorem(statement: Statement, part: Part, rnn: RNN) -> str:
    """The name of a part's theorem; what speaks of no run is one theorem for all cells."""
    runs = any(node.has(TimeVector) for node in (part.claim, *part.given))
    return theorem_name(statement.name, part.label, rnn.cell if runs and not part.cell else ELMAN)


def _planted(part: Part, theorem: str, printed: str, rnn: RNN, slips: Slips) -> list[Planted]:
    found = []
    wrong = [(slip, claim, part.given) for slip, claim in slips(part.claim)]
    wrong += [(DROPPED, part.claim, given) for given in _fewer(part.given)]
    for slip, claim, given in wrong:
        try:
            text = proposition(claim, given, rnn)
        except NotSupportedError:
            continue  # what has no Coq form can be claimed by no theorem
        if text != printed:
            found.append(Planted(slip, Obligation(part.label, theorem, text)))
    return found


def _fewer(given: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    facts = tuple(dict.fromkeys(fact for fact in given if fact is not sympy.true))
    for place in range(len(facts)):
        yield facts[:place] + facts[place + 1 :]


def _first_lines(said: str) -> str:
    return " ".join(said.split())[:300]
