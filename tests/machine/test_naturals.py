"""Linear inequalities between times: what is shown holds at every assignment."""

from __future__ import annotations

from itertools import product

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, Symbol

from symrnn.machine.naturals import at_least_zero, facts_of, ranging

SYMBOLS = j, k, t = tuple(Symbol(name, integer=True) for name in "jkt")
linear = st.tuples(*[st.integers(-2, 2)] * 3, st.integers(-3, 3)).map(
    lambda c: c[0] * j + c[1] * k + c[2] * t + Integer(c[3])
)


@given(linear, st.lists(linear, max_size=3), st.booleans())
def test_what_is_shown_holds(expression: Expr, facts: list[Expr], natural: bool) -> None:
    if not at_least_zero(expression, tuple(facts), natural):
        return
    for values in product(range(0 if natural else -4, 5), repeat=3):
        at = dict(zip(SYMBOLS, values, strict=True))
        if all(fact.subs(at) >= 0 for fact in facts):
            assert expression.subs(at) >= 0


@pytest.mark.parametrize(
    ("expression", "known", "shown"),
    [
        (t - k, [k <= t], True),
        (t - k, [], False),
        (t - k - 1, [k <= t], False),
        (t - k - 1, [k < t], True),
        (t - j, [k <= t, j <= k], True),
        (k - 1, [k > 0], True),
        (k - 1, [], False),
        (t, [], True),
        (-t, [], False),
        (2 * t - k, [k <= t], True),
        (t**2, [], False),
        (t - k, [sympy.Ne(t, k)], False),
        (t - k, [sympy.Eq(t, k)], False),
    ],
)
def test_what_follows(expression: Expr, known: list[Expr], shown: bool) -> None:
    assert at_least_zero(expression, facts_of(known)) is shown


def test_an_integer_that_is_no_time_may_be_below_zero() -> None:
    assert at_least_zero(k, (), natural=True)
    assert not at_least_zero(k, (), natural=False)


def test_inside_a_range_its_index_lies_between_the_bounds() -> None:
    inside = ranging(facts_of([k >= 5]), j, k + 1, t)
    assert at_least_zero(j - 6, inside)
    assert at_least_zero(t - j, inside)


def test_a_range_over_a_time_that_is_free_in_its_bounds_says_nothing_of_it() -> None:
    inside = ranging(facts_of([k >= 5]), k, k + 1, t)
    assert not at_least_zero(k - 5, inside)
    assert not at_least_zero(Integer(-1), inside)
