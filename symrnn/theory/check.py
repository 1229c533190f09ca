"""The checker: turns a derivation into a theorem, rule by rule, and says where that fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sympy
from sympy import Basic, Tuple

from symrnn.errors import IllFormedError, SideConditionError, SymrnnError, UnjustifiedStepError
from symrnn.kernel import Theorem, reflexivity, squeeze, symmetry, transitivity, weaken
from symrnn.kernel import induction as by_induction
from symrnn.kernel.recurrences import hypothesis, kept
from symrnn.kernel.substitution import substitute
from symrnn.kernel.terms import require_term
from symrnn.kernel.theorem import text_of
from symrnn.language.activations import Elementwise
from symrnn.language.canonical import same
from symrnn.language.relations import Equation, Inequality
from symrnn.language.writing import text
from symrnn.recurrence.point import difference
from symrnn.theory.closing import as_bound, beginning, concluding, ending, resting
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, Induction, Proof, Step, at_time
from symrnn.theory.names import require_names

MOST_ACTIVATIONS = 2
"""In a cell with more of them no exact counterexample is searched for."""


def check(proof: Proof, context: Context, name: str = "derivation", explain: bool = True) -> int:
    """Check every step; returns how many were checked. Arguments and errors as of `prove`."""
    prove(proof, context, name, explain)
    return sum(len(chain.steps) for _, chain, _ in proof.chains)


def prove(
    proof: Proof, context: Context, name: str = "derivation", explain: bool = True
) -> Theorem:
    """The theorem that a proof shows: its claim, under its hypotheses.

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
        return _by_induction(proof, context, name, explain)
    inner = _context(proof, context).assume(proof.given)
    shown = concluding(_chained(proof, inner, name, explain), inner, name)
    return _saying(shown, proof.claim, inner, name)


def _written(cell: Any) -> str:
    return ", ".join(f"{text(of)} = {text(value)}" for of, value in cell.definitions.items())


def _saying(theorem: Theorem, claim: Any, context: Context, name: str) -> Theorem:
    """The theorem, refused if it is not what is claimed, of the recurrence that is meant.

    A rule may be anybody's: what it shows is true, and may be something else.
    """
    require_term(claim)
    if theorem.cell is not None and theorem.cell is not kept(context.cell):
        raise UnjustifiedStepError(
            f"`{name}` is shown of another recurrence",
            {"expected": _written(context.cell), "got": _written(theorem.cell)},
        )
    if theorem.relation != claim:
        raise UnjustifiedStepError(
            f"`{name}` shows something else than it claims",
            {"expected": text(claim), "got": text(theorem.relation)},
        )
    # What a hypothesis needs to have a value goes without saying.
    assumed = weaken(reflexivity(sympy.S.Zero), context.given).hypotheses
    for more in sorted(theorem.hypotheses - assumed, key=str):
        raise UnjustifiedStepError(
            f"`{name}` assumes more than it says", {"assumed besides": text_of(more)}
        )
    return theorem


def _context(chain: Derivation, context: Context) -> Context:
    return context if chain.cell is None else replace(context, rnn=chain.cell)


def _chained(proof: Derivation, context: Context, name: str, explain: bool) -> Theorem:
    """All steps of a chain as one theorem from its start to its end."""
    given = (each for each in proof.given if isinstance(each, Basic))
    for line in (Tuple(proof.start, proof.end, *given), *(step.after for step in proof.steps)):
        require_names(line, name, context.cell)
    theorem = reflexivity(proof.start)
    for number, step in enumerate(proof.steps, start=1):
        if not same(proof.start if number == 1 else proof.steps[number - 2].after, step.before):
            raise UnjustifiedStepError(
                f"Step {number} of `{name}` does not start where the one before ended",
                {"expected": text(theorem.relation.rhs), "got": text(step.before)},
            )
        if "→" in [earlier.relation for earlier in proof.steps[: number - 1]]:
            raise UnjustifiedStepError(f"`{name}` goes on after its limit", {"expected": "→ last"})
        found = check_step(step, context, name, number, proof, explain)
        join = squeeze if step.relation == "→" else transitivity
        try:
            theorem = join(theorem, found)
        except SideConditionError as error:
            raise _named(error, step, name, number) from error
    return theorem


def check_step(
    step: Step,
    context: Context,
    name: str,
    number: int,
    proof: Derivation | None = None,
    explain: bool = True,
) -> Theorem:
    """The theorem `before R after` of one step; raises as `prove` does."""
    # Of another class it might be equal to whatever it is compared with.
    for side in (step.before, step.after):
        if side is not sympy.oo:  # a limit may be
            require_term(side)
    rule = step.rule
    if rule.relation != step.relation and not (rule.relation == "=" and step.relation == "≤"):
        raise UnjustifiedStepError(
            f"Step {number} of `{name}` claims {step.relation}, but `{rule.name}` shows "
            f"{rule.relation}",
            {"rule": rule.says},
        )
    variable = proof.variable if proof is not None else None
    refusals: list[SymrnnError] = []
    candidates: list[Any] = []
    if rule.prove is not None:
        try:
            with _rule_of(step, name, number):
                shown = rule.prove(step.before, step.after, context, variable, *rule.arguments)
            shown = as_bound(shown) if step.relation == "≤" else shown
            if _ends(shown) == (step.before, step.after):
                return resting(shown, context, "it", variable)
            candidates.append(shown.relation.rhs)
        except SideConditionError as error:
            refusals.append(error)
        except SymrnnError:
            pass  # the two sides are not what the rule gives: said below
    # Backwards, the rule must lead from the right side to the left one.
    here, there = (step.after, step.before) if rule.reverse else (step.before, step.after)
    for found in _results(step, here, context, refusals, (name, number)):
        if not same(found.relation.rhs, there):
            candidates.append(found.relation.rhs)
            continue
        try:
            closed = resting(ending(found, there), context, "it", variable)
        except SymrnnError as error:
            refusals.append(error)
            continue
        closed = symmetry(closed) if rule.reverse else closed
        return as_bound(closed) if step.relation == "≤" else closed
    if same(here, there) and step.relation == "=":
        return ending(reflexivity(step.before), step.after)
    if refusals:
        raise _named(refusals[0], step, name, number) from refusals[0]
    raise UnjustifiedStepError(
        f"Step {number} of `{name}` is not justified by `{rule}`",
        {
            "before": text(step.before),
            "after": text(step.after),
            "expected": _expected(step, candidates),
            "counterexample": _counterexample(step, context) if explain else "(not searched)",
        },
    )


def _results(
    step: Step, here: Any, context: Context, refusals: list[SymrnnError], at: tuple[str, int]
) -> Iterator[Theorem]:
    with _rule_of(step, *at):
        yield from step.rule.results(here, context, refusals)


@contextmanager
def _rule_of(step: Step, name: str, number: int) -> Iterator[None]:
    """While a rule looks at a step: what it raises is said of the step.

    Raises:
        IllFormedError: for an error of Python's where the rule was told something.
    """
    rule = step.rule
    try:
        yield
    except SideConditionError:
        raise
    except SymrnnError as error:
        error.message = f"Step {number} of `{name}`: {error.message}"
        error.detail = {"rule": f"{rule.name}: {rule.says}", **error.detail}
        raise
    except (TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        if not rule.arguments:
            raise
        raise IllFormedError(
            f"Step {number} of `{name}`: `{rule.name}` makes nothing of what it is told",
            {
                "rule": f"{rule.name}: {rule.says}",
                "got": ", ".join(map(repr, rule.arguments)),
                "broke": f"{type(error).__name__}: {error}",
            },
        ) from error


def _ends(theorem: Theorem) -> tuple[Any, Any]:
    return theorem.relation.lhs, theorem.relation.rhs


def _named(error: SymrnnError, step: Step, name: str, number: int) -> SideConditionError:
    rule = step.rule
    return SideConditionError(
        f"Step {number} of `{name}`: {error.message}",
        {"rule": f"{rule.name}: {rule.says}", **error.detail},
    )


def _expected(step: Step, candidates: list[Any]) -> str:
    rule = step.rule
    source = step.after if rule.reverse else step.before
    produced = [] if rule.reverse else [c for c in candidates if not same(c, source)]
    return text(produced[0]) if produced else f"(the rule does not apply) {rule.says}"


def _counterexample(step: Step, context: Context) -> str:
    if step.relation == "→":
        return "(a limit has none at a finite time)"
    definitions = context.cell.definitions.values()
    if sum(len(value.atoms(Elementwise)) for value in definitions) > MOST_ACTIVATIONS:
        return "(not searched: exact numbers grow too long in a cell of so many activations)"
    assumed = [each for each in context.given if isinstance(each, Equation)]
    found = difference(context.rnn, step.before, step.relation, step.after, context.order, assumed)
    return found or "none found: the line may be true, but this rule does not give it"


# ---------------------------------------------------------------------------- induction


def _by_induction(proof: Induction, context: Context, name: str, explain: bool) -> Theorem:
    over, claim = proof.over, proof.claim
    context = _context(proof.step, context)
    whole = context.assume(proof.given)
    if not whole.nonnegative(over - proof.base):
        raise SideConditionError(
            f"the hypotheses of `{name}` do not say where it begins",
            {"needed": f"{text(proof.base)} ≤ {text(over)}"},
        )
    at_base = substitute(claim, {over: proof.base})
    _same_ends(proof.base_case, at_base, f"{name} (base case)")
    _same_ends(proof.step, claim, f"{name} (step)")
    _require_no_more(proof, name)
    before = substitute(claim, {over: over - 1})
    later = sympy.Ge(over - 1 - proof.base, 0)
    start = context.assume(at_time(fact, over, proof.base) for fact in proof.given)
    start = _context(proof.base_case, start)
    base = _chained(proof.base_case, start, f"{name} (base case)", explain)
    base = resting(_claiming(base, at_base), start, f"`{name}` (base case)")
    onward = replace(whole, earlier=before).assume([later, before])
    step = _chained(proof.step, onward, f"{name} (step)", explain)
    step = resting(_claiming(step, claim), onward, f"`{name}` (step)")
    shown = concluding(by_induction(base, step, over, proof.base), whole, name)
    return _saying(shown, claim, whole, name)


def _claiming(theorem: Theorem, claim: Any) -> Theorem:
    """The theorem with its sides written as the claim has them."""
    theorem = ending(beginning(claim.lhs, theorem), claim.rhs)
    return as_bound(theorem) if isinstance(claim, Inequality) else theorem


def _same_ends(chain: Derivation, claim: Any, name: str) -> None:
    # An equation shows an inequality as well; a limit shows neither.
    relation_fits = isinstance(chain.claim, (type(claim), Equation))
    if same(chain.start, claim.lhs) and same(chain.end, claim.rhs) and relation_fits:
        return
    raise UnjustifiedStepError(
        f"`{name}` does not prove what the induction claims",
        {"expected": text(claim), "got": text(chain.claim)},
    )


def _require_no_more(proof: Induction, name: str) -> None:
    at_base = tuple(at_time(fact, proof.over, proof.base) for fact in proof.given)
    for chain, facts in ((proof.base_case, at_base), (proof.step, proof.given)):
        known = {hypothesis(fact) for fact in facts if fact is not sympy.true}
        added = [fact for fact in chain.given if hypothesis(fact) not in known]
        if added:
            raise UnjustifiedStepError(
                f"a part of `{name}` assumes more than the induction does",
                {"expected": ", ".join(map(text, facts)) or "(nothing)", "got": text(added[0])},
            )
