"""The hand-written recurrence, and its derivatives by restarting and perturbing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from elman_by_hand import loss_gradients, simulate, state_jacobian, truncated_gradient
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import central_differences, complex_step, relative_error

Array = NDArray[Any]


class Net(NamedTuple):
    W: Array
    U: Array
    b: Array
    s0: Array
    x: Array


def _net(seed: int, d: int = 3, m: int = 2, steps: int = 5, batch: tuple[int, ...] = ()) -> Net:
    random = np.random.default_rng(seed)
    return Net(
        random.normal(size=(d, d)),
        random.normal(size=(d, m)),
        random.normal(size=d),
        random.normal(size=(*batch, d)),
        random.normal(size=(steps, *batch, m)),
    )


def _square(s: Array) -> Array:
    """Σ s² over all times and batches; the axis of the runs is kept."""
    kept = np.moveaxis(s, 1, 0)
    return (kept**2).reshape(kept.shape[0], -1).sum(-1)


def test_each_step_is_the_recurrence() -> None:
    net = _net(0)
    a, s = simulate(*net, np.tanh)
    assert a.shape == s.shape == (6, 3)
    assert np.all(np.isnan(a[0]))
    np.testing.assert_array_equal(s[0], net.s0)
    for j in range(1, 6):
        expected = [
            sum(net.W[i, l] * s[j - 1, l] for l in range(3))  # noqa: E741
            + sum(net.U[i, l] * net.x[j - 1, l] for l in range(2))  # noqa: E741
            + net.b[i]
            for i in range(3)
        ]
        np.testing.assert_allclose(a[j], expected, rtol=1e-13)
        np.testing.assert_array_equal(s[j], np.tanh(a[j]))


def test_each_step_with_sigma_inside() -> None:
    net = _net(0)
    a, s = simulate(*net, np.tanh, inside=True)
    assert np.all(np.isnan(a[0]))
    np.testing.assert_array_equal(s[0], net.s0)
    for j in range(1, 6):
        np.testing.assert_array_equal(a[j], np.tanh(s[j - 1]))
        expected = [
            sum(net.W[i, l] * np.tanh(s[j - 1, l]) for l in range(3))  # noqa: E741
            + sum(net.U[i, l] * net.x[j - 1, l] for l in range(2))  # noqa: E741
            + net.b[i]
            for i in range(3)
        ]
        np.testing.assert_allclose(s[j], expected, rtol=1e-13)


def test_both_cells_pass_through_the_same_values() -> None:
    """From W σ(z_0) + U x_1 + b on, a cell with σ inside has the other's a_j for states."""
    net = _net(0)
    inside = simulate(*net, np.tanh, inside=True)
    plain = simulate(*net._replace(s0=np.tanh(net.s0)), np.tanh)
    np.testing.assert_allclose(inside.s[1:], plain.a[1:], rtol=1e-13)
    np.testing.assert_allclose(inside.a[1:], plain.s[:-1], rtol=1e-13)


@pytest.mark.parametrize("inside", [False, True])
def test_batches_are_independent_runs(inside: bool) -> None:
    batch = _net(1, batch=(4, 2))
    weights = np.random.default_rng(2).normal(size=(4, 1, 3, 3))
    _, s = simulate(weights, *batch[1:], np.tanh, inside=inside)
    assert s.shape == (6, 4, 2, 3)
    for i in range(4):
        for n in range(2):
            alone = Net(weights[i, 0], batch.U, batch.b, batch.s0[i, n], batch.x[:, i, n])
            one = simulate(*alone, np.tanh, inside=inside)
            np.testing.assert_allclose(s[:, i, n], one.s, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtype_is_that_of_the_arguments(dtype: type) -> None:
    a, s = simulate(*(v.astype(dtype) for v in _net(3)), np.tanh)
    assert a.dtype == s.dtype == dtype


def test_a_net_without_input_has_m_zero() -> None:
    net = _net(4, m=0)
    _, s = simulate(*net, np.tanh)
    np.testing.assert_allclose(s[1], np.tanh(net.W @ net.s0 + net.b), rtol=1e-14)


def test_no_steps_leave_the_initial_state() -> None:
    _, s = simulate(*_net(5, steps=0), np.tanh)
    assert s.shape == (1, 3)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize(("t", "k"), [(5, 0), (5, 2), (4, 3), (3, 3)])
@pytest.mark.parametrize("inside", [False, True])
def test_state_jacobian_is_the_product_of_the_steps(
    name: str, t: int, k: int, inside: bool
) -> None:
    net, sigma = _net(6), ACTIVATIONS[name]
    a, s = simulate(*net, sigma, inside=inside)
    product = np.eye(3)
    for j in range(k + 1, t + 1):
        at = s[j - 1] if inside else a[j]
        slopes = sigma(at + 1e-30j).imag / 1e-30
        factor = net.W * slopes if inside else slopes[:, np.newaxis] * net.W
        product = factor @ product
    found = state_jacobian(*net, sigma, t, k, inside=inside)
    assert relative_error(found, product, 1e-12) < 1e-12
    by_differences = state_jacobian(*net, sigma, t, k, central_differences, inside=inside)
    assert relative_error(by_differences, product, 1e-3) < 1e-7


@pytest.mark.parametrize("batch", [(), (3,), (2, 2)])
@pytest.mark.parametrize("inside", [False, True])
def test_loss_gradients_agree_with_plain_differences(batch: tuple[int, ...], inside: bool) -> None:
    net = _net(7, batch=batch)
    exact = loss_gradients(*net, np.tanh, _square, inside=inside)
    rough = loss_gradients(*net, np.tanh, _square, central_differences, inside=inside)
    for name in ("W", "U", "b", "s0"):
        found = getattr(exact, name)
        assert found.shape == getattr(net, name).shape
        assert relative_error(getattr(rough, name), found) < 1e-8

    def at(W: Array) -> float:
        return float((simulate(W, *net[1:], np.tanh, inside=inside).s ** 2).sum())

    direction = np.random.default_rng(8).normal(size=(3, 3))
    h = 1e-6
    slope = (at(net.W + h * direction) - at(net.W - h * direction)) / (2 * h)
    assert (exact.W * direction).sum() == pytest.approx(slope, rel=1e-7)


@pytest.mark.parametrize("budget", [1, 3000, 1 << 25])
def test_a_budget_bounds_what_is_perturbed_at_a_time(budget: int) -> None:
    net, taken = _net(7), []

    def loss(states: Array) -> Array:
        taken.append(2 * states.nbytes + states.shape[1] * net.W.nbytes)
        return _square(states)

    found = loss_gradients(*net, np.tanh, loss, budget=budget)
    expected = loss_gradients(*net, np.tanh, _square)
    assert relative_error(found.W, expected.W) < 1e-13
    one_direction = 16 * (9 + 2 * 3 * (len(net.x) + 1))
    assert max(taken) <= max(budget, one_direction)


def test_a_common_initial_state_collects_the_whole_batch() -> None:
    net = _net(9, batch=(4,))
    common = net._replace(s0=net.s0[0])
    spread = net._replace(s0=np.tile(net.s0[0], (4, 1)))
    one = loss_gradients(*common, np.tanh, _square).s0
    many = loss_gradients(*spread, np.tanh, _square).s0
    np.testing.assert_allclose(one, many.sum(0), rtol=1e-12)


@given(seed=st.integers(0, 1000), t=st.integers(0, 5), inside=st.booleans(), data=st.data())
def test_holding_a_state_drops_its_terms(
    seed: int, t: int, inside: bool, data: st.DataObject
) -> None:
    """The terms from steps after `held` and up to it make the whole gradient of L_t."""
    held = data.draw(st.integers(0, t))
    net = _net(seed)

    def loss(s: Array) -> Array:
        return (s**2).sum(-1)

    whole = truncated_gradient(*net, np.tanh, loss, t, 0, inside=inside)
    kept = truncated_gradient(*net, np.tanh, loss, t, held, inside=inside)
    # What is dropped reaches L_t through s_held alone: ∂L_t/∂s_held · ∂s_held/∂θ.
    s = simulate(*net, np.tanh, inside=inside).s
    through = 2 * s[t] @ state_jacobian(*net, np.tanh, t, held, inside=inside)
    dropped = truncated_gradient(*net, np.tanh, lambda v: v @ through, held, 0, inside=inside)
    for name in ("W", "U", "b"):
        total = getattr(kept, name) + getattr(dropped, name)
        assert relative_error(total, getattr(whole, name), 1e-9) < 1e-11


def test_nothing_is_left_when_the_last_state_is_held() -> None:
    net = _net(10, batch=(2,))
    left = truncated_gradient(*net, np.tanh, lambda s: (s**2).sum((-1, -2)), 4, 4)
    assert not np.any(left.W) and not np.any(left.U) and not np.any(left.b)


def test_a_held_state_does_not_see_the_perturbation() -> None:
    net = _net(11)
    whole = truncated_gradient(*net, np.tanh, lambda s: s.sum(-1), 5, 0)
    kept = truncated_gradient(*net, np.tanh, lambda s: s.sum(-1), 5, 3)
    assert relative_error(kept.W, whole.W) > 1e-3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": np.ones((3, 2))}, "W: expected a square matrix"),
        ({"W": np.ones(3)}, "W: expected at least 2 axes"),
        ({"U": np.ones((4, 2))}, "U: expected size 3 along axis -2"),
        ({"b": np.ones(2)}, "b: expected size 3"),
        ({"s0": np.ones(5)}, "s0: expected size 3"),
        ({"x": np.ones((5, 3))}, "x: expected size 2 along axis -1"),
        ({"x": np.ones((5, 4, 2)), "s0": np.ones((3, 3))}, "batch axes do not fit"),
    ],
)
def test_shapes_that_do_not_fit_are_named(change: dict[str, Array], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        simulate(*_net(12)._replace(**change), np.tanh)


@pytest.mark.parametrize(("t", "k"), [(2, 3), (6, 0), (3, -1)])
def test_times_are_checked(t: int, k: int) -> None:
    with pytest.raises(IllFormedError, match="0 ≤ k ≤ t ≤ T"):
        state_jacobian(*_net(13), np.tanh, t, k)
    with pytest.raises(IllFormedError, match="0 ≤ held ≤ t ≤ T"):
        truncated_gradient(*_net(13), np.tanh, lambda s: s.sum(-1), t, k)


def test_one_jacobian_belongs_to_one_sequence() -> None:
    with pytest.raises(ShapeError, match="one sequence"):
        state_jacobian(*_net(14, batch=(2,)), np.tanh, 3, 1)
    net = _net(14)
    with pytest.raises(ShapeError, match="W: expected 2 axes"):
        loss_gradients(net.W[np.newaxis], *net[1:], np.tanh, _square)


@pytest.mark.parametrize("oracle", [complex_step, central_differences])
def test_a_loss_must_keep_the_axis_of_the_runs(oracle: Callable[..., Any]) -> None:
    with pytest.raises(ShapeError, match="one row of values per row"):
        loss_gradients(*_net(15), np.tanh, lambda s: s.sum(), oracle)
