"""Rules that bring in what is known: statements used, hypotheses, the induction hypothesis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sympy
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import SideConditionError, SymrnnError
from symrnn.kernel import Fact, Theorem, assume, discharge, instantiate, specialise
from symrnn.kernel.axioms import numbers
from symrnn.kernel.recurrences import hypothesis as as_hypothesis
from symrnn.kernel.theorem import text_of
from symrnn.language.algebra import MatrixProduct
from symrnn.language.canonical import same
from symrnn.language.relations import Equation, Inequality, Relation
from symrnn.theory.closing import beginning, meeting
from symrnn.theory.context import Context, attempt, times_in
from symrnn.theory.matching import match
from symrnn.theory.products import within_products
from symrnn.theory.rule import Rule

Theorems = Iterator[Theorem]


def _instances(
    known: Iterable[Theorem], kind: type[Relation], node: Any, context: Context
) -> Theorems:
    refusal: SideConditionError | None = None
    found = False
    for theorem in known:
        if not isinstance(theorem.relation, kind):
            continue
        bindings = match(theorem.relation.lhs, node)
        if bindings is None:
            continue
        try:
            instance = beginning(node, instantiate(theorem, bindings))
        except SymrnnError:
            continue  # not an instance after all
        instance = proved_by(meeting(instance, context), known, context)
        try:
            _require_known(instance, context)
        except SideConditionError as unknown:
            refusal = refusal or unknown
            continue  # another one may say the same under hypotheses that are met
        found = True
        yield instance
    if refusal is not None and not found:
        raise refusal


def proved_by(theorem: Theorem, known: Iterable[Theorem], context: Context) -> Theorem:
    """The theorem without the hypotheses that the others prove as they stand."""
    for need in sorted(theorem.hypotheses - set(context.given), key=str):
        if isinstance(need, Fact) and not need.follows_from(context.facts):
            for proof in known:
                theorem = attempt(discharge, theorem, need, proof) or theorem
    return theorem


def _require_known(theorem: Theorem, context: Context) -> None:
    for need in sorted(theorem.hypotheses - set(context.given), key=str):
        if isinstance(need, Equation) or (
            isinstance(need, Fact) and not need.follows_from(context.facts)
        ):
            raise SideConditionError(
                "a statement that is used needs a hypothesis that is not known here",
                {"needed": text_of(need)},
            )


def of_statements(context: Context, names: tuple[str, ...]) -> list[Theorem]:
    """The theorems of the statements named, or of all that are used.

    Raises:
        SideConditionError: for a name that is not among them.
    """
    chosen = names or tuple(context.statements)
    unknown = [name for name in chosen if name not in context.statements]
    if unknown:
        raise SideConditionError(
            f"`{unknown[0]}` is not among the statements used",
            {"expected": ", ".join(context.statements) or "(none)", "got": unknown[0]},
        )
    return [known for name in chosen for known in context.statements[name]]


def _told(context: Context, told: tuple[Any, ...]) -> list[Theorem]:
    """The theorems of the statements named, with the values that are told for their symbols."""
    known = of_statements(context, tuple(each for each in told if isinstance(each, str)))
    values = {each[0]: each[1] for each in told if not isinstance(each, str)}
    if not values:
        return known
    special = (attempt(instantiate, theorem, values) for theorem in known)
    return [theorem for theorem in special if theorem is not None]


def _uses(node: Any, context: Context, *told: Any) -> Theorems:
    known = _told(context, told)
    yield from _instances(known, Equation, node, context)
    of_products = [each for each in known if isinstance(each.relation.lhs, MatrixProduct)]
    if of_products:
        yield from within_products(
            node, lambda part: _instances(of_products, Equation, part, context)
        )


uses = Rule(
    "uses",
    "an equation proved in a statement that is used; for the values told of its symbols",
    rewrite=_uses,
)


def _uses_bound(node: Any, context: Context, *told: Any) -> Theorems:
    yield from _instances(_told(context, told), Inequality, node, context)


uses_bound = Rule(
    "uses_bound",
    "an inequality proved in a statement that is used; for the values told of its symbols",
    relation="≤",
    rewrite=_uses_bound,
)


def _from_bounds(before: Any, after: Any, context: Context, variable: Any, *told: Any) -> Theorem:
    known = [each for each in _told(context, told) if _holds_here(each, context)]
    bounds = [as_hypothesis(each.relation) for each in known]
    if isinstance(before, sympy.Abs):
        shown = numbers.absolute_bound(before.args[0], after)
        for need in sorted(shown.hypotheses, key=str):
            if isinstance(need, Fact) and not need.strict:
                gap = numbers.order(0, need.expression, [*context.facts, *bounds])
                shown = discharge(shown, need, gap)
    else:
        shown = numbers.order(before, after, [*context.facts, *bounds])
    for bound, proof in zip(bounds, known, strict=True):
        shown = attempt(discharge, shown, bound, proof) or shown
    return shown


def _holds_here(theorem: Theorem, context: Context) -> bool:
    known = isinstance(theorem.relation, Inequality)
    try:
        _require_known(meeting(theorem, context), context)
    except SideConditionError:
        return False
    return known


from_bounds = Rule(
    "from_bounds",
    "x ≤ y, which follows from inequalities proved in statements that are used",
    relation="≤",
    prove=_from_bounds,
)


def _at_all_times(node: Any, context: Context, kind: type[Relation]) -> Theorems:
    for general in context.for_all:
        for time in times_in(node):
            special = attempt(specialise, general, time)
            fits = special is not None and isinstance(special.relation, kind)
            if special is not None and fits and special.relation.lhs == node:
                yield special


def _assumed(node: Any, context: Context) -> Theorems:
    for assumed in context.given:
        if isinstance(assumed, Equation) and same(assumed.lhs, node):
            yield beginning(node, assume(assumed))
    yield from _at_all_times(node, context, Equation)


def _hypothesis(node: Any, context: Context) -> Theorems:
    yield from _assumed(node, context)
    yield from within_products(node, lambda part: _assumed(part, context))


hypothesis = Rule(
    "hypothesis",
    "an equation that is assumed, also of factors that stand side by side",
    rewrite=_hypothesis,
)


def _assumed_bound(node: Any, context: Context) -> Theorems:
    if isinstance(node, MatrixExpr):
        return
    yield from _at_all_times(node, context, Inequality)
    for fact in context.facts:
        # y - x ≥ 0 reads x ≤ y.
        if fact.expression.coeff(node) == -1 and not node.is_Number:
            yield numbers.order(node, fact.expression + node, [fact])


assumed_bound = Rule(
    "assumed_bound", "an inequality that is assumed", relation="≤", rewrite=_assumed_bound
)


def _claimed_before(node: Any, context: Context) -> Theorems:
    if isinstance(context.earlier, Equation) and same(context.earlier.lhs, node):
        yield beginning(node, assume(context.earlier))


def _induction(node: Any, context: Context) -> Theorems:
    yield from _claimed_before(node, context)
    yield from within_products(node, lambda part: _claimed_before(part, context))


induction_hypothesis = Rule(
    "induction_hypothesis", "the claim at the time before", rewrite=_induction
)


def _induction_bound(node: Any, context: Context) -> Theorems:
    claim = context.earlier
    if isinstance(claim, Inequality) and same(claim.lhs, node):
        yield beginning(node, numbers.order(claim.lhs, claim.rhs, [as_hypothesis(claim)]))


induction_bound = Rule(
    "induction_bound", "the bound at the time before", relation="≤", rewrite=_induction_bound
)
