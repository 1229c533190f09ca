"""Evidence: what is recorded, and what a failure does to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from symrnn.cells.elman import elman
from symrnn.cells.network import Network
from symrnn.errors import DisagreementError, EvidenceError, UnjustifiedStepError
from symrnn.language.derivatives import D
from symrnn.language.relations import Equation
from symrnn.language.structure import Diag
from symrnn.theory import rules as by
from symrnn.theory.derivation import derivation, induction
from symrnn.theory.library import load
from symrnn.theory.statement import Statement, statement
from symrnn.theory.witness import Witness
from symrnn.verify.evidence import GRADES, gather, grade

LIBRARY = load()
rnn = elman()


def slope(factor: int) -> Statement:
    @statement(name="slope")
    def build(r: Network) -> Any:
        """A slope"""
        j = r.j
        return (
            derivation(D(r.s[j], r.a[j]), given=[j >= 1])
            .equals(D(r.sigma(r.a[j]), r.a[j]), by.definition)
            .equals(factor * Diag(r.slope(r.a[j])), by.differentiate)
        )

    return build


def test_the_record() -> None:
    found = gather(LIBRARY["step_jacobian"], rnn, LIBRARY)
    record = found.record()
    assert list(record) == [
        "name",
        "title",
        "grades",
        "uses",
        "residual",
        "points",
        "faults",
        "counterexamples",
        "seconds",
    ]
    assert record["name"] == "step_jacobian"
    assert record["grades"] == ["sampled", "explicit", "derived"]
    assert record["faults"] == {"planted": len(found.faults), "caught": len(found.faults)}
    assert [set(each) for each in record["counterexamples"]] == [{"name", "shows"}] * 2
    assert 0 < record["residual"] < 1e-10
    assert json.loads(json.dumps(record)) == record
    assert found.complete
    assert all(chain.steps == chain.explicit.symbolic for chain in found.chains)


def test_a_wrong_statement_reaches_no_grade() -> None:
    found = gather(slope(2), rnn, {})
    assert isinstance(found.failure, UnjustifiedStepError)
    assert found.grades == ()
    assert not found.complete
    assert found.record()["faults"] == {"planted": 0, "caught": 0}


@pytest.mark.parametrize("which", GRADES)
def test_each_grade_alone(which: str) -> None:
    grade(which, slope(1), rnn, {})
    expected = UnjustifiedStepError if which == "derived" else DisagreementError
    with pytest.raises(expected):
        grade(which, slope(2), rnn, {})


def test_a_counterexample_that_is_none_is_a_failure() -> None:
    claim = slope(1)

    @claim.counterexample("nothing")
    def none() -> Witness:
        return Witness(1, 1, "=", "that 1 is not 1")

    found = gather(claim, rnn, {})
    assert isinstance(found.failure, EvidenceError)
    assert found.grades == ()


def test_no_grade_before_the_slips_were_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.verify.faults._refusals", lambda *_: ("derived",))
    found = gather(slope(1), rnn, {})
    assert found.grades == ()
    assert isinstance(found.failure, EvidenceError)
    assert "was not refused" in str(found.failure)
    assert found.failure.detail["refused by"] == "derived"
    assert found.record()["failure"]["message"] == found.failure.message


def test_no_slip_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.verify.faults.slips", lambda claim: iter(()))
    found = gather(slope(1), rnn, {})
    assert found.grades == () and not found.complete
    assert "no slip could be planted" in str(found.failure)


def test_what_python_raises_in_a_check_is_that_statements_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The error comes from code that is no proof file's.
    monkeypatch.setattr("symrnn.verify.evidence.write_out", {}.__getitem__)
    found = gather(slope(1), rnn, {})
    assert found.grades == ()
    assert "the check of `slope` broke: TypeError" in str(found.failure)


def test_how_many_points_met_the_hypotheses() -> None:
    points = gather(LIBRARY["product_bound"], rnn, LIBRARY).record()["points"]
    assert points["sampled"]["orderings"] > 0 and points["sampled"]["met"] > 0
    assert 0 < points["explicit"]["met"] <= points["explicit"]["tried"]


def test_an_induction_is_judged_by_its_claim_too() -> None:
    # Base case and step are of two recurrences, and each holds.
    other = elman(inputs=False)

    @statement(name="mixed")
    def build(r: Network) -> Any:
        """Mixed"""
        t, claimed = r.t, Equation(r.a[r.t], r.W * r.s[r.t - 1] + r.b)
        base = derivation(other.a[1], cell=other).equals(
            other.W * other.s[0] + other.b, by.definition
        )
        step = derivation(r.a[t]).equals(r.W * r.s[t - 1] + r.b, by.definition)
        return induction(claimed, t, 1, base, step, given=[t >= 1])

    for which in ("sampled", "explicit"):
        with pytest.raises(EvidenceError):
            grade(which, build, rnn, {})
