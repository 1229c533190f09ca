"""What others write, read as objects of the language; never evaluated.

The text of a cell passes through `tokens` (characters), `parse` (a tree), `infer` (shapes, by
unification) and `build` (nodes of the language); each of them can refuse, with the place.
"""

from symrnn.reading.cell_text import read_recurrence

__all__ = ["read_recurrence"]
