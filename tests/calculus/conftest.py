"""The generic tester of the calculus: SymPy's scalar `diff` of every explicit entry.

Variables keep symbolic entries while the rest is rational, so that a derivative is exact and
cheap; it is then compared at a rational point.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sympy import Expr, Rational, Symbol, exp, log

from symrnn.calculus import gradient, jacobian, jvp, vjp
from symrnn.errors import NotSupportedError
from symrnn.language.activations import Unknown
from symrnn.language.algebra import Parameter
from symrnn.language.explicit import Entries, Field, entries
from symrnn.language.shapes import is_column
from symrnn.language.structure import Vec
from symrnn.recurrence.unroll import symbols_of

_Y = Symbol("y")
_SIGMA = _Y / 2 + _Y**2 / 3 - _Y**3 / 7


class Leaves:
    """Symbolic entries for the variable, rational ones for all else."""

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def leaf(self, node: Any) -> Entries:
        names = symbols_of(node)
        return names if node == self.variable else names.xreplace(point(names))

    def apply(self, function: Any, value: Any) -> Any:
        return function.at(value)

    def derivative(self, node: Any) -> Entries:
        raise AssertionError(f"{node} was left unevaluated")


def point(names: Any) -> dict[Symbol, Rational]:
    return {s: Rational(random.Random(s.name).randint(-9, 9) or 1, 4) for s in names}


def concrete(value: Any) -> Any:
    """An unknown σ becomes a polynomial, an unknown function a sum of its entries' squares."""

    def sigma(name: Any, order: Any, x: Expr) -> Expr:
        return _SIGMA.diff(_Y, int(order)).subs(_Y, x)

    def field(name: Any, place: Any, orders: Any, *args: Expr) -> Expr:
        names = [Symbol(f"u{n}") for n in range(len(args))]
        formula = sum((n + 2 + int(place)) * u**2 + u * names[0] for n, u in enumerate(names))
        for u, order in zip(names, orders, strict=True):
            formula = formula.diff(u, int(order)) if order else formula
        return formula.subs(dict(zip(names, args, strict=True)), simultaneous=True)

    return value.replace(Unknown, sigma).replace(Field, field)


def equal(left: Any, right: Any) -> bool:
    """Whether two matrices are equal; numbers that are no rationals to 40 digits."""
    if left.shape != right.shape:
        return False
    gaps = (one - other for one, other in zip(left, right, strict=True) if one != other)
    return all(gap.has(exp, log) and abs(gap.evalf(50, chop=True)) < 1e-40 for gap in gaps)


class Tester:
    """Compares what the calculus says of an expression with `diff`."""

    def value(self, expression: Any, variable: Any, sizes: dict[Any, int]) -> Any:
        """Entries, the variable's symbolic."""
        sized, of = expression.subs(sizes), variable.subs(sizes)
        return concrete(entries(sized, Leaves(of)))

    def exact(self, expression: Any, variable: Any, sizes: dict[Any, int]) -> Any:
        """∂ of every entry of vec(expression) by every entry of vec(variable), at the point."""
        names = symbols_of(variable.subs(sizes))
        value = self.value(expression, variable, sizes)
        column = list(value.vec()) if hasattr(value, "vec") else [value]
        at = point(names)
        return Entries([[e.diff(n).xreplace(at) for n in names.vec()] for e in column])

    def derived(self, expression: Any, variable: Any, sizes: dict[Any, int]) -> Any:
        """Entries of a derived expression at the same point."""
        at = point(symbols_of(variable.subs(sizes)))
        return self.value(expression, variable, sizes).xreplace(at)

    def check(
        self, of: Any, by: Any, sizes: dict[Any, int] | None = None, may_refuse: bool = False
    ) -> None:
        """Jacobian in both layouts, forward and reverse products, and ⟨v, Ju⟩ = ⟨Jᵀv, u⟩.

        With `may_refuse` the Jacobian as one matrix may be refused (the diagonal of a moving
        matrix has none in the language); the products with it never are.
        """
        sizes = sizes or {}
        exact = self.exact(of, by, sizes)
        u, v = Parameter("direction", *by.shape), Parameter("weight", *of.shape)
        forward = self.derived(jvp(of, by, u), by, sizes)
        reverse = self.derived(vjp(of, by, v), by, sizes)
        direction = self.derived(u, by, sizes)
        weight = self.derived(v, by, sizes)
        assert equal(forward.vec(), exact * direction.vec()), f"J u of {of}"
        assert equal(reverse.vec(), exact.T * weight.vec()), f"Jᵀ v of {of}"
        forwards, backwards = (
            Entries([[each]])
            for each in (weight.vec().dot(forward.vec()), reverse.vec().dot(direction.vec()))
        )
        assert equal(forwards, backwards)
        if is_column(of) and not (may_refuse and self.refused(of, by)):
            variable = by if is_column(by) else Vec(by)
            for layout, expected in (("numerator", exact), ("denominator", exact.T)):
                derived = jacobian(of, variable, layout)
                assert equal(self.derived(derived, by, sizes), expected), f"{layout} of {of}"

    def refused(self, of: Any, by: Any) -> bool:
        """Whether the calculus says that it has no matrix for this Jacobian."""
        try:
            jacobian(of, by if is_column(by) else Vec(by))
        except NotSupportedError as refusal:
            assert "no linear reading" in refusal.message
            return True
        return False

    def check_gradient(self, of: Any, by: Any, sizes: dict[Any, int] | None = None) -> None:
        """The gradient of a scalar, in the shape of the variable."""
        sizes = sizes or {}
        derived = gradient(of, by)
        assert tuple(derived.shape) == tuple(by.shape)
        assert self.derived(derived, by, sizes).vec() == self.exact(of, by, sizes).T


@pytest.fixture(scope="session")
def tester() -> Tester:
    """The generic tester."""
    return Tester()


@pytest.fixture(scope="session")
def planted() -> Callable[..., AbstractContextManager[None]]:
    """`with planted(table, node_type, wrong)`: a rule replaced, and put back afterwards."""

    @contextmanager
    def replace(table: Any, node_type: type, wrong: Callable[..., Any]) -> Iterator[None]:
        right = table.registry[node_type]
        table.register(node_type, wrong(right))
        try:
            yield
        finally:
            table.register(node_type, right)

    return replace
