"""Cells: one step of a recurrence as data, read from a few lines of text each.

What reads text is loaded when it is asked for: a derivation needs none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symrnn.cells.file import read_cell_file
    from symrnn.cells.from_text import cell
    from symrnn.cells.given import read_cell
    from symrnn.cells.known import named, names
    from symrnn.cells.layers import stacked
    from symrnn.cells.readout import with_loss, with_readout
    from symrnn.cells.step import Cell

__all__ = [
    "Cell",
    "cell",
    "named",
    "names",
    "read_cell",
    "read_cell_file",
    "stacked",
    "with_loss",
    "with_readout",
]

# No module is called as a function is: it would stand in its place once it is loaded.
_HOME = {
    "Cell": "step",
    "cell": "from_text",
    "named": "known",
    "names": "known",
    "read_cell": "given",
    "read_cell_file": "file",
    "stacked": "layers",
    "with_loss": "readout",
    "with_readout": "readout",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'symrnn.cells' has no attribute {name!r}")
    found = getattr(import_module(f"symrnn.cells.{_HOME[name]}"), name)
    globals()[name] = found
    return found
