"""The explorer of one unit of any cell, from the claims of the lecture about it.

What a step computes is the cell's definitions; the derivative over many steps and its bound are
the right sides of claims, each step's Jacobian in them the one that is derived. Of a cell that
names its gates there is the path beside them, too: what a state hands on while all that is named is
held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.calculus import jacobian
from symrnn.cells.from_text import UNNAMED
from symrnn.cells.lettering import fresh_name
from symrnn.cells.network import Network
from symrnn.cells.step import Cell
from symrnn.cells.subject import with_numbers
from symrnn.errors import NotSupportedError
from symrnn.language.algebra import Zeros
from symrnn.language.derivatives import TotalDerivative
from symrnn.language.names import in_code
from symrnn.language.norms import Norm, norm
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.ordered import ordered_product
from symrnn.language.shapes import symbolic
from symrnn.language.structure import Block
from symrnn.language.time import TimeVector
from symrnn.lecture.explorer_units import STEPS, supposed
from symrnn.lecture.statements import Writer
from symrnn.theory.about import Subject
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.typeset.explorer_units import Slider, Unit, UnitsExplorer

PRODUCT, BOUND = "product_of_jacobians", "product_bound"
"""The statements whose claims are drawn."""

KEY = "unit"
"""What the unit is called in the page and its script."""

HALF = 0.5
"""Where parameters stand at first."""


def explorer(
    library: Mapping[str, Statement], rnn: Subject, notation: Notation = LECTURE
) -> UnitsExplorer | None:
    """The explorer; None where a statement that it draws is not in the lecture, where nothing is
    known of several functions of the cell, where its states are no numbers though all sizes are 1,
    or where something in it has no JavaScript.

    Args:
        library: the statements.
        rnn: the cell.
        notation: how the controls and pictures are lettered.
    """
    if not {PRODUCT, BOUND} <= set(library):
        return None
    try:
        made = with_numbers(rnn)
        if not all(_at_one(state.rows) == 1 for state in made.states):
            return None
        unit = _unit(library, made, Writer(notation, {}, made.in_parts))
        unit.generated()
    except NotSupportedError:
        return None
    return UnitsExplorer(
        units=(unit,),
        steps=STEPS,
        statements={KEY: BOUND},
        opening="Move weights, biases, what comes in and the first state of a single unit of the "
        "cell, and see the derivative over many steps and its bound.",
        distance=Writer(notation, {}).prose("t - k"),
    )


def _unit(library: Mapping[str, Statement], made: Network, writer: Writer) -> Unit:
    cell, j = made.cell, made.j
    named = (*cell.recurrence.definitions, *(each[j] for each in cell.inputs))
    now = Symbol(fresh_name(str(j), {*cell.shapes, *(of.label for of in named)}), integer=True)
    one, step = TotalDerivative(made.s[j], made.s[j - 1]), made.jacobian(made.s[j], made.s[j - 1])

    def numeric(claimed: Any) -> Any:
        """What a claim says, with the derived Jacobian of a step and the parts of the state."""
        kinds = {n: Norm(n.matrix, "inf") for n in claimed.atoms(Norm) if n.kind == "any"}
        found = _opened(claimed.xreplace(kinds).xreplace({one: step}), made)
        return made.in_parts(found).xreplace({j: now})

    product, bound = (_first(library[name], made) for name in (PRODUCT, BOUND))
    limits, _ = supposed(bound, j)
    sliders, arrays = _sliders(cell, writer)
    held, times = _held(cell), (j, made.k + 1, made.t)
    name = "" if cell.name == UNNAMED else f" {cell.name}"
    derivative = writer.latex(TotalDerivative(made.s[made.t], made.s[made.k]))
    return Unit(
        key=KEY,
        title=f"One unit of the cell{name.replace('_', ' ')}",
        times=[str(each) for each in (now, made.t, made.k)],
        sizes=[str(each) for each in cell.sizes],
        definitions={
            of.label: value.xreplace({j: now}) for of, value in cell.recurrence.definitions.items()
        },
        inputs=[in_code(each.label) for each in cell.inputs],
        silent=(),
        sliders=sliders,
        arrays=arrays,
        states={in_code(e.label): Slider(writer.math(e[0]), 1) for e in cell.states},
        direct=numeric(norm(ordered_product(held, times), "inf")) if held else None,
        total=numeric(norm(product.claim.rhs, "inf")),
        bound=bound.claim.rhs,
        limits={name: numeric(largest) for name, largest in limits.items()},
        says={
            "direct": "what is left with all that is named held",
            "total": rf"$\left\lVert {derivative} \right\rVert_\infty$",
            "bound": "the bound",
        },
    )


def _opened(claimed: Any, made: Network) -> Any:
    """An expression without what statements name and the cell does not: what stands between two
    states, by its definition."""
    own = {of.sequence for of in made.cell.recurrence.definitions}
    beside = {of for of in made.recurrence.definitions if of.sequence not in {*own, made.s, made.L}}
    named = {each for each in claimed.atoms(TimeVector) if each.sequence[made.j] in beside}
    values = {each: made.recurrence.definition(each) for each in named}
    return _opened(claimed.xreplace(values), made) if values else claimed


def _first(statement: Statement, rnn: Network) -> Part:
    """The part that stands for a statement about a cell."""
    return statement.headlined(statement.parts(rnn))[0]


def _sliders(
    cell: Cell, writer: Writer
) -> tuple[dict[str, Slider], dict[str, Sequence[Sequence[str]]]]:
    """A slider for each entry that parameters have where all sizes are 1, for each scalar and each
    input; and the rows of parameters, of names of sliders."""
    sliders: dict[str, Slider] = {}
    arrays: dict[str, Sequence[Sequence[str]]] = {}
    for parameter in cell.parameters:
        name, said = in_code(str(parameter.name)), writer.math(parameter)
        rows, cols = map(_at_one, parameter.shape)
        if rows == cols == 1:
            sliders[name], arrays[name] = Slider(said, HALF), [[name]]
            continue
        arrays[name] = [[f"{name}-{r}-{c}" for c in range(cols)] for r in range(rows)]
        for r, row in enumerate(arrays[name], start=1):
            for c, each in enumerate(row, start=1):
                sliders[each] = Slider(f"{said}, row {r}, column {c}", HALF)
    for scalar in cell.scalars:
        sliders[in_code(str(scalar))] = Slider(writer.math(scalar), HALF)
    for sequence in cell.inputs:
        said = writer.math(sequence[cell.index])
        sliders[in_code(sequence.label)] = Slider(f"{said} at every time")
    return sliders, arrays


def _held(cell: Cell) -> MatrixExpr | None:
    """What each part of the state hands on to each, all else that is named held; None where that is
    nothing, or nothing is named."""
    recurrence, now = cell.recurrence, cell.index
    if len(recurrence.definitions) == 1:
        return None
    rows = [
        [jacobian(recurrence.definitions[of[now]], by[now - 1]) for by in cell.states]
        for of in cell.states
    ]
    if all(isinstance(each, Zeros) for row in rows for each in row):
        return None
    return rows[0][0] if len(rows) == 1 else Block(*rows)


def _at_one(size: Any) -> int:
    """A size where all symbols in it are 1."""
    return int(symbolic(size).subs(dict.fromkeys(symbolic(size).free_symbols, 1)))
