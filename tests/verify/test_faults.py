"""Planted faults: each is another claim than the right one, and each is refused."""

from __future__ import annotations

import pytest

from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.errors import EvidenceError
from symrnn.language.canonical import equal_by_algebra
from symrnn.language.derivatives import D
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality
from symrnn.theory import rules as by
from symrnn.theory.context import Context
from symrnn.theory.derivation import derivation
from symrnn.theory.library import load
from symrnn.theory.part import Part
from symrnn.theory.statement import Statement
from symrnn.verify.claim_slips import BOUND_SLIPS, SLIPS, slips
from symrnn.verify.evidence import plant_all
from symrnn.verify.faults import _is_true_as_well, _refuses, plant

LIBRARY = load()
rnn = elman()


def test_a_slip_is_another_claim() -> None:
    planted = 0
    for statement in LIBRARY.values():
        for part in statement.parts(rnn):
            if isinstance(part.claim, Equation | Inequality):
                for slip, wrong in slips(part.claim):
                    planted += 1
                    table = BOUND_SLIPS if isinstance(part.claim, Inequality) else SLIPS
                    assert slip in table
                    assert wrong.lhs == part.claim.lhs
                    assert wrong.rhs != part.claim.rhs
                    if hasattr(wrong.rhs, "shape"):
                        assert not equal_by_algebra(wrong.rhs, part.claim.rhs)
    assert planted > 200


@pytest.mark.parametrize("statement", LIBRARY.values(), ids=LIBRARY)
def test_every_slip_of_every_statement_is_caught(statement: Statement) -> None:
    found = plant_all(statement, rnn, LIBRARY, faults=len(SLIPS))
    assert found
    alive = [(each.slip, str(each.claim), each.caught_by) for each in found if not each.caught]
    assert not alive


def test_a_check_that_found_no_values_has_caught_nothing() -> None:
    def no_values() -> None:
        raise EvidenceError("no setting met the hypotheses")

    assert _refuses("derived", no_values)
    assert not _refuses("sampled", no_values)
    assert not _refuses("explicit", no_values)


def test_bounds_are_made_smaller() -> None:
    def claims(r: Network) -> Inequality:
        return Inequality(Norm(r.W * r.W), Norm(r.W) ** 2)

    wrong = dict(slips(claims(rnn)))
    assert set(wrong) == set(BOUND_SLIPS) - {"not below zero"}
    assert all(isinstance(each, Inequality) for each in wrong.values())


def test_limits_have_slips() -> None:
    (part,) = (
        each
        for each in LIBRARY["gradients_could_explode"].parts(rnn)
        if each.label == "it vanishes"
    )
    found = plant(part, rnn, LIBRARY["gradients_could_explode"].context(rnn, LIBRARY, 0), "", 9)
    assert {each.slip for each in found} == {
        "another limit",
        "a term that stays",
        "the inverse's limit",
    }
    assert all(each.caught for each in found)


def test_a_slip_that_is_another_true_claim_is_replaced() -> None:
    zero = 0 * rnn.W
    proof = derivation(rnn.W + zero).equals(rnn.W, by.algebra)
    part = Part("", proof)
    harmless = Equation(part.claim.lhs, (rnn.W.T).T)
    context = Context(rnn)
    frobenius = Part("", derivation(Norm(rnn.W, "F")).equals(Norm(rnn.W, "F"), by.algebra))
    turned = Equation(frobenius.claim.lhs, Norm(rnn.W.T, "F"))
    assert _is_true_as_well(frobenius, turned, context, "turned")
    columns = Part("", derivation(Norm(rnn.W, "1")).equals(Norm(rnn.W, "1"), by.algebra))
    rows = Equation(columns.claim.lhs, Norm(rnn.W.T, "1"))
    assert not _is_true_as_well(columns, rows, context, "rows")
    assert _is_true_as_well(part, harmless, context, "harmless")
    assert not _is_true_as_well(part, Equation(part.claim.lhs, rnn.W.T), context, "wrong")


def test_a_slip_whose_factor_is_the_identity_is_replaced() -> None:
    s, j, context = rnn.s, rnn.j, Context(rnn)
    two, one = D(s[j + 1], s[j - 1]), D(s[j + 1], s[j])
    proof = derivation(two, given=[j >= 1]).equals(one * D(s[j], s[j - 1]), by.chain_rule(s[j]))
    part = Part("", proof)
    assert _is_true_as_well(part, Equation(two, two * D(s[j - 1], s[j - 1])), context, "whole")
    assert not _is_true_as_well(part, Equation(two, one * D(s[j], s[j])), context, "half")


def test_a_transpose_is_no_slip_where_the_matrix_is_assumed_symmetric() -> None:
    W, context = rnn.W, Context(rnn)
    symmetric = Equation(W.T, W)
    turned = Equation(W.T * W, W.T * W.T)
    proof = derivation(W.T * W, given=[symmetric]).equals(W * W, by.hypothesis)
    assert _is_true_as_well(Part("", proof), turned, context, "turned")
    doubled = Equation(W.T * W, 2 * W * W)
    assert not _is_true_as_well(Part("", proof), doubled, context, "doubled")
    free = Part("", derivation(W.T * W).equals(W.T * W, by.algebra))
    assert not _is_true_as_well(free, turned, context, "free")


def test_a_bound_of_zero_has_a_slip() -> None:
    assert [slip for slip, _ in slips(Inequality(-Norm(rnn.W), 0))] == ["not below zero"]
