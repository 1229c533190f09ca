"""Cells that parts of statements bring along, each as Coq has it.

Two such cells may have one name, in one statement or in two, and their definitions would be one
file. So a cell is called by its name and by what it is, unless it is what a cell that comes along
is by that name: of such ones theorems are written by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells.known import named, names
from symrnn.cells.lettering import fresh_name
from symrnn.cells.network import Network
from symrnn.language.structure import stack
from symrnn.language.time import Sequence, TimeVector
from symrnn.machine.names import slug
from symrnn.machine.printed_cell import definitions_file
from symrnn.machine.transition import Own, Transition, require_slopes, step_of, step_of_network
from symrnn.recurrence.named import names_of
from symrnn.recurrence.recurrence import Recurrence

DIGITS = 12
"""Of a digest in a name."""


@lru_cache(maxsize=64)
def own(cell: Any) -> Own:
    """A cell of a part as it is printed: each state by its name, the whole of them stacked.

    Raises:
        NotSupportedError: it has a kink, or something in it has no Coq form.
    """
    key = f"own_{_slug_of(cell)}"
    network = isinstance(cell, Network)
    require_slopes(cell)
    made = step_of_network(key, cell) if network else _step(key, cell.recurrence)
    found = Own(cell.recurrence, made)
    if _comes_along(cell):
        return found
    text = definitions_file(made, found).text
    digest = hashlib.sha256(text.encode()).hexdigest()[:DIGITS]
    return Own(cell.recurrence, replace(made, key=f"{key}_{digest}"))


def _step(key: str, recurrence: Recurrence) -> Transition:
    now, states = recurrence.index, recurrence.states
    definitions: Mapping[TimeVector, MatrixExpr] = recurrence.definitions
    if len(states) == 1:
        (state,) = states
        return step_of(key, recurrence, state, ((sympy.S.Zero, state.rows),), definitions)
    label = fresh_name("s", names_of(recurrence))
    state = Sequence(label, sum((each.rows for each in states), sympy.S.Zero))
    whole = stack(*(each[now] for each in states))
    starts = [sum((e.rows for e in states[:k]), sympy.S.Zero) for k in range(len(states))]
    parts = tuple((start, e.rows) for start, e in zip(starts, states, strict=True))
    return step_of(key, recurrence, state, parts, {**definitions, state[now]: whole}, states)


def _comes_along(cell: Any) -> bool:
    """Whether a cell is one that comes along, with or without inputs, and not only called so."""
    name = getattr(cell, "name", None)
    if name not in names():
        return False
    known = named(name)
    found = known if cell.recurrence.inputs else known.without_inputs()
    return dict(found.recurrence.definitions) == dict(cell.recurrence.definitions)


def _slug_of(cell: Any) -> str:
    """The name of a cell, and whether nothing enters."""
    called = cell.cell.name if isinstance(cell, Network) else getattr(cell, "name", "")
    bare = "" if cell.recurrence.inputs else "_without_inputs"
    return f"{slug(called) or 'cell'}{bare}"
