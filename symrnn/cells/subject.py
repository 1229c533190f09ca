"""A cell made into what statements speak of: one state, and a loss of it.

Functions of which nothing is known stand in the place of its own, and what stands between two
states is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy
from sympy import MatrixSymbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.between import Between, NotBetween, between
from symrnn.cells.lettering import fresh_name
from symrnn.cells.network import Halves, Network
from symrnn.cells.step import Cell
from symrnn.errors import IllFormedError
from symrnn.language.activations import Elementwise, unknown
from symrnn.language.algebra import Determinant, LogSumExp, Softmax, as_matrix
from symrnn.language.derivatives import VectorFunction
from symrnn.language.names import in_code
from symrnn.language.structure import Rows, Vec, stack
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.named import names_of
from symrnn.recurrence.recurrence import Recurrence, with_activations

_WHOLE = {Softmax: "softmax", LogSumExp: "logsumexp", Determinant: "det"}


def network(cell: Cell, *, general: bool = True) -> Network:
    """A cell as statements speak of it, for every function in the place of its activations, and of
    softmax, log-sum-exp and the determinant.

    Args:
        cell: what it is made of.
        general: with `False` the functions are the cell's own, to be run.

    Raises:
        IllFormedError: the cell has a loss that is none of its state alone; see `step_of`.
    """
    cell = step_of(cell)
    unnamed = {f: unknown(f.name) for f in cell.activations if general and not f.is_unknown}
    made = with_activations(cell.recurrence, unnamed)
    taken = set(names_of(made))
    now = made.index
    definitions: dict[TimeVector, MatrixExpr] = dict(made.definitions)
    if general:
        definitions = _any_functions(definitions)
    if len(made.states) == 1:
        (s,) = made.states
    else:
        s = Sequence(fresh_name("s", taken), sum((e.rows for e in made.states), sympy.S.Zero))
        earlier, start = {}, sympy.S.Zero
        for state in made.states:
            earlier[state[now - 1]] = Rows(s[now - 1], start, state.rows)
            start += state.rows
        definitions = {of: as_matrix(value.xreplace(earlier)) for of, value in definitions.items()}
        definitions[s[now]] = stack(*(state[now] for state in made.states))
    taken.add(in_code(s.label))
    stepped = Recurrence(now, (s,), made.inputs, definitions)
    found = between(stepped)
    halves = _halved(stepped, found, taken) if isinstance(found, Between) else found
    if isinstance(halves, Halves):
        definitions |= _definitions(halves, s[now])
    return with_loss(cell, Recurrence(now, (s,), made.inputs, definitions), halves)


def step_of(cell: Cell) -> Cell:
    """The cell without what no state reads: its readout and its loss.

    Statements are about any loss of the state, of which a cell's own is one where it sees nothing
    of the step but the state that comes out of it.

    Raises:
        IllFormedError: a loss that sees more: a gate, the state before, a parameter of the step.
    """
    whole, now = cell.recurrence, cell.index
    kept = _behind(whole, (state[now] for state in whole.states))
    if len(kept) == len(whole.definitions):
        return cell
    definitions = {of: value for of, value in whole.definitions.items() if of in kept}
    read = {leaf for value in definitions.values() for leaf in value.atoms(TimeVector)}
    inputs = tuple(each for each in whole.inputs if each[now] in read)
    made = cell.redefined(Recurrence(now, whole.states, inputs, definitions))
    beyond = _behind(whole, (each[now] for each in whole.outputs)) - kept
    seen = {leaf for of in beyond for leaf in whole.definitions[of].atoms(TimeVector, MatrixSymbol)}
    known = {each[now] for each in (*whole.states, *whole.inputs)} | beyond
    fixed = {each for each in seen if isinstance(each, MatrixSymbol)} - {*made.parameters}
    if more := sorted(map(str, seen - known - fixed)):
        raise IllFormedError(
            f"the loss of {cell.name} is none of its state alone",
            {
                "expected": "a loss that sees of the step no more than "
                + " and ".join(str(state[now]) for state in whole.states),
                "got": f"one that sees {' and '.join(more)}",
            },
        )
    return made


def _behind(whole: Recurrence, ends: Iterable[TimeVector]) -> set[TimeVector]:
    """The vectors of a step that some are computed from, themselves among them."""
    found: set[TimeVector] = set()
    open_ = list(ends)
    while open_:
        of = open_.pop()
        if of not in found:
            found.add(of)
            open_ += whole.same_time(of)
    return found


def with_numbers(made: Network, stand_in: str = "tanh") -> Network:
    """The same with functions that can be run: the cell's own, or where no more than the name of
    the one activation is known, another in its place.

    Raises:
        NotSupportedError: nothing but names is known of the functions of a cell that has several.
    """
    if any(f.is_unknown for f in made.cell.activations):
        return made.with_activation(stand_in)
    return network(made.cell, general=False)


def _any_functions(definitions: Mapping[TimeVector, MatrixExpr]) -> dict[TimeVector, MatrixExpr]:
    """The definitions, with a function of which nothing is known in the place of each that is
    smooth in all of a vector or of a matrix: what is proved of every such function is so of it."""
    sizes: dict[str, list[Any]] = {}

    def stand_in(node: Any) -> MatrixExpr:
        name, argument = _WHOLE[type(node)], node.args[0]
        column = Vec(argument) if isinstance(node, Determinant) else argument
        known = sizes.setdefault(name, [])
        if column.shape not in known:
            known.append(column.shape)
        number = known.index(column.shape)
        return VectorFunction(f"{name}_{number}" if number else name, node.shape[0], column)

    return {
        of: as_matrix(value.replace(lambda node: type(node) in _WHOLE, stand_in))
        for of, value in definitions.items()
    }


def with_loss(cell: Cell, step: Recurrence, halves: Halves | NotBetween) -> Network:
    """A cell whose step has one state, with a loss of it of which nothing is known.

    Args:
        cell: the cell.
        step: its definitions, with names for the halves where it has these.
        halves: what stands before and behind its one activation, or why there is none.
    """
    (s,), now = step.states, step.index
    loss = Sequence(fresh_name("L", names_of(step)), 1)
    definitions = {**step.definitions, loss[now]: VectorFunction("ell", 1, s[now])}
    recurrence = Recurrence(now, (s,), step.inputs, definitions, (loss,))
    return Network(cell, recurrence, s, loss, halves)


def _halved(step: Recurrence, found: Between, taken: set[str]) -> Halves:
    """What goes into the activation and what comes out: by its own name, where it has one."""
    (s,), now = step.states, step.index
    named = {step.expanded(of): of for of in step.definitions} | {s[now - 1]: s[now - 1]}
    argument, value = (
        named.get(each) or Sequence(fresh_name(name, taken), each.shape[0])[now]
        for name, each in (("a", found.argument), ("v", found.value))
    )
    return Halves(found, argument, value)


def _definitions(halves: Halves, state: TimeVector) -> dict[TimeVector, MatrixExpr]:
    """The definitions of the halves of a step, and of the state by them."""
    found, argument, value = halves.between, halves.argument, halves.value
    made = {value: Elementwise(found.sigma, argument)}
    if argument.index == state.index:
        made[argument] = found.argument
    if value != state:
        made[state] = found.outer(value)
    return made
