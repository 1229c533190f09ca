"""Cells given on the command line: a name, a text, or a file."""

from __future__ import annotations

from pathlib import Path

from symrnn.cells import Cell, cell, named, names, read_cell_file
from symrnn.errors import ParseError

HELP = 'A cell: a name, a text such as "h = tanh(W h\' + U x + b)", or a file in TOML.'


def read_cell(given: str) -> Cell:
    """A cell from its name, its text, or the file that holds it; nothing is evaluated.

    Raises:
        ParseError: marking line and column of a text, naming file and key of a file, or for what
            is none of the three.
        SymrnnError: as `symrnn.cells.cell` and `symrnn.cells.named`.
    """
    if given in names():
        return named(given)
    if "=" in given:
        return cell(given)
    if given.endswith(".toml") or Path(given).is_file():
        return read_cell_file(given)
    if given.replace("_", "").isalnum():
        return named(given)  # which says what there is, and what comes near
    raise ParseError(
        f"{given!r} is no cell",
        {"expected": f"{', '.join(names())}, a text h = …, or a file FILE.toml", "got": given},
    )
