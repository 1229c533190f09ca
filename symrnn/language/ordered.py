"""Ordered products and sums over time, with symbolic bounds.

SymPy's `Product` has no shape and assumes commuting factors. Here the direction is explicit, the
empty product is I, the empty sum 0, and a range is empty whenever upper < lower (never reversed).
"""

from __future__ import annotations

from itertools import chain, count
from typing import Any, cast

import sympy
from sympy import Expr, Symbol
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import IllFormedError
from symrnn.language import shapes
from symrnn.language.algebra import Identity, MatrixNode, MatrixProduct, MatrixSum, Zeros, as_matrix
from symrnn.language.shapes import Shape, symbolic

LEFT, RIGHT = "left", "right"


def fresh_index(taken: set[Symbol]) -> Symbol:
    """An integer symbol whose name none of the `taken` symbols has: i, l, r, then i1, i2, …"""
    names = {symbol.name for symbol in taken}
    candidates = chain("ilr", (f"i{number}" for number in count(1)))
    return Symbol(next(name for name in candidates if name not in names), integer=True)


class Ranged(MatrixNode):
    """A node with a bound time index; `args` starts with body, index, lower, upper."""

    @property
    def body(self) -> MatrixExpr:
        """The factor or term, as a function of the index."""
        return self.args[0]

    @property
    def index(self) -> Symbol:
        """The bound index."""
        return self.args[1]

    @property
    def lower(self) -> Expr:
        """The first time."""
        return self.args[2]

    @property
    def upper(self) -> Expr:
        """The last time; the range is empty when it is before the first."""
        return self.args[3]

    @property
    def length(self) -> Expr:
        """How many times the range holds, where it is not empty."""
        return sympy.expand(self.upper - self.lower + 1)

    @property
    def shape(self) -> Shape:
        return cast(Shape, self.body.shape)

    @property
    def free_symbols(self) -> set[Symbol]:
        bounds = self.lower.free_symbols | self.upper.free_symbols
        return cast("set[Symbol]", (self.body.free_symbols - {self.index}) | bounds)

    @property
    def bound_symbols(self) -> list[Symbol]:
        return [self.index]

    def at(self, time: Any) -> MatrixExpr:
        """The body at one time."""
        return as_matrix(self.body.subs(self.index, sympy.expand(time)))

    def over(self, lower: Any, upper: Any) -> MatrixExpr:
        """The same body over another range."""
        lower, upper = sympy.expand(lower), sympy.expand(upper)
        return self.func(self.body, self.index, lower, upper, *self.args[4:])

    def renamed(self, index: Symbol) -> MatrixExpr:
        """The same node with another bound index."""
        # Not `xreplace`: the body may bind the new name, or the old one, itself.
        return self.func(self.body.subs(self.index, index), index, *self.args[2:])

    def _eval_subs(self, old: Any, new: Any) -> MatrixExpr:
        body, index = self.body, self.index
        # What speaks of the free symbol of this name does not occur under its binder.
        if index not in old.free_symbols:
            if index in symbolic(new).free_symbols:
                index = fresh_index(self.free_symbols | body.free_symbols | new.free_symbols)
                body = body._subs(self.index, index)
            body = body._subs(old, new)
        lower, upper = (sympy.expand(bound._subs(old, new)) for bound in (self.lower, self.upper))
        return self.func(body, index, lower, upper, *self.args[4:])

    def times(self) -> list[Expr] | None:
        """The times of the range, earliest first, when their number is an integer; else None."""
        length = self.length
        if not length.is_Integer:
            return None
        return [sympy.expand(self.lower + i) for i in range(max(0, int(length)))]


def _require_range(operation: str, index: Any, lower: Any, upper: Any) -> tuple[Any, Any, Any]:
    index, lower, upper = (symbolic(part) for part in (index, lower, upper))
    if not isinstance(index, Symbol):
        raise IllFormedError(
            f"{operation}: the index must be a symbol", {"expected": "Symbol", "got": repr(index)}
        )
    for name, bound in (("lower", lower), ("upper", upper)):
        if bound.is_integer is False or index in bound.free_symbols:
            raise IllFormedError(
                f"{operation}: {name} bound {bound}",
                {"expected": f"an integer expression without {index}", "got": repr(bound)},
            )
    return index, sympy.expand(lower), sympy.expand(upper)


class OrderedProduct(Ranged):
    """∏ body over index = lower … upper; `latest` says on which side the last factor stands."""

    def __new__(
        cls, body: Any, index: Any, lower: Any, upper: Any, latest: Any = LEFT
    ) -> MatrixExpr:
        body = as_matrix(body)
        shapes.require_square("ordered product", body)
        index, lower, upper = _require_range("ordered product", index, lower, upper)
        side = latest.name if isinstance(latest, Str) else latest
        if side not in (LEFT, RIGHT):
            raise IllFormedError(
                "ordered product: on which side does the latest factor stand?",
                {"expected": "'left' or 'right'", "got": repr(latest)},
            )
        length = sympy.expand(upper - lower + 1)
        if length.is_zero or length.is_negative or isinstance(body, Identity):
            return Identity(body.shape[0])
        return super().__new__(cls, body, index, lower, upper, Str(side))

    @property
    def latest(self) -> str:
        """'left' or 'right'."""
        return cast(str, self.args[4].name)

    def doit(self, **hints: Any) -> MatrixExpr:
        times = self.times()
        if times is None:
            return self.func(self.body.doit(**hints), *self.args[1:])
        ordered = reversed(times) if self.latest == LEFT else times
        factors = [self.at(time).doit(**hints) for time in ordered]
        return MatrixProduct(*factors) if factors else Identity(self.shape[0])

    def transposed(self) -> MatrixExpr:
        """The transpose: every factor transposed and the direction turned round."""
        side = RIGHT if self.latest == LEFT else LEFT
        return OrderedProduct(self.body.T, self.index, self.lower, self.upper, side)


class OrderedSum(Ranged):
    """Σ body over index = lower … upper."""

    def __new__(cls, body: Any, index: Any, lower: Any, upper: Any) -> MatrixExpr:
        body = as_matrix(body)
        index, lower, upper = _require_range("ordered sum", index, lower, upper)
        length = sympy.expand(upper - lower + 1)
        if length.is_zero or length.is_negative or isinstance(body, Zeros):
            return Zeros(*body.shape)
        return super().__new__(cls, body, index, lower, upper)

    def doit(self, **hints: Any) -> MatrixExpr:
        times = self.times()
        if times is None:
            return self.func(self.body.doit(**hints), *self.args[1:])
        terms = [self.at(time).doit(**hints) for time in times]
        return MatrixSum(*terms) if terms else Zeros(*self.shape)


def ordered_product(body: Any, times: tuple[Any, Any, Any], latest: str = LEFT) -> MatrixExpr:
    """∏ of a square matrix over time; the empty product is I.

    Args:
        body: the factor, as a function of the index.
        times: `(index, lower, upper)`, bounds integers or expressions.
        latest: the side on which the factor of the last time stands.
    """
    return OrderedProduct(body, *times, latest)


def ordered_sum(body: Any, times: tuple[Any, Any, Any]) -> MatrixExpr:
    """Σ of matrices over time; the empty sum is 0. `times` is `(index, lower, upper)`."""
    return OrderedSum(body, *times)
