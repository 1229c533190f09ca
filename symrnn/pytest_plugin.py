"""Proof files as tests: one test for each statement and grade.

A folder of proofs opts in with a `conftest.py` that holds
`from symrnn.pytest_plugin import pytest_collect_file`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from symrnn.cells.network import Network
from symrnn.errors import SymrnnError
from symrnn.theory.about import EXAMPLES
from symrnn.theory.library import declared, proof_files, with_used
from symrnn.theory.statement import Statement
from symrnn.verify.evidence import GRADES, grade, plant_all, require_caught

LINES, WIDTH = 12, 400

_Files = tuple[dict[Path, dict[str, Statement]], dict[Path, SymrnnError]]
_FOLDERS = pytest.StashKey[dict[Path, _Files]]()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a proof file: any `*.py` but `conftest.py`, test files and private ones."""
    skipped = file_path.name.startswith(("_", "conftest", "test_"))
    if file_path.suffix != ".py" or skipped:
        return None
    return ProofFile.from_parent(parent, path=file_path)


class ProofFile(pytest.File):
    """A proof file; its statements are the tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each statement × grade, one for its counterexamples, one for its slips.

        Likewise for a cell of each other kind of which it says something else.
        """
        own, beside = self._declared()
        library = with_used(own, beside)
        for name, statement in own.items():
            for cell, rnn in _told_apart(statement).items():
                about = f"{name} {cell}".strip()
                checks: dict[str, Callable[[], None]] = {
                    which: partial(grade, which, library[name], rnn, library) for which in GRADES
                }
                checks["counterexamples"] = partial(_counterexamples, library[name].of(rnn))
                checks["slips"] = partial(_slips, library[name], rnn, library)
                for which, check in checks.items():
                    yield ProofItem.from_parent(self, name=f"{about}[{which}]", check=check)

    def _declared(self) -> tuple[dict[str, Statement], dict[str, Statement]]:
        """What the file declares, and what the files of its folder do; each is read once."""
        folders = self.session.stash.setdefault(_FOLDERS, {})
        if self.path.parent not in folders:
            folders[self.path.parent] = declared(proof_files(self.path.parent))
        found, broken = folders[self.path.parent]
        if self.path in broken:
            raise broken[self.path]
        return found[self.path], {
            name: each for own in found.values() for name, each in own.items()
        }


def _told_apart(statement: Statement) -> dict[str, Network]:
    """Cells of every kind, of those of which it says the same the first; that has no name."""
    found: dict[int, tuple[str, Network]] = {}
    for place, (cell, build) in enumerate(EXAMPLES.items()):
        if statement.applies(rnn := build()).holds:
            found.setdefault(id(statement.of(rnn)), (cell if place else "", rnn))
    return dict(found.values())


class ProofItem(pytest.Item):
    """One check of one statement."""

    def __init__(self, *, check: Callable[[], None], **rest: Any) -> None:
        super().__init__(**rest)
        self.check = check

    def runtest(self) -> None:
        """Run it; an error of the check is the failure."""
        self.check()

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What `symrnn check` says, without Python's way to it."""
        if isinstance(excinfo.value, SymrnnError):
            return shortened(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the statement stands."""
        return self.path, None, self.name


def _counterexamples(statement: Statement) -> None:
    for each in statement.counterexamples:
        each.witness()  # one that refutes nothing is refused where it is made


def _slips(statement: Statement, rnn: Network, library: Mapping[str, Statement]) -> None:
    require_caught(statement.name, plant_all(statement, rnn, library))


def shortened(error: SymrnnError) -> str:
    """An error's message in at most `LINES` lines of at most `WIDTH` characters."""
    lines = [
        line if len(line) <= WIDTH else line[: WIDTH - 1] + "…" for line in str(error).splitlines()
    ]
    return "\n".join(lines if len(lines) <= LINES else [*lines[: LINES - 1], "  …"])
