"""Putting theorems together as they are wanted: other writing of a side, hypotheses met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Symbol, Tuple

from symrnn.errors import SideConditionError
from symrnn.kernel import (
    Fact,
    Theorem,
    congruence,
    discharge,
    monotone,
    specialise,
    transitivity,
    weaken,
)
from symrnn.kernel.axioms import numbers
from symrnn.kernel.positions import is_value
from symrnn.kernel.recurrences import Hypothesis
from symrnn.kernel.theorem import eventually, text_of
from symrnn.language.relations import ForAll, Inequality, Smooth
from symrnn.language.writing import text
from symrnn.theory.context import Context, attempt, times_in


def ending(theorem: Theorem, right: Any) -> Theorem:
    """The theorem with its right side written otherwise, equal by algebra."""
    if theorem.relation.rhs == right:
        return theorem
    return transitivity(theorem, numbers.algebra(theorem.relation.rhs, right))


def beginning(left: Any, theorem: Theorem) -> Theorem:
    """The theorem with its left side written otherwise, equal by algebra."""
    if theorem.relation.lhs == left:
        return theorem
    return transitivity(numbers.algebra(left, theorem.relation.lhs), theorem)


def meeting(theorem: Theorem, context: Context) -> Theorem:
    """The theorem with what holds at one time taken from what is assumed of all times."""
    for need in sorted(theorem.hypotheses, key=str):
        if need in context.given or isinstance(need, ForAll | Smooth):
            continue
        proof = next(_at_one_time(need, context), None)
        if proof is not None:
            theorem = discharge(theorem, need, proof)
    return theorem


def _at_one_time(need: Hypothesis, context: Context) -> Iterator[Theorem]:
    for general in context.for_all:
        for time in times_in(need.expression if isinstance(need, Fact) else need):
            proof = attempt(specialise, general, time)
            if proof is not None and _says(proof, need):
                yield proof


def _says(proof: Theorem, need: Hypothesis) -> bool:
    relation = proof.relation
    if isinstance(relation, Inequality):
        return bool(Fact.of(relation) == need)
    return bool(relation == need)


def resting(
    theorem: Theorem, context: Context, name: str, growing: Symbol | None = None
) -> Theorem:
    """The theorem, what it needs taken from the context.

    Args:
        theorem: with any hypotheses.
        context: what is known.
        name: for messages.
        growing: what goes to ∞ in the end: a fact may stay that holds from some value of it on.

    Raises:
        SideConditionError: naming a hypothesis that is not known.
    """
    theorem = meeting(theorem, context)
    for need in sorted(theorem.hypotheses - set(context.given), key=str):
        if growing is not None and eventually(need, growing):
            continue
        if not isinstance(need, Fact) or not need.follows_from(context.facts):
            raise SideConditionError(
                f"{name} needs a hypothesis that is not known here", {"needed": text_of(need)}
            )
        theorem = discharge(weaken(theorem, context.facts), need)
    return theorem


def concluding(theorem: Theorem, context: Context, name: str) -> Theorem:
    """The theorem under all hypotheses of the context; raises as `resting` does."""
    return weaken(resting(theorem, context, name), context.given)


def as_bound(theorem: Theorem) -> Theorem:
    """x ≤ y of x = y."""
    if isinstance(theorem.relation, Inequality):
        return theorem
    return transitivity(theorem, numbers.order(theorem.relation.rhs, theorem.relation.rhs))


def then(theorem: Theorem, step: Theorem) -> Theorem:
    """x = y′ of x = y, where the step rewrites a part of y, at the first place where it stands.

    Raises:
        SideConditionError: where it stands nowhere.
    """
    right, part = theorem.relation.rhs, step.relation.lhs
    for path in _paths_to(part, right):
        return transitivity(theorem, congruence(step, right, path))
    raise SideConditionError("a part is not there", {"part": text(part), "in": text(right)})


def _paths_to(part: Any, node: Any) -> Iterator[tuple[int, ...]]:
    if node == part:
        yield ()
        return
    for place, child in enumerate(getattr(node, "args", ())):
        if isinstance(child, Tuple) or is_value(node, place) or isinstance(node, Tuple):
            yield from ((place, *rest) for rest in _paths_to(part, child))


def then_bound(theorem: Theorem, step: Theorem) -> Theorem:
    """x ≤ y′ of x ≤ y, where the step makes a part of y larger, or writes it otherwise."""
    if not isinstance(step.relation, Inequality):
        return then(theorem, step)
    right, part = theorem.relation.rhs, step.relation.lhs
    for path in _paths_to(part, right):
        lifted = attempt(monotone, step, right, path)
        if lifted is not None:
            return transitivity(theorem, lifted)
    raise SideConditionError("a part is not there", {"part": text(part), "in": text(right)})


def proving(theorem: Theorem, proof: Theorem) -> Theorem:
    """The theorem without the hypothesis that another theorem proves."""
    for need in sorted(theorem.hypotheses, key=str):
        if isinstance(need, Fact):
            theorem = attempt(discharge, theorem, need, proof) or theorem
    return theorem
