"""Random and adversarial settings that meet a proof's hypotheses, many at once.

Ordinary draws rarely come near a bound. The adversarial families do: states at rest (slopes at
their largest), states held just beside it by the bias (every term of a sum over time of one size),
W a multiple of the identity or of an orthogonal matrix (norm = spectral radius), aligned vectors,
nilpotent and rank-one W, saturated units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol
from sympy.core.relational import Relational

from symrnn.errors import EvidenceError, IllFormedError
from symrnn.language.activations import Activation
from symrnn.language.relations import Equation, Inequality
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.printer import parameter_name
from symrnn.recurrence.elman import RNN
from symrnn.verify.hypotheses import fixes_leaf, gives_scalar, scalars_given
from symrnn.verify.lines import Line, line
from symrnn.verify.setting import Setting, functions, together
from symrnn.verify.within import Times, every_time, horizon

Array = NDArray[Any]
ROUNDING = 1e-12
"""How far a hypothesis may be missed: rounding, in settings that meet it exactly."""

ROUNDS = 6


@dataclass(frozen=True)
class Family:
    """A way to draw.

    weights: how square matrices are made.
    state: "free", "rest" (a_j = 0), "near" (states of size 1e-4), "held" (one state, near rest,
        that the bias keeps), "saturated".
    """

    weights: str
    state: str = "free"


FAMILIES = (
    Family("gaussian"),
    Family("identity", "near"),
    Family("identity", "rest"),
    Family("identity", "held"),
    Family("orthogonal", "near"),
    Family("orthogonal", "rest"),
    Family("rank one"),
    Family("rank one", "held"),
    Family("nilpotent"),
    Family("gaussian", "saturated"),
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
        sigma: str | Activation,
        size: int = 3,
    ) -> None:
        self.rnn, self.kind, self.sigma = rnn, kind, sigma
        self.at: Times = tuple(times.items())
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
        self.own = _own_sequences(rnn, everything)
        sequences = (*rnn.recurrence.states, *rnn.recurrence.inputs, *self.own)
        self._shapes = {node: self._size(*node.shape) for node in self.parameters}
        self._shapes.update({each: self._size(each.rows, each.cols) for each in sequences})
        self.steps = horizon([*expressions, *given], times)
        self._read(given, times)

    def _read(self, given: tuple[Any, ...], times: dict[Symbol, int]) -> None:
        """Sort the hypotheses: values of leaves, suprema, and what a draw must satisfy."""
        self.fixed: list[tuple[Any, Line]] = []
        self.suprema: list[tuple[Symbol, list[tuple[Line, tuple[Times, ...]]]]] = []
        self.conditions: list[tuple[str, Line]] = []
        for fact in filter(fixes_leaf, given):
            self.fixed.append((fact.lhs, self._line(fact.rhs)))
        for symbol, expressions, exact in scalars_given(given):
            if exact:
                self.fixed.append((symbol, self._line(expressions[0])))
                continue
            bounds = [
                (self._line(each), every_time(each, self.steps, self.rnn)) for each in expressions
            ]
            if not all(times_of for _, times_of in bounds):
                raise EvidenceError(f"no time at which {symbol} bounds anything", {"steps": times})
            self.suprema.append((symbol, bounds))
        for fact in given:
            if fixes_leaf(fact) or gives_scalar(fact):
                continue
            if isinstance(fact, Equation):
                self.conditions.append(("=", self._line(fact.lhs - fact.rhs)))
            elif isinstance(fact, Inequality):
                self.conditions.append(("≤", self._line(fact.lhs - fact.rhs)))
            elif isinstance(fact, Relational) and set(fact.free_symbols) - set(times):
                self.conditions.append(("≤", self._line(fact.lts - fact.gts)))

    def _size(self, rows: Any, cols: Any) -> tuple[int, int]:
        # Most sizes are a symbol: looked up, it needs no substitution.
        chosen = (self.sizes.get(n) or sympy.sympify(n).subs(self.sizes) for n in (rows, cols))
        rows, cols = map(int, chosen)
        return rows, cols

    def _line(self, expression: Any) -> Line:
        return line(expression, self.at, self.kind)

    # ------------------------------------------------------------------ drawing

    def draw(self, rng: Generator, each: int = 1) -> Setting:
        """A batch that meets the hypotheses: `each` settings out of every family that can.

        Raises:
            EvidenceError: when none was found; a check that never ran must not pass.
        """
        found: list[Setting] = []
        missing = dict.fromkeys(FAMILIES, each)
        for attempt in range(ROUNDS):
            count = 2 * each * 4**attempt
            raw = together([self._raw(rng, family, count) for family in missing])
            setting, met = self._complete(raw, rng)
            places: list[int] = []
            for number, family in enumerate(list(missing)):
                block = np.arange(number * count, (number + 1) * count)
                chosen = block[met[block]][: missing[family]]
                places.extend(chosen)
                missing[family] -= len(chosen)
            if places:
                found.append(setting.take(places))
            missing = {family: left for family, left in missing.items() if left}
            # A family that some hypothesis excludes altogether is given up after a while.
            if not missing or (found and attempt >= ROUNDS // 2):
                break
        if found:
            return together(found)
        raise EvidenceError(
            "no setting met the hypotheses",
            {"times": self.at, "activation": self.sigma, "norm": self.kind},
        )

    def nearby(self, setting: Setting, rng: Generator, reach: float) -> tuple[Setting, Array]:
        """Settings close to others, and which of them meet the hypotheses."""
        arrays = {
            name: value * (1 + reach * rng.normal(size=value.shape))
            + reach * 0.1 * rng.choice((0.0, 1.0)) * rng.normal(size=value.shape)
            for name, value in setting.arrays.items()
        }
        scalars = {
            symbol: value * np.exp(reach * rng.normal(size=value.shape))
            for symbol, value in setting.scalars.items()
        }
        return self._complete(replace(setting, arrays=arrays, scalars=scalars), rng)

    def _raw(self, rng: Generator, family: Family, count: int) -> Setting:
        arrays: dict[str, Array] = {}
        for node in self.parameters:
            rows, cols = self._shapes[node]
            arrays[parameter_name(node)] = _matrix(rng, count, rows, cols, family.weights)
        columns = [name for name, value in arrays.items() if value.shape[-1] == 1]
        if len(columns) > 1:
            # Aligned columns of one size: where the triangle inequality is an equality.
            first, second = columns[-2:]
            if arrays[first].shape == arrays[second].shape:
                aligned = rng.random(size=(count, 1, 1)) < 0.3
                multiple = arrays[first] * rng.normal(size=(count, 1, 1))
                arrays[second] = np.where(aligned, multiple, arrays[second])
        reach = {"free": 1.0, "saturated": 30.0, "near": 1e-4}.get(family.state, 0.0)
        driven = 0.0 if family.state == "near" else reach
        inputs = (*self.rnn.recurrence.inputs, *self.own)
        for sequence in (*self.rnn.recurrence.states, *inputs):
            rows, _ = self._shapes[sequence]
            if sequence in self.rnn.recurrence.states:
                arrays[f"{sequence.label}_0"] = reach * rng.normal(size=(count, rows, 1))
            else:
                size = (self.steps + 1, count, rows, 1)
                arrays[sequence.label] = driven * rng.normal(size=size)
        if driven == 0.0 and "b" in arrays:
            arrays["b"] = np.zeros_like(arrays["b"])
        if family.state == "held":
            self._hold(arrays, 1e-3 * rng.normal(size=arrays[self._state].shape))
        scalars = {symbol: _scalar(rng, symbol, count) for symbol in self.scalars}
        return Setting(self.rnn, self.sigma, self.sizes, arrays, scalars, self.kind, self.steps)

    @property
    def _state(self) -> str:
        return f"{self.rnn.recurrence.states[0].label}_0"

    def _hold(self, arrays: dict[str, Array], near: Array) -> None:
        """The bias that makes the state stay where it is, with pre-activations `near` 0."""
        if "W" not in arrays or "b" not in arrays or arrays["b"].shape != near.shape:
            return
        sigma = functions(self.sigma)["sigma"]
        # s = σ(a), a = W s + b; or, with σ inside, s = W σ(s) + b.
        arrays[self._state] = near if self.rnn.inside else sigma(near)
        arrays["b"] = near - arrays["W"] @ sigma(near)

    def _complete(self, setting: Setting, rng: Generator) -> tuple[Setting, Array]:
        """Put in what the hypotheses fix; and where in the batch all of them hold."""
        count = setting.count
        for leaf, given in self.fixed:
            value = given.value(setting, self.at)
            if isinstance(leaf, Symbol):
                filled = np.array(np.broadcast_to(value, (count,)), dtype=float)
                setting = replace(setting, scalars={**setting.scalars, leaf: filled})
            else:
                name = f"{leaf.label}_0" if isinstance(leaf, TimeVector) else parameter_name(leaf)
                shape = setting.arrays[name].shape
                filled = np.array(np.broadcast_to(value, shape), dtype=float)
                setting = replace(setting, arrays={**setting.arrays, name: filled})
        bounds: dict[Symbol, Array] = {}
        # Several bounds at once are attained only where none of them has any slack.
        loose = rng.random(count) < 0.4
        for symbol, bounded in self.suprema:
            if any(bounds.keys() & each.expression.free_symbols for each, _ in bounded):
                setting = replace(setting, scalars={**setting.scalars, **bounds})
            values = [each.entries(setting, at) for each, times in bounded for at in times]
            largest = np.max(values, axis=(0, -1))
            slack = loose * rng.choice((0.0, 1.0), count) * rng.random(count)
            bounds[symbol] = largest * (1.0 + slack)
        setting = replace(setting, scalars={**setting.scalars, **bounds})
        met = np.ones(count, dtype=bool)
        for relation, gap in self.conditions:
            value = gap.entries(setting, self.at)
            missed = value if relation == "≤" else np.abs(value)
            met &= (missed <= ROUNDING).all(axis=-1)
        return setting, met


def _shape_symbols(expression: Any) -> set[Symbol]:
    leaves = sympy.sympify(expression).atoms(sympy.MatrixSymbol, TimeVector)
    return {s for leaf in leaves for size in leaf.shape for s in size.free_symbols}


def _scalar(rng: Generator, symbol: Symbol, count: int) -> Array:
    size = np.exp(rng.normal(scale=1.5, size=count))
    return size if symbol.is_nonnegative else size * rng.choice((-1.0, 1.0), size=count)


def _matrix(rng: Generator, count: int, rows: int, cols: int, kind: str) -> Array:
    scale = np.exp(rng.normal(scale=0.8, size=(count, 1, 1)))
    if rows != cols:
        return np.asarray(scale * rng.normal(size=(count, rows, cols)))
    if kind == "orthogonal":
        return np.asarray(scale * np.linalg.qr(rng.normal(size=(count, rows, cols)))[0])
    if kind == "identity":
        # Also far below 1: there a geometric series is all but its first term.
        wide = np.exp(rng.uniform(-5.0, 1.0, size=(count, 1, 1)))
        return np.asarray(wide * np.eye(rows))
    if kind == "rank one":
        left, right = rng.normal(size=(count, rows, 1)), rng.normal(size=(count, 1, cols))
        return np.asarray(scale * left * right)
    if kind == "nilpotent":
        return np.asarray(scale * np.triu(np.ones((rows, cols)), 1))
    return np.asarray(scale * rng.normal(size=(count, rows, cols)) / np.sqrt(cols))


def _own_sequences(rnn: RNN, everything: Iterable[Any]) -> tuple[Sequence, ...]:
    """The sequences that a claim speaks of and the recurrence does not have: given, as inputs are.

    Raises:
        IllFormedError: one of them has the name of a sequence of the recurrence.
    """
    recurrence = rnn.recurrence
    known = {*recurrence.states, *recurrence.inputs, *(v.sequence for v in recurrence.definitions)}
    met = {leaf.sequence for e in everything for leaf in sympy.sympify(e).atoms(TimeVector)}
    own = sorted(met - known, key=lambda sequence: sequence.label)
    labels = [sequence.label for sequence in (*known, *own)]
    for sequence in own:
        if labels.count(sequence.label) > 1:
            raise IllFormedError(
                f"two sequences have the name {sequence.label}",
                {"expected": "one name for each", "got": f"{sequence.rows} × {sequence.cols}"},
            )
    return tuple(own)
