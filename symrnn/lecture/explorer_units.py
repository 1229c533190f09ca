"""The explorer of one LSTM unit and one GRU unit, from the claims of the lecture about gates.

What a step computes is the cell's definitions; its Jacobian, the product of gates and the bound
are the right sides of claims; what a preset sets are the hypotheses of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sympy import MatrixSymbol, Symbol

from symrnn.cells.elman import elman
from symrnn.language.algebra import Identity, Zeros
from symrnn.language.derivatives import TotalDerivative
from symrnn.language.norms import norm
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.ordered import ordered_product
from symrnn.language.relations import Equation, ForAll, Inequality
from symrnn.language.shapes import same_size
from symrnn.language.structure import Block, Diag, Rows
from symrnn.language.time import TimeVector
from symrnn.lecture.statements import Writer
from symrnn.theory.about import Subject
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.typeset.explorer_units import Slider, Unit, UnitsExplorer

STEPS = 40
"""t: as far as one looks back."""

Place = tuple[str, str]
"""A statement, and the label of a part."""


@dataclass(frozen=True)
class Asked:
    """A unit to show.

    jacobian: the claims that say the blocks of a step's Jacobian, row by row; what they are about
        is the cell.
    followed: the part of the state that the curves follow; gate: what it is multiplied by.
    bound: the claim that bounds a step.
    presets: claims whose hypotheses are settings.
    see: the statement to look up.
    """

    title: str
    jacobian: tuple[tuple[Place, ...], ...]
    followed: str
    gate: str
    bound: Place
    presets: tuple[Place, ...]
    see: str


def _blocks(*labels: str) -> tuple[Place, ...]:
    return tuple(("gated_step", label) for label in labels)


UNITS = {
    "lstm": Asked(
        "One LSTM unit",
        (
            _blocks("the cell by the cell", "the cell by the state"),
            _blocks("the state by the cell", "the state by the state"),
        ),
        "c",
        "f",
        ("lstm_step_bound", "the whole step"),
        (
            ("lstm_can_explode", "the cell's derivative explodes"),
            ("one_open_path_is_not_enough", "the derivative is 0"),
            ("lstm_can_vanish", "it vanishes"),
        ),
        "carousel_is_not_total",
    ),
    "gru": Asked(
        "One GRU unit, the reset before the product",
        (_blocks("GRU, the reset before the product"),),
        "h",
        "z",
        ("gru_contracts", "the step"),
        (
            ("gru_path", "it explodes"),
            ("gru_path", "with r = 3/4, w = 2 explodes"),
            ("gru_path", "it is 0 at once"),
        ),
        "gru_path",
    ),
}


def explorer(
    library: Mapping[str, Statement], rnn: Subject | None = None, notation: Notation = LECTURE
) -> UnitsExplorer | None:
    """The explorer; None where a statement that it shows is not in the lecture."""
    asked = {name for unit in UNITS.values() for name, _ in _places(unit)}
    if not asked <= set(library):
        return None
    writer = Writer(notation, {})
    found = _Parts(library, rnn or elman())
    return UnitsExplorer(
        units=tuple(_unit(key, unit, found, writer) for key, unit in UNITS.items()),
        steps=STEPS,
        statements={key: unit.see for key, unit in UNITS.items()},
        opening="Move weights, biases and the first state of a single unit to which nothing comes "
        "in, and see the gate's product beside the whole derivative and its bound. Each preset "
        "sets what a statement supposes; what that leaves open is 0.",
        distance=writer.prose("t - k"),
    )


def _places(unit: Asked) -> tuple[Place, ...]:
    return (*(place for row in unit.jacobian for place in row), unit.bound, *unit.presets)


@dataclass(frozen=True)
class _Parts:
    library: Mapping[str, Statement]
    rnn: Subject

    def __call__(self, place: Place) -> Part:
        name, label = place
        (found,) = (each for each in self.library[name].parts(self.rnn) if each.label == label)
        return found


def _unit(key: str, unit: Asked, part_of: _Parts, writer: Writer) -> Unit:
    cell: Any = part_of(unit.jacobian[0][0]).cell
    recurrence = cell.recurrence
    j, t, k = recurrence.index, *(Symbol(name, integer=True) for name in "tk")
    of, gate = (cell[name] for name in (unit.followed, unit.gate))
    step = Block(*([part_of(place).claim.rhs for place in row] for row in unit.jacobian))
    whole = ordered_product(step, (j, k + 1, t))
    read = {p for value in recurrence.definitions.values() for p in value.atoms(MatrixSymbol)}
    silent = {p for p in read if any(same_size(p.shape[1], x.rows) for x in recurrence.inputs)}
    parameters = {str(p.name): p for p in sorted(read - silent, key=str)}
    states = {state.label: state[0] for state in recurrence.states}
    limits, within = supposed(part_of(unit.bound), j)
    settings = {**{p: name for name, p in parameters.items()}, **{v: n for n, v in states.items()}}
    return Unit(
        key=key,
        title=unit.title,
        times=[str(each) for each in (j, t, k)],
        sizes=["d", "m"],
        definitions={v.label: value for v, value in recurrence.definitions.items()},
        inputs=[each.label for each in recurrence.inputs],
        silent=sorted(str(each.name) for each in silent),
        sliders={name: Slider(writer.math(each)) for name, each in parameters.items()},
        arrays={name: [[name]] for name in parameters},
        states={name: Slider(writer.math(each)) for name, each in states.items()},
        direct=norm(ordered_product(Diag(gate[j]), (j, k + 1, t)), "inf"),
        total=norm(_corner(whole, of.rows), "inf"),
        bound=part_of(unit.bound).claim.rhs ** (t - k),
        limits=limits,
        within=within,
        presets={
            title: _setting(part_of(place), settings)
            for title, place in _titles(unit.presets).items()
        },
        says={
            "direct": writer.prose(f"|∏ {unit.gate}|"),
            "total": rf"$\left|{writer.latex(TotalDerivative(of[t], of[k]))}\right|$",
            "bound": "the bound",
        },
    )


def _titles(presets: tuple[Place, ...]) -> dict[str, Place]:
    """What a preset is called: as its statement, or as the part where there are several of one."""
    names = [name for name, _ in presets]
    return {
        name.replace("_", " ") if names.count(name) == 1 else label: (name, label)
        for name, label in presets
    }


def _corner(whole: Any, rows: Any) -> Any:
    """What stands in the first rows and columns, as many as one part of the state has."""
    below = whole.shape[0] - rows
    if below == 0:
        return whole
    return Rows(whole * Block([Identity(rows)], [Zeros(below, rows)]), 0, rows)


def supposed(bound: Part, j: Symbol) -> tuple[dict[str, Any], dict[Any, Any]]:
    """What is supposed to be at most a letter, at time j, by the letter; and at most a number."""
    limits, within = {}, {}
    for fact in bound.given:
        about = fact.relation if isinstance(fact, ForAll) else fact
        if isinstance(about, Inequality):
            times = {s for v in about.lhs.atoms(TimeVector) for s in v.index.free_symbols}
            largest = about.lhs.xreplace(dict.fromkeys(times, j))
            if isinstance(about.rhs, Symbol):
                limits[str(about.rhs)] = largest
            else:
                within[largest] = about.rhs
    return limits, within


def _setting(part: Part, settings: Mapping[Any, str]) -> dict[str, Any]:
    """What the hypotheses of a claim say that parameters and first states are."""
    names = {str(each): name for each, name in settings.items()}
    said = [fact for fact in part.given if isinstance(fact, Equation)]
    return {names[str(fact.lhs)]: fact.rhs for fact in said if str(fact.lhs) in names}
