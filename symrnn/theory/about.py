"""What a statement is about, and whether a cell is that: yes, no, or not known.

The answer is read off the definitions, never off a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from symrnn.cells import Cell
from symrnn.errors import SymrnnError
from symrnn.language.algebra import Identity, Parameter, as_matrix
from symrnn.recurrence.elman import RNN, elman, sigma_inside
from symrnn.theory.network import Network, network
from symrnn.theory.reading import Between, between


class About(StrEnum):
    """What a statement speaks of."""

    NO_CELL = "numbers and matrices, of no cell"
    ANY_CELL = "any cell"
    ONE_ACTIVATION = "one activation between two affine maps"
    ELMAN = "an Elman cell, or one with σ inside"


Subject = RNN | Network
"""What statements are checked for."""


@dataclass(frozen=True)
class Verdict:
    """Whether something holds: yes, no, or None where it is not known; and why."""

    holds: bool | None
    why: str = ""


def applies(about: About, subject: Subject) -> Verdict:
    """Whether a statement about something speaks of a subject."""
    if about in (About.NO_CELL, About.ANY_CELL) or isinstance(subject, RNN):
        return Verdict(True)
    if about is About.ONE_ACTIVATION and subject.squash is not None:
        return Verdict(True)
    found = between(subject.recurrence)
    if isinstance(found, Between):
        return Verdict(False, "the step is not σ(W s + U x + b), nor W σ(s) + U x + b")
    return Verdict(None if found.undecided else False, found.says)


def subject_of(cell: Cell) -> Subject:
    """A cell as statements speak of it, for every function in the place of its activations.

    Where its definitions are those of the lecture's networks, letters aside, it is one of them:
    all statements are about it.
    """
    found = known_as(cell)
    return network(cell) if found is None else found[0]


def known_as(cell: Cell) -> tuple[RNN, dict[str, str]] | None:
    """The network of the lecture that a cell is, with the cell's names for its quantities; or None.

    Raises:
        IllFormedError: a cell that has a loss: statements are about any loss of the state.
    """
    found = between(network(cell).recurrence)
    if not isinstance(found, Between):
        return None
    for known in (elman(), sigma_inside()):
        names = _names(cell, found, known)
        if names is not None:
            return known, names
    return None


def _names(cell: Cell, found: Between, known: RNN) -> dict[str, str] | None:
    """What a cell calls the quantities of a known network, if its step is that network's."""
    weights, behind = (found.early, found.late) if not known.inside else (found.late, found.early)
    driven = found.argument if not known.inside else found.whole
    if not isinstance(weights, Parameter) or not isinstance(behind, Identity):
        return None
    columns = [p for p in cell.parameters if p.shape[1] == 1]
    wide = [p for p in cell.parameters if p.shape[1] != 1 and p != weights]
    if len(columns) != 1 or len(wide) != 1 or len(cell.inputs) != 1 or len(cell.states) != 1:
        return None
    if len(cell.order) > 2 or cell.scalars:
        return None
    (state,), (x,) = cell.states, cell.inputs
    now = cell.index
    read = state[now - 1] if not known.inside else found.value
    try:
        expected = as_matrix(weights * read + wide[0] * x[now] + columns[0])
    except SymrnnError:
        return None
    if expected != driven:
        return None
    names = {"s": state.label, "x": x.label, "W": weights.name, "U": wide[0].name}
    names |= {"b": columns[0].name, "d": str(state.rows), "m": str(x.rows)}
    return names | dict(zip("a", (each.label for each in cell.intermediates), strict=False))
