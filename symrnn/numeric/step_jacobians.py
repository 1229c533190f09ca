"""∂s_j/∂s_{j-1} of any cell at many times at once, s the state with all its parts.

Column block by column block: what each vector of the step becomes when one part of the state before
moves, the definitions in their order. A matrix that is read later is computed once and has a name;
what is but a scaled matrix, diag(v) W, is written where it is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.lettering import fresh_name
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Parameter, Zeros
from symrnn.language.structure import Diag
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.derived import Derived
from symrnn.numeric.loops.cells import parts_of
from symrnn.numeric.lower import Kernel, lower
from symrnn.numeric.plain_passes import bindings_of
from symrnn.numeric.run import Run
from symrnn.recurrence.named import names_of
from symrnn.recurrence.tangent import tangents

Array = NDArray[Any]


@dataclass(frozen=True)
class _Column:
    """The blocks below a part of the state before.

    Attributes:
        named: what is computed first, by its name, in this order.
        blocks: by the label of the part of the state, as a function or the name of what is computed
            already; of what is not there the block is 0.
    """

    named: Mapping[str, Kernel]
    blocks: Mapping[str, Kernel | str]


@dataclass(frozen=True, eq=False)
class StepJacobians:
    """The step Jacobians of what was derived of a cell."""

    derived: Derived

    @cached_property
    def _columns(self) -> Mapping[str, _Column]:
        return {each.label: self._column(each) for each in self.derived.recurrence.states}

    def _column(self, part: Sequence) -> _Column:
        recurrence = self.derived.recurrence
        taken = {*names_of(recurrence)}
        named: dict[str, Kernel] = {}
        names: dict[Sequence, str] = {}

        def name(each: Sequence, value: MatrixExpr) -> MatrixExpr:
            if _is_scaled_matrix(value):
                return value
            known = Parameter(fresh_name(f"J_{each.label}", taken), *value.shape)
            names[each] = known.name
            named[known.name] = lower(value, known.name)
            return known

        size = part.rows
        before = {
            each: Identity(size) if each == part else Zeros(each.rows, size)
            for each in recurrence.states
        }
        order = parts_of(recurrence).core
        found = tangents(recurrence, order, before, name, self.derived.rewritten)
        blocks = {
            each.label: names.get(each) or lower(found[each], f"d{each.label}_d{part.label}")
            for each in recurrence.states
            if not isinstance(found[each], Zeros)
        }
        return _Column(named, blocks)

    @property
    def source(self) -> str:
        """The generated code, column by column."""
        columns = self._columns.values()
        made = [k for c in columns for k in (*c.named.values(), *c.blocks.values())]
        return "\n".join(each.source for each in made if isinstance(each, Kernel))

    def __call__(self, run: Run, first: int, last: int) -> Array:
        """At the times first … last, (last-first+1, …, Σn, Σn)."""
        fit, count = run.weights, last - first + 1
        bound: dict[str, Any] = bindings_of(fit)
        for name, array in run.rows.items():
            part = array[first - 1 : last + (name in fit.states), ..., None]
            bound[name] = part if name in fit.states else _FromOne(part)
        # One time is no axis: nothing is gathered.
        bound[self.derived.recurrence.index.name] = np.arange(1, count + 1) if count > 1 else 1
        lead = (count, *fit.batch) if count > 1 else fit.batch
        ends = np.cumsum([run.rows[each].shape[-1] for each in self._columns])
        begins = dict(zip(self._columns, (0, *ends), strict=False))
        whole = np.zeros((*lead, ends[-1], ends[-1]), fit.dtype)
        for (moved, column), stop in zip(self._columns.items(), ends, strict=True):
            values = dict(bound)
            for name, kernel in column.named.items():
                values[name] = kernel(values)
            for label, block in column.blocks.items():
                rows = slice(begins[label], begins[label] + run.rows[label].shape[-1])
                value = values[block] if isinstance(block, str) else block(values)
                whole[..., rows, begins[moved] : stop] = value
        return whole if count > 1 else whole[None]


def _is_scaled_matrix(value: MatrixExpr) -> bool:
    """Whether it is one matrix at most, scaled by diagonals."""
    if isinstance(value, Zeros) or not value.has(TimeVector):
        return True
    if isinstance(value, MatrixSum):
        return False
    factors = value.factors if isinstance(value, MatrixProduct) else (value,)
    return sum(not isinstance(factor, Diag) for factor in factors) <= 1


class _FromOne:
    """An array whose first place is the time 1."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __getitem__(self, time: Any) -> Array:
        return np.asarray(self.array[time - 1])
