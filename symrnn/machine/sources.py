"""Coq files and what they require of each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from symrnn.errors import IllFormedError

LIBRARY = "symrnn"
"""The logical name under which our own files are known to Coq."""

CLAIMS = "claims"
"""The logical name of the propositions that are printed when a statement is checked."""

USER = "user"
"""The logical name of the files of a folder of proofs: none of them can be taken for ours."""

CLOSED = "closed"
"""The logical name of the files in which theorems close propositions."""

INSTANCES = "instances"
"""The logical name of the files that prove propositions about a printed cell, from what holds of
any."""

COMPARED = "compared"
"""The logical name of the files in which slips are compared with propositions: nothing is proved in
them."""

_COMMENT = re.compile(r"\(\*|\*\)")
_REQUIRE = re.compile(
    rf"From\s+({LIBRARY}|{CLAIMS}|{USER}|{INSTANCES})\s+Require\s+(?:Import\s+|Export\s+)?([\w\s]+)\."
)
_THEOREM = re.compile(r"^\s*(?:Theorem|Lemma|Corollary|Proposition|Fact)\s+(\w+)", re.MULTILINE)


def key_of(library: str, stem: str) -> str:
    """The name of a file among all: its stem where it is ours, else with its library before it."""
    return stem if library == LIBRARY else f"{library}.{stem}"


@dataclass(frozen=True)
class Source:
    """One Coq file: its stem, its text, and the library to which it belongs.

    flaw: why it is not given to Coq at all; empty where it is.
    """

    stem: str
    text: str
    library: str = LIBRARY
    flaw: str = ""

    @property
    def key(self) -> str:
        """Its name among all files."""
        return key_of(self.library, self.stem)

    @property
    def module(self) -> str:
        """Its name for Coq."""
        return f"{self.library}.{self.stem}"

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """Keys of the files that it loads: `From symrnn Require Import …`."""
        found = (
            key_of(library, stem)
            for library, stems in _REQUIRE.findall(self._bare)
            for stem in stems.split()
        )
        return tuple(dict.fromkeys(found))

    @cached_property
    def theorems(self) -> tuple[str, ...]:
        """The names of the theorems it states."""
        return tuple(_THEOREM.findall(self._bare))

    @cached_property
    def _bare(self) -> str:
        return without_comments(self.text)


def without_comments(text: str) -> str:
    """Coq text without its comments, which nest."""
    kept, depth, start = [], 0, 0
    for found in _COMMENT.finditer(text):
        if found.start() < start:
            continue
        if depth == 0:
            kept.append(text[start : found.start()])
        depth = max(0, depth + (1 if found.group() == "(*" else -1))
        start = found.end()
    if depth == 0:
        kept.append(text[start:])
    return "".join(kept)


def read_sources(folder: Path) -> dict[str, Source]:
    """Our Coq files in a folder and in the folders in it, by key.

    Raises:
        IllFormedError: two files have one stem.
    """
    found: dict[str, Source] = {}
    for path in sorted(folder.rglob("*.v")):
        source = Source(path.stem, path.read_text(encoding="utf-8"))
        if source.key in found:
            raise IllFormedError(
                "two Coq files have one name", {"name": path.name, "in": str(folder)}
            )
        found[source.key] = source
    return found


def in_order(sources: Mapping[str, Source], wanted: Iterable[str]) -> list[Source]:
    """The sources wanted and what they require, each after those it requires.

    Raises:
        IllFormedError: a file requires one that is not there, or, through others, itself.
    """
    graph: dict[str, tuple[str, ...]] = {}
    pending = list(wanted)
    while pending:
        key = pending.pop()
        if key in graph:
            continue
        if key not in sources:
            raise IllFormedError(
                f"no Coq file {key}.v", {"required by": _requiring(key, graph) or "the caller"}
            )
        graph[key] = sources[key].requires
        pending.extend(graph[key])
    try:
        return [sources[key] for key in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise IllFormedError(
            "Coq files require each other in a circle", {"circle": " → ".join(error.args[1])}
        ) from error


def required_by(source: Source, sources: Mapping[str, Source]) -> list[Source]:
    """All that a source requires, itself and through others."""
    found: dict[str, Source] = {}
    pending = list(source.requires)
    while pending:
        key = pending.pop()
        if key not in found:
            found[key] = sources[key]
            pending.extend(found[key].requires)
    return list(found.values())


def _requiring(key: str, graph: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(name for name, required in graph.items() if key in required)
