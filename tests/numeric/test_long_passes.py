"""Truncation, Jacobians, Lyapunov exponents and checkpoints of any cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symrnn.cells import Cell, cell, named, stacked
from symrnn.errors import IllFormedError
from symrnn.numeric.checkpoints import checkpointed_gradients
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.long_passes import log_norms, lyapunov_exponents
from symrnn.numeric.weights import Weights, random_weights

STEPS = 7
CELLS = {
    "lstm": lambda: named("lstm"),
    "gru": lambda: named("gru"),
    "layers": lambda: stacked(named("leaky"), 2),
    "measured": lambda: named("peephole", readout="softmax", loss="cross_entropy"),
}
every_cell = pytest.mark.parametrize("name", CELLS)
engines = pytest.mark.parametrize("planned", [True, False])


def numbers(made: Cell, **options: Any) -> Weights:
    sizes = {s.name: {"d": 3, "m": 2}.get(s.name, 4) for s in made.sizes}
    return random_weights(made, steps=STEPS, **options, **sizes)


def whole_state(passes: Kernels, weights: Weights, steps: int) -> Any:
    inputs = {n: x[:steps] for n, x in weights.inputs.items()}
    run = passes.forward(replace(weights, inputs=inputs))
    return np.concatenate([run[name][-1] for name in weights.states], axis=-1)


@every_cell
@engines
def test_the_jacobian_of_the_whole_state(name: str, planned: bool) -> None:
    made = CELLS[name]()
    passes, weights = Kernels(made, planned), numbers(made)
    run = passes.forward(weights)
    columns = []
    for state, start in weights.states.items():
        for place in range(len(start)):
            moved = {n: np.array(s, complex) for n, s in weights.states.items()}
            moved[state][place] += 1e-30j
            parts = {n: np.array(p, complex) for n, p in weights.parameters.items()}
            inputs = {n: np.array(x, complex) for n, x in weights.inputs.items()}
            columns.append(whole_state(passes, Weights(parts, moved, inputs), 5).imag / 1e-30)
    exact = np.array(columns).T
    np.testing.assert_allclose(passes.jacobian(run, 5, 0), exact, rtol=0, atol=1e-13)
    product = passes.jacobian(run, 5, 2) @ passes.jacobian(run, 2, 0)
    np.testing.assert_allclose(product, exact, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(passes.jacobian(run, 3, 3), np.eye(run.size))


@every_cell
@engines
def test_a_truncated_gradient_is_that_of_the_last_steps(name: str, planned: bool) -> None:
    made = CELLS[name]()
    passes, weights = Kernels(made, planned), numbers(made, batch=(2,))
    run = passes.forward(weights)
    state = made.states[-1].label
    g = np.random.default_rng(0).normal(size=run[state][1:].shape)
    cut = passes.backward(run, {state: g}, since=4)
    late = Weights(
        weights.parameters,
        {n: run[n][4] for n in weights.states},
        {n: x[4:] for n, x in weights.inputs.items()},
    )
    alone = passes.backward(passes.forward(late), {state: g[4:]})
    for kind in ("parameters", "states"):
        for label, gradient in getattr(alone, kind).items():
            np.testing.assert_allclose(getattr(cut, kind)[label], gradient, rtol=0, atol=1e-13)
    for label, gradient in alone.inputs.items():
        np.testing.assert_allclose(cut.inputs[label][4:], gradient, rtol=0, atol=1e-13)
        assert not cut.inputs[label][:4].any()
    full = passes.backward(run, {state: g}).parameters
    assert any(np.abs(full[n] - cut.parameters[n]).max() > 1e-3 for n in full)


@every_cell
def test_checkpoints_change_nothing(name: str) -> None:
    made = CELLS[name]()
    passes, weights = Kernels(made), numbers(made, batch=(2,))
    run = passes.forward(weights)
    state = made.states[-1].label
    g = np.random.default_rng(0).normal(size=run[state][1:].shape)
    for given in ({state: g}, None) if name == "measured" else ({state: g},):
        expected = passes.backward(run, given)
        found = checkpointed_gradients(passes, weights, given)
        for kind in ("parameters", "states", "inputs"):
            for label, gradient in getattr(expected, kind).items():
                np.testing.assert_allclose(getattr(found, kind)[label], gradient, atol=1e-13)
    still = named("lstm").without_inputs()
    alone = random_weights(still, steps=STEPS, d=3)
    both = (
        Kernels(still).backward(Kernels(still).forward(alone), {"h": np.ones((STEPS, 3))}),
        checkpointed_gradients(Kernels(still), alone, {"h": np.ones((STEPS, 3))}),
    )
    np.testing.assert_allclose(both[0].parameters["W_i"], both[1].parameters["W_i"], atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_the_exponents_of_a_linear_cell_are_those_of_its_weights(dtype: Any) -> None:
    made = cell("h = W h'")
    passes = Kernels(made)
    draw = np.random.default_rng(2)
    rotation = np.linalg.qr(draw.normal(size=(3, 3)) + (0 if dtype is np.float64 else 1j))[0]
    W = rotation @ np.diag([2.0, 0.5, 1e-3]) @ rotation.conj().T
    # The products overflow and underflow: 2^2000 and 1e-3^2000; the state stays as it is small.
    start = 1e-300 * rotation[:, 1]
    weights = Weights({"W": W.astype(dtype)}, {"h": start.astype(dtype)}, {}, 400)
    expected = np.log([2.0, 0.5, 1e-3])
    np.testing.assert_allclose(lyapunov_exponents(passes, weights), expected, atol=2e-2)
    np.testing.assert_allclose(lyapunov_exponents(passes, weights, 1), expected[:1], atol=2e-2)
    lags = [0, 7, 400]
    np.testing.assert_allclose(log_norms(passes, weights, lags), np.log(2.0) * np.array(lags))


@pytest.mark.parametrize("name", ["lstm", "layers"])
def test_all_exponents_add_up_to_the_volume(name: str) -> None:
    made = CELLS[name]()
    passes, weights = Kernels(made), numbers(made)
    run = passes.forward(weights)
    steps = [passes.jacobian(run, j, j - 1) for j in range(1, STEPS + 1)]
    volume = sum(np.linalg.slogdet(step)[1] for step in steps) / STEPS
    assert np.isclose(lyapunov_exponents(passes, weights).sum(), volume, rtol=1e-9)
    whole = np.log(np.linalg.norm(passes.jacobian(run, STEPS, 2), 2))
    np.testing.assert_allclose(log_norms(passes, weights, [STEPS - 2]), [whole], rtol=1e-12)


def test_bad_input() -> None:
    made = named("gru")
    passes, weights = Kernels(made), numbers(made)
    run = passes.forward(weights)
    g = {"h": np.ones((STEPS, 3))}
    for ask, says in (
        (lambda: passes.backward(run, g, since=-1), "times"),
        (lambda: passes.backward(run, g, since=STEPS), "last time"),
        (lambda: passes.jacobian(run, 2, 3), "times"),
        (lambda: passes.vjp(run, 3, 2, {"q": np.ones(3)}), "cotangent of q"),
        (lambda: lyapunov_exponents(passes, weights, 0), "q out of range"),
        (lambda: lyapunov_exponents(passes, weights, 4), "q out of range"),
        (lambda: lyapunov_exponents(passes, numbers(made, batch=(2,))), "one sequence"),
        (lambda: log_norms(passes, weights, [STEPS + 1]), "times"),
        (lambda: log_norms(passes, weights, [-1]), "times"),
        (lambda: checkpointed_gradients(passes, weights, {"h": np.ones((3, 3))}), "each step"),
        (lambda: checkpointed_gradients(passes, weights), "no loss of its own"),
    ):
        with pytest.raises(IllFormedError, match=says):
            ask()
