"""`check_jacobian`: ∂s_t/∂s_k of anybody's against the product of the derived step Jacobians."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.crosscheck.asked import Asked, as_cell, asked
from symrnn.crosscheck.calling import Code
from symrnn.crosscheck.catalogue import catalogue
from symrnn.crosscheck.diagnosis import Diagnosis, diagnose
from symrnn.crosscheck.instance import Instance
from symrnn.crosscheck.packing import Packed, Stacked
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Run
from symrnn.crosscheck.report import Report
from symrnn.crosscheck.returned import as_array
from symrnn.crosscheck.rows import rows_of
from symrnn.crosscheck.slip import CARRY, FLOW, FORWARD, WHOLE, Slip
from symrnn.crosscheck.tolerance import precision
from symrnn.crosscheck.variation import RIGHT, Gradients, Variation
from symrnn.errors import CodeError, IllFormedError

Array = NDArray[Any]

NAME = "J"
PLACES = ((1, 0), (2, 1), (2, 0), (4, 1), (5, 2))
"""Pairs (t, k) at which a slip is looked for."""


@dataclass
class JacobianAt(Instance):
    """One net, and the Jacobian in question between two of its times."""

    of: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    times: tuple[int, int] = (1, 0)

    @cached_property
    def run(self) -> Run:
        """The forward pass."""
        return self.program.run(self.point)

    @cached_property
    def right(self) -> Gradients:
        """The derived Jacobian."""
        return {NAME: self.jacobian(*self.times)}

    def values(self, point: Point) -> Gradients:
        return replace(self, point=point).right

    def jacobian(
        self,
        later: int,
        earlier: int,
        variation: Variation = RIGHT,
        of: tuple[str, ...] | None = None,
        by: tuple[str, ...] | None = None,
    ) -> Array:
        """∂(of at the later time)/∂(by at the earlier one): a row of the Jacobian for each
        sequence of a batch of equal ones."""
        of, by = of or self.of, by or self.by
        point = self.point.cut(later)
        heights = [len(self.run.sequence(label)[1]) for label in of]
        wide = point.repeated(sum(heights))
        run = self.program.run(wide, variation)
        arriving, row = {}, 0
        for label, height in zip(of, heights, strict=True):
            block = np.zeros((height, wide.width), wide.dtype)
            block[:, row : row + height] = np.eye(height)
            row += height
            arriving[label] = [None] * later + [block]
        run.cotangents = arriving
        self.program.backward(run, variation, stop=earlier)
        if later == earlier:
            found = [arriving.get(label, [None])[-1] for label in by]
            return np.concatenate([
                np.zeros((len(self.run.sequence(b)[0]), wide.width)) if f is None else f
                for b, f in zip(by, found, strict=True)
            ]).T  # fmt: skip
        return np.concatenate([run.adjoint(label, earlier) for label in by]).T

    def found(self, slip: Slip, names: Iterable[str] | None = None) -> Iterator[tuple[str, Array]]:
        if slip.special is not None:
            yield from slip.special(self).items()
            return
        found = {NAME: self.jacobian(*self.times, slip.variation)}
        for after in slip.variation.post:
            found = after(self.run, found)
        yield from found.items()


def _specials() -> Iterator[tuple[str, str, int, Any]]:
    line = "∂s[t]/∂s[k] = ∏ over j = k+1 … t of ∂s[j]/∂s[j-1], latest on the left"

    def at(first: int, second: int) -> Any:
        return lambda each: each.jacobian(each.times[0] + first, each.times[1] + second)

    yield "it is transposed", line, 1, lambda each: each.right[NAME].T
    yield "the factors stand in reversed order", line, 1, _reversed
    yield "each factor is transposed", line, 2, lambda each: _reversed(each, transposed=True)
    yield "one factor too many: it begins at k - 1", line, 1, at(0, -1)
    yield "one factor is missing: it begins at k + 1", line, 1, at(0, 1)
    yield "one factor is missing: it ends at t - 1", line, 1, at(-1, 0)
    yield "both times are one step early", line, 2, at(-1, -1)
    yield "the step Jacobian at t stands for each factor", line, 2, _power
    yield (
        "the last factor alone is there",
        line,
        2,
        lambda e: e.jacobian(e.times[0], e.times[0] - 1),
    )
    yield (
        "the first factor alone is there",
        line,
        2,
        lambda e: e.jacobian(e.times[1] + 1, e.times[1]),
    )
    yield "the factors are added, not multiplied", line, 3, lambda e: sum(_factors(e))
    yield "the other parts of the state are held: a product of blocks", line, 1, _blocks


def _factors(each: JacobianAt) -> list[Array]:
    """The step Jacobians of the whole state, earliest first; of one part where it is all."""
    later, earlier = each.times
    if set(each.of) != set(each.program.state_labels) or each.of != each.by:
        raise ValueError  # a part of the state has no factors of its own
    return [each.jacobian(j, j - 1) for j in range(earlier + 1, later + 1)]


def _reversed(each: JacobianAt, transposed: bool = False) -> Array:
    product: Array = np.eye(len(each.right[NAME]))
    for factor in _factors(each):
        product = factor.T @ product if transposed else product @ factor
    return product


def _power(each: JacobianAt) -> Array:
    return np.asarray(np.linalg.matrix_power(_factors(each)[-1], each.times[0] - each.times[1]))


def _blocks(each: JacobianAt) -> Array:
    if each.of != each.by or set(each.of) == set(each.program.state_labels):
        raise ValueError
    product: Array = np.eye(len(each.right[NAME]))
    for j in range(each.times[1] + 1, each.times[0] + 1):
        product = each.jacobian(j, j - 1) @ product
    return product


def jacobian_slips(instance: JacobianAt) -> list[Slip]:
    """Every slip that shows in a Jacobian."""
    found = []
    for words, line, rank, made in _specials():

        def special(each: Any, made: Any = made) -> Gradients:
            return {NAME: made(each)}

        found.append(Slip(words, line, RIGHT, WHOLE, rank, special=special))
    kinds = (FLOW, CARRY, FORWARD)
    found += [s for s in catalogue(instance.program, instance.point) if s.kind in kinds]
    return sorted(found, key=lambda slip: slip.rank)


def check_jacobian(
    cell: Any,
    jacobian: Any,
    *,
    t: int = 4,
    k: int = 1,
    of: str | Iterable[str] | None = None,
    by: str | Iterable[str] | None = None,
    sizes: Mapping[str, int] | None = None,
    layout: str = "time",
    names: Mapping[str, Stacked | Packed] | None = None,
    transposed: bool | Iterable[str] = False,
    dtype: Any = "float64",
    initial: bool = True,
    scalars: Mapping[str, float] | None = None,
    seed: int = 0,
    timeout: float | None = 60.0,
    pairs: bool = True,
) -> Report:
    """Compare ∂s_t/∂s_k, numerator layout, with the derived one, and name the slip.

    Args:
        cell, sizes, layout, names, transposed, dtype, initial, scalars, seed, timeout, pairs: as
            of `check_gradients`; there is one sequence, without a batch axis.
        jacobian: a function called by the names of its arguments, `t` and `k` among them, else as
            `jacobian(parameters, inputs, initial, t, k)`; it returns the matrix of the total
            derivative: through all parts of the state.
        t, k: the later and the earlier time.
        of, by: parts of the state; without them the whole state, in the order of `cell.states`.

    Raises:
        IllFormedError: arguments that do not fit.
    """
    if not 0 <= k <= t or t < 1:
        raise IllFormedError("t, k", {"expected": "0 ≤ k ≤ t, 1 ≤ t", "got": f"t = {t}, k = {k}"})
    chosen = as_cell(cell)
    states = tuple(state.label for state in chosen.states)
    rows, columns = _parts("of", of, states), _parts("by", by, states)
    known = asked(
        chosen, loss="linear", reduction="sum", last=False, output=states[0], sizes=sizes,
        steps=t, batch=None, layout=layout, names=names, transposed=transposed, dtype=dtype,
        initial=initial, scalars=scalars, at=None, seed=seed,
    )  # fmt: skip
    if not callable(jacobian):
        raise IllFormedError("jacobian", {"expected": "a function", "got": repr(jacobian)})
    code = replace(known.code(jacobian, "jacobian", None, timeout), needs_data=False)
    return _Checked(known, code, rows, columns, (t, k), pairs).report()


def _parts(
    what: str, given: str | Iterable[str] | None, states: tuple[str, ...]
) -> tuple[str, ...]:
    chosen = states if given is None else (given,) if isinstance(given, str) else tuple(given)
    if not chosen or not set(chosen) <= set(states):
        raise IllFormedError(what, {"expected": f"some of {', '.join(states)}", "got": given})
    return chosen


@dataclass
class _Checked:
    known: Asked
    code: Code
    of: tuple[str, ...]
    by: tuple[str, ...]
    times: tuple[int, int]
    pairs: bool

    def report(self) -> Report:
        """The whole of it."""
        try:
            instance = self._instance(self.known.point(), self.times)
        except CodeError as error:
            return self._report((), fault=str(error))
        rows = rows_of(instance)
        if all(row.agrees for row in rows):
            return self._report(rows)
        return self._report(rows, diagnosis=self._diagnosed(instance))

    def _report(self, rows: Iterable[Any], **more: Any) -> Report:
        program = self.known.program
        own = {sequence.label for sequence in program.cell.order}
        legend = {v.label: said for v, said in program.said.items() if v.label not in own}
        what = f"∂({', '.join(self.of)})[t]/∂({', '.join(self.by)})[k]"
        words = f"{self.known.words}, t = {self.times[0]}, k = {self.times[1]}"
        return Report(
            what, self.code.name, program.cell.name, words, tuple(rows), legend=legend, **more
        )

    def _instance(self, point: Point, times: tuple[int, int]) -> JacobianAt:
        code = replace(self.code, extra={"t": times[0], "k": times[1]})
        array = as_array(code(point))
        made = JacobianAt(
            self.known.program, point, {}, precision(code.packing.dtype), of=self.of, by=self.by,
            times=times,
        )  # fmt: skip
        expected = made.right[NAME].shape
        if array.dtype.kind != "f" or array.shape != expected:
            raise CodeError(
                f"{code.name} returned what is no Jacobian",
                {"expected": f"floats of shape {expected}", "got": f"{array.dtype}, {array.shape}"},
            )
        if not np.isfinite(array).all():
            raise CodeError(f"{code.name} returned a Jacobian that is not finite")
        eps = max(precision(array.dtype), made.eps)
        return replace(made, theirs={NAME: array.astype(np.float64)}, eps=eps)

    def _diagnosed(self, instance: JacobianAt) -> Diagnosis:
        found: list[Instance] = []
        for number, times in enumerate(PLACES):
            point = self.known.other(number + 2, times[0])
            try:
                found.append(self._instance(point, times))
            except (CodeError, IllFormedError):
                continue
        slips = jacobian_slips(instance)
        return diagnose([*found, instance], self.pairs, slips)
