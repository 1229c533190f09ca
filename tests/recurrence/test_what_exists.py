"""Readouts, tied weights, times and names that do not exist: a right number or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import MatrixSymbol, Symbol, symbols

from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import X, activation
from symrnn.language.algebra import Ones, Parameter, Zeros
from symrnn.language.canonical import equal_by_algebra
from symrnn.language.derivatives import D
from symrnn.language.relations import Inequality
from symrnn.language.structure import Vec
from symrnn.language.time import Sequence
from symrnn.recurrence import total
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.times import conditions, is_before

d, m, n = symbols("d m n", integer=True, positive=True)
j, k, t = symbols("j k t", integer=True)
later = Symbol("l", integer=True, positive=True)
s, x, y = Sequence("s", d), Sequence("x", d), Sequence("y", n)
target, L, delta = Sequence("target", n), Sequence("L", 1), Sequence("delta", d)
W, V, c = Parameter("W", d, d), Parameter("V", n, d), Parameter("c", n, 1)
b = Parameter("b", d, 1)


def with_readout(as_output: bool = False) -> Recurrence:
    off = y[j] - target[j]
    definitions = {
        s[j]: W * s[j - 1] + x[j],
        y[j]: V * s[j] + c,
        L[j]: off.T * off / 2,
    }
    outputs = (L, y) if as_output else (L,)
    return Recurrence(j, (s,), (x, target), definitions, outputs)


@pytest.mark.parametrize("as_output", [False, True])
def test_the_gradient_by_a_readout_is_the_textbooks(as_output: bool) -> None:
    rnn, off = with_readout(as_output), y[t] - target[t]
    assert equal_by_algebra(total.gradient(rnn, L[t], V), off * s[t].T)
    assert equal_by_algebra(total.gradient(rnn, L[t], c, layout="denominator"), off)
    assert equal_by_algebra(total.jacobian(rnn, y[t], c), total.plain_jacobian(c, c))


def test_tied_weights_have_a_direct_term(agree: Any) -> None:
    definitions = {s[j]: W * s[j - 1] + b, L[j]: b.T * W * s[j]}
    rnn = Recurrence(j, (s,), (), definitions, (L,))
    for by in (W, b):
        derived = total.gradient(rnn, L[t], by, layout="denominator")
        agree(rnn, D(L[t], by, "denominator"), derived, {d: 2, t: 3})


def test_a_loss_of_a_normalised_state(agree: Any) -> None:
    # v / (1ᵀ v): the coefficient moves with the state, too.
    curve = activation(X**2 / 2 - X / 3 + 2, name="q")
    raised = curve(s[j])
    definitions = {s[j]: W * s[j - 1] + b, L[j]: b.T * (raised / (Ones(1, d) * raised))}
    rnn = Recurrence(j, (s,), (), definitions, (L,))
    for by in (W, b):
        derived = total.gradient(rnn, L[t], by, layout="denominator")
        agree(rnn, D(L[t], by, "denominator"), derived, {d: 2, t: 2})


def test_the_initial_state_is_given() -> None:
    rnn = elman("tanh")
    assert rnn.recurrence.immediate(rnn.s[0], rnn.b) == Zeros(rnn.d, rnn.d)
    assert rnn.jacobian(rnn.s[0], rnn.b) == Zeros(rnn.d, rnn.d)
    assert rnn.recurrence.definition(rnn.s[0]) is None


def test_an_adjoint_recursion_without_the_direct_term_is_refused() -> None:
    rnn = with_readout()
    with pytest.raises(NotSupportedError, match="V reaches the loss without passing"):
        total.gradient_from_adjoint(rnn, delta, V, 1, 3)
    with_it = total.gradient_from_adjoint(rnn, delta, V, t, t, L).doit()
    assert equal_by_algebra(with_it, (y[t] - target[t]) * s[t].T)


def test_an_adjoint_recursion_of_a_loss_that_reads_the_past_is_refused() -> None:
    gap = s[j] - s[j - 1]
    rnn = Recurrence(j, (s,), (x,), {s[j]: W * s[j - 1] + x[j], L[j]: gap.T * gap}, (L,))
    with pytest.raises(NotSupportedError, match="adjoint recursion of L_t"):
        total.adjoint_recursion(rnn, delta, L, t)


NO_LOSS = Recurrence(j, (s,), (x,), {s[j]: W * s[j - 1] + x[j]})
READS_PAST = Recurrence(j, (s,), (x,), {s[j]: W * s[j - 1] + x[j], L[j]: s[j - 1].T * s[j]}, (L,))
REFUSED: list[tuple[str, Callable[[], Any]]] = [
    ("L_t is no part", lambda: total.gradient(NO_LOSS, L[t], W)),
    ("L_t is no part", lambda: total.jacobian(NO_LOSS, L[t], Vec(W))),
    ("y_t is no part", lambda: total.jacobian(NO_LOSS, y[t], s[k])),
    ("s_t is no part", lambda: total.jacobian(NO_LOSS, Sequence("s", n)[t], Vec(W))),
    ("y_t is no part", lambda: NO_LOSS.immediate(y[t], Vec(W))),
    ("V is no parameter", lambda: total.gradient(NO_LOSS_BUT(L), L[t], V)),
    ("V is no parameter", lambda: total.jacobian(NO_LOSS, s[t], Vec(V))),
    ("W is no parameter", lambda: total.jacobian(NO_LOSS, s[t], Vec(Parameter("W", n, d)))),
    ("W is no parameter", lambda: total.jacobian(NO_LOSS, s[t], Vec(MatrixSymbol("W", d, d)))),
    ("V is no parameter", lambda: total.gradient_from_adjoint(NO_LOSS, delta, V, 1, t)),
    ("s_-3 is before", lambda: total.jacobian(NO_LOSS, s[-3], s[0])),
    ("s_-1 is before", lambda: total.jacobian(NO_LOSS, s[t], s[-1])),
    ("before the first step", lambda: total.jacobian(NO_LOSS, s[-later], Vec(W))),
    ("L_0 is before", lambda: total.gradient(with_readout(), L[0], V)),
    ("y_0 is before", lambda: total.jacobian(with_readout(), y[0], s[0])),
    ("y_0 is before", lambda: with_readout().immediate(y[0], c)),
    ("held constant", lambda: total.gradient(with_readout(), L[3], W, 4)),
    ("held constant", lambda: total.gradient(with_readout(), L[3], W, -1)),
    ("held constant", lambda: total.gradient(with_readout(), L[t], W, t + 1)),
    ("held constant", lambda: total.gradient(READS_PAST, L[t], W, t)),
]


def NO_LOSS_BUT(loss: Sequence) -> Recurrence:
    definitions = {s[j]: W * s[j - 1] + x[j], loss[j]: s[j].T * s[j]}
    return Recurrence(j, (s,), (x,), definitions, (loss,))


@pytest.mark.parametrize(
    ("says", "ask"), REFUSED, ids=[f"{n}: {s}" for n, (s, _) in enumerate(REFUSED)]
)
def test_what_does_not_exist_has_no_derivative(says: str, ask: Any) -> None:
    with pytest.raises(IllFormedError, match=says):
        ask()


def test_an_expression_has_no_immediate_derivative() -> None:
    with pytest.raises(NotSupportedError, match="no time that earlier"):
        NO_LOSS.immediate(W * s[t - 1], Vec(W))


# ------------------------------------------------------------------ which time comes first


def test_before_has_three_answers() -> None:
    assert is_before(t, t + 1) is True
    assert is_before(t, t) is False
    assert is_before(t + 1, t) is False
    assert is_before(0, later) is True
    assert is_before(t, k) is None


rnn = elman()
CONDITIONS: list[tuple[Any, Any, tuple[Any, ...]]] = [
    (rnn.s[t], rnn.s[k], ((0, k), (k, t))),
    (rnn.s[2], rnn.s[t], ((0, t), (t, 2))),
    (rnn.a[t], rnn.s[k], ((0, k), (k, t - 1))),
    (rnn.s[t + 1], rnn.s[t], ((0, t),)),
    (rnn.s[t], rnn.s[t + 1], ((0, t),)),
    (rnn.s[later], rnn.s[0], ()),
    (rnn.L[t], Vec(rnn.W), ((1, t),)),
    (rnn.x[t], Vec(rnn.W), ()),
    (rnn.s[3], rnn.s[1], ()),
]


@pytest.mark.parametrize(("of", "by", "expected"), CONDITIONS, ids=str)
def test_what_symbolic_times_must_satisfy(of: Any, by: Any, expected: Any) -> None:
    assert conditions(rnn.recurrence, of, by) == tuple(Inequality(*pair) for pair in expected)


def test_what_is_computed_earlier_does_not_depend_on_the_later() -> None:
    assert isinstance(rnn.jacobian(rnn.s[2], rnn.s[3]), Zeros)
    assert isinstance(rnn.jacobian(rnn.s[t], rnn.s[t + later]), Zeros)
    assert isinstance(rnn.jacobian(rnn.a[t], rnn.s[t]), Zeros)
    assert isinstance(rnn.jacobian(rnn.L[t], rnn.s[t + 1]), Zeros)
