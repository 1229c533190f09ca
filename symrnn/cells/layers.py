"""Layers of a cell: each reads what the layer below it gives."""

from __future__ import annotations

from typing import Any

from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.readout import output_of
from symrnn.cells.step import Cell
from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.algebra import Parameter, as_matrix
from symrnn.language.names import in_code
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import at_sizes


def stacked(cell: Cell, layers: int, output: str | None = None) -> Cell:
    """`layers` copies of a cell, each with parameters of its own.

    The first layer reads the input, each other one what the layer below gives at the same time.
    Names get the number of their layer: W_2, W_f2, h_2. Scalars are shared.

    Args:
        cell: has one input.
        layers: how many, from 1 on.
        output: the vector that a layer gives to the next one; without it the one that
            nothing of the same step reads.

    Raises:
        IllFormedError: no such output or no clear one, not one input, no such number of layers,
            or two names that become one.
        ShapeError: an input of a fixed size that is not the output's.

    >>> from symrnn.cells import named
    >>> print(stacked(named("elman"), 2))
    h_1 = tanh(W_1 h_1' + U_1 x + b_1)
    h_2 = tanh(W_2 h_2' + U_2 h_1 + b_2)
    """
    if not isinstance(layers, int) or isinstance(layers, bool) or layers < 1:
        raise IllFormedError(
            "the number of layers", {"expected": "an integer from 1 on", "got": repr(layers)}
        )
    if cell.recurrence.outputs:
        raise IllFormedError(
            f"{cell.name} has a loss", {"expected": "layers first, then a loss", "got": "a loss"}
        )
    if len(cell.inputs) != 1:
        given = ", ".join(each.label for each in cell.inputs) or "none"
        raise IllFormedError(
            f"{cell.name} can not be stacked", {"expected": "one input", "got": given}
        )
    (entering,) = cell.inputs
    leaving = output_of(cell, output)
    _check_names(cell, layers)
    definitions: dict[Any, MatrixExpr] = {}
    states: list[Sequence] = []
    below: Sequence = entering
    for number in range(1, layers + 1):
        recurrence = cell.recurrence if number == 1 else _reading(cell, entering, leaving)
        source = recurrence.inputs[0]
        renamed = _renaming(recurrence, number) | {
            source[recurrence.index]: below[recurrence.index]
        }
        for of, value in recurrence.definitions.items():
            definitions[renamed[of]] = as_matrix(value.xreplace(renamed))
        states += [renamed[state[recurrence.index]].sequence for state in recurrence.states]
        position = [each.label for each in _defined(recurrence)].index(leaving.label)
        below = renamed[_defined(recurrence)[position][recurrence.index]].sequence
    made = Recurrence(cell.index, tuple(states), (entering,), definitions)
    return Cell(f"{cell.name}, {layers} layers", made, reference=cell.reference)


def _reading(cell: Cell, entering: Sequence, leaving: Sequence) -> Recurrence:
    """The cell with an input as high as its output."""
    if entering.rows == leaving.rows:
        return cell.recurrence
    if not entering.rows.is_Symbol:
        raise ShapeError(
            f"{cell.name} can not be stacked: it reads {entering.label} and gives {leaving.label}",
            {"expected": f"{leaving.rows} × 1", "got": f"{entering.rows} × 1"},
        )
    return at_sizes(cell.recurrence, {entering.rows: leaving.rows})


def _defined(recurrence: Recurrence) -> list[Sequence]:
    return [of.sequence for of in recurrence.definitions]


def _renaming(recurrence: Recurrence, number: int) -> dict[Any, Any]:
    """Every parameter and every defined vector with the name it has in a layer."""
    now = recurrence.index
    renamed: dict[Any, Any] = {}
    for parameter in recurrence.parameters:
        renamed[parameter] = Parameter(_in_layer(parameter.name, number), *parameter.shape)
    for sequence in _defined(recurrence):
        name = _in_layer(sequence.label, number)
        for time in (now, now - 1):
            renamed[sequence[time]] = TimeVector(name, time, sequence.rows, sequence.cols)
    return renamed


def _check_names(cell: Cell, layers: int) -> None:
    """Raise an IllFormedError where two names become one: W in layer 21 and W_2 in layer 1."""
    names = [p.name for p in cell.parameters] + [each.label for each in cell.order]
    taken: dict[str, str] = {in_code(each.label): each.label for each in cell.inputs}
    for number in range(1, layers + 1):
        for name in names:
            layered = in_code(_in_layer(name, number))
            if layered in taken:
                raise IllFormedError(
                    f"{layers} layers of {cell.name}: two quantities become {layered}",
                    {"expected": "names that differ", "got": f"{taken[layered]} and {name}"},
                )
            taken[layered] = name


def _in_layer(name: str, number: int) -> str:
    """W_2 of W, W_f2 of W_f, W_{hh2} of W_{hh}."""
    if name.endswith("}"):
        return f"{name[:-1]}{number}}}"
    return f"{name}{number}" if "_" in name or name[-1].isdigit() else f"{name}_{number}"
