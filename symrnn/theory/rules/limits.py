"""Rules about geometric growth and decay."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Symbol

from symrnn.errors import IllFormedError, SideConditionError
from symrnn.kernel import Fact, Theorem, squeeze
from symrnn.kernel.axioms import limits, numbers
from symrnn.language.writing import text
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _geometric(expression: Any, variable: Symbol) -> tuple[Expr, Expr, Expr]:
    """`(c, q, e)` where the expression is c qᵉ, c without the variable and e growing with it."""
    constant, power = expression.as_independent(variable, as_Add=False)
    power = sympy.powsimp(power)
    if not power.is_Pow or variable in power.base.free_symbols:
        raise IllFormedError("this is no c qⁿ", {"got": text(expression)})
    base, exponent = power.base, sympy.expand(power.exp)
    if exponent.coeff(variable).is_negative:  # SymPy writes (1/2)ⁿ as 2⁻ⁿ
        base, exponent = 1 / base, -exponent
    return constant, base, exponent


def _limit(axiom: Any, before: Any, after: Any, variable: Symbol) -> Theorem:
    constant, ratio, exponent = _geometric(before, variable)
    limit = axiom(constant, ratio, exponent, variable)
    if limit.relation.rhs != after:
        raise IllFormedError("another limit", {"expected": text(limit.relation.rhs)})
    return squeeze(numbers.algebra(before, limit.relation.lhs), limit)


def _geometric_decay(before: Any, after: Any, context: Context, variable: Symbol) -> Theorem:
    shown = _limit(limits.geometric_decay, before, after, variable)
    _, ratio, _ = _geometric(before, variable)
    if not all(need.follows_from(context.facts) for need in _facts(shown)):
        raise SideConditionError(
            f"{text(ratio)} is not known to lie in [0, 1)", {"needed": f"0 ≤ {text(ratio)} < 1"}
        )
    return shown


def _facts(theorem: Theorem) -> list[Fact]:
    return [need for need in theorem.hypotheses if isinstance(need, Fact)]


geometric_decay = Rule(
    "geometric_decay",
    "c qⁿ → 0 as n → ∞, where 0 ≤ q < 1",
    relation="→",
    prove=_geometric_decay,
)


def _geometric_growth(before: Any, after: Any, context: Context, variable: Symbol) -> Theorem:
    shown = _limit(limits.geometric_growth, before, after, variable)
    constant, ratio, _ = _geometric(before, variable)
    if not all(need.follows_from(context.facts) for need in _facts(shown)):
        raise SideConditionError(
            f"{text(ratio)} is not known to exceed 1, or {text(constant)} to be positive",
            {"needed": f"{text(ratio)} > 1 and {text(constant)} > 0"},
        )
    return shown


geometric_growth = Rule(
    "geometric_growth",
    "c qⁿ → ∞ as n → ∞, where q > 1 and c > 0",
    relation="→",
    prove=_geometric_growth,
)
