"""The prover's verdicts on a library of statements, joined to the evidence of the other checks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sympy

from symrnn.cells.network import Network
from symrnn.enclosure import Certificate
from symrnn.language.relations import Limit
from symrnn.lecture.progress import Progress, silent
from symrnn.machine.build import Heard
from symrnn.machine.cache import Cache, default_folder
from symrnn.machine.evidence import MACHINE_CHECKED, Checked, machine_check
from symrnn.machine.folders import both, read_folder
from symrnn.machine.prover import Outcome, Prover
from symrnn.machine.slopes import SlopeProof, prove_slope
from symrnn.machine.sources import Source, read_sources
from symrnn.theory.folder import lecture_folder
from symrnn.theory.statement import Statement
from symrnn.verify.claim_slips import slips
from symrnn.verify.evidence import Evidence, KernelProof

FOLDER = "coq"
"""Where a folder of proofs keeps its Coq files."""


def theorems(folders: Iterable[Path] = ()) -> dict[str, Source]:
    """The Coq files of the lecture, and of folders of proofs beside it.

    Files of a folder have a library of their own: none can stand in for one of the lecture's.
    """
    found: dict[str, Source] = {}
    for folder in dict.fromkeys(each.resolve() for each in folders):
        if (folder / FOLDER).is_dir() and folder != lecture_folder().resolve():
            found = both(found, read_folder(folder / FOLDER))
    return {**read_sources(lecture_folder() / FOLDER), **found}


def ask_prover(
    library: Mapping[str, Statement],
    rnn: Network,
    prover: Prover,
    progress: Progress = silent,
    folders: Iterable[Path] = (),
    cache: Path | None = None,
) -> dict[str, Checked]:
    """Have Coq close every statement it has a theorem for, and refuse the slips planted in it.

    Args:
        library: the statements.
        rnn: what they are about, with unknown functions.
        prover: Coq.
        progress: hears which file is done.
        folders: folders of proofs that bring theorems of their own, in `coq/`.
        cache: where results are kept; in the user's cache folder by default.
    """
    heard = _listener(progress)
    kept = Cache(cache or default_folder())
    sources = theorems(folders)
    return machine_check(
        library.values(),
        rnn,
        sources,
        wrong_versions,
        prover,
        kept,
        heard=heard,
    )


def wrong_versions(claim: Any) -> Iterator[tuple[str, Any]]:
    """A claim made wrong by one slip at a time; of a limit, where it goes."""
    if isinstance(claim, Limit):
        elsewhere = 0 if claim.rhs is sympy.oo else claim.rhs + 1
        yield "another limit", Limit(claim.lhs, claim.variable, elsewhere)
    else:
        yield from slips(claim)


def _listener(progress: Progress) -> Heard:
    done = itertools.count(1)

    def heard(outcome: Outcome) -> None:
        progress(f"Coq: {outcome.stem} {outcome.verdict.value}", next(done), 0)

    progress("Coq", 0, 0)
    return heard


def with_verdicts(
    evidence: Sequence[Evidence], checked: Mapping[str, Checked]
) -> tuple[Evidence, ...]:
    """The evidence, with the highest grade where every part of a statement was accepted."""
    return tuple(_with(each, checked[each.statement.name]) for each in evidence)


def _with(evidence: Evidence, checked: Checked) -> Evidence:
    if not checked.graded or evidence.failure is not None:
        return evidence
    proof = KernelProof(checked.theorems, checked.axioms)
    return replace(evidence, grades=(*evidence.grades, MACHINE_CHECKED), kernel=proof)


def ask_about_slope(
    found: Certificate, prover: Prover, progress: Progress = silent, cache: Path | None = None
) -> SlopeProof:
    """Have Coq prove an activation's derivative, and a bound at or just above its γ."""
    heard = _listener(progress)
    gamma = None if found.lower is None or found.upper is None else (found.lower, found.upper)
    kept = Cache(cache or default_folder())
    return prove_slope(found.activation, gamma, theorems(), prover, kept, heard)
