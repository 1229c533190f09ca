"""Recurrences of several sorts, and random terms over them: boundaries and clashing names first."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Max, Min, Rational, Symbol

from symrnn import activation, elman, sigma_inside
from symrnn.cells.elman import HIDDEN as d
from symrnn.cells.elman import INPUT as m
from symrnn.cells.elman import TIMES
from symrnn.kernel import Fact
from symrnn.language.algebra import (
    Identity,
    MatrixSum,
    Ones,
    Parameter,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import DENOMINATOR, NUMERATOR, D, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum
from symrnn.language.relations import Equation, Inequality
from symrnn.language.structure import Block, Diag, DiagonalOf, Hadamard, Kronecker, Unvec, Vec
from symrnn.language.time import Sequence
from symrnn.recurrence.recurrence import Recurrence

s, a, x, y, h, c, g, o, L = (
    *(Sequence(name, d) for name in "sa"),
    Sequence("x", m),
    *(Sequence(name, d) for name in "yhcgo"),
    Sequence("L", 1),
)
W, V, P, U = Parameter("W", d, d), Parameter("V", d, d), Parameter("P", d, d), Parameter("U", d, m)
b = Parameter("b", d, 1)
j, k, t = TIMES["j"], TIMES["k"], TIMES["t"]
i, n = Symbol("i", integer=True), Symbol("n", integer=True)
u, v = Symbol("u", real=True), Symbol("v", real=True)
gamma, kappa = Symbol("gamma", nonnegative=True), Symbol("kappa", positive=True)
SIGMA, PHI = activation(None), activation(None, "phi")


def lstm() -> Recurrence:
    """Two parts of the state; a gate reads one of them at the same time and at the time before."""
    return Recurrence(
        j,
        (h, c),
        (x,),
        {
            g[j]: SIGMA(W * h[j - 1] + U * x[j] + V * c[j - 1]),
            c[j]: Hadamard(g[j], c[j - 1]) + b,
            o[j]: PHI(P * c[j] + V * c[j - 1] + W * h[j - 1]),
            h[j]: Hadamard(o[j], c[j]),
            L[j]: VectorFunction("ell", 1, h[j], c[j - 1]),
        },
        (L,),
    )


def late_readout() -> Recurrence:
    """The readout and the loss read the state before."""
    return Recurrence(
        j,
        (s,),
        (x,),
        {
            s[j]: SIGMA(W * s[j - 1] + U * x[j]),
            y[j]: V * s[j - 1] + b,
            L[j]: VectorFunction("ell", 1, y[j], s[j]),
        },
        (y, L),
    )


def jordan() -> Recurrence:
    """The output is fed back."""
    return Recurrence(
        j,
        (s, y),
        (x,),
        {
            a[j]: W * y[j - 1] + U * x[j] + b,
            s[j]: SIGMA(a[j]),
            y[j]: V * s[j],
            L[j]: VectorFunction("ell", 1, y[j]),
        },
        (L,),
    )


def leaky() -> Recurrence:
    """A scalar of the recurrence stands in its step."""
    return Recurrence(j, (s,), (), {s[j]: u * s[j - 1] + (1 - u) * (W * SIGMA(s[j - 1]) + b)}, ())


@lru_cache(maxsize=1)
def cells() -> tuple[Recurrence, ...]:
    """The recurrences that everything is tried with."""
    return (
        elman().recurrence,
        sigma_inside().recurrence,
        lstm(),
        late_readout(),
        jordan(),
        leaky(),
        elman("relu").recurrence,
        elman("tanh", inputs=False).recurrence,
    )


class World:
    """Random well-formed terms; every choice is of one source of random numbers.

    Args:
        draw: the source.
        cell: the recurrence the terms are about.
    """

    def __init__(self, draw: random.Random, cell: Recurrence) -> None:
        self.draw, self.cell = draw, cell
        defined = sorted({v.label for v in cell.definitions} - {"L"})
        self.columns = [Sequence(label, d) for label in defined]
        self.states = list(cell.states)
        self.inputs = list(cell.inputs)
        leaves = {leaf for value in cell.definitions.values() for leaf in value.atoms(Parameter)}
        self.parameters = sorted(leaves, key=str)
        self.has_loss = L[j] in cell.definitions

    def one(self, *options: Callable[[], Any]) -> Any:
        """One of several, made."""
        return self.draw.choice(options)()

    def some(self, made: Callable[[], Any], least: int = 1, most: int = 3) -> list[Any]:
        """A few of one sort."""
        return [made() for _ in range(self.draw.randint(least, most))]

    # ------------------------------------------------------------------ integers

    def time(self) -> Any:
        """A time, often one that can equal another."""
        pick = self.draw.choice
        return pick(
            [pick([t, k, j, i]), t, k, t - 1, k + 1, t - k, 0, 1, 2, k - 1, t + 1, pick([n, -1])]
        )

    def index(self) -> Symbol:
        """A name to bind, often one that stands free elsewhere."""
        return self.draw.choice(
            [i, j, k, t, n, sympy.Symbol("l", integer=True), sympy.Dummy("i", integer=True)]
        )

    def range(self) -> tuple[Any, Any, Any]:
        """Index and bounds; the range may be empty."""
        index = self.index()
        bounds = [
            bound
            for bound in (self.time() for _ in range(8))
            if index not in sympy.sympify(bound).free_symbols
        ]
        lower, upper = [*bounds, 0, 2][:2]
        return index, sympy.sympify(lower), sympy.sympify(upper)

    def facts(self) -> list[Any]:
        """Facts about times, which may meet or exclude each other."""
        return self.some(
            lambda: Fact.nonnegative(self.time() - self.time() - self.draw.choice([0, 0, 1])), 0, 2
        )

    # ------------------------------------------------------------------ scalars

    def number(self) -> Any:
        """A rational, a symbol, 0 and negative ones among them."""
        return self.draw.choice(
            [u, v, gamma, kappa, 0, 1, -1, 2, -3, Rational(1, 2), -u, t, k, 1 - u]
        )

    def scalar(self, depth: int = 2) -> Any:
        """A number made of numbers, norms and entries."""
        if depth == 0:
            return sympy.sympify(
                self.one(
                    self.number,
                    self.number,
                    lambda: Norm(self.column(0), self.kind()),
                    lambda: Entry(self.column(0), self.draw.choice([1, 1, i])),
                )
            )
        inner = lambda: self.scalar(depth - 1)  # noqa: E731
        return sympy.sympify(
            self.one(
                inner,
                lambda: inner() + inner(),
                lambda: inner() * inner(),
                lambda: inner() - inner(),
                lambda: inner() ** self.draw.choice([2, 2, 3, -1, Rational(1, 2), t, k]),
                lambda: abs(inner()),
                lambda: Max(inner(), inner()),
                lambda: Min(inner(), inner()),
                lambda: self.scalar_range(depth - 1),
                lambda: Norm(self.matrix(d, d, depth - 1), self.kind()),
                lambda: sympy.exp(self.number()),
                lambda: self.draw.choice([sympy.tanh, sympy.sin])(self.number()),
            )
        )

    def scalar_range(self, depth: int = 0) -> Any:
        """A scalar sum or product over a range."""
        index, lower, upper = self.range()
        body = self.one(
            lambda: self.scalar(depth),
            lambda: index,
            lambda: (
                self.draw.choice([u, gamma, Rational(1, 2)])
                ** (self.draw.choice([t, 0, k]) + self.draw.choice([1, -1]) * index)
            ),
            lambda: Norm(self.draw.choice(self.columns)[index], self.kind()),
            lambda: Entry(self.column(0), index),
            lambda: index * self.scalar(0),
        )
        return self.draw.choice([sympy.Sum, sympy.Sum, sympy.Product])(body, (index, lower, upper))

    def kind(self) -> str:
        """A kind of norm."""
        return self.draw.choice(["any", "1", "2", "inf", "F", "max"])

    # ------------------------------------------------------------------ matrices

    def leaf(self) -> Any:
        """A vector of the recurrence at a time."""
        return self.draw.choice(self.columns)[self.time()]

    def column(self, depth: int = 1) -> Any:
        """d × 1."""
        if depth == 0:
            return self.one(self.leaf, self.leaf, self.leaf, lambda: b)
        inner = lambda: self.column(depth - 1)  # noqa: E731
        return self.one(
            inner,
            lambda: MatrixSum(inner(), inner()),
            lambda: self.number() * inner(),
            lambda: self.matrix(d, d, depth - 1) * inner(),
            lambda: Hadamard(inner(), inner()),
            lambda: self.sigma()(inner()),
            lambda: OrderedSum(self.column(depth - 1), *self.range()),
            lambda: self.scalar(0) * inner(),
            lambda: VectorFunction("f", d, inner()),
            lambda: DiagonalOf(self.matrix(d, d, depth - 1)),
            lambda: self.draw.choice([Ones(d), Zeros(d, 1)]),
        )

    def sigma(self) -> Any:
        """An elementwise function."""
        return self.draw.choice([SIGMA, PHI, SIGMA.prime, activation("relu"), activation("tanh")])

    def matrix(self, rows: Any = d, cols: Any = d, depth: int = 1) -> Any:
        """rows × cols."""
        square = rows == cols
        if depth == 0:
            if not square:
                return Parameter(f"M{rows}{cols}", rows, cols)
            return self.one(
                lambda: W, lambda: V, lambda: Diag(self.leaf()), lambda: Identity(d), lambda: W
            )
        inner = lambda: self.matrix(rows, cols, depth - 1)  # noqa: E731
        options = [
            inner,
            lambda: MatrixSum(inner(), inner()),
            lambda: self.number() * inner(),
            lambda: Transposed(self.matrix(cols, rows, depth - 1)),
            lambda: Hadamard(inner(), inner()),
            lambda: self.sigma()(inner()),
            lambda: OrderedSum(inner(), *self.range()),
            lambda: self.matrix(rows, d, depth - 1) * self.matrix(d, cols, depth - 1),
            lambda: Zeros(rows, cols),
        ]
        if square:
            options += [
                lambda: OrderedProduct(
                    self.indexed(index := self.index()),
                    index,
                    self.apart(index),
                    self.apart(index),
                    self.draw.choice([LEFT, RIGHT]),
                ),
                lambda: Diag(self.column(depth - 1)),
                lambda: self.derivative(self.column(depth - 1)),
                lambda: self.column(depth - 1) * Transposed(self.column(depth - 1)),
            ]
        return self.one(*options)

    def apart(self, index: Symbol) -> Any:
        """A bound that does not depend on an index."""
        found = self.time()
        return found if index not in sympy.sympify(found).free_symbols else 1

    def indexed(self, index: Symbol) -> Any:
        """A square matrix that depends on an index."""
        vector = self.draw.choice(self.columns)[index + self.draw.choice([0, 0, -1, 1])]
        return self.one(
            lambda: Diag(vector) * W,
            lambda: Diag(SIGMA.prime(vector)) * W,
            lambda: W,
            lambda: index * W,
            lambda: MatrixSum(Diag(vector), W),
        )

    # ------------------------------------------------------------------ derivatives

    def variable(self) -> Any:
        """What is differentiated by."""
        vectors = [*self.columns, *self.inputs]
        return self.one(
            lambda: self.draw.choice(vectors)[self.time()],
            lambda: self.draw.choice(vectors)[self.time()],
            lambda: Vec(self.draw.choice(self.parameters)),
        )

    def held(self) -> tuple[Any, ...]:
        """What is held: often nothing, sometimes all states of a time, or a few vectors."""
        time = self.time()
        return self.one(
            lambda: (),
            lambda: (),
            lambda: tuple(state[time] for state in self.states),
            lambda: tuple(self.some(self.leaf, 1, 2)),
        )

    def derivative(self, of: Any = None, layout: str | None = None) -> Any:
        """∂y/∂x."""
        of = (
            self.draw.choice([self.leaf, self.leaf, self.loss, self.column])() if of is None else of
        )
        layout = layout or self.draw.choice([NUMERATOR, NUMERATOR, NUMERATOR, DENOMINATOR])
        return D(of, self.variable(), layout, self.held())

    def loss(self) -> Any:
        """The loss at a time, or a vector where there is none."""
        return L[self.time()] if self.has_loss else self.leaf()

    # ------------------------------------------------------------------ relations

    def assumption(self) -> Any:
        """A fact, or an equation, that is assumed."""
        return self.one(
            lambda: Fact.nonnegative(self.time() - self.time()),
            lambda: Fact.nonnegative(self.scalar(1)),
            lambda: Fact.positive(self.scalar(0)),
            lambda: Inequality(self.scalar(0), self.scalar(0)),
            lambda: Equation(u, self.scalar(0)),
            lambda: Equation(self.leaf(), self.column(1)),
            lambda: Equation(W, self.matrix(d, d, 1)),
        )


__all__ = ["Block", "Kronecker", "Unvec", "World", "cells"]
