"""Values of expressions read node by node: a second reading of the language, beside generated code.

Generated code is for a formula that is run often; here many formulas that differ in one place are
run once each. The value of a subexpression at given times is kept, so that such a formula costs
what was changed in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, reduce, singledispatch
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Transposed, Zeros
from symrnn.language.entry import Entry
from symrnn.language.ordered import LEFT, OrderedProduct, OrderedSum, Ranged
from symrnn.language.shapes import symbolic
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Unvec, Vec
from symrnn.language.time import TimeVector
from symrnn.numeric import runtime
from symrnn.numeric.lower import lower_activation
from symrnn.numeric.printer import parameter_name
from symrnn.verify.lines import line
from symrnn.verify.setting import Setting
from symrnn.verify.within import Times, horizon, makes_sense, spoken_of

Array = NDArray[Any]


class NoValueError(NotSupportedError):
    """An expression speaks of a vector, a time or a symbol that has no number here."""


def value_at(formula: Any, setting: Setting, times: Times) -> Array | None:
    """A formula's value by generated code; None where it speaks of what is not there."""
    known = dict(times)
    there = makes_sense(formula, known, setting.rnn)
    if not there or horizon([formula], known) > setting.steps:
        return None
    if not _has_its_entries(formula, {**setting.sizes, **known}):
        return Interpreter(setting, times).value(formula)
    with np.errstate(all="ignore"):  # a formula that overflows is not the right one
        return np.asarray(line(formula, "2").value(setting, times))


def _has_its_entries(formula: Any, numbers: dict[Symbol, int]) -> bool:
    """Whether every entry is seen to lie in its matrix: generated code does not ask."""
    exact = {symbol: sympy.Integer(value) for symbol, value in numbers.items()}
    return all(
        (place - 1).xreplace(exact).is_nonnegative and (size - place).xreplace(exact).is_nonnegative
        for node in formula.atoms(Entry)
        for place, size in zip(node.args[1:], node.args[0].shape, strict=True)
    )


@dataclass(frozen=True)
class Interpreter:
    """Values of expressions in a setting of one net, without a batch.

    Args:
        setting: the numbers.
        times: integers for the free times.
    """

    setting: Setting
    times: Times
    known: dict[Any, Array] = field(default_factory=dict)

    def value(self, formula: Any) -> Array | None:
        """The value; None where the formula speaks of what is not there."""
        try:
            with np.errstate(all="ignore"):
                return _Reading(self.setting, dict(self.times), self.known)(formula)
        except (IllFormedError, NotSupportedError):
            return None


@dataclass(frozen=True)
class _Reading:
    """An interpreter at times that include those of the ranges around a node."""

    setting: Setting
    at: dict[Symbol, int]
    known: dict[Any, Array]

    def __call__(self, node: Any) -> Array:
        key = (node, tuple((s, self.at[s]) for s in _times_of(node) if s in self.at))
        if key not in self.known:
            self.known[key] = _value(node, self)
        return self.known[key]

    @property
    def integers(self) -> dict[Symbol, int]:
        """Sizes and times."""
        return {**self.setting.sizes, **self.at}

    def integer(self, expression: Any) -> int:
        """The value of a time or a size."""
        number = symbolic(symbolic(expression).xreplace(self.integers))
        if not number.is_Integer:
            raise NoValueError(f"{expression} has no integer value")
        return int(number)

    def number(self, scalar: Expr) -> float:
        """The value of a coefficient."""
        if scalar.is_Rational:
            return float(scalar)
        entries = {e: self.entry(e) for e in scalar.atoms(Entry)}
        scalar = symbolic(scalar.xreplace(entries))
        given = {s: self.setting.scalars.get(s) for s in scalar.free_symbols}
        numbers = {s: v for s, v in given.items() if v is not None}
        closed = symbolic(scalar.xreplace({**numbers, **self.integers}))
        if not closed.is_number:
            raise NoValueError(f"{scalar} has no value")
        return float(closed)

    def entry(self, node: Entry) -> float:
        """The value of an entry of a matrix."""
        matrix, row, col = node.args
        place, value = (self.integer(row), self.integer(col)), self(matrix)
        if not all(1 <= at <= size for at, size in zip(place, value.shape, strict=True)):
            raise NoValueError(f"{node} is not there at these times")
        return float(value[place[0] - 1, place[1] - 1])

    def shape(self, node: MatrixExpr) -> tuple[int, int]:
        """Rows and columns as integers."""
        rows, cols = node.shape
        return self.integer(rows), self.integer(cols)

    def within(self, node: Ranged) -> Iterator[Array]:
        """The values of the body over the range, earliest first."""
        first, last = self.integer(node.lower), self.integer(node.upper)
        for time in range(first, last + 1):
            yield _Reading(self.setting, {**self.at, node.index: time}, self.known)(node.body)


@lru_cache(maxsize=65536)
def _times_of(node: Any) -> tuple[Symbol, ...]:
    """The free integer symbols of an expression, in a fixed order."""
    if isinstance(node, Symbol):
        return (node,) if node.is_integer else ()
    inner = {symbol for arg in node.args for symbol in _times_of(arg)}
    if isinstance(node, Ranged):
        body = {s for s in _times_of(node.body) if s != node.index}
        inner = body.union(*(_times_of(bound) for bound in node.args[2:4]))
    return tuple(sorted(inner, key=str))


@singledispatch
def _value(node: Any, read: _Reading) -> Array:
    """What has no entry below is left to generated code."""
    times = tuple((s, read.at[s]) for s in _times_of(node) if s in read.at)
    missing = {s for s in _times_of(node) if not s.is_positive} - read.at.keys()
    vectors = [(label, time) for label, time, _ in spoken_of(node, times)]
    there = makes_sense(node, dict(times), read.setting.rnn)
    if missing or not there or any(time > read.setting.steps for _, time in vectors):
        raise NoValueError(f"{node} has no value at these times")
    return np.asarray(line(node, "2").value(read.setting, times))


@_value.register
def _(node: TimeVector, read: _Reading) -> Array:
    time = read.integer(node.index)
    states = {state.label for state in read.setting.rnn.recurrence.states}
    first = 0 if node.label in states else 1
    values: Mapping[str, Any] = {**read.setting.arrays, **read.setting.trajectory}
    if parameter_name(node) not in values or not first <= time <= read.setting.steps:
        raise NoValueError(f"{node} is not there at time {time}")
    return np.asarray(values[parameter_name(node)][time])


@_value.register
def _(node: sympy.MatrixSymbol, read: _Reading) -> Array:
    name = parameter_name(node)
    if name not in read.setting.arrays:
        raise NoValueError(f"{node} has no value")
    return read.setting.arrays[name]


@_value.register
def _(node: Identity, read: _Reading) -> Array:
    return np.eye(read.shape(node)[0])


@_value.register
def _(node: Zeros, read: _Reading) -> Array:
    return np.zeros(read.shape(node))


@_value.register
def _(node: Ones, read: _Reading) -> Array:
    return np.ones(read.shape(node))


@_value.register
def _(node: Transposed, read: _Reading) -> Array:
    return read(node.args[0]).mT


@_value.register
def _(node: MatrixSum, read: _Reading) -> Array:
    return reduce(np.add, map(read, node.args))


@_value.register
def _(node: MatrixProduct, read: _Reading) -> Array:
    # From the side on which the product is narrow: a row or a column stays one.
    factors = list(node.factors)
    if node.shape[0] == 1:
        product = reduce(
            lambda left, factor: _on_the_right(left, factor, read), factors[1:], read(factors[0])
        )
    else:
        product = reduce(
            lambda right, factor: _on_the_left(factor, right, read),
            factors[-2::-1],
            read(factors[-1]),
        )
    return read.number(node.coefficient) * product


def _on_the_left(factor: MatrixExpr, right: Array, read: _Reading) -> Array:
    if isinstance(factor, Diag):
        return np.asarray(read(factor.args[0]) * right)
    return np.asarray(read(factor) @ right)


def _on_the_right(left: Array, factor: MatrixExpr, read: _Reading) -> Array:
    if isinstance(factor, Diag):
        return np.asarray(left * read(factor.args[0]).mT)
    return np.asarray(left @ read(factor))


@_value.register
def _(node: OrderedSum, read: _Reading) -> Array:
    return reduce(np.add, read.within(node), np.zeros(read.shape(node)))


@_value.register
def _(node: OrderedProduct, read: _Reading) -> Array:
    product = np.eye(read.shape(node)[0])
    for factor in read.within(node):
        product = factor @ product if node.latest == LEFT else product @ factor
    return product


@_value.register
def _(node: Hadamard, read: _Reading) -> Array:
    return reduce(np.multiply, map(read, node.args))


@_value.register
def _(node: Kronecker, read: _Reading) -> Array:
    return runtime.kron(*map(read, node.args))


@_value.register
def _(node: Diag, read: _Reading) -> Array:
    return runtime.diag(read(node.args[0]))


@_value.register
def _(node: Vec, read: _Reading) -> Array:
    return runtime.vec(read(node.args[0]))


@_value.register
def _(node: Unvec, read: _Reading) -> Array:
    return runtime.unvec(read(node.args[0]), *read.shape(node))


@_value.register
def _(node: Block, read: _Reading) -> Array:
    return runtime.block([[read(block) for block in row] for row in node.args])


@_value.register
def _(node: Elementwise, read: _Reading) -> Array:
    if node.activation.function.expr.free_symbols - set(node.activation.function.variables):
        raise NoValueError(f"{node.activation} has a parameter without a value")
    return np.asarray(_function(node.activation)(read(node.argument)))


@lru_cache(maxsize=4096)
def _function(activation: Activation) -> Any:
    """Without common subexpressions or a choice of form: each is used a few times only."""
    if activation.is_unknown:
        raise NoValueError(f"{activation} is not known")
    return lower_activation(activation)
