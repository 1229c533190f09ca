"""The explorer of single units: the direct path, the total derivative and its bound, step by step.

A unit is a cell at d = m = 1 to which nothing comes in: its weights and biases have sliders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symrnn.typeset.explorer import Explorer
from symrnn.typeset.javascript import JavaScriptPrinter, number, script
from symrnn.typeset.prose import plain

WEIGHTS, STATES = (-8, 8), (-2, 2)
"""Between what a weight or bias, and a first state, can be moved."""


@dataclass(frozen=True)
class Unit:
    """One unit of a cell.

    key: part of names in the page and its script.
    title: prose.
    definitions: what is computed in a step, by its name, each after those it reads.
    inputs: what is 0 at every time.
    silent: parameters by which inputs come in: 0.
    parameters: prose of those that have a slider, by their names.
    states: prose of the first states, by their names.
    direct, total, bound: scalars of k and t: the product of gates, the norm of the whole
        derivative, and what a statement says it is at most.
    limits: what the bound reads, by its name: the largest of a scalar over all times j.
    within: what must be at most a number at all times j, with it, for the bound to be one.
    presets: values for parameters and first states, by what shows them; what is not there is 0.
    says: prose of direct, total and bound, by these names.
    """

    key: str
    title: str
    definitions: Mapping[str, Any]
    inputs: Sequence[str]
    silent: Sequence[str]
    parameters: Mapping[str, str]
    states: Mapping[str, str]
    direct: Any
    total: Any
    bound: Any
    limits: Mapping[str, Any]
    within: Mapping[Any, Any]
    presets: Mapping[str, Mapping[str, Any]]
    says: Mapping[str, str]

    def generated(self) -> tuple[list[str], str]:
        """Its functions, and an object that has them by their places."""
        functions: list[str] = []

        def named(name: str, value: Any) -> str:
            made = script(value, f"{self.key}_{name}")
            functions.append(made.source)
            return made.name

        def table(values: Mapping[str, Any], prefix: str = "") -> str:
            inside = (f"{name}: {named(prefix + name, value)}" for name, value in values.items())
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
            *(f"    {name}: {named(name, getattr(self, name))}," for name in CURVES),
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
            "units": {
                each.key: {
                    "inputs": list(each.inputs),
                    "silent": list(each.silent),
                    "parameters": list(each.parameters),
                    "states": list(each.states),
                    "says": {name: plain(said) for name, said in each.says.items()},
                }
                for each in self.units
            },
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
