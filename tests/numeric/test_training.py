"""Training on the sunspots with a hand-written adjoint, and what `train` refuses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric import training
from symrnn.numeric.data import Series, sunspots
from symrnn.numeric.differences import complex_step, relative_error
from symrnn.numeric.simulate import loss_gradients

Array = NDArray[Any]


def adjoint(
    W: Array, U: Array, b: Array, s0: Array, x: Array, g: Array
) -> tuple[Array, Array, Array]:
    """Backpropagation through time by hand, for the tests alone."""
    states = [s0]
    for x_j in x:
        states.append(np.tanh(states[-1] @ W.T + x_j @ U.T + b))
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    later = np.zeros_like(s0)
    for j in range(len(x), 0, -1):
        alpha = (g[j - 1] + later) * (1 - states[j] ** 2)
        dW += alpha.T @ states[j - 1]
        dU += alpha.T @ x[j - 1]
        db += alpha.sum(0)
        later = alpha @ W
    return dW, dU, db


def adjoint_inside(
    W: Array, U: Array, b: Array, s0: Array, x: Array, g: Array
) -> tuple[Array, Array, Array]:
    """The same by hand for the cell with σ inside."""
    states = [s0]
    for x_j in x:
        states.append(np.tanh(states[-1]) @ W.T + x_j @ U.T + b)
    dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros_like(b)
    later = np.zeros_like(s0)
    for j in range(len(x), 0, -1):
        delta, value = g[j - 1] + later, np.tanh(states[j - 1])
        dW += delta.T @ value
        dU += delta.T @ x[j - 1]
        db += delta.sum(0)
        later = (delta @ W) * (1 - value**2)
    return dW, dU, db


ADJOINTS = {False: adjoint, True: adjoint_inside}


@pytest.fixture(scope="module", params=ADJOINTS, ids=["elman", "σ inside"])
def trained(request: pytest.FixtureRequest) -> training.TrainedNet:
    return training.train(sunspots(), ADJOINTS[request.param], inside=request.param)


@pytest.mark.parametrize("inside", ADJOINTS)
def test_the_adjoint_of_these_tests_is_right(inside: bool) -> None:
    random = np.random.default_rng(0)
    W, U, b = (random.normal(size=shape) for shape in ((3, 3), (3, 1), 3))
    s0, x, g = (random.normal(size=shape) for shape in ((2, 3), (4, 2, 1), (4, 2, 3)))

    def loss(s: Array) -> Array:
        weighted = s[1:] * g[:, np.newaxis]
        return np.asarray(weighted.sum((0, 2, 3)))

    expected = loss_gradients(W, U, b, s0, x, np.tanh, loss, inside=inside)
    for found, name in zip(ADJOINTS[inside](W, U, b, s0, x, g), "WUb", strict=True):
        assert relative_error(found, getattr(expected, name)) < 1e-13


def test_the_held_out_tail_is_predicted_far_better_than_by_the_last_value(
    trained: training.TrainedNet,
) -> None:
    assert trained.held_out < 0.6 * trained.baseline
    assert trained.loss_last < 0.3 * trained.loss_first
    assert trained.d == 32
    assert trained.steps == 300
    assert 0 < trained.clipped < trained.steps


def test_the_figures_can_be_recomputed(trained: training.TrainedNet) -> None:
    values = sunspots().values
    standard = (values - trained.mean) / trained.scale
    assert np.mean(standard[: trained.split + 1]) == pytest.approx(0, abs=1e-13)
    assert np.std(standard[: trained.split + 1]) == pytest.approx(1)
    np.testing.assert_allclose(trained.inputs[:, 0], standard[:-1])
    np.testing.assert_allclose(trained.targets, standard[1:])

    net = trained.trained
    predicted = net.predict(trained.inputs)
    assert predicted.shape == trained.targets.shape
    tail = slice(trained.split, None)
    assert trained.held_out == np.mean((predicted[tail] - trained.targets[tail]) ** 2)
    assert trained.baseline == np.mean((standard[:-1][tail] - standard[1:][tail]) ** 2)
    # Trained on the first part only: the last window ends before the first held-out input.
    assert trained.windows[-1, -1, 0] in trained.inputs[: trained.split, 0]
    assert len(trained.inputs) - trained.split == round(0.2 * 308)


@pytest.mark.parametrize("inside", ADJOINTS)
def test_each_gradient_is_that_of_the_loss(inside: bool) -> None:
    random = np.random.default_rng(4)
    net = training._initial(3, 5, inside)
    x, targets = random.normal(size=(6, 2, 1)), random.normal(size=(6, 2))
    loss, (dW, dU, db, dc, de) = training._gradients(net, x, targets, ADJOINTS[inside])
    assert loss == pytest.approx(np.mean((net.predict(x) - targets) ** 2))

    def of_states(s: Array) -> Array:
        error = s[1:] @ net.c + net.e - targets[:, np.newaxis]
        return np.asarray((error**2).mean((0, 2)))

    recurrence = (net.W, net.U, net.b, np.zeros(3), x, np.tanh)
    expected = loss_gradients(*recurrence, of_states, inside=inside)
    states = net.states(x)

    def of_readout(ce: Array) -> Array:
        error = states[1:] @ ce[:, np.newaxis, :3, np.newaxis]
        error = error[..., 0] + ce[:, np.newaxis, np.newaxis, 3] - targets
        return np.asarray((error**2).mean((1, 2)))

    readout = complex_step(of_readout, np.append(net.c, net.e))
    assert relative_error(dW, expected.W) < 1e-13
    assert relative_error(dU, expected.U) < 1e-13
    assert relative_error(db, expected.b) < 1e-13
    assert relative_error(np.append(dc, de), readout) < 1e-13


def test_training_is_deterministic_and_seeded() -> None:
    runs = [training.train(sunspots(), adjoint, d=4, steps=3, seed=s) for s in (0, 0, 1)]
    assert runs[0].losses == runs[1].losses
    assert runs[0].losses != runs[2].losses
    np.testing.assert_array_equal(runs[0].trained.W, runs[1].trained.W)


def test_a_low_threshold_clips_every_step() -> None:
    run = training.train(sunspots(), adjoint, d=4, steps=5, kappa=1e-3)
    assert run.clipped == run.steps == 5


def test_it_takes_seconds() -> None:
    start = time.perf_counter()
    training.train(sunspots(), adjoint, steps=50)
    assert time.perf_counter() - start < 4


def test_progress_is_told_after_each_step() -> None:
    seen: list[tuple[int, int, float]] = []
    run = training.train(
        sunspots(), adjoint, d=3, steps=4, progress=lambda *told: seen.append(told)
    )
    assert [(step, total) for step, total, _ in seen] == [(i, 4) for i in range(1, 5)]
    assert [loss for _, _, loss in seen] == list(run.losses[:-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"d": 0}, "d: expected at least 1"),
        ({"steps": 0}, "steps: expected at least 1"),
        ({"length": 0}, "length: expected at least 1"),
        ({"stride": 0}, "stride: expected at least 1"),
        ({"length": 300}, "a window no longer than the part trained on"),
        ({"tail": 0.0}, "tail: expected more than 0"),
        ({"tail": 1.0}, "tail: expected more than 0"),
        ({"rate": -1.0}, "rate: expected more than 0"),
        ({"rate": float("nan")}, "rate: expected more than 0"),
        ({"kappa": 0.0}, "kappa: expected a finite number"),
    ],
)
def test_arguments_out_of_range(options: dict[str, Any], message: str) -> None:
    with pytest.raises(IllFormedError, match=message):
        training.train(sunspots(), adjoint, **options)


def test_a_constant_series_is_refused() -> None:
    with pytest.raises(IllFormedError, match="values that vary"):
        training.train(Series("flat", np.ones(80), "here"), adjoint)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda W, U, b: (W.T[:-1], U, b), ShapeError, "∂L/∂W in the shape of W"),
        (lambda W, U, b: (W, U[:, 0], b), ShapeError, "∂L/∂U in the shape of U"),
        (lambda W, U, b: (W, U, b * np.nan), IllFormedError, "expected finite entries"),
    ],
)
def test_a_gradient_that_makes_no_sense_is_refused(
    spoil: Callable[..., Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        training.train(sunspots(), lambda *v: spoil(*adjoint(*v)), d=4, steps=2)
