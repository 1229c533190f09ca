"""The derivative of a scalar by one of its symbols, also where it has kinks and jumps.

SymPy differentiates |x| to sign(x) and max(x, 0) to a step function, which have values at 0 where
no derivative exists. Here such a derivative stays a `Slope`; at a point its expression is made
smooth on either side, and it has a value where both sides agree with each other and with the
function itself.

Parts of what is written out stand in many places, and each is seen once: SymPy walks an expression
as a tree, and once more at every level when it differentiates. Two layers of gates over three steps
hold a few hundred different parts in trees of a million nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

import sympy
from sympy import Dummy, Expr, Function, Lambda, S

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Unknown

Free = frozenset[Any]

KEPT = 1 << 16
"""How many parts are remembered."""

KINKED = (
    sympy.Abs,
    sympy.Max,
    sympy.Min,
    sympy.Heaviside,
    sympy.sign,
    sympy.floor,
    sympy.ceiling,
    sympy.DiracDelta,
)
"""Functions that are not differentiable everywhere."""

_BOUND = Dummy("x", real=True)


class Slope(Function):  # type: ignore[misc]
    """`Slope(Lambda(x, f(x)), a)`: f′(a), where it exists; f has kinks."""

    is_real = True

    @property
    def free_symbols(self) -> set[Any]:
        return set().union(*(arg.free_symbols for arg in self.args))

    @property
    def function(self) -> Expr:
        """f(x), in `variable`."""
        return self.args[0].expr

    @property
    def variable(self) -> Any:
        """x."""
        return self.args[0].variables[0]

    @property
    def at(self) -> Expr:
        """a."""
        return self.args[1]

    def _eval_derivative(self, symbol: Any) -> Expr:
        raise NotSupportedError(
            "the second derivative of a function with kinks", {"function": str(self.function)}
        )


class SlopeValue(Slope):
    """`SlopeValue(Lambda(x, f′(x)), a)`: f′(a), of a formula f′ that jumps where f has a kink."""


def value_of(slope: Callable[[Any], Expr], value: Expr) -> Expr:
    """The value of a slope's formula; one that jumps has none at its jumps."""
    formula = slope(_BOUND)
    return SlopeValue(Lambda(_BOUND, formula), value) if formula.has(*KINKED) else slope(value)


def slope_by(expression: Expr, variable: Any) -> Expr:
    """∂expression/∂variable; a `Slope` where a kink of the expression depends on the variable."""
    kinks = _kinks(expression)
    if not any(variable in free_symbols(node) for node in kinks):
        return derivative(expression, variable)
    if any(isinstance(node, Slope) for node in kinks):
        raise NotSupportedError(
            "the second derivative of a function with kinks", {"function": str(expression)}
        )
    return Slope(Lambda(_BOUND, expression.xreplace({variable: _BOUND})), variable)


@lru_cache(maxsize=4096)
def _kinks(expression: Expr) -> tuple[Expr, ...]:
    """The parts of an expression that have kinks, slopes of such among them."""
    return tuple(node for node in parts(expression) if isinstance(node, (*KINKED, Slope)))


def parts(expression: Any) -> Iterator[Any]:
    """The nodes of an expression, each once."""
    seen = {expression}
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        for arg in node.args:
            if arg not in seen:
                seen.add(arg)
                waiting.append(arg)


@lru_cache(maxsize=KEPT)
def free_symbols(node: Any) -> Free:
    """Its free symbols, as SymPy has them."""
    if isinstance(node, sympy.Add | sympy.Mul | sympy.Pow):
        return Free().union(*map(free_symbols, node.args))
    if (first := _first_value(node)) is not None:
        return Free().union(*map(free_symbols, node.args[first:]))
    return frozenset(node.free_symbols)


@lru_cache(maxsize=KEPT)
def derivative(node: Expr, variable: Any) -> Expr:
    """∂node/∂variable, by SymPy's rules for each function, each part differentiated once."""
    if node == variable:
        return S.One
    if variable not in free_symbols(node):
        return S.Zero
    if isinstance(node, sympy.Add):
        return sympy.Add(*(derivative(arg, variable) for arg in node.args))
    if isinstance(node, sympy.Mul):
        terms = (
            sympy.Mul(*node.args[:place], derivative(arg, variable), *node.args[place + 1 :])
            for place, arg in enumerate(node.args)
            if variable in free_symbols(arg)
        )
        return sympy.Add(*terms)
    if isinstance(node, sympy.Pow) and variable not in free_symbols(node.exp):
        power = node.exp * node.base ** (node.exp - 1)
        return cast(Expr, power * derivative(node.base, variable))
    if (first := _first_value(node)) is not None:
        slopes = (
            node.fdiff(place) * derivative(arg, variable)
            for place, arg in enumerate(node.args[first:], first + 1)
            if variable in free_symbols(arg)
        )
        return sympy.Add(*slopes)
    return cast(Expr, node.diff(variable))


def _first_value(node: Any) -> int | None:
    """The first of a function's arguments that is a value: what names the function is none.

    None of what has a rule of its own instead of a derivative by each of its arguments.
    """
    if isinstance(node, Unknown):
        return 2
    kind = type(node)
    if not isinstance(node, Function):
        return None
    usual = kind._eval_derivative is Function._eval_derivative
    return getattr(kind, "values_from", 0 if usual else None)


def replaced(expressions: Any, values: Mapping[Any, Any]) -> list[Any]:
    """Expressions in which nodes have others in their place."""
    known: dict[Any, Any] = dict(values)

    def of(node: Any) -> Any:
        if node not in known:
            args = [of(arg) for arg in node.args]
            same = all(new is old for new, old in zip(args, node.args, strict=True))
            known[node] = node if same else node.func(*args)
        return known[node]

    return [of(each) for each in expressions]
