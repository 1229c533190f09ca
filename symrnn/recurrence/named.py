"""Intermediates by name: vectors of their own for what a step and its derivatives both read.

    i = sigmoid(W h' + b)      a_i = W h' + b,  i = sigmoid(a_i)
    h = o * tanh(c)            v_c = tanh(c),  h = o * v_c
    n = … r * (W h' + b)       p_n = W h' + b,  … r * p_n

What is named is computed once in a step and read wherever it is needed: by the step itself, by its
derivatives, and by the slopes, which are functions of the values (q(1-q), 1-n²).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.language.activations import Elementwise
from symrnn.language.algebra import MatrixProduct, as_matrix
from symrnn.language.names import in_code
from symrnn.language.shapes import is_column
from symrnn.language.structure import Hadamard
from symrnn.language.time import Sequence, TimeVector
from symrnn.recurrence.recurrence import Recurrence


def with_named_intermediates(recurrence: Recurrence) -> Recurrence:
    """The same recurrence with a name for the argument and the value of every activation, and for
    every product with a matrix that is multiplied entrywise.

    Only columns that change with time get a name; what has one keeps it.
    """
    namer = _Namer(recurrence)
    for defined, value in recurrence.definitions.items():
        namer.define(defined, value)
    return Recurrence(
        recurrence.index,
        recurrence.states,
        recurrence.inputs,
        namer.definitions,
        recurrence.outputs,
    )


class _Namer:
    def __init__(self, recurrence: Recurrence) -> None:
        self.now = recurrence.index
        self.definitions: dict[TimeVector, MatrixExpr] = {}
        self.named: dict[MatrixExpr, TimeVector] = {
            value: defined for defined, value in recurrence.definitions.items()
        }
        self.taken = set(names_of(recurrence))

    def define(self, defined: TimeVector, value: MatrixExpr) -> None:
        """The definition with names inside it; those of its arguments stand before it."""
        inner = {node: self._value(node, defined) for node in _activations(value) if node != value}
        value = as_matrix(value.xreplace(inner))
        if isinstance(value, Elementwise) and _is_nameable(value):
            value = Elementwise(value.activation, self._argument(value.argument, defined))
        self.definitions[defined] = self._with_products(value, defined)

    def _with_products(self, value: MatrixExpr, of: TimeVector) -> MatrixExpr:
        """The value with a name for each entrywise factor that costs a product with a matrix."""
        factors = {
            factor: self._name(self._with_products(factor, of), f"p_{of.label}", of)
            for node in value.atoms(Hadamard)
            for factor in node.args
            if is_column(factor) and factor.atoms(TimeVector) and _has_product(factor)
        }
        return as_matrix(value.xreplace(factors))

    def _argument(self, argument: MatrixExpr, of: TimeVector) -> MatrixExpr:
        if isinstance(argument, TimeVector):
            return argument
        return self._name(argument, f"a_{of.label}", of)

    def _value(self, node: Elementwise, of: TimeVector) -> TimeVector:
        inner = {each: self._value(each, of) for each in _activations(node.argument)}
        argument = as_matrix(node.argument.xreplace(inner))
        known = self.named.get(node)
        if known is not None and known.index == self.now and known != of:
            return known
        word = argument.label if isinstance(argument, TimeVector) else of.label
        argument = self._argument(argument, of)
        return self._name(Elementwise(node.activation, argument), f"v_{word}", of)

    def _name(self, value: MatrixExpr, name: str, of: TimeVector) -> TimeVector:
        if value in self.named and self.named[value] in self.definitions:
            return self.named[value]
        name = in_code(name)
        plain = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
        fresh, number = plain, 1
        while fresh in self.taken:
            number += 1
            fresh = f"{plain}_{number}"
        self.taken.add(fresh)
        made = Sequence(fresh, value.shape[0])[self.now]
        self.named[value] = made
        self.definitions[made] = self._with_products(value, of)
        return made


def _activations(value: MatrixExpr) -> list[Elementwise]:
    """The outermost applications of activations to columns that change with time, in order."""
    return list(dict.fromkeys(_outermost(value)))


def _outermost(node: Any) -> Iterator[Elementwise]:
    if isinstance(node, Elementwise) and _is_nameable(node):
        yield node
        return
    for arg in node.args:
        yield from _outermost(arg)


def _is_nameable(node: Elementwise) -> bool:
    return is_column(node) and node.activation.order == 0 and bool(node.atoms(TimeVector))


def _has_product(factor: MatrixExpr) -> bool:
    return any(len(node.factors) > 1 for node in factor.atoms(MatrixProduct))


def names_of(recurrence: Recurrence) -> Iterator[str]:
    """Every name in the recurrence, as generated code has it."""
    for node in (*recurrence.definitions, *recurrence.definitions.values()):
        for leaf in node.atoms(sympy.MatrixSymbol, TimeVector):
            yield in_code(leaf.label if isinstance(leaf, TimeVector) else leaf.name)
        yield from (symbol.name for symbol in node.free_symbols if isinstance(symbol, sympy.Symbol))
