"""The Coq files of a folder of proofs that is not ours: read with care, and kept apart from ours.

Whatever stands in them can be wrong, hostile or no text at all. What a compilation of them can do
beyond checking proofs is refused before it begins: to read other files than those it requires, to
write files, and to load native code, which could do anything.
"""

from __future__ import annotations

import re
from pathlib import Path

from symrnn.machine.sources import USER, Source

LARGEST = 2_000_000
"""Bytes of the largest file that is read."""

BEYOND_PROOFS = (
    "Load",  # reads another file as if it stood here
    "LoadPath",  # Add LoadPath, Add Rec LoadPath: compiled files from elsewhere
    "ML",  # Declare ML Module, Add ML Path: native code
    "Redirect",  # these write files
    "Extraction",
    "Extract",
    "Universes",  # Print Universes "file"
    "NativeCompute",
    "Cd",
    "Plot",
    "Elpi",  # a language of its own, which opens files and starts programs
    "elpi",
    "HB",
)
"""Words of Coq's commands that reach beyond the proofs of a file.

They are refused wherever they stand, in comments and strings as well: what counts as a comment
is not for a second reader of Coq's grammar to decide.
"""

_BEYOND = re.compile(rf"(?<![A-Za-z0-9_'])(?:{'|'.join(BEYOND_PROOFS)})(?![A-Za-z0-9_'])")
_STEM = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def read_folder(folder: Path) -> dict[str, Source]:
    """The Coq files in a folder of somebody's and in the folders in it, by key.

    Nothing is raised for what is wrong with a file: it is among the sources with its flaw, so that
    only what requires it is lost.
    """
    found: dict[str, Source] = {}
    for path in sorted(folder.rglob("*.v")):
        if not _STEM.fullmatch(path.stem):
            continue  # no file can require it
        source = _read(path)
        if source.key in found:
            source = _flawed(path.stem, "two Coq files have this name")
        found[source.key] = source
    return found


def both(some: dict[str, Source], others: dict[str, Source]) -> dict[str, Source]:
    """The files of two folders; where both have one of a name, neither counts."""
    twice = {
        key: _flawed(some[key].stem, "two folders have a Coq file of this name")
        for key in some.keys() & others.keys()
    }
    return {**some, **others, **twice}


def _read(path: Path) -> Source:
    try:
        if not path.is_file():
            return _flawed(path.stem, "this is no file")
        if path.stat().st_size > LARGEST:
            return _flawed(path.stem, f"a Coq file of more than {LARGEST:,} bytes is not read")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return _flawed(path.stem, f"it cannot be read: {error}")
    beyond = _BEYOND.search(text)
    if beyond is not None:
        line = text.count("\n", 0, beyond.start()) + 1
        return _flawed(
            path.stem,
            f"line {line} has the word {beyond.group()}, which is not accepted in the Coq file of "
            "a folder, not even in a comment: it reaches beyond the proofs of the file",
        )
    return Source(path.stem, text, USER)


def _flawed(stem: str, why: str) -> Source:
    return Source(stem, "", USER, f"{stem}.v: {why}")
