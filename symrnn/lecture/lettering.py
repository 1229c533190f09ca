"""The letters of a lecture about a cell: the cell's own, and those of the notation beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sympy import Symbol

from symrnn.cells import Cell, read_cell
from symrnn.cells.lettering import LETTERS, lettered, own_letters
from symrnn.cells.network import Network
from symrnn.cells.subject import network
from symrnn.errors import IllFormedError
from symrnn.language.notation import ARRAYS, QUANTITIES, SCALARS, Notation
from symrnn.language.time import TimeVector
from symrnn.language.writing import NotationPrinter
from symrnn.theory.about import Subject, known_as, subject_of

OTHERS: Mapping[str, str] = {
    **{"t": "n p", "k": "l q", "j": "i l", "h": "r u p", "T": "N S", "d": "n", "m": "p"},
    **{"a": "z v y", "L": r"\mathcal{L} \ell", "sigma": r"\phi \varphi", "tau": r"\varsigma"},
    **{"gamma": r"\Gamma", "lambda": r"\Lambda", "kappa": r"\chi", "eta": r"\rho"},
}
"""What quantities of the lecture are lettered where a cell has their letter."""


def subject_in(notation: Notation) -> Subject:
    """The cell of which a notation speaks."""
    return subject_of(read_cell(notation.cell))


def cell_in(notation: Notation) -> Cell | None:
    """The cell of which a notation speaks, where that has letters of its own; None where those of
    the notation are for all that is in it."""
    found = read_cell(notation.cell)
    return found if known_as(found) is None else None


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
    lettering = replace(notation, letters=distinct(mine, notation), cell=known.cell.name)
    others = besides([lettering.plain(quantity) for quantity in QUANTITIES])
    named = {names[quantity]: letter for quantity, letter in mine.items() if quantity in ARRAYS}
    return known, replace(lettering, arrays={**named, **others}, numbers=others, spoken=others)


def distinct(mine: Mapping[str, str], notation: Notation) -> dict[str, str]:
    """Letters that are given, and for all else the first of a notation's that no other has."""
    found = dict(mine)
    for quantity, (_, usual) in QUANTITIES.items():
        if quantity in mine:
            continue
        wanted = [notation.plain(quantity), usual, *OTHERS.get(quantity, "").split()]
        found[quantity] = next((w for w in wanted if w not in found.values()), wanted[0])
    return found


def besides(taken: Collection[str]) -> dict[str, str]:
    """Letters for what statements speak of besides, where its own are taken."""
    found: dict[str, str] = {}
    printer = NotationPrinter()
    for name, others in LETTERS.items():
        if name in QUANTITIES or printer.name(name) not in taken:
            continue
        wanted = (printer.name(other) for other in (*others.split(), f"{name}_1"))
        free = (each for each in wanted if each not in taken and each not in found.values())
        found[name] = next(free)
    return found


def as_spoken(notation: Notation, claims: Iterable[Any]) -> Notation:
    """The notation whose prose calls a vector of the claims what formulas call it.

    A vector h is no time h: where claims have the one and not the other, h in prose is the vector.
    They have the time where they have its symbol, maybe by the letter that gives way to the cell's.
    """
    found = list(claims)
    symbols = {str(each) for claim in found for each in claim.free_symbols}
    vectors = {each.label for claim in found for each in claim.atoms(TimeVector)}
    printer = NotationPrinter(notation)
    here = {
        name
        for name in vectors & set(SCALARS)
        if not {name, notation.spoken.get(name, name)} & symbols
    }
    written = {name: printer.unstyled(name) for name in sorted(here)}
    spoken = {name: letter for name, letter in written.items() if letter != notation.plain(name)}
    return replace(notation, spoken={**notation.spoken, **spoken}) if spoken else notation


def as_typed(notation: Notation) -> Notation:
    """The notation of a text that somebody writes about a cell: its names stand for themselves.

    They come before what the lecture calls so: n_t is the candidate of a cell that has one, and no
    number n. Vectors and matrices have the font that they have in formulas.
    """
    arrays = {
        name: letter if name in ARRAYS else notation.styled(letter)
        for name, letter in notation.arrays.items()
    }
    return replace(notation, spoken={**notation.spoken, **notation.numbers, **arrays})


def in_parts(rnn: Subject) -> Callable[[Any], Any]:
    """Expressions for print: rows of a stacked state as the parts that they are."""
    return rnn.in_parts


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
    if made.one_activation:
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
