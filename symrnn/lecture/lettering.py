"""The letters of a lecture about a cell: the cell's own, and those of the notation beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sympy import Symbol

from symrnn.cells import Cell
from symrnn.cells.lettering import lettered, own_letters
from symrnn.errors import IllFormedError
from symrnn.language.notation import ARRAYS, QUANTITIES, Notation
from symrnn.language.writing import NotationPrinter
from symrnn.theory.about import Subject, known_as
from symrnn.theory.network import Network, network

OTHERS: Mapping[str, str] = {"h": "r", "a": "v", "L": r"\mathcal{L}", "k": r"\kappa"}
"""What quantities of the lecture are lettered where a cell has their letter."""


def lettered_subject(
    cell: Cell, notation: Notation, letters: Mapping[str, str] | None = None
) -> tuple[Subject, Notation]:
    """A cell as statements speak of it, and the notation in which it has its own letters.

    Args:
        cell: has no loss.
        notation: letters what is not the cell's own, chooses fonts and layout.
        letters: LaTeX for some of the cell's names, before its own.

    Raises:
        IllFormedError: two quantities have one letter, or a letter is for nothing that there is.
    """
    found = known_as(cell)
    if found is None:
        made = network(cell)
        return made, _of_network(made, notation, letters)
    known, names = found
    own = {name: name for name in map(str, cell.sizes)} | own_letters(cell, letters)
    mine = {quantity: own[name] for quantity, name in names.items() if name in own}
    kept = {q: letter for q, letter in notation.letters.items() if q not in mine}
    return known, replace(notation, letters=_distinct(mine, kept), cell=known.cell)


def _distinct(mine: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, str]:
    """The cell's letters, and those of the notation that no letter of the cell is."""
    found = dict(mine)
    for quantity, (_, usual) in QUANTITIES.items():
        letter = kept.get(quantity, usual)
        if quantity not in mine and letter in mine.values():
            letter = usual if usual not in mine.values() else OTHERS.get(quantity, letter)
        if quantity not in mine and letter != usual:
            found[quantity] = letter
    return found


def in_parts(rnn: Subject) -> Callable[[Any], Any]:
    """Expressions for print: rows of a stacked state as the parts that they are."""
    return rnn.in_parts if isinstance(rnn, Network) else lambda node: node


def _of_network(made: Network, notation: Notation, letters: Mapping[str, str] | None) -> Notation:
    own = lettered(made.cell, notation, letters)
    printer = NotationPrinter(own)
    arrays = {
        of.label: printer.name(of.label)
        for of in made.recurrence.definitions
        if of.label not in own.arrays and of.sequence != made.L
    }
    own = replace(own, arrays={**arrays, **own.arrays})
    _require_distinct(made, own)
    return replace(own, spoken=dict(_spoken(made, own)))


def _spoken(made: Network, notation: Notation) -> Iterator[tuple[str, str]]:
    """What stands in prose for the lecture's quantities, and for what it speaks of besides."""
    printer = NotationPrinter(notation)
    arrays: dict[str, Any] = {"s": made.s.label, "L": made.L.label}
    arrays |= dict(zip("x", (each.label for each in made.recurrence.inputs), strict=False))
    arrays |= dict(zip("W", (each.name for each in made.shown_parameters), strict=False))
    if made.squash is not None:
        arrays["a"] = made.argument.label
    for quantity in QUANTITIES:
        if quantity in arrays:
            yield quantity, printer.unstyled(arrays[quantity])
        elif quantity not in ARRAYS:
            name = made.letters.get(quantity, quantity)
            yield quantity, str(printer.doprint(Symbol(name)))
    for name, here in made.letters.items():
        if name not in QUANTITIES and here != name:
            yield name, printer.name(here)


def _require_distinct(made: Network, notation: Notation) -> None:
    """Raise where what the lecture speaks of has the letter of something in the cell."""
    owners: dict[str, str] = {}
    printer = NotationPrinter(notation)
    for name, letter in (*notation.arrays.items(), *notation.numbers.items()):
        owners.setdefault(letter, name)
    for quantity, here in {**made.letters, "j": "j"}.items():
        letter = str(printer.doprint(Symbol(here)))
        other = owners.setdefault(letter, quantity)
        if other != quantity and quantity in QUANTITIES:
            raise IllFormedError(
                f"{made.cell.name}: {other} and {quantity} ({QUANTITIES[quantity][0]}) have one "
                "letter",
                {"letter": letter, "expected": f"another letter for {other}"},
            )
