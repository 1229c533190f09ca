"""Rules about geometric growth and decay."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Symbol

from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _geometric_decay(before: Any, after: Any, context: Context, variable: Symbol) -> bool:
    """c q^{n} → 0 as `variable` → ∞, where 0 ≤ q < 1, n grows with it and c does not depend on it."""
    if after != 0:
        return False
    constant, power = before.as_independent(variable, as_Add=False)
    power = sympy.powsimp(power)
    base, exponent = power.as_base_exp()
    grows = exponent.coeff(variable).is_positive and variable not in (
        sympy.expand(exponent - exponent.coeff(variable) * variable).free_symbols
    )
    # base < 1 is a hypothesis: 1 - base > 0 is kept as an order fact of scalars.
    below_one = any(sympy.expand(fact - (1 - base)) == 0 for fact in context.order)
    return bool(grows and below_one and context.nonnegative(base) and constant.is_finite is not False)


geometric_decay = Rule(
    "geometric_decay",
    "c qⁿ → 0 as n → ∞, where 0 ≤ q < 1",
    relation="→",
    compare=_geometric_decay,
)

RULES = (geometric_decay,)
