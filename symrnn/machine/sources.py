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
"""The logical name under which our files are known to Coq."""

_COMMENT = re.compile(r"\(\*|\*\)")
_REQUIRE = re.compile(rf"From\s+{LIBRARY}\s+Require\s+(?:Import\s+|Export\s+)?([\w\s]+)\.")
_THEOREM = re.compile(r"^\s*(?:Theorem|Lemma|Corollary|Proposition|Fact)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """One Coq file: its stem, and its text."""

    stem: str
    text: str

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """Stems of our own files that it loads: `From symrnn Require Import …`."""
        found = (name for names in _REQUIRE.findall(self._bare) for name in names.split())
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
    """The Coq files of a folder and of the folders in it, by stem.

    Raises:
        IllFormedError: two files have one stem.
    """
    found: dict[str, Source] = {}
    for path in sorted(folder.rglob("*.v")):
        if path.stem in found:
            raise IllFormedError(
                "two Coq files have one name", {"name": path.name, "in": str(folder)}
            )
        found[path.stem] = Source(path.stem, path.read_text(encoding="utf-8"))
    return found


def in_order(sources: Mapping[str, Source], wanted: Iterable[str]) -> list[Source]:
    """The sources wanted and what they require, each after those it requires.

    Raises:
        IllFormedError: a file requires one that is not there, or, through others, itself.
    """
    graph: dict[str, tuple[str, ...]] = {}
    pending = list(wanted)
    while pending:
        stem = pending.pop()
        if stem in graph:
            continue
        if stem not in sources:
            raise IllFormedError(
                f"no Coq file {stem}.v", {"required by": _requiring(stem, graph) or "the caller"}
            )
        graph[stem] = sources[stem].requires
        pending.extend(graph[stem])
    try:
        return [sources[stem] for stem in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise IllFormedError(
            "Coq files require each other in a circle", {"circle": " → ".join(error.args[1])}
        ) from error


def _requiring(stem: str, graph: Mapping[str, tuple[str, ...]]) -> str:
    return ", ".join(name for name, required in graph.items() if stem in required)
