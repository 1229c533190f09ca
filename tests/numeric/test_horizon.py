"""Long horizons: against high precision, closed forms and the unscaled kernels."""

from __future__ import annotations

import tracemalloc
from typing import Any

import mpmath
import numpy as np
import pytest

from symrnn import elman
from symrnn.errors import IllFormedError, RangeError, ShapeError
from symrnn.numeric import horizon
from symrnn.numeric.differences import relative_error
from symrnn.numeric.kernels import Kernels
from symrnn.theory.about import EXAMPLES

CELL_KERNELS = {cell: Kernels(build("tanh")) for cell, build in EXAMPLES.items()}
TANH = CELL_KERNELS["elman"]
IDENTITY = Kernels(elman("identity"))


def net(d: int, steps: int, seed: int, scale: float = 1.0, batch: tuple[int, ...] = ()) -> Any:
    rng = np.random.default_rng(seed)
    return {
        "W": scale * rng.normal(size=(d, d)) / np.sqrt(d),
        "U": rng.normal(size=(d, 2)),
        "b": 0.1 * rng.normal(size=d),
        "s0": rng.normal(size=(*batch, d)),
        "x": rng.normal(size=(steps, *batch, 2)),
    }


def linear(W: Any, steps: int) -> Any:
    """s_j = W s_{j-1} from 0: every Jacobian is a power of W, and no state overflows."""
    d = len(W)
    return {
        "W": W,
        "U": np.zeros((d, 1)),
        "b": np.zeros(d),
        "s0": np.zeros(d),
        "x": np.zeros((steps, 1)),
    }


def reference(W: Any, U: Any, b: Any, s0: Any, x: Any) -> tuple[Any, Any, Any]:
    """∂s_T/∂s_0, the row 1ᵀ ∂s_T/∂s_0, and ∂(1ᵀ s_T)/∂W with 40 digits, written entry by entry."""
    with mpmath.workdps(40):
        high = np.vectorize(mpmath.mpf, otypes=[object])
        w, u, c, state, inputs = (high(value) for value in (W, U, b, s0, x))
        states, slopes = [state], []
        for row in inputs:
            a = w @ states[-1] + u @ row + c
            states.append(np.array([mpmath.tanh(value) for value in a]))
            slopes.append(1 - states[-1] ** 2)
        product, total, delta = high(np.eye(len(W))), high(0 * W), high(np.ones(len(W)))
        for v, before in zip(reversed(slopes), reversed(states[:-1]), strict=True):
            total = total + np.outer(v * delta, before)
            delta = w.T @ (v * delta)
        for v in slopes:
            product = v[:, None] * (w @ product)
        return product, delta, total


def reference_inside(W: Any, U: Any, b: Any, s0: Any, x: Any) -> Any:
    """∂s_T/∂s_0 with σ inside, with 40 digits."""
    with mpmath.workdps(40):
        high = np.vectorize(mpmath.mpf, otypes=[object])
        w, u, c, state, inputs = (high(value) for value in (W, U, b, s0, x))
        product = high(np.eye(len(W)))
        for row in inputs:
            a = np.array([mpmath.tanh(value) for value in state])
            product = w @ ((1 - a**2)[:, None] * product)
            state = w @ a + u @ row + c
        return product


def log_frobenius(matrix: Any) -> float:
    with mpmath.workdps(40):
        return float(mpmath.log(mpmath.sqrt(sum(abs(value) ** 2 for value in matrix.ravel()))))


def test_a_thousand_steps_against_forty_digits() -> None:
    given = net(4, 1000, seed=0)
    product, _, _ = reference(**given)
    run = TANH.run(**given)
    expected = log_frobenius(product)
    assert expected < -400
    ours = horizon.jacobian(TANH, run, 1000, 0)
    assert float(ours.log_norm("fro")) == pytest.approx(expected, rel=1e-9)
    wrong = Kernels(elman("tanh"))
    wrong.__dict__["step_jacobians"] = lambda *span: TANH.step_jacobians(*span).mT
    planted = horizon.jacobian(wrong, run, 1000, 0)
    assert abs(float(planted.log_norm("fro")) / expected - 1) > 1e-9


def test_a_thousand_steps_with_sigma_inside() -> None:
    given, kernels = net(4, 1000, seed=0), CELL_KERNELS["sigma_inside"]
    product = reference_inside(**given)
    ours = horizon.jacobian(kernels, kernels.run(**given), 1000, 0)
    assert log_frobenius(product) < -400
    assert float(ours.log_norm()) == pytest.approx(log_frobenius(product), rel=1e-11)


@pytest.mark.parametrize("scale", [0.02, 1.0])
def test_gradients_below_every_float(scale: float) -> None:
    given = net(3, 300, seed=1, scale=scale)
    _, delta, total = reference(**given)
    run = TANH.run(**given)
    ours = horizon.gradients(TANH, run, np.ones(3))
    assert float(ours["s0"].log_norm()) == pytest.approx(log_frobenius(delta), rel=1e-9)
    expected = total.astype(float)
    assert relative_error(ours["W"].value(), expected) < 1e-12
    # and with the terms near the end cut away, what is left is far below the smallest float
    early = horizon.gradients(TANH, run, np.ones(3), since=299)
    assert set(early) == {"W", "U", "b"}


@pytest.mark.parametrize("steps", [1, 7, 5000])
def test_powers_beyond_every_float(steps: int) -> None:
    W = np.diag([2.0, 0.5, -3.0])
    run = IDENTITY.run(**linear(W, steps))
    J = horizon.jacobian(IDENTITY, run, steps, 0)
    assert float(J.log_norm()) == pytest.approx(steps * np.log(3), rel=1e-12)
    gradients = horizon.gradients(IDENTITY, run, np.array([0.0, 1.0, 0.0]))
    assert float(gradients["s0"].log_norm()) == pytest.approx(-steps * np.log(2), rel=1e-12)
    # Σ_k 2^{-(t-k)} = 2 - 2^{1-t}
    np.testing.assert_allclose(gradients["b"].value()[1], 2 - 2.0 ** (1 - steps), rtol=1e-12)
    growing = horizon.gradients(IDENTITY, run, np.array([1.0, 0.0, 0.0]))
    assert float(growing["b"].log_norm()) == pytest.approx(
        steps * np.log(2) + np.log1p(-(2.0**-steps)), rel=1e-12
    )
    if steps == 5000:
        with pytest.raises(RangeError, match="a scaled value overflows float64"):
            growing["b"].value()


@pytest.mark.parametrize("cell", EXAMPLES)
@pytest.mark.parametrize("batch", [(), (3,), (2, 2)])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.complex128])
def test_short_horizons_are_the_unscaled_kernels(
    cell: str, batch: tuple[int, ...], kind: Any
) -> None:
    kernels = CELL_KERNELS[cell]
    given = {name: value.astype(kind) for name, value in net(4, 9, 2, 1.3, batch).items()}
    run = kernels.run(**given)
    tolerance = 1e-4 if kind is np.float32 else 1e-12
    J = horizon.jacobian(kernels, run, 9, 2)
    assert J.mantissa.dtype == kind and J.exponent.shape == batch
    np.testing.assert_allclose(J.value(), kernels.jacobian(run, 9, 2), tolerance, tolerance)
    norm = horizon.jacobian(kernels, run, 9, 4).log_norm()
    np.testing.assert_allclose(np.exp(norm), kernels.norms(run)[5], tolerance, tolerance)
    g = np.cos(np.arange(9 * 4 * max(1, int(np.prod(batch))))).reshape(9, *batch, 4).astype(kind)
    pairs = [
        (horizon.gradients(kernels, run, g[0], 8, since), kernels.gradients(run, g[0], 8, since))
        for since in (0, 3)
    ]
    for since in (0, 3):
        plain = kernels.adjoint_gradients(run, g, since)
        pairs.append((horizon.adjoint_gradients(kernels, run, g, since), plain))
    for ours, plain in pairs:
        assert set(ours) == set(plain)
        for name, value in plain.items():
            np.testing.assert_allclose(ours[name].value(), value, tolerance, tolerance)


@pytest.mark.parametrize("cell", EXAMPLES)
def test_the_total_loss_in_many_short_sweeps(cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kernels = CELL_KERNELS[cell]
    monkeypatch.setattr(horizon, "LONGEST_SWEEP", 3)
    run = kernels.run(**net(4, 20, 3, 1.5, (2,)))
    g = np.sin(np.arange(160.0)).reshape(20, 2, 4)
    g[5:12] = 0
    plain = kernels.adjoint_gradients(run, g)
    for name, ours in horizon.adjoint_gradients(kernels, run, g).items():
        np.testing.assert_allclose(ours.value(), plain[name], rtol=1e-11, atol=1e-13)


def test_a_product_that_is_zero() -> None:
    run = IDENTITY.run(**linear(np.array([[0.0, 1.0], [0.0, 0.0]]), 40))
    assert horizon.jacobian(IDENTITY, run, 40, 0).log_norm() == -np.inf
    gradients = horizon.gradients(IDENTITY, run, np.ones(2))
    assert not gradients["s0"].value().any()
    np.testing.assert_array_equal(gradients["b"].value(), [1, 2])


@pytest.mark.parametrize("cell", EXAMPLES)
@pytest.mark.parametrize("every", [None, 1, 4, 100])
@pytest.mark.parametrize("summed", [False, True])
def test_checkpoints_change_nothing(cell: str, every: int | None, summed: bool) -> None:
    kernels = CELL_KERNELS[cell]
    given = net(4, 23, 5, 1.2, (3,))
    g = np.cos(np.arange(23 * 12.0)).reshape(23, 3, 4)
    plain = kernels.adjoint_gradients(kernels.run(**given), g, summed=summed)
    ours = horizon.checkpointed_gradients(
        kernels, **given, loss_gradients=g, every=every, summed=summed
    )
    assert set(ours) == set(plain)
    for name, value in plain.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-11, atol=1e-12)


def test_checkpoints_save_memory() -> None:
    given = net(8, 2500, 6, 1.0, (4,))
    g = np.ones((2500, 4, 8))

    def peak(work: Any) -> int:
        work()
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    plain = peak(lambda: TANH.adjoint_gradients(TANH.run(**given), g, summed=True))
    saved = peak(lambda: horizon.checkpointed_gradients(TANH, **given, loss_gradients=g))
    assert saved < plain / 4


@pytest.mark.parametrize("t", [0, 3])
def test_without_a_step_gradients_are_zeros(t: int) -> None:
    run = TANH.run(**net(3, 5, 7, batch=(2,)))
    g = np.arange(6.0).reshape(2, 3)
    plain, ours = TANH.gradients(run, g, t, t), horizon.gradients(TANH, run, g, t, t)
    assert set(ours) == set(plain)
    for name, value in plain.items():
        np.testing.assert_array_equal(ours[name].value(), value)
        assert ours[name].exponent.shape == (2,)


def test_bad_input_is_named() -> None:
    given = net(3, 5, 7)
    run = TANH.run(**given)
    with pytest.raises(IllFormedError, match="times out of range"):
        horizon.jacobian(TANH, run, 2, 3)
    with pytest.raises(ShapeError, match="loss_gradient has shape"):
        horizon.gradients(TANH, run, np.ones(4))
    with pytest.raises(ShapeError, match="loss_gradient has shape"):
        horizon.gradients(TANH, run, np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"initial|s0|states\['s'\]"):
        horizon.checkpointed_gradients(TANH, **{**given, "s0": 0.0}, loss_gradients=np.ones((5, 3)))
    with pytest.raises(ShapeError, match="one row for each step"):
        horizon.adjoint_gradients(TANH, run, np.ones((4, 3)))
    with pytest.raises(ShapeError, match="one row for each step"):
        horizon.checkpointed_gradients(TANH, **given, loss_gradients=np.ones((4, 3)))
    with pytest.raises(IllFormedError, match="every: a number of steps"):
        horizon.checkpointed_gradients(TANH, **given, loss_gradients=np.ones((5, 3)), every=0)
