"""Cells: one step of a recurrence as data, read from a few lines of text each."""

from symrnn.cells.cell import Cell
from symrnn.cells.file import read_cell_file
from symrnn.cells.from_text import cell
from symrnn.cells.given import read_cell
from symrnn.cells.known import named, names
from symrnn.cells.readout import with_loss, with_readout
from symrnn.cells.stacked import stacked

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
