"""How a cell's own quantities are lettered, beside the letters of a notation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symrnn.cells.step import Cell
from symrnn.errors import IllFormedError
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.writing import NotationPrinter

FIXED = {"I": "the identity", r"\mathbf{1}": "the column of ones"}
"""What the printer writes itself."""


def own_letters(cell: Cell, letters: Mapping[str, str] | None = None) -> dict[str, str]:
    """LaTeX by name, of every vector, parameter and scalar of a cell.

    Args:
        cell: its own letters are taken, where it has some.
        letters: others for some of its names, before those.

    Raises:
        IllFormedError: a letter for a name that the cell does not have, or one letter for two.

    >>> from symrnn.cells import cell
    >>> own_letters(cell("h = tanh(W_hh h' + alpha b)"))
    {'W_hh': 'W_{hh}', 'alpha': '\\\\alpha', 'b': 'b', 'h': 'h'}
    """
    given = replace(cell, letters={**cell.letters, **(letters or {})}).letters
    plain = NotationPrinter(LECTURE)
    names = sorted({*cell.shapes, *map(str, cell.scalars), *given})
    own = {name: given.get(name) or plain.name(name) for name in names}
    owners = dict(FIXED)
    for name, letter in own.items():
        other = owners.setdefault(letter, name)
        if other != name:
            raise IllFormedError(
                f"{cell.name}: {other} and {name} have one letter",
                {"expected": f"another letter for {name}", "got": letter},
            )
    return own


def lettered(cell: Cell, notation: Notation, letters: Mapping[str, str] | None = None) -> Notation:
    """A notation in which a cell's own quantities have letters of their own.

    Arguments and errors as of `own_letters`.
    """
    own = own_letters(cell, letters)
    numbers = {*map(str, (*cell.scalars, *cell.sizes))}
    return replace(
        notation,
        arrays={name: letter for name, letter in own.items() if name not in numbers},
        numbers={name: letter for name, letter in own.items() if name in numbers},
    )
