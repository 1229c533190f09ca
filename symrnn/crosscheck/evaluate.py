"""The values of expressions for the numbers of a batch: how each kind of node is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.crosscheck import products as _products  # noqa: F401 - products have their own module
from symrnn.crosscheck.numbers import Array, Numbers, Value, compiled, value_of
from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, Elementwise
from symrnn.language.activations import activation as by_name
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    MatrixSum,
    Ones,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.structure import Block, DiagonalOf, Hadamard, Place, Rows
from symrnn.language.time import TimeVector
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.lower import lower_activation

__all__ = ["Numbers", "Value", "compiled"]


@value_of.register
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


@value_of.register
def _(node: sympy.MatrixSymbol) -> Value:
    name = str(node.name)
    return lambda numbers: numbers.parameters[name]


@value_of.register
def _(node: Ones) -> Value:
    return lambda numbers: _filled(numbers, node, 1)


@value_of.register
def _(node: Zeros) -> Value:
    return lambda numbers: _filled(numbers, node, 0)


def _filled(numbers: Numbers, node: MatrixExpr, value: int) -> Array:
    if node not in numbers.ones:
        shape = tuple(numbers.size(size) for size in node.shape)
        numbers.ones[node] = np.full(shape, value, numbers.dtype)
    return numbers.ones[node]


@value_of.register
def _(node: Identity) -> Value:
    def value(numbers: Numbers) -> Array:
        if node not in numbers.ones:
            numbers.ones[node] = np.eye(numbers.size(node.shape[0]), dtype=numbers.dtype)
        return numbers.ones[node]

    return value


@value_of.register
def _(node: Transposed) -> Value:
    inner = compiled(node.args[0])
    return lambda numbers: inner(numbers).T


@value_of.register
def _(node: MatrixSum) -> Value:
    first, *rest = map(compiled, node.args)

    def value(numbers: Numbers) -> Any:
        total = first(numbers)
        for term in rest:
            total = total + term(numbers)
        return total

    return value


@value_of.register
def _(node: Hadamard) -> Value:
    first, *rest = map(compiled, node.args)

    def value(numbers: Numbers) -> Any:
        product = first(numbers)
        for factor in rest:
            product = product * factor(numbers)
        return product

    return value


_OF_A_MATRIX: dict[type[MatrixExpr], Callable[[Array], Array]] = {
    Inverse: np.linalg.inv,
    Determinant: lambda matrix: np.linalg.det(matrix).reshape(1, 1),
    DiagonalOf: lambda matrix: np.diagonal(matrix)[:, None],
}


@value_of.register(Inverse)
@value_of.register(Determinant)
@value_of.register(DiagonalOf)
def _(node: Inverse | Determinant | DiagonalOf) -> Value:
    function, inner = _OF_A_MATRIX[type(node)], compiled(node.args[0])
    if node.has(TimeVector):
        raise NotSupportedError(
            "a function of a matrix that changes with time has no numbers in a cross-check",
            {"node": str(node)},
        )
    return lambda numbers: function(inner(numbers))


@value_of.register
def _(node: Softmax) -> Value:
    inner = compiled(node.args[0])

    def value(numbers: Numbers) -> Any:
        found = inner(numbers)
        powers = np.exp(found - found.real.max(axis=0, keepdims=True))
        return powers / powers.sum(axis=0, keepdims=True)

    return value


@value_of.register
def _(node: LogSumExp) -> Value:
    inner = compiled(node.args[0])

    def value(numbers: Numbers) -> Any:
        found = inner(numbers)
        most = found.real.max(axis=0, keepdims=True)
        return most + np.log(np.exp(found - most).sum(axis=0, keepdims=True))

    return value


@value_of.register
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


@value_of.register
def _(node: Rows) -> Value:
    inner, start = compiled(node.args[0]), node.args[1]

    def value(numbers: Numbers) -> Any:
        first = numbers.size(start)
        return inner(numbers)[first : first + numbers.size(node.shape[0])]

    return value


@value_of.register
def _(node: Place) -> Value:
    inner, start = compiled(node.args[0]), node.args[1]

    def value(numbers: Numbers) -> Any:
        what, first = inner(numbers), numbers.size(start)
        result = np.zeros((numbers.size(node.shape[0]), what.shape[1]), what.dtype)
        result[first : first + len(what)] = what
        return result

    return value


@value_of.register
def _(node: Elementwise) -> Value:
    function, inner = _function(node.activation), compiled(node.argument)
    return lambda numbers: function(inner(numbers))


@lru_cache(maxsize=1024)
def _function(activation: Activation) -> Callable[[Any], Any]:
    """σ by hand where it has a name, slopes from the derived expression."""
    if activation.name in ACTIVATIONS and activation == by_name(activation.name):
        return ACTIVATIONS[activation.name]
    return lower_activation(activation)
