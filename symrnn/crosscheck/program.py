"""A cell as a program: its vectors one after the other, and what each gives back to what it reads.

The definitions are taken apart until a slope, a product with a matrix and a product entry by entry
each have a line of their own, as code has them. For a line v_j = f(u, …, θ, …) the calculus derives
what its adjoint δ_v gives to each: (∂f/∂u)ᵀ δ_v. A backward pass is these contributions, line by
line, the latest first; a slip is another contribution in one place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jvp, vjp
from symrnn.cells import Cell
from symrnn.crosscheck.evaluate import Numbers, Value, compiled
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.variation import RIGHT, Cotangents, Edge, Gradients, Variation, name_of
from symrnn.crosscheck.wording import AGAIN, said
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import (
    MatrixProduct,
    MatrixSum,
    Zeros,
    as_matrix,
    scalar_one,
    split_coefficient,
)
from symrnn.language.names import in_code
from symrnn.language.structure import Block, Hadamard, Kronecker
from symrnn.language.time import Sequence, TimeVector

Array = NDArray[Any]


@dataclass
class Run:
    """One forward pass, and the numbers it leaves."""

    program: Program
    point: Point
    numbers: Numbers

    @property
    def steps(self) -> int:
        """T."""
        return self.point.steps

    def sequence(self, label: str) -> list[Any]:
        """A vector over time, from time 0 on."""
        return self.numbers.values[label]

    def adjoint(self, label: str, time: int) -> Array:
        """The adjoint of a vector at a time, 0 where nothing arrives."""
        found = self.numbers.values[self.program.adjoint_labels[label]][time]
        value = self.numbers.values[label][time]
        return np.zeros_like(value) if found is None else np.asarray(found)

    @cached_property
    def cotangents(self) -> Cotangents:
        """What arrives from the loss at each output."""
        return self.point.cotangents(self.sequence)

    def of_sequence(self, place: int) -> Run:
        """What one sequence of the batch has in it."""
        taken = slice(place, place + 1)
        values = {
            label: [None if v is None else v[:, taken] for v in each]
            for label, each in self.numbers.values.items()
        }
        numbers = replace(self.numbers, values=values, width=1, ones={})
        return Run(self.program, self.point, numbers)


class Program:
    """A cell taken apart into lines.

    Args:
        cell: any cell; its sizes may be symbols or numbers.
    """

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.index = cell.index
        self.lines: dict[TimeVector, MatrixExpr] = {}
        self._taken = {in_code(name) for name in cell.shapes} | {str(s) for s in cell.sizes}
        self._taken |= {str(s) for s in cell.scalars}
        self._known: dict[MatrixExpr, TimeVector] = {}
        self._derived: dict[tuple[TimeVector, MatrixExpr], list[Edge]] = {}
        for sequence in cell.order:
            vector = sequence[self.index]
            self._outer = vector
            self.lines[vector] = self._apart(cell.definitions[vector], whole=True)
        given = [each[self.index] for each in cell.inputs]
        self.adjoints = {vector: self._adjoint(vector) for vector in (*self.lines, *given)}
        # What arrives at a state from its own time, without what the step after carries back.
        self.uncarried = {v: self._adjoint(v) for v in self.lines if v.sequence in cell.states}
        self.edges = self._edges(self.lines)

    # ------------------------------------------------------------------ taking apart

    def _apart(self, node: MatrixExpr, whole: bool = False) -> MatrixExpr:
        """The same in terms of lines that stand before it."""
        if isinstance(node, Elementwise):
            argument = self._named(self._apart(node.argument), "a")
            made = Elementwise(node.activation, argument)
            return made if whole else self._named(made, "q")
        if isinstance(node, MatrixProduct):
            *others, last = node.factors
            inner = self._apart(last)
            if others and last.has(TimeVector) and not isinstance(inner, TimeVector | Block):
                inner = self._named(inner, "p")
            return MatrixProduct(node.coefficient, *others, inner)
        if isinstance(node, Hadamard):
            return Hadamard(*(self._factor(factor) for factor in node.args))
        if isinstance(node, MatrixSum):
            return MatrixSum(*(self._apart(term) for term in node.args))
        if isinstance(node, Block):
            return Block(*([self._apart(part) for part in row] for row in node.args))
        return node

    def _factor(self, node: MatrixExpr) -> MatrixExpr:
        inner = self._apart(node)
        weighs = inner.has(TimeVector) and inner.has(sympy.MatrixSymbol)
        return self._named(inner, "p") if weighs else inner

    def _named(self, value: MatrixExpr, prefix: str) -> MatrixExpr:
        """A line of its own for a value that is no line yet."""
        if isinstance(value, TimeVector) or not value.has(TimeVector):
            return value
        if value in self._known:
            return self._known[value]
        base = f"{prefix}_{in_code(self._outer.label).replace('_', '')}"
        label, number = base, 1
        while label in self._taken:
            number += 1
            label = f"{base}{number}"
        self._taken.add(label)
        vector = Sequence(label, value.shape[0])[self.index]
        self.lines[vector] = value
        self._known[value] = vector
        return vector

    def _adjoint(self, vector: TimeVector) -> TimeVector:
        label = f"delta_{in_code(vector.label)}"
        while label in self._taken:
            label += AGAIN
        self._taken.add(label)
        return Sequence(label, vector.shape[0])[self.index]

    def _edges(self, lines: Mapping[TimeVector, MatrixExpr]) -> list[Edge]:
        """Latest line first, so that an adjoint is complete when it is read."""
        return [edge for v in reversed(list(lines)) for edge in self._edges_of_line(v, lines[v])]

    def _edges_of_line(self, vector: TimeVector, value: MatrixExpr) -> list[Edge]:
        key = (vector, value)
        if key not in self._derived:
            leaves = {*value.atoms(TimeVector), *value.atoms(sympy.MatrixSymbol)}
            delta = self.adjoints[vector]
            self._derived[key] = [
                Edge(vector, leaf, vjp(value, leaf, delta))
                for leaf in sorted(leaves, key=sympy.default_sort_key)
            ]
            for scalar in (s for s in self.cell.scalars if s in value.free_symbols):
                rate = _rate(value, scalar)
                if not isinstance(rate, Zeros):
                    self._derived[key].append(Edge(vector, scalar, Hadamard(rate, delta)))
        return self._derived[key]

    # ------------------------------------------------------------------ running

    @cached_property
    def state_labels(self) -> tuple[str, ...]:
        """The states."""
        return tuple(state.label for state in self.cell.states)

    def run(self, point: Point, variation: Variation = RIGHT) -> Run:
        """The forward pass."""
        for change in variation.point:
            point = change(point)
        numbers = Numbers(
            point.sizes, point.scalars, point.parameters, {}, 0, point.width, point.dtype
        )
        values = numbers.values
        for vector in self.lines:
            values[vector.label] = [None]
        for label, sequence in point.inputs.items():
            values[label] = [None, *sequence]
        for state in self.cell.states:
            values[state.label][0] = point.initial[state.label]
        lines = [
            (vector.label, compiled(variation.lines.get(vector.label, value)))
            for vector, value in self.lines.items()
        ]
        width = point.width
        with np.errstate(all="ignore"):
            for time in range(1, point.steps + 1):
                numbers.time = time
                for label, value in lines:
                    found = value(numbers)
                    if found.shape[1] != width:
                        found = np.repeat(found, width, axis=1)
                    values[label].append(found)
        return Run(self, point, numbers)

    def gradients(self, run: Run, variation: Variation = RIGHT) -> Gradients:
        """The backward pass: by parameter and scalar, then by initial state as `h_0`."""
        self.backward(run, variation)
        names = (*(str(p.name) for p in self.parameters), *self.scalars)
        found = {name: self.gradient(run, name, variation) for name in names}
        for state in self.cell.states:
            found[f"{state.label}_0"] = run.adjoint(state.label, 0)
        for after in variation.post:
            found = after(run, found)
        return found

    def backward(
        self, run: Run, variation: Variation = RIGHT, inputs: bool = False, stop: int = 0
    ) -> None:
        """The adjoints of all vectors at all times after `stop`, latest first, kept in the run.

        At `stop` itself the states have what later steps give to them.
        """
        numbers, steps, width = run.numbers, run.steps, run.point.width
        edges = self.edges_of(variation)
        plan: dict[str, list[tuple[TimeVector, bool, Value]]] = {
            v.label: [] for v in reversed(self.order)
        }
        for edge in edges:
            formula = variation.edges.get((edge.reader.label, edge.leaf), edge.formula)
            known = isinstance(edge.leaf, TimeVector) and edge.leaf.label in self.adjoint_labels
            if formula is not None and known and (inputs or edge.leaf.label not in self.inputs):
                plan[edge.reader.label].append((edge.leaf, edge.goes_back, compiled(formula)))
        deltas: dict[str, list[Any]] = {}
        own: dict[str, list[Any]] = {}
        for label, adjoint in self.adjoint_labels.items():
            deltas[label] = numbers.values[adjoint] = [None] * (steps + 1)
        for vector, without in self.uncarried.items():
            own[vector.label] = numbers.values[without.label] = [None] * (steps + 1)
        arriving = run.cotangents
        for change in variation.cotangents:
            arriving = change(run, arriving)
        with np.errstate(all="ignore"):
            for time in range(steps, stop, -1):
                numbers.time = time
                for label, sequence in arriving.items():
                    if sequence[time] is not None:
                        _add(deltas[label], time, sequence[time])
                        if label in own:
                            _add(own[label], time, sequence[time])
                for reader, flows in plan.items():
                    if deltas[reader][time] is None:
                        continue
                    if reader in variation.adjoints:
                        deltas[reader][time] = variation.adjoints[reader](deltas[reader][time])
                    for leaf, back, value in flows:
                        label, given = leaf.label, value(numbers)
                        if given.shape[1] != width:
                            given = np.broadcast_to(given, (given.shape[0], width))
                        for carried in variation.carry if back else ():
                            given = None if given is None else carried(run, label, time, given)
                        if given is not None:
                            # A state that is held where it began goes back to its beginning.
                            to = int(leaf.index) if leaf.index.is_Integer else time - back
                            _add(deltas[label], to, given)
                            if not back and label in own:
                                _add(own[label], to, given)

    def gradient(self, run: Run, name: str, variation: Variation = RIGHT) -> Array:
        """∂L/∂θ of one parameter or scalar, from the adjoints that the run keeps."""
        numbers = run.numbers
        is_scalar = name in self.scalars
        shape = () if is_scalar else run.point.parameters[name].shape
        own = []
        for edge in self.edges_of(variation):
            if not edge.is_flow and edge.name == name:
                formula = variation.edges.get((edge.reader.label, edge.leaf), edge.formula)
                if formula is not None:
                    own.append((self.adjoint_labels[edge.reader.label], compiled(formula)))
        column = not is_scalar and shape[1] == 1
        kept = variation.kept.get(name)
        each: list[Array] = []
        total = np.zeros(shape, run.point.dtype)
        with np.errstate(all="ignore"):
            for time in range(run.steps, 0, -1):
                numbers.time = time
                here = total if kept is None else np.zeros(shape, run.point.dtype)
                for adjoint, value in own:
                    if numbers.values[adjoint][time] is not None:
                        given = value(numbers)
                        if is_scalar:
                            given = given.sum()
                        elif column and given.shape[1] != 1:
                            given = given.sum(axis=1, keepdims=True)
                        here += given
                if kept is not None:
                    each.append(here)
        return total if kept is None else np.asarray(kept(run, each))

    def edges_of(self, variation: Variation) -> list[Edge]:
        """The contributions: of the right lines, or of those of the variation."""
        lines = variation.lines if variation.consistent else variation.backward
        if not lines:
            return self.edges
        return self._edges({v: lines.get(v.label, value) for v, value in self.lines.items()})

    @cached_property
    def said(self) -> dict[TimeVector, str]:
        """Every line in plain text."""
        return {vector: said(value) for vector, value in self.lines.items()}

    def shown(self, words: str) -> str:
        """Words in which a line without a name in the cell stands as what it is: tanh(c)."""
        for label, said_ in self._short.items():
            words = re.sub(rf"\b{label}\b(?!\[)", said_, words)
        return words

    @cached_property
    def _short(self) -> dict[str, str]:
        own = {sequence.label for sequence in self.cell.order}
        return {
            vector.label: said_
            for vector, said_ in self.said.items()
            if vector.label not in own and isinstance(self.lines[vector], Elementwise)
        }

    @cached_property
    def parameters(self) -> tuple[Any, ...]:
        """The cell's parameters."""
        return tuple(self.cell.parameters)

    @cached_property
    def scalars(self) -> tuple[str, ...]:
        """The names of the cell's scalars, as code has them."""
        return tuple(name_of(symbol) for symbol in self.cell.scalars)

    @cached_property
    def order(self) -> tuple[TimeVector, ...]:
        """The lines' vectors, in the order of computation."""
        return tuple(self.lines)

    @cached_property
    def adjoint_labels(self) -> dict[str, str]:
        """The adjoint's label by the vector's; inputs have adjoints, too."""
        return {vector.label: adjoint.label for vector, adjoint in self.adjoints.items()}

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The labels of what is given at every time."""
        return frozenset(each.label for each in self.cell.inputs)

    def expected(self, point: Point, variation: Variation = RIGHT) -> Gradients:
        """The gradients of a program at a point."""
        return self.gradients(self.run(point, variation), variation)


@lru_cache(maxsize=64)
def program_of(cell: Cell) -> Program:
    """The program of a cell, taken apart once."""
    return Program(cell)


def _rate(value: MatrixExpr, scalar: sympy.Symbol) -> MatrixExpr:
    """∂(value)/∂(scalar), of the value's shape."""
    rate = jvp(value, scalar, scalar_one())
    put = {}
    for node in rate.find(Kronecker):
        # c ⊗ A of a number c is c A.
        coefficient, core = split_coefficient(node.args[0])
        if core == scalar_one():
            put[node] = MatrixProduct(coefficient, node.args[1])
    return as_matrix(rate.xreplace(put))


def _add(sequence: list[Any], time: int, value: Array) -> None:
    now = sequence[time]
    sequence[time] = value if now is None else now + value
