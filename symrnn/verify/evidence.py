"""Evidence: every grade filled by running it, for one statement after another."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from symrnn.errors import EvidenceError, SymrnnError
from symrnn.language.relations import Inequality, Relation
from symrnn.language.writing import text
from symrnn.theory.about import Subject
from symrnn.theory.blame import running
from symrnn.theory.derivation import Derivation, Induction
from symrnn.theory.intact import guarded
from symrnn.theory.part import Part
from symrnn.theory.rules import algebra
from symrnn.theory.statement import Statement
from symrnn.verify.certified import certify
from symrnn.verify.explicit import Explicit, write_out
from symrnn.verify.faults import Fault, plant
from symrnn.verify.processes import LOST, can_fork, share
from symrnn.verify.sampled import sample
from symrnn.verify.sampling import Sampled

GRADES = ("sampled", "explicit", "derived")
"""Weakest first; every statement has to reach these."""
CERTIFIED = "certified"
"""Further for inequalities in one real variable, where ball arithmetic encloses all of them."""


@dataclass(frozen=True)
class ChainEvidence:
    """What was run for one chain of a part: its steps, entries and points."""

    label: str
    steps: int
    sampled: Sampled
    explicit: Explicit


@dataclass(frozen=True)
class KernelProof:
    """What a proof assistant's kernel accepted: the theorems, by name, and the axioms they use."""

    theorems: tuple[str, ...]
    axioms: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What was run for one statement.

    grades: only those that every part passed.
    residual: the largest relative disagreement any sampled equality showed.
    seconds: wall time of all checks.
    kernel: where a proof assistant was asked as well, and accepted every part.
    earlier: whether an earlier run of this very program found it, see `verify.kept`.
    """

    statement: Statement
    grades: tuple[str, ...]
    chains: tuple[ChainEvidence, ...] = ()
    faults: tuple[Fault, ...] = ()
    counterexamples: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    failure: SymrnnError | None = field(default=None, compare=False)
    kernel: KernelProof | None = None
    earlier: bool = field(default=False, compare=False)

    @property
    def residual(self) -> float:
        """The largest relative disagreement of an equality."""
        return max((chain.sampled.residual for chain in self.chains), default=0.0)

    @property
    def complete(self) -> bool:
        """Whether every grade was reached, every fault caught and every counterexample works."""
        return (
            self.failure is None
            and self.grades[: len(GRADES)] == GRADES
            and bool(self.faults)
            and all(fault.caught for fault in self.faults)
            and len(self.counterexamples) == len(self.statement.counterexamples)
        )

    @property
    def points(self) -> dict[str, dict[str, int]]:
        """How many points the checks by values tried, and how many met the hypotheses."""
        sampled = [chain.sampled for chain in self.chains]
        explicit = [chain.explicit for chain in self.chains]
        return {
            "sampled": {
                "tried": sum(each.tried for each in sampled),
                "met": sum(each.points for each in sampled),
                "orderings": sum(each.moments for each in sampled),
            },
            "explicit": {
                "tried": sum(each.tried for each in explicit),
                "met": sum(each.points + each.boundary for each in explicit),
                "orderings": sum(each.moments for each in explicit),
                "as symbols": sum(each.symbolic for each in explicit),
            },
        }

    def record(self) -> dict[str, Any]:
        """As it stands in evidence.json."""
        return {
            "name": self.statement.name,
            "title": self.statement.title,
            "grades": list(self.grades),
            "uses": list(self.statement.uses),
            "residual": self.residual,
            "points": self.points,
            "faults": {
                "planted": len(self.faults),
                "caught": sum(fault.caught for fault in self.faults),
            },
            "counterexamples": [
                {"name": name, "shows": shows} for name, shows in self.counterexamples
            ],
            "seconds": round(self.seconds, 3),
            **({"earlier": True} if self.earlier else {}),
            **({} if self.kernel is None else {"kernel": asdict(self.kernel)}),
            **({} if self.failure is None else {"failure": failure_record(self.failure)}),
        }


def failure_record(error: SymrnnError) -> dict[str, Any]:
    """Why a check failed, as it stands in JSON: the kind of error, what it says, and of what."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "detail": {key: str(value) for key, value in error.detail.items()},
    }


def gather(
    statement: Statement, rnn: Subject, library: Mapping[str, Statement], faults: int = 1
) -> Evidence:
    """Run every grade for a statement; the first failure ends it and is kept.

    No grade is given before the slips were judged: a check that accepts a wrong claim as well has
    shown nothing.

    Args:
        statement: what to check; its form for the cell, where it has several.
        rnn: the recurrence it is about.
        library: the statements it may use.
        faults: how many slips to plant in each part.
    """
    started = time.perf_counter()
    statement = statement.of(rnn)
    passed: list[str] = []
    chains: list[ChainEvidence] = []
    planted: tuple[Fault, ...] = ()
    shown: list[tuple[str, str]] = []
    failure: SymrnnError | None = None
    try:
        with guarded(statement.file), _told(statement):
            for number, part in enumerate(statement.parts(rnn)):
                chains.extend(_part(statement, part, rnn, library, number))
            certified = certify(statement.parts(rnn))
            shown = [(each.name, each.witness().shows) for each in statement.counterexamples]
            planted = plant_all(statement, rnn, library, faults)
            require_caught(statement.name, planted)
            passed = [*GRADES, *([CERTIFIED] if certified else [])]
    except SymrnnError as error:
        failure, passed = error, []
    seconds = time.perf_counter() - started
    return Evidence(
        statement, tuple(passed), tuple(chains), planted, tuple(shown), seconds, failure
    )


@contextmanager
def _told(statement: Statement) -> Iterator[None]:
    """While one statement is checked: whatever is raised is its failure, and nobody else's.

    Raises:
        SymrnnError: for an error of Python's as well.
    """
    try:
        with running(statement.file):
            yield
    except SymrnnError:
        raise
    # What broke here must not take the other statements' results with it.
    except Exception as error:
        *_, frame = traceback.extract_tb(error.__traceback__)
        raise EvidenceError(
            f"the check of `{statement.name}` broke: {type(error).__name__}: {error}",
            {"in": f"{Path(frame.filename).name}, line {frame.lineno}"},
        ) from error


def require_caught(name: str, planted: Sequence[Fault]) -> None:
    """Raise unless slips were planted, and all of them refused.

    Raises:
        EvidenceError: naming the first slip that was not, its claim, and who did refuse it.
    """
    if not planted:
        raise EvidenceError(
            f"no slip could be planted in `{name}`", {"expected": "a claim that can be wrong"}
        )
    alive = [fault for fault in planted if not fault.caught]
    if alive:
        raise EvidenceError(
            f"a wrong version of `{name}` was not refused: {alive[0].slip}",
            {
                "claim": text(alive[0].claim),
                "refused by": ", ".join(alive[0].caught_by) or "(no check)",
                "expected": "derived, and sampled or explicit",
                "slips": f"{len(planted) - len(alive)} of {len(planted)} refused",
            },
        )


def plant_all(
    statement: Statement, rnn: Subject, library: Mapping[str, Statement], faults: int = 1
) -> tuple[Fault, ...]:
    """Slips planted in every part, and which checks refused them; arguments as of `gather`."""
    statement = statement.of(rnn)
    return tuple(
        fault
        for number, part in enumerate(statement.parts(rnn))
        for fault in plant(
            part, rnn, statement.context(rnn, library, number), _label(statement, part), faults
        )
    )


def gather_all(
    statements: Iterable[Statement],
    rnn: Subject,
    library: Mapping[str, Statement],
    progress: Callable[[str], None] = lambda name: None,
    workers: int = 1,
) -> list[Evidence]:
    """Evidence for each statement, in the order given; `progress` hears each name first.

    Args:
        statements: what to check.
        rnn: the recurrence they are about.
        library: the statements they may use.
        progress: called in this process.
        workers: processes to share the work between, where they can be forked. What is found does
            not depend on it.

    Raises:
        ProofFileError: where the code of a statement raises an error of Python's.
    """
    chosen = [statement.of(rnn) for statement in statements]
    # A statement that can not be built is no failed check: nothing is checked then.
    for each in chosen:
        with running(each.file):
            each.parts(rnn)
    if workers <= 1 or len(chosen) <= 1 or not can_fork():
        found = []
        for statement in chosen:
            progress(statement.name)
            found.append(gather(statement, rnn, library))
        return found

    def work(number: int) -> dict[str, Any]:
        return findings(gather(chosen[number], rnn, library))

    order = longest_first(chosen, rnn)
    heard = share(work, order, workers, lambda number: progress(chosen[number].name))
    shared = dict(heard)
    return [
        lost(each) if shared[number] is LOST else Evidence(each, **shared[number])
        for number, each in enumerate(chosen)
    ]


def findings(evidence: Evidence) -> dict[str, Any]:
    """What one process tells another: all but the statement, which holds functions."""
    names = (each.name for each in fields(evidence) if each.name != "statement")
    return {name: getattr(evidence, name) for name in names}


def longest_first(statements: Sequence[Statement], rnn: Subject) -> list[int]:
    """Numbers of statements, so that no process is left with the longest at the end.

    Raises:
        ProofFileError: where the code of a statement raises an error of Python's.
    """
    steps = []
    for each in statements:
        with running(each.file):
            parts = each.parts(rnn)
        steps.append(sum(len(chain.steps) for part in parts for _, chain, _ in part.proof.chains))
    return sorted(range(len(statements)), key=lambda number: -steps[number])


def lost(statement: Statement) -> Evidence:
    """Of a statement whose process ended before its work did: nothing is known."""
    failure = EvidenceError(
        f"the process that checked `{statement.name}` ended before its work did, again and again",
        {"found": "nothing, neither for it nor against it", "likely": "out of memory"},
    )
    return Evidence(statement, (), failure=failure)


def grade(which: str, statement: Statement, rnn: Subject, library: Mapping[str, Statement]) -> None:
    """Run one grade for a statement; raises where it is not reached."""
    if which == "derived":
        statement.check(rnn, library)
        return
    run = sample if which == "sampled" else write_out
    for part in statement.parts(rnn):
        for caption, chain, facts in part.proof.chains:
            run(chain, rnn, f"{_label(statement, part)} {caption}".strip(), facts)
        for chain in _whole(part):
            run(chain, rnn, _label(statement, part), part.given)


def _label(statement: Statement, part: Part) -> str:
    return f"{statement.name}, {part.label}" if part.label else statement.name


def _part(
    statement: Statement, part: Part, rnn: Subject, library: Mapping[str, Statement], number: int
) -> list[ChainEvidence]:
    name = _label(statement, part)
    statement.theorem(rnn, library, number)
    found = []
    for caption, chain, facts in part.proof.chains:
        label = f"{name} ({caption})" if caption else name
        explicit = write_out(chain, rnn, label, facts)
        sampled = sample(chain, rnn, label, facts)
        found.append(ChainEvidence(label, len(chain.steps), sampled, explicit))
    for chain in _whole(part):
        write_out(chain, rnn, name, part.given)
        sample(chain, rnn, name, part.given)
    return found


def _whole(part: Part) -> tuple[Derivation, ...]:
    """The claim itself, in one line, where no chain leads from its one side to the other.

    An induction's base case and step may both hold where the claim does not.
    """
    claim = part.claim
    if not isinstance(part.proof, Induction) or not isinstance(claim, Relation):
        return ()
    start = Derivation(claim.lhs, cell=part.cell)
    step = start.at_most if isinstance(claim, Inequality) else start.equals
    return (step(claim.rhs, algebra),)
