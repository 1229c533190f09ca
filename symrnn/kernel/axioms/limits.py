"""Limits of c qⁿ as n → ∞."""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, S, Symbol

from symrnn.kernel.axioms.schema import inapplicable, schema
from symrnn.kernel.facts import Fact
from symrnn.kernel.theorem import Theorem, _make
from symrnn.kernel.values import conditions
from symrnn.language.relations import Limit
from symrnn.language.shapes import symbolic


def _geometric(constant: Any, ratio: Any, exponent: Any, variable: Any) -> Expr:
    """c qᵉ, where c and q are free of n, and e = r n + m with a whole r ≥ 1 and m free of n."""
    constant, ratio = symbolic(constant), symbolic(ratio)
    exponent = sympy.expand(exponent)
    rate = exponent.coeff(variable)
    rest = sympy.expand(exponent - rate * variable)
    free = constant.free_symbols | ratio.free_symbols | rest.free_symbols
    if not isinstance(variable, Symbol) or not variable.is_integer or variable in free:
        raise inapplicable(variable, "an integer that the constants are free of")
    if not (rate.is_Integer and rate > 0 and rest.is_integer):
        raise inapplicable(exponent, f"an integer that grows with {variable}")
    return constant * ratio**exponent


@schema
def geometric_decay(constant: Any, ratio: Any, exponent: Any, variable: Any) -> Theorem:
    """c qᵉ → 0 as n → ∞, where 0 ≤ q < 1 and e grows with n: q^e ≤ q^⌊e⌋, eventually e ≥ 1."""
    quantity = _geometric(constant, ratio, exponent, variable)
    needs = [Fact.nonnegative(ratio), Fact.positive(1 - ratio)]
    needs += [*conditions(symbolic(constant)), *conditions(symbolic(ratio))]
    return _make(needs, Limit(quantity, variable, S.Zero), None)


@schema
def geometric_growth(constant: Any, ratio: Any, exponent: Any, variable: Any) -> Theorem:
    """c qᵉ → ∞ as n → ∞, where q > 1, c > 0 and e grows with n (Bernoulli's inequality)."""
    quantity = _geometric(constant, ratio, exponent, variable)
    needs = (Fact.positive(ratio - 1), Fact.positive(constant))
    return _make(needs, Limit(quantity, variable, sympy.oo), None)
