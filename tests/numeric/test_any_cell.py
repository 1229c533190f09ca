"""Kernels of any cell against the complex step, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import Kernels, cell, elman, named, sigma_inside
from symrnn.errors import IllFormedError, NotSupportedError, RangeError, ShapeError
from symrnn.numeric import horizon
from symrnn.numeric.in_order import from_arrays, parameters_of
from symrnn.numeric.weights import Weights, random_weights

T = 5
CELLS = {
    "elman": elman("tanh"),
    "sigma_inside": sigma_inside("silu"),
    "lstm": named("lstm"),
    "gru": named("gru"),
    "text": cell("q = h' + V c'; h = tanh(W q + U x + b); c = alpha c' + softmax(h)"),
}
KERNELS = {name: Kernels(of) for name, of in CELLS.items()}


def numbers(kernels: Kernels) -> Weights:
    sizes = {s.name: {"d": 3, "m": 2}.get(s.name, 3) for s in kernels.cell.sizes}
    return random_weights(kernels.cell, steps=T, seed=3, **sizes)


def moved(kernels: Kernels, weights: Weights, direction: Any, t: int) -> Any:
    """∂s_t/∂s_0 times a direction, by the complex step through the forward pass."""
    parts = kernels.run(weights).parts(direction)
    states = {n: s + 1e-30j * parts[n] for n, s in weights.states.items()}
    parameters = {n: np.asarray(p, complex) for n, p in weights.parameters.items()}
    inputs = {n: np.asarray(x, complex) for n, x in weights.inputs.items()}
    return kernels.run(Weights(parameters, states, inputs)).states[t].imag / 1e-30


@pytest.mark.parametrize("name", CELLS)
def test_products_and_gradients_of_the_whole_state(name: str) -> None:
    kernels = KERNELS[name]
    weights = numbers(kernels)
    run = kernels.run(weights)
    columns = [moved(kernels, weights, each, 4) for each in np.eye(run.size)]
    exact = np.array(columns).T
    np.testing.assert_allclose(kernels.jacobian(run, 4, 0), exact, rtol=0, atol=1e-13)
    u = np.cos(np.arange(run.size))
    np.testing.assert_allclose(kernels.jvp(run, 4, 0, u), exact @ u, rtol=0, atol=1e-13)
    parts = kernels.vjp(run, 4, 0, run.parts(u))
    assert [*parts] == [*weights.states]
    by_parts = np.concatenate([*parts.values()])
    np.testing.assert_allclose(by_parts, exact.T @ u, rtol=0, atol=1e-13)
    assert kernels.norms(run, 4)[4] == pytest.approx(np.linalg.norm(exact, 2), rel=1e-12)
    log_norm = horizon.jacobian(kernels, run, 4, 0).log_norm()
    assert float(log_norm) == pytest.approx(np.log(np.linalg.norm(exact, 2)), rel=1e-12)
    found = kernels.gradients(run, u, 4)
    assert [*found] == [*parameters_of(kernels.cell), *(f"{n}0" for n in weights.states)]
    start = np.concatenate([found[f"{n}0"] for n in weights.states])
    np.testing.assert_allclose(start, exact.T @ u, rtol=0, atol=1e-13)
    # What the last τ + 1 terms leave out is what comes from before.
    kept = kernels.truncated_gradients(run, u, 1, 4)
    held = kernels.gradients(run, kernels.vjp(run, 4, 2, u), 2)
    for parameter, value in kept.items():
        np.testing.assert_allclose(value + held[parameter], found[parameter], atol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_arrays_in_a_row_are_the_weights(name: str) -> None:
    kernels = KERNELS[name]
    weights = numbers(kernels)
    row = [weights.parameters[each] for each in parameters_of(kernels.cell)]
    row += [*weights.states.values(), *(weights.inputs.values() or [T])]
    np.testing.assert_array_equal(kernels.run(*row).states, kernels.run(weights).states)
    with pytest.raises(IllFormedError, match="the arrays of"):
        kernels.run(*row, row[0])
    with pytest.raises(IllFormedError, match="the arrays of"):
        from_arrays(kernels.cell, tuple(row[:-1]), {"nothing": row[-1]})


def test_slopes_are_asked_for_by_name() -> None:
    lstm = KERNELS["lstm"]
    run = lstm.run(numbers(lstm))
    gate = run["i"][1:]
    np.testing.assert_allclose(lstm.slopes(run, "i")[1:], gate * (1 - gate), rtol=1e-14)
    with pytest.raises(IllFormedError, match="slopes"):
        lstm.slopes(run)
    with pytest.raises(IllFormedError, match="slopes"):
        lstm.slopes(run, "c")


def test_what_underflows_is_refused_in_any_cell() -> None:
    gru = KERNELS["gru"]
    zero = {n: np.zeros_like(p) for n, p in numbers(gru).parameters.items()}
    still = Weights({**zero, "b_z": np.full(3, -5.0)}, {"h": np.ones(3)}, {"x": np.ones((200, 2))})
    run = gru.run(still)
    with pytest.raises(RangeError, match="underflows float64"):
        gru.jacobian(run, 200, 0)
    with pytest.raises(RangeError, match="underflows float64"):
        gru.vjp(run, 200, 0, np.ones(3))
    # z = 1/(1 + e⁵) at every step.
    expected = -200 * np.log1p(np.exp(5.0))
    assert float(horizon.jacobian(gru, run, 200, 0).log_norm()) == pytest.approx(expected)


def test_saturated_gates_keep_their_slopes_unless_values_are_asked_for() -> None:
    text = cell("h = tanh(W h' + b)")
    far = Weights({"W": np.eye(1), "b": np.full(1, 20.0)}, {"h": np.zeros(1)}, {}, 1)
    exact, by_values = Kernels(text), Kernels(text, by_values=True)
    found = exact.jacobian(exact.run(far), 1, 0)
    assert found.item() == pytest.approx(4 * np.exp(-40.0), rel=1e-14)
    # 1 - n² is right to an ulp of 1, and that is more than the slope.
    assert by_values.jacobian(by_values.run(far), 1, 0).item() == pytest.approx(0, abs=1e-15)


def test_what_is_no_cell_or_does_not_fit_is_refused() -> None:
    with pytest.raises(IllFormedError, match="kernels are of a cell"):
        Kernels("lstm")
    lstm = KERNELS["lstm"]
    run = lstm.run(numbers(lstm))
    with pytest.raises(ShapeError, match="tangent"):
        lstm.jvp(run, 3, 1, np.ones(3))
    # As many directions for each part, and parts of a part's own shape.
    for h, c in ((np.ones((2, 3)), np.ones((5, 3))), (np.ones(3), np.ones(2))):
        with pytest.raises(ShapeError, match="tangent of"):
            lstm.jvp(run, 3, 1, {"h": h, "c": c})
    with pytest.raises(IllFormedError, match="cotangent of i"):
        lstm.vjp(run, 3, 1, {"i": np.ones(3)})
    with pytest.raises(NotSupportedError, match="letters"):
        _ = lstm.rnn
