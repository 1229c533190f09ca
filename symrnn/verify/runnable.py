"""A cell with numbers, as differences run it: the definitions, and a `Setting` of any net of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.cells import Cell
from symrnn.cells.network import Network
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.derivatives import parameter_of
from symrnn.language.entry import entry
from symrnn.language.names import in_code
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.numeric.fitted import Fitted, fitted
from symrnn.numeric.loops.cells import in_code_names
from symrnn.numeric.weights import Weights, random_weights
from symrnn.recurrence.recurrence import Recurrence, with_parameter
from symrnn.verify.functions import applied
from symrnn.verify.net import Net
from symrnn.verify.setting import Setting

Array = NDArray[Any]

STANDS_IN = "tanh"
"""What a setting has for an unknown σ; here there is none."""


@dataclass(frozen=True, eq=False)
class Runnable:
    """A cell that can be run, and of which derivatives are compared.

    Attributes:
        of: a cell, or one with a loss as statements speak of it.
        recurrence: its definitions, with names for what derived formulas speak of.
        lifted: the scalar that a derivative is taken by, a 1 × 1 parameter in the definitions.
    """

    of: Cell | Network
    recurrence: Recurrence
    lifted: Symbol | None = None

    @staticmethod
    def of_cell(given: Any) -> Runnable:
        """What is run of a cell.

        Raises:
            IllFormedError: it is none, or nothing but the name of a function is known.
        """
        if not isinstance(given, Cell | Network):
            raise IllFormedError(
                "compare: derivatives of a cell",
                {"expected": 'a cell, such as named("lstm")', "got": type(given).__name__},
            )
        made = _made(given)
        if unknown := [f for f in applied(made.recurrence) if f.is_unknown]:
            raise IllFormedError(
                f"compare: an unknown {', '.join(map(str, unknown))} cannot be run",
                {"expected": 'a known activation, as in elman("tanh")', "got": made.cell.text},
            )
        return made

    @cached_property
    def cell(self) -> Cell:
        """What numbers are for."""
        return self.of.cell if isinstance(self.of, Network) else self.of

    def by(self, variable: Any) -> Runnable:
        """The same, to be moved in a variable: a scalar becomes a 1 × 1 parameter of its name."""
        scalar = next((s for s in self.cell.scalars if variable == parameter_of(s)), None)
        if scalar is None:
            return self
        return _lifted(self, scalar)

    def spoken(self, formula: Any) -> Any:
        """A formula in the names of code, as the recurrence is, and with the 1 × 1 parameter in the
        place of the scalar that is moved."""
        braced = [v for v in formula.atoms(TimeVector) if in_code(v.label) != v.label]
        plain = {v: TimeVector(in_code(v.label), v.index, *v.shape) for v in braced}
        formula = formula.xreplace(plain)
        if self.lifted is None:
            return formula
        return formula.xreplace({self.lifted: entry(parameter_of(self.lifted), 1, 1)})

    def in_names(self, derived: MatrixExpr) -> MatrixExpr:
        """A derived formula in the names of gates, as the cell itself derives it."""
        return self.of.by_gates(derived) if isinstance(self.of, Cell) else derived

    # ------------------------------------------------------------------ numbers

    def setting(self, net: Net | Weights) -> Setting:
        """The numbers of a net under the names of the recurrence.

        Raises:
            IllFormedError, ShapeError: they do not fit the cell; a batch, or complex numbers.
        """
        fit = fitted(self.cell, net.of_cell(self.cell) if isinstance(net, Net) else net)
        if fit.batch:
            raise IllFormedError(
                "compare: one sequence", {"expected": "no batch axes", "got": str(fit.batch)}
            )
        if fit.dtype.kind == "c":
            raise NotSupportedError(
                "compare: complex weights", {"expected": "real numbers", "got": str(fit.dtype)}
            )
        arrays, scalars = self._parameters(fit)
        for state in self.cell.states:
            arrays[f"{in_code(state.label)}_0"] = _column(fit.states[in_code(state.label)])
        parts = [arrays[f"{in_code(state.label)}_0"] for state in self.cell.states]
        # The stacked state of a cell as statements speak of it begins with its parts.
        for state in self.recurrence.states:
            arrays.setdefault(f"{in_code(state.label)}_0", np.concatenate(parts))
        for entering in self.cell.inputs:
            values = fit.inputs[in_code(entering.label)].astype(np.float64)
            before = np.full_like(values[:1], np.nan)
            arrays[in_code(entering.label)] = np.concatenate([before, values])[..., None]
        sizes = {size: fit.sizes[size.name] for size in self.cell.sizes}
        return Setting(self, STANDS_IN, sizes, arrays, scalars, steps=fit.steps)

    def _parameters(self, fit: Fitted) -> tuple[dict[str, Array], dict[Symbol, float]]:
        arrays: dict[str, Array] = {}
        for parameter in self.cell.parameters:
            name = in_code(parameter.name)
            value = fit.parameters[name].astype(np.float64)
            arrays[name] = value if name in fit.matrices else value[:, None]
        scalars = {s: float(fit.parameters[in_code(s.name)]) for s in self.cell.scalars}
        if self.lifted is not None:
            name = parameter_of(self.lifted).name
            arrays[name] = np.array([[scalars.pop(self.lifted)]])
        return arrays, scalars

    def at_random(self, size: int, steps: int, seed: int) -> Setting:
        """A small random net: states of `size` entries and more, all else one smaller."""
        high = {s for state in self.cell.states for s in symbolic(state.rows).free_symbols}
        ordered = sorted(high, key=str)
        sizes = {each.name: size + place for place, each in enumerate(ordered)}
        sizes |= {each.name: size - 1 for each in self.cell.sizes if each not in high}
        return self.setting(random_weights(self.cell, steps=steps, seed=seed, **cast(Any, sizes)))


# One object for one cell: what is lowered of its definitions is kept by it.


@lru_cache(maxsize=64)
def _made(of: Cell | Network) -> Runnable:
    return Runnable(of, in_code_names(of.named) if isinstance(of, Cell) else of.recurrence)


@lru_cache(maxsize=64)
def _lifted(run: Runnable, scalar: Symbol) -> Runnable:
    recurrence, _ = with_parameter(run.recurrence, scalar)
    return Runnable(run.of, recurrence, scalar)


def _column(array: Array) -> Array:
    return array.astype(np.float64)[:, None]
