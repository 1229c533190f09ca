"""Ordered products and sums: direction, bounds, binding, and the laws that take them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol, symbols

from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Parameter, Zeros
from symrnn.language.canonical import same
from symrnn.language.ordered import OrderedProduct, ordered_product, ordered_sum
from symrnn.language.structure import Diag
from symrnn.language.time import Sequence

d = Symbol("d", integer=True, positive=True)
j, k, t, i = symbols("j k t i", integer=True)
W = Parameter("W", d, d)
s = Sequence("s", d)
FACTOR = Diag(s[j]) * W
KINDS = [
    pytest.param(lambda body, times: ordered_product(body, times), id="latest on the left"),
    pytest.param(lambda body, times: ordered_product(body, times, "right"), id="on the right"),
    pytest.param(lambda body, times: ordered_sum(body, times), id="sum"),
]


def ranges() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(-1, 2), st.integers(-3, 4)).map(lambda p: (p[0], p[0] + p[1]))


def at_two(node: Any) -> Any:
    return node.subs(d, 2)


@pytest.mark.parametrize("build", KINDS)
@settings(max_examples=25)
@given(start=st.integers(-1, 2), length=st.integers(1, 4))
def test_writing_out_keeps_the_value(
    build: Callable[..., Any], start: int, length: int, value: Callable[[Any], Any]
) -> None:
    node = build(FACTOR, (j, start, start + length - 1))
    assert value(at_two(node.doit())) == value(at_two(node))


@pytest.mark.parametrize(("latest", "expected"), [("left", "CBA"), ("right", "ABC")])
def test_direction(latest: str, expected: str) -> None:
    factor = Sequence("F", d, d)
    product = ordered_product(factor[j], (j, 1, 3), latest).doit()
    order = [factor["ABC".index(letter) + 1] for letter in expected]
    assert product == MatrixProduct(*order)


@pytest.mark.parametrize("gap", [1, 2, 5])
def test_an_empty_range_is_the_neutral_element(gap: int) -> None:
    assert ordered_product(FACTOR, (j, k, k - gap)) == Identity(d)
    assert ordered_sum(FACTOR, (j, k, k - gap)) == Zeros(d, d)


def test_one_factor_is_left_standing_until_doit() -> None:
    assert isinstance(ordered_product(FACTOR, (j, k, k)), OrderedProduct)
    assert ordered_product(FACTOR, (j, k, k)).doit() == FACTOR.subs(j, k)


def test_doit_leaves_symbolic_ranges_and_reaches_inside() -> None:
    product = ordered_product(FACTOR, (j, k + 1, t))
    assert product.doit() == product
    nested = ordered_sum(W * ordered_sum(s[i], (i, 1, 2)), (j, 1, t))
    assert nested.doit() == ordered_sum(W * (s[1] + s[2]), (j, 1, t))


def test_free_symbols_exclude_the_bound_index() -> None:
    product = ordered_product(FACTOR, (j, k + 1, t))
    assert product.free_symbols == {W, d, k, t}
    assert product.bound_symbols == [j]


SUBSTITUTIONS = [
    # (old, new, expected)
    (j, 5, ordered_sum(s[j] + s[t], (j, k, t))),
    (t, 7, ordered_sum(s[j] + s[7], (j, k, 7))),
    (k, j, ordered_sum(s[i] + s[t], (i, j, t))),
    (t, j, ordered_sum(s[i] + s[j], (i, k, j))),
    (t, t + j, ordered_sum(s[i] + s[t + j], (i, k, t + j))),
    (s[t], W * s[j], ordered_sum(s[i] + W * s[j], (i, k, t))),
    # The free s_j does not occur: under the sum, s_j is every one of s_k … s_t.
    (s[j], s[0], ordered_sum(s[j] + s[t], (j, k, t))),
    (d, 2, ordered_sum(Sequence("s", 2)[j] + Sequence("s", 2)[t], (j, k, t))),
]


@pytest.mark.parametrize(("old", "new", "expected"), SUBSTITUTIONS, ids=str)
def test_substitution_does_not_capture(old: Any, new: Any, expected: Any) -> None:
    node = ordered_sum(s[j] + s[t], (j, k, t))
    result = node.subs(old, new)
    assert same(result, expected)
    assert result.free_symbols == expected.free_symbols


@settings(max_examples=40)
@given(a=st.integers(0, 2), b=st.integers(0, 3), inner=st.sampled_from([j, k, t, i]))
def test_substitution_and_evaluation_commute(
    a: int, b: int, inner: Symbol, value: Callable[[Any], Any]
) -> None:
    node = ordered_sum(ordered_product(Diag(s[i] + s[j] + s[t]), (i, k, j)), (j, k, t))
    once = node.subs(t, inner + b).subs(dict.fromkeys((j, k, t, i), a))
    directly = node.subs({k: a, t: a + b})
    if inner == t:
        assert value(at_two(once)) == value(at_two(directly))
    # Whatever t becomes, the bound indices stay bound.
    assert value(at_two(once)) == value(at_two(node.subs({t: 9}).subs({k: a}).subs(9, a + b)))


def test_the_transpose_turns_the_direction_round(value: Callable[[Any], Any]) -> None:
    product = ordered_product(FACTOR, (j, 1, 3))
    assert product.transposed().latest == "right"
    assert value(at_two(product.transposed())) == value(at_two(product)).T
    assert same(product.transposed().transposed(), product)


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: ordered_product(s[j], (j, 1, t)), "square"),
        (lambda: ordered_sum(s[j], (2, 1, t)), "must be a symbol"),
        (lambda: ordered_sum(s[j], (j, j, t)), "lower bound j"),
        (lambda: ordered_sum(s[j], (j, 1, j + 1)), r"upper bound j \+ 1"),
        (lambda: ordered_sum(s[j], (j, Rational(1, 2), t)), "lower bound 1/2"),
        (lambda: ordered_product(W, (j, 1, t), "top"), "which side"),
        (lambda: s[Rational(1, 2)], "time index of s"),
        (lambda: list(s), "has no end"),
    ],
)
def test_ill_formed_ranges_and_times(build: Callable[[], Any], says: str) -> None:
    with pytest.raises((IllFormedError, ShapeError), match=says):
        build()


def test_sums_of_sequences_keep_their_shape() -> None:
    assert MatrixSum(s[0], ordered_sum(s[j], (j, 1, t))).shape == (d, 1)
    assert s[j].sequence == s
