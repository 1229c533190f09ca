"""Values read node by node against generated code, for every node and for random expressions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from symrnn import (
    Block,
    D,
    D_plus,
    Diag,
    Hadamard,
    Identity,
    Kronecker,
    Ones,
    Parameter,
    Sequence,
    Unvec,
    Vec,
    Zeros,
    elman,
    entry,
    ordered_product,
    ordered_sum,
    random_weights,
)
from symrnn.errors import NotSupportedError
from symrnn.language.structure import DiagonalOf
from symrnn.verify.interpreter import Interpreter, NoValueError, value_at
from symrnn.verify.runnable import Runnable

rnn = elman("tanh")
s, a, x, L, W, U, b, d, m = rnn.s, rnn.a, rnn.x, rnn.L, rnn.W, rnn.U, rnn.b, rnn.d, rnn.m
t, k, j = rnn.t, rnn.k, rnn.j
assert x is not None and U is not None
SETTING = Runnable.of_cell(rnn).setting(random_weights(d=3, m=2, steps=7, seed=4))
TIMES = ((t, 6), (k, 2))

NODES = {
    "vector": s[t],
    "initial state": s[0],
    "input": x[k],
    "parameter": U,
    "sum": W * s[t] + U * x[k] - 3 * b,
    "product": Diag(rnn.slope(a[t])) * W * s[k],
    "row": s[t].T * W * Diag(a[k]) * W,
    "outer product": s[t] * x[k].T,
    "coefficient": sympy.Rational(2, 3) ** (t - k) * W,
    "a size": d * W,
    "transposed": (W * U).T,
    "identity, zeros, ones": Identity(d) + Zeros(d, d) + Ones(d) * Ones(d).T,
    "Hadamard": Hadamard(s[t], a[k], b),
    "Kronecker": Kronecker(s[t].T, Identity(d)),
    "vec": Vec(W * U),
    "unvec": Unvec(Vec(W * U), d, m),
    "block": Block([W, U], [U.T, Identity(m)]),
    "left product": ordered_product(Diag(a[j]) * W, (j, k + 1, t)),
    "right product": ordered_product(Diag(a[j]) * W, (j, k + 1, t), "right"),
    "a factor 0": ordered_product(Zeros(d, d), (j, k + 1, t)) * U,
    "a factor 0, from the right": U.T * ordered_product(Zeros(d, d), (j, k + 1, t), "right"),
    "empty product": ordered_product(W, (j, t, k)),
    "sum over time": ordered_sum(s[j] * x[j].T, (j, 1, t)),
    "sum in a sum": ordered_sum(ordered_sum(a[j] * s[k - 1].T, (j, k, t)), (k, 1, t)),
    "a derivative": D(s[t], s[k]) * D_plus(L[t], s[t]).T,
    "derivatives in a sum": ordered_sum(D(s[t], s[j]) * D_plus(s[j], Vec(W)), (j, 1, t)),
    "what has no entry": DiagonalOf(W * W),
    "σ": rnn.sigma(W * s[t]),
}


@pytest.mark.parametrize("node", NODES.values(), ids=NODES.keys())
def test_every_node_has_the_value_of_generated_code(node: Any) -> None:
    expected = value_at(node, SETTING, TIMES)
    found = Interpreter(SETTING, TIMES).value(node)
    assert expected is not None and found is not None
    assert found.shape == np.broadcast_shapes(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


MISSING = {
    "before time 0": s[k - 3],
    "an input at 0": x[t - 6],
    "after the last step": a[t + 2],
    "an unknown time": s[j],
    "another parameter": Parameter("V", d, d),
    "another sequence": Sequence("h", d)[t],
    "an unknown σ": elman().slope(a[t]),
    "a scalar without a value": sympy.Symbol("c") * W,
    "inside a sum": ordered_sum(s[j - 2], (j, 1, t)),
}


@pytest.mark.parametrize("node", MISSING.values(), ids=MISSING.keys())
def test_what_is_not_there_has_no_value(node: Any) -> None:
    assert Interpreter(SETTING, TIMES).value(node) is None


def test_no_value_is_an_error_of_ours() -> None:
    assert issubclass(NoValueError, NotSupportedError)


LEAVES = [W, W.T, Diag(s[t]), Diag(a[k]), Identity(d), s[k] * b.T, Diag(rnn.slope(a[j]))]


@st.composite
def squares(draw: st.DrawFn, depth: int = 3) -> Any:
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(LEAVES)).subs(j, draw(st.sampled_from([t, k, j])))
    one, other = draw(squares(depth - 1)), draw(squares(depth - 1))
    join = draw(st.sampled_from(["+", "*", "T", "h", "sum", "product"]))
    if join == "sum":
        return ordered_sum(one, (j, k, t))
    if join == "product":
        return ordered_product(one, (j, k, t), draw(st.sampled_from(["left", "right"])))
    joined = {"+": lambda: one - 2 * other, "*": lambda: one * other, "T": lambda: one.T}
    return joined.get(join, lambda: Hadamard(one, other))()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(squares())
def test_random_expressions_have_the_value_of_generated_code(node: Any) -> None:
    closed = node.subs(j, 3)
    interpreter = Interpreter(SETTING, TIMES)
    expected, found = value_at(closed, SETTING, TIMES), interpreter.value(closed)
    assert expected is not None and found is not None
    np.testing.assert_allclose(
        found, np.broadcast_to(expected, found.shape), rtol=1e-9, atol=1e-12 * np.abs(found).max()
    )
    # What was kept from one expression serves another.
    again = interpreter.value(2 * closed)
    assert again is not None
    np.testing.assert_allclose(again, 2 * found)


def test_an_entry_beyond_a_matrix_has_no_value() -> None:
    """Nor does the one at 0: it is not the last one."""
    inside = sympy.Rational(1, 2) * entry(W, k, 1) * s[t]
    for place, there in ((k + 1, True), (k - 2, False), (k + 2, False), (sympy.Integer(4), False)):
        beyond = entry(W, place, 1) * s[t] + inside
        for found in (value_at(beyond, SETTING, TIMES), Interpreter(SETTING, TIMES).value(beyond)):
            assert (found is not None) is there
    summed = ordered_sum(entry(W, j, 1) * s[t], (j, 1, k))
    for value in (value_at(summed, SETTING, TIMES), Interpreter(SETTING, TIMES).value(summed)):
        assert value is not None
        first = SETTING.arrays["W"][:2, 0].sum() * SETTING.trajectory["s"][6]
        np.testing.assert_allclose(value, first, rtol=1e-14)
