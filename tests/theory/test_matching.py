"""Instances of general relations: times are variables, leaves and sizes are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol, symbols

from symrnn.language.algebra import Parameter
from symrnn.language.canonical import same
from symrnn.language.derivatives import D
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, Inequality
from symrnn.language.structure import Diag
from symrnn.language.time import Sequence
from symrnn.theory.matching import instantiate, is_time, match

d = Symbol("d", integer=True, positive=True)
j, k, t, i, T = symbols("j k t i T", integer=True)
q = Symbol("q", real=True)
W, V = Parameter("W", d, d), Parameter("V", d, d)
s, a = Sequence("s", d), Sequence("a", d)

FOUND: list[tuple[Any, Any, dict[Any, Any]]] = [
    (s[j], s[t], {j: t}),
    (s[j], s[t - 1], {j: t - 1}),
    (s[j - 1], s[t], {j: t + 1}),
    (s[j], s[0], {j: 0}),
    (D(s[j], s[j - 1]), D(s[T], s[T - 1]), {j: T}),
    (D(s[t], s[k]), D(s[k], s[0]), {t: k, k: 0}),
    (Diag(s[j]) * W, Diag(s[2]) * W, {j: 2}),
    (norm(D(s[j], s[j - 1])), norm(D(s[t], s[t - 1])), {j: t}),
    (norm(D(s[t], s[k])), norm(D(s[T], s[1])), {t: T, k: 1}),
    (entry(s[j], 1), entry(s[3], 1), {j: 3}),
    (
        ordered_product(Diag(s[j]), (j, k + 1, t)),
        ordered_product(Diag(s[i]), (i, 3, T)),
        {k: 2, t: T},
    ),
    (ordered_sum(s[j], (j, 1, t)), ordered_sum(s[k], (k, 1, t - 1)), {t: t - 1}),
    (Inequality(norm(s[j]), q), Inequality(norm(s[5]), q), {j: 5}),
    (W, W, {}),
]


@pytest.mark.parametrize(("pattern", "node", "bindings"), FOUND, ids=str)
def test_instances_are_found(pattern: Any, node: Any, bindings: Any) -> None:
    assert match(pattern, node) == bindings
    assert same(instantiate(pattern, bindings), node)


NOT_FOUND = [
    (s[j], a[j]),
    (W, V),
    (W, W.T),
    (D(s[j], s[j - 1]), D(s[T], s[T - 2])),
    (D(s[j], s[j - 1]), D(s[T], s[T - 1], "denominator")),
    (s[2], s[3]),
    (s[2 * j], s[3]),
    (Diag(s[j]) * Diag(s[j]), Diag(s[1]) * Diag(s[2])),
    (ordered_sum(s[j], (j, k, t)), ordered_sum(s[j + 1], (j, k, t))),
    (ordered_product(W, (j, k, t)), ordered_product(W, (j, k, t), "right")),
    (norm(W, "1"), norm(W, "2")),
    (entry(s[j], 1), entry(s[j], 2)),
    (entry(s[j], 1), s[j]),
    (norm(s[j]), s[j]),
    (Equation(s[j], s[j]), Inequality(norm(W), q)),
    (Parameter("b", d, 1), Parameter("b", 2, 1)),
]


@pytest.mark.parametrize(("pattern", "node"), NOT_FOUND, ids=str)
def test_what_is_no_instance_is_not_found(pattern: Any, node: Any) -> None:
    assert match(pattern, node) is None


def test_all_variables_are_replaced_at_once() -> None:
    assert instantiate(D(s[t], s[k]), {t: k, k: t}) == D(s[k], s[t])
    assert instantiate(s[t + k], {t: k, k: 0}) == s[k]


def test_nothing_is_captured() -> None:
    pattern = ordered_sum(s[j] + s[t], (j, k, t))
    placed = instantiate(pattern, {t: j, k: 0})
    assert j in placed.free_symbols
    assert same(placed, ordered_sum(s[i] + s[j], (i, 0, j)))


@settings(max_examples=30)
@given(shifts=st.tuples(*[st.integers(-3, 3)] * 3), data=st.data())
def test_an_instance_matches_its_pattern(shifts: Any, data: Any) -> None:
    first, second, third = shifts
    pattern = Diag(s[j + first]) * D(s[t], s[k + second]) * ordered_product(W, (i, k, t + third))
    # Different names, so that no range becomes empty and vanishes.
    names = data.draw(st.permutations([j, k, t, T]))
    bindings = {s: name + n for s, name, n in zip((j, k, t), names, shifts, strict=False)}
    node = instantiate(pattern, bindings)
    found = match(pattern, node)
    assert found is not None
    assert same(instantiate(pattern, found), node)


def test_sizes_are_no_times() -> None:
    assert is_time(t)
    assert not is_time(d)
    assert not is_time(q)
