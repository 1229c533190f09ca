"""Rules that bring in what is known: statements used, hypotheses, the induction hypothesis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy
from sympy.core.relational import Relational

from symrnn.errors import SideConditionError
from symrnn.language.canonical import same
from symrnn.language.relations import Equation, Inequality, Relation
from symrnn.language.writing import text
from symrnn.theory.context import Context, Known
from symrnn.theory.matching import Bindings, instantiate, match
from symrnn.theory.rule import Rule


def _instances(
    known: Iterable[Known], kind: type[Relation], node: Any, context: Context
) -> Iterator[Any]:
    for fact in known:
        if not isinstance(fact.relation, kind) or (context.varied and _at_a_point(fact)):
            continue
        if not fact.general:
            if same(fact.relation.lhs, node):
                yield fact.relation.rhs
            continue
        bindings = match(fact.relation.lhs, node)
        if bindings is not None:
            _require(fact, bindings, context)
            yield instantiate(fact.relation.rhs, bindings)


def _at_a_point(fact: Known) -> bool:
    """Whether a fact holds only where assumed equations do, not in a neighbourhood."""
    assumed = fact.source == "hypothesis" and isinstance(fact.relation, Equation)
    return assumed or any(isinstance(need, Equation) for need in fact.needs)


def _require(fact: Known, bindings: Bindings, context: Context) -> None:
    for need in fact.needs:
        wanted = instantiate(need, bindings)
        if isinstance(wanted, Relational):
            met = _ordered(wanted, context)
        elif wanted in (sympy.true, sympy.false):
            met = wanted is sympy.true
        else:
            met = any(same(h.relation, wanted) for h in context.hypotheses) or any(
                _covers(h, wanted) for h in context.hypotheses
            )
        if not met:
            raise SideConditionError(
                f"`{fact.source}` needs a hypothesis that is not known here",
                {"needed": text(wanted) if hasattr(wanted, "_sympystr") else str(wanted)},
            )


def _ordered(wanted: Relational, context: Context) -> bool:
    gap = sympy.expand(wanted.gts - wanted.lts)
    strict = wanted.rel_op in ("<", ">")
    if strict and not gap.is_integer:
        return context.is_positive(gap)
    return bool(context.nonnegative(gap - 1 if strict else gap))


def _covers(hypothesis: Known, wanted: Any) -> bool:
    return hypothesis.general and match(hypothesis.relation, wanted) is not None


def _of_statements(context: Context, names: tuple[str, ...]) -> list[Known]:
    chosen = names or tuple(context.statements)
    unknown = [name for name in chosen if name not in context.statements]
    if unknown:
        raise SideConditionError(
            f"`{unknown[0]}` is not among the statements used",
            {"expected": ", ".join(context.statements) or "(none)", "got": unknown[0]},
        )
    return [known for name in chosen for known in context.statements[name]]


def _uses(node: Any, context: Context, *names: str) -> Iterator[Any]:
    yield from _instances(_of_statements(context, names), Equation, node, context)


uses = Rule("uses", "an equation proved in a statement that is used", rewrite=_uses)


def _uses_bound(node: Any, context: Context, *names: str) -> Iterator[Any]:
    yield from _instances(_of_statements(context, names), Inequality, node, context)


uses_bound = Rule(
    "uses_bound",
    "an inequality proved in a statement that is used",
    relation="≤",
    rewrite=_uses_bound,
)


def _hypothesis(node: Any, context: Context) -> Iterator[Any]:
    yield from _instances(context.hypotheses, Equation, node, context)


hypothesis = Rule("hypothesis", "an equation that is assumed", rewrite=_hypothesis)


def _assumed_bound(node: Any, context: Context) -> Iterator[Any]:
    yield from _instances(context.hypotheses, Inequality, node, context)
    for fact in context.order:
        # y - x ≥ 0 reads x ≤ y for a symbol x that stands alone.
        for symbol in fact.free_symbols:
            if symbol == node and fact.coeff(symbol) == -1:
                yield sympy.expand(fact + symbol)


assumed_bound = Rule(
    "assumed_bound", "an inequality that is assumed", relation="≤", rewrite=_assumed_bound
)


def _induction(node: Any, context: Context) -> Iterator[Any]:
    yield from _instances(context.induction, Equation, node, context)


induction_hypothesis = Rule(
    "induction_hypothesis", "the claim at the time before", rewrite=_induction
)


def _induction_bound(node: Any, context: Context) -> Iterator[Any]:
    yield from _instances(context.induction, Inequality, node, context)


induction_bound = Rule(
    "induction_bound", "the bound at the time before", relation="≤", rewrite=_induction_bound
)

RULES = (uses, uses_bound, hypothesis, assumed_bound, induction_hypothesis, induction_bound)
