"""Formulas whose parts are numbers: a slope that is one, a state of one entry, a power of W."""

from __future__ import annotations

import pytest
import sympy

from symrnn import D, compare, elman, latex, random_weights

X = sympy.Symbol("x", real=True)


@pytest.mark.parametrize(("d", "m"), [(4, 2), (1, 1)])
def test_a_slope_that_is_a_number(d: int, m: int) -> None:
    rnn = elman(2 * X)
    s, t, k = rnn.s, rnn.t, rnn.k
    derived = rnn.jacobian(s[t], s[k])
    assert latex(derived) == r"\prod_{j=k + 1}^{t} \left(2 \, W\right)"
    net = random_weights(d=d, m=m, steps=6, seed=0)
    assert "agrees" in str(compare(rnn, D(s[t], s[k]), derived, net, t=6, k=3))


def test_a_power_of_a_matrix() -> None:
    rnn = elman("identity")
    net = random_weights(d=4, m=2, steps=6, seed=0)
    s, t = rnn.s, rnn.t
    assert "agrees" in str(compare(rnn, D(s[t], s[t - 2]), rnn.W**2, net, t=6))
