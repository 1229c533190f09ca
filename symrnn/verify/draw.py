"""Random and adversarial settings that meet a proof's hypotheses.

Ordinary draws rarely come near a bound. The adversarial families do: states at rest (slopes at
their largest), W a multiple of an orthogonal matrix (norm = spectral radius), aligned vectors,
nilpotent and rank-one W, saturated units.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol
from sympy.core.relational import Relational

from symrnn.errors import EvidenceError
from symrnn.language.relations import Equation, Inequality
from symrnn.language.time import TimeVector
from symrnn.numeric.printer import parameter_name
from symrnn.recurrence.elman import RNN
from symrnn.verify.lines import Line, Times, line
from symrnn.verify.setting import Setting
from symrnn.verify.within import horizon

Array = NDArray[Any]
TOLERANCE = 1e-9
FAMILIES = (
    "gaussian",
    "multiple of I, near rest",
    "at rest",
    "orthogonal, near rest",
    "rank one",
    "orthogonal at rest",
    "nilpotent",
    "saturated",
)


class Drawer:
    """Draws settings for one chain at fixed times.

    Args:
        rnn: the chain's recurrence.
        expressions: everything a value is needed for.
        given: the hypotheses.
        times: integers for the free times.
        kind: the norm that stands for "any".
        sigma: the activation that stands for an unknown σ.
        size: the value of every symbolic size.
    """

    def __init__(
        self,
        rnn: RNN,
        expressions: list[Any],
        given: tuple[Any, ...],
        times: dict[Symbol, int],
        kind: str,
        sigma: str,
        size: int = 3,
    ) -> None:
        self.rnn, self.kind, self.sigma = rnn, kind, sigma
        self.at: Times = tuple(times.items())
        self.draws = 0
        everything = [*expressions, *given, *rnn.recurrence.definitions.values()]
        symbols = set().union(*(sympy.sympify(e).free_symbols for e in everything))
        plain = {s for s in symbols if isinstance(s, Symbol) and s not in times}
        index = rnn.recurrence.index
        integers = {s for s in plain if s.is_integer and s != index}
        shapes = {s for e in everything for s in _shape_symbols(e)}
        self.sizes = {s: size if s in shapes else 2 for s in sorted(integers, key=str)}
        self.scalars = sorted((s for s in plain if not s.is_integer), key=str)
        leaves = set().union(*(sympy.sympify(e).atoms(sympy.MatrixSymbol) for e in everything))
        self.parameters = sorted(leaves, key=str)
        self.steps = horizon([*expressions, *given], times)
        self._read(given, times)

    def _read(self, given: tuple[Any, ...], times: dict[Symbol, int]) -> None:
        """Sort the hypotheses: values of leaves, suprema, and what a draw must satisfy."""
        self.fixed: list[tuple[Any, Line]] = []
        self.suprema: list[tuple[Symbol, Line, list[Times]]] = []
        self.conditions: list[tuple[str, Line]] = []
        for fact in given:
            if isinstance(fact, Equation) and isinstance(
                fact.lhs, sympy.MatrixSymbol | TimeVector | Symbol
            ):
                self.fixed.append((fact.lhs, self._line(fact.rhs)))
            elif isinstance(fact, Equation):
                self.conditions.append(("=", self._line(fact.lhs - fact.rhs)))
            elif isinstance(fact, Inequality) and isinstance(fact.rhs, Symbol):
                self.suprema.append((fact.rhs, self._line(fact.lhs), list(self._all(fact))))
            elif isinstance(fact, Inequality):
                self.conditions.append(("≤", self._line(fact.lhs - fact.rhs)))
            elif isinstance(fact, Relational) and set(fact.free_symbols) - set(times):
                self.conditions.append(("≤", self._line(fact.lts - fact.gts)))

    def _all(self, fact: Any) -> Iterator[Times]:
        """Every time a general hypothesis speaks of."""
        free = sorted((s for s in fact.lhs.free_symbols if _is_time(s)), key=str)
        for values in itertools.product(range(1, self.steps + 1), repeat=len(free)):
            yield tuple(zip(free, values, strict=True))

    def _line(self, expression: Any) -> Line:
        return line(expression, self.at, self.kind)

    # ------------------------------------------------------------------ drawing

    def draw(self, rng: Generator, tries: int = 300) -> Setting:
        """One setting that meets the hypotheses.

        Raises:
            EvidenceError: when none was found; a check that never ran must not pass.
        """
        for _ in range(tries):
            family = FAMILIES[self.draws % len(FAMILIES)]
            self.draws += 1
            setting = self._complete(self._raw(rng, family), rng)
            if setting is not None:
                return setting
        raise EvidenceError(
            "no setting met the hypotheses",
            {"tries": tries, "times": self.at, "activation": self.sigma, "norm": self.kind},
        )

    def nearby(self, setting: Setting, rng: Generator, reach: float) -> Setting | None:
        """A setting close to another, or None where it misses the hypotheses."""
        arrays = {
            name: value * (1 + reach * rng.normal(size=value.shape))
            + reach * 0.1 * rng.normal(size=value.shape)
            for name, value in setting.arrays.items()
        }
        scalars = {s: v * float(np.exp(reach * rng.normal())) for s, v in setting.scalars.items()}
        return self._complete(replace(setting, arrays=arrays, scalars=scalars), rng)

    def _raw(self, rng: Generator, family: str) -> Setting:
        arrays: dict[str, Array] = {}
        for node in self.parameters:
            rows, cols = (int(n.subs(self.sizes)) for n in node.shape)
            arrays[parameter_name(node)] = _matrix(rng, rows, cols, family)
        columns = [name for name, value in arrays.items() if value.shape[1] == 1]
        if len(columns) > 1 and rng.random() < 0.3:
            # Aligned columns of one size: where the triangle inequality is an equality.
            first, second = columns[-2:]
            if arrays[first].shape == arrays[second].shape:
                arrays[second] = arrays[first] * float(rng.normal())
        still = "rest" in family
        reach = 30.0 if family == "saturated" else 0.0 if still else 1.0
        for sequence in (*self.rnn.recurrence.states, *self.rnn.recurrence.inputs):
            rows = int(sympy.sympify(sequence.rows).subs(self.sizes))
            if sequence in self.rnn.recurrence.states:
                first = 1e-4 if "near" in family else reach
                arrays[f"{sequence.label}_0"] = first * rng.normal(size=(rows, 1))
            else:
                arrays[sequence.label] = reach * rng.normal(size=(self.steps + 1, rows, 1))
        if still and "b" in arrays:
            arrays["b"] = np.zeros_like(arrays["b"])
        scalars = {s: _scalar(rng, s) for s in self.scalars}
        setting = Setting(self.rnn, self.sigma, self.sizes, arrays, scalars, self.kind, self.steps)
        return setting

    def _complete(self, setting: Setting, rng: Generator) -> Setting | None:
        """Put in what the hypotheses fix; None where one of them fails."""
        for leaf, given in self.fixed:
            value = given.value(setting, self.at)
            if isinstance(leaf, Symbol):
                scalars = {**setting.scalars, leaf: float(value)}
                setting = replace(setting, scalars=scalars)
            else:
                name = f"{leaf.label}_0" if isinstance(leaf, TimeVector) else parameter_name(leaf)
                shape = setting.arrays[name].shape
                filled = np.array(np.broadcast_to(value, shape), dtype=float)
                setting = replace(setting, arrays={**setting.arrays, name: filled})
        for symbol, bounded, times in self.suprema:
            largest = max(float(bounded.value(setting, at)) for at in times)
            slack = 1.0 if rng.random() < 0.6 else 1.0 + float(rng.random())
            scalars = {**setting.scalars, symbol: largest * slack}
            setting = replace(setting, scalars=scalars)
        for relation, gap in self.conditions:
            value = gap.value(setting, self.at)
            if relation == "≤" and not (value <= 1e-12).all():
                return None
            if relation == "=" and np.abs(value).max() > 1e-12:
                return None
        return setting


def _is_time(symbol: Any) -> bool:
    return isinstance(symbol, Symbol) and bool(symbol.is_integer) and not symbol.is_positive


def _shape_symbols(expression: Any) -> set[Symbol]:
    leaves = sympy.sympify(expression).atoms(sympy.MatrixSymbol, TimeVector)
    return {s for leaf in leaves for size in leaf.shape for s in size.free_symbols}


def _scalar(rng: Generator, symbol: Symbol) -> float:
    size = float(np.exp(rng.normal(scale=1.5)))
    return size if symbol.is_nonnegative or rng.random() < 0.5 else -size


def _matrix(rng: Generator, rows: int, cols: int, family: str) -> Array:
    scale = float(np.exp(rng.normal(scale=0.8)))
    if rows != cols:
        return np.asarray(scale * rng.normal(size=(rows, cols)))
    if family.startswith("orthogonal"):
        return np.asarray(scale * np.linalg.qr(rng.normal(size=(rows, cols)))[0])
    if family in ("at rest", "multiple of I, near rest"):
        return scale * np.eye(rows)
    if family == "rank one":
        return np.asarray(scale * rng.normal(size=(rows, 1)) * rng.normal(size=(1, cols)))
    if family == "nilpotent":
        return np.asarray(scale * np.triu(np.ones((rows, cols)), 1))
    return np.asarray(scale * rng.normal(size=(rows, cols)) / np.sqrt(cols))
