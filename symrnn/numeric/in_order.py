"""The numbers of a cell as arrays in a row: W, U, b, s0, x of the Elman cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from symrnn.cells import Cell
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


def start_of(state: str) -> str:
    """What the first value of a state is called: s0 of s."""
    return f"{state}0"


def from_arrays(cell: Cell, given: tuple[Any, ...], named: Mapping[str, Any]) -> Weights:
    """Weights of arrays in a row, or by name: parameters, initial states, inputs.

    Args:
        cell: what the numbers are for.
        given: in the order in which the cell's text reads its parameters, then the states and
            inputs in theirs; without inputs the number of steps is last. `None` stands for the
            weights of an input that a cell does not have.
        named: the same by name; an initial state is called s0.

    Raises:
        IllFormedError: too many or too few, or a name that the cell does not have.
    """
    parameters = parameters_of(cell)
    states = [in_code(each.label) for each in cell.states]
    inputs = [in_code(each.label) for each in cell.inputs]
    names = [*parameters, *map(start_of, states), *(inputs or ["steps"])]
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
        {name: values[start_of(name)] for name in states},
        {name: values[name] for name in inputs},
        None if inputs else values["steps"],
    )
