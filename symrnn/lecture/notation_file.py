"""A notation by name, or read from a TOML file.

based_on = "goodfellow"     # the lecture's own by default
vectors = "bold"            # plain, bold or upright
layout = "denominator"      # numerator or denominator
cell = "elman"              # a name, a text or a file: the cell whose letters these are

[letters]
s = "h"
W = "W_{hh}"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from symrnn.cells import Cell, read_cell
from symrnn.errors import IllFormedError, ParseError, SymrnnError
from symrnn.language.notation import KNOWN, QUANTITIES, Notation, require_letter
from symrnn.lecture.lettering import besides, cell_in, distinct, lettered_subject
from symrnn.theory.about import Subject
from symrnn.toml_text import toml_text

_KEYS = ("based_on", "vectors", "layout", "cell", "letters")
_LONGEST = 64 * 1024


def notation(given: str) -> Notation:
    """A notation from its name, or from the path of a file that ends in `.toml`.

    Raises:
        IllFormedError: for a name that is not known.
        ParseError: for a file that can not be read, naming the line.
    """
    return _notation(given, ())[0]


def notation_beside(given: str, cell: Cell) -> tuple[Notation, dict[str, str]]:
    """A notation for a lecture about a cell, and the letters that it has for names of the cell.

    A letter for a name that the cell has is for what the cell calls so. Arguments and errors as of
    `notation`.
    """
    return _notation(given, {*cell.shapes, *map(str, (*cell.scalars, *cell.sizes))})


def lettered_in(given: str, cell: str | None) -> tuple[Subject | None, Notation]:
    """The cell that is given, or of which a notation speaks, with the notation in its letters; None
    where the notation's own letters are for all that is in it.

    Args:
        given: the notation.
        cell: a name, a text or a file; that of the notation by default.

    Raises:
        SymrnnError: as `notation`, and as `symrnn.cells.read_cell`.
    """
    found = cell_in(notation(given)) if cell is None else read_cell(cell)
    if found is None:
        return None, notation(given)
    lettered, own = notation_beside(given, found)
    return lettered_subject(found, lettered, own)


def _notation(given: str, names: Collection[str]) -> tuple[Notation, dict[str, str]]:
    if given in KNOWN:
        return KNOWN[given], {}
    if not given.endswith(".toml"):
        raise IllFormedError(
            "there is no such notation",
            {"expected": ", ".join(KNOWN) + ", or a file FILE.toml", "got": repr(given)},
        )
    return _read(toml_text(given, "a notation", _LONGEST), Path(given).stem, given, names)


def read_notation(text: str, name: str, source: str = "notation") -> Notation:
    """A notation from TOML.

    Args:
        text: the TOML.
        name: what the notation is called.
        source: the file, for messages.

    Raises:
        ParseError: naming the line, what was expected and what came.
    """
    return _read(text, name, source, ())[0]


def _read(
    text: str, name: str, source: str, names: Collection[str]
) -> tuple[Notation, dict[str, str]]:
    """A notation from TOML, and the letters in it that are for other `names`."""
    try:
        read = tomllib.loads(text)
    except ValueError as error:
        raise ParseError(f"{source}: {error}", {"expected": "TOML"}) from error
    except RecursionError as error:
        raise ParseError(f"{source}: nested too deeply", {"expected": "TOML"}) from error
    for key in read:
        if key not in _KEYS:
            raise _refused(source, text, key, "there is no such key", ", ".join(_KEYS), key)
    letters = read.get("letters", {})
    if not isinstance(letters, dict):
        raise _refused(source, text, "letters", "letters must be a table", "[letters]", letters)
    own = {key: letter for key, letter in letters.items() if key in names}
    letters = {key: letter for key, letter in letters.items() if key not in names}
    base = read.get("based_on", "lecture")
    if not isinstance(base, str) or base not in KNOWN:
        raise _refused(source, text, "based_on", "no such notation", ", ".join(KNOWN), base)
    settings = {key: read[key] for key in ("vectors", "layout", "cell") if key in read}
    try:
        for key, letter in own.items():
            require_letter(key, letter)
        made = replace(
            KNOWN[base],
            name=name,
            letters={**KNOWN[base].letters, **_apart(letters, base)},
            **settings,
        )
        # What statements speak of besides gives way to the letters of all that there is.
        others = besides([made.plain(quantity) for quantity in QUANTITIES])
        made = replace(made, arrays=others, numbers=others, spoken=others)
    except IllFormedError as error:
        key = str(error.detail.get("key", ""))
        detail = {name: value for name, value in error.detail.items() if name != "key"}
        shown = str(error.detail.get("got", "")).strip("'\"")
        raise ParseError(
            f"{source}, line {_line(text, key, shown)}: {error.message}", detail
        ) from error
    if "cell" in settings:
        _require_cell(settings["cell"], source, _line(text, "cell"))
    return made, own


def _require_cell(given: Any, source: str, line: int) -> None:
    """Raise where a notation is said to speak of what is no cell."""
    if not isinstance(given, str):
        detail = {"expected": "a name, a text or a file", "got": repr(given)}
        raise ParseError(f"{source}, line {line}: this is no cell", detail)
    try:
        read_cell(given)
    except SymrnnError as error:
        raise type(error)(f"{source}, line {line}: {error.message}", error.detail) from error


def _apart(letters: Mapping[str, str], base: str) -> dict[str, str]:
    """The letters that are asked for, and another for what has one of them by itself."""
    for quantity, letter in letters.items():
        if quantity in QUANTITIES:
            require_letter(quantity, letter)
    known = {key: letter for key, letter in letters.items() if key in QUANTITIES}
    moved = {
        quantity: letter
        for quantity, letter in distinct(known, KNOWN[base]).items()
        if letter != KNOWN[base].plain(quantity)
    }
    return {**letters, **moved}


def _refused(source: str, text: str, key: str, why: str, expected: str, got: Any) -> ParseError:
    line = _line(text, key, key)
    return ParseError(f"{source}, line {line}: {why}", {"expected": expected, "got": repr(got)})


def _line(text: str, *words: str) -> int:
    """The line on which a key is set, or the first that has one of the words."""
    lines = text.splitlines()
    for word in filter(None, words):
        key = re.compile(rf"""^\s*\[?["']?{re.escape(word)}["']?\s*[=\]]""")
        for number, line in enumerate(lines, start=1):
            if key.match(line):
                return number
    return 1
