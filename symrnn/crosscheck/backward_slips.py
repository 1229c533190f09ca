"""Slips in a backward pass: in a contribution, in a parameter's sum, in what is carried back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from symrnn.crosscheck.changes import changes
from symrnn.crosscheck.point import Point
from symrnn.crosscheck.program import Program, Run
from symrnn.crosscheck.slip import CARRY, FLOW, GRADIENT, WHOLE, Slip
from symrnn.crosscheck.slopes import polynomial_at
from symrnn.crosscheck.variation import RIGHT, Cotangents, Edge, Gradients, Variation, with_edges
from symrnn.crosscheck.vocabulary import Vocabulary
from symrnn.crosscheck.wording import said
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, Transposed
from symrnn.language.shapes import same_size
from symrnn.language.structure import Hadamard
from symrnn.language.time import TimeVector

Array = NDArray[Any]

LONGEST = 40
"""At most so many truncations are told apart."""


def _line(edge: Edge) -> str:
    if isinstance(edge.leaf, TimeVector):
        shown = said(edge.leaf)
        target = f"δ({edge.leaf.label})" + shown.removeprefix(edge.leaf.label)
    else:
        target = f"∂L/∂{edge.name}"
    summed = "Σ " if isinstance(edge.leaf, sympy.Symbol) else ""
    return f"{target} += {summed}{said(edge.formula)}"


def slips_of_parameters(program: Program) -> Iterator[Slip]:
    """Slips in what a line gives to a parameter: they change its gradient alone."""
    words = Vocabulary(program)
    for edge in program.edges:
        if edge.is_flow:
            continue
        name = edge.name
        key, line = (edge.reader.label, edge.leaf), _line(edge)

        def slip(said_: str, formula: Any, rank: float) -> Slip:
            made = with_edges({key: formula})  # noqa: B023
            return Slip(f"in ∂L/∂{name}: {said_}", line, made, GRADIENT, rank, name)  # noqa: B023

        several = sum(not e.is_flow and e.leaf == edge.leaf for e in program.edges) > 1
        shown = f"what {said(edge.reader)} gives" if several else "it"
        yield slip(f"{shown} is not there at all", None, 2)
        yield slip(f"{shown} is there twice", MatrixProduct(2, edge.formula), 2)
        yield slip(f"{shown} has the wrong sign", MatrixProduct(-1, edge.formula), 2)
        yield slip(f"{shown} is halved", MatrixProduct(sympy.Rational(1, 2), edge.formula), 3)
        if name not in program.scalars and same_size(*edge.leaf.shape):
            turned = Transposed(edge.formula)
            yield slip("the outer product is the wrong way round, transposed", turned, 1)
        for change in changes(edge.formula, words):
            yield slip(change.words, change.formula, change.rank)
        yield from _too_early(program, edge, slip)
    every = [*(str(p.name) for p in program.cell.parameters), *program.scalars]
    for name in every:
        alone = [
            (f"the {which} sequence of the batch alone is there", 2, _of_sequence(name, place))
            for which, place in (("first", 0), ("last", -1))
        ]
        for said_, rank, kept in [*_KEPT, *alone]:
            made = Variation(kept={name: kept})
            line = f"∂L/∂{name} = Σ over t = 1 … T"
            yield Slip(f"in ∂L/∂{name}: {said_}", line, made, GRADIENT, rank, name)
    if len(every) > 1:
        for said_, rank, kept in _KEPT:
            made = Variation(kept=dict.fromkeys(every, kept))
            words_ = f"in the gradient of every parameter: {said_}"
            yield Slip(words_, "∂L/∂θ = Σ over t = 1 … T", made, WHOLE, rank + 0.5)


def _of_sequence(name: str, place: int) -> Callable[[Run, list[Array]], Array]:
    def kept(run: Run, each: list[Array]) -> Array:
        at = place % run.point.width
        return run.program.gradient(run.of_sequence(at), name)

    return kept


def _total(each: list[Array]) -> Array:
    return np.asarray(np.sum(each, axis=0))


# Contributions come latest step first.
_KEPT: list[tuple[str, int, Callable[[Run, list[Array]], Array]]] = [
    ("the last step's alone is there, t = T", 1, lambda run, each: each[0]),
    ("it is overwritten, not added to: the first step's alone is left, t = 1", 1,
     lambda run, each: each[-1]),
    ("the mean over time is taken for the sum", 1, lambda run, each: _total(each) / run.steps),
    ("the mean over the batch is taken for the sum", 1,
     lambda run, each: _total(each) / run.point.width),
    ("the mean over batch and time is taken for the sum", 2,
     lambda run, each: _total(each) / (run.steps * run.point.width)),
    ("the sum over time is taken for the mean", 2, lambda run, each: _total(each) * run.steps),
    ("the sum over the batch is taken for the mean", 2,
     lambda run, each: _total(each) * run.point.width),
    ("the first step is left out, t = 1", 1, lambda run, each: _total(each) - each[-1]),
    ("the last step is left out, t = T", 1, lambda run, each: _total(each) - each[0]),
]  # fmt: skip


def _too_early(program: Program, edge: Edge, slip: Callable[..., Slip]) -> Iterator[Slip]:
    """A contribution that is computed before what is carried back has been added."""
    without = program.uncarried.get(edge.reader)
    if without is not None:
        delta = said(program.adjoints[edge.reader])
        words = f"{delta} lacks what the step after carries back"
        yield slip(words, edge.formula.xreplace({program.adjoints[edge.reader]: without}), 1.5)


def _slope_before(
    program: Program, words: Vocabulary, edge: Edge, slip: Callable[..., Slip]
) -> Iterator[Slip]:
    """What is carried back has the slope of the step before already, which then has it twice."""
    if not edge.goes_back or not isinstance(edge.leaf, TimeVector):
        return
    line = program.lines.get(edge.leaf.sequence[program.index])
    if isinstance(line, Elementwise) and line.activation.name in words.slopes:
        slope = polynomial_at(words.slopes[line.activation.name], edge.leaf)
        words_ = f"the slope of the step before, {said(slope)}, is applied here already"
        yield slip(words_, Hadamard(slope, edge.formula), 2)


def _not_yet(program: Program, edge: Edge) -> set[TimeVector]:
    """The adjoints that a backward pass does not have yet where it is at a line."""
    order = list(program.order)
    return {program.adjoints[v] for v in order[: order.index(edge.reader)]}


def slips_of_flows(program: Program, inputs: bool = False) -> Iterator[Slip]:
    """Slips in what a line gives to a vector: they change all that lies before it.

    Args:
        program: the cell.
        inputs: whether what is given to the inputs is looked at as well.
    """
    words = Vocabulary(program)
    for edge in program.edges:
        if not isinstance(edge.leaf, TimeVector):
            continue
        if edge.leaf.label in program.inputs and not inputs:
            continue
        key, line = (edge.reader.label, edge.leaf), _line(edge)
        path = f"the path from {said(edge.reader)} to {said(edge.leaf)}"

        def slip(said_: str, formula: Any, rank: float) -> Slip:
            made = with_edges({key: formula})  # noqa: B023
            return Slip(f"on {path}: {said_}", line, made, FLOW, rank)  # noqa: B023

        yield replace(slip("", None, 1), words=f"{path} is missing")
        twice = MatrixProduct(2, edge.formula)
        yield replace(slip("", twice, 2), words=f"{path} is counted twice")
        minus = MatrixProduct(-1, edge.formula)
        yield replace(slip("", minus, 2), words=f"{path} has the wrong sign")
        half = MatrixProduct(sympy.Rational(1, 2), edge.formula)
        yield replace(slip("", half, 3), words=f"{path} is halved")
        ahead = _not_yet(program, edge)
        for change in changes(edge.formula, words):
            if not change.formula.atoms(TimeVector) & ahead:
                yield slip(change.words, change.formula, change.rank)
        yield from _too_early(program, edge, slip)
        yield from _slope_before(program, words, edge, slip)
    # One line's contributions that are missing together: a gate that is held constant.
    for vector in program.lines:
        gone = {
            (e.reader.label, e.leaf): None for e in program.edges if e.is_flow and e.leaf == vector
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


def slips_of_carries(program: Program, point: Point) -> Iterator[Slip]:
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
            f"what is carried back through {label} is halved", of,
            Variation(carry=(_scaled(label, lambda run: 0.5),)), CARRY, 3,
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
        yield Slip(
            f"truncated: nothing is carried back from t = T - {tau} + 1, there alone", line,
            Variation(carry=(_dropped_at(tau),)), CARRY, 3,
        )  # fmt: skip
    for tau in range(1, min(point.steps, LONGEST)):
        yield Slip(
            f"truncated: the steps t > T - {tau} alone are gone through, earlier losses left out",
            line, Variation(carry=(_cut(tau),), cotangents=(_latest(tau),)), CARRY, 2,
        )  # fmt: skip
        if tau < point.steps - 1:
            yield Slip(
                f"truncated: from each loss {tau} steps are gone back", line, RIGHT, CARRY, 2,
                special=_windowed(tau),
            )  # fmt: skip
    for words, made, rank in _CLIPPED:
        yield Slip(words, line, Variation(carry=(made,)), CARRY, rank)
    yield from _clipped_adjoints(program)


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


def _dropped_at(tau: int) -> Carry:
    return lambda run, label, time, given: None if time == run.steps - tau + 1 else given


def _detached(tau: int) -> Carry:
    return lambda run, label, time, given: None if (time - 1) % tau == 0 and time > 1 else given


def _latest(tau: int) -> Callable[[Run, Cotangents], Cotangents]:
    return lambda run, arriving: {
        label: [None if time <= run.steps - tau else g for time, g in enumerate(each)]
        for label, each in arriving.items()
    }


def _windowed(tau: int) -> Callable[[Any], Gradients]:
    """Each loss by itself, with what is carried back cut after so many steps."""

    def windowed(instance: Any) -> Gradients:
        total: Gradients = {}
        for at in range(1, instance.point.steps + 1):

            def alone(run: Run, arriving: Cotangents, at: int = at) -> Cotangents:
                return {
                    label: [g if time == at else None for time, g in enumerate(each)]
                    for label, each in arriving.items()
                }

            def cut(run: Run, label: str, time: int, given: Array, at: int = at) -> Array | None:
                return given if time > at - tau else None

            made = Variation(cotangents=(alone,), carry=(cut,))
            for name, value in instance.found(Slip("", "", made, CARRY)):
                total[name] = total[name] + value if name in total else value
        return total

    return windowed


def _clip_value(bound: float) -> Carry:
    return lambda run, label, time, given: np.clip(given, -bound, bound)


_CLIPPED: list[tuple[str, Carry, int]] = [
    (f"what is carried back is clipped by value at {bound} in each step", _clip_value(bound), 3)
    for bound in (0.01, 0.1, 0.5, 1.0)
]


BOUNDS = (0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 5)
"""At which people clip; a larger one does not show in a net that is drawn."""


def _clipped_adjoints(program: Program) -> Iterator[Slip]:
    """A state's adjoint, or those of all lines with parameters, clipped in each step."""
    weighed = dict.fromkeys(edge.reader for edge in program.edges if not edge.is_flow)
    groups: list[tuple[TimeVector, ...]] = [
        (v,) for v in program.lines if v.sequence in program.cell.states
    ]
    groups += [(v,) for v in weighed] if len(weighed) == 1 else [tuple(weighed)]
    for group in dict.fromkeys(groups):
        shown = ", ".join(said(program.adjoints[v]) for v in group)
        for bound in BOUNDS:
            for how, made in (("value", _clip), ("its norm", _shorten)):
                each = {v.label: partial(made, bound=bound) for v in group}
                words = f"{shown} is clipped by {how} at {bound:g} in each step"
                yield Slip(words, f"{shown} as it is", Variation(adjoints=each), CARRY, 3)


def _clip(value: Array, bound: float) -> Array:
    return np.clip(value, -bound, bound)


def _shorten(value: Array, bound: float) -> Array:
    return value * min(1.0, bound / max(float(np.linalg.norm(value)), 1e-300))


def _only(program: Program, label: str, place: int) -> dict[Any, None]:
    """Of the contributions to a state one step back all but one left out."""
    back = [e for e in program.edges if e.goes_back and e.leaf.label == label]
    kept = back[place] if back else None
    return {(e.reader.label, e.leaf): None for e in back if e is not kept}


def _last_only(run: Run, arriving: Cotangents) -> Cotangents:
    return {
        label: [None] * (len(sequence) - 1) + sequence[-1:] for label, sequence in arriving.items()
    }
