"""The checker: believes no derivation, applies every rule again, and says where one fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from symrnn.errors import SideConditionError, UnjustifiedStepError
from symrnn.language.canonical import same
from symrnn.language.relations import Equation
from symrnn.language.writing import text
from symrnn.recurrence.point import difference
from symrnn.theory.context import Context, Known
from symrnn.theory.derivation import Derivation, Induction, Proof, Step


def check(proof: Proof, context: Context, name: str = "derivation", explain: bool = True) -> int:
    """Check every step; returns how many were checked.

    Args:
        proof: a derivation or an induction.
        context: what may be used.
        name: for messages.
        explain: whether a wrong step's message is to hold a counterexample, which takes a search.

    Raises:
        UnjustifiedStepError: naming step, rule, expected and a counterexample.
        SideConditionError: where a rule's side condition is not met.
    """
    if isinstance(proof, Induction):
        return _check_induction(proof, context, name, explain)
    if proof.cell is not None:
        context = replace(context, rnn=proof.cell)
    inner = context.assume(proof.given)
    for number, step in enumerate(proof.steps, start=1):
        before = proof.start if number == 1 else proof.steps[number - 2].after
        if not same(before, step.before):
            raise UnjustifiedStepError(
                f"Step {number} of `{name}` does not start where the one before ended",
                {"expected": text(before), "got": text(step.before)},
            )
        check_step(step, inner, name, number, proof, explain)
    _check_squeeze(proof, inner, name)
    return len(proof.steps)


def _check_squeeze(proof: Derivation, context: Context, name: str) -> None:
    """x = y ≤ z → 0 gives x → 0 only for x ≥ 0, and says nothing of another limit."""
    relations = [step.relation for step in proof.steps]
    if "→" not in relations:
        return
    if relations.index("→") != len(relations) - 1:
        raise UnjustifiedStepError(f"`{name}` goes on after its limit", {"expected": "→ last"})
    squeezed = proof.end == 0 and context.nonnegative(proof.start)
    if "≤" in relations and not squeezed:
        raise SideConditionError(
            f"`{name}` bounds its start, but that gives no limit",
            {"needed": f"0 ≤ {text(proof.start)}, and the limit 0"},
        )


def check_step(
    step: Step,
    context: Context,
    name: str,
    number: int,
    proof: Derivation | None = None,
    explain: bool = True,
) -> None:
    """Check one step; raises as `check` does."""
    rule = step.rule
    if rule.relation != step.relation and not (rule.relation == "=" and step.relation == "≤"):
        raise UnjustifiedStepError(
            f"Step {number} of `{name}` claims {step.relation}, but `{rule.name}` shows "
            f"{rule.relation}",
            {"rule": rule.says},
        )
    candidates: list[Any] = []
    refusals: list[SideConditionError] = []
    if rule.compare is not None:
        variable = proof.variable if proof is not None else None
        if rule.compare(step.before, step.after, context, variable, *rule.arguments):
            return
    # Backwards, the rule must lead from the right side to the left one.
    here, there = (step.after, step.before) if rule.reverse else (step.before, step.after)
    for candidate in rule.results(here, context, refusals):
        if same(candidate, there):
            return
        candidates.append(candidate)
    if refusals:
        raise SideConditionError(
            f"Step {number} of `{name}`: {refusals[0].message}",
            {"rule": f"{rule.name}: {rule.says}", **refusals[0].detail},
        )
    source = step.after if rule.reverse else step.before
    produced = [] if rule.reverse else [c for c in candidates if not same(c, source)]
    raise UnjustifiedStepError(
        f"Step {number} of `{name}` is not justified by `{rule}`",
        {
            "before": text(step.before),
            "after": text(step.after),
            "expected": text(produced[0]) if produced else f"(the rule does not apply) {rule.says}",
            "counterexample": _counterexample(step, context) if explain else "(not searched)",
        },
    )


def _counterexample(step: Step, context: Context) -> str:
    if step.relation == "→":
        return "(a limit has none at a finite time)"
    found = difference(context.rnn, step.before, step.relation, step.after, context.order)
    return found or "none found: the line may be true, but this rule does not give it"


def _check_induction(proof: Induction, context: Context, name: str, explain: bool) -> int:
    over, claim = proof.over, proof.claim
    given = context.assume(proof.given)
    at_base = claim.subs(over, proof.base)
    before = claim.subs(over, over - 1)
    _same_ends(proof.base_case, at_base, f"{name} (base case)")
    _same_ends(proof.step, claim, f"{name} (step)")
    base_given = tuple(fact.subs(over, proof.base) for fact in proof.given if hasattr(fact, "subs"))
    if not given.nonnegative(over - proof.base):
        raise SideConditionError(
            f"the hypotheses of `{name}` do not say where it begins",
            {"needed": f"{text(proof.base)} ≤ {text(over)}"},
        )
    at_one_time = [
        fact for fact in proof.given if isinstance(fact, Equation) and over in fact.free_symbols
    ]
    if at_one_time:
        raise SideConditionError(
            f"a hypothesis of `{name}` holds at {text(over)} only, not at the time before",
            {"hypothesis": text(at_one_time[0]), "needed": f"one that is free of {text(over)}"},
        )
    for chain, facts in ((proof.base_case, base_given), (proof.step, proof.given)):
        added = [fact for fact in chain.given if fact not in facts]
        if added:
            raise UnjustifiedStepError(
                f"a part of `{name}` assumes more than the induction does",
                {"expected": ", ".join(map(text, facts)) or "(nothing)", "got": text(added[0])},
            )
    known = Known("the claim at the time before", before, proof.given, general=False)
    later = replace(given, order=(*given.order, over - 1 - proof.base), induction=(known,))
    count = check(proof.base_case, context.assume(base_given), f"{name} (base case)", explain)
    return count + check(proof.step, later, f"{name} (step)", explain)


def _same_ends(chain: Derivation, claim: Any, name: str) -> None:
    # An equation shows an inequality as well; a limit shows neither.
    relation_fits = isinstance(chain.claim, (type(claim), Equation))
    if same(chain.start, claim.lhs) and same(chain.end, claim.rhs) and relation_fits:
        return
    raise UnjustifiedStepError(
        f"`{name}` does not prove what the induction claims",
        {"expected": text(claim), "got": text(chain.claim)},
    )
