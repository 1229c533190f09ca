"""Claims in denominator layout: each is a theorem, and a wrong one is not."""

from __future__ import annotations

import pytest

from symrnn.cells.elman import elman
from symrnn.errors import SideConditionError
from symrnn.kernel import transposed_norm
from symrnn.kernel.axioms import norms
from symrnn.language.algebra import Parameter, Transposed
from symrnn.language.norms import norm
from symrnn.language.relations import Equation, Inequality
from symrnn.theory.context import Context
from symrnn.theory.layout import in_denominator_layout
from symrnn.theory.library import load
from symrnn.theory.turning import in_denominator

RNN = elman()
LIBRARY = load()


@pytest.mark.parametrize("name", ["product_of_jacobians", "step_bound", "product_bound"])
def test_a_claim_in_the_other_layout_is_proved(name: str) -> None:
    statement = LIBRARY[name]
    for number, part in enumerate(statement.parts(RNN)):
        turned = in_denominator_layout(part)
        theorem = statement.theorem(RNN, LIBRARY, number)
        context = Context(RNN).assume(turned.given)
        shown = in_denominator(theorem, turned.claim, context, name)
        assert shown.relation == turned.claim
        assert shown.hypotheses <= set(context.given)


def test_a_claim_that_is_not_turned_round_is_refused() -> None:
    statement = LIBRARY["product_of_jacobians"]
    part = statement.parts(RNN)[0]
    claim = in_denominator_layout(part).claim
    theorem = statement.theorem(RNN, LIBRARY, 0)
    context = Context(RNN).assume(part.given)
    wrong = (
        Equation(claim.lhs, part.claim.rhs),
        Equation(part.claim.lhs, claim.rhs),
        Equation(claim.lhs, 2 * claim.rhs),
    )
    for each in wrong:
        with pytest.raises(SideConditionError, match="does not follow"):
            in_denominator(theorem, each, context, "wrong")


def test_a_norm_of_any_kind_is_one_of_the_transpose() -> None:
    A, B = (Parameter(name, RNN.d, RNN.d) for name in "AB")
    theorem = norms.submultiplicative(norm(A * B))
    turned = transposed_norm(theorem).relation
    assert turned == Inequality(norm(Transposed(A * B)), norm(Transposed(A)) * norm(Transposed(B)))
    known = norms.submultiplicative(norm(A * B, "1"))
    assert transposed_norm(known).relation == known.relation
