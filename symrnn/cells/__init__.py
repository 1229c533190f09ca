"""Cells: one step of a recurrence as data, read from a few lines of text each."""

from symrnn.cells.cell import Cell, cell
from symrnn.cells.file import read_cell_file
from symrnn.cells.known import named, names
from symrnn.cells.stacked import stacked

__all__ = ["Cell", "cell", "named", "names", "read_cell_file", "stacked"]
