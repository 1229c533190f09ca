"""Rules about sums cut off at one end: reversed ranges, and tails of the geometric series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy import Expr, Sum, Symbol

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.language.ordered import OrderedSum
from symrnn.language.writing import text
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _reversed(node: Any, context: Context, last: Any, index: Symbol) -> Iterator[Any]:
    last = sympy.sympify(last)
    if isinstance(node, OrderedSum):
        old, lower, upper = node.index, node.lower, node.upper
    elif isinstance(node, Sum) and len(node.limits) == 1:
        old, lower, upper = node.limits[0]
    else:
        return
    body = node.args[0]
    taken = last.free_symbols | (body.free_symbols - {old})
    if not index.is_integer or index in taken:
        raise IllFormedError(
            "the new index of a sum must be an integer symbol that is free",
            {"expected": "a new integer symbol", "got": text(index)},
        )
    counted = body.subs(old, last - index)
    first, final = sympy.expand(last - upper), sympy.expand(last - lower)
    yield (
        OrderedSum(counted, index, first, final)
        if isinstance(node, OrderedSum)
        else Sum(counted, (index, first, final))
    )


reversed_range = Rule(
    "reversed_range",
    "Σ_{k=h}^{r} F_k = Σ_{i=t-r}^{t-h} F_{t-i}: counted backwards from t, k = t - i",
    rewrite=_reversed,
)


def _constant_factor(node: Any, context: Context) -> Iterator[Any]:
    if isinstance(node, Sum) and len(node.limits) == 1:
        constant, rest = node.function.as_independent(node.limits[0][0], as_Add=False)
        yield constant * Sum(rest, node.limits[0])


constant_factor = Rule(
    "constant_factor",
    "Σ_k c F_k = c Σ_k F_k, where c does not depend on k",
    rewrite=_constant_factor,
)


def _least_power(power: Expr, index: Symbol, lower: Expr, upper: Expr) -> Expr | None:
    """Where the exponent rises or falls by 1 with the index: the power with the least exponent."""
    power = sympy.powsimp(power)
    base, exponent = (power.base, power.exp) if power.is_Pow else (power, sympy.S.One)
    slope = sympy.expand(exponent).coeff(index)
    free = base.free_symbols | sympy.expand(exponent - slope * index).free_symbols
    if abs(slope) != 1 or index in free:
        return None
    return base ** sympy.expand(exponent.subs(index, lower if slope == 1 else upper))


def _geometric_tail(node: Any, context: Context) -> Iterator[Any]:
    if not isinstance(node, Sum) or len(node.limits) != 1:
        return
    index, lower, upper = node.limits[0]
    constant, power = node.function.as_independent(index, as_Add=False)
    least = _least_power(power, index, lower, upper)
    if least is None:
        return
    base, exponent = least.as_base_exp()
    needed = {
        f"0 ≤ {text(constant)}": context.nonnegative(constant),
        f"0 ≤ {text(base)}": context.nonnegative(base),
        f"{text(base)} < 1": context.is_positive(1 - base),
        # 0 to a negative power is no number.
        f"0 ≤ {text(exponent)}": context.nonnegative(exponent),
    }
    for fact, known in needed.items():
        if not known:
            raise SideConditionError(
                "the geometric series need not converge to this", {"needed": fact, "in": text(node)}
            )
    yield constant * least / (1 - base)


geometric_tail = Rule(
    "geometric_tail",
    "Σ_{i=n}^{r} c qⁱ ≤ c qⁿ/(1 - q), where c ≥ 0, 0 ≤ q < 1 and 0 ≤ n",
    relation="≤",
    rewrite=_geometric_tail,
)

RULES = (reversed_range, constant_factor, geometric_tail)
