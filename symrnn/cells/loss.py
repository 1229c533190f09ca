"""A cell with a loss of which nothing is known: ℓ of what the cell gives."""

from __future__ import annotations

from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.cell import Cell
from symrnn.language.derivatives import VectorFunction
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence

LOSS = "L"


def given_out(cell: Cell) -> tuple[Sequence, ...]:
    """What the cell gives: the defined vectors that nothing of the same step reads."""
    read = {v for value in cell.definitions.values() for v in value.atoms(TimeVector)}
    return tuple(of.sequence for of in cell.definitions if of not in read)


def with_loss(cell: Cell) -> Recurrence:
    """The cell's definitions and L_t = ℓ(what the cell gives at t).

    A cell that has a quantity of that name keeps its own: where L is a scalar that no state reads
    it is the loss, else there is none.
    """
    now, recurrence = cell.index, cell.recurrence
    definitions: dict[TimeVector, MatrixExpr] = dict(cell.definitions)
    if LOSS in cell.shapes or LOSS in map(str, (*cell.scalars, *cell.sizes)):
        own = [of.sequence for of in definitions if of.label == LOSS and of.shape == (1, 1)]
        outputs = tuple(each for each in own if each in given_out(cell))
        return Recurrence(now, recurrence.states, recurrence.inputs, definitions, outputs)
    loss = Sequence(LOSS, 1)
    read = [sequence[now] for sequence in given_out(cell)]
    definitions[loss[now]] = VectorFunction("ell", 1, *read)
    return Recurrence(now, recurrence.states, recurrence.inputs, definitions, (loss,))
