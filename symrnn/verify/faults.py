"""Planted faults: claims made wrong on purpose, each of which every checker must refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from sympy import Rational
from sympy.matrices.expressions import MatrixExpr

from symrnn.errors import DisagreementError, EvidenceError, SymrnnError
from symrnn.language.canonical import equal_by_algebra, transpose
from symrnn.language.derivatives import TotalDerivative
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, OrderedProduct
from symrnn.language.relations import Equation, Inequality, Limit
from symrnn.language.structure import Diag
from symrnn.language.time import TimeVector
from symrnn.theory import rules
from symrnn.theory.about import Subject
from symrnn.theory.check import check
from symrnn.theory.context import Context
from symrnn.theory.derivation import Derivation, Induction
from symrnn.theory.part import Part
from symrnn.verify.claim_slips import is_diagonal, slips
from symrnn.verify.explicit import write_out
from symrnn.verify.sampled import sample


@dataclass(frozen=True)
class Fault:
    """A wrong claim, and which checkers refused it."""

    slip: str
    claim: Any
    caught_by: tuple[str, ...]

    @property
    def caught(self) -> bool:
        """Whether the checker of derivations and at least one check by values refused it."""
        return "derived" in self.caught_by and len(self.caught_by) > 1


def plant(part: Part, rnn: Subject, context: Context, name: str, most: int = 2) -> list[Fault]:
    """Wrong versions of a part's claim, each put before every checker.

    Args:
        part: the claim and its proof.
        rnn: the recurrence.
        context: what the proof may use.
        name: for messages.
        most: how many slips to plant. A stronger bound that no values refute is not shown to be
            wrong: another slip stands for it, at last a hundredth of the bound.
    """
    planted: list[Fault] = []
    unshown: list[Fault] = []
    for slip, wrong in slips(part.claim):
        if len(planted) == most:
            break
        fault = Fault(slip, wrong, _refusals(part, wrong, rnn, context, name))
        if not fault.caught and fault.caught_by == ("derived",) and isinstance(wrong, Inequality):
            # Half a bound may bound as well, in a cell that never comes near it.
            unshown.append(fault)
        elif fault.caught or not _is_true_as_well(part, wrong, context, name):
            planted.append(fault)
    if planted or not unshown:
        return planted
    # Where the bound is loose, the checks by values have to see one that is too small by far.
    far = Inequality(part.claim.lhs, part.claim.rhs * Rational(1, 100))
    refused = _refusals(part, far, rnn, context, name)
    return [Fault("a hundredth of the bound", far, refused)]


HARMLESS = (
    rules.algebra,
    rules.scalar_algebra,
    rules.transpose_of_product,
    rules.transpose_of_diagonal,
    rules.homogeneous,
    rules.norm_of_identity,
    rules.derivative_of_itself,
)
"""Rules that can show two sides equal, and need nothing but the sides."""


def _is_true_as_well(part: Part, wrong: Any, context: Context, name: str) -> bool:
    """Whether a rule shows that a slip changed nothing: ‖Aᵀ‖_F for ‖A‖_F is no fault.

    Asked only of what no check by values refused.
    """
    if not isinstance(wrong, Equation | Inequality) or wrong.lhs != part.claim.lhs:
        return False
    right = part.claim.rhs
    if _same_where_steps_commute(right, wrong.rhs, context):
        return True
    if _same_by_hypotheses(right, wrong.rhs, part):
        return True
    # As before, or what the left side is anyhow: a first factor ∂x/∂x is I.
    for rule, (start, end) in product(HARMLESS, ((right, wrong.rhs), (wrong.rhs, wrong.lhs))):
        one_line = Derivation(start, given=part.given, cell=part.cell)
        try:
            check(one_line.equals(end, rule), context, name, explain=False)
        except SymrnnError:
            continue
        return True
    return _is_norm_of_transpose(right, wrong.rhs)


def _same_where_steps_commute(right: Any, wrong: Any, context: Context) -> bool:
    """Whether two sides are one where each step of the cell has a diagonal Jacobian, as it has."""
    recurrence = context.cell
    if len(recurrence.states) != 1 or not isinstance(right, MatrixExpr):
        return False
    (s,), now = recurrence.states, recurrence.index
    try:
        step = recurrence.immediate(s[now], s[now - 1])
    except SymrnnError:
        return False
    if not is_diagonal(step):
        return False

    def plain(expression: Any) -> Any:
        steps = {
            node: Diag(TimeVector("_slopes", node.of.index, s.rows))
            for node in expression.atoms(TotalDerivative)
            if isinstance(node.by, TimeVector)
            and isinstance(node.of, TimeVector)
            and node.of.sequence == node.by.sequence == s
            and node.of.index - node.by.index == 1
        }
        known = expression.xreplace(steps)
        ordered = {
            node: node.func(*node.args[:4], LEFT)
            for node in known.atoms(OrderedProduct)
            if is_diagonal(node.body)
        }
        return known.xreplace(ordered)

    return bool(equal_by_algebra(plain(right), plain(wrong)))


def _same_by_hypotheses(right: Any, wrong: Any, part: Part) -> bool:
    """Whether equations that are assumed make the sides one: where Wᵀ = W, Wᵀ Wᵀ is W W."""
    if not isinstance(right, MatrixExpr):
        return False
    for fact in part.given:
        if isinstance(fact, Equation):
            sides = (fact.lhs, fact.rhs)
            found, instead = sides[::-1] if fact.rhs.has(fact.lhs) else sides
            right, wrong = (side.xreplace({found: instead}) for side in (right, wrong))
    return bool(equal_by_algebra(right, wrong))


def _is_norm_of_transpose(right: Any, wrong: Any) -> bool:
    """Whether only transposes inside norms were changed that do not see them, ‖A‖₂ and ‖A‖_F."""

    def plain(expression: Any) -> Any:
        return expression.replace(
            lambda node: isinstance(node, Norm) and node.kind in ("2", "F"),
            lambda node: Norm(min(node.matrix, transpose(node.matrix), key=str), node.kind),
        )

    return not isinstance(right, MatrixExpr) and bool(plain(right) == plain(wrong))


def _refusals(part: Part, wrong: Any, rnn: Subject, context: Context, name: str) -> tuple[str, ...]:
    chains = part.proof.chains
    facts = part.given
    cell = chains[-1][1].cell
    one_line = Derivation(wrong.lhs, cell=cell)
    if isinstance(wrong, Limit):
        alone = one_line.tends_to(wrong.rhs, rules.algebra, wrong.variable)
    else:
        step = one_line.at_most if isinstance(wrong, Inequality) else one_line.equals
        alone = step(wrong.rhs, rules.algebra)
    attempts: dict[str, Callable[[], Any]] = {
        "derived": lambda: check(_with_claim(part, wrong), context, name, explain=False),
        "sampled": lambda: sample(alone, rnn, name, facts),
        "explicit": lambda: write_out(alone, rnn, name, facts),
    }
    return tuple(grade for grade, attempt in attempts.items() if _refuses(grade, attempt))


def _with_claim(part: Part, wrong: Any) -> Derivation | Induction:
    """The part's own proof, or the end of it, made to end in the wrong claim."""
    proof = part.proof
    if isinstance(proof, Induction):
        *before, last = proof.step.steps
        step = replace(proof.step, steps=(*before, replace(last, after=wrong.rhs)))
        return replace(proof, claim=wrong, step=step)
    # The lines before were checked with the proof itself: the last one remains.
    last = replace(proof.steps[-1], after=wrong.rhs)
    if isinstance(wrong, Limit):
        last = replace(last, before=last.before + (wrong.lhs - part.claim.lhs))
    return replace(proof, start=last.before, steps=(last,))


def _refuses(grade: str, attempt: Callable[[], Any]) -> bool:
    """Whether a checker shows a claim wrong; one by values that found no values shows nothing."""
    try:
        attempt()
    except EvidenceError as error:
        return grade == "derived" or isinstance(error, DisagreementError)
    return False
