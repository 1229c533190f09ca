"""What a plan is made of: named values, operations on them, sums over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from sympy import Expr, Symbol
from sympy.printing.pycode import PythonCodePrinter

from symrnn.language.shapes import same_size, symbolic
from symrnn.numeric.loops.recursion import Recursion

ONCE, ACROSS, EACH = 0, 1, 2


@dataclass(frozen=True)
class Operand:
    """A named value: a parameter, the member of a sequence at `index + offset`, or a result.

    `level` is when it is known: `ONCE` before all times, `ACROSS` for each time but from values
    that stand before the loop runs, `EACH` in the step.
    """

    name: str
    rows: Expr
    cols: Expr
    level: int
    offset: int | None = None
    transposed: bool = False
    diagonal: bool = False

    @property
    def is_vector(self) -> bool:
        """Whether its entries lie in one axis."""
        return same_size(self.cols, 1) or same_size(self.rows, 1)

    @property
    def is_row(self) -> bool:
        """Whether it is a vector that lies."""
        return same_size(self.rows, 1)

    @property
    def T(self) -> Operand:
        """The transpose: another reading of the same entries."""
        return replace(self, rows=self.cols, cols=self.rows, transposed=not self.transposed)


@dataclass(frozen=True)
class Operation:
    """target = op(arguments).

    op: matvec (M, v), matmul (A, B), scale_rows (v, M), scale_columns (M, v), times, plus, copy,
    apply and polynomial (one argument, `formula`), scale (one argument, `formula` a scalar), inner
    (u, v), softmax, logsumexp, stack (of columns), rows and place (`formula` the first row and how
    many), fill (no argument, `formula` the number), identity, inverse.
    """

    op: str
    arguments: tuple[Operand, ...]
    target: Operand
    formula: Any = None


@dataclass(frozen=True)
class OverTime:
    """A sum over all times: Σ left rightᵀ, or Σ left where there is no right."""

    name: str
    left: Operand
    right: Operand | None


@dataclass(frozen=True)
class View:
    """Where a vector lies in a wider one: from entry `start` on, `size` entries."""

    of: str
    start: Expr
    size: Expr


@dataclass(frozen=True)
class Plan:
    """A recursion in operations.

    Attributes:
        recursion: what is computed.
        operations: in order.
        sums: over all times.
        stored: results whose values at all times are there after the loop.
        returned: results that are returned so, by name.
        matrices: matrices that are put below each other once, by the name of what they make.
        vectors: the vectors that others are parts of, by name.
        views: of which vector a result is a part.
    """

    recursion: Recursion
    operations: tuple[Operation, ...]
    sums: tuple[OverTime, ...]
    stored: frozenset[str]
    returned: Mapping[str, Operand] = field(default_factory=dict)
    matrices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    vectors: Mapping[str, Operand] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)

    def at(self, level: int) -> list[Operation]:
        """The operations of one level, in order."""
        return [operation for operation in self.operations if operation.target.level == level]

    @cached_property
    def sequences(self) -> list[tuple[str, int]]:
        """Every sequence that is read or written, with its offset from the index."""
        found = {
            (operand.name, operand.offset)
            for operand in self.operands()
            if operand.offset is not None
        }
        return sorted(found)

    @cached_property
    def labels(self) -> list[str]:
        """Every sequence that is read or written, by name."""
        return sorted({name for name, _ in self.sequences})

    @cached_property
    def scalars(self) -> list[Symbol]:
        """The scalars that factors are made of."""
        factors = [o.formula for o in self.operations if o.op == "scale"]
        found = {symbol for factor in factors for symbol in factor.free_symbols}
        return sorted(found, key=str)

    @cached_property
    def parameters(self) -> list[str]:
        """What does not depend on time and is given."""
        made = {operation.target.name for operation in self.operations} | {*self.matrices}
        read = {o.name for o in self.operands() if o.level == ONCE and o.name not in made}
        return sorted(read.union(*self.matrices.values()))

    def operands(self) -> Iterable[Operand]:
        """Every operand of every operation and sum."""
        for operation in self.operations:
            yield from (*operation.arguments, operation.target)
        for each in self.sums:
            yield each.left
            if each.right is not None:
                yield each.right


SPANS = ("rows", "place")
"""Operations whose formula is a first row and how many."""


def axes_of(operand: Operand) -> list[Any]:
    """The sizes of the axes in which the entries lie: one of a vector, two of a matrix."""
    if operand.is_vector:
        return [operand.cols if operand.is_row else operand.rows]
    return [operand.rows, operand.cols]


def sizes_of(plan: Plan) -> tuple[str, ...]:
    """The names of the sizes that a plan speaks of."""
    extents = [size for o in plan.operands() for size in (o.rows, o.cols)]
    extents += [o.formula for o in plan.operations if o.op in SPANS]
    return tuple(sorted({name for size in extents for name in symbols_of(size)}))


def symbols_of(size: Any) -> tuple[str, ...]:
    """The names of what a size or a factor is made of."""
    return tuple(sorted(symbol.name for symbol in symbolic(size).free_symbols))


def scalars_of(plan: Plan) -> tuple[str, ...]:
    """The names of the scalars that factors are made of."""
    return tuple(symbol.name for symbol in plan.scalars)


def printed(expression: Any) -> str:
    """A size or a factor in generated code."""
    return str(PythonCodePrinter().doprint(expression))
