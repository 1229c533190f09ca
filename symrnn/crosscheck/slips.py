"""The slips that code makes, each as a program that is not quite the right one.

Built for any cell from its lines and what they give back: no slip knows a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import permutations
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from symrnn.crosscheck.changes import Vocabulary, changes
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import (
    Cotangents,
    Edge,
    Gradients,
    Program,
    Run,
    Variation,
    with_edges,
)
from symrnn.crosscheck.wording import said
from symrnn.language.algebra import (
    MatrixProduct,
    MatrixSum,
    Ones,
    Transposed,
    Zeros,
    as_matrix,
)
from symrnn.language.shapes import same_shape, same_size
from symrnn.language.structure import Hadamard
from symrnn.language.time import TimeVector

Array = NDArray[Any]

GRADIENT, FLOW, CARRY, LOSS, FORWARD, WHOLE = (
    "a parameter's gradient",
    "backward step",
    "backward in time",
    "loss",
    "forward pass",
    "all gradients",
)
LONGEST = 40
"""At most so many truncations are told apart."""


@dataclass(frozen=True)
class Slip:
    """One slip.

    Attributes:
        words: what it is.
        line: the line of mathematics where it enters.
        variation: the program that has it.
        kind: where in the code it is.
        rank: likelier ones have a smaller one.
        parameter: the one parameter whose gradient alone it changes; None where it is not one.
        special: what it gives at an instance, where no variation of the program does.
    """

    words: str
    line: str
    variation: Variation
    kind: str
    rank: float = 2
    parameter: str | None = None
    special: Callable[[Any], Gradients] | None = None

    def __str__(self) -> str:
        return f"{self.words}  [{self.line}]"


def catalogue(program: Program, point: Point) -> list[Slip]:
    """Every slip, likelier ones first; a point says how many steps and sequences there are."""
    found = [
        *_of_cell(program),
        *_of_carries(program, point),
        *_of_loss(point),
        *_of_numbers(program, point),
    ]
    return sorted(found, key=lambda slip: slip.rank)


@lru_cache(maxsize=64)
def _of_cell(program: Program) -> tuple[Slip, ...]:
    """The slips that are the same at every net."""
    found = [
        *_of_parameters(program),
        *_of_flows(program),
        *_of_whole(program),
        *_of_forward(program),
    ]
    return tuple(
        replace(slip, words=program.shown(slip.words), line=program.shown(slip.line))
        for slip in found
    )


# ── contributions ───────────────────────────────────────────────────────────────────────────────


def _line(edge: Edge) -> str:
    if isinstance(edge.leaf, TimeVector):
        shown = said(edge.leaf)
        target = f"δ({edge.leaf.label})" + shown.removeprefix(edge.leaf.label)
    else:
        target = f"∂L/∂{edge.leaf.name}"
    return f"{target} += {said(edge.formula)}"


def _of_parameters(program: Program) -> Iterator[Slip]:
    """Slips in what a line gives to a parameter: they change its gradient alone."""
    words = Vocabulary(program)
    for edge in program.edges:
        if edge.is_flow:
            continue
        name = str(edge.leaf.name)
        key, line = (edge.reader.label, edge.leaf), _line(edge)

        def slip(said_: str, formula: Any, rank: int) -> Slip:
            made = with_edges({key: formula})  # noqa: B023
            return Slip(f"in ∂L/∂{name}: {said_}", line, made, GRADIENT, rank, name)  # noqa: B023

        several = sum(not e.is_flow and e.leaf == edge.leaf for e in program.edges) > 1
        shown = f"what {said(edge.reader)} gives" if several else "it"
        yield slip(f"{shown} is not there at all", None, 2)
        yield slip(f"{shown} is there twice", MatrixProduct(2, edge.formula), 2)
        yield slip(f"{shown} has the wrong sign", MatrixProduct(-1, edge.formula), 2)
        yield slip(f"{shown} is halved", MatrixProduct(sympy.Rational(1, 2), edge.formula), 3)
        if same_size(*edge.leaf.shape):
            turned = Transposed(edge.formula)
            yield slip("the outer product is the wrong way round, transposed", turned, 1)
        for change in changes(edge.formula, words):
            yield slip(change.words, change.formula, change.rank)
    for name in (str(p.name) for p in program.cell.parameters):
        for said_, rank, kept in _KEPT:
            made = Variation(kept={name: kept})
            line = f"∂L/∂{name} = Σ over t = 1 … T"
            yield Slip(f"in ∂L/∂{name}: {said_}", line, made, GRADIENT, rank, name)


# Contributions come latest step first.
_KEPT: list[tuple[str, int, Callable[[Run, list[Array]], Array]]] = [
    ("the last step's alone is there, t = T", 1, lambda run, each: each[0]),
    ("it is overwritten, not added to: the first step's alone is left, t = 1", 1,
     lambda run, each: each[-1]),
    ("the mean over time is taken for the sum", 1, lambda run, each: sum(each) / run.steps),
    ("the mean over the batch is taken for the sum", 1,
     lambda run, each: sum(each) / run.point.width),
    ("the mean over batch and time is taken for the sum", 2,
     lambda run, each: sum(each) / (run.steps * run.point.width)),
    ("the sum over time is taken for the mean", 2, lambda run, each: sum(each) * run.steps),
    ("the sum over the batch is taken for the mean", 2,
     lambda run, each: sum(each) * run.point.width),
    ("the first step is left out, t = 1", 1,
     lambda run, each: sum(each[:-1], np.zeros_like(each[0]))),
    ("the last step is left out, t = T", 1,
     lambda run, each: sum(each[1:], np.zeros_like(each[0]))),
]  # fmt: skip


def _of_flows(program: Program) -> Iterator[Slip]:
    """Slips in what a line gives to a vector: they change all that lies before it."""
    words = Vocabulary(program)
    for edge in program.edges:
        if not isinstance(edge.leaf, TimeVector) or edge.leaf.label in program.inputs:
            continue
        key, line = (edge.reader.label, edge.leaf), _line(edge)
        path = f"the path from {said(edge.reader)} to {said(edge.leaf)}"

        def slip(said_: str, formula: Any, rank: int) -> Slip:
            made = with_edges({key: formula})  # noqa: B023
            return Slip(f"on {path}: {said_}", line, made, FLOW, rank)  # noqa: B023

        yield replace(slip("", None, 1), words=f"{path} is missing")
        twice = MatrixProduct(2, edge.formula)
        yield replace(slip("", twice, 2), words=f"{path} is counted twice")
        minus = MatrixProduct(-1, edge.formula)
        yield replace(slip("", minus, 2), words=f"{path} has the wrong sign")
        for change in changes(edge.formula, words):
            yield slip(change.words, change.formula, change.rank)
    # One line's contributions that are missing together: a gate that is held constant.
    for vector in program.lines:
        gone = {
            (e.reader.label, e.leaf): None
            for e in program.edges
            if e.is_flow and e.leaf == vector
        }
        back = {
            (e.reader.label, e.leaf): None
            for e in program.edges
            if e.reader == vector and e.goes_back
        }
        if len(gone) > 1:
            line = f"δ({vector.label}) = Σ over all that reads {said(vector)}"
            made = with_edges(dict(gone))
            yield Slip(f"{said(vector)} is held constant: no path through it", line, made, FLOW, 2)
        if len(back) > 1:
            line = f"{said(vector)} = {said(program.lines[vector])}"
            words_ = f"nothing goes from {said(vector)} to the step before"
            yield Slip(words_, line, with_edges(dict(back)), FLOW, 2)


# ── backward in time ────────────────────────────────────────────────────────────────────────────


def _of_carries(program: Program, point: Point) -> Iterator[Slip]:
    """What is handed to the step before: dropped, cut, scaled."""
    labels = program.state_labels
    line = "δ(s)[t-1] += (∂s[t]/∂s[t-1])ᵀ δ(s)[t]"
    for label in labels:
        of = f"δ({label})[t-1] += (∂s[t]/∂{label}[t-1])ᵀ δ(s)[t]"
        yield Slip(
            f"nothing is carried back through {label} to the step before", of,
            Variation(carry=(_dropped(label),)), CARRY, 1,
        )  # fmt: skip
        yield Slip(
            f"what is carried back through {label} has the wrong sign", of,
            Variation(carry=(_scaled(label, lambda run: -1.0),)), CARRY, 3,
        )  # fmt: skip
        yield Slip(
            f"what is carried back through {label} is counted twice", of,
            Variation(carry=(_scaled(label, lambda run: 2.0),)), CARRY, 2,
        )  # fmt: skip
        yield Slip(
            f"what is carried back through {label} is overwritten, not added to: the last path's"
            " alone is left", of, Variation(edges=_only(program, label, -1)), CARRY, 1,
        )  # fmt: skip
        yield Slip(
            f"of what is carried back through {label} the first path's alone is left", of,
            Variation(edges=_only(program, label, 0)), CARRY, 2,
        )  # fmt: skip
    if len(labels) > 1:
        yield Slip(
            "nothing is carried back to the step before", line,
            Variation(carry=(_dropped(None),)), CARRY, 1,
        )  # fmt: skip
    for label in labels:
        if label == point.output:
            yield Slip(
                f"the gradient of the loss overwrites what is carried back through {label}",
                f"δ({label})[t] = ∂L/∂{label}[t] + what is carried back",
                Variation(carry=(_overwritten(label),)), CARRY, 1,
            )  # fmt: skip
            yield Slip(
                f"what is carried back through {label} overwrites the gradient of the loss",
                f"δ({label})[t] = ∂L/∂{label}[t] + what is carried back",
                Variation(cotangents=(_last_only,)), CARRY, 2,
            )  # fmt: skip
    for tau in range(1, min(point.steps, LONGEST)):
        yield Slip(
            f"truncated: the steps t > T - {tau} alone are gone back through", line,
            Variation(carry=(_cut(tau),)), CARRY, 2,
        )  # fmt: skip
        if tau > 1:
            yield Slip(
                f"truncated: the state is detached every {tau} steps", line,
                Variation(carry=(_detached(tau),)), CARRY, 2,
            )  # fmt: skip
    for words, made, rank in _CLIPPED:
        yield Slip(words, line, Variation(carry=(made,)), CARRY, rank)


Carry = Callable[[Run, str, int, Array], Array | None]


def _dropped(state: str | None) -> Carry:
    return lambda run, label, time, given: None if state in (None, label) else given


def _scaled(state: str, by: Callable[[Run], float]) -> Carry:
    return lambda run, label, time, given: by(run) * given if state == label else given


def _overwritten(state: str) -> Carry:
    """Where the loss arrives, what is carried is lost."""

    def carried(run: Run, label: str, time: int, given: Array) -> Array | None:
        arriving = run.cotangents.get(label)
        there = arriving is not None and time > 1 and arriving[time - 1] is not None
        return None if label == state and there else given

    return carried


def _cut(tau: int) -> Carry:
    return lambda run, label, time, given: given if time > run.steps - tau else None


def _detached(tau: int) -> Carry:
    return lambda run, label, time, given: None if (time - 1) % tau == 0 and time > 1 else given


def _clip_value(bound: float) -> Carry:
    return lambda run, label, time, given: np.clip(given, -bound, bound)


_CLIPPED: list[tuple[str, Carry, int]] = [
    (f"what is carried back is clipped by value at {bound} in each step", _clip_value(bound), 3)
    for bound in (0.01, 0.1, 0.5, 1.0)
]


def _only(program: Program, label: str, place: int) -> dict[Any, None]:
    """Of the contributions to a state one step back all but one left out."""
    back = [e for e in program.edges if e.goes_back and e.leaf.label == label]
    kept = back[place] if back else None
    return {(e.reader.label, e.leaf): None for e in back if e is not kept}


def _last_only(run: Run, arriving: Cotangents) -> Cotangents:
    return {
        label: [None] * (len(sequence) - 1) + sequence[-1:] for label, sequence in arriving.items()
    }


# ── the loss ────────────────────────────────────────────────────────────────────────────────────


def _of_loss(point: Point) -> Iterator[Slip]:
    output = point.output
    for words, line, made in point.loss.slips():

        def changed(run: Run, arriving: Cotangents, made: Any = made) -> Cotangents:
            given = made(run.sequence(output)[1:], run.point.data)
            return {output: [None, *given]}

        shown = line.replace("δ_y", f"δ({output})").replace("softmax(y)", f"softmax({output})")
        yield Slip(f"in the loss: {words}", shown, Variation(cotangents=(changed,)), LOSS, 1)
    if point.width > 1:
        for words, which in (("first", 0), ("last", -1)):

            def one(run: Run, arriving: Cotangents, which: int = which) -> Cotangents:
                mask = np.zeros(run.point.width)
                mask[which] = 1
                return {
                    label: [None if g is None else g * mask for g in sequence]
                    for label, sequence in arriving.items()
                }

            yield Slip(
                f"the {words} sequence of the batch alone is there", "L = Σ over the batch",
                Variation(cotangents=(one,)), LOSS, 2,
            )  # fmt: skip


# ── all gradients ───────────────────────────────────────────────────────────────────────────────


def _of_whole(program: Program) -> Iterator[Slip]:
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
        return replace(
            point, parameters={name: given[naming.get(name, name)] for name in given}
        )

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
    names = [_gate(program, label) for label, _ in alike]
    for order in permutations(range(len(alike))):
        if order == tuple(range(len(alike))):
            continue
        naming = {
            mine: theirs
            for place, taken in enumerate(order)
            for mine, theirs in zip(alike[place][1], alike[taken][1], strict=True)
        }
        yield f"{', '.join(names[i] for i in order)} for {', '.join(names)}", naming


def _gate(program: Program, label: str) -> str:
    """The vector of the cell that a pre-activation is of."""
    for vector, value in program.lines.items():
        if vector.sequence in program.cell.order and any(
            leaf.label == label for leaf in value.atoms(TimeVector)
        ):
            return vector.label
    return label


# ── the forward pass ────────────────────────────────────────────────────────────────────────────


def _of_forward(program: Program) -> Iterator[Slip]:
    """Lines that are wrong: in both passes, or with right formulas of wrong numbers."""
    for words, line, variation, rank in forward_changes(program):
        both = replace(variation, consistent=True)
        yield Slip(f"in the forward pass: {words}", line, both, FORWARD, rank + 1)
        yield Slip(f"in the forward pass alone: {words}", line, variation, FORWARD, rank + 2)
        if len(variation.lines) > 1 or rank == WHOLE_LINE:
            back = Variation(backward=variation.lines)
            yield Slip(f"in the backward pass alone: {words}", line, back, FLOW, rank + 2)


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
                leaf for leaf in change.formula.atoms(TimeVector)
                if leaf.index == program.index and leaf.label not in program.inputs
            }
            ahead = any(
                sympy.expand(leaf.index - program.index).is_positive
                and leaf.label not in program.inputs
                for leaf in change.formula.atoms(TimeVector)
            )
            if ahead or not now <= set(earlier):
                continue
            made = Variation(lines={vector.label: change.formula})
            yield f"{change.words}", line, made, change.rank
        earlier.append(vector)
    yield from _not_carried(program)
    yield from _swapped_gates(program)
    yield from _complemented(program)
    yield from _moved_factors(program)


def _not_carried(program: Program) -> Iterator[tuple[str, str, Variation, float]]:
    """Lines that read the initial state, or nothing, in place of the state before."""
    now, states = program.index, program.cell.states
    for group in dict.fromkeys((states, *((state,) for state in states))):
        shown = " and ".join(state.label for state in group)
        zeros = {s[now - 1]: Zeros(s.rows, s.cols) for s in group}
        starts = {s[now - 1]: s[0] for s in group}
        for words, put in (("every step starts from 0", zeros), ("every step starts at time 0", starts)):
            lines = {
                v.label: as_matrix(value.xreplace(put))
                for v, value in program.lines.items()
                if value.has(*put)
            }
            line = f"{group[0].label}[t-1] is read at time t"
            yield f"the state {shown} is not carried: {words}", line, Variation(lines=lines), 0


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
        named_ = {_gate(program, label): value for label, value in changed.items()}
        whole = {
            gate: lines[_gate(program, taken)]
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
    """r ⊙ (W h + c) for W (r ⊙ h) + c, or the other way round: a factor before or after a matrix."""
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
                words = f"{shown} is a factor of what the matrix is applied to, not of the product"
                made = Variation(lines={vector.label: new})
                yield words, line, made, WHOLE_LINE
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


def _is_weighed(term: Any) -> bool:
    return (
        isinstance(term, MatrixProduct)
        and len(term.factors) > 1
        and isinstance(term.factors[-1], TimeVector)
    )


# ── the numbers ─────────────────────────────────────────────────────────────────────────────────


def _of_numbers(program: Program, point: Point) -> Iterator[Slip]:
    for words, line, change, rank in number_changes(program, point):
        yield Slip(words, line, Variation(point=(change,)), FORWARD, rank)


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
        yield f"the input is that of the step before, {name}[t-1]", line, (
            lambda p, moved=moved: moved(p, -1)
        ), 2
        yield f"the input is that of the step after, {name}[t+1]", line, (
            lambda p, moved=moved: moved(p, 1)
        ), 2
        yield f"{name} is read in reversed order of time", line, reversed_, 2
