"""The explorer of a lecture's page: that of the statements which are in it."""

from __future__ import annotations

from collections.abc import Mapping

from symrnn.cells.elman import elman
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.explorer_cell import explorer as of_cell
from symrnn.lecture.explorer_network import explorer as of_network
from symrnn.lecture.explorer_units import explorer as of_units
from symrnn.theory.about import Subject
from symrnn.theory.statement import Statement
from symrnn.typeset.explorer import Explorer


def explorer(
    library: Mapping[str, Statement], rnn: Subject | None = None, notation: Notation = LECTURE
) -> Explorer | None:
    """The explorer of a lecture; None where the statements that one draws are not in it.

    Args:
        library: the statements; what is drawn is what their claims say.
        rnn: the cell of the lecture, with unknown functions; the Elman cell by default.
        notation: how the controls and pictures are lettered.
    """
    rnn = rnn or elman()
    return (
        of_network(library, rnn, notation)
        or of_units(library, rnn, notation)
        or of_cell(library, rnn, notation)
    )
