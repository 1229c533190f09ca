"""What a statement is about, and whether a cell is that: yes, no, or not known.

The answer is read off the definitions, never off a name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from symrnn.cells import Cell
from symrnn.cells.between import NotBetween
from symrnn.cells.elman import elman, in_these_letters, sigma_inside
from symrnn.cells.network import Network
from symrnn.cells.subject import network
from symrnn.errors import SymrnnError
from symrnn.kernel.recurrences import kept


class About(StrEnum):
    """What a statement speaks of: the widest first, each but the first of fewer cells."""

    NO_CELL = "numbers and matrices, of no cell"
    ANY_CELL = "any cell"
    ONE_ACTIVATION = "one activation between two affine maps"
    ELMAN = "an Elman cell, or one with σ inside"
    SIGMA_INSIDE = "a cell with σ inside, W σ(s) + U x + b"


Subject = Network
"""What statements are checked for."""


EXAMPLES: Mapping[str, Callable[..., Subject]] = MappingProxyType(
    {"elman": elman, "sigma_inside": sigma_inside}
)
"""A cell for each of the narrowest kinds that statements speak of, by its name: where no cell is
given they are checked for the first."""


@dataclass(frozen=True)
class Verdict:
    """Whether something holds: yes, no, or None where it is not known; and why."""

    holds: bool | None
    why: str = ""


def applies(about: About, subject: Subject) -> Verdict:
    """Whether a statement about something speaks of a subject."""
    if about is About.NO_CELL:
        return Verdict(True)
    try:
        kept(subject.recurrence)
    except SymrnnError as error:
        return Verdict(None, f"{error.message}, and not known of {error.detail.get('got', 'it')}")
    if about is About.ANY_CELL:
        return Verdict(True)
    found = subject.halves
    if isinstance(found, NotBetween):
        return Verdict(None if found.undecided else False, found.says)
    if about is About.ONE_ACTIVATION:
        return Verdict(True)
    if subject.driven is None:
        return Verdict(False, "the step is not σ(W s + U x + b), nor W σ(s) + U x + b")
    if subject.driven.x is None:
        return Verdict(False, "no input enters, so that there is no U x")
    if about is About.SIGMA_INSIDE and not subject.reads_state:
        return Verdict(False, "the step is σ(W s + U x + b), with σ outside")
    return Verdict(True)


def subject_of(cell: Cell) -> Subject:
    """A cell as statements speak of it, for every function in the place of its activations.

    Where its definitions are those of the lecture's networks, letters aside, it is one of them:
    all statements are about it.
    """
    found = known_as(cell)
    return network(cell) if found is None else found[0]


def known_as(cell: Cell) -> tuple[Network, dict[str, str]] | None:
    """The network of the lecture that a cell is, with the cell's names for its quantities; or None.

    Raises:
        IllFormedError: a loss that is none of the state alone: statements are about any of that.
    """
    made = network(cell)
    if made.driven is None or made.driven.x is None:
        return None
    known = in_these_letters(made).with_activation()
    names = {"s": made.s.label, "x": made.x.label, "W": made.W.name, "U": made.U.name}
    names |= {"b": made.b.name, "d": str(made.d), "m": str(made.m)}
    return known, names | dict(zip("a", (each.label for each in cell.intermediates), strict=False))
