"""Rules of truncation: the right step passes, each planted wrong one is refused."""

from typing import Any

import pytest
from sympy import Sum, Symbol

from symrnn import D, D_plus, Inequality, Vec, derivation, elman, ordered_sum
from symrnn import rules as by
from symrnn.errors import IllFormedError, SideConditionError, UnjustifiedStepError
from symrnn.theory.check import check
from symrnn.theory.context import Context

RNN = elman()
S, T, K, TAU, W = RNN.s, RNN.t, RNN.k, RNN.tau, RNN.W
BACK = Symbol("i", integer=True)
C = Symbol("C", nonnegative=True)
R = Symbol("R", real=True)
Q = RNN.gamma * RNN.lam
WITHIN = (TAU >= 0, TAU <= T - 1)


def term(time: Any) -> Any:
    return D(S[T], S[time]) * D_plus(S[time], Vec(W))


def passes(before: Any, relation: str, after: Any, rule: Any, given: tuple[Any, ...] = ()) -> bool:
    chain = derivation(before, given=given)
    chain = chain.equals(after, rule) if relation == "=" else chain.at_most(after, rule)
    try:
        check(chain, Context(RNN))
    except (UnjustifiedStepError, SideConditionError):
        return False
    return True


KEPT = ordered_sum(term(K), (K, T - TAU, T))
POWERS = Sum(C * Q ** (T - K), (K, 1, T - TAU - 1))
TAIL = C * Q ** (TAU + 1) / (1 - Q)
STEPS: dict[str, tuple[Any, str, Any, Any, tuple[Any, ...], list[Any]]] = {
    "reversed_range": (
        by.reversed_range(T, BACK),
        "=",
        KEPT,
        ordered_sum(term(T - BACK), (BACK, 0, TAU)),
        (),
        [
            ordered_sum(term(T - BACK), (BACK, 0, TAU - 1)),
            ordered_sum(term(T - BACK), (BACK, 1, TAU)),
            ordered_sum(term(T - BACK + 1), (BACK, 0, TAU)),
            ordered_sum(term(BACK), (BACK, 0, TAU)),
        ],
    ),
    "constant_factor": (
        by.constant_factor,
        "=",
        Sum(C * Q ** (T - K), (K, 1, T)),
        C * Sum(Q ** (T - K), (K, 1, T)),
        (),
        [
            Sum(Q ** (T - K), (K, 1, T)),
            C**2 * Sum(Q ** (T - K), (K, 1, T)),
            C * Sum(Q ** (T - K), (K, 0, T)),
        ],
    ),
    "geometric_tail": (
        by.geometric_tail,
        "≤",
        POWERS,
        TAIL,
        (*WITHIN, Q < 1),
        [TAIL * Q, TAIL * (1 - Q), -TAIL, C * Q ** (TAU + 1) / (1 + Q), TAIL / (1 + C)],
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_right_step_passes(name: str) -> None:
    rule, relation, left, right, given, _ = STEPS[name]
    assert passes(left, relation, right, rule, given)


@pytest.mark.parametrize(
    ("name", "place"), [(name, i) for name, step in STEPS.items() for i in range(len(step[-1]))]
)
def test_wrong_step_is_refused(name: str, place: int) -> None:
    rule, relation, left, _, given, wrong = STEPS[name]
    assert not passes(left, relation, wrong[place], rule, given)


def test_scalar_sums_are_reversed_alike() -> None:
    left, right = Sum(Q ** (T - K), (K, T - TAU, T)), Sum(Q**BACK, (BACK, 0, TAU))
    assert passes(left, "=", right, by.reversed_range(T, BACK))
    assert not passes(left, "=", Sum(Q**BACK, (BACK, 0, TAU + 1)), by.reversed_range(T, BACK))


@pytest.mark.parametrize("index", [T, TAU, Symbol("x")])
def test_the_new_index_must_be_a_free_integer(index: Symbol) -> None:
    body = Sum(Q ** (T - K + TAU), (K, 1, 5))
    with pytest.raises(IllFormedError, match="new index"):
        check(derivation(body).equals(body, by.reversed_range(T, index)), Context(RNN))


@pytest.mark.parametrize(
    ("body", "given", "bound"),
    [
        (C * Q ** (T - K), WITHIN, TAIL),
        (C * Q ** (T - K), (*WITHIN, Q <= 1), TAIL),
        (R * Q ** (T - K), (*WITHIN, Q < 1), R * Q ** (TAU + 1) / (1 - Q)),
        (C * R ** (T - K), (*WITHIN, R < 1), C * R ** (TAU + 1) / (1 - R)),
        (C * Q ** (T - K), (TAU <= T - 1, Q < 1), TAIL),
    ],
    ids=["no ratio bound", "ratio may be 1", "sign of c", "sign of q", "negative exponent"],
)
def test_a_missing_condition_of_the_tail_is_noticed(
    body: Any, given: tuple[Any, ...], bound: Any
) -> None:
    step = derivation(Sum(body, (K, 1, T - TAU - 1)), given=given).at_most(bound, by.geometric_tail)
    with pytest.raises(SideConditionError):
        check(step, Context(RNN))


def test_a_rising_exponent_has_its_least_at_the_start() -> None:
    left = Sum(Q**K, (K, TAU + 1, T - 1))
    given = (*WITHIN, Q < 1)
    assert passes(left, "≤", Q ** (TAU + 1) / (1 - Q), by.geometric_tail, given)
    assert not passes(left, "≤", Q ** (T - 1) / (1 - Q), by.geometric_tail, given)


@pytest.mark.parametrize("exponent", [2 * K, K**2])
def test_another_series_is_not_this_one(exponent: Any) -> None:
    left = Sum(Q**exponent, (K, 1, T))
    assert not passes(left, "≤", Q / (1 - Q), by.geometric_tail, (T >= 1, Q < 1))


def test_a_sum_grows_with_its_terms_where_it_has_none_too() -> None:
    """Over 1 … -3 there are no times: 0 ≤ 0, whatever SymPy's own convention is."""
    given = (Inequality(RNN.gamma, C),)
    left, right = Sum(RNN.gamma, (K, 1, T)), Sum(C, (K, 1, T))
    assert passes(left, "≤", right, by.assumed_bound, given)
    assert not passes(right, "≤", left, by.assumed_bound, given)
