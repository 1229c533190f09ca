"""How a cell's own quantities are lettered, beside the letters of a notation; and by what names,
which are free in the cell, the lecture speaks of what it has besides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain, count
from types import MappingProxyType

from symrnn.cells.step import Cell
from symrnn.cells.written import letters_by_name
from symrnn.language.notation import Notation


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
    return letters_by_name(cell.name, [*cell.shapes, *map(str, cell.scalars)], given)


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


LETTERS: Mapping[str, str] = MappingProxyType(
    {
        **{"t": "theta", "k": "kappa_t", "T": "S", "tau": "varsigma", "h": "r u p", "i": "n y"},
        **{"gamma": "Gamma", "lambda": "Lambda", "kappa": "chi", "eta": "rho", "mu": "nu"},
        **{"q": "varrho", "C": "K Q", "E": "B R", "M": "P", "epsilon": "varepsilon"},
        **{"g": "y G", "v": "omega y", "w": "omega z", "g_1": "y_1 G_1", "g_2": "y_2 G_2"},
        **{"l": "ell", "n": "N", "n_1": "N_1 M_1", "n_2": "N_2 M_2"},
    }
)
"""What the lecture speaks of besides a cell, and what is written instead where the cell has a
quantity of that name."""


def names_beside(taken: Collection[str], timed: Collection[str]) -> Mapping[str, str]:
    """The names of what the lecture speaks of besides a cell, by its names for them.

    Args:
        taken: names of the cell's quantities, and what they are lettered.
        timed: names of those that change with time.
    """
    found: dict[str, str] = {}
    for name, others in LETTERS.items():
        # g_1 is g at time 1 where g changes with time.
        free = (
            each
            for each in (name, *others.split())
            if each not in taken and each.partition("_")[0] not in timed
        )
        last = fresh_name(name, {*taken, name})
        found[name] = next((each for each in free if each not in found.values()), last)
    return MappingProxyType(found)


def fresh_name(name: str, taken: Iterable[str]) -> str:
    """`name`, or the first of name_1, name_2, … that is free; taken from now on."""
    used = set(taken)
    options = chain([name], (f"{name}_{number}" for number in count(1)))
    found = next(each for each in options if each not in used)
    if isinstance(taken, set):
        taken.add(found)
    return found
