"""Slips in a forward pass: in a line, in the order of gates, in what is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import sympy

from symrnn.crosscheck.changes import changes
from symrnn.crosscheck.gates import gate_of, gate_orders, gates
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program
from symrnn.crosscheck.slip import FLOW, FORWARD, Slip
from symrnn.crosscheck.slopes import polynomial_at
from symrnn.crosscheck.variation import Variation
from symrnn.crosscheck.vocabulary import Vocabulary
from symrnn.crosscheck.wording import said
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, MatrixSum, Ones, Zeros, as_matrix
from symrnn.language.shapes import same_shape
from symrnn.language.structure import Hadamard
from symrnn.language.time import TimeVector


def slips_of_forward(program: Program) -> Iterator[Slip]:
    """Lines that are wrong: in both passes, or with right formulas of wrong numbers."""
    for words, line, variation, rank in forward_changes(program):
        both = replace(variation, consistent=True)
        yield Slip(f"in the forward pass: {words}", line, both, FORWARD, rank + 1)
        yield Slip(f"in the forward pass alone: {words}", line, variation, FORWARD, rank + 2)
        through = _through_values(program, variation)
        if through is not None:
            yield Slip(f"in the forward pass alone: {words}", line, through, FORWARD, rank + 2)
        if len(variation.lines) > 1 or rank == WHOLE_LINE:
            back = Variation(backward=variation.lines)
            yield Slip(f"in the backward pass alone: {words}", line, back, FLOW, rank + 2)
    yield from _read_back(program)


def _read_back(program: Program) -> Iterator[Slip]:
    """A state that is not carried, where the way back reads what the way forward read."""
    for words, line, variation, put, rank in _held(program):
        edges = {
            (edge.reader.label, edge.leaf): as_matrix(edge.formula.xreplace(put))
            for edge in program.edges
            if edge.formula.has(*put)
        }
        made = replace(variation, edges=edges)
        yield Slip(f"in the forward pass alone: {words}", line, made, FORWARD, rank + 2)


def _through_values(program: Program, variation: Variation) -> Variation | None:
    """The same, where the right pass back takes slopes through the values: 1 - h², whatever h is.

    None where no changed line has such a slope.
    """
    slopes = Vocabulary(program).slopes
    edges: dict[tuple[str, Any], Any] = {}
    for edge in program.edges:
        value = program.lines[edge.reader]
        if edge.reader.label not in variation.lines or not isinstance(value, Elementwise):
            continue
        polynomial = slopes.get(value.activation.name)
        if polynomial is not None and isinstance(edge.leaf, TimeVector):
            slope = polynomial_at(polynomial, edge.reader)
            delta = program.adjoints[edge.reader]
            edges[edge.reader.label, edge.leaf] = Hadamard(slope, delta)
    return replace(variation, edges={**variation.edges, **edges}) if edges else None


WHOLE_LINE = 2.5
"""The rank of a slip in several places of a line at once."""


def forward_changes(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """Every line one slip away: words, the right line, the variation, how unlikely."""
    words = Vocabulary(program)
    earlier: list[TimeVector] = []
    for vector, value in program.lines.items():
        line = f"{said(vector)} = {said(value)}"
        for change in changes(value, words):
            now = {
                leaf
                for leaf in change.formula.atoms(TimeVector)
                if leaf.index == program.index and leaf.label not in program.inputs
            }
            ahead = any(
                sympy.expand(leaf.index - program.index).is_positive
                and leaf.label not in program.inputs
                for leaf in change.formula.atoms(TimeVector)
            )
            fixed = {v for v in change.formula.atoms(TimeVector) if not v.index.free_symbols}
            if ahead or not now <= set(earlier) or fixed - value.atoms(TimeVector):
                continue
            made = Variation(lines={vector.label: change.formula})
            yield f"{change.words}", line, made, change.rank
        earlier.append(vector)
    yield from _not_carried(program)
    yield from _swapped_gates(program)
    yield from _complemented(program)
    yield from _moved_factors(program)
    yield from _outside(program)
    yield from _more(program)


def _not_carried(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    for words, line, variation, _, rank in _held(program):
        yield words, line, variation, rank


def _held(program: Program) -> Iterator[tuple[str, str, Variation, dict[Any, Any], float]]:
    """Lines that read the initial state, or nothing, in place of the state before."""
    now, states = program.index, program.cell.states
    for group in dict.fromkeys((states, *((state,) for state in states))):
        shown = " and ".join(state.label for state in group)
        zeros = {s[now - 1]: Zeros(s.rows, s.cols) for s in group}
        starts = {s[now - 1]: s[0] for s in group}
        for words, put in (
            ("every step starts from 0", zeros),
            ("every step starts at time 0", starts),
        ):
            lines = {
                v.label: as_matrix(value.xreplace(put))
                for v, value in program.lines.items()
                if value.has(*put)
            }
            line = f"{group[0].label}[t-1] is read at time t"
            words_ = f"the state {shown} is not carried: {words}"
            yield words_, line, Variation(lines=lines), put, 0


def _swapped_gates(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """Gates that are computed right and then called by each other's names."""
    lines = {vector.label: value for vector, value in program.lines.items()}
    for words, naming in gate_orders(program):
        labels = [label for label, _ in gates(program)]
        owner = {name: label for label, names in gates(program) for name in names}
        changed = {}
        for label in labels:
            own = next(name for name in naming if owner[name] == label)
            changed[label] = lines[owner[naming[own]]]
        changed = {label: value for label, value in changed.items() if value != lines[label]}
        line = "the order of the gates"
        yield f"the gates are taken in another order: {words}", line, Variation(lines=changed), 2
        # With their own functions: σ of what is taken for another gate.
        named_ = {gate_of(program, label): value for label, value in changed.items()}
        whole = {
            gate: lines[gate_of(program, taken)]
            for gate, value in named_.items()
            for taken in labels
            if lines[taken] == value and gate in lines
        }
        if len(whole) == len(changed):
            yield (
                f"the gates are called by each other's names: {words}", line,
                Variation(lines=whole), 3,
            )  # fmt: skip


def _complemented(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """z and 1 - z in each other's place."""
    words = Vocabulary(program)
    for vector, value in program.lines.items():
        for gate in sorted(words.complemented & value.atoms(TimeVector), key=str):
            other = MatrixSum(Ones(*gate.shape), MatrixProduct(-1, gate))
            changed = as_matrix(value.xreplace({gate: other}))
            made = Variation(lines={vector.label: changed})
            line = f"{said(vector)} = {said(value)}"
            yield f"{said(gate)} and 1 - {said(gate)} are swapped", line, made, WHOLE_LINE


def _moved_factors(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """r ⊙ (W h + c) for W (r ⊙ h) + c, or the other way round."""
    for vector, value in program.lines.items():
        line = f"{said(vector)} = {said(value)}"
        for node in sorted(value.find(Hadamard), key=sympy.default_sort_key):
            for inner in (leaf for leaf in node.args if leaf in program.lines):
                parts = program.lines[inner]
                terms = parts.args if isinstance(parts, MatrixSum) else (parts,)
                factors = [f for f in node.args if f != inner]
                if not any(_is_weighed(term) for term in terms):
                    continue
                moved = MatrixSum(*(
                    MatrixProduct(term.coefficient, *term.factors[:-1],
                                  Hadamard(*factors, term.factors[-1]))
                    if _is_weighed(term) else term
                    for term in terms
                ))  # fmt: skip
                new = as_matrix(value.xreplace({node: moved}))
                shown = " ⊙ ".join(map(said, factors))
                yield from _left_outside(vector, value, node, terms, factors)
                words = f"{shown} is a factor of what the matrix is applied to, not of the product"
                made = Variation(lines={vector.label: new})
                yield words, line, made, WHOLE_LINE
                # The same in the line of the product itself, which the way back then reads.
                order = list(program.order)
                if all(f in order[: order.index(inner)] for f in factors):
                    there = as_matrix(value.xreplace({node: inner}))
                    both = {inner.label: moved, vector.label: there}
                    yield words, line, Variation(lines=both), WHOLE_LINE
        for node in sorted(value.find(MatrixProduct), key=sympy.default_sort_key):
            inner = node.factors[-1]
            if not _is_weighed(node) or not isinstance(program.lines.get(inner), Hadamard):
                continue
            for factor in program.lines[inner].args:
                others = [f for f in program.lines[inner].args if f != factor]
                rest = Hadamard(*others) if len(others) > 1 else others[0]
                product = MatrixProduct(node.coefficient, *node.factors[:-1], rest)
                if product.shape != factor.shape:
                    continue
                new = as_matrix(value.xreplace({node: Hadamard(factor, product)}))
                words = f"{said(factor)} is a factor of the product, not of what the matrix meets"
                yield words, line, Variation(lines={vector.label: new}), WHOLE_LINE


def _left_outside(
    vector: TimeVector, value: Any, node: Any, terms: tuple[Any, ...], factors: list[Any]
) -> Iterator[tuple[str, str, Variation, float]]:
    """r ⊙ (W h) + c for r ⊙ (W h + c)."""
    shown = " ⊙ ".join(map(said, factors))
    for place, term in enumerate(terms if len(terms) > 1 else ()):
        rest = MatrixSum(*terms[:place], *terms[place + 1 :])
        new = as_matrix(value.xreplace({node: MatrixSum(Hadamard(*factors, rest), term)}))
        words = f"{said(term)} is not multiplied by {shown}"
        line = f"{said(vector)} = {said(value)}"
        yield words, line, Variation(lines={vector.label: new}), WHOLE_LINE


def _outside(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """tanh(a) + b for tanh(a + b)."""
    for vector, value in program.lines.items():
        if not isinstance(value, Elementwise) or not isinstance(value.argument, TimeVector):
            continue
        inner = program.lines.get(value.argument)
        if not isinstance(inner, MatrixSum):
            continue
        for place, term in enumerate(inner.args):
            rest = as_matrix(MatrixSum(*inner.args[:place], *inner.args[place + 1 :]))
            lines = {value.argument.label: rest, vector.label: MatrixSum(value, term)}
            words = f"{said(term)} is added outside of {value.activation.name}"
            yield words, f"{said(vector)} = {said(value)}", Variation(lines=lines), 2


def _more(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """A 1 that is added to a pre-activation, as to a forget gate's; a function of what has none."""
    words = Vocabulary(program)
    for vector, value in program.lines.items():
        line = f"{said(vector)} = {said(value)}"
        if isinstance(value, MatrixSum) and any(map(_is_weighed, value.args)):
            new = MatrixSum(value, Ones(*value.shape))
            yield f"1 is added to {said(vector)}", line, Variation(lines={vector.label: new}), 3
        if vector.sequence in program.cell.states and not isinstance(value, Elementwise):
            for function in words.functions:
                made = Variation(lines={vector.label: function(value)})
                yield f"{function.name} is applied to {said(vector)}", line, made, 4


def _is_weighed(term: Any) -> bool:
    return (
        isinstance(term, MatrixProduct)
        and len(term.factors) > 1
        and isinstance(term.factors[-1], TimeVector)
    )


# ── the numbers ─────────────────────────────────────────────────────────────────────────────────


def slips_of_numbers(program: Program, point: Point) -> Iterator[Slip]:
    """Right lines of other numbers than those given, or of which others are given out."""
    for words, line, change, rank in number_changes(program, point):
        yield Slip(words, line, Variation(point=(change,)), FORWARD, rank)
    yield Slip(
        "the sequence is run from its end, inputs and outputs in reversed order of time",
        "t = 1 … T", Variation(point=(_from_the_end,)), FORWARD, 2,
    )  # fmt: skip
    own = next(each for each in program.cell.order if each.label == point.output)
    for vector in program.lines:
        if vector.label != point.output and same_shape(vector.shape, (own.rows, own.cols)):
            words = f"the loss reads {program.shown(said(vector))}, not {point.output}"
            other = Variation(point=(partial(replace, output=vector.label),))
            yield Slip(words, f"L of {point.output}", other, FORWARD, 2)


def _from_the_end(point: Point) -> Point:
    inputs = {label: list(each)[::-1] for label, each in point.inputs.items()}
    return replace(point, inputs=inputs, data=point.data[::-1])


def number_changes(
    program: Program, point: Point
) -> Iterator[tuple[str, str, Callable[[Point], Point], int]]:
    """Other numbers than those given: initial states, inputs of another time."""
    labels = program.state_labels
    groups = [(label,) for label in labels] + ([labels] if len(labels) > 1 else [])
    for group in groups:
        shown = " and ".join(group)

        def zeroed(p: Point, group: tuple[str, ...] = group) -> Point:
            start = {k: np.zeros_like(v) if k in group else v for k, v in p.initial.items()}
            return replace(p, initial=start)

        yield (
            f"the initial state {shown} is ignored: 0 is taken",
            f"{group[0]}[0] is given", zeroed, 2,
        )  # fmt: skip
    for each in program.cell.inputs:
        name = each.label

        def moved(p: Point, by: int, name: str = name) -> Point:
            inputs = list(p.inputs[name])
            zero = np.zeros_like(inputs[0])
            shifted = [zero, *inputs[:-1]] if by < 0 else [*inputs[1:], zero]
            return replace(p, inputs={**p.inputs, name: shifted})

        def reversed_(p: Point, name: str = name) -> Point:
            return replace(p, inputs={**p.inputs, name: list(p.inputs[name])[::-1]})

        line = f"{name}[t]"
        yield (
            f"the input is that of the step before, {name}[t-1]",
            line,
            partial(moved, by=-1),
            2,
        )
        yield (
            f"the input is that of the step after, {name}[t+1]",
            line,
            partial(moved, by=1),
            2,
        )
        yield f"{name} is read in reversed order of time", line, reversed_, 2
