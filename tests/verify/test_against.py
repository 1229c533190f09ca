"""A user's formula against differences: agreement, and what would have been noticed."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sympy

from symrnn import (
    D,
    D_plus,
    Diag,
    Hadamard,
    Parameter,
    Sequence,
    Vec,
    Zeros,
    compare,
    elman,
    ordered_product,
    ordered_sum,
    random_weights,
    sigma_inside,
)
from symrnn.errors import DisagreementError, IllFormedError, NotSupportedError, ShapeError
from symrnn.language.activations import X

rnn = elman("tanh")
s, a, L, W, U, b = rnn.s, rnn.a, rnn.L, rnn.W, rnn.U, rnn.b
t, k = rnn.t, rnn.k
NET = random_weights(d=4, m=3, steps=8, seed=0)
ONE = random_weights(d=1, m=1, steps=8, seed=0)
J = rnn.jacobian(s[t], s[k])
V, h, c = Parameter("V", rnn.d, rnn.d), Sequence("h", rnn.d), sympy.Symbol("c")

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


UNTOLD = {
    "t = k": (
        ordered_product(J.body / 2, (rnn.j, k + 1, t)),
        {"t": 3, "k": 3},
        NET,
        "has no member",
    ),
    "t = k + 1": (
        ordered_product(J.body, (rnn.j, k + 1, t), "right"),
        {"t": 3, "k": 2},
        NET,
        "has 1 member",
    ),
    "one step for many": (Diag(rnn.slope(a[t])) * W, {"t": 3, "k": 2}, NET, "t = k + 1"),
    "d = 1": (J.subs(W, W.T), {"t": 7, "k": 2}, ONE, "d = 1"),
}


@pytest.mark.parametrize(("formula", "times", "net", "reason"), UNTOLD.values(), ids=UNTOLD.keys())
@pytest.mark.parametrize("directions", [None, 3])
def test_where_any_formula_agrees_others_are_tried(
    formula: Any, times: dict[str, int], net: Any, reason: str, directions: int | None
) -> None:
    with pytest.raises(
        DisagreementError, match=f"differs by .* at t = .*{re.escape(reason)}"
    ) as caught:
        compare(rnn, D(s[t], s[k]), formula, net, directions=directions, **times)
    assert "it agrees to" in str(caught.value.detail["diagnosis"])
    found = compare(rnn, D(s[t], s[k]), J, net, directions=directions, **times)
    assert "also compared at t = " in found.besides and found.besides in str(found)


def test_one_step_and_one_unit_by_themselves_are_what_they_are() -> None:
    assert compare(rnn, D(s[t], s[t - 1]), Diag(rnn.slope(a[t])) * W, NET, t=5).besides == ""
    single = elman("tanh", hidden=1)
    right = single.jacobian(single.s[t], single.s[k])
    assert compare(single, D(single.s[t], single.s[k]), right, ONE, t=5, k=2).besides == ""


GRADIENTS = {
    "b": (D(L[t], b), rnn.gradient(L[t], b)),
    "b, denominator": (D(L[t], b, "denominator"), rnn.gradient(L[t], b).T),
    "s_0": (D(L[t], s[0]), rnn.gradient(L[t], s[0])),
    "vec(W) as a matrix": (D(L[t], Vec(W)), rnn.gradient(L[t], W)),
    "vec(U) as a matrix, denominator": (D(L[t], Vec(U), "denominator"), rnn.gradient(L[t], U)),
    "W as a row": (D(L[t], W), rnn.jacobian(L[t], Vec(W))),
    "U as a column": (D(L[t], U), rnn.jacobian(L[t], Vec(U), "denominator")),
}


@pytest.mark.parametrize(("derivative", "formula"), GRADIENTS.values(), ids=GRADIENTS.keys())
def test_a_gradient_is_taken_in_every_shape_it_comes_in(derivative: Any, formula: Any) -> None:
    assert compare(rnn, derivative, formula, NET, t=6).error < 1e-12
    with pytest.raises(DisagreementError, match="changes its sign"):
        compare(rnn, derivative, -formula, NET, t=6)


def test_what_is_held_is_held_for_a_state_too() -> None:
    middle = D(s[t], s[k], held=[s[4]])
    assert compare(rnn, middle, Zeros(rnn.d, rnn.d), NET, t=6, k=2).error == 0
    after = D(s[t], s[k], held=[s[1]])
    assert compare(rnn, after, J, NET, t=6, k=2).error < 1e-12


def test_a_sum_in_a_sum_over_derivatives_is_compared() -> None:
    total = D(rnn.total_loss(), W)
    arriving = ordered_sum(D(L[t], s[k]).T, (t, k, rnn.T))
    formula = ordered_sum(Hadamard(rnn.slope(a[k]), arriving) * s[k - 1].T, (k, 1, rnn.T))
    assert compare(rnn, total, formula, NET, T=6).error < 1e-12


BAD: list[tuple[type[Exception], str, tuple[Any, ...], dict[str, Any]]] = [
    (IllFormedError, "must be unevaluated", (rnn, J, J), {"t": 3, "k": 1}),
    (IllFormedError, "a time is missing", (rnn, D(s[t], s[k]), J), {"t": 3}),
    (IllFormedError, "compare: times", (rnn, D(s[t], s[k]), J), {"t": 3, "k": 1.0}),
    (IllFormedError, "times out of range", (rnn, D(s[t], s[k]), J), {"t": 99, "k": 1}),
    (IllFormedError, "unknown σ", (elman(), D(s[t], s[k]), J), {"t": 3, "k": 1}),
    (IllFormedError, "V is not in the", (rnn, D(s[t], s[k]), V * W), {"t": 3, "k": 1}),
    (IllFormedError, "h is not in the", (rnn, D(s[t], s[k]), Diag(h[t])), {"t": 3, "k": 1}),
    (IllFormedError, "c is not in the", (rnn, D(s[t], s[k]), c * W), {"t": 3, "k": 1}),
    (
        IllFormedError,
        "unknown σ",
        (rnn, D(s[t], s[k]), Diag(elman().slope(a[t]))),
        {"t": 3, "k": 1},
    ),
    (NotSupportedError, "of an expression", (rnn, D_plus(W * s[t], b), W), {"t": 3}),
    (ShapeError, "another shape", (rnn, D(s[t], s[k]), b), {"t": 3, "k": 1}),
]


@pytest.mark.parametrize(("kind", "words", "arguments", "times"), BAD, ids=[c[1] for c in BAD])
def test_bad_input_is_named(
    kind: type[Exception], words: str, arguments: tuple[Any, ...], times: dict[str, Any]
) -> None:
    with pytest.raises(kind, match=words):
        compare(*arguments, NET, **times)


def test_a_bad_number_of_directions_or_budget_is_named() -> None:
    with pytest.raises(IllFormedError, match="directions"):
        compare(rnn, D(s[t], s[k]), J, NET, directions=0, t=3, k=1)
    with pytest.raises(IllFormedError, match="budget"):
        compare(rnn, D(s[t], s[k]), J, NET, budget=0, t=3, k=1)
