"""Our arrays as code has them: names, gates stacked in one matrix, rows for columns, layouts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.losses import ENTROPY
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.errors import IllFormedError
from symrnn.language.names import in_code

Array = NDArray[Any]

TIME, BATCH, COLUMNS = "time", "batch", "columns"
LAYOUTS = (TIME, BATCH, COLUMNS)

Stacked = str | Sequence[str | Sequence[str]]


@dataclass(frozen=True)
class Packed:
    """One array of the code's, and which of ours it holds.

    Attributes:
        rows: the parts, one below the other; those of one row side by side.
        transposed: whether the code has the transpose of that.
        idle: parts that are 0 in the code's array and have the gradient of the one named: the
            second of two biases that are added.
    """

    rows: tuple[tuple[str, ...], ...]
    transposed: bool = False
    idle: frozenset[str] = frozenset()

    @property
    def parts(self) -> tuple[str, ...]:
        """All names."""
        return tuple(name for row in self.rows for name in row)

    def assembled(self, ours: Mapping[str, Array], values: bool) -> Array:
        """The code's array, as a matrix: of values, or of gradients."""

        def part(name: str) -> Array:
            found = ours[name]
            return np.zeros_like(found) if values and name in self.idle else found

        made = np.concatenate(
            [np.concatenate([part(name) for name in row], axis=1) for row in self.rows], axis=0
        )
        return np.asarray(made.T if self.transposed else made)

    def apart(self, theirs: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
        """Ours from the code's matrix."""
        whole = theirs.T if self.transposed else theirs
        found: dict[str, Array] = {}
        top = 0
        for row in self.rows:
            left, height = 0, shapes[row[0]][0]
            for name in row:
                width = shapes[name][1]
                found[name] = whole[top : top + height, left : left + width]
                left += width
            top += height
        return found


@dataclass(frozen=True)
class Packing:
    """How code calls and lays out everything.

    Attributes:
        arrays: by the code's name.
        layout: "time": inputs (T, B, m), states (B, d), biases (d,); "batch": inputs (B, T, m);
            "columns": inputs (T, m, B), states (d, B), biases (d, 1).
        dtype: of the arrays that code is given.
    """

    arrays: Mapping[str, Packed]
    layout: str = TIME
    dtype: Any = np.float64
    columns: frozenset[str] = field(default_factory=frozenset)

    @property
    def held(self) -> dict[str, tuple[str, ...]]:
        """Which of ours, by the names that a comparison has, each of the code's arrays holds."""
        return {
            name: tuple(f"{name}:{p}" if p in packed.idle else p for p in packed.parts)
            for name, packed in self.arrays.items()
        }

    def parameters(self, point: Point) -> dict[str, Array]:
        """Parameters by the code's names."""
        return {name: self._given(name, point.parameters) for name in self.arrays}

    def _given(self, name: str, ours: Mapping[str, Array]) -> Array:
        made = self.arrays[name].assembled(ours, values=True)
        made = np.array(made, self.dtype, order="C")
        flat = name in self.columns and self.layout != COLUMNS
        return made.reshape(-1) if flat else made

    def expected_shape(self, name: str, point: Point) -> tuple[int, ...]:
        """The shape of one of the code's arrays."""
        return tuple(self._given(name, point.parameters).shape)

    def sequence(self, columns: list[Array], point: Point) -> Array:
        """Vectors over time, T columns of (n, B), as code has them."""
        stacked = np.stack(columns)  # (T, n, B)
        if self.layout == COLUMNS:
            return np.array(stacked, self.dtype, order="C")
        if point.batch is None:
            return np.array(stacked[:, :, 0], self.dtype, order="C")
        axes = (0, 2, 1) if self.layout == TIME else (2, 0, 1)
        return np.array(stacked.transpose(axes), self.dtype, order="C")

    def back(self, theirs: Array, point: Point) -> Array | None:
        """(T, n, B) from a sequence as code has it; None if it is none."""
        if self.layout == COLUMNS:
            return theirs if theirs.ndim == 3 else None
        if point.batch is None:
            return theirs[:, :, None] if theirs.ndim == 2 else None
        if theirs.ndim != 3:
            return None
        return theirs.transpose((0, 2, 1) if self.layout == TIME else (1, 2, 0))

    def state(self, column: Array, point: Point) -> Array:
        """A state (d, B) as code has it."""
        if self.layout == COLUMNS:
            return np.array(column, self.dtype, order="C")
        made = column[:, 0] if point.batch is None else column.T
        return np.array(made, self.dtype, order="C")

    def column(self, theirs: Array, point: Point) -> Array | None:
        """(d, B) from a state as code has it."""
        if self.layout == COLUMNS:
            return theirs if theirs.ndim == 2 else None
        if point.batch is None:
            return theirs.reshape(-1, 1) if theirs.size == max(theirs.shape, default=0) else None
        if theirs.ndim == 3 and 1 in (theirs.shape[0],):
            theirs = theirs[0]
        return theirs.T if theirs.ndim == 2 else None

    def data(self, point: Point) -> Array:
        """The loss's data as code has them; of a loss of the last step alone, its own."""
        last = point.loss.last
        if point.loss.name == ENTROPY:
            classes = point.data  # (T, B)
            if last:
                return np.asarray(classes[-1] if point.batch is not None else classes[-1, 0]).copy()
            if point.batch is None:
                return classes[:, 0].copy()
            return np.array(classes.T if self.layout == BATCH else classes, order="C")
        if last:
            return self.state(point.data[-1], point)
        return self.sequence(list(point.data), point)


def _is_nested(what: Any) -> bool:
    return (
        isinstance(what, Sequence)
        and bool(what)
        and all(
            isinstance(row, str)
            or (isinstance(row, Sequence) and all(isinstance(n, str) for n in row))
            for row in what
        )
    )


def packing(
    program: Program,
    names: Mapping[str, Stacked | Packed] | None,
    transposed: bool | Iterable[str],
    layout: str,
    dtype: Any,
) -> Packing:
    """How code names and lays out the parameters.

    Raises:
        IllFormedError: a name that is no parameter, a parameter that is nowhere, no such layout.
    """
    if layout not in LAYOUTS:
        raise IllFormedError("layout", {"expected": ", ".join(LAYOUTS), "got": repr(layout)})
    ours = {str(p.name): p for p in program.parameters}
    by_code = {in_code(name): name for name in ours}
    turned: tuple[str, ...] = ()
    if not isinstance(transposed, bool):
        turned = (transposed,) if isinstance(transposed, str) else tuple(transposed)
    arrays: dict[str, Packed] = {}
    for theirs, what in (names or {}).items():
        if isinstance(what, Packed):
            arrays[theirs] = what
            continue
        if not isinstance(what, str) and not _is_nested(what):
            raise IllFormedError(
                f"names: {theirs}",
                {"expected": "a name, or a tuple of names or of tuples of them", "got": repr(what)},
            )
        rows = (
            ((what,),)
            if isinstance(what, str)
            else tuple((row,) if isinstance(row, str) else tuple(row) for row in what)
        )
        for name in (name for row in rows for name in row):
            if name not in ours and name not in by_code:
                raise IllFormedError(
                    f"names: {theirs} holds {name}",
                    {"expected": ", ".join(ours), "got": name},
                )
        named = tuple(tuple(by_code.get(name, name) for name in row) for row in rows)
        before = {part for packed in arrays.values() for part in packed.parts}
        arrays[theirs] = Packed(named, idle=frozenset(before & {n for row in named for n in row}))
    held = {name for packed in arrays.values() for name in packed.parts if name not in packed.idle}
    for name in ours:
        if name not in held:
            arrays.setdefault(in_code(name), Packed(((name,),)))
    unknown = [name for name in turned if name not in arrays]
    if unknown:
        raise IllFormedError(f"transposed: {', '.join(unknown)}", {"expected": ", ".join(arrays)})
    columns = frozenset(
        name
        for name, packed in arrays.items()
        if all(ours[part].shape[1] == 1 for part in packed.parts)
        and all(len(row) == 1 for row in packed.rows)
    )
    arrays = {
        name: Packed(packed.rows, name not in columns, packed.idle)
        if transposed is True or name in turned
        else packed
        for name, packed in arrays.items()
    }
    return Packing(arrays, layout, np.dtype(dtype), columns)
