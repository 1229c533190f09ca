"""Random and adversarial nets, many at once, which need not meet any hypothesis.

Ordinary draws rarely come near a bound. The adversarial families do: states at rest (slopes at
their largest), states held just beside it by the bias (every term of a sum over time of one size),
W a multiple of the identity or of an orthogonal matrix (norm = spectral radius), aligned vectors,
nilpotent and rank-one W, saturated units, everything zero, small integers that tie at kinks.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from numpy.random import Generator
from numpy.typing import NDArray
from sympy import Symbol

from symrnn.errors import IllFormedError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.shapes import symbolic
from symrnn.language.time import Sequence, TimeVector
from symrnn.numeric.printer import parameter_name
from symrnn.theory.about import Subject
from symrnn.verify.lowering import functions, lowered
from symrnn.verify.setting import Setting, together
from symrnn.verify.ties import Tie
from symrnn.verify.within import (
    Times,
    at_integers,
    atoms_of,
    concerning,
    shape_symbols,
)

Array = NDArray[Any]

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

RARE = (
    Family("turned round", "near"),
    Family("turned round", "rest"),
    Family("turned round"),
)
"""What is drawn where none of the others meets the hypotheses: W = ±w I, whose sign may take back
what a cell adds to its state, so that h + tanh(W h + …) is a contraction."""

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


@lru_cache(maxsize=8)
def _drawings(*of: Any) -> dict[tuple[Any, ...], Setting]:
    """The batches of nets that are alike in all that drawing depends on, by what was asked for."""
    return {}


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
    if kind in ("identity", "turned round"):
        # Also far below 1: there a geometric series is all but its first term.
        wide = np.exp(rng.uniform(-5.0, 1.0, size=(count, 1, 1)))
        sign = 1.0 if kind == "identity" else rng.choice((-1.0, 1.0), size=(count, 1, 1))
        return np.asarray(sign * wide * np.eye(rows))
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
