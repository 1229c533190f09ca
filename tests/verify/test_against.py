"""A user's formula against differences: agreement, and the diagnosis of a single slip."""

from __future__ import annotations

from typing import Any

import pytest

from symrnn import D, D_plus, Diag, Identity, Vec, compare, elman, random_weights, sigma_inside
from symrnn.errors import DisagreementError, IllFormedError, ShapeError

rnn = elman("tanh")
s, a, L, W, U, b = rnn.s, rnn.a, rnn.L, rnn.W, rnn.U, rnn.b
t, k = rnn.t, rnn.k
NET = random_weights(d=4, m=3, steps=8, seed=0)
J = rnn.jacobian(s[t], s[k])

RIGHT = {
    "over many steps": (D(s[t], s[k]), J, {"t": 7, "k": 2}),
    "nothing in between": (D(s[t], s[k]), J, {"t": 3, "k": 3}),
    "denominator layout": (
        D(s[t], s[k], "denominator"),
        rnn.jacobian(s[t], s[k], "denominator"),
        {"t": 7, "k": 2},
    ),
    "one step": (D(s[t], s[t - 1]), Diag(rnn.slope(a[t])) * W, {"t": 5}),
    "loss by W": (D(L[t], W), rnn.gradient(L[t], W), {"t": 6}),
    "state by W": (D(s[t], Vec(W)), rnn.jacobian(s[t], Vec(W)), {"t": 6}),
    "immediate": (D_plus(s[t], b), Diag(rnn.slope(a[t])), {"t": 4}),
    "pre-activation": (D(a[t], s[k]), rnn.jacobian(a[t], s[k]), {"t": 6, "k": 1}),
}


@pytest.mark.parametrize(("derivative", "formula", "times"), RIGHT.values(), ids=RIGHT.keys())
def test_what_was_derived_agrees(derivative: Any, formula: Any, times: dict[str, int]) -> None:
    found = compare(rnn, derivative, formula, NET, **times)
    assert found.error < 1e-12
    assert str(found).startswith("agrees to ")


SLIPS = {
    "once its sign is changed": -J,
    "once it is halved": 2 * J,
    "once it is doubled": J / 2,
    "once W is transposed": J.subs(W, W.T),
    "once it is transposed": J.T,
}


@pytest.mark.parametrize(("words", "wrong"), SLIPS.items(), ids=SLIPS.keys())
def test_a_single_slip_is_named(words: str, wrong: Any) -> None:
    with pytest.raises(DisagreementError, match="∂s_t/∂s_k differs by") as caught:
        compare(rnn, D(s[t], s[k]), wrong, NET, t=7, k=2)
    assert words in str(caught.value.detail["diagnosis"])


def test_what_no_slip_explains_is_said() -> None:
    with pytest.raises(DisagreementError) as caught:
        compare(rnn, D(s[t], s[k]), J + Identity(rnn.d), NET, t=7, k=2)
    assert "no single" in str(caught.value.detail["diagnosis"])


def test_the_other_cell() -> None:
    inside = sigma_inside("logistic")
    formula = inside.jacobian(inside.s[t], inside.s[k])
    assert compare(inside, D(inside.s[t], inside.s[k]), formula, NET, t=6, k=2).error < 1e-12


BAD: list[tuple[type[Exception], str, tuple[Any, ...], dict[str, int]]] = [
    (IllFormedError, "must be unevaluated", (rnn, J, J), {"t": 3, "k": 1}),
    (IllFormedError, "a time is missing", (rnn, D(s[t], s[k]), J), {"t": 3}),
    (IllFormedError, "times out of range", (rnn, D(s[t], s[k]), J), {"t": 99, "k": 1}),
    (IllFormedError, "unknown σ", (elman(), D(s[t], s[k]), J), {"t": 3, "k": 1}),
    (ShapeError, "another shape", (rnn, D(s[t], s[k]), b), {"t": 3, "k": 1}),
]


@pytest.mark.parametrize(("kind", "words", "arguments", "times"), BAD, ids=[c[1] for c in BAD])
def test_bad_input_is_named(
    kind: type[Exception], words: str, arguments: tuple[Any, ...], times: dict[str, int]
) -> None:
    with pytest.raises(kind, match=words):
        compare(*arguments, NET, **times)
