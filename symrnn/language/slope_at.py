"""The derivative of a scalar by one of its symbols, also where it has kinks and jumps.

SymPy differentiates |x| to sign(x) and max(x, 0) to a step function, which have values at 0 where
no derivative exists. Here such a derivative stays a `Slope`; at a point its expression is made
smooth on either side, and it has a value where both sides agree with each other and with the
function itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import sympy
from sympy import Dummy, Expr, Function, Lambda

from symrnn.errors import NotSupportedError

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
    kinks = (node for node in expression.atoms(*KINKED, Slope) if variable in node.free_symbols)
    if next(kinks, None) is None:
        return cast(Expr, expression.diff(variable))
    if expression.has(Slope):
        raise NotSupportedError(
            "the second derivative of a function with kinks", {"function": str(expression)}
        )
    return Slope(Lambda(_BOUND, expression.xreplace({variable: _BOUND})), variable)
