"""Statements checked by the workers of a cluster, one task for each.

A worker is sent the proof files themselves and what they are about, so that it needs nothing but
symrnn of the same version. What it runs is the code of these files, and what it sends back is
believed, of the claims that stand here: the cluster is the user's own.
"""

from __future__ import annotations

import linecache
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from symrnn.cluster import connected, found_by, package
from symrnn.errors import EvidenceError
from symrnn.language.writing import text
from symrnn.theory.about import Subject
from symrnn.theory.graph import in_order
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.verify.evidence import Evidence, findings, gather, longest_first, lost
from symrnn.version import __version__


@dataclass(frozen=True)
class Proofs:
    """Proof files by name and content, each with the statements of it that are wanted.

    names: the statements of all of them, each after those it uses.
    """

    files: tuple[tuple[str, bytes, frozenset[str]], ...]
    names: tuple[str, ...]


def proofs_of(library: Mapping[str, Statement]) -> Proofs:
    """The files in which statements are declared, as they are now."""
    declared: dict[Path, set[str]] = {}
    for name, each in library.items():
        declared.setdefault(each.file, set()).add(name)
    files = ((file.name, file.read_bytes(), frozenset(names)) for file, names in declared.items())
    return Proofs(tuple(files), tuple(library))


def gather_elsewhere(
    statements: Iterable[Statement],
    rnn: Subject,
    library: Mapping[str, Statement],
    address: str,
    progress: Callable[[str], None] = lambda name: None,
) -> list[Evidence]:
    """Evidence for each statement, in the order given, as `gather_all` finds it.

    Args:
        statements: what to check.
        rnn: the recurrence they are about.
        library: the statements they may use.
        address: of a Dask scheduler, as tcp://host:8786.
        progress: hears each name when its evidence is there.

    Raises:
        IllFormedError: the scheduler can not be reached, has no workers, or these have another
            version of symrnn.
        NotSupportedError: Dask is missing.
    """
    chosen = [statement.of(rnn) for statement in statements]
    proofs = proofs_of(library)
    found: dict[int, dict[str, Any] | None] = {}
    with connected(address) as client:
        # A task of its own: what was scattered is lost with the worker that holds it.
        sent = client.submit(_together, proofs, rnn, pure=False)
        asked = {
            client.submit(task, sent, chosen[number].name, pure=False): number
            for number in longest_first(chosen, rnn)
        }
        for future in package("distributed").as_completed(list(asked), with_results=False):
            number = asked[future]
            found[number] = found_by(future)
            progress(chosen[number].name)
    results = ((each, found[number]) for number, each in enumerate(chosen))
    return [lost(each) if known is None else believed(each, rnn, known) for each, known in results]


def believed(statement: Statement, rnn: Subject, known: Mapping[str, Any]) -> Evidence:
    """What a worker found, if it is about the claims that are made here.

    A proof file may claim one thing there and another here.
    """
    found = {key: each for key, each in known.items() if key != _CLAIMS}
    if found["failure"] is not None or known[_CLAIMS] == _claims(statement, rnn):
        return Evidence(statement, **found)
    failure = EvidenceError(
        f"what the worker checked of `{statement.name}` is not what it claims here",
        {"here": "; ".join(_claims(statement, rnn)), "there": "; ".join(known[_CLAIMS])},
    )
    return Evidence(statement, (), failure=failure)


_CLAIMS = "claims"


def _claims(statement: Statement, rnn: Subject) -> list[str]:
    """What its parts say, with what they assume."""
    relations = ((part.claim, *part.given) for part in statement.parts(rnn))
    return [", ".join(map(text, each)) for each in relations]


def _together(proofs: Proofs, rnn: Subject) -> tuple[Proofs, Subject]:
    return proofs, rnn


def task(sent: tuple[Proofs, Subject], name: str) -> tuple[str, dict[str, Any]]:
    """What a worker does: check one statement. Returns its version of symrnn and what it found."""
    proofs, rnn = sent
    # A worker may have many threads; a statement that is being proved is marked, and mpmath's
    # precision is one for all.
    with _ALONE:
        library = {each: statement.of(rnn) for each, statement in _read(proofs).items()}
        found = findings(gather(library[name], rnn, library))
        if found["failure"] is None:
            found[_CLAIMS] = _claims(library[name], rnn)
        return __version__, found


_ALONE = threading.Lock()


@lru_cache(maxsize=4)
def _read(proofs: Proofs) -> dict[str, Statement]:
    """The statements of proof files that were sent; a name may be in several folders.

    A worker may be ended at any time: no file is left lying, and what fails is told with its line
    all the same.
    """
    found: dict[str, Statement] = {}
    with tempfile.TemporaryDirectory(prefix="symrnn-") as folder:
        for number, (name, content, wanted) in enumerate(proofs.files):
            file = Path(folder) / str(number) / name
            file.parent.mkdir()
            file.write_bytes(content)
            read = load([file], alone=True)
            found |= {key: each for key, each in read.items() if key in wanted}
            # Without a time of change the lines stay when the file is gone.
            lines = linecache.getlines(str(file))
            linecache.cache[str(file)] = (len(content), None, lines, str(file))
    ordered = in_order({name: found[name] for name in proofs.names})
    return {each.name: each for each in ordered}
