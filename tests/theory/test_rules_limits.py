"""Rules about limits, and what a chain may conclude from one."""

import pytest
from sympy import Gt, Rational, Sum, Symbol, oo

from symrnn import D, Inequality, Parameter, derivation, elman, for_all, norm
from symrnn import rules as by
from symrnn.errors import EvidenceError, SideConditionError, UnjustifiedStepError
from symrnn.theory.check import check, prove
from symrnn.theory.context import Context

RNN = elman()
k, t, q = RNN.k, RNN.t, Symbol("q", nonnegative=True)
C, w = Symbol("C", nonnegative=True), Symbol("w", positive=True)
HALF = Rational(1, 2)


def limit_of(before, rule, given=(), to=0, variable=t):
    return check(derivation(before, given).tends_to(to, rule, variable), Context(RNN))


@pytest.mark.parametrize(
    ("before", "given"),
    [
        (q**t, [q < 1]),
        (q ** (t - k), [q < 1]),
        (q ** (2 * t), [q < 1]),
        (C * q ** (t - k), [q < 1]),
        (HALF**t, []),
        (Rational(19, 50) ** t, []),
        ((RNN.gamma * RNN.lam) ** (t - k), [RNN.gamma * RNN.lam < 1]),
        ((RNN.gamma * RNN.lam) ** (t - k), [Gt(1, RNN.gamma * RNN.lam)]),
        (q**t, [q < HALF]),
    ],
)
def test_geometric_decay(before, given):
    assert limit_of(before, by.geometric_decay, given) == 1


@pytest.mark.parametrize(
    ("before", "given"),
    [
        (q**t, []),
        (q**t, [q <= 1]),
        (q**t, [q < 2]),
        (q**t, [q > 1]),
        (Symbol("p", real=True) ** t, [Symbol("p", real=True) < 1]),
        (Rational(3, 2) ** t, []),
    ],
)
def test_decay_needs_a_ratio_below_one(before, given):
    with pytest.raises(SideConditionError):
        limit_of(before, by.geometric_decay, given)


@pytest.mark.parametrize(
    ("before", "to", "variable"),
    [
        (q**t, 1, t),
        (q ** (k - t), 0, t),
        (q**t, 0, k),
        (t * q**t, 0, t),
        (q**t + 1, 0, t),
        (q ** (t**2), 0, t),
        (C * q ** (t - k) * t, 0, t),
    ],
)
def test_no_other_limit_passes_as_decay(before, to, variable):
    with pytest.raises(EvidenceError):
        limit_of(before, by.geometric_decay, [q < 1], to, variable)


def test_geometric_growth():
    assert limit_of(w**t, by.geometric_growth, [w > 1], oo) == 1
    assert limit_of(3 * Rational(3, 2) ** t, by.geometric_growth, [], oo) == 1


@pytest.mark.parametrize(
    ("before", "given", "error"),
    [
        (w**t, [], SideConditionError),
        (w**t, [w >= 1], SideConditionError),
        (w**t, [w < 1], SideConditionError),
        (C * w**t, [w > 1], SideConditionError),
        (-(w**t), [w > 1], SideConditionError),
        (w ** (-t), [w > 1], SideConditionError),
    ],
)
def test_growth_needs_a_ratio_above_one_and_a_positive_factor(before, given, error):
    with pytest.raises(error):
        limit_of(before, by.geometric_growth, given, oo)


def test_growth_is_no_decay():
    with pytest.raises(UnjustifiedStepError):
        limit_of(w**t, by.geometric_growth, [w > 1], 0)


def bounded(start, bound):
    return derivation(start, given=[for_all(t, Inequality(start, bound), since=k), q < 1, k <= t])


def test_a_bound_that_vanishes_squeezes_what_is_not_negative():
    size = norm(D(RNN.s[t], RNN.s[k]))
    chain = bounded(size, q ** (t - k)).at_most(q ** (t - k), by.assumed_bound)
    assert check(chain.tends_to(0, by.geometric_decay, t), Context(RNN)) == 2


def test_a_bound_at_one_time_gives_no_limit():
    size = norm(D(RNN.s[t], RNN.s[k]))
    given = [Inequality(size, q ** (t - k)), q < 1, k <= t]
    chain = derivation(size, given).at_most(q ** (t - k), by.assumed_bound)
    with pytest.raises(SideConditionError, match="not free to grow"):
        check(chain.tends_to(0, by.geometric_decay, t), Context(RNN))


def test_a_bound_that_vanishes_says_nothing_of_what_may_be_negative():
    """r = -1 has r ≤ qᵗ → 0 as well."""
    r = Symbol("r", real=True)
    chain = derivation(r, given=[q < 1, Inequality(r, q**t)]).at_most(q**t, by.assumed_bound)
    with pytest.raises(SideConditionError, match="gives no limit"):
        check(chain.tends_to(0, by.geometric_decay, t), Context(RNN))


def test_a_bound_that_grows_says_nothing_at_all():
    size = norm(Parameter("V", RNN.d, RNN.d))
    chain = derivation(size, given=[Inequality(size, w**t), w > 1])
    chain = chain.at_most(w**t, by.assumed_bound).tends_to(oo, by.geometric_growth, t)
    with pytest.raises(SideConditionError, match="gives no limit"):
        check(chain, Context(RNN))


def test_nothing_follows_a_limit():
    chain = derivation(q**t, given=[q < 1]).tends_to(0, by.geometric_decay, t)
    with pytest.raises(UnjustifiedStepError, match="goes on after its limit"):
        check(chain.equals(0, by.scalar_algebra), Context(RNN))


def test_a_strict_hypothesis_is_not_met_by_one_that_is_not():
    """What needs q < 1 may not be used where only q ≤ 1 is known."""
    series = Sum(C * q**k, (k, 1, t))
    bounded = derivation(series, given=[q < 1]).at_most(C * q / (1 - q), by.geometric_tail)
    known = prove(bounded, Context(RNN))
    for given, right in ((q < 1, True), (q <= 1, False)):
        chain = derivation(series, given=[given]).at_most(C * q / (1 - q), by.uses_bound("earlier"))
        context = Context(RNN, statements={"earlier": (known,)})
        if right:
            assert check(chain, context) == 1
        else:
            with pytest.raises(SideConditionError, match="needs a hypothesis"):
                check(chain, context)
