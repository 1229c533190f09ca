"""Unrolling: the recurrence written out, and its plain Jacobian against the product formula."""

from __future__ import annotations

import pytest

from symrnn import D, elman, explicit, jacobian
from symrnn.errors import IllFormedError

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
