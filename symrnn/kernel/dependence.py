"""Whether a value can change when a variable does: "no" needs a proof, and all else is no answer.

Every vector of a recurrence has a value at each time: from time 1 on it is what its definition
says, before that, or without a definition, it is given. A vector that is cut is given as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, MatrixSymbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.kernel.binders import bound
from symrnn.kernel.facts import Fact
from symrnn.kernel.nodes import BINDERS
from symrnn.kernel.substitution import substitute
from symrnn.language.derivatives import ImmediateDerivative, TotalDerivative
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.recurrence.definitions import Definitions

DEPTH = 12
"""How many definitions are opened, one within the other."""


def variable(by: MatrixExpr) -> MatrixExpr:
    """The parameter or vector itself, where a derivative is by vec of it."""
    return by.args[0] if isinstance(by, Vec) else by


def definition(cell: Definitions, node: Any) -> MatrixExpr | None:
    """The right side of the definition of a vector, at its own time; None for what is given."""
    if not isinstance(node, TimeVector):
        return None
    value = cell.definitions.get(node.sequence[cell.index])
    return None if value is None else substitute(value, {cell.index: node.index})


@dataclass(frozen=True)
class Dependence:
    """What is known to be independent of what, in one recurrence and under facts about times."""

    cell: Definitions | None
    facts: tuple[Fact, ...]

    def nonnegative(self, expression: Expr) -> bool:
        """Whether a difference of times is known to be ≥ 0."""
        return Fact.nonnegative(expression).follows_from(self.facts)

    def with_fact(self, fact: Fact) -> Dependence:
        """The same in a case in which one more fact holds."""
        return Dependence(self.cell, (*self.facts, fact))

    def distinct(self, one: MatrixExpr, other: MatrixExpr) -> bool:
        """Whether two leaves are known not to be one and the same."""
        if not (isinstance(one, TimeVector) and isinstance(other, TimeVector)):
            return bool(one != other)
        gap = one.index - other.index
        return (
            one.sequence != other.sequence
            or self.nonnegative(gap - 1)
            or self.nonnegative(-gap - 1)
        )

    def is_given(self, leaf: MatrixExpr) -> bool:
        """Whether a leaf is known to have no definition that computes it."""
        if not isinstance(leaf, TimeVector):
            return True
        if self.cell is None:
            return False
        return definition(self.cell, leaf) is None or self.nonnegative(-leaf.index)

    def independent(self, term: Any, by: MatrixExpr, cut: Iterable[MatrixExpr] = ()) -> bool:
        """Whether a term is known not to change with `by`, what is `cut` being held."""
        cut = tuple(cut)
        if term.has(TotalDerivative, ImmediateDerivative, sympy.Derivative):
            return False  # how a derivative changes is not known
        indices = {index for node in term.atoms(*BINDERS) for index in bound(node)}
        outside = [by, *cut, *self.facts]
        if any(indices & each.free_symbols for each in outside):
            return False  # what is said of a free symbol is not said of an index of that name
        leaves = term.atoms(TimeVector, MatrixSymbol)
        return all(self._leaf(leaf, by, cut, DEPTH) for leaf in leaves)

    def _leaf(
        self, leaf: MatrixExpr, by: MatrixExpr, cut: tuple[MatrixExpr, ...], depth: int
    ) -> bool:
        if not self.distinct(leaf, by):
            return False
        if leaf in cut or self.is_given(leaf):
            return True
        if self.cell is None:
            return False
        if self._before(leaf, by) or self._behind(leaf, by, cut):
            return True
        if depth == 0:
            return False
        # Before time 1 it is given; from time 1 on it is what it reads.
        computed = self.with_fact(Fact.nonnegative(leaf.index - 1))
        read = _read(self.cell, leaf)
        return all(computed._leaf(each, by, cut, depth - 1) for each in read)

    def _before(self, leaf: TimeVector, by: MatrixExpr) -> bool:
        """Whether the leaf is computed before anything that reads `by`, or never reads it."""
        assert self.cell is not None
        name = by.sequence if isinstance(by, TimeVector) else by
        delay = _delays(self.cell, name).get(leaf.sequence)
        if delay is None:
            return True
        return isinstance(by, TimeVector) and self.nonnegative(by.index + delay - 1 - leaf.index)

    def _behind(self, leaf: TimeVector, by: MatrixExpr, cut: tuple[MatrixExpr, ...]) -> bool:
        """Whether all states of a time stand between, cut: only states reach the time after."""
        assert self.cell is not None
        if not isinstance(by, TimeVector):
            return False
        times = {each.index for each in cut if isinstance(each, TimeVector)}
        return any(
            all(state[time] in cut and self.distinct(state[time], by) for state in self.cell.states)
            and self.nonnegative(leaf.index - time - 1)
            and self.nonnegative(time - by.index)
            for time in times
        )


def _read(cell: Definitions, leaf: MatrixExpr) -> set[MatrixExpr]:
    value = definition(cell, leaf)
    return set() if value is None else value.atoms(TimeVector, MatrixSymbol)


@lru_cache(maxsize=256)
def _delays(cell: Definitions, name: Any) -> dict[Any, int]:
    """By sequence: the fewest steps that lead to it from a sequence or a parameter; 0 to itself."""
    found: dict[Any, int] = {name: 0}
    changed = True
    while changed:
        changed = False
        for defined, value in cell.definitions.items():
            for read in value.atoms(TimeVector, MatrixSymbol):
                key = read.sequence if isinstance(read, TimeVector) else read
                if key not in found:
                    continue
                steps = cell.index - read.index if isinstance(read, TimeVector) else 0
                total = found[key] + int(sympy.expand(steps))
                if total < found.get(defined.sequence, total + 1):
                    found[defined.sequence] = total
                    changed = True
    return found
