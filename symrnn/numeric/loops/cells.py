"""The recursions of a cell: its forward pass, what is read from it, its adjoint, its inputs'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sympy import MatrixSymbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.algebra import Zeros, as_matrix
from symrnn.language.names import in_code
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.loops.recursion import Recursion
from symrnn.numeric.printer import parameter_name
from symrnn.recurrence.adjoint import Adjoint, order_of
from symrnn.recurrence.recurrence import Recurrence


@dataclass(frozen=True, eq=False)
class Parts:
    """What of a step the next step needs, and what is only read from it (outputs, losses)."""

    core: tuple[Sequence, ...]
    readout: tuple[Sequence, ...]


def parts_of(recurrence: Recurrence) -> Parts:
    """The defined vectors, each in an order of computation."""
    now, order = recurrence.index, order_of(recurrence)
    needed = {each[now] for each in recurrence.states}
    for each in reversed(order):
        if each[now] in needed:
            needed |= recurrence.definitions[each[now]].atoms(TimeVector)
    core = tuple(each for each in order if each[now] in needed)
    return Parts(core, tuple(each for each in order if each not in core))


def forward(recurrence: Recurrence, wanted: frozenset[str]) -> Recursion:
    """The states at all times, and of what they need in a step what is wanted."""
    states = {each.label for each in recurrence.states}
    labels = {each.label for each in parts_of(recurrence).core}
    return Recursion(
        "forward",
        recurrence.index,
        _definitions(recurrence, parts_of(recurrence).core),
        kept=frozenset(states),
        places=_places(recurrence),
        local=frozenset(labels - states),
        returned=frozenset((labels - states) & wanted),
    )


def readout(recurrence: Recurrence, wanted: frozenset[str]) -> Recursion | None:
    """What is read from the states, for all times at once; None where nothing is."""
    parts = parts_of(recurrence)
    labels = frozenset(each.label for each in parts.readout)
    if not labels & wanted:
        return None
    return Recursion(
        "readout",
        recurrence.index,
        _definitions(recurrence, parts.readout),
        places=_places(recurrence),
        local=labels,
        returned=labels & wanted,
    )


def backward(found: Adjoint, returned: frozenset[str]) -> Recursion:
    """δ and e from the last time down, and with them the sums over time of the parameters.

    The adjoints of what is only read from the states need no e: they are known for all times
    before the loop, and the planner takes them out of it.
    """
    now = found.recurrence.index
    deltas = tuple((found.delta[of][now], value) for of, value in found.deltas.items())
    arriving = tuple((found.carry[of][now - 1], value) for of, value in found.arriving.items())
    labels = frozenset(node.label for node, _ in deltas)
    return Recursion(
        "backward",
        now,
        deltas + arriving,
        descending=True,
        kept=frozenset(node.label for node, _ in arriving),
        sums={
            in_code(of.name): value
            for of, value in found.parameters.items()
            if not isinstance(value, Zeros)
        },
        places=_places(found.recurrence) | {each.label: 1 for each in found.given.values()},
        local=labels,
        returned=labels & returned,
    )


def inputs(found: Adjoint) -> Recursion | None:
    """δ_x of every input that the loss depends on, for all times at once from the δ of what reads
    it; None where there is none."""
    now = found.recurrence.index
    definitions = tuple(
        (found.delta[of][now], value)
        for of, value in found.inputs.items()
        if not isinstance(value, Zeros)
    )
    if not definitions:
        return None
    labels = frozenset(node.label for node, _ in definitions)
    later = {each.label: 1 for each in found.delta.values()}
    places = _places(found.recurrence) | later
    return Recursion("inputs", now, definitions, places=places, local=labels, returned=labels)


def tangent(
    name: str,
    recurrence: Recurrence,
    moved: Mapping[Sequence, Sequence],
    values: Mapping[Sequence, MatrixExpr],
) -> Recursion:
    """The tangents of the states from those of the time before, and of what they need in a step."""
    now = recurrence.index
    definitions = tuple((moved[of][now], value) for of, value in values.items())
    states = {moved[each].label for each in recurrence.states}
    local = frozenset(node.label for node, _ in definitions) - states
    return Recursion(name, now, definitions, places=_places(recurrence), local=local)


def read_by(expressions: Iterable[MatrixExpr]) -> frozenset[str]:
    """The labels of the vectors that expressions read."""
    return frozenset(leaf.label for value in expressions for leaf in value.atoms(TimeVector))


def names_in(recursion: Recursion) -> list[str]:
    """What quantities are called in the code of a recursion."""
    values = [v for node, value in recursion.definitions for v in (node, value)]
    values += recursion.sums.values()
    leaves = {leaf for v in values for leaf in v.atoms(MatrixSymbol, TimeVector)}
    scalars = {s.name for v in values for s in v.free_symbols if s.is_Symbol}
    return sorted({parameter_name(leaf) for leaf in leaves} | (scalars - {recursion.index.name}))


def in_code_names(recurrence: Recurrence) -> Recurrence:
    """The recurrence with the names that code has: h_{1} is h_1."""
    if not any("{" in label for label in read_by(recurrence.definitions.values())):
        return recurrence
    leaves = {
        leaf
        for node in (*recurrence.definitions, *recurrence.definitions.values())
        for leaf in node.atoms(TimeVector)
    }
    renamed = {v: TimeVector(in_code(v.label), v.index, *v.shape) for v in leaves}

    def plain(each: Sequence) -> Sequence:
        return Sequence(in_code(each.label), each.rows, each.cols)

    return Recurrence(
        recurrence.index,
        tuple(map(plain, recurrence.states)),
        tuple(map(plain, recurrence.inputs)),
        {renamed[of]: as_matrix(v.xreplace(renamed)) for of, v in recurrence.definitions.items()},
        tuple(map(plain, recurrence.outputs)),
    )


def _definitions(
    recurrence: Recurrence, which: Iterable[Sequence]
) -> tuple[tuple[TimeVector, MatrixExpr], ...]:
    now = recurrence.index
    return tuple((each[now], recurrence.definitions[each[now]]) for each in which)


def _places(recurrence: Recurrence) -> dict[str, int]:
    """Where arrays begin: states at time 0, all else at time 1."""
    states = {each.label for each in recurrence.states}
    defined = {of.label for of in recurrence.definitions}
    given = {each.label for each in recurrence.inputs}
    return dict.fromkeys((defined | given) - states, 1)
