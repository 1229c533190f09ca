"""Random and adversarial settings that meet a proof's hypotheses, many at once.

Ordinary draws rarely come near a bound. The adversarial families do: states at rest (slopes at
their largest), states held just beside it by the bias (every term of a sum over time of one size),
W a multiple of the identity or of an orthogonal matrix (norm = spectral radius), aligned vectors,
nilpotent and rank-one W, saturated units, everything zero, small integers that tie at kinks.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan

from symrnn.errors import EvidenceError, IllFormedError, UnmetError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.relations import Equation
from symrnn.language.shapes import symbolic
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.printer import parameter_name
from symrnn.theory.about import Subject
from symrnn.verify.hypotheses import fixes_leaf, gives_scalar, scalars_given
from symrnn.verify.lines import Line, line
from symrnn.verify.moments import assumed_at, opened
from symrnn.verify.setting import Setting, functions, lowered, together
from symrnn.verify.ties import Tie, ties
from symrnn.verify.within import (
    Times,
    at_integers,
    atoms_of,
    concerning,
    horizon,
    shape_symbols,
)

Array = NDArray[Any]
ROUNDING = 1e-12
"""How far a hypothesis may be missed: rounding, in settings that meet it exactly."""

LOST = 1e-6
"""A slope below this, computed as a difference of numbers near 1, has lost its digits."""

ROUNDS = 6

SHARED = 2000
"""Batches of so many settings at most are kept for other chains."""


@dataclass(frozen=True)
class Family:
    """A way to draw.

    weights: how square matrices are made; "zero" and "whole" say how everything is: 0 where that
        is allowed, and small integers; "tied" puts a scalar where a denominator or a kink is 0.
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
    Family("zero", "rest"),
    Family("whole", "rest"),
    Family("whole"),
    Family("tied"),
)

WHOLE = ("zero", "whole")


class Nets:
    """What is drawn for a chain whatever its times: nets of one size, with one σ.

    A batch of one make is drawn once, so that choices of times share its nets, and with them the
    trajectories and derivatives that have been computed for one of them. So do chains that speak of
    the same quantities: the lines of one proof, its claim, and the slips planted in that.

    Args:
        rnn: the chain's recurrence.
        expressions: everything a value is needed for, the hypotheses as well.
        times: the free times.
        kind: the norm that stands for "any".
        sigma: the activation that stands for an unknown σ.
        sizes: the value of each symbolic size; 3 by default.
        steps: T.
        ties: values of scalars at which something is zero.
    """

    def __init__(
        self,
        rnn: Subject,
        expressions: Iterable[Any],
        times: Iterable[Symbol],
        kind: str,
        sigma: str | Activation,
        sizes: Mapping[Symbol, int] | None,
        steps: int,
        ties: Iterable[Tie] = (),
    ) -> None:
        self.rnn, self.kind, self.sigma, self.steps = rnn, kind, sigma, steps
        everything = [*expressions, *rnn.recurrence.definitions.values()]
        symbols = set().union(*(symbolic(e).free_symbols for e in everything))
        plain = {s for s in symbols if isinstance(s, Symbol)} - {*times}
        index = rnn.recurrence.index
        integers = {s for s in plain if s.is_integer and s != index}
        shapes = {s for e in everything for s in shape_symbols(e)}
        self.sizes = {s: 3 if s in shapes else 2 for s in sorted(integers, key=str)}
        self.sizes.update(sizes or {})
        self.scalars = sorted((s for s in plain if not s.is_integer), key=str)
        known = set(self.scalars)
        self._ties = [
            (symbol, lowered(value), value)
            for symbol, value in ties
            if symbol in known and value.free_symbols <= {*known, *times, *self.sizes}
        ]
        leaves = set().union(*(atoms_of(e, sympy.MatrixSymbol) for e in everything))
        self.parameters = sorted(leaves, key=str)
        self.own = _own_sequences(rnn, everything)
        sequences = (*rnn.recurrence.states, *rnn.recurrence.inputs, *self.own)
        self._shapes = {node: self._size(*node.shape) for node in self.parameters}
        self._shapes.update({each: self._size(each.rows, each.cols) for each in sequences})
        self._drawn: dict[tuple[Any, ...], Setting] = {}
        self._shared = _drawings(
            (rnn, kind, sigma, steps, *self.sizes.items()),
            (*self.scalars, *self.parameters, *self.own),
            tuple((symbol, value) for symbol, _, value in self._ties),
        )

    def _size(self, rows: Any, cols: Any) -> tuple[int, int]:
        plain = map(symbolic, (rows, cols))
        high, wide = (at_integers(n, concerning(n, self.sizes)) for n in plain)
        return int(high), int(wide)

    def raw(self, families: Iterable[Family], count: int, at: Times) -> Setting:
        """`count` settings out of each family, which need not meet any hypothesis."""
        make = (tuple(families), count, at if self._ties else ())
        kept = self._shared if count * len(make[0]) <= SHARED else self._drawn
        if make not in kept:
            # What is drawn depends on what is asked for, not on what was drawn before.
            rng = np.random.default_rng(zlib.crc32(repr(make).encode()))
            kept[make] = together([self._raw(rng, family, count, at) for family in make[0]])
        return kept[make]

    def _raw(self, rng: Generator, family: Family, count: int, at: Times) -> Setting:
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
            rows, cols = self._shapes[sequence]
            if sequence in self.rnn.recurrence.states:
                arrays[f"{sequence.label}_0"] = reach * rng.normal(size=(count, rows, 1))
            else:
                size = (self.steps + 1, count, rows, cols)
                arrays[sequence.label] = driven * rng.normal(size=size)
        if driven == 0.0 and "b" in arrays:
            arrays["b"] = np.zeros_like(arrays["b"])
        if family.weights == "whole" and family.state == "free":
            for sequence in (*self.rnn.recurrence.states, *self.rnn.recurrence.inputs):
                name = sequence.label
                name = f"{name}_0" if sequence in self.rnn.recurrence.states else name
                arrays[name] = _whole(rng, arrays[name].shape)
        if family.state == "held":
            self._hold(arrays, 1e-3 * rng.normal(size=arrays[self._state].shape))
        kind = family.weights if family.weights in WHOLE else ""
        scalars = {symbol: _scalar(rng, symbol, count, kind) for symbol in self.scalars}
        if family.weights == "tied":
            self._tie(rng, scalars, count, at)
        return Setting(self.rnn, self.sigma, self.sizes, arrays, scalars, self.kind, self.steps)

    def _tie(self, rng: Generator, scalars: dict[Symbol, Array], count: int, at: Times) -> None:
        """In each setting one of the scalars is where something is zero, if its sign allows."""
        which = rng.integers(0, max(1, len(self._ties)), size=count)
        for number, (symbol, kernel, value) in enumerate(self._ties):
            named = {s.name: scalars[s] for s in value.free_symbols if s in scalars}
            named.update({s.name: v for s, v in (*at, *self.sizes.items())})
            named = {("lambda_" if key == "lambda" else key): v for key, v in named.items()}
            zero = np.broadcast_to(np.asarray(kernel(named), dtype=float), (count,))
            allowed = zero > 0 if symbol.is_positive else zero >= 0
            taken = (which == number) & (allowed | (not symbol.is_nonnegative))
            scalars[symbol] = np.where(taken, zero, scalars[symbol])

    @property
    def _state(self) -> str:
        return f"{self.rnn.recurrence.states[0].label}_0"

    def _hold(self, arrays: dict[str, Array], near: Array) -> None:
        """The bias that makes the state stay where it is, with pre-activations `near` 0."""
        if "W" not in arrays or "b" not in arrays or arrays["b"].shape != near.shape:
            return
        sigma = functions(self.sigma)["sigma"]
        # s = σ(a), a = W s + b; or, with σ inside, s = W σ(s) + b.
        arrays[self._state] = sigma(near) if _is_value(self.rnn) else near
        arrays["b"] = near - arrays["W"] @ sigma(near)


class Drawer:
    """Draws settings for one chain at fixed times.

    Args:
        rnn: the chain's recurrence.
        expressions: everything a value is needed for.
        given: the hypotheses.
        times: integers for the free times.
        kind: the norm that stands for "any".
        sigma: the activation that stands for an unknown σ.
        sizes: the value of each symbolic size; 3 by default.
        nets: what is shared with other times, which reaches as far as any of them.
    """

    def __init__(
        self,
        rnn: Subject,
        expressions: list[Any],
        given: tuple[Any, ...],
        times: dict[Symbol, int],
        kind: str,
        sigma: str | Activation,
        sizes: Mapping[Symbol, int] | None = None,
        nets: Nets | None = None,
    ) -> None:
        self.tried = 0
        given = tuple(map(opened, given))
        self.rnn, self.kind, self.sigma = rnn, kind, sigma
        self.at: Times = tuple(times.items())
        spoken = [*expressions, *given]
        self.steps = horizon(spoken, times)
        self.nets = nets or Nets(
            rnn, spoken, times, kind, sigma, sizes, self.steps, ties(expressions, given)
        )
        self._read(given, times)

    def _read(self, given: tuple[Any, ...], times: dict[Symbol, int]) -> None:
        """Sort the hypotheses: values of leaves, suprema, and what a draw must satisfy."""
        self.fixed: list[tuple[Any, Line, tuple[Times, ...]]] = []
        self.suprema: list[tuple[Symbol, list[tuple[Line, tuple[Times, ...]]]]] = []
        self.conditions: list[tuple[str, Line, tuple[Times, ...]]] = []
        fixing = [fact for fact in given if fixes_leaf(self._here(fact), self.rnn.recurrence)]
        for fact in fixing:
            when = self._when(fact.lhs - fact.rhs)
            self.fixed.append((fact.lhs, self._line(fact.rhs), when))
        for symbol, expressions, exact in scalars_given(given):
            if exact:
                self.fixed.append((symbol, self._line(expressions[0]), (self.at,)))
                continue
            bounds = [(self._line(each), self._when(each)) for each in expressions]
            if not all(times_of for _, times_of in bounds):
                raise EvidenceError(f"no time at which {symbol} bounds anything", {"steps": times})
            self.suprema.append((symbol, bounds))
        for fact in given:
            if fact in fixing or gives_scalar(fact):
                continue
            if isinstance(fact, Relational):
                if set(fact.free_symbols) - set(times):
                    strict = isinstance(fact, StrictLessThan | StrictGreaterThan)
                    self._condition("<" if strict else "≤", fact.lts - fact.gts)
            else:
                equal = isinstance(fact, Equation)
                self._condition("=" if equal else "≤", fact.lhs - fact.rhs)

    def _here(self, fact: Any) -> Any:
        """A hypothesis at these times."""
        return (
            at_integers(fact, concerning(fact, dict(self.at)))
            if isinstance(fact, Equation)
            else fact
        )

    def _condition(self, relation: str, gap: Any) -> None:
        self.conditions.append((relation, self._line(gap), self._when(gap)))

    def _when(self, expression: Any) -> tuple[Times, ...]:
        """The times at which something is assumed: one moment, or all where it is universal."""
        moments = assumed_at(expression, dict(self.at), self.steps, self.rnn)
        return tuple((*self.at, *at.items()) for at in moments)

    def _line(self, expression: Any) -> Line:
        return line(expression, self.kind)

    # ------------------------------------------------------------------ drawing

    def batches(
        self, rng: Generator, each: int = 1, rounds: int = ROUNDS
    ) -> Iterator[tuple[Setting, Array, Array]]:
        """Batches until there are `each` settings out of every family that can meet the hypotheses.

        Yields:
            the batch, where in it the hypotheses are met, and as many of these places as are wanted
            out of every family.
        """
        missing = dict.fromkeys(FAMILIES, each)
        found = False
        for attempt in range(rounds):
            count = 2 * each * 4**attempt
            raw = self.nets.raw(missing, count, self.at)
            self.tried += raw.count
            setting, met = self._complete(raw, rng)
            wanted: list[int] = []
            for number, family in enumerate(list(missing)):
                block = np.arange(number * count, (number + 1) * count)
                chosen = block[met[block]][: missing[family]]
                wanted.extend(chosen)
                missing[family] -= len(chosen)
            if wanted:
                found = True
                yield setting, np.flatnonzero(met), np.array(wanted)
            missing = {family: left for family, left in missing.items() if left}
            # A family that some hypothesis excludes altogether is given up after a while.
            if not missing or (found and attempt >= ROUNDS // 2):
                break
        if not found:
            raise UnmetError(
                "no setting met the hypotheses",
                {"times": self.at, "activation": self.sigma, "norm": self.kind},
            )

    def draw(self, rng: Generator, each: int = 1, rounds: int = ROUNDS) -> Setting:
        """A batch that meets the hypotheses: `each` settings out of every family that can.

        Raises:
            UnmetError: when none was found; a check that never ran must not pass.
        """
        every = self.batches(rng, each, rounds)
        return together([setting.take(wanted) for setting, _, wanted in every])

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

    def _place(self, leaf: Any, at: Times) -> tuple[str, Any]:
        """Where in the arrays of a setting a leaf stands."""
        if not isinstance(leaf, TimeVector):
            return parameter_name(leaf), ...
        if self.rnn.recurrence.is_state(leaf):
            return f"{leaf.label}_0", ...
        return leaf.label, int(at_integers(leaf.index, concerning(leaf.index, dict(at))))

    def _complete(self, setting: Setting, rng: Generator) -> tuple[Setting, Array]:
        """Put in what the hypotheses fix; and where in the batch all of them hold."""
        count = setting.count
        for leaf, given, times in self.fixed:
            for at in times:
                value = given.value(setting, at)
                if isinstance(leaf, Symbol):
                    filled = np.array(np.broadcast_to(value, (count,)), dtype=float)
                    setting = setting.with_scalars({leaf: filled})
                else:
                    name, place = self._place(leaf, at)
                    filled = setting.arrays[name].copy()
                    filled[place] = value
                    setting = replace(setting, arrays={**setting.arrays, name: filled})
        bounds: dict[Symbol, Array] = {}
        met = np.ones(count, dtype=bool)
        # Several bounds at once are attained only where none of them has any slack.
        loose = rng.random(count) < 0.4
        for symbol, bounded in self.suprema:
            if any(bounds.keys() & each.expression.free_symbols for each, _ in bounded):
                setting = setting.with_scalars(bounds)
            values = [each.entries(setting, at) for each, times in bounded for at in times]
            largest = np.max(values, axis=(0, -1))
            if any(_is_slope(each.expression) for each, _ in bounded):
                # Saturated slopes have lost their digits: what is computed bounds nothing.
                met &= ~((largest < LOST) & (largest >= 0))
            slack = loose * rng.choice((0.0, 1.0), count) * rng.random(count)
            bounds[symbol] = largest * (1.0 + slack)
        setting = setting.with_scalars(bounds) if bounds else setting
        for relation, gap, times in self.conditions:
            for at in times:
                value = gap.entries(setting, at)
                missed = np.abs(value) if relation == "=" else value
                allowed = -ROUNDING if relation == "<" else ROUNDING
                met &= (missed <= allowed).all(axis=-1)
        return setting, met


@lru_cache(maxsize=8)
def _drawings(*of: Any) -> dict[tuple[Any, ...], Setting]:
    """The batches of nets that are alike in all that drawing depends on, by what was asked for."""
    return {}


def _is_slope(expression: Any) -> bool:
    return any(node.order > 0 for node in expression.atoms(Activation))


@lru_cache(maxsize=64)
def _is_value(rnn: Subject) -> bool:
    """Whether the state is a value of σ, with which its definition ends."""
    recurrence = rnn.recurrence
    state = recurrence.states[0][recurrence.index]
    return isinstance(recurrence.expanded(state), Elementwise)


def _whole(rng: Generator, shape: tuple[int, ...]) -> Array:
    return np.asarray(rng.integers(-1, 2, size=shape), dtype=float)


def _scalar(rng: Generator, symbol: Symbol, count: int, kind: str = "") -> Array:
    if kind:
        least = 1 if symbol.is_positive else 0
        most = least if kind == "zero" else least + 1
        size = np.asarray(rng.integers(least, most + 1, size=count), dtype=float)
    else:
        size = np.exp(rng.normal(scale=1.5, size=count))
    return size if symbol.is_nonnegative else size * rng.choice((-1.0, 1.0), size=count)


def _matrix(rng: Generator, count: int, rows: int, cols: int, kind: str) -> Array:
    if kind == "zero":
        return np.zeros((count, rows, cols))
    if kind == "whole":
        return _whole(rng, (count, rows, cols))
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


def _own_sequences(rnn: Subject, everything: Iterable[Any]) -> tuple[Sequence, ...]:
    """The sequences that a claim speaks of and the recurrence does not have: given, as inputs are.

    Raises:
        IllFormedError: one of them has the name of a sequence of the recurrence.
    """
    recurrence = rnn.recurrence
    known = {*recurrence.states, *recurrence.inputs, *(v.sequence for v in recurrence.definitions)}
    met = {leaf.sequence for e in everything for leaf in atoms_of(e, TimeVector)}
    own = sorted(met - known, key=lambda sequence: sequence.label)
    labels = [sequence.label for sequence in (*known, *own)]
    for sequence in own:
        if labels.count(sequence.label) > 1:
            raise IllFormedError(
                f"two sequences have the name {sequence.label}",
                {"expected": "one name for each", "got": f"{sequence.rows} × {sequence.cols}"},
            )
    return tuple(own)
