"""Proof files of which some are broken: what can be checked is, and the rest is named.

A file that Python can not read, a statement that can not be built, one that uses such a statement
or itself: none of them takes the results of the others with it. So it is with those that speak of
other cells: they are named, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from symrnn.errors import IllFormedError, SymrnnError
from symrnn.theory.about import Subject
from symrnn.theory.applicable import Asides, speaking
from symrnn.theory.blame import running
from symrnn.theory.graph import in_order
from symrnn.theory.library import declared, load, proof_files, with_used
from symrnn.theory.statement import Statement

Broken = dict[str, SymrnnError]
"""Errors by the name of the file or of the statement."""


def salvage(
    paths: Sequence[Path] | None, rnn: Subject
) -> tuple[dict[str, Statement], Broken, Asides]:
    """The statements that can be checked, each after those it uses; what is broken; and which do
    not speak of the cell.

    Args:
        paths: as of `symrnn.theory.library.load`.
        rnn: the recurrence they are to be built for.

    Raises:
        SymrnnError: a path is not there, or holds no statement.
    """
    broken: Broken = {}
    try:
        statements = load(paths)
    except SymrnnError as error:
        statements = _one_by_one(error, paths, broken)
    spoken, asides = speaking(statements, rnn)
    for name, statement in spoken.items():
        try:
            with running(statement.file):
                statement.parts(rnn)
        except SymrnnError as error:
            broken[name] = error
    library = {name: each for name, each in spoken.items() if name not in broken}
    return _without_dependants(library, broken), broken, asides


def _one_by_one(
    whole: SymrnnError, paths: Sequence[Path] | None, broken: Broken
) -> dict[str, Statement]:
    if paths is None or not all(Path(path).exists() for path in paths):
        raise whole
    by_file, refused = declared(file for path in paths for file in proof_files(path))
    broken.update({file.name: error for file, error in refused.items()})
    return with_used({name: each for own in by_file.values() for name, each in own.items()})


def _without_dependants(library: dict[str, Statement], broken: Broken) -> dict[str, Statement]:
    """Those that use none that is missing, and are in no circle, in order."""
    while True:
        lost = {
            name: missing
            for name, each in library.items()
            for missing in each.uses
            if missing not in library
        }
        if not lost:
            break
        for name, missing in lost.items():
            broken[name] = IllFormedError(
                f"`{name}` uses `{missing}`, which is not there or is broken",
                {"expected": ", ".join(library), "got": missing},
            )
        library = {name: each for name, each in library.items() if name not in lost}
    try:
        return {each.name: each for each in in_order(library)}
    except IllFormedError as error:
        circle = set(str(error.detail.get("cycle", "")).split(" → "))
        broken.update(dict.fromkeys(sorted(circle & library.keys()), error))
        rest = {name: each for name, each in library.items() if name not in circle}
        return _without_dependants(rest, broken) if len(rest) < len(library) else {}
