"""Values of expressions with the sequences of a batch side by side, as the columns of one matrix.

A vector at a time is n × B. A product W V is then one matrix product for the whole batch, and an
outer product of two vectors, δ hᵀ, sums over the batch by itself: what a gradient has to do. Made
for many formulas that are run a few times each; generated code is for one that is run often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, singledispatch
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.activations import activation as by_name
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Transposed, Zeros
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.shapes import symbolic
from symrnn.language.structure import Block, Diag, Hadamard, Place, Rows
from symrnn.language.time import TimeVector
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.lower import lower_activation

Array = NDArray[Any]

LAST = -1
"""The fixed time that is T, as lists count from their end."""


@dataclass
class Numbers:
    """What an expression may speak of, at one time.

    Args:
        sizes: integers for symbolic sizes.
        scalars: numbers for scalar symbols.
        parameters: (rows, cols) by name.
        values: vectors by name, a list over times of (n, B).
        time: the time now.
        width: B.
    """

    sizes: Mapping[Any, int]
    scalars: Mapping[Any, Any]
    parameters: Mapping[str, Array]
    values: dict[str, list[Any]]
    time: int = 0
    width: int = 1
    dtype: Any = np.float64
    ones: dict[Any, Array] = field(default_factory=dict)
    known: dict[Any, int] = field(default_factory=dict)

    def size(self, expression: Any) -> int:
        """The value of a size."""
        if expression not in self.known:
            self.known[expression] = int(symbolic(expression).subs(self.sizes))
        return self.known[expression]

    def number(self, scalar: Expr) -> Any:
        """The value of a coefficient."""
        if scalar.is_Rational:
            return float(scalar)
        return _scalar(scalar)({**self.scalars, **self.sizes})


@lru_cache(maxsize=4096)
def _scalar(scalar: Expr) -> Callable[[Mapping[Any, Any]], Any]:
    symbols = sorted(scalar.free_symbols, key=str)
    function = sympy.lambdify(symbols, scalar, "numpy")
    return lambda given: function(*(given[symbol] for symbol in symbols))


Value = Callable[[Numbers], Any]


@lru_cache(maxsize=65536)
def compiled(node: MatrixExpr) -> Value:
    """The value of an expression as a function of the numbers.

    Raises:
        NotSupportedError: a node that has no value for a batch side by side.
    """
    return _compile(node)


@singledispatch
def _compile(node: Any) -> Value:
    raise NotSupportedError(
        f"{type(node).__name__} has no numbers in a cross-check", {"node": str(node)}
    )


@_compile.register
def _(node: TimeVector) -> Value:
    label = node.label
    symbols = node.index.free_symbols
    if not symbols:
        fixed = int(node.index)
        return lambda numbers: numbers.values[label][fixed]
    shift = int(node.index - next(iter(symbols)))

    def value(numbers: Numbers) -> Any:
        time, known = numbers.time + shift, numbers.values[label]
        if 0 <= time < len(known) and known[time] is not None:
            return known[time]
        # What is not there is what code that reads beside the end has: nothing.
        return np.zeros((numbers.size(node.shape[0]), numbers.width), numbers.dtype)

    return value


@_compile.register
def _(node: sympy.MatrixSymbol) -> Value:
    name = str(node.name)
    return lambda numbers: numbers.parameters[name]


@_compile.register
def _(node: Ones) -> Value:
    return lambda numbers: _filled(numbers, node, 1)


@_compile.register
def _(node: Zeros) -> Value:
    return lambda numbers: _filled(numbers, node, 0)


def _filled(numbers: Numbers, node: MatrixExpr, value: int) -> Array:
    if node not in numbers.ones:
        shape = tuple(numbers.size(size) for size in node.shape)
        numbers.ones[node] = np.full(shape, value, numbers.dtype)
    return numbers.ones[node]


@_compile.register
def _(node: Identity) -> Value:
    def value(numbers: Numbers) -> Array:
        if node not in numbers.ones:
            numbers.ones[node] = np.eye(numbers.size(node.shape[0]), dtype=numbers.dtype)
        return numbers.ones[node]

    return value


@_compile.register
def _(node: Transposed) -> Value:
    inner = compiled(node.args[0])
    return lambda numbers: inner(numbers).T


@_compile.register
def _(node: MatrixSum) -> Value:
    first, *rest = map(compiled, node.args)

    def value(numbers: Numbers) -> Any:
        total = first(numbers)
        for term in rest:
            total = total + term(numbers)
        return total

    return value


@_compile.register
def _(node: Hadamard) -> Value:
    first, *rest = map(compiled, node.args)

    def value(numbers: Numbers) -> Any:
        product = first(numbers)
        for factor in rest:
            product = product * factor(numbers)
        return product

    return value


@_compile.register
def _(node: MatrixProduct) -> Value:
    # Columns first, rows from the other side: where they meet, the batch is summed over.
    factors = list(node.factors)
    at = next((i for i, factor in enumerate(factors) if _is_column(factor)), None)
    if at is None:
        at = len(factors) - 1 if not any(map(_is_row, factors)) else -1
    column = _from_right(factors[: at + 1]) if at >= 0 else None
    row = _from_left(factors[at + 1 :]) if factors[at + 1 :] else None
    coefficient = node.coefficient
    if whole := sorted(coefficient.atoms(Entry, Norm), key=str):
        # It has a value for each sequence of the batch.
        raise NotSupportedError(
            "a scalar of a whole vector or matrix has no numbers in a cross-check",
            {"expected": "scalars by name", "got": str(whole[0])},
        )

    def value(numbers: Numbers) -> Any:
        if column is None:
            result = row(numbers)  # type: ignore[misc]
        elif row is None:
            result = column(numbers)
        else:
            result = column(numbers) @ row(numbers)
        return result if coefficient == 1 else numbers.number(coefficient) * result

    return value


def _from_right(factors: list[MatrixExpr]) -> Value:
    last, *others = map(compiled, reversed([_bare(factor) for factor in factors]))
    flags = [isinstance(factor, Diag) for factor in reversed(factors)][1:]
    if isinstance(factors[-1], Diag):
        raise NotSupportedError("a diagonal matrix that nothing is multiplied by")

    def value(numbers: Numbers) -> Any:
        product = last(numbers)
        for is_diagonal, factor in zip(flags, others, strict=True):
            left = factor(numbers)
            product = left * product if is_diagonal else left @ product
        return product

    return value


def _from_left(factors: list[MatrixExpr]) -> Value:
    first, *others = map(compiled, [_bare(factor) for factor in factors])
    flags = [isinstance(factor, Diag) for factor in factors][1:]
    if isinstance(factors[0], Diag):
        raise NotSupportedError("a diagonal matrix that nothing is multiplied by")

    def value(numbers: Numbers) -> Any:
        product = first(numbers)
        for is_diagonal, factor in zip(flags, others, strict=True):
            right = factor(numbers)
            product = product * right.T if is_diagonal else product @ right
        return product

    return value


def _bare(factor: MatrixExpr) -> MatrixExpr:
    return factor.args[0] if isinstance(factor, Diag) else factor


def _is_column(node: MatrixExpr) -> bool:
    """Whether a factor carries the batch in its columns."""
    return bool(node.has(TimeVector)) and not isinstance(node, Diag | Transposed)


def _is_row(node: MatrixExpr) -> bool:
    return isinstance(node, Transposed) and bool(node.has(TimeVector))


@_compile.register
def _(node: Block) -> Value:
    parts = [[compiled(part) for part in row] for row in node.args]

    def value(numbers: Numbers) -> Any:
        rows = []
        for row in parts:
            found = [part(numbers) for part in row]
            rows.append(found[0] if len(found) == 1 else np.concatenate(found, axis=1))
        width = max(row.shape[1] for row in rows)
        return np.concatenate([np.broadcast_to(row, (len(row), width)) for row in rows], axis=0)

    return value


@_compile.register
def _(node: Rows) -> Value:
    inner, start = compiled(node.args[0]), node.args[1]

    def value(numbers: Numbers) -> Any:
        first = numbers.size(start)
        return inner(numbers)[first : first + numbers.size(node.shape[0])]

    return value


@_compile.register
def _(node: Place) -> Value:
    inner, start = compiled(node.args[0]), node.args[1]

    def value(numbers: Numbers) -> Any:
        what, first = inner(numbers), numbers.size(start)
        result = np.zeros((numbers.size(node.shape[0]), what.shape[1]), what.dtype)
        result[first : first + len(what)] = what
        return result

    return value


@_compile.register
def _(node: Elementwise) -> Value:
    function, inner = _function(node.activation), compiled(node.argument)
    return lambda numbers: function(inner(numbers))


@lru_cache(maxsize=1024)
def _function(activation: Activation) -> Callable[[Any], Any]:
    """σ by hand where it has a name, slopes from the derived expression."""
    if activation.name in ACTIVATIONS and activation == by_name(activation.name):
        return ACTIVATIONS[activation.name]
    return lower_activation(activation)
