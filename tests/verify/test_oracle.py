"""The complex-step oracle against the recurrence written by hand and its own differences."""

from __future__ import annotations

from typing import Any

import elman_by_hand as simulate
import numpy as np
import pytest
from sympy import Derivative, Symbol, tanh

from symrnn.cells.elman import elman
from symrnn.language.derivatives import DENOMINATOR, D, D_plus
from symrnn.language.structure import Vec
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import relative_error
from symrnn.verify.draw import Drawer
from symrnn.verify.functions import loss
from symrnn.verify.lines import line
from symrnn.verify.setting import Setting

rnn = elman()
s, a, t, k, W, U, b, L = rnn.s, rnn.a, rnn.t, rnn.k, rnn.W, rnn.U, rnn.b, rnn.L
STEPS = 5


@pytest.fixture(params=["tanh", "logistic", "softplus"], scope="module")
def setting(request: pytest.FixtureRequest) -> Setting:
    spoken_of = [D(s[t], s[k]), D(L[t], Vec(U))]
    drawn = Drawer(rnn, spoken_of, (), {t: STEPS, k: 1}, "2", request.param)
    return drawn.draw(np.random.default_rng(0))


def at(setting: Setting, place: int) -> tuple[Any, ...]:
    """One setting of the batch, for the functions written by hand: W, U, b, s_0, x, σ."""
    alone = setting.take([place])
    arrays = {name: value[..., 0, :, :] for name, value in alone.arrays.items()}
    columns = arrays["b"][:, 0], arrays["s_0"][:, 0], arrays["x"][1:, :, 0]
    return arrays["W"], arrays["U"], *columns, ACTIVATIONS[setting.sigma]


def value(expression: Any, setting: Setting, **times: int) -> Any:
    chosen = tuple((symbol, times[symbol.name]) for symbol in (t, k) if symbol.name in times)
    return line(expression, "2").value(setting, chosen)


def hand_loss(time: int) -> Any:
    """The loss of the state at one time, of states (T+1, …, d)."""
    return lambda states: loss(states[time][..., None])[..., 0, 0]


def test_states(setting: Setting) -> None:
    for place in range(setting.count):
        by_hand = simulate.simulate(*at(setting, place))
        batch = np.array(setting.trajectory["s"])[:, place, :, 0]
        assert relative_error(batch, by_hand.s) < 1e-14


@pytest.mark.parametrize("start", [0, 2, STEPS])
def test_state_jacobians(setting: Setting, start: int) -> None:
    found = value(D(s[t], s[k]), setting, t=STEPS, k=start)
    transposed = value(D(s[t], s[k], DENOMINATOR), setting, t=STEPS, k=start)
    for place in range(setting.count):
        expected = simulate.state_jacobian(*at(setting, place), STEPS, start)
        assert relative_error(found[place], expected, floor=1e-30) < 1e-12
        assert relative_error(transposed[place], expected.T, floor=1e-30) < 1e-12


def test_gradients_of_the_loss(setting: Setting) -> None:
    found = {
        name: value(D(L[t], parameter), setting, t=STEPS)
        for name, parameter in (("W", W), ("U", U), ("b", b))
    }
    by_vec = value(D(L[t], Vec(W)), setting, t=STEPS)
    for place in range(setting.count):
        expected = _gradients(setting, place)
        scale = max(float(np.abs(gradient).max()) for gradient in expected.values())
        for name, gradient in expected.items():
            # `b` is a column here and a vector there; vec runs down the columns.
            batch = found[name][place].reshape(gradient.shape)
            assert relative_error(batch, gradient, floor=1e-3 * scale) < 1e-12
        flat = expected["W"].T.reshape(1, -1)
        assert relative_error(by_vec[place], flat, floor=1e-3 * scale) < 1e-12


def _gradients(setting: Setting, place: int) -> dict[str, Any]:
    gradients = simulate.loss_gradients(*at(setting, place), hand_loss(STEPS))
    return {"W": gradients.W, "U": gradients.U, "b": gradients.b}


def test_a_held_state_cuts_the_past(setting: Setting) -> None:
    # ∂⁺s_t/∂vec(W) = diag(σ′(a_t)) (s_{t-1}ᵀ ⊗ I), and holding s_{t-1} leaves just that.
    immediate = value(D_plus(s[t], Vec(W)), setting, t=STEPS)
    held = value(D(s[t], Vec(W), held=[s[t - 1]]), setting, t=STEPS)
    np.testing.assert_allclose(held, immediate, rtol=1e-13, atol=1e-300)
    slopes = setting.constants["sigma_prime"](setting.trajectory["a"][STEPS])
    row = np.swapaxes(setting.trajectory["s"][STEPS - 1], -1, -2)
    expected = slopes * np.array([np.kron(each, np.eye(3)) for each in row])
    np.testing.assert_allclose(immediate, expected, rtol=1e-9, atol=1e-14)


def test_a_batch_is_its_settings_one_by_one(setting: Setting) -> None:
    found = value(D(s[t], s[k]), setting, t=STEPS, k=1)
    for place in (0, setting.count - 1):
        alone = value(D(s[t], s[k]), setting.take([place]), t=STEPS, k=1)
        np.testing.assert_allclose(alone[0], found[place], rtol=1e-13, atol=1e-300)


def test_a_scalar_derivative(setting: Setting) -> None:
    x = Symbol("x", real=True)
    numbers = np.array([-2.0, 0.0, 0.3])
    alone = setting.take([0, 1, 2])
    given = Setting(rnn, "tanh", alone.sizes, alone.arrays, {x: numbers}, steps=STEPS)
    found = line(Derivative(tanh(x), x), "2").value(given)
    np.testing.assert_allclose(found, 1 - np.tanh(numbers) ** 2, rtol=1e-14)


def test_an_input_is_varied_at_its_own_time(setting: Setting) -> None:
    assert rnn.x is not None
    by_input = value(D(s[t], rnn.x[k]), setting, t=STEPS, k=2)
    through = value(D(s[t], s[k]), setting, t=STEPS, k=2)
    slopes = value(rnn.slope(a[k]), setting, k=2)
    np.testing.assert_allclose(
        by_input, through @ (slopes * setting.arrays["U"]), rtol=1e-9, atol=1e-12
    )
    assert not value(D(s[k], rnn.x[t]), setting, t=STEPS, k=2).any()
    own = value(D(rnn.x[t], rnn.x[t]), setting, t=STEPS)
    assert (own == np.eye(own.shape[-1])).all()


def test_what_is_held_does_not_move(setting: Setting) -> None:
    assert not value(D_plus(s[t], s[k]), setting, t=STEPS, k=2).any()
    assert not value(D(s[t], s[k], held=[s[3]]), setting, t=STEPS, k=2).any()
    assert not value(D_plus(s[0], b), setting).any()
    assert not value(D(s[t], Vec(W), held=[s[t]]), setting, t=STEPS).any()
    before = value(D(s[k], Vec(W), held=[s[t]]), setting, t=STEPS, k=2)
    np.testing.assert_array_equal(before, value(D(s[k], Vec(W)), setting, k=2))
