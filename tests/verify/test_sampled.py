"""Grade `sampled`: right lines pass, wrong ones are refused, and nothing passes by not running."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import Derivative, S, Symbol, log, oo, sqrt, tanh

from symrnn.cells.elman import elman
from symrnn.errors import DisagreementError, EvidenceError
from symrnn.language.algebra import Parameter
from symrnn.language.norms import Norm
from symrnn.language.relations import Equation, Inequality
from symrnn.theory import rules as by
from symrnn.theory.derivation import Derivation, derivation
from symrnn.verify.draw import Drawer
from symrnn.verify.limits import _steadily
from symrnn.verify.lines import line
from symrnn.verify.nets import FAMILIES
from symrnn.verify.sampled import Lines, sample

rnn = elman()
x = Symbol("x", real=True)
n = Symbol("n", integer=True, positive=True)


def claim(left: object, relation: str, right: object, *given: object) -> Derivation:
    start = derivation(left, given=given)
    return (start.equals if relation == "=" else start.at_most)(right, by.algebra)


def test_a_right_claim_passes_at_every_family(right: Derivation) -> None:
    found = sample(right, rnn, "right", right.given)
    assert found.points >= len(FAMILIES)
    assert found.residual < 1e-10
    assert (found.tightest is None) == (right.steps[0].relation == "=")


def test_a_wrong_claim_is_refused(wrong: Derivation) -> None:
    with pytest.raises(DisagreementError):
        sample(wrong, rnn, "wrong", wrong.given)


def test_a_bound_that_can_be_attained_is_nearly_attained() -> None:
    W, U = Parameter("W", n, n), Parameter("V", n, n)
    found = sample(claim(Norm(W * U), "≤", Norm(W) * Norm(U)), rnn, "submultiplicative", ())
    assert found.tightest is not None
    assert 0.99 < found.tightest <= 1 + 1e-9


@pytest.mark.parametrize("value", [log(x), sqrt(x - 1000)])
def test_a_side_that_is_nan_never_passes(value: object) -> None:
    for relation in ("=", "≤"):
        with (
            np.errstate(invalid="ignore", divide="ignore"),
            pytest.raises(DisagreementError, match="finite"),
        ):
            sample(claim(value, relation, value), rnn, "nan", ())


def test_hypotheses_that_nothing_meets_raise() -> None:
    impossible = (Inequality(1 + Norm(rnn.W), Norm(rnn.W)),)
    with pytest.raises(EvidenceError, match="met the hypotheses"):
        sample(claim(Norm(rnn.W), "≤", 0), rnn, "impossible", impossible)


def test_times_that_do_not_exist_raise() -> None:
    times = (rnn.t <= -1, rnn.t >= 1)
    with pytest.raises(EvidenceError, match="no times"):
        sample(claim(rnn.s[rnn.t], "=", rnn.s[rnn.t], *times), rnn, "no time", times)


def test_a_chain_without_a_step_claims_nothing() -> None:
    with pytest.raises(EvidenceError, match="claims nothing"):
        sample(derivation(Norm(rnn.W)), rnn, "empty", ())


def test_rounding_is_no_violation_but_more_than_rounding_is() -> None:
    c = Symbol("c", positive=True)
    given = (Inequality(Norm(rnn.W), c),)
    sample(claim(Norm(3 * rnn.W) / 3, "≤", c, *given), rnn, "rounding", given)
    with pytest.raises(DisagreementError):
        sample(claim(Norm(rnn.W), "≤", c * (1 - 10**-7), *given), rnn, "more", given)


def test_near_zero_only_rounding_is_excused() -> None:
    # Both sides of order 1e-20: a floor of any size would let a factor of two pass.
    c = Symbol("c", positive=True)
    W = rnn.W
    tiny = (Equation(c, Norm(W) * 10**-20),)
    with pytest.raises(DisagreementError):
        sample(claim(2 * c, "≤", Norm(W) * 10**-20, *tiny), rnn, "tiny", tiny)


def test_scalar_derivatives_come_from_the_complex_step() -> None:
    slope = Derivative(tanh(x), x)
    sample(claim(slope, "=", 1 - tanh(x) ** 2), rnn, "slope", ())
    with pytest.raises(DisagreementError):
        sample(claim(slope, "=", 1 - tanh(x)), rnn, "slope", ())


def test_what_does_not_vanish_is_no_limit() -> None:
    r, t = Symbol("r", positive=True), rnn.t
    given = (t >= 0, r < 1)
    fading = derivation(r**t, given=given).tends_to(0, by.geometric_decay, t)
    assert sample(fading, rnn, "fading", given).points > 0
    steady = derivation(1 + r**t, given=given).tends_to(0, by.geometric_decay, t)
    with pytest.raises(DisagreementError, match="vanish"):
        sample(steady, rnn, "steady", given)
    with pytest.raises(DisagreementError, match="grow"):
        sample(derivation(r**t, given=given).tends_to(oo, by.geometric_decay, t), rnn, "no", given)


def test_what_vanishes_slowly_does_and_what_slows_down_does_not() -> None:
    steps = np.array([0, 40, 120])
    slow, stays = 0.999**steps, 0.5 + 0.5 * 0.97**steps
    values = np.stack([slow, stays, np.ones(3), 1 / slow], axis=-1)
    assert _steadily(values, steps, 0).tolist() == [True, False, False, False]
    assert _steadily(values, steps, oo).tolist() == [False, False, False, True]


def test_settings_of_a_batch_are_compared_one_by_one() -> None:
    # One wrong setting among right ones is found, and the message holds its numbers.
    c = Symbol("c", real=True)
    lines = Lines([line(c, "2"), line(abs(c), "2")], ("=",), "sign")
    numbers = np.array([1.0, 2.0, -3.0, 4.0])
    drawn = Drawer(rnn, [c], (), {}, "2", "tanh").draw(np.random.default_rng(0)).take(range(4))
    setting = replace(drawn, scalars={c: numbers})
    with pytest.raises(DisagreementError) as raised:
        lines.compare(setting, ())
    assert raised.value.detail["scalars"] == {"c": -3.0}
    assert lines.compare(setting.take([0, 1, 3]), ()).residual == 0


def test_what_the_complex_step_leaves_of_a_zero_is_no_more_than_zero() -> None:
    # With W = 0 and λ = 0 the truncated terms are 0; with an imaginary W they are h² beside it.
    c = Symbol("c", real=True)
    lines = Lines([line(c, "2"), line(S.Zero, "2")], ("≤",), "bound")
    drawn = Drawer(rnn, [c], (), {}, "2", "tanh").draw(np.random.default_rng(0)).take(range(2))
    lines.compare(replace(drawn, scalars={c: np.array([1.5e-61, -1.0])}), ())
    with pytest.raises(DisagreementError, match="is not ≤ 0"):
        lines.compare(replace(drawn, scalars={c: np.array([1e-40, -1.0])}), ())
