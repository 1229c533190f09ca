"""A user's formula against differences: agreement, and what would have been noticed."""

from __future__ import annotations

from typing import Any

import pytest
import sympy

from symrnn import D, D_plus, Diag, Vec, compare, elman, random_weights, sigma_inside
from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError, ShapeError
from symrnn.language.activations import X

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


def test_the_disagreement_and_its_diagnosis_are_told() -> None:
    with pytest.raises(DisagreementError, match="∂s_t/∂s_k differs by") as caught:
        compare(rnn, D(s[t], s[k]), J.subs(W, W.T), NET, t=7, k=2)
    assert list(caught.value.detail) == ["formula", "diagnosis", "mended"]
    assert "once W is transposed" in str(caught.value)


def test_what_would_have_been_noticed_would_have_been() -> None:
    found = compare(rnn, D(L[t], W), rnn.gradient(L[t], W), NET, t=6)
    assert found.probability == 0 and found.directions == 16
    gradient = rnn.gradient(L[t], W)
    wrong = (1 + 2 * found.noticed) * gradient
    with pytest.raises(DisagreementError):
        compare(rnn, D(L[t], W), wrong, NET, t=6)


@pytest.mark.parametrize("budget", [1, 20_000, 1 << 25])
def test_any_memory_budget_gives_the_same_and_says_its_runs(budget: int) -> None:
    found = compare(rnn, D(L[t], W), rnn.gradient(L[t], W), NET, budget=budget, t=6)
    assert found.error < 1e-12
    assert found.run == {1: 1, 20_000: 16, 1 << 25: 16}[budget] or 1 < found.run < 16


def test_random_directions_see_what_they_say_they_see() -> None:
    formula = rnn.jacobian(s[t], Vec(W))
    found = compare(rnn, D(s[t], Vec(W)), formula, NET, directions=8, t=6)
    assert found.error < 1e-12 and found.directions == 8 and found.probability == 1e-9
    assert 1e-9 < found.noticed < 1e-6
    with pytest.raises(DisagreementError):
        compare(rnn, D(s[t], Vec(W)), (1 + found.noticed) * formula, NET, directions=8, t=6)
    for derivative, right in ((D(L[t], W), rnn.gradient(L[t], W)), (D(s[t], s[2]), J.subs(k, 2))):
        assert compare(rnn, derivative, right, NET, directions=4, t=6).error < 1e-12
    transposed = rnn.jacobian(s[t], s[2], "denominator")
    claim = D(s[t], s[2], "denominator")
    assert compare(rnn, claim, transposed, NET, directions=4, t=6).error < 1e-12


SOFTSIGN = X / (1 + sympy.Abs(X))


@pytest.mark.parametrize("sigma", [SOFTSIGN, "gelu"], ids=["softsign", "gelu"])
def test_an_activation_without_a_complex_step_is_compared_by_richardson(sigma: Any) -> None:
    net = elman(sigma)
    derivative, right = D(net.s[t], net.s[k]), net.jacobian(net.s[t], net.s[k])
    found = compare(net, derivative, right, NET, t=6, k=2)
    assert found.oracle == "Richardson" and found.error < found.noticed < 1e-6
    assert 0 < found.step <= 1
    with pytest.raises(DisagreementError, match="Richardson"):
        compare(net, derivative, right * 2, NET, t=6, k=2)
    with pytest.raises(NotSupportedError, match="complex step"):
        compare(net, derivative, right, NET, directions=2, t=6, k=2)


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


def test_a_bad_number_of_directions_or_budget_is_named() -> None:
    with pytest.raises(IllFormedError, match="directions"):
        compare(rnn, D(s[t], s[k]), J, NET, directions=0, t=3, k=1)
    with pytest.raises(IllFormedError, match="budget"):
        compare(rnn, D(s[t], s[k]), J, NET, budget=0, t=3, k=1)
