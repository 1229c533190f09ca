"""`check_forward`: a forward pass of anybody's against the cell, vector by vector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.asked import Asked, as_cell, asked
from symrnn.crosscheck.calling import Code
from symrnn.crosscheck.diagnosis import Diagnosis, diagnose
from symrnn.crosscheck.forward_slips import forward_changes, number_changes
from symrnn.crosscheck.gradients import SMALL, adapter_of
from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.packing import Packed, Stacked
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program, Run
from symrnn.crosscheck.report import AGREES, DIFFERS, Report, Row
from symrnn.crosscheck.returned import as_array
from symrnn.crosscheck.slip import FORWARD, Slip
from symrnn.crosscheck.tolerance import precision
from symrnn.crosscheck.variation import Gradients, Variation
from symrnn.errors import CodeError, IllFormedError

Array = NDArray[Any]


@dataclass
class Trajectory(Instance):
    """One net, and the vectors over time in question there: (T, n, B) by name."""

    @cached_property
    def run(self) -> Run:
        """The right run."""
        return self.program.run(self.point)

    def _of(self, run: Run, name: str, variation: Variation) -> Array:
        return np.stack(run.sequence(name)[1:])

    def values(self, point: Point) -> Gradients:
        return Trajectory(self.program, point, self.theirs, self.eps).right

    def found(self, slip: Slip, names: Iterable[str] | None = None) -> Any:
        run = self.program.run(self.point, slip.variation)
        for name in self.names if names is None else names:
            yield name, self._of(run, name, slip.variation)


def forward_slips(program: Program, point: Point) -> list[Slip]:
    """Every slip of a forward pass."""
    found = [
        Slip(program.shown(words), program.shown(line), variation, FORWARD, rank)
        for words, line, variation, rank in forward_changes(program)
    ]
    found += [
        Slip(words, line, Variation(point=(change,)), FORWARD, rank)
        for words, line, change, rank in number_changes(program, point)
    ]
    return sorted(found, key=lambda slip: slip.rank)


def check_forward(
    cell: Any,
    forward: Any,
    *,
    output: str | None = None,
    sizes: Mapping[str, int] | None = None,
    steps: int = 5,
    batch: int | None = 2,
    layout: str = "time",
    names: Mapping[str, Stacked | Packed] | None = None,
    transposed: bool | Iterable[str] = False,
    order: Iterable[str] | None = None,
    dtype: Any = "float64",
    initial: bool = True,
    scalars: Mapping[str, float] | None = None,
    seed: int = 0,
    timeout: float | None = 60.0,
    pairs: bool = True,
) -> Report:
    """Compare a forward pass with the cell, and name the slip.

    Args:
        cell, sizes, steps, batch, layout, names, transposed, dtype, initial, scalars, seed,
            timeout, pairs: as of `check_gradients`.
        forward: a function called as that of `check_gradients`, without data: by the names of its
            arguments, else `forward(parameters, inputs, initial)`. It returns the outputs over
            time, with or without the initial state in front; a tuple whose first member they are;
            or a dict of vectors over time by the cell's names. A torch module.
        output: what a single array is; without it the vector that nothing else reads.
        order: names of the members of a returned tuple, each over time.

    Returns:
        A report: true where everything agrees; printed, the first step that differs, and the slip.

    Raises:
        IllFormedError: arguments that do not fit.
    """
    known = asked(
        as_cell(cell), loss="linear", reduction="sum", last=False, output=output, sizes=sizes,
        steps=steps, batch=batch, layout=layout, names=names, transposed=transposed, dtype=dtype,
        initial=initial, scalars=scalars, at=None, seed=seed,
    )  # fmt: skip
    adapted = adapter_of(forward)
    if adapted is not None:
        known, forward = adapted(known, backward=False)
    if not callable(forward):
        raise IllFormedError("forward", {"expected": "a function", "got": repr(forward)})
    code = replace(known.code(forward, "forward", order, timeout), needs_data=False)
    return _Checked(known, code, pairs).report()


@dataclass
class _Checked:
    known: Asked
    code: Code
    pairs: bool

    def report(self) -> Report:
        """The whole of it."""
        point = self.known.point()
        try:
            instance = self._instance(self.code, point)
        except CodeError as error:
            return self._report((), fault=str(error))
        self.known.require_finite(instance.run)
        spoiled = [n for n, v in instance.theirs.items() if not np.isfinite(v).all()]
        rows = [self._row(instance, name) for name in instance.names]
        if spoiled or all(row.agrees for row in rows):
            return self._report(rows)
        return self._report(rows, diagnosis=self._diagnosed(instance))

    def _report(self, rows: Iterable[Row], **more: Any) -> Report:
        program = self.known.program
        own = {sequence.label for sequence in program.cell.order}
        legend = {v.label: said for v, said in program.said.items() if v.label not in own}
        return Report(
            "forward pass", self.code.name, program.cell.name, self.known.words, tuple(rows),
            legend=legend, **more,
        )  # fmt: skip

    def _row(self, instance: Trajectory, name: str) -> Row:
        right, mine = instance.right[name], instance.theirs[name]
        if not np.isfinite(mine).all():
            time = int(np.argwhere(~np.isfinite(mine))[0][0]) + 1
            return Row(name, f"is not finite, first at t = {time}")
        scale = float(np.max(np.abs(right), initial=0.0))
        gaps = np.abs(mine - right).reshape(len(right), -1).max(axis=1)
        off = float(gaps.max()) / scale if scale > 0 else float(gaps.max() > 0)
        if name not in instance.wrong:
            return Row(name, AGREES, off)
        first = int(np.argmax(gaps > instance.tolerance[name])) + 1
        return Row(name, DIFFERS, off, where=f", first at t = {first}")

    def _instance(self, code: Code, point: Point) -> Trajectory:
        """What the code computes at a point.

        Raises:
            CodeError: it raises, or returns what is no trajectory.
        """
        theirs: dict[str, Array] = {}
        eps = precision(code.packing.dtype)
        for name, value in _named(code, code(point), self.known.output).items():
            array, kind = _over_time(code, name, value, point)
            theirs[name] = array
            eps = max(eps, precision(kind))
        return Trajectory(self.known.program, point, theirs, eps)

    def _diagnosed(self, instance: Trajectory) -> Diagnosis:
        found: list[Instance] = []
        double = replace(self.code, packing=replace(self.code.packing, dtype=np.dtype(np.float64)))
        for number, (steps, batch, grown) in enumerate(SMALL):
            point = self.known.other(number + 2, steps, batch, grown)
            try:
                each = self._instance(double, point)
            except (CodeError, IllFormedError):
                continue
            if all(np.isfinite(v).all() for v in each.theirs.values()):
                found.append(each)
        slips = forward_slips(self.known.program, instance.point)
        return diagnose([*found, instance], self.pairs, slips)


def _named(code: Code, result: Any, output: str) -> dict[str, Any]:
    """Vectors over time by the cell's names."""
    if isinstance(result, Mapping):
        labels = {each.label for each in code.program.cell.order}
        named = {str(name): value for name, value in result.items() if str(name) in labels}
        if not named:
            raise CodeError(
                f"{code.name} returned nothing of {code.program.cell.name}",
                {"expected": ", ".join(sorted(labels)), "got": ", ".join(map(str, result))},
            )
        return named
    if isinstance(result, tuple) and code.order:
        return dict(zip(code.order, result, strict=False))
    if isinstance(result, tuple) and result:
        return {output: result[0]}
    return {output: result}


def _over_time(code: Code, name: str, value: Any, point: Point) -> tuple[Array, Any]:
    """(T, n, B) of what code returned, and its dtype."""
    if isinstance(value, list):
        value = np.stack([as_array(each) for each in value])
    array = as_array(value)
    right = code.packing.sequence(
        [np.zeros((code.rows(name, point), point.width))] * point.steps, point
    )
    if array.dtype.kind != "f":
        raise CodeError(
            f"{code.name}: {name} is no array of floats",
            {"expected": f"shape {right.shape}", "got": f"{type(value).__name__}, {array.dtype}"},
        )
    axis = 1 if code.packing.layout == "batch" and point.batch is not None else 0
    longer = list(right.shape)
    longer[axis] += 1
    if array.shape == tuple(longer):
        array = np.take(array, range(1, longer[axis]), axis=axis)
    if array.shape != right.shape:
        raise CodeError(
            f"{code.name}: {name} has the shape {array.shape}", {"expected": right.shape}
        )
    back = code.packing.back(array.astype(np.float64), point)
    assert back is not None
    return back, array.dtype


Adapter = Callable[..., tuple[Asked, Any]]
