"""Grade `explicit`: entries at small sizes, as symbols or at exact points."""

from __future__ import annotations

import pytest
from sympy import Symbol, oo

from symrnn.cells.elman import elman
from symrnn.errors import DisagreementError, EvidenceError
from symrnn.language.algebra import Parameter
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality
from symrnn.theory import rules as by
from symrnn.theory.derivation import Derivation, derivation
from symrnn.verify.explicit import write_out
from symrnn.verify.points import POINTS

rnn = elman()
n = Symbol("n", integer=True, positive=True)


def claim(left: object, relation: str, right: object, *given: object) -> Derivation:
    start = derivation(left, given=given)
    return (start.equals if relation == "=" else start.at_most)(right, by.algebra)


def test_a_right_claim_passes(right: Derivation) -> None:
    found = write_out(right, rnn, "right", right.given)
    equality = right.steps[0].relation == "="
    assert (found.symbolic, found.points) == ((1, 0) if equality else (0, POINTS))


def test_a_wrong_claim_is_refused(wrong: Derivation) -> None:
    with pytest.raises(DisagreementError):
        write_out(wrong, rnn, "wrong", wrong.given)


def test_points_are_exact() -> None:
    # A bound missed by less than any rounding of floating point.
    W, c = Parameter("W", n, n), Symbol("c", nonnegative=True)
    given = (Inequality(Norm(W, "1"), c),)
    write_out(claim(Norm(W, "1"), "≤", c, *given), rnn, "right", given)
    short = claim(Norm(W, "1"), "≤", c * (1 - Symbol("e", positive=True) / 10**40), *given)
    with pytest.raises(DisagreementError):
        write_out(short, rnn, "short by 1e-40", given)


def test_norms_are_compared_as_symbols_where_that_decides() -> None:
    W = Parameter("W", n, n)
    for kind in ("1", "inf", "F"):
        found = write_out(claim(Norm(W + W, kind), "=", Norm(2 * W, kind)), rnn, "norms", ())
        assert (found.symbolic, found.points) == (1, 0)
    with pytest.raises(DisagreementError):
        write_out(claim(Norm(W, "1"), "=", Norm(W, "inf")), rnn, "norms", ())


def test_a_fixed_leaf_has_its_value() -> None:
    s, W, t = rnn.s, rnn.W, rnn.t
    given = (t >= 1, Equation(W, 0 * W), Equation(rnn.b, 0 * rnn.b))
    right = claim(rnn.a[t], "=", rnn.U * rnn.x[t], *given)
    assert write_out(right, rnn, "no recurrence", given).symbolic == 1
    with pytest.raises(DisagreementError):
        write_out(claim(rnn.a[t], "=", s[t - 1], *given), rnn, "wrong", given)


def test_hypotheses_that_no_point_meets_raise() -> None:
    impossible = (Inequality(1 + Norm(rnn.W), Norm(rnn.W)),)
    with pytest.raises(EvidenceError, match="no exact point"):
        write_out(claim(Norm(rnn.W), "≤", 0), rnn, "impossible", impossible)


def test_a_side_that_has_no_value_anywhere_raises() -> None:
    c = Symbol("c", positive=True)
    nothing = c / (Norm(rnn.W) - Norm(rnn.W, "any") * 1 + Norm(0 * rnn.W))
    with pytest.raises(EvidenceError):
        write_out(claim(Norm(rnn.W), "≤", nothing), rnn, "division by zero", ())


def test_sizes_that_do_not_exist_raise() -> None:
    times = (rnn.t <= -1, rnn.t >= 1)
    with pytest.raises(EvidenceError, match="no times satisfy"):
        write_out(claim(rnn.s[rnn.t], "=", rnn.s[rnn.t], *times), rnn, "no time", times)


def test_a_chain_without_a_step_claims_nothing() -> None:
    with pytest.raises(EvidenceError, match="claims nothing"):
        write_out(derivation(Norm(rnn.W)), rnn, "empty", ())


def test_limits_are_sympys() -> None:
    r, t = Symbol("r", positive=True), rnn.t
    given = (t >= 0, r < 1)
    fading = derivation(r**t, given=given).tends_to(0, by.geometric_decay, t)
    assert write_out(fading, rnn, "fading", given).symbolic == 1
    with pytest.raises(DisagreementError):
        write_out(
            derivation(1 + r**t, given=given).tends_to(0, by.geometric_decay, t), rnn, "no", given
        )
    with pytest.raises(EvidenceError, match="a limit of no t"):
        write_out(
            derivation(Norm(rnn.W), given=()).tends_to(oo, by.geometric_decay, t), rnn, "none", ()
        )
