"""A cell as somebody gives it: a name, a text, or a file."""

from __future__ import annotations

from pathlib import Path

from symrnn.cells.file import read_cell_file
from symrnn.cells.from_text import cell
from symrnn.cells.known import named, names
from symrnn.cells.step import Cell
from symrnn.errors import ParseError


def read_cell(given: str, base: str | Path = "") -> Cell:
    """A cell from its name, its text, or the file that holds it; nothing is evaluated.

    Args:
        given: one of the three.
        base: the folder that a file is relative to.

    Raises:
        ParseError: marking line and column of a text, naming file and key of a file, or for what
            is none of the three.
        SymrnnError: as `symrnn.cells.cell` and `symrnn.cells.named`.
    """
    if given in names():
        return named(given)
    if "=" in given:
        return cell(given)
    if given.endswith(".toml") or Path(base, given).is_file():
        return read_cell_file(Path(base, given))
    if given.replace("_", "").isalnum():
        return named(given)  # which says what there is, and what comes near
    raise ParseError(
        f"{given!r} is no cell",
        {"expected": f"{', '.join(names())}, a text h = …, or a file FILE.toml", "got": given},
    )
