"""The difference oracles against derivatives known in closed form, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from symrnn.errors import IllFormedError, ShapeError
from symrnn.numeric.differences import (
    central_differences,
    complex_step,
    relative_error,
    richardson,
)

Function = Callable[[NDArray[Any]], NDArray[Any]]
finite = st.floats(-3, 3, allow_nan=False, width=64)

A = np.random.default_rng(1).normal(size=(4, 3))


def _tanh_of_linear(x: NDArray[Any]) -> NDArray[Any]:
    return np.tanh(x @ A.T)


def _its_jacobian(x: NDArray[Any]) -> NDArray[Any]:
    return (1 - np.tanh(A @ x) ** 2)[:, np.newaxis] * A


@given(arrays(np.float64, 3, elements=finite))
def test_each_oracle_finds_a_known_jacobian(x: NDArray[Any]) -> None:
    expected = _its_jacobian(x)
    assert relative_error(complex_step(_tanh_of_linear, x), expected, 1e-3) < 1e-13
    assert relative_error(central_differences(_tanh_of_linear, x), expected, 1) < 1e-9
    extrapolated = richardson(_tanh_of_linear, x)
    assert relative_error(extrapolated.jacobian, expected, 1) < 1e-11


@given(arrays(np.float64, 3, elements=finite))
def test_richardson_estimates_its_own_error(x: NDArray[Any]) -> None:
    found = richardson(_tanh_of_linear, x)
    assert np.all(np.abs(found.jacobian - _its_jacobian(x)) <= 10 * found.error)
    assert np.all(found.error < 1e-9)
    assert found.steps.shape == (6, 3)


def test_richardson_says_which_step_it_chose_and_what_it_would_notice() -> None:
    x = np.array([0.3, -0.2, 0.9])
    found = richardson(_tanh_of_linear, x)
    assert found.chosen.shape == found.jacobian.shape == (4, 3)
    assert np.all(np.isin(found.chosen, found.steps))
    exact = _its_jacobian(x)
    assert 0 < found.noticed < 1e-9
    assert relative_error(found.jacobian, exact) <= 10 * found.noticed
    # What varies faster is followed with smaller steps.
    fast = richardson(lambda v: np.sin(40 * v), x)
    assert np.max(np.diag(fast.chosen)) < np.min(np.diag(richardson(np.sin, x).chosen))
    assert richardson(np.zeros_like, x).noticed == 0


@pytest.mark.parametrize("oracle", [complex_step, central_differences])
@pytest.mark.parametrize("budget", [1, 100, 1 << 20])
def test_a_budget_bounds_the_points_of_a_run(
    oracle: Callable[..., NDArray[Any]], budget: int
) -> None:
    sizes: list[int] = []

    def counted(v: NDArray[Any]) -> NDArray[Any]:
        sizes.append(v.nbytes)
        return _tanh_of_linear(v)

    x = np.array([0.3, -0.2, 0.9])
    found = oracle(counted, x, budget=budget)
    assert relative_error(found, _its_jacobian(x)) < 1e-8
    one_point = 3 * (16 if oracle is complex_step else 8)
    assert max(sizes) <= max(one_point, budget)


@pytest.mark.parametrize("oracle", [complex_step, central_differences])
@pytest.mark.parametrize("chunk", [1, 2, 5, 100])
def test_chunks_change_nothing(oracle: Callable[..., NDArray[Any]], chunk: int) -> None:
    x = np.array([0.3, -0.2, 0.9])
    whole = oracle(_tanh_of_linear, x)
    # Only the order in which a product of matrices is summed may differ with its size.
    assert relative_error(oracle(_tanh_of_linear, x, chunk=chunk), whole) < 1e-9


@pytest.mark.parametrize("oracle", [complex_step, central_differences])
def test_shape_is_out_plus_in(oracle: Callable[..., NDArray[Any]]) -> None:
    x = np.arange(6.0).reshape(2, 3)

    def gram(m: NDArray[Any]) -> NDArray[Any]:
        return np.swapaxes(m, -1, -2) @ m

    jacobian = oracle(gram, x)
    assert jacobian.shape == (3, 3, 2, 3)
    eye = np.eye(3)
    expected = np.einsum("pj,iq->ijpq", x, eye) + np.einsum("pi,jq->ijpq", x, eye)
    assert relative_error(jacobian, expected) < 1e-8
    assert oracle(lambda m: m.sum((1, 2)), x).shape == (2, 3)
    assert oracle(lambda m: m * 2.0, np.array(1.5)).shape == ()
    assert oracle(lambda m: m.sum(1, keepdims=True), np.empty(0)).shape == (1, 0)


def test_the_default_step_grows_with_the_point() -> None:
    jacobian = central_differences(lambda x: x**3, np.array([1e8]))
    assert relative_error(jacobian, np.array([[3e16]])) < 1e-9


def test_richardson_is_exact_for_polynomials_of_low_degree() -> None:
    found = richardson(lambda x: x**5, np.array([0.5]), step=0.5, levels=4)
    assert found.jacobian[0, 0] == pytest.approx(5 * 0.5**4, rel=1e-13)


@pytest.mark.parametrize("oracle", [complex_step, central_differences, richardson])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.array([1.0, np.nan]), "x: expected finite"),
        (np.array([np.inf]), "x: expected finite"),
        (np.array([1j]), "x: expected real"),
        (np.array(["1"]), "x: expected real"),
    ],
)
def test_a_bad_point_is_refused(
    oracle: Callable[..., object], x: NDArray[Any], message: str
) -> None:
    with pytest.raises(IllFormedError, match=message):
        oracle(lambda v: v, x)


@pytest.mark.parametrize("oracle", [complex_step, central_differences, richardson])
@pytest.mark.parametrize("step", [0.0, -1.0, np.nan, np.inf, 1j])
def test_a_bad_step_is_refused(oracle: Callable[..., object], step: float) -> None:
    with pytest.raises(IllFormedError, match="step: expected a finite real number > 0"):
        oracle(lambda v: v, np.ones(2), step)


def test_a_step_lost_in_rounding_is_refused() -> None:
    with pytest.raises(IllFormedError, match="too small to move the point"):
        central_differences(lambda v: v, np.ones(2), 1e-20)


@pytest.mark.parametrize("oracle", [complex_step, central_differences, richardson])
@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda v: v[:1].sum(), ShapeError, "one row of values per row"),
        (lambda v: v[:, :1].T[:0], ShapeError, "one row of values per row"),
        (lambda v: v * np.nan, IllFormedError, "finite values"),
    ],
)
def test_a_bad_function_is_refused(
    oracle: Callable[..., object], f: Function, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        oracle(f, np.ones(3))


def test_a_function_that_drops_the_imaginary_part_is_refused() -> None:
    with pytest.raises(IllFormedError, match="not holomorphic"):
        complex_step(np.abs, np.ones(3))
    with pytest.raises(IllFormedError, match="f: expected real values"):
        central_differences(lambda v: v * 1j, np.ones(3))


def test_richardson_takes_a_step_for_each_coordinate() -> None:
    x = np.array([0.3, -0.2])
    found = richardson(np.sin, x, np.array([0.1, 0.01]))
    assert np.all(found.steps[0] == [0.1, 0.01])
    assert relative_error(found.jacobian, np.diag(np.cos(x))) < 1e-9
    with pytest.raises(ShapeError, match="one for each entry"):
        richardson(np.sin, x, np.ones(3))
    with pytest.raises(IllFormedError, match="step: expected"):
        richardson(np.sin, x, np.array([0.1, 0.0]))


def test_levels_and_chunk_are_checked() -> None:
    with pytest.raises(IllFormedError, match="levels"):
        richardson(lambda v: v, np.ones(2), levels=1)
    with pytest.raises(IllFormedError, match="chunk"):
        complex_step(lambda v: v, np.ones(2), chunk=0)


@pytest.mark.parametrize(
    ("actual", "expected", "floor", "error"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0, 0.0),
        ([1.0, 2.5], [1.0, 2.0], 0.0, 0.25),
        ([0.0], [0.0], 0.0, 0.0),
        ([], [], 0.0, 0.0),
        ([1e-30], [0.0], 0.0, np.inf),
        ([1e-30], [0.0], 1.0, 1e-30),
        ([2e-20], [1e-20], 0.0, 1.0),
        ([np.nan], [1.0], 0.0, np.inf),
        ([np.inf], [1.0], 0.0, np.inf),
        ([1j], [1.0], 0.0, np.sqrt(2)),
    ],
)
def test_relative_error(
    actual: list[complex], expected: list[float], floor: float, error: float
) -> None:
    assert relative_error(actual, expected, floor) == pytest.approx(error)


def test_relative_error_refuses_what_can_not_be_compared() -> None:
    with pytest.raises(ShapeError, match="expected one shape"):
        relative_error(np.ones(3), np.ones((3, 1)))
    with pytest.raises(IllFormedError, match="must be finite"):
        relative_error([1.0], [np.nan])
    with pytest.raises(IllFormedError, match="floor"):
        relative_error([1.0], [1.0], -1.0)
