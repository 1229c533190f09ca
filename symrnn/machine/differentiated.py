"""Derivatives as Coq has them: of what function, at what point, with what held."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import sympy

from symrnn.errors import NotSupportedError
from symrnn.language.derivatives import NUMERATOR, ImmediateDerivative, TotalDerivative
from symrnn.language.shapes import is_column
from symrnn.language.structure import Vec
from symrnn.language.time import TimeVector
from symrnn.machine.arithmetic import APPLICATION, ARROW, ATOM, Coq, apply
from symrnn.machine.naturals import at_least_zero
from symrnn.machine.printer import coq
from symrnn.machine.scope import Scope
from symrnn.machine.transition import Transition


@dataclass(frozen=True)
class Differentiated:
    """A function, the point at which it is differentiated, and the name of its derivative there."""

    name: str
    function: Coq
    point: Coq


def differentiated(node: Any, scope: Scope) -> Differentiated:
    """What a derivative is a derivative of, and where.

    Raises:
        NotSupportedError: for derivatives in derivatives, and for those by what is no state.
    """
    immediate = isinstance(node, ImmediateDerivative)
    for known in (_within_a_step, _with_what_is_read_held, _by_part):
        found = known(node, scope)
        if found is not None:
            return found
    by = node.by.args[0] if isinstance(node.by, Vec) else node.by
    moving, rnn = node.of, scope.rnn
    # What a derivative can be by: of a printed cell the state alone.
    vectors = (rnn.s,) if scope.transition is not None else (rnn.s, rnn.a)
    steps = isinstance(moving, TimeVector) and moving.sequence in vectors
    vector = isinstance(by, TimeVector)
    whole = _whole_state(node.held, scope)
    if (
        scope.varies
        or moving.has(TotalDerivative, ImmediateDerivative)
        or (immediate and not steps)
        or (vector and (immediate or node.held or by.sequence not in vectors))
        or not (whole or all(held.sequence == rnn.s for held in node.held))
    ):
        raise NotSupportedError("no Coq form for this derivative", {"got": str(node)})
    point = coq(by, scope)
    if vector:
        name, variable = "jac", "v"
        inner = scope.from_(by, Coq(variable))
    else:
        column = is_column(by)
        name = "jac" if column else "jacvec" if isinstance(node.by, Vec) else "grad"
        variable = "v" if column else "V"
        inner = scope.varying(**{by.name: variable})
        held = (rnn.s[moving.index - 1],) if immediate else whole or node.held
        if len(held) > 1:
            raise NotSupportedError("no Coq form for several held states", {"got": str(node)})
        for state in held:
            inner = replace(inner.from_(state, coq(state, scope)), one_step=immediate)
    body = coq(moving, inner)
    return Differentiated(name, _reduced(variable, body), point)


def _within_a_step(node: Any, scope: Scope) -> Differentiated | None:
    """A derivative of a vector by another one of its own step; None for another one.

    What is computed of that one is written out down to it; the state before stays where it is. The
    whole state is no vector of the step: what is computed of it goes on from it.
    """
    cell, by, moving, held = scope.transition, node.by, node.of, set(node.held)
    if cell is None or not within_a_step(node, cell):
        return None
    if (
        scope.varies
        or isinstance(node, ImmediateDerivative)
        or held & {by, moving}
        # Before time 1 a state is given, and no definition says what it is.
        or not at_least_zero(by.index - 1, scope.facts)
    ):
        raise NotSupportedError("no Coq form for this derivative", {"got": str(node)})
    inner = replace(scope, moves=(by, Coq("v")))
    rest = coq(cell.down_to(by, moving, held), inner)
    return Differentiated("jac", _reduced("v", rest), coq(by, scope))


def within_a_step(node: Any, cell: Transition) -> bool:
    """Whether a derivative is one of a vector by another of its own step."""
    by, moving = node.by, node.of
    return (
        isinstance(by, TimeVector)
        and isinstance(moving, TimeVector)
        and cell.state not in (by.sequence, moving.sequence)
        and by.index == moving.index
        and cell.defines(by.sequence)
        and cell.defines(moving.sequence)
    )


def _with_what_is_read_held(node: Any, scope: Scope) -> Differentiated | None:
    """A derivative of one step by a state, with vectors of that step held; None for another one.

    What is left of the definition reads the state and what is held, and nothing that might move
    along with the state.
    """
    cell, by, moving, held = scope.transition, node.by, node.of, set(node.held)
    if cell is None or not isinstance(by, TimeVector) or not isinstance(moving, TimeVector):
        return None
    states = (cell.state, *cell.names)
    gates = {each for each in held if each.index == moving.index and cell.defines(each.sequence)}
    if not gates - {moving}:
        return None
    rest = cell.written_out(moving, held) if cell.defines(moving.sequence) else moving
    along = {each for each in rest.atoms(TimeVector) - held - {by} if each.sequence in states}
    if (
        scope.varies
        or isinstance(node, ImmediateDerivative)
        or moving in held
        or by in held
        or by.sequence not in states
        or sympy.expand(moving.index - by.index) != 1
        or rest == moving
        or along
        # Before time 1 a state is given, and no definition says what it is.
        or not at_least_zero(by.index, scope.facts)
    ):
        raise NotSupportedError("no Coq form for this derivative", {"got": str(node)})
    inner = replace(scope, moves=(by, Coq("v")))
    return Differentiated("jac", _reduced("v", coq(rest, inner)), coq(by, scope))


def _whole_state(held: tuple[TimeVector, ...], scope: Scope) -> tuple[TimeVector, ...]:
    """The state that is held where all its parts at one time are."""
    cell, times = scope.transition, {each.index for each in held}
    if cell is None or len(times) != 1 or {each.sequence for each in held} != set(cell.names):
        return ()
    return (cell.state[times.pop()],)


def _by_part(node: Any, scope: Scope) -> Differentiated | None:
    """A derivative by one part of the state, the others at its time held; None for another one.

    At time 0 all parts are given, so that none moves along with another.
    """
    cell, by = scope.transition, node.by
    if cell is None or not isinstance(by, TimeVector) or by.sequence not in cell.names:
        return None
    others = {each[by.index] for each in cell.names if each != by.sequence}
    held = set(node.held)
    if (
        scope.varies
        or isinstance(node, ImmediateDerivative)
        or node.of.has(TotalDerivative, ImmediateDerivative)
        or not (held == others or (not held and by.index == 0))
    ):
        raise NotSupportedError("no Coq form for this derivative", {"got": str(node)})
    run = [Coq("v") if each == by.sequence else coq(each[by.index], scope) for each in cell.names]
    inner = scope.from_(cell.state[by.index], cell.stacked(run))
    return Differentiated("jac", _reduced("v", coq(node.of, inner)), coq(by, scope))


def _reduced(variable: str, body: Coq) -> Coq:
    """fun v => f v, written f."""
    head, space, last = body.text.rpartition(" ")
    alone = space and last == variable and not re.search(rf"\b{variable}\b", head)
    if alone and body.level == APPLICATION:
        return Coq(head, APPLICATION if " " in head else ATOM)
    return Coq(f"fun {variable} => {body.text}", ARROW)


@coq.register(TotalDerivative)
@coq.register(ImmediateDerivative)
def _(node: Any, scope: Scope) -> Coq:
    found = differentiated(node, scope)
    written = apply(found.name, found.function, found.point)
    if node.layout == NUMERATOR or found.name == "grad":
        return written
    return Coq(f"{written.argument}^T")
