"""Rules about geometric growth and decay."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Symbol

from symrnn.errors import SideConditionError
from symrnn.language.writing import text
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _geometric(expression: Any, variable: Symbol) -> tuple[Expr, Expr] | None:
    """`(c, q)` where the expression is c qⁿ, c without the variable and n growing with it."""
    constant, power = expression.as_independent(variable, as_Add=False)
    power = sympy.powsimp(power)
    if not power.is_Pow or variable in power.base.free_symbols:
        return None
    base, exponent = power.base, sympy.expand(power.exp)
    rate = exponent.coeff(variable)
    if rate.is_negative and base.is_positive:  # SymPy writes (1/2)ⁿ as 2⁻ⁿ
        base, exponent, rate = 1 / base, -exponent, -rate
    rest = sympy.expand(exponent - rate * variable)
    if not (rate.is_positive and rate.is_number) or variable in rest.free_symbols:
        return None
    return constant, base


def _geometric_decay(before: Any, after: Any, context: Context, variable: Symbol) -> bool:
    found = _geometric(before, variable)
    if found is None or after != 0:
        return False
    constant, ratio = found
    if not context.nonnegative(ratio) or not context.is_positive(1 - ratio):
        raise SideConditionError(
            f"{text(ratio)} is not known to lie in [0, 1)", {"needed": f"0 ≤ {text(ratio)} < 1"}
        )
    return constant.is_finite is True


geometric_decay = Rule(
    "geometric_decay",
    "c qⁿ → 0 as n → ∞, where 0 ≤ q < 1",
    relation="→",
    compare=_geometric_decay,
)


def _geometric_growth(before: Any, after: Any, context: Context, variable: Symbol) -> bool:
    found = _geometric(before, variable)
    if found is None or after != sympy.oo:
        return False
    constant, ratio = found
    if not context.is_positive(constant) or not context.is_positive(ratio - 1):
        raise SideConditionError(
            f"{text(ratio)} is not known to exceed 1, or {text(constant)} to be positive",
            {"needed": f"{text(ratio)} > 1 and {text(constant)} > 0"},
        )
    return True


geometric_growth = Rule(
    "geometric_growth",
    "c qⁿ → ∞ as n → ∞, where q > 1 and c > 0",
    relation="→",
    compare=_geometric_growth,
)

RULES = (geometric_decay, geometric_growth)
