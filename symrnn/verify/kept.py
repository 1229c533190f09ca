"""Evidence that an earlier run found, kept in the user's cache folder.

Kept is complete evidence alone, of our own statements, by the content of the cell they are about;
what an earlier version of the program found, or one beside another SymPy or NumPy, is not found
again. A run in which a proof of a user's takes part keeps nothing: its code runs in our process.
What is asked to check (`symrnn check`, pytest) checks, and never asks here.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from sympy.external.gmpy import GROUND_TYPES

from symrnn import content, json_file
from symrnn.language.writing import text
from symrnn.theory.about import Subject
from symrnn.theory.folder import is_ours, lecture_folder
from symrnn.theory.statement import Statement
from symrnn.verify.evidence import ChainEvidence, Evidence
from symrnn.verify.explicit import Explicit
from symrnn.verify.faults import Fault
from symrnn.verify.sampling import Sampled

BESIDE = ("sympy", "mpmath", "numpy", "python-flint")
"""What computes beside the program."""


def default_folder() -> Path:
    """Where it is kept: in the user's cache folder, as the platform has it."""
    return user_cache_path("symrnn") / "evidence"


@dataclass(frozen=True)
class Kept:
    """Evidence in a folder, which is made when the first is kept."""

    folder: Path

    def find(
        self, statement: Statement, rnn: Subject, library: Mapping[str, Statement]
    ) -> Evidence | None:
        """What was found of a statement; None where nothing was kept, or it is damaged.

        Args:
            statement: what evidence is wanted for.
            rnn: the recurrence it is about.
            library: the statements it may use.
        """
        file = self._file(statement.of(rnn), rnn, library)
        try:
            record = json.loads("" if file is None else file.read_text(encoding="utf-8"))
            found = _read(statement.of(rnn), record)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        return found if found.complete else None

    def keep(self, evidence: Evidence, rnn: Subject, library: Mapping[str, Statement]) -> None:
        """Keep what was found, if it is complete and nobody else's code has run."""
        if not evidence.complete or evidence.earlier or not all(map(_ours, library.values())):
            return
        file = self._file(evidence.statement, rnn, library)
        if file is not None:
            # A folder that can not be written to is no error.
            with suppress(OSError, ValueError):
                json_file.keep(file, _record(evidence))

    def _file(
        self, statement: Statement, rnn: Subject, library: Mapping[str, Statement]
    ) -> Path | None:
        """Where it is kept; None for what rests on others than ours, or a cell without a key."""
        needed, pending = {statement.name: statement}, list(statement.uses)
        while pending:
            name = pending.pop()
            if name not in library:
                return None
            if name not in needed:
                needed[name] = library[name].of(rnn)
                pending += needed[name].uses
        if not all(map(_ours, needed.values())):
            return None
        try:
            return self.folder / f"{content.key((_program(), statement.name, _about(rnn)))}.json"
        except content.NoContentError:
            return None


def _ours(statement: Statement) -> bool:
    return is_ours(statement.file)


@lru_cache(maxsize=16)
def _about(rnn: Subject) -> str:
    """The key of a cell: one for all statements about it."""
    return content.key(rnn)


@cache
def _program() -> tuple[str, ...]:
    """Who found it: the program's text, its proofs', and what computes beside it."""
    proofs = lecture_folder()
    texts = [each.read_text(encoding="utf-8") for each in sorted(proofs.rglob("*.py"))]
    versions = [f"{name} {version(name)}" for name in BESIDE]
    beside = (platform.python_version(), platform.machine(), GROUND_TYPES, *versions)
    return content.program(), content.key(texts), *beside


def _record(evidence: Evidence) -> dict[str, Any]:
    return {
        "grades": evidence.grades,
        "chains": [asdict(each) for each in evidence.chains],
        "faults": [{**asdict(each), "claim": text(each.claim)} for each in evidence.faults],
        "counterexamples": evidence.counterexamples,
        "seconds": evidence.seconds,
    }


def _read(statement: Statement, record: dict[str, Any]) -> Evidence:
    """Evidence as `_record` has it; of a wrong claim the text.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is none.
    """
    chains = [
        ChainEvidence(
            str(each["label"]),
            int(each["steps"]),
            Sampled(**each["sampled"]),
            Explicit(**each["explicit"]),
        )
        for each in record["chains"]
    ]
    faults = [
        Fault(str(each["slip"]), str(each["claim"]), tuple(map(str, each["caught_by"])))
        for each in record["faults"]
    ]
    shown = [(str(name), str(shows)) for name, shows in record["counterexamples"]]
    return Evidence(
        statement,
        tuple(map(str, record["grades"])),
        tuple(chains),
        tuple(faults),
        tuple(shown),
        float(record["seconds"]),
        earlier=True,
    )
