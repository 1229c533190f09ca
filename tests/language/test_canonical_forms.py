"""`same` and `normal_form` are sound (no entry changes) and find what they should."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol, symbols

from symrnn.language.activations import unknown
from symrnn.language.algebra import MatrixProduct, Parameter
from symrnn.language.canonical import canonical, equal_by_algebra, normal_form, same, transpose
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker, Vec
from symrnn.language.time import Sequence

d, m = symbols("d m", integer=True, positive=True)
j, k, t, r = symbols("j k t r", integer=True)
c = Symbol("c", real=True)
A, B, C = (Parameter(name, d, d) for name in "ABC")
u, v, w = (Parameter(name, d, 1) for name in "uvw")
s = Sequence("s", d)


@settings(max_examples=120)
@given(data=st.data())
def test_the_forms_keep_every_entry(
    data: Any, trees: Callable[..., Any], value: Callable[[Any], Any]
) -> None:
    node = data.draw(trees())
    expected = value(node)
    assert expected.shape == tuple(map(int, node.shape))
    assert value(canonical(node)) == expected
    assert value(normal_form(node)) == expected
    assert value(transpose(node)) == expected.T


@settings(max_examples=60)
@given(data=st.data())
def test_the_forms_are_stable_and_doit_keeps_every_entry(
    data: Any, trees: Callable[..., Any], value: Callable[[Any], Any]
) -> None:
    node = data.draw(trees())
    assert canonical(canonical(node)) == canonical(node)
    assert value(node.doit()) == value(node)
    assert same(node, node.func(*node.args))


@settings(max_examples=60)
@given(data=st.data())
def test_different_entries_are_never_called_equal(
    data: Any, trees: Callable[..., Any], value: Callable[[Any], Any]
) -> None:
    left, right = data.draw(trees(2, 2, 2)), data.draw(trees(2, 2, 2))
    if value(left) != value(right):
        assert not same(left, right)
        assert not equal_by_algebra(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (A + B, B + A),
        (s[j + 1 - 1], s[j]),
        (ordered_sum(s[j], (j, 1, t)), ordered_sum(s[k], (k, 1, t))),
        (ordered_product(A, (j, k + 1, t)), ordered_product(A, (r, k + 1, t))),
        (
            ordered_sum(ordered_sum(s[k], (k, j, t)), (j, 1, t)),
            ordered_sum(ordered_sum(s[j], (j, k, t)), (k, 1, t)),
        ),
        ((c + 1) * (c - 1) * A, (c**2 - 1) * A),
        (norm(A + B), norm(B + A)),
        (2 * norm(A + B) + 1, 1 + norm(B + A) * 2),
    ],
    ids=str,
)
def test_written_the_same(left: Any, right: Any) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (A * B, B * A),
        (A * (B + C), A * B + A * C),  # equal, but written differently
        (A, A.T),
        (ordered_sum(s[j], (j, 1, t)), ordered_sum(s[j + 1], (j, 1, t))),
        (ordered_sum(s[k], (j, 1, t)), ordered_sum(s[j], (j, 1, t))),
        (ordered_product(A, (j, 1, t)), ordered_product(A, (j, 1, t), latest="right")),
        (norm(A, "1"), norm(A, "2")),
        (Sequence("s", d)[j], Sequence("a", d)[j]),
    ],
    ids=str,
)
def test_written_differently(left: Any, right: Any) -> None:
    assert not same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (A * (B + C), A * B + A * C),
        ((A * B).T, B.T * A.T),
        ((A + B).T, A.T + B.T),
        (Diag(u).T, Diag(u)),
        (Diag(u) * Diag(v), Diag(v) * Diag(u)),
        (Hadamard(u, v), Diag(u) * v),
        (Hadamard(u, v, w), Diag(v) * Diag(u) * w),
        (Diag(Hadamard(u, v)), Diag(u) * Diag(v)),
        (Diag(2 * u + v), 2 * Diag(u) + Diag(v)),
        (Kronecker(A, B).T, Kronecker(A.T, B.T)),
        (Block([A, B], [C, A]).T, Block([A.T, C.T], [B.T, A.T])),
        (A * ordered_sum(s[j], (j, 1, t)), ordered_sum(A * s[j], (j, 1, t))),
        (
            ordered_sum(2 * s[j] + v, (j, 1, t)),
            2 * ordered_sum(s[j], (j, 1, t)) + ordered_sum(v, (j, 1, t)),
        ),
        (ordered_product(A, (j, 1, t)).T, ordered_product(A.T, (j, 1, t), latest="right")),
        (Vec(A + 2 * B), Vec(A) + 2 * Vec(B)),
        (norm(A * (B + C)), norm(A * B + A * C)),
    ],
    ids=str,
)
def test_equal_by_matrix_algebra(left: Any, right: Any) -> None:
    assert equal_by_algebra(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((A * B).T, A.T * B.T),
        (Diag(u) * A, A * Diag(u)),
        (A * (B + C), A * B + C),
        (Hadamard(A, B), A * B),
        (unknown()(u + v), unknown()(u) + unknown()(v)),
        (ordered_product(A, (j, 1, t)).T, ordered_product(A.T, (j, 1, t))),
    ],
    ids=str,
)
def test_not_equal_by_matrix_algebra(left: Any, right: Any) -> None:
    assert not equal_by_algebra(left, right)


def test_a_scalar_in_front_is_not_captured_by_the_sum_behind_it() -> None:
    scaled = MatrixProduct(j, ordered_sum(s[j], (j, 1, t)))
    form = normal_form(scaled)
    assert j in form.free_symbols
    assert not equal_by_algebra(scaled, ordered_sum(j * s[j], (j, 1, t)))


def test_a_factor_is_not_captured_by_the_sum_beside_it() -> None:
    product = Diag(s[j]) * ordered_sum(s[j], (j, 1, t))
    assert j in normal_form(product).free_symbols
    assert equal_by_algebra(product, ordered_sum(Diag(s[j]) * s[k], (k, 1, t)))


def test_forms_of_plain_scalars_are_sympy() -> None:
    assert normal_form((c + 1) ** 2) == sympy.expand((c + 1) ** 2)
