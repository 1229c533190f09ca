"""What is derived of a cell before anything is run: names on the way, and the adjoint step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Cell
from symrnn.cells.lettering import fresh_name
from symrnn.errors import IllFormedError
from symrnn.language.algebra import Zeros
from symrnn.language.derivatives import VectorFunction
from symrnn.language.names import in_code
from symrnn.language.time import Sequence
from symrnn.numeric.loops.cells import in_code_names, parts_of
from symrnn.numeric.rewrites.slopes import keeps_digits
from symrnn.recurrence.adjoint import Adjoint, adjoint, order_of
from symrnn.recurrence.named import names_of, with_named_intermediates
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.slopes import through_values
from symrnn.recurrence.tangent import tangents

COLUMNS = "columns_"
"""The size of several directions side by side; no name of a cell ends like this."""


@dataclass(frozen=True, eq=False)
class Derived:
    """The definitions of a cell as they are run, their adjoint, and their tangents.

    Attributes:
        cell: what is run.
        by_values: take every slope that is a polynomial of the value from it, q(1-q) and 1-n²;
            else those alone that keep their digits where a unit saturates.

    Raises:
        IllFormedError: nothing but the name of an activation is known.
    """

    cell: Cell
    by_values: bool = False
    _adjoints: dict[Any, Adjoint] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        unknown = [f.name for f in self.cell.activations if f.is_unknown]
        if unknown:
            raise IllFormedError(
                f"{self.cell.name}: nothing is known of {', '.join(unknown)}",
                {"expected": "known activations: activations = {'sigma': 'tanh'}"},
            )

    @cached_property
    def recurrence(self) -> Recurrence:
        """The definitions, with names for what is computed on the way."""
        return with_named_intermediates(in_code_names(_with_known_losses(self.cell.recurrence)))

    @cached_property
    def named(self) -> tuple[Sequence, ...]:
        """The vectors that the cell names itself: what a loss may read, and a run gives back."""
        labels = {in_code(of.label) for of in self.cell.definitions}
        return tuple(each for each in order_of(self.recurrence) if each.label in labels)

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """The names of the cell's own losses."""
        return tuple(each.label for each in self.recurrence.outputs)

    @cached_property
    def adjoint(self) -> Adjoint:
        """The adjoint step of a loss that reads every vector."""
        return self.adjoint_of(self.named)

    def adjoint_of(self, sources: Iterable[Sequence], *, parameters: bool = True) -> Adjoint:
        """The adjoint step of a loss that reads the vectors `sources`; with the parameters'."""
        read = frozenset(sources)
        key = read if parameters else (read, "states alone")
        if key not in self._adjoints:
            recurrence = self.recurrence
            self._adjoints[key] = adjoint(
                recurrence,
                None if parameters else (),
                sources=read,
                rewrite=self.rewritten,
            )
        return self._adjoints[key]

    def unread(self, sources: Iterable[str]) -> frozenset[str]:
        """The parameters that a loss on the last states and the vectors `sources` does not reach,
        by name."""
        found = self._adjoint_of_labels(sources).parameters
        return frozenset(in_code(p.name) for p, value in found.items() if isinstance(value, Zeros))

    def reached(self, sources: Iterable[str] = ()) -> frozenset[str]:
        """The vectors on the way from the parameters to the last states and to `sources`."""
        found = self._adjoint_of_labels(sources).deltas
        return frozenset(of.label for of, value in found.items() if not isinstance(value, Zeros))

    def _adjoint_of_labels(self, sources: Iterable[str]) -> Adjoint:
        labels = {*sources}
        return self.adjoint_of(each for each in self.named if each.label in labels)

    def rewritten(self, value: MatrixExpr) -> MatrixExpr:
        """A derived expression with slopes through the values of the activations."""
        if self.by_values:
            return through_values(value, self.recurrence)
        return through_values(value, self.recurrence, keeps_digits)

    @cached_property
    def tangents(self) -> Tangents:
        """What moves in a step where the state before moves in one direction."""
        return self._tangents("u", None)

    @cached_property
    def columns(self) -> Tangents:
        """The same of several directions side by side."""
        return self._tangents("P", Symbol(COLUMNS, integer=True, positive=True))

    def _tangents(self, prefix: str, columns: Symbol | None) -> Tangents:
        recurrence, now = self.recurrence, self.recurrence.index
        taken = {*names_of(recurrence)}
        moved = {
            each: Sequence(fresh_name(f"{prefix}_{each.label}", taken), each.rows, columns or 1)
            for each in parts_of(recurrence).core
        }
        before = {each: moved[each][now - 1] for each in recurrence.states}

        def named(each: Sequence, value: MatrixExpr) -> MatrixExpr:
            return value if isinstance(value, Zeros) else moved[each][now]

        return Tangents(moved, tangents(recurrence, moved, before, named, self.rewritten))


@dataclass(frozen=True, eq=False)
class Tangents:
    """The tangents of what the states need in a step, in an order of computation.

    Attributes:
        moved: what the tangent of each vector is called.
        values: each at the time of the definitions, by those of that time and of the states before.
    """

    moved: Mapping[Sequence, Sequence]
    values: Mapping[Sequence, MatrixExpr]


def _with_known_losses(recurrence: Recurrence) -> Recurrence:
    """The recurrence without losses of which only the name is known: their gradient is given."""
    unknown = {
        of.sequence
        for of, value in recurrence.definitions.items()
        if of.sequence in recurrence.outputs and value.has(VectorFunction)
    }
    return Recurrence(
        recurrence.index,
        recurrence.states,
        recurrence.inputs,
        {of: v for of, v in recurrence.definitions.items() if of.sequence not in unknown},
        tuple(each for each in recurrence.outputs if each not in unknown),
    )
