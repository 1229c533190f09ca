"""Where nothing can be compared, that is said: kinks, zeros, overflow, functions too wild."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn import (
    D,
    D_plus,
    Diag,
    Vec,
    Zeros,
    activation,
    cell,
    compare,
    elman,
    ordered_product,
    random_weights,
    sigma_inside,
)
from symrnn.cells.network import Network
from symrnn.cells.readout import with_loss
from symrnn.errors import DisagreementError, UndecidedError
from symrnn.language.activations import X
from symrnn.verify.net import Net
from symrnn.verify.places import Claim
from symrnn.verify.resolution import resolved
from symrnn.verify.runnable import Runnable

NET = random_weights(d=4, m=3, steps=8, seed=0)
STILL: Net = replace(NET, W=0 * NET.W, U=0 * NET.U, b=0 * NET.b)
BENT = X / 2 + sympy.Abs(X)


def claim(rnn: Network) -> tuple[Any, Any]:
    s, t, k = rnn.s, rnn.t, rnn.k
    return D(s[t], s[k]), rnn.jacobian(s[t], s[k])


def placed(unit: int, value: float) -> Net:
    """A net whose pre-activations are apart from 0, but for one unit at time 5."""
    net: Net = replace(STILL, b=np.full(4, 2.0), U=np.eye(4, 3))
    x = np.zeros((8, 3))
    x[4, unit] = value - 2.0
    moved: Net = replace(net, x=x)
    return moved


@pytest.mark.parametrize("sigma", ["relu", "leaky_relu", "selu", "hard_tanh", BENT], ids=str)
def test_a_unit_at_a_kink_is_named_with_its_time(sigma: Any) -> None:
    rnn = elman(sigma)
    derivative, right = claim(rnn)
    kink = 1.0 if sigma == "hard_tanh" else 0.0
    with pytest.raises(UndecidedError, match="lies at a kink") as caught:
        compare(rnn, derivative, right, placed(1, kink), t=6, k=2)
    assert caught.value.detail["unit"] == "2 of a_5, at time 5"
    if sigma == "hard_tanh":
        return  # all other units are saturated
    # Before the variable, and after what is differentiated, a kink changes nothing.
    moving = replace(placed(1, kink), W=0.1 * NET.W)
    x = moving.x.copy()
    x[4, 1] -= 0.3
    assert compare(rnn, derivative, right, replace(moving, x=x), t=6, k=5).error < 1e-6


def test_all_units_at_a_kink_decide_nothing() -> None:
    rnn = elman("relu")
    derivative, right = claim(rnn)
    for formula in (right, 2 * right):
        with pytest.raises(UndecidedError, match="kink of relu"):
            compare(rnn, derivative, formula, STILL, t=6, k=2)
        with pytest.raises(UndecidedError, match="kink of relu"):
            compare(rnn, derivative, formula, STILL, directions=3, t=6, k=2)


def test_a_kink_inside_is_named_by_the_state() -> None:
    rnn = sigma_inside("relu")
    net = replace(STILL, s0=np.array([1.0, 0.0, 2.0, 3.0]), b=np.ones(4))
    derivative = D(rnn.s[rnn.t], rnn.s[rnn.k])
    with pytest.raises(UndecidedError, match="kink") as caught:
        compare(rnn, derivative, rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k]), net, t=3, k=0)
    assert caught.value.detail["unit"] == "2 of s_0, at time 1"


@pytest.mark.parametrize("sigma", ["elu", "softsign", X * sympy.Abs(X)], ids=str)
def test_a_smooth_place_is_no_kink(sigma: Any) -> None:
    # The slopes of ELU, softsign and x|x| are continuous at 0.
    rnn = elman(sigma)
    t = rnn.t
    one_step, right = D(rnn.s[t], rnn.a[t]), Diag(rnn.slope(rnn.a[t]))
    net = placed(1, 0.0)
    assert compare(rnn, one_step, right, net, t=5).error < 1e-5


@pytest.mark.parametrize("value", [1e-3, 1e-9], ids=["beside", "within a step"])
def test_a_kink_within_the_step_of_differences(value: float) -> None:
    rnn = elman(BENT)
    derivative, right = claim(rnn)
    net = replace(placed(1, value), W=np.full((4, 4), 0.1), b=np.full(4, 2.0))
    # What the states carry on is taken off again, so that unit 2 lies at the value.
    setting = Runnable.of_cell(rnn).setting(net)
    x = net.x.copy()
    x[4, 1] += value - setting.trajectory["a"][5][1, 0]
    net = replace(net, x=x)
    if value > 1e-6:
        assert compare(rnn, derivative, right, net, t=6, k=4).error < 1e-6
        return
    with pytest.raises(UndecidedError, match="within a step of a kink") as caught:
        compare(rnn, derivative, right, net, t=6, k=4)
    assert caught.value.detail["unit"] == "2 of a_5, at time 5"


def test_a_function_that_differences_do_not_resolve() -> None:
    rnn = elman(sympy.sin(100 * X) * sympy.Abs(X))
    derivative, right = claim(rnn)
    for formula in (right, -right):
        with pytest.raises(UndecidedError, match="do not resolve"):
            compare(rnn, derivative, formula, NET, t=6, k=2)


def test_smaller_steps_resolve_what_the_first_do_not() -> None:
    rnn = elman(sympy.sin(100 * X) * sympy.Abs(X))
    t = rnn.t
    found = compare(rnn, D(rnn.s[t], rnn.a[t]), Diag(rnn.slope(rnn.a[t])), NET, t=3)
    assert found.oracle == "Richardson" and found.error < 1e-6


def test_a_derivative_that_is_zero_decides_nothing() -> None:
    rnn = elman("relu")
    derivative, right = claim(rnn)
    dead = replace(NET, U=0 * NET.U, b=NET.b - 10, s0=0 * NET.s0)
    for formula, word in ((2 * right, "differs"), (right, "agrees")):
        with pytest.raises(UndecidedError, match="is 0 or underflows") as caught:
            compare(rnn, derivative, formula, dead, t=6, k=2)
        assert word in str(caught.value.detail["elsewhere"])
        with pytest.raises(UndecidedError, match="0 or underflows"):
            compare(rnn, derivative, formula, dead, directions=2, t=6, k=2)


def test_a_derivative_that_is_nothing_but_rounding_decides_nothing() -> None:
    unit = cell("v = W h' + U x; h = v / norm(v)")
    unit = with_loss(unit, lambda known, j: known["h"][j].T * known["h"][j])  # always 1
    (loss,), t = unit.recurrence.outputs, sympy.Symbol("t", integer=True)
    net = random_weights(unit, d=3, m=2, steps=4, seed=0)
    formula = unit.gradient(loss[t], unit["U"])
    for zero in (formula, 2 * formula):
        with pytest.raises(UndecidedError, match="nothing but rounding"):
            compare(unit, D(loss[t], unit["U"]), zero, net, t=3)
    with pytest.raises(DisagreementError, match="differs"):
        compare(unit, D(loss[t], unit["U"]), formula + unit["U"], net, t=3)


def test_zero_that_is_zero_everywhere_agrees() -> None:
    rnn = elman("tanh")
    s, t, d = rnn.s, rnn.t, rnn.d
    found = compare(rnn, D_plus(s[t], s[t - 2]), Zeros(d, d), NET, t=6)
    assert found.error == 0 and "every other net" in str(found)
    with pytest.raises(DisagreementError, match="0 or underflows at these"):
        compare(rnn, D_plus(s[t], s[t - 2]), rnn.W, NET, t=6)
    with pytest.raises(DisagreementError, match="nothing earlier depends on what is later"):
        compare(rnn, D(s[t], s[rnn.k]), rnn.jacobian(s[t], s[rnn.k]), NET, t=2, k=4)


def test_what_is_not_zero_differs_from_zero() -> None:
    rnn = elman("relu")
    dead = replace(NET, U=0 * NET.U, b=NET.b - 10, s0=0 * NET.s0)
    t, k = rnn.t, rnn.k
    wrong = ordered_product(rnn.W, (rnn.j, k + 1, t))
    with pytest.raises(DisagreementError, match="0 or underflows at these") as caught:
        compare(rnn, D(rnn.s[t], rnn.s[k]), wrong, dead, t=6, k=2)
    assert "missing factor diag" in str(caught.value.detail["diagnosis"])


@pytest.mark.parametrize("shrink", [0.1, 0.004], ids=["to 0", "below the smallest digits"])
def test_an_underflow_decides_nothing(shrink: float) -> None:
    rnn = elman("tanh")
    j, t, k = rnn.j, rnn.t, rnn.k
    long = random_weights(d=4, m=3, steps=400, seed=0)
    net = replace(long, W=long.W * shrink)
    at = {"t": 400, "k": 9} if shrink == 0.1 else {"t": 130, "k": 9}
    swapped = ordered_product(rnn.W * Diag(rnn.slope(rnn.a[j])), (j, k + 1, t))
    derivative, right = claim(rnn)
    for formula in (right, swapped):
        with pytest.raises(UndecidedError, match="underflows"):
            compare(rnn, derivative, formula, net, **at)


def test_a_run_that_overflows_decides_nothing() -> None:
    rnn = elman(2 * X)
    derivative, right = claim(rnn)
    with pytest.raises(UndecidedError, match="overflows") as caught:
        compare(rnn, derivative, right, replace(NET, W=NET.W * 1e100), t=6, k=2)
    assert "_" in str(caught.value.detail["first"])


def test_a_right_formula_that_cancels_as_written_keeps_its_digits() -> None:
    # cosh - sinh is 0 at large arguments, as it is written; it is run in another form.
    rnn = elman(sympy.exp(-X))
    j, t, k = rnn.j, rnn.t, rnn.k
    lossy = Diag(activation(sympy.sinh(X) - sympy.cosh(X))(rnn.a[j])) * rnn.W
    net = replace(NET, b=NET.b + 18, W=0.3 * NET.W)
    formula = ordered_product(lossy, (j, k + 1, t))
    assert compare(rnn, D(rnn.s[t], rnn.s[k]), formula, net, t=6, k=2).error < 1e-9


def test_what_is_resolved_says_how() -> None:
    rnn = elman("gelu")
    t = rnn.t
    setting = Runnable.of_cell(rnn).setting(NET)
    node = D(rnn.L[t], Vec(rnn.W))
    found = resolved(Claim(node, node, setting, ((t, 5),)).outcome)
    assert found.oracle == "Richardson" and 0 < found.uncertain <= 1e-5
