"""The numbers of a cell as arrays in a row: W, U, b, s0, x of the Elman cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from symrnn.cells import Cell
from symrnn.cells.lettering import fresh_name
from symrnn.errors import IllFormedError
from symrnn.language.names import in_code
from symrnn.numeric.weights import Weights


@lru_cache(maxsize=64)
def parameters_of(cell: Cell) -> tuple[str, ...]:
    """The parameters, scalars as well, in the order in which the cell's text reads them."""
    names = [each.name for each in (*cell.parameters, *cell.scalars)]
    text = cell.text

    def place(name: str) -> int:
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
        return len(text) if found is None else found.start()

    return tuple(in_code(name) for name in sorted(names, key=place))


@lru_cache(maxsize=64)
def _starts_of(cell: Cell) -> tuple[tuple[str, str], ...]:
    taken = {*parameters_of(cell), *(in_code(each.label) for each in cell.inputs)}
    states = [in_code(each.label) for each in cell.states]
    return tuple((state, fresh_name(f"{state}0", taken)) for state in states)


def starts_of(cell: Cell) -> dict[str, str]:
    """What the first value of each state is called: s0 of s, s0_1 where a parameter is s0."""
    return dict(_starts_of(cell))


@lru_cache(maxsize=64)
def _in_order(cell: Cell) -> tuple[Any, ...]:
    """The parameters, the states with what their first values are called, the inputs; and all that
    arrays in a row are called, in their order."""
    parameters, starts = parameters_of(cell), _starts_of(cell)
    inputs = tuple(in_code(each.label) for each in cell.inputs)
    names = (*parameters, *(start for _, start in starts), *(inputs or ("steps",)))
    return parameters, starts, inputs, names


def weights_of(cell: Cell, given: tuple[Any, ...], named: Mapping[str, Any]) -> Weights:
    """`Weights` as they are, or those of arrays in a row; see `from_arrays`."""
    if len(given) == 1 and isinstance(given[0], Weights) and not named:
        return given[0]
    return from_arrays(cell, given, named)


def from_arrays(cell: Cell, given: tuple[Any, ...], named: Mapping[str, Any]) -> Weights:
    """Weights of arrays in a row, or by name: parameters, initial states, inputs.

    Args:
        cell: what the numbers are for.
        given: in the order in which the cell's text reads its parameters, then the states and
            inputs in theirs; without inputs the number of steps is last. `None` stands for the
            weights of an input that a cell does not have.
        named: the same by name; an initial state is called as `starts_of` says, s0.

    Raises:
        IllFormedError: too many or too few, or a name that the cell does not have.
    """
    parameters, starts, inputs, names = _in_order(cell)
    row = list(given)
    while len(row) > len(names) and any(each is None for each in row):
        del row[next(place for place, each in enumerate(row) if each is None)]
    given = tuple(row)
    extra = sorted({*named} - {*names[len(given) :]})
    if len(given) + len(named) != len(names) or extra:
        raise IllFormedError(
            f"the arrays of {cell.name}",
            {
                "expected": ", ".join(names) + ", or Weights",
                "got": f"{len(given)} in a row" + (f"; {', '.join(named)}" if named else ""),
            },
        )
    values = {**dict(zip(names, given, strict=False)), **named}
    return Weights(
        {name: values[name] for name in parameters},
        {name: values[start] for name, start in starts},
        {name: values[name] for name in inputs},
        None if inputs else values["steps"],
    )
