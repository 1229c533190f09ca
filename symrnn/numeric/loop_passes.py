"""The passes of a cell as generated loops: one function for all times, nothing allocated in a step.

Vectors are rows here, (T, N, n) with one axis N for the whole batch; states are (T+1, N, n). The
loops call NumPy, or are scalar code that numba compiles: at small sizes a call costs most. At
larger ones numba compiles what is done entry by entry, and NumPy multiplies the matrices.
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.names import in_code
from symrnn.language.time import Sequence
from symrnn.numeric import runtime
from symrnn.numeric.derived import COLUMNS, Derived, Tangents
from symrnn.numeric.fitted import Fitted, rows_of
from symrnn.numeric.loops import buffers, cells, compiled
from symrnn.numeric.loops.code import LoopKernel
from symrnn.numeric.loops.fused import fuse
from symrnn.numeric.loops.plan import plan
from symrnn.numeric.loops.recursion import Recursion
from symrnn.numeric.thresholds import thresholds
from symrnn.numeric.weights import is_matrix
from symrnn.recurrence.adjoint import Adjoint, order_of

Array = NDArray[Any]

NAMES = ("forward", "readout", "backward", "inputs", "tangent", "jacobian")
"""The loops of a cell."""

GROUPED = ("forward", "backward")
"""Those whose vectors all have one and the same batch."""

HOISTED_ENTRIES = 4096
"""Batch times size up to which slopes are taken for all times at once."""


@dataclass(frozen=True, eq=False)
class LoopPasses:
    """The loops of what was derived of a cell, each generated at its first use.

    Attributes:
        derived: the definitions and their adjoint.
        compiled: scalar loops by numba, which has to be installed; else calls of NumPy.
        grouped: the same between products of matrices, which NumPy does: for larger sizes.
    """

    derived: Derived
    compiled: bool = False
    grouped: bool = False
    _made: dict[Any, LoopKernel | None] = field(default_factory=dict, repr=False)
    _pushes: dict[str, bool] = field(default_factory=dict, repr=False)

    def runs(self, fit: Fitted) -> bool:
        """Whether there are loops for the cell at these sizes."""
        if not fit.shared:
            return False
        if (self.compiled or self.grouped) and (not compiled.available() or fit.dtype.kind != "f"):
            return False
        if self.compiled and not _small(fit):
            return False
        return self._supported

    @cached_property
    def _supported(self) -> bool:
        try:
            require_matrices(self.derived)
            for name in NAMES[:4]:
                self._tried(name)
        except NotSupportedError:
            return False
        return True

    def pushes(self, name: str) -> bool:
        """Whether there is a loop for the tangents as well, "tangent" or "jacobian"."""
        if name not in self._pushes:
            try:
                self._tried(name)
                self._pushes[name] = True
            except NotSupportedError:
                self._pushes[name] = False
        return self._pushes[name]

    def _tried(self, name: str) -> None:
        recursion = self.recursion(name, self.derived.adjoint)
        if recursion is not None:
            require_free_names(recursion)
            self._emitted(recursion, hoisted=False)

    def named(self, name: str) -> LoopKernel:
        """A loop by its name."""
        if name not in NAMES:
            raise IllFormedError(f"there is no loop {name}", {"expected": ", ".join(NAMES)})
        found = self._loop(name, self.derived.adjoint, hoisted=False)
        if found is None:
            raise IllFormedError(
                f"{self.derived.cell.name} has no {name}", {"expected": "forward or backward"}
            )
        return found

    def _loop(self, name: str, found: Adjoint, *, hoisted: bool) -> LoopKernel | None:
        key = (name, frozenset(found.given) if name == "backward" else None, id(found), hoisted)
        if key not in self._made:
            recursion = self.recursion(name, found)
            loop = None if recursion is None else self._emitted(recursion, hoisted=hoisted)
            self._made[key] = loop
        return self._made[key]

    def _emitted(self, recursion: Recursion, *, hoisted: bool) -> LoopKernel:
        if self.compiled:
            return compiled.emit(plan(recursion))
        if self.grouped and recursion.name in GROUPED:
            return buffers.emit(fuse(plan(recursion)), grouped=True)
        return buffers.emit(fuse(plan(recursion, hoisted=hoisted)))

    def _run(self, loop: LoopKernel, bound: Mapping[str, Any]) -> dict[str, Array]:
        if not (self.compiled or (self.grouped and loop.plan.recursion.name in GROUPED)):
            return loop(bound)
        # One layout of each array, or each layout would be compiled for.
        plain = {name: _plain(bound[name]) for name in loop.arguments if name in bound}
        if not self.compiled:
            return loop(plain)
        sums = loop.plan.recursion.sums if bound["summed"] else {}
        return {name: v[0] if name in sums else v for name, v in loop(plain).items()}

    def recursion(self, name: str, found: Adjoint) -> Recursion | None:
        """What a loop computes, in expressions; None where the cell has no such part."""
        recurrence = self.derived.recurrence
        if name == "forward":
            return cells.forward(recurrence, self._wanted)
        if name == "readout":
            return cells.readout(recurrence, self._wanted)
        if name == "backward":
            return cells.backward(found, cells.read_by(found.inputs.values()))
        if name in ("tangent", "jacobian"):
            moves = self.derived.tangents if name == "tangent" else self.derived.columns
            return cells.tangent(name, recurrence, moves.moved, moves.values)
        return cells.inputs(found)

    @cached_property
    def _wanted(self) -> frozenset[str]:
        """What a run keeps: the vectors that the cell names, and those that the adjoint reads."""
        found = self.derived.adjoint
        parts = (found.deltas, found.arriving, found.inputs, found.parameters)
        values = [value for part in parts for value in part.values()]
        labels = {each.label for each in order_of(self.derived.recurrence)}
        return (cells.read_by(values) & labels) | {each.label for each in self.derived.named}

    # ------------------------------------------------------------------ running

    def forward(self, fit: Fitted) -> dict[str, Array]:
        """Every vector that is kept, as rows: states from time 0 on, all else from time 1 on."""
        lanes = (math.prod(fit.batch),)
        rows = _of_all_times(self.derived.recurrence.states, fit)
        for label, array in rows.items():
            array[0] = fit.states[label]
        for name, array in fit.inputs.items():
            gap = (1,) * (len(fit.batch) - (array.ndim - 2))
            spread = array.reshape(len(array), *gap, *array.shape[1:])
            shape = (fit.steps, *fit.batch, array.shape[-1])
            full = spread if spread.shape == shape else np.broadcast_to(spread, shape)
            rows[name] = np.ascontiguousarray(full)
        setting = _setting(fit, lanes)
        found = self.derived.adjoint
        for name in ("forward", "readout"):
            loop = self._loop(name, found, hoisted=self._hoists(fit))
            if loop is not None:
                flat = {label: _flat(array) for label, array in rows.items()}
                made = self._run(loop, {**setting, **flat})
                rows |= {label: _apart(array, fit) for label, array in made.items()}
        return rows

    def _hoists(self, fit: Fitted) -> bool:
        return (
            not self.grouped
            and math.prod(fit.batch) * max(fit.sizes.values(), default=1) <= HOISTED_ENTRIES
        )

    def backward(
        self,
        fit: Fitted,
        rows: Mapping[str, Array],
        given: Mapping[str, Array],
        arriving: Mapping[str, Array],
        *,
        summed: bool,
        inputs: bool,
        parameters: bool = True,
    ) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
        """The gradients by parameters, initial states and inputs."""
        read = [each for each in self.derived.named if each.label in given]
        found = self.derived.adjoint_of(read, parameters=parameters)
        lanes = (math.prod(fit.batch),)
        bound = _setting(fit, lanes) | {label: _flat(array) for label, array in rows.items()}
        bound["summed"] = summed
        for of in read:
            bound[found.given[of].label] = _flat(given[of.label])
        carried = _of_all_times(found.carry, fit)
        for of, e in found.carry.items():
            bound[e.label] = _flat(carried[of.label])
            bound[e.label][-1] = _flat(arriving[of.label][None])[0] if of.label in arriving else 0
        loop = self._loop("backward", found, hoisted=self._hoists(fit))
        assert loop is not None
        made = self._run(loop, bound)
        sums: dict[str, Array] = {}
        for parameter in found.parameters:
            name = in_code(parameter.name)
            if name not in made:  # no loss is reached: 0
                before = () if summed else fit.batch
                sums[name] = np.zeros((*before, *fit.parameters[name].shape), fit.dtype)
                continue
            own = made.pop(name)
            if name in fit.scalars:
                own = own[..., 0]
            sums[name] = np.array(own if summed else own.reshape((*fit.batch, *own.shape[1:])))
        starts = {
            of.label: bound[e.label][0].reshape(*fit.batch, rows_of(of, fit)).copy()
            for of, e in found.carry.items()
        }
        last = self._loop("inputs", found, hoisted=False) if inputs else None
        through = {} if last is None else self._run(last, {**bound, **made})
        entering: dict[str, Array] = {}
        for of in found.inputs if inputs else ():
            value = through.get(found.delta[of].label)
            shape = (fit.steps, *fit.batch, rows_of(of, fit))
            entering[of.label] = np.zeros(shape, fit.dtype) if value is None else _apart(value, fit)
        return sums, starts, entering

    def pushed(
        self, fit: Fitted, rows: Mapping[str, Array], start: Mapping[str, Array]
    ) -> dict[str, Array]:
        """The tangents of the states at the last time, from those at the first, (…, n)."""
        return self._pushed("tangent", self.derived.tangents, fit, rows, start, 1)

    def multiplied(
        self, fit: Fitted, rows: Mapping[str, Array], start: Mapping[str, Array]
    ) -> dict[str, Array]:
        """The same of matrices, (…, n, q): the product of the step Jacobians with them."""
        return self._pushed("jacobian", self.derived.columns, fit, rows, start, 2)

    def _pushed(
        self,
        name: str,
        moves: Tangents,
        fit: Fitted,
        rows: Mapping[str, Array],
        start: Mapping[str, Array],
        axes: int,
    ) -> dict[str, Array]:
        moved = moves.moved
        # Without a batch a product of matrices is one call of BLAS.
        alone = axes == 2 and not fit.batch and not self.compiled
        lanes = () if alone else (math.prod(fit.batch),)
        bound = _setting(fit, lanes) | {
            label: array.reshape(len(array), *lanes, array.shape[-1])
            for label, array in rows.items()
        }
        for of in self.derived.recurrence.states:
            array = start[of.label]
            bound[moved[of].label] = array.reshape(*lanes, *array.shape[array.ndim - axes :])
            bound[COLUMNS] = array.shape[-1]
        loop = self._loop(name, self.derived.adjoint, hoisted=self._hoists(fit))
        assert loop is not None
        made = self._run(loop, bound)
        return {
            of: made[moved[each].label].reshape(start[of].shape)
            for each in self.derived.recurrence.states
            for of in [each.label]
        }


def _plain(value: Any) -> Any:
    """An array with its rows in order, aligned, that may be written to; what is none, as it is."""
    if not isinstance(value, np.ndarray) or value.flags.carray:
        return value
    return np.require(value, requirements=["C", "W", "A"])


def _small(fit: Fitted) -> bool:
    largest = max((fit.parameters[name].size for name in fit.matrices), default=0)
    return math.prod(fit.batch) * largest <= thresholds().compiled_entries


def _setting(fit: Fitted, lanes: tuple[int, ...]) -> dict[str, Any]:
    scalars = {scalar: fit.parameters[scalar][()] for scalar in fit.scalars}
    return {
        **fit.parameters,
        **scalars,
        **fit.sizes,
        "first": 1,
        "last": fit.steps,
        "batch": lanes,
        "lanes": lanes,
        "dtype": fit.dtype,
        "summed": False,
    }


def _of_all_times(states: Iterable[Sequence], fit: Fitted) -> dict[str, Array]:
    """An array for each of the states at the times 0 … T, by label; no values yet."""
    named = {of.label: (fit.steps + 1, *fit.batch, rows_of(of, fit)) for of in states}
    return dict(zip(named, runtime.side_by_side(fit.dtype, *named.values()), strict=True))


def _flat(array: Array) -> Array:
    return array.reshape(len(array), math.prod(array.shape[1:-1]), array.shape[-1])


def _apart(array: Array, fit: Fitted) -> Array:
    return array.reshape(len(array), *fit.batch, array.shape[-1])


_TAKEN = {*runtime.NAMESPACE, *dir(np), *dir(builtins), *buffers.SETTING, "product"}
_MADE = re.compile(r".*_(now|before|after|T|taken)(_.*)?|[a-zA-Z]\d+_.*|matrix_product")


def require_matrices(derived: Derived) -> None:
    """Refuse matrices of one row or column, which read as vectors where loops are made.

    Raises:
        NotSupportedError: naming one.
    """
    for each in derived.recurrence.parameters:
        if is_matrix(each) and 1 in each.shape:
            raise NotSupportedError(
                f"loops have no matrix {each.name} of one row or column",
                {"expected": "symbols for the sizes of the cell", "got": str(tuple(each.shape))},
            )


def require_free_names(recursion: Recursion, taken: Collection[str] = _TAKEN) -> None:
    """Refuse quantities that are called as the generated code's own names are.

    Raises:
        NotSupportedError: naming one.
    """
    for name in cells.names_in(recursion):
        if (
            name in taken
            or name.startswith("_")
            or keyword.iskeyword(name)
            or _MADE.fullmatch(name)
        ):
            raise NotSupportedError(
                f"the loop {recursion.name} has a name {name} of its own",
                {"expected": "another name", "got": name},
            )
