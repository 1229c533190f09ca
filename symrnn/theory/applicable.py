"""Which statements of a library speak of a cell, and of the others why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from symrnn.cells.elman import elman
from symrnn.errors import NotSupportedError, SymrnnError
from symrnn.theory.about import Subject
from symrnn.theory.blame import running
from symrnn.theory.statement import Statement


@dataclass(frozen=True)
class Aside:
    """A statement that is not about the cell, or of which that is not known.

    about: what it speaks of.
    holds: False, or None where it is not known.
    why: the reason, in words.
    """

    about: str
    holds: bool | None
    why: str


Asides = dict[str, Aside]


def speaking(
    statements: Mapping[str, Statement], rnn: Subject
) -> tuple[dict[str, Statement], Asides]:
    """The statements as they are about a cell, in the order given, and those that are not.

    One that uses a statement that is not about the cell is not about it either.
    """
    verdicts = {name: each.applies(rnn) for name, each in statements.items()}
    asides = {
        name: Aside(statements[name].widest, found.holds, found.why)
        for name, found in verdicts.items()
        if found.holds is not True
    }
    chosen = {name: each for name, each in statements.items() if name not in asides}
    chosen = {name: each.of(rnn) for name, each in chosen.items()}
    for name, each in chosen.items():
        try:
            with running(each.file):
                each.parts(rnn)
        except NotSupportedError as error:
            if _is_of_other_cells(statements[name]):
                asides[name] = Aside(statements[name].widest, False, error.message)
        except SymrnnError:
            pass  # it is broken, which whoever checks it will say
    chosen = {name: each for name, each in chosen.items() if name not in asides}
    return without(chosen, asides)


def _is_of_other_cells(statement: Statement) -> bool:
    """Whether what can not be built for a cell can be for the lecture's: it asks for what the cell
    does not have. If not, it is broken."""
    lecture = elman()
    try:
        with running(statement.file):
            statement.of(lecture).parts(lecture)
    except SymrnnError:
        return False
    return True


def without(
    chosen: Mapping[str, Statement], asides: Mapping[str, Aside]
) -> tuple[dict[str, Statement], Asides]:
    """The statements but those that use one set aside, and all that are set aside then."""
    left, gone = dict(chosen), dict(asides)
    while lost := {name: used for name, each in left.items() for used in each.uses if used in gone}:
        for name, used in lost.items():
            why = f"it uses `{used}`, which is not about the cell"
            gone[name] = Aside(left.pop(name).widest, False, why)
    return left, gone
