"""Rules about tails of the geometric series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Sum

from symrnn.errors import SideConditionError, SymrnnError
from symrnn.kernel import Fact, Theorem
from symrnn.kernel.axioms import ranges
from symrnn.kernel.theorem import text_of
from symrnn.language.writing import text
from symrnn.theory.closing import as_bound, then_bound
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule


def _geometric_tail(node: Any, context: Context) -> Iterator[Theorem]:
    if not isinstance(node, Sum) or len(node.limits) != 1:
        return
    index = node.limits[0][0]
    constant, power = node.function.as_independent(index, as_Add=False)
    factored = ranges.constant_factor(node)
    try:
        tail = ranges.geometric_tail(Sum(power, node.limits[0]))
    except SymrnnError:
        return
    for need in (*tail.hypotheses, Fact.nonnegative(constant)):
        if not isinstance(need, Fact) or not need.follows_from(context.facts):
            raise SideConditionError(
                "the geometric series need not converge to this",
                {"needed": text_of(need), "in": text(node)},
            )
    yield as_bound(factored) if constant == 0 else then_bound(factored, tail)


geometric_tail = Rule(
    "geometric_tail",
    "Σ_{i=n}^{r} c qⁱ ≤ c qⁿ/(1 - q), where c ≥ 0, 0 ≤ q < 1 and 0 ≤ n",
    relation="≤",
    rewrite=_geometric_tail,
)
