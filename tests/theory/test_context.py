"""What is known at a place: order, hypotheses, binders."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Eq, Symbol, symbols

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError
from symrnn.language.algebra import Parameter
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_sum
from symrnn.theory.context import Context

rnn = elman()
j, k, t, T = rnn.j, rnn.k, rnn.t, rnn.T
n = Symbol("n", integer=True, positive=True)
p, q = symbols("p q", real=True)
NONE = Context(rnn)


@pytest.mark.parametrize(
    ("facts", "expression", "known"),
    [
        ([], n, True),
        ([], n - 1, True),
        ([], -n, None),
        ([], t, None),
        ([], t - k, None),
        ([k <= t], t - k, True),
        ([k <= t], t - k + 1, True),
        ([k <= t], k - t, None),
        ([k <= t], k - t - 1, None),
        ([k < t], t - k - 1, True),
        ([k < t], k - t, None),
        ([k >= t], k - t, True),
        ([k > t], k - t - 1, True),
        ([k <= t, t <= T], T - k, True),
        ([k <= t, t <= T], k - T - 1, None),
        ([k <= t, t < T], T - k - 1, True),
        ([p < q], q - p, True),
        ([p < q], q - p - 1, None),
        ([p <= q], p - q, None),
        ([], norm(rnn.W), True),
        ([], norm(rnn.W) - 1, None),
    ],
    ids=str,
)
def test_what_is_known_of_order(facts: Any, expression: Any, known: Any) -> None:
    assert NONE.assume(facts).nonnegative(expression) is (known is True)


@settings(max_examples=80)
@given(
    facts=st.lists(st.tuples(*[st.integers(-2, 2)] * 4), max_size=3),
    asked=st.tuples(*[st.integers(-2, 2)] * 4),
    at=st.tuples(*[st.integers(-4, 4)] * 3),
)
def test_what_is_known_is_true(facts: Any, asked: Any, at: Any) -> None:
    def linear(weights: Any) -> Any:
        return sum(w * s for w, s in zip(weights, (j, k, t, 1), strict=True))

    numbers = dict(zip((j, k, t), at, strict=True))
    holds = [linear(w) for w in facts if sympy.sympify(linear(w)).subs(numbers) >= 0]
    relations = [e >= 0 for e in holds if sympy.sympify(e).free_symbols]
    context = NONE.assume(relations)
    known = context.nonnegative(sympy.sympify(linear(asked)))
    value = sympy.sympify(linear(asked)).subs(numbers)
    assert not known or value >= 0


@pytest.mark.parametrize("fact", [Eq(t, k), sympy.false, 3, "k <= t", norm(rnn.W)])
def test_a_hypothesis_is_an_inequality_or_a_relation(fact: Any) -> None:
    with pytest.raises(IllFormedError, match="hypothesis"):
        NONE.assume([fact])


def test_what_is_always_true_adds_nothing() -> None:
    assert NONE.assume([sympy.true]) == NONE


def test_under_a_binder_the_range_is_known_of_its_index() -> None:
    inside = NONE.assume([k >= 0]).inside(ordered_sum(rnn.s[j], (j, k, t)))
    assert inside.nonnegative(j - k)
    assert inside.nonnegative(t - j)
    assert inside.nonnegative(j)
    assert not inside.nonnegative(j - 5)


def test_strict_facts_are_kept_as_strict() -> None:
    context = NONE.assume([p < q])
    assert context.is_positive(q - p)
    assert not NONE.assume([p <= q]).is_positive(q - p)
    assert context.is_positive(q - p + 1)
    assert not context.is_positive(p - q)
    assert not context.is_positive(Parameter("z", 1, 1)[0, 0])
