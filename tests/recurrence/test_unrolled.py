"""Unrolling: the recurrence written out, and its plain Jacobian against the product formula."""

from __future__ import annotations

import pytest
from sympy import Integral, Product, Sum, Symbol, eye

from symrnn import D, D_plus, elman, explicit, jacobian
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import Parameter

rnn = elman()
s, a, W, b, k, t = rnn.s, rnn.a, rnn.W, rnn.b, rnn.k, rnn.t
cell = rnn.recurrence


def test_two_steps_written_out() -> None:
    inner = rnn.sigma(W * s[k] + rnn.U * rnn.x[k + 1] + b)
    assert cell.unrolled(s[k + 2], k) == rnn.sigma(W * inner + rnn.U * rnn.x[k + 2] + b)
    assert cell.unrolled(a[k + 1], k) == W * s[k] + rnn.U * rnn.x[k + 1] + b
    assert cell.unrolled(s[k], k) == s[k]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_its_jacobian_is_the_product(steps: int) -> None:
    written_out = jacobian(cell.unrolled(s[steps]), s[0])
    sizes = {rnn.d: 2, rnn.m: 2}
    gap = explicit(cell, written_out, sizes) - explicit(cell, D(s[steps], s[0]), sizes)
    assert gap.expand().is_zero_matrix


@pytest.mark.parametrize(("node", "start"), [(s[t], k), (s[1], 2), (s[t], t + 1)])
def test_only_an_integer_number_of_steps(node: object, start: object) -> None:
    with pytest.raises(IllFormedError, match="unrolling"):
        cell.unrolled(node, start)


SIZES = {rnn.d: 2, rnn.m: 2, k: 1, t: 2}
BOUNDARIES = [
    (D_plus(s[0], b), 0),
    (D_plus(s[0], s[0]), 1),
    (D(s[k], s[t]), 0),
    (D(rnn.x[t], rnn.x[2]), 1),
    (D(rnn.x[t], rnn.x[k]), 0),
    (D_plus(s[t], s[t - 2]), 0),
    (D(s[t], b, held=[s[t]]), 0),
    (D(s[t], s[t], held=[s[t]]), 1),
    (D(s[t], s[0], held=[s[k]]), 0),
]


@pytest.mark.parametrize(("node", "diagonal"), BOUNDARIES, ids=[str(e) for e, _ in BOUNDARIES])
def test_the_meaning_at_boundaries(node: object, diagonal: int) -> None:
    assert explicit(cell, node, SIZES) == diagonal * eye(2)


def test_empty_ranges_are_empty_in_scalars_too() -> None:
    i = Symbol("i", integer=True)
    sizes = {rnn.d: 1, rnn.m: 1}
    assert explicit(cell, Sum(i, (i, 5, 1)), sizes) == 0
    assert explicit(cell, Product(7, (i, 4, 0)), sizes) == 1
    assert explicit(cell, Sum(i * k, (k, 1, i), (i, 1, 3)), sizes) == 25
    with pytest.raises(NotSupportedError, match="no meaning"):
        explicit(cell, Integral(k, (k, 0, 1)), sizes)


def test_before_the_first_step_there_is_no_preactivation_and_no_loss() -> None:
    for missing in (a[0], rnn.L[0]):
        with pytest.raises(IllFormedError, match="before the first step"):
            explicit(cell, missing, SIZES)


def test_a_scalar_is_no_entry() -> None:
    taken = Symbol("b_1", real=True)
    with pytest.raises(IllFormedError, match="called as an entry"):
        explicit(cell, taken * b, SIZES)
    column = Parameter("W_1", 2, 1)
    assert not explicit(cell, column, SIZES).free_symbols & explicit(cell, W, SIZES).free_symbols
