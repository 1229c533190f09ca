"""Random expressions of the language, with exact rational entries to compare them by."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
import sympy
from hypothesis import strategies as st
from sympy import Rational, Symbol

from symrnn.language.activations import X, activation
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Transposed,
    Zeros,
)
from symrnn.language.entry import entry
from symrnn.language.explicit import Entries, entries
from symrnn.language.norms import norm
from symrnn.language.ordered import OrderedProduct, OrderedSum
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
)
from symrnn.language.time import Sequence, TimeVector

SIGMA = activation(X + X**2 / 3, name="q")
INDICES = [Symbol(name, integer=True) for name in "jki"]


class RationalLeaves:
    """Every leaf is a fixed matrix of rational numbers, drawn from its name."""

    def leaf(self, node: Any) -> Entries:
        if isinstance(node, TimeVector):
            assert node.index.is_Integer, f"{node} escaped its binder"
        numbers = random.Random(str(node))
        rows, cols = map(int, node.shape)
        return Entries(rows, cols, lambda i, j: Rational(numbers.randint(-6, 6), 5))

    def apply(self, function: Any, value: Any) -> Any:
        return function.at(value)

    def derivative(self, node: Any) -> Entries:
        raise AssertionError(f"no derivative stands in {node}")


def _divisors(n: int) -> list[int]:
    return [k for k in range(1, n + 1) if n % k == 0]


class Trees:
    """Draws an expression of a given shape, one node type at a time."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def size(self) -> int:
        return int(self.draw(st.integers(1, 3)))

    def of(self, rows: int, cols: int, depth: int, bound: tuple[Symbol, ...] = ()) -> Any:
        if depth == 0:
            return self.leaf(rows, cols, bound)
        kinds = ["sum", "product", "transpose", "hadamard", "sigma", "block", "rows", "place"]
        kinds += ["kron", "unvec", "total", "scaled", "leaf"]
        kinds += ["fold", "diag"] if rows == cols else []
        kinds += ["vec", "diagonal"] if cols == 1 else []
        return getattr(self, self.pick(kinds))(rows, cols, depth - 1, bound)

    def leaf(self, rows: int, cols: int, *rest: Any) -> Any:
        bound = rest[-1]
        options = [Parameter(f"{name}{rows}{cols}", rows, cols) for name in "ABC"]
        if cols == 1:
            times = [*bound, *bound, *(index - 1 for index in bound), 0, 2]
            options += [Sequence(f"s{rows}", rows)[time] for time in times]
        options += [Ones(rows, cols), Zeros(rows, cols)]
        options += [Identity(rows)] if rows == cols else []
        return self.pick(options)

    def sum(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return MatrixSum(*(self.of(rows, cols, depth, bound) for _ in range(2)))

    def scaled(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        inner = self.of(self.size(), self.size(), depth, bound)
        scalars = [Rational(-2, 3), -1, norm(inner, "1"), norm(inner, "max") - 2, entry(inner, 1)]
        return MatrixProduct(self.pick([*scalars, *bound]), self.of(rows, cols, depth, bound))

    def product(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        inner = self.size()
        return self.of(rows, inner, depth, bound) * self.of(inner, cols, depth, bound)

    def transpose(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return Transposed(self.of(cols, rows, depth, bound))

    def hadamard(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return Hadamard(*(self.of(rows, cols, depth, bound) for _ in range(2)))

    def sigma(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return self.pick([SIGMA, SIGMA.prime])(self.of(rows, cols, depth, bound))

    def block(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        top, left = self.pick(range(1, rows + 1)), self.pick(range(1, cols + 1))
        heights = [top, rows - top] if top < rows else [rows]
        widths = [left, cols - left] if left < cols else [cols]
        return Block(*([self.of(h, w, depth, bound) for w in widths] for h in heights))

    def rows(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        start, below = self.pick([0, 1]), self.pick([0, 1])
        return Rows(self.of(start + rows + below, cols, depth, bound), start, rows)

    def place(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        count = self.pick(range(1, rows + 1))
        return Place(self.of(count, cols, depth, bound), self.pick(range(rows - count + 1)), rows)

    def kron(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        r, c = self.pick(_divisors(rows)), self.pick(_divisors(cols))
        left = self.of(rows // r, cols // c, depth, bound)
        return Kronecker(left, self.of(r, c, depth, bound))

    def unvec(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return Unvec(self.of(rows * cols, 1, depth, bound), rows, cols)

    def vec(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        r = self.pick(_divisors(rows))
        return Vec(self.of(r, rows // r, depth, bound))

    def diagonal(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return DiagonalOf(self.of(rows, rows, depth, bound))

    def diag(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        return Diag(self.of(rows, 1, depth, bound))

    def range(self, bound: Any) -> tuple[Symbol, Any, Any]:
        index = next(i for i in INDICES if i not in bound)
        lower = self.pick([*range(-1, 3), *bound])
        return index, lower, lower + self.pick([-2, -1, 0, 1, 2])

    def total(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        index, lower, upper = self.range(bound)
        return OrderedSum(self.of(rows, cols, depth, (*bound, index)), index, lower, upper)

    def fold(self, rows: int, cols: int, depth: int, bound: Any) -> Any:
        index, lower, upper = self.range(bound)
        body = self.of(rows, cols, depth, (*bound, index))
        return OrderedProduct(body, index, lower, upper, self.pick(["left", "right"]))


@st.composite
def _trees(draw: Any, depth: int = 3, rows: int | None = None, cols: int | None = None) -> Any:
    trees = Trees(draw)
    return trees.of(rows or trees.size(), cols or trees.size(), depth)


@pytest.fixture(scope="session")
def trees() -> Callable[..., st.SearchStrategy[Any]]:
    """`trees(depth, rows, cols)`: random expressions; a size that is not given is drawn."""
    return _trees


@pytest.fixture(scope="session")
def value() -> Callable[[Any], Any]:
    """The exact entries of an expression without free times."""

    def evaluate(expression: Any) -> Any:
        exact = entries(expression, RationalLeaves())
        return exact.applyfunc(sympy.nsimplify) if hasattr(exact, "applyfunc") else exact

    return evaluate
