"""What a slip may put in another thing's place: everything that a cell speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy
from sympy import Poly
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck.program import Program
from symrnn.language.activations import Activation, Elementwise, activation
from symrnn.language.algebra import MatrixSum, Ones
from symrnn.language.shapes import same_shape
from symrnn.language.time import TimeVector
from symrnn.recurrence.slopes import slope_through_value

COMMON = ("tanh", "logistic", "relu")
"""Functions that stand for another one by mistake, beside those of the cell."""


@dataclass(frozen=True)
class Vocabulary:
    """The vectors, parameters and functions of a cell."""

    program: Program

    @cached_property
    def vectors(self) -> tuple[TimeVector, ...]:
        """Every line, input and state at its own time, and states one step back."""
        now = self.program.index
        lines = list(self.program.lines)
        inputs = [each[now] for each in self.program.cell.inputs]
        return (*lines, *inputs)

    @cached_property
    def parameters(self) -> tuple[Any, ...]:
        """The cell's parameters."""
        return tuple(self.program.cell.parameters)

    @cached_property
    def functions(self) -> tuple[Activation, ...]:
        """The cell's functions, and the common ones."""
        known = {f.name: f for f in self.program.cell.activations if not f.is_unknown}
        return (*known.values(), *(activation(n) for n in COMMON if n not in known))

    @cached_property
    def slopes(self) -> dict[str, Poly]:
        """p with σ′ = p(σ) for the functions that have one."""
        found = {}
        for each in self.functions:
            through = slope_through_value(each)
            if through is not None:
                (v,) = through.variables
                polynomial = Poly(sympy.expand(through.expr), v)
                if polynomial.degree() > 1:
                    found[each.name] = polynomial
        return found

    def others(self, node: MatrixExpr) -> Iterator[tuple[TimeVector, int]]:
        """The vectors of a node's shape, states one step back among them; and how unlikely."""
        for vector in self.vectors:
            if same_shape(vector.shape, node.shape):
                yield vector, 2
                if vector.sequence in self.program.cell.states:
                    yield vector.sequence[self.program.index - 1], 2

    def gates_like(self, node: TimeVector) -> Iterator[TimeVector]:
        """Other vectors of the cell that are made by the same function, of the same shape."""
        lines, order = self.program.lines, self.program.cell.order
        own = lines.get(node)
        if not isinstance(own, Elementwise):
            return
        for vector, value in lines.items():
            alike = isinstance(value, Elementwise) and value.activation == own.activation
            other = vector != node and vector.sequence in order
            if alike and other and same_shape(vector.shape, node.shape):
                yield vector

    @cached_property
    def complemented(self) -> frozenset[TimeVector]:
        """The vectors v that stand as 1 - v somewhere."""
        found = set()
        for value in self.program.lines.values():
            for node in value.find(is_complement):
                found.update(node.atoms(TimeVector))
        return frozenset(found)


def is_complement(node: Any) -> bool:
    """Whether a node is 1 - v."""
    return (
        isinstance(node, MatrixSum)
        and len(node.args) == 2
        and any(isinstance(term, Ones) for term in node.args)
    )
