"""Functions and random nets of a model: the numbers that relations are tried at."""

from __future__ import annotations

import hashlib
import time as clock
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.audit.meaning.letters import is_loss
from symrnn.audit.meaning.model import Definition, Model, NotUnderstood
from symrnn.audit.meaning.shapes import Shapes
from symrnn.audit.meaning.suppositions import CLASS, DIAGONAL, NOUGHT, ORTHOGONAL
from symrnn.reading.latex.tree import Product, Sym, walk

Array = NDArray[Any]

POOLS = ((3, 4, 2, 5, 6, 7), (4, 2, 5, 3, 7, 6))
"""Sizes of the nets that are tried: all larger than 1, none the same."""
WIDE = ((8, 9, 6, 7, 10, 11), (9, 7, 10, 8, 11, 6))
"""Sizes for activations that are 0 on half of the line."""
ONE = (1, 1, 1, 1, 1, 1)
STEPS = 8
"""Time steps of a net."""
STEP = 1e-30
"""Of the complex step."""


def _relu(x: Array) -> Array:
    return np.where(x.real > 0, x, 0)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _sigma(x: Array) -> Array:
    # No activation anybody uses: what holds for it does not rest on a special form.
    return np.asarray(np.tanh(0.9 * x + 0.3) + 0.25 * np.sin(1.1 * x) + 0.1 * x)


def _sigma_prime(x: Array) -> Array:
    return np.asarray(0.9 / np.cosh(0.9 * x + 0.3) ** 2 + 0.275 * np.cos(1.1 * x) + 0.1)


def _sigma_second(x: Array) -> Array:
    y = 0.9 * x + 0.3
    return np.asarray(-2 * 0.81 * np.tanh(y) / np.cosh(y) ** 2 - 0.3025 * np.sin(1.1 * x))


def _another(x: Array) -> Array:
    # Its slopes are less than 1, those of the other are not.
    return np.asarray(0.6 * np.sin(0.8 * x + 0.5) + 0.21 * x + 0.06 * np.tanh(1.3 * x))


def _another_prime(x: Array) -> Array:
    return np.asarray(0.48 * np.cos(0.8 * x + 0.5) + 0.21 + 0.078 / np.cosh(1.3 * x) ** 2)


def _another_second(x: Array) -> Array:
    return np.asarray(
        -0.384 * np.sin(0.8 * x + 0.5) - 0.2028 * np.tanh(1.3 * x) / np.cosh(1.3 * x) ** 2
    )


def _of_a_kind(matrix: Array, made: str) -> Array:
    """A random matrix made symmetric, orthogonal, diagonal or zero; a random class's vector."""
    if made == NOUGHT:
        return np.zeros_like(matrix)
    if made == CLASS:
        return np.where(matrix == matrix.max(axis=1, keepdims=True), 1.0, 0.0)
    if made == ORTHOGONAL:
        return np.linalg.qr(matrix)[0]
    if made == DIAGONAL:
        return np.asarray(matrix * np.eye(matrix.shape[1]))
    return np.asarray((matrix + np.swapaxes(matrix, 1, 2)) / np.sqrt(2))


Scalar = Callable[[Array], Array]
LOGISTIC: tuple[Scalar, Scalar, Scalar] = (
    _sigmoid,
    lambda x: _sigmoid(x) * (1 - _sigmoid(x)),
    lambda x: _sigmoid(x) * (1 - _sigmoid(x)) * (1 - 2 * _sigmoid(x)),
)
TANH: tuple[Scalar, Scalar, Scalar] = (
    np.tanh,
    lambda x: 1 - np.tanh(x) ** 2,
    lambda x: -2 * np.tanh(x) * (1 - np.tanh(x) ** 2),
)
ACTIVATIONS: dict[str, tuple[Scalar, ...]] = {
    "tanh": TANH,
    "sigmoid": LOGISTIC, "logistic": LOGISTIC, "sigm": LOGISTIC,
    "relu": (_relu, lambda x: np.where(x.real > 0, 1.0, 0.0) + 0j),
    "ReLU": (_relu, lambda x: np.where(x.real > 0, 1.0, 0.0) + 0j),
    "softplus": (lambda x: np.log(1 + np.exp(x)), _sigmoid),
    "exp": (np.exp, np.exp, np.exp),
    "log": (np.log, lambda x: 1 / x), "ln": (np.log, lambda x: 1 / x),
    "sin": (np.sin, np.cos), "cos": (np.cos, lambda x: -np.sin(x)),
    "identity": (lambda x: x, np.ones_like),
    "arctan": (np.arctan, lambda x: 1 / (1 + x**2)),
    "artanh": (np.arctanh, lambda x: 1 / (1 - x**2)),
    "arctanh": (np.arctanh, lambda x: 1 / (1 - x**2)),
    "cosh": (np.cosh, np.sinh), "sinh": (np.sinh, np.cosh),
    "sech": (lambda x: 1 / np.cosh(x),),
    "silu": (lambda x: x * _sigmoid(x), lambda x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x)))),
    "SiLU": (lambda x: x * _sigmoid(x), lambda x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x)))),
}  # fmt: skip
UNKNOWN: tuple[tuple[Scalar, Scalar, Scalar], ...] = (
    (_sigma, _sigma_prime, _sigma_second),
    (_another, _another_prime, _another_second),
)


@cache
def steepest_unknown(number: int) -> float:
    """The largest slope of one of them."""
    _, slope, _ = UNKNOWN[number]
    return float(np.max(np.abs(slope(np.linspace(-20, 20, 40_001)))))


def softmax(x: Array) -> Array:
    """Along the rows of a column."""
    e = np.exp(x - np.max(x.real, axis=-2, keepdims=True))
    return np.asarray(e / np.sum(e, axis=-2, keepdims=True))


@dataclass(frozen=True)
class World:
    """What is moved, and what is held while it is.

    Args:
        moved: a quantity, its time (None for a parameter), and the step whose copy is moved.
        mode: "total"; "before" holds all at times before `at`; "block" holds all others of the
            state up to the time of the variable; "direct" all others at all times; "all"
            everything.
        along: what is not held in "direct", and what belongs to the state in "block".
        held: what the formula says is held: X|_{h_k}.
    """

    moved: tuple[str, int | None, int | None] | None = None
    mode: str = "total"
    at: int = 0
    along: tuple[str, ...] = ()
    held: frozenset[tuple[str, int]] = frozenset()

    def holds(self, name: str, time: int) -> bool:
        """Whether a quantity is held at its value."""
        assert self.moved is not None
        if (name, time) in self.held:
            return True
        if self.mode == "before":
            return time < self.at
        if self.mode == "block":
            inside = name in self.along and name != self.moved[0]
            return inside and time <= (self.moved[1] or 0)
        if self.mode == "direct":
            return name not in self.along
        return self.mode == "all"


STILL = World()


@dataclass
class Net:
    """A model with numbers.

    Args:
        seed: which random numbers.
        pool: the sizes.
        sigma: what an unspecified σ is: "", "logistic" or "tanh".
        first: the time of the first step, 1 or 0.
        loss: "each" where an undefined loss reads all outputs, "last" where the last alone.
        loose: the numbers only known to be bounds that are larger than what they bound.
        kept: trees whose Jacobians are known by their `id`: it is theirs as long as they live.
    """

    model: Model
    seed: int = 0
    pool: tuple[int, ...] = POOLS[0]
    sigma: str = ""
    first: int = 1
    loss: str = "each"
    at_rest: bool = False
    loose: frozenset[str] = frozenset()
    deadline: float = float("inf")
    values: dict[Any, Array] = field(default_factory=dict)
    jacobians: dict[Any, Array] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    kept: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shapes = Shapes(self.model)
        self.numbers = self.shapes.sizes
        self.states = self.model.states()
        self.sized: dict[int, int] = {}
        self.resize()

    @cached_property
    def read(self) -> set[str]:
        """All that the definitions read, and functions' arguments."""
        definitions = self.model.definitions.values()
        return {name for each in definitions for name, _ in self.model.reads(each)}

    def resize(self) -> None:
        """Numbers for the sizes that are known by now."""
        self.sized = self.shapes.assigned(self.pool)

    def slack(self, name: str) -> float:
        """How many times a bound is what it bounds: each bound another number."""
        if name not in self.loose:
            return 1.0
        return 1.5 + hashlib.sha256(name.encode()).digest()[0] / 256

    @property
    def last(self) -> int:
        """The last time."""
        return self.first + STEPS - 1

    @cached_property
    def looks_ahead(self) -> bool:
        """Whether a step reads what later steps make."""
        return self.model.looks_ahead()

    def check_time(self) -> None:
        if clock.process_time() > self.deadline:
            raise NotUnderstood("too long", "evaluating it takes longer than is allowed")

    def extent(self, name: str) -> tuple[int, int]:
        """Rows and columns of a quantity as numbers."""
        known = name in self.shapes.of
        if not known and self.model.kinds.get(name) == "vector" and self.states:
            # One that nothing computes with, as a hint says: it is any direction of a state.
            return self.extent(min(self.states))
        rows, cols = self.shapes.shape(name)
        if not known:
            self.resize()
        return self.number(rows), self.number(cols)

    def number(self, size: int) -> int:
        size = self.numbers.find(size)
        if size not in self.sized:
            self.resize()
        return self.sized[size]

    def rng(self, *key: object) -> np.random.Generator:
        digest = hashlib.sha256(repr((self.seed, *key)).encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:8], "big"))

    def leaf(self, name: str, time: int | None) -> Array:
        """A random value for what is given: inputs, parameters, first states."""
        key = ("leaf", name, time)
        if key not in self.values:
            rows, cols = self.extent(name)
            rng = self.rng(name, time)
            value = rng.normal(size=(1, rows, cols)) * (1.3 / np.sqrt(cols) if cols > 1 else 1.0)
            base = name.split("_")[0]
            named = base in ("y", "bar y", "tilde y", "star y")
            if time is not None and (named or name in self.targets) and rows > 1:
                # Targets that sum to one, as those of a softmax do.
                weights = np.exp(value)
                value = weights / weights.sum(axis=1, keepdims=True)
            if time is None and rows == cols == 1:
                value = np.abs(value) + 0.2
                if base in ("alpha", "epsilon", "beta"):
                    value = value / (1 + value)
            made = self.model.made.get(name)
            if made is not None and (rows == cols > 1 or made in (NOUGHT, CLASS)):
                value = _of_a_kind(value, made)
            if self.at_rest and time is not None and time < self.first:
                value = np.zeros_like(value)
            self.values[key] = value + 0j
        return self.values[key]

    def unknown(self, name: str) -> tuple[Scalar, ...]:
        """The function that stands for an activation without a definition."""
        if self.sigma and name in ("sigma", "g", "f", "phi"):
            return ACTIVATIONS[self.sigma]
        number = (self.seed + (name not in ("sigma", "f"))) % 2
        most = self.model.kinds.get(f"slope {name}")
        if most is None:
            return UNKNOWN[number]
        share = float(Fraction(most)) / steepest_unknown(number)
        return tuple(lambda x, f=f: share * f(x) for f in UNKNOWN[number])

    def opaque(self, name: str, arguments: list[Array], rows: int) -> Array:
        """A smooth function of all its arguments about which nothing else is known."""
        total: Array | float = 0.0
        other: Array | float = 0.0
        for position, argument in enumerate(arguments):
            flat = np.swapaxes(argument, -1, -2).reshape(argument.shape[0], -1, 1)
            size = flat.shape[1]
            rng = self.rng("function", name, position, size, rows)
            total = total + (rng.normal(size=(rows, size)) / np.sqrt(size)) @ flat
            other = other + (rng.normal(size=(rows, size)) / np.sqrt(size)) @ flat
        total, other = np.asarray(total), np.asarray(other)
        return np.asarray(np.tanh(total + 0.2) + 0.4 * np.sin(1.3 * other) + 0.3 * total * other)

    @cached_property
    def targets(self) -> set[str]:
        """What stands before a logarithm in a loss, and is given: d of -dᵀ log ŷ."""
        found: set[str] = set()
        for definition in self.model.definitions.values():
            if not is_loss(definition.name):
                continue
            for node in walk(definition.value):
                if not isinstance(node, Product):
                    continue
                logs = [isinstance(f, Sym) and f.name in ("log", "ln") for f in node.factors]
                if any(logs):
                    before = node.factors[: logs.index(True)]
                    letters = [n for f in before for n in walk(f) if isinstance(n, Sym)]
                    found |= {self.model.ref(n).name for n in letters}
        return found - set(self.model.definitions)

    @cached_property
    def outputs(self) -> list[str]:
        """What an undefined loss reads: the output if there is one, else the state."""
        return self.output_names()

    def output_names(self) -> list[str]:
        """What an undefined loss reads: the output if there is one, else the state.

        Slopes and their diagonal matrices are no outputs, though nothing is computed from them. Of
        several states it is what no other is computed from at its own step.
        """
        definitions = self.model.definitions
        steps = {
            n: d
            for n, d in definitions.items()
            if d.letter is not None and not d.derived and not is_loss(n)
        }
        read = {
            name
            for n, d in definitions.items()
            if not d.derived and d.letter and not self._of_slopes(n, ())
            for name, _ in self.model.reads(d)
        }
        now = {
            name
            for n, d in steps.items()
            for name, lag in self.model.reads(d)
            if lag == 0 and name != n and not self._of_slopes(n, ())
        }
        found: list[str] = []
        for cell in self._linked(steps):
            ends = {n for n in cell if n not in read and not self._of_slopes(n, ())}
            states = self.states & cell
            found += ends or states - now or states
        return sorted(found)

    def _linked(self, steps: dict[str, Definition]) -> list[set[str]]:
        """The quantities of a step that are computed from each other: two cells of one text apart.

        What no state is computed with is of the text's only cell.
        """
        cells: list[set[str]] = []
        for name, definition in steps.items():
            linked = {name, *(read for read, _ in self.model.reads(definition) if read in steps)}
            apart = [cell for cell in cells if not cell & linked]
            cells = [*apart, linked.union(*(cell for cell in cells if cell & linked))]
        with_states = [cell for cell in cells if cell & self.states]
        if len(with_states) < 2:
            return [set(steps)]
        rest = [cell for cell in cells if not cell & self.states]
        return [*with_states, *rest]

    def _of_slopes(self, name: str, above: tuple[str, ...]) -> bool:
        """Whether a quantity is made of slopes σ′ or is a diagonal matrix."""
        definition = self.model.definitions.get(name)
        if definition is None or name in above:
            return False
        return any(
            isinstance(n, Sym)
            and (
                n.primes
                or n.name in ("diag", "Diag")
                or self._of_slopes(self.model.ref(n).name, (*above, name))
            )
            for n in walk(definition.value)
        )


def cuts_off(model: Model) -> bool:
    """Whether an activation is 0 on half of the line: small nets of it are dead."""
    said = any(
        name.startswith("function ") and kind == "relu" for name, kind in model.kinds.items()
    )
    return said or any(
        isinstance(node, Sym) and node.name in ("relu", "ReLU", "max")
        for definition in model.definitions.values() for node in walk(definition.value)
    )  # fmt: skip
