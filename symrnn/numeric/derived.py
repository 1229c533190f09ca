"""What is derived of a cell before anything is run: names on the way, and the adjoint step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from symrnn.cells import Cell
from symrnn.errors import IllFormedError
from symrnn.language.derivatives import VectorFunction
from symrnn.language.names import in_code
from symrnn.language.time import Sequence
from symrnn.numeric.loops.cells import in_code_names
from symrnn.recurrence.adjoint import Adjoint, adjoint, order_of
from symrnn.recurrence.named import with_named_intermediates
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.slopes import through_values


@dataclass(frozen=True, eq=False)
class Derived:
    """The definitions of a cell as they are run, and their adjoint.

    Raises:
        IllFormedError: nothing but the name of an activation is known.
    """

    cell: Cell
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
                rewrite=lambda value: through_values(value, recurrence),
            )
        return self._adjoints[key]


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
