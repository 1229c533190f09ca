"""Random expressions of symbolic sizes against SymPy's diff of their entries, at sizes 1 to 3."""

from __future__ import annotations

from typing import Any

import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol, symbols

from symrnn.language.activations import X, activation, unknown
from symrnn.language.algebra import MatrixProduct, Parameter, Transposed
from symrnn.language.derivatives import VectorFunction
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.structure import (
    Diag,
    DiagonalOf,
    Hadamard,
    Place,
    Rows,
    Unvec,
    Vec,
    stack,
)
from symrnn.language.time import Sequence

d, m = symbols("d m", integer=True, positive=True)
x, y = Parameter("x", d, 1), Sequence("y", m)[3]
M = Parameter("M", d, m)
SIZES = [d, m]
CURVE = activation(X**2 / 2 - X / 3, name="q")
INDICES = [Symbol(name, integer=True) for name in "jki"]


class Trees:
    """Columns (and a few matrices) over the variables x, y, M, of sizes d and m."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def matrix(self, rows: Any, cols: Any, depth: int, bound: tuple[Symbol, ...]) -> Any:
        constant = Parameter(f"C{rows}{cols}", rows, cols)
        options = [constant]
        options += [M] if (rows, cols) == (d, m) else [M.T] if (rows, cols) == (m, d) else []
        options += [M * M.T] if rows == cols == d else []
        if depth and rows == cols:
            options.append(Diag(self.column(rows, depth - 1, bound)))
        if depth:
            left, right = self.column(rows, depth - 1, bound), self.column(cols, 0, bound)
            options += [left * right.T, CURVE(constant + left * right.T)]
            options.append(Hadamard(constant, left * right.T))
            options.append(Unvec(Vec(left * right.T), rows, cols))
        return self.pick(options)

    def column(self, rows: Any, depth: int, bound: tuple[Symbol, ...] = ()) -> Any:
        if depth == 0:
            own = x if rows == d else y
            times = [index + 5 for index in bound]
            other = [Sequence(f"c{rows}", rows)[time] for time in times]
            return self.pick([own, own, *other, Parameter(f"c{rows}", rows, 1)])
        below = depth - 1

        def sub(size: Any = rows) -> Any:
            return self.column(size, below, bound)

        other = self.pick(SIZES)
        kind = self.draw(st.integers(0, 12))
        if kind == 0:
            return sub() + Rational(2, 3) * sub()
        if kind == 1:
            return self.matrix(rows, other, below, bound) * sub(other)
        if kind == 2:
            return Transposed(self.matrix(other, rows, below, bound)) * sub(other)
        if kind == 3:
            return Hadamard(sub(), sub())
        if kind == 4:
            return self.pick([CURVE, CURVE.prime, unknown()])(sub())
        if kind == 5:
            return Diag(sub()) * sub()
        if kind == 6:
            return Rows(stack(sub(other), sub()), other, rows)
        if kind == 7:
            return Rows(Place(sub(), other, rows + other), other, rows) + sub()
        if kind == 8:
            inner = sub(other)
            scalar = self.pick([norm(inner, "2") ** 2, entry(inner, 1), norm(inner, "F") ** 2 + 1])
            return MatrixProduct(scalar, sub())
        if kind == 9:
            index = next(i for i in INDICES if i not in bound)
            body = self.column(rows, below, (*bound, index))
            return OrderedSum(body, index, 0, self.pick([0, 1]))
        if kind == 10:
            index = next(i for i in INDICES if i not in bound)
            vector = self.column(rows, 0, (*bound, index))
            factor = Diag(vector) * Parameter(f"C{rows}{rows}", rows, rows)
            side = self.pick(["left", "right"])
            return OrderedProduct(factor, index, 1, self.pick([1, 2]), side) * sub()
        if kind == 11:
            return VectorFunction("f", rows, sub(other))
        return DiagonalOf(sub() * sub().T)


@st.composite
def columns(draw: Any, depth: int = 2) -> Any:
    trees = Trees(draw)
    return trees.column(trees.pick(SIZES), depth)


sizes = st.fixed_dictionaries({d: st.integers(1, 3), m: st.integers(1, 3)})


@settings(max_examples=120)
@given(of=columns(), by=st.sampled_from([x, y, M]), sizes=sizes)
def test_columns(of: Any, by: Any, sizes: dict[Any, int], tester: Any) -> None:
    tester.check(of, by, sizes, may_refuse=True)


@settings(max_examples=25)
@given(of=columns(3), by=st.sampled_from([x, y]))
def test_deeper_columns(of: Any, by: Any, tester: Any) -> None:
    tester.check(of, by, {d: 2, m: 1}, may_refuse=True)


@settings(max_examples=30)
@given(of=columns(), by=st.sampled_from([x, y, M]), sizes=sizes)
def test_gradients_of_scalars(of: Any, by: Any, sizes: dict[Any, int], tester: Any) -> None:
    weight = Parameter("w", of.shape[0], 1)
    tester.check_gradient(weight.T * of, by, sizes)
    tester.check_gradient(norm(of, "2") ** 2 / 2 - entry(of, 1), by, sizes)
    index = sympy.Symbol("l", integer=True)
    squares = sympy.Sum(entry(of, index) ** 2, (index, 1, of.shape[0]))
    tester.check_gradient(squares, by, sizes)
