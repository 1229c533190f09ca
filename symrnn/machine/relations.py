"""A relation as a proposition of Coq: =, ≤, a limit, an order of times."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy
from sympy import Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan

from symrnn.errors import NotSupportedError
from symrnn.language.relations import Equation, Inequality, Limit
from symrnn.machine.arithmetic import RELATION, SUM, Coq, is_time, name_of, time
from symrnn.machine.printer import coq
from symrnn.machine.scope import Scope


@singledispatch
def relation(node: Any, scope: Scope) -> Coq:
    """A relation as a proposition."""
    raise NotSupportedError(f"no Coq form for {type(node).__name__}", {"got": str(node)})


@relation.register
def _(node: Equation, scope: Scope) -> Coq:
    left, right = (coq(side, scope).within(SUM) for side in (node.lhs, node.rhs))
    return Coq(f"{left} = {right}", RELATION)


@relation.register
def _(node: Inequality, scope: Scope) -> Coq:
    left, right = (coq(side, scope).within(SUM) for side in (node.lhs, node.rhs))
    kind = " :> R" if is_time(node.lhs) else ""
    return Coq(f"{left} <= {right}{kind}", RELATION)


@relation.register
def _(node: Limit, scope: Scope) -> Coq:
    variable, quantity = name_of(node.variable), coq(node.lhs, scope)
    limit = "+oo" if node.rhs is sympy.oo else f"({coq(node.rhs, scope).text} : R)"
    return Coq(f"(fun {variable} => {quantity.text}) --> {limit}", RELATION)


def ordering(fact: Relational, scope: Scope) -> str:
    """An inequality between times, without differences; or between scalars, as it stands."""
    if isinstance(fact, sympy.Eq | sympy.Ne):
        raise NotSupportedError("no Coq form for this hypothesis", {"got": str(fact)})
    strict = isinstance(fact, StrictLessThan | StrictGreaterThan)
    low, high = fact.lts, fact.gts
    sign = "<" if strict else "<="
    if is_time(low) and is_time(high):
        gap = sympy.expand(high - low)
        terms = sympy.Add.make_args(gap)
        above = [term for term in terms if not term.could_extract_minus_sign()]
        below = [-term for term in terms if term.could_extract_minus_sign()]
        left, right = (time(sympy.Add(*side)).within(SUM) for side in (below, above))
        return f"({left} {sign} {right})%N"
    return f"{coq(low, scope).within(SUM)} {sign} {coq(high, scope).within(SUM)}"


def is_trivial(fact: Relational) -> bool:
    """0 ≤ k: every natural number is."""
    if isinstance(fact, sympy.Eq | sympy.Ne):
        return False
    gap = sympy.expand(fact.gts - fact.lts)
    strict = isinstance(fact, StrictLessThan | StrictGreaterThan)
    return isinstance(gap, Symbol) and bool(gap.is_integer) and not strict
