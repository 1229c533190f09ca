"""Definitions in time: which vectors are given, and how each other one follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sympy
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language import shapes
from symrnn.language.algebra import Parameter
from symrnn.language.names import in_code
from symrnn.language.time import Sequence, TimeVector


@dataclass(frozen=True, eq=False)
class Definitions:
    """Definitions `v[j] = expression` for states and for what is computed on the way.

    Args:
        index: the time symbol the definitions are written in.
        states: sequences given at time 0 and defined from the time before.
        inputs: sequences given at every time.
        definitions: `{v[j]: expression}`; states may use states at `j - 1`, all else at `j`.
        outputs: sequences computed from the states, which no state depends on (the loss).
    """

    index: Symbol
    states: tuple[Sequence, ...]
    inputs: tuple[Sequence, ...]
    definitions: Mapping[TimeVector, MatrixExpr]
    outputs: tuple[Sequence, ...] = ()

    def __post_init__(self) -> None:
        for defined, value in self.definitions.items():
            shapes.require_same(f"definition of {defined}", defined, value)
            if not isinstance(defined, TimeVector) or defined.index != self.index:
                raise IllFormedError(
                    "a definition must be of a vector at the recurrence's own time",
                    {"expected": f"v[{self.index}]", "got": str(defined)},
                )
            for used in value.atoms(TimeVector):
                self._check_use(defined, used)
        for state in self.states:
            if state[self.index] not in self.definitions:
                raise IllFormedError(f"the state {state.label} has no definition")
        self._check_names()
        reads = {defined: value.atoms(TimeVector) for defined, value in self.definitions.items()}
        try:
            TopologicalSorter(reads).prepare()
        except CycleError as error:
            raise IllFormedError(
                "the definitions at one time use each other in a circle",
                {"cycle": " → ".join(map(str, error.args[1]))},
            ) from error

    def _check_use(self, defined: TimeVector, used: TimeVector) -> None:
        delay = sympy.expand(self.index - used.index)
        allowed = (0, 1) if used.sequence in self.states else (0,)
        if delay not in allowed or used == defined:
            raise IllFormedError(
                f"the definition of {defined} uses {used}",
                {"expected": "states one step back, all else at the same time", "got": str(used)},
            )
        if used.sequence in self.outputs and defined.sequence not in self.outputs:
            raise IllFormedError(
                f"the definition of {defined} uses the output {used}",
                {"expected": "outputs that no state depends on", "got": str(used)},
            )

    def _check_names(self) -> None:
        """One name for each quantity: parameters, sequences, sizes, times; as code has them."""
        nodes = (*self.definitions, *self.definitions.values())
        leaves = {leaf for node in nodes for leaf in node.atoms(sympy.MatrixSymbol, TimeVector)}
        found: dict[str, Any] = {}
        given = (*self.states, *self.inputs, *self.outputs)
        sequences = {leaf.sequence for leaf in leaves if isinstance(leaf, TimeVector)}
        parameters = {leaf for leaf in leaves if not isinstance(leaf, TimeVector)}
        sizes = {size for leaf in leaves for n in leaf.shape for size in n.free_symbols}
        quantities = {*given, *sequences, *parameters, *sizes, self.index}
        for quantity in sorted(quantities, key=_described):
            name = in_code(str(getattr(quantity, "label", quantity)))
            if found.setdefault(name, quantity) != quantity:
                raise IllFormedError(
                    f"two quantities have the name {name}",
                    {
                        "expected": "one name for each sequence, parameter, size and time",
                        "got": f"{_described(found[name])}; {_described(quantity)}",
                    },
                )


def _described(quantity: Any) -> str:
    if isinstance(quantity, Symbol):
        return f"the size or time {quantity}"
    if isinstance(quantity, Sequence):
        return f"the sequence {quantity.label}, {quantity.rows} × {quantity.cols}"
    kind = "parameter" if isinstance(quantity, Parameter) else type(quantity).__name__
    return f"the {kind} {quantity}, {shapes.show(quantity.shape)}"
