"""The cells of a sweep: by name, from a text or a file, with the functions that its axes put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from sympy.matrices.expressions import MatrixExpr

from symrnn.activation_text import parse_activation
from symrnn.cells import Cell, cell, read_cell
from symrnn.errors import IllFormedError, SymrnnError
from symrnn.language.activations import FORMULAS, Activation, activation
from symrnn.language.algebra import MatrixProduct
from symrnn.language.names import in_code
from symrnn.language.shapes import show
from symrnn.language.structure import Hadamard
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrence
from symrnn.sweep.spec import TABLES, Range, Spec


class Cells:
    """The cells of an axis, read, and found to have all that the other axes are about.

    Attributes:
        definitions: for each cell of the axis its definitions as text.
        axes: for each the axes on which it has a place, the cells' own first.

    Raises:
        IllFormedError: an axis about something that no cell has; one cell under two names.
    """

    def __init__(self, spec: Spec, base: Path) -> None:
        given = spec.axes["cell"]
        assert not isinstance(given, Range)
        self.definitions: dict[str, str] = {}
        self.axes: dict[str, tuple[str, ...]] = {}
        known: dict[str, set[str]] = {}
        for each in given:
            found = read_cell(each, base)
            same = [other for other, text in self.definitions.items() if text == found.text]
            if same:
                raise IllFormedError(
                    f"key axes.cell: {each!r} is the cell {same[0]!r} once more",
                    {"expected": "each cell once: a net is measured once"},
                )
            self.definitions[each] = found.text
            _require_values(spec, each, found)
            names = _names(found)
            self.axes[each] = tuple(axis for axis in spec.axes if _is_of(axis, names))
            for table, own in names.items():
                known.setdefault(table, set()).update(own)
        used = {axis for own in self.axes.values() for axis in own}
        for axis in spec.axes:
            if axis not in used:
                raise _no(axis, self.definitions, known[_table(axis)])


@lru_cache(maxsize=64)
def cell_at(definition: str, functions: tuple[tuple[str, str], ...]) -> Cell:
    """The cell of a point: its definitions with other functions put in."""
    found = cell(definition)
    known = {each.name: each for each in found.activations}
    exchanged = {known[_written(name)]: _activation(other) for name, other in functions}
    if not exchanged:
        return found
    definitions = {of: value.xreplace(exchanged) for of, value in found.definitions.items()}
    recurrence = found.recurrence
    return Cell(
        found.name,
        Recurrence(recurrence.index, recurrence.states, recurrence.inputs, definitions),
    )


def recurrent(of: Cell) -> frozenset[str]:
    """The names of the parameters that multiply what reads a state of the step before."""
    earlier = {state[of.index - 1] for state in of.states}
    own = set(of.parameters)
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, MatrixProduct | Hadamard) and _reads(node, earlier):
            still = [each for each in node.args if not each.has(TimeVector)]
            found.update(in_code(p.name) for each in still for p in own if each.has(p))
        for each in node.args:
            if isinstance(each, MatrixExpr):
                walk(each)

    for value in of.definitions.values():
        walk(value)
    return frozenset(found)


def biases(of: Cell) -> frozenset[str]:
    """The names of the columns that multiply nothing."""
    factors: set[Any] = set()
    for value in of.definitions.values():
        for node in value.atoms(MatrixProduct, Hadamard):
            factors |= {*node.args}
    return frozenset(in_code(p.name) for p in of.parameters if p.shape[1] == 1 and p not in factors)


def _reads(node: Any, earlier: set[TimeVector]) -> bool:
    return bool(node.atoms(TimeVector) & earlier)


SIZES = "sizes"


def _names(found: Cell) -> dict[str, set[str]]:
    """What axes may be about in a cell, by the table in which they stand."""
    return {
        "scale": {in_code(p.name) for p in found.parameters},
        "bias": {in_code(p.name) for p in found.parameters if p.shape[1] == 1},
        "scalar": {in_code(str(each)) for each in found.scalars},
        "activation": {each.name for each in found.activations},
        SIZES: {str(size) for size in found.sizes},
    }


def _table(axis: str) -> str:
    table = axis.partition(".")[0]
    return table if table in TABLES else SIZES


def _is_of(axis: str, names: Mapping[str, set[str]]) -> bool:
    """Whether a cell with these names has a place on an axis."""
    table, _, about = axis.partition(".")
    if axis == "cell" or (table in ("scale", "bias") and not about):
        return True
    if table == "activation":
        about = _written(about)
    return (about if table in TABLES else axis) in names[_table(axis)]


def _require_values(spec: Spec, name: str, found: Cell) -> None:
    names = _names(found)
    for axis, values in spec.axes.items():
        if axis.startswith("activation"):
            for value in values if isinstance(values, tuple) else ():
                _at(axis, partial(_activation, value))
    missing = sorted(names[SIZES] - {*spec.axes})
    if missing:
        raise IllFormedError(
            f"key axes: {name!r} has sizes without a value",
            {
                "expected": f"an axis for {', '.join(missing)}",
                **{size: _whose(found, size) for size in missing},
            },
        )
    unset = names["scalar"] - {axis.partition(".")[2] for axis in spec.axes}
    if unset:
        expected = ", ".join(f"scalar.{each}" for each in sorted(unset))
        raise IllFormedError(
            f"key axes: {name!r} has scalars without a value", {"expected": f"axes {expected}"}
        )
    if spec.training and not found.inputs:
        raise IllFormedError(
            f"key training: {name!r} has no input to reproduce", {"expected": "training = 0"}
        )
    unknown = [
        f.name
        for f in found.activations
        if f.is_unknown and f"activation.{f.name}" not in spec.axes
    ]
    if unknown:
        raise IllFormedError(
            f"key axes: {name!r} has functions about which nothing is known",
            {"expected": f"axes {', '.join(f'activation.{each}' for each in unknown)}"},
        )


def _whose(found: Cell, size: str) -> str:
    """What has a size: `of V (d × n), u (n × 1, a parameter: inputs are called x)`."""
    parameters = {p.name for p in found.parameters if p.shape[1] == 1}
    remark = ", a parameter: inputs are called x"
    return "of " + ", ".join(
        f"{name} ({show(shape)}{remark if name in parameters else ''})"
        for name, shape in found.shapes.items()
        if size in map(str, shape)
    )


def _no(axis: str, cells: Iterable[str], known: set[str]) -> IllFormedError:
    said = " or ".join(map(repr, cells))
    return IllFormedError(
        f"key axes.{axis}: nothing in {said} is called so",
        {"expected": ", ".join(sorted(known)) or "no such axis"},
    )


def _at(axis: str, make: Any) -> None:
    try:
        make()
    except SymrnnError as error:
        raise IllFormedError(f"key axes.{axis}: {error.message}", error.detail) from error


def _written(name: str) -> str:
    """The name under which a function stands in a cell."""
    return "logistic" if name == "sigmoid" else name


def _activation(given: str) -> Activation:
    if _written(given) in FORMULAS:
        return activation(_written(given))
    return activation(parse_activation(given))
