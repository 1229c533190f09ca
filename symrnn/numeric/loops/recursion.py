"""A recursion over time, as expressions: what every emitter of loops starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.time import TimeVector


@dataclass(frozen=True)
class Recursion:
    """Definitions at one time in terms of the time before (or after), and sums over the times.

    Attributes:
        name: of the generated function.
        index: the time; the function runs it from `first` to `last`.
        definitions: value at `index` of each sequence that is computed, in order.
        descending: run from `last` down to `first`.
        kept: sequences whose every value is returned; of the others only the latest.
        sums: bodies of Σ over the times, by the name of the result.
        places: time of the first place of a sequence's array; 0 where nothing is said.
        local: sequences that are values within a step and have no array of their own.
        returned: those of them whose values at all times are returned, from the time `first` on.
    """

    name: str
    index: Symbol
    definitions: tuple[tuple[TimeVector, MatrixExpr], ...]
    descending: bool = False
    kept: frozenset[str] = frozenset()
    sums: Mapping[str, MatrixExpr] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()

    @cached_property
    def own(self) -> frozenset[str]:
        """The sequences that are computed and have an array."""
        return frozenset(node.label for node, _ in self.definitions) - self.local

    @cached_property
    def carried(self) -> list[str]:
        """The sequences of which only the latest value is returned."""
        return sorted(self.own - self.kept)

    @cached_property
    def results(self) -> list[str]:
        """What the generated function returns beside the kept sequences."""
        return [*self.carried, *self.sums]
