"""From a tree whose shapes are known to expressions of the language."""

from __future__ import annotations

from functools import singledispatchmethod
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import NotSupportedError
from symrnn.language.activations import entrywise_power
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Transposed,
    Zeros,
    power,
    split_coefficient,
    written_as_entry,
)
from symrnn.language.structure import Hadamard, stack
from symrnn.language.time import Sequence
from symrnn.reading.declarations import Declarations
from symrnn.reading.functions import WHOLE
from symrnn.reading.infer import Shapes
from symrnn.reading.letters import IDENTITY
from symrnn.reading.source import Source
from symrnn.reading.tree import (
    Call,
    Entrywise,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Stack,
    Sum,
    Transpose,
)

Value = Any
"""A matrix expression, or a scalar."""
MAX_BITS = 512
"""Bits in the numerator or denominator of any number that arises."""


class Builder:
    """Expressions of a cell whose sizes have names.

    Args:
        source: the text, for messages.
        shapes: the shapes of its pieces.
        declared: gives the activations.
        timed: the names of states, inputs and what is computed from them.
        index: the time of the step.
    """

    def __init__(
        self,
        source: Source,
        shapes: Shapes,
        declared: Declarations,
        timed: set[str],
        index: Symbol,
    ) -> None:
        self.source, self.shapes, self.declared = source, shapes, declared
        self.timed, self.index = timed, index

    def sequence(self, name: str) -> Sequence:
        """The sequence of a name."""
        return Sequence(name, *self._extents(self.shapes.of_name[name]))

    def _extents(self, shape: Any) -> tuple[Expr, Expr]:
        rows, cols = shape
        return self.shapes.naming.expression(rows), self.shapes.naming.expression(cols)

    def build(self, node: Node) -> Value:
        """The expression of a piece of the tree.

        Raises:
            ParseError: a division by zero, or a number that grows too long.
        """
        value = self._build(node)
        scalar = split_coefficient(value)[0] if isinstance(value, MatrixExpr) else value
        for number in scalar.atoms(sympy.Rational):
            if max(number.p.bit_length(), number.q.bit_length()) > MAX_BITS:
                self.source.refuse(node.span, f"a number of more than {MAX_BITS} bits arises")
        return value

    @singledispatchmethod
    def _build(self, node: Node) -> Value:
        raise NotSupportedError(f"{type(node).__name__} can not be built")

    @_build.register
    def _(self, node: Number) -> Value:
        return sympy.Rational(node.value.numerator, node.value.denominator)

    @_build.register
    def _(self, node: Name) -> Value:
        shape = self.shapes.of(node)
        if shape is None and node.name in self.shapes.scalars:
            return self.build(self.shapes.scalars[node.name])
        if shape is None:
            return Symbol(node.name, real=True)
        if node.name == IDENTITY:
            return Identity(self._extents(shape)[0])
        if node.name in self.timed:
            return self.sequence(node.name)[self.index - 1 if node.back else self.index]
        return Parameter(node.name, *self._extents(shape))

    @_build.register
    def _(self, node: Call) -> Value:
        value = self.build(node.argument)
        if node.function in WHOLE:
            return WHOLE[node.function].build(value)
        function = self.declared.activation(node.function)
        return function(value) if isinstance(value, MatrixExpr) else function.at(value)

    @_build.register
    def _(self, node: Power) -> Value:
        value = self.build(node.operand)
        if not isinstance(value, MatrixExpr):
            if value == 0 and node.exponent < 0:
                self.source.refuse(node.span, "division by zero")
            return value**node.exponent
        entrywise = self.shapes.of(node)[1].is_one  # type: ignore[index]
        return (entrywise_power if entrywise else power)(value, node.exponent)

    @_build.register
    def _(self, node: Transpose) -> Value:
        value = self.build(node.operand)
        return Transposed(value) if isinstance(value, MatrixExpr) else value

    @_build.register
    def _(self, node: Negative) -> Value:
        return _negated(self.build(node.operand))

    @_build.register
    def _(self, node: Stack) -> Value:
        return stack(*map(self.build, node.parts))

    @_build.register
    def _(self, node: Product) -> Value:
        values = list(map(self.build, node.factors))
        if self.shapes.of(node) is not None:
            return MatrixProduct(*values)
        if not any(isinstance(value, MatrixExpr) for value in values):
            return sympy.prod(values)
        return written_as_entry(MatrixProduct(*values))

    @_build.register
    def _(self, node: Entrywise) -> Value:
        scalar, matrices = sympy.S.One, []
        for divides, operand in node.operands:
            value = self.build(operand)
            if divides and (value == 0 or isinstance(value, Zeros)):
                self.source.refuse(operand.span, "division by zero")
            if isinstance(value, MatrixExpr):
                matrices.append(entrywise_power(value, -1) if divides else value)
            else:
                scalar = scalar / value if divides else scalar * value
        return MatrixProduct(scalar, Hadamard(*matrices)) if matrices else scalar

    @_build.register
    def _(self, node: Sum) -> Value:
        terms = [(minus, self.build(term)) for minus, term in node.terms]
        values = [_negated(value) if minus else value for minus, value in terms]
        shape = self.shapes.of(node)
        if shape is None:
            return sympy.Add(*values)
        # A scalar in a sum of columns is added to each entry.
        ones = Ones(*self._extents(shape))
        return MatrixSum(
            *(v if isinstance(v, MatrixExpr) else MatrixProduct(v, ones) for v in values)
        )


def _negated(value: Value) -> Value:
    return MatrixProduct(-1, value) if isinstance(value, MatrixExpr) else -value
