"""The explorer of single units: a direct path, the total derivative and its bound, step by step.

A unit is a cell whose sizes are all 1: its weights, biases and scalars have sliders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from symrnn.typeset.explorer import Explorer
from symrnn.typeset.javascript import JavaScriptPrinter, in_script, number, script
from symrnn.typeset.prose import plain

WEIGHTS, STATES = (-8, 8), (-2, 2)
"""Between what a weight or bias, and a first state, can be moved."""


@dataclass(frozen=True)
class Slider:
    """What can be moved.

    says: prose.
    start: where it stands at first.
    """

    says: str
    start: float = 0


@dataclass(frozen=True)
class Unit:
    """One unit of a cell.

    key: part of names in the page and its script.
    title: prose.
    times: how formulas call the time of a definition, the latest and the earliest time.
    sizes: how they call what is 1.
    definitions: what is computed in a step, by its name, each after those it reads.
    inputs: what is one number at every time, that of its slider, or 0.
    silent: parameters by which inputs come in: 0.
    sliders: of parameters, scalars and inputs.
    arrays: for each parameter its rows, of names of sliders.
    states: sliders of the first states, by their names.
    direct, total, bound: scalars of two times: what one path has, the norm of the whole
        derivative, and what a statement says it is at most; no `direct` where there is no path.
    limits: what the bound reads, by its name: the largest of a scalar over all times.
    within: what must be at most a number at all times, with it, for the bound to be one.
    presets: values for parameters and first states, by what shows them; what is not there is 0.
    says: prose of direct, total and bound, by these names.
    """

    key: str
    title: str
    times: Sequence[str]
    sizes: Sequence[str]
    definitions: Mapping[str, Any]
    inputs: Sequence[str]
    silent: Sequence[str]
    sliders: Mapping[str, Slider]
    arrays: Mapping[str, Sequence[Sequence[str]]]
    states: Mapping[str, Slider]
    direct: Any
    total: Any
    bound: Any
    limits: Mapping[str, Any]
    within: Mapping[Any, Any] = field(default_factory=dict)
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    says: Mapping[str, str] = field(default_factory=dict)

    @property
    def curves(self) -> tuple[str, ...]:
        """Those of `CURVES` that there are."""
        return tuple(name for name in CURVES if getattr(self, name) is not None)

    def given(self) -> Mapping[str, Any]:
        """What the script reads besides its formulas."""
        return {
            "times": list(map(in_script, self.times)),
            "sizes": list(map(in_script, self.sizes)),
            "inputs": {in_script(name): name for name in self.inputs},
            "silent": list(map(in_script, self.silent)),
            "arrays": {
                in_script(name): [list(row) for row in rows] for name, rows in self.arrays.items()
            },
            "sliders": {name: in_script(name) for name in self.sliders},
            "states": {name: in_script(name) for name in self.states},
            "says": {name: plain(said) for name, said in self.says.items()},
        }

    def generated(self) -> tuple[list[str], str]:
        """Its functions, and an object that has them by their places."""
        functions: list[str] = []

        def named(name: str, value: Any) -> str:
            made = script(value, f"{self.key}_{name}")
            functions.append(made.source)
            return made.name

        def table(values: Mapping[str, Any], prefix: str = "") -> str:
            inside = (
                f"{in_script(name)}: {named(prefix + name, value)}"
                for name, value in values.items()
            )
            return f"{{ {', '.join(inside)} }}"

        printer = JavaScriptPrinter()
        presets = [
            f"      {json.dumps(title, ensure_ascii=False)}: ({{ d }}) => ({{ "
            f"{', '.join(f'{name}: {printer.doprint(each)}' for name, each in values.items())} }}),"
            for title, values in self.presets.items()
        ]
        within = ", ".join(
            f"[{named(f'within_{place}', size)}, {number(most)}]"
            for place, (size, most) in enumerate(self.within.items())
        )
        lines = [
            f"  {self.key}: {{",
            f"    definitions: {table(self.definitions)},",
            f"    limits: {table(self.limits, 'largest_')},",
            f"    within: [{within}],",
            *(f"    {name}: {named(name, getattr(self, name))}," for name in self.curves),
            "    presets: {",
            *presets,
            "    },",
            "  },",
        ]
        return functions, "\n".join(lines)


CURVES = ("direct", "total", "bound")


@dataclass(frozen=True)
class UnitsExplorer(Explorer):
    """What the page computes of single units.

    units: each with a picture of its own.
    steps: t.
    opening, distance: prose.
    """

    units: Sequence[Unit]
    steps: int
    statements: Mapping[str, str]
    opening: str
    distance: str

    template = "explorer_units.html"
    program = "explorer_units.js"

    def generated(self) -> str:
        """The JavaScript of all units, one constant."""
        found = [each.generated() for each in self.units]
        functions = [function for functions, _ in found for function in functions]
        tables = "\n".join(("const formulas = {", *(table for _, table in found), "};"))
        return "\n\n".join((*functions, tables))

    def given(self) -> Mapping[str, Any]:
        """What each unit reads, and what its curves are called."""
        return {
            "steps": self.steps,
            "distance": plain(self.distance).replace("-", "−"),
            "units": {each.key: each.given() for each in self.units},
        }

    def shown(self) -> Mapping[str, Any]:
        """The sliders."""
        return {
            "units": self.units,
            "steps": self.steps,
            "opening": self.opening,
            "distance": self.distance,
            "weights": WEIGHTS,
            "first_states": STATES,
        }
