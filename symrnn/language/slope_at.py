"""The derivative of a scalar by one of its symbols, also where it has kinks and jumps.

SymPy differentiates |x| to sign(x) and max(x, 0) to a step function, which have values at 0 where
no derivative exists. Here such a derivative stays a `Slope`; at a point its expression is made
smooth on either side, and it has a value where both sides agree with each other and with the
function itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Dummy, Expr, Function, Lambda

from symrnn.errors import NotSupportedError
from symrnn.language.shared import derivative, free_symbols, parts

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
