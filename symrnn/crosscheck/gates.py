"""Lines that are built alike, and code that takes them in another order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

import sympy

from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program, Run
from symrnn.crosscheck.slip import WHOLE, Slip
from symrnn.crosscheck.variation import Gradients, Variation
from symrnn.language.algebra import MatrixSum
from symrnn.language.shapes import same_shape
from symrnn.language.time import TimeVector


def slips_of_order(program: Program) -> Iterator[Slip]:
    """Gradients of two parameters swapped, gates in another order."""
    for one, other in _alike(program):
        yield Slip(
            f"∂L/∂{one} and ∂L/∂{other} are swapped", f"∂L/∂{one}",
            Variation(post=(_renamed({one: other, other: one}),)), WHOLE, 2,
        )  # fmt: skip
    for words, naming in gate_orders(program):
        inverse = {new: old for old, new in naming.items()}
        yield Slip(
            f"the gradients of the gates come in another order: {words}", "∂L/∂W",
            Variation(post=(_renamed(naming),)), WHOLE, 2,
        )  # fmt: skip
        yield Slip(
            f"the gates are taken in another order, in both passes: {words}", "the order of gates",
            Variation(point=(_permuted(naming),), post=(_renamed(inverse),)), WHOLE, 2,
        )  # fmt: skip
        yield Slip(
            f"the gates are taken in another order, in the forward pass: {words}",
            "the order of gates", Variation(point=(_permuted(naming),)), WHOLE, 3,
        )  # fmt: skip
    yield from _mixed_up(program)


def _mixed_up(program: Program) -> Iterator[Slip]:
    """δ of the gates in another order where they meet one kind of weights, or all.

    What a δ gives to a vector through another gate's weights is the same sum.
    """
    recurrent, other = _by_what_they_meet(program)
    for words, naming in gate_orders(program):
        inverse = {new: old for old, new in naming.items()}
        by_name = {str(p.name): p for p in program.cell.parameters}
        put = {by_name[new]: by_name[old] for new, old in inverse.items()}
        for where, kept, flows in (
            ("", recurrent | other, True),
            (" where they meet the weights of the state", recurrent, True),
            (" where they meet the weights of the input", other, False),
        ):
            renamed = {name: theirs for name, theirs in naming.items() if name in kept}
            edges = {
                (edge.reader.label, edge.leaf): edge.formula.xreplace(put)
                for edge in program.edges
                if flows and edge.is_flow and edge.formula.has(*put)
            }
            yield Slip(
                f"the adjoints of the gates are in another order{where}: {words}", "δ of the gates",
                Variation(edges=edges, post=(_renamed(renamed),)), WHOLE, 2.5,
            )  # fmt: skip


def _by_what_they_meet(program: Program) -> tuple[set[str], set[str]]:
    """The names of the parameters that a state one step back is multiplied by, and the others."""
    recurrent = set()
    for value in program.lines.values():
        for term in value.args if isinstance(value, MatrixSum) else (value,):
            if any(leaf.index != program.index for leaf in term.atoms(TimeVector)):
                recurrent |= {str(p.name) for p in term.atoms(sympy.MatrixSymbol)}
    return recurrent, {str(p.name) for p in program.cell.parameters} - recurrent


def _alike(program: Program) -> Iterator[tuple[str, str]]:
    parameters = program.cell.parameters
    for place, one in enumerate(parameters):
        for other in parameters[:place]:
            if same_shape(one.shape, other.shape):
                yield str(other.name), str(one.name)


def _renamed(naming: dict[str, str]) -> Callable[[Run, Gradients], Gradients]:
    return lambda run, found: {name: found[naming.get(name, name)] for name in found}


def _permuted(naming: dict[str, str]) -> Callable[[Point], Point]:
    def changed(point: Point) -> Point:
        given = point.parameters
        return replace(point, parameters={name: given[naming.get(name, name)] for name in given})

    return changed


def gates(program: Program) -> list[tuple[str, tuple[str, ...]]]:
    """The lines with parameters of their own that are built alike: name, and the parameters in
    the order in which they stand."""
    owned: dict[str, list[Any]] = {}
    for vector, value in program.lines.items():
        parameters = sorted(value.atoms(sympy.MatrixSymbol), key=str)
        if parameters:
            owned[vector.label] = parameters
    shapes: dict[Any, list[tuple[str, tuple[str, ...]]]] = {}
    for label, parameters in owned.items():
        ordered = sorted(parameters, key=lambda p: (str(p.shape), str(p.name)))
        key = tuple(p.shape for p in ordered)
        shapes.setdefault(key, []).append((label, tuple(str(p.name) for p in ordered)))
    return max(shapes.values(), key=len, default=[])


def gate_orders(program: Program) -> Iterator[tuple[str, dict[str, str]]]:
    """Other orders of the gates: in words, and which parameter then stands for which."""
    alike = gates(program)
    if not 1 < len(alike) <= 4:
        return
    names = [gate_of(program, label) for label, _ in alike]
    for order in permutations(range(len(alike))):
        if order == tuple(range(len(alike))):
            continue
        naming = {
            mine: theirs
            for place, taken in enumerate(order)
            for mine, theirs in zip(alike[place][1], alike[taken][1], strict=True)
        }
        yield f"{', '.join(names[i] for i in order)} for {', '.join(names)}", naming


def gate_of(program: Program, label: str) -> str:
    """The vector of the cell that a pre-activation is of."""
    for vector, value in program.lines.items():
        if vector.sequence in program.cell.order and any(
            leaf.label == label for leaf in value.atoms(TimeVector)
        ):
            return vector.label
    return label
