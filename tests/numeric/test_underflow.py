"""A gradient that underflows is refused or said, in every library; one that is 0 is 0."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symrnn import elman
from symrnn.errors import RangeError, UnderflowWarning
from symrnn.numeric import horizon
from symrnn.numeric.backends import BackendKernels
from symrnn.numeric.kernels import Kernels

D, STEPS = 2, 400


def setting(bias: float = 0.0, scale: float = 0.1, steps: int = STEPS) -> list[np.ndarray]:
    eye = np.eye(D)
    return [scale * eye, eye, np.full(D, bias), np.zeros(D), np.ones((steps, D))]


def far_loss(steps: int) -> np.ndarray:
    """A loss at the last step only."""
    g = np.zeros((steps, D))
    g[-1] = 1
    return g


def test_a_gradient_by_weights_that_underflows_is_refused() -> None:
    kernels = Kernels(elman("tanh"))
    run = kernels.run(*setting())
    # The slope is near 0.4 and the loss gradient 1e-310: all terms are below the normal numbers.
    with pytest.raises(RangeError, match="∂L/∂W underflows float64"):
        kernels.gradients(run, np.full(D, 1e-310))
    with pytest.raises(RangeError, match="∂L/∂W underflows float64"):
        kernels.adjoint_gradients(run, 1e-310 * far_loss(STEPS))


def test_a_slope_that_underflows_is_named_with_its_step() -> None:
    kernels = Kernels(elman("tanh"))
    run = kernels.run(*setting(bias=400.0, steps=3))
    with pytest.raises(RangeError, match="∂L/∂W is lost: a slope σ′") as caught:
        kernels.gradients(run, np.ones(D))
    assert caught.value.detail["first at step"] == 1


def test_what_overflows_on_the_way_and_is_not_taken_is_no_warning() -> None:
    kernels = Kernels(elman("tanh"))
    largest = [np.asarray(each, "f") for each in setting(bias=3e38, scale=0.0, steps=1)]
    run = kernels.run(*largest)  # 2 a_1, in the form of the slope, is beyond float32
    for asked in (kernels.jacobian, lambda run, *_: kernels.gradients(run, run.s[0] + 1)):
        with pytest.raises(RangeError, match="a slope σ′"):
            asked(run, 1, 0)
    assert np.isfinite(kernels.slopes(run)[1:]).all()
    assert np.isfinite(kernels.factors(run, 1, 1)).all()


def test_the_start_far_back_is_a_warning_and_the_weights_are_right() -> None:
    kernels = Kernels(elman("tanh"))
    run = kernels.run(*setting())
    with pytest.warns(UnderflowWarning, match=r"∂L/∂s0 underflows float64\n.*\n.*about 1e-5"):
        found = kernels.gradients(run, np.ones(D))
    scaled = horizon.gradients(kernels, run, np.ones(D))
    np.testing.assert_allclose(found["W"], scaled["W"].value(), rtol=1e-14)
    assert not found["s0"].any() and scaled["s0"].log_norm() < -800


def test_what_is_exactly_zero_is_no_loss() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dead = Kernels(elman("relu"))
        run = dead.run(*setting(bias=-5.0, steps=3))
        assert not dead.gradients(run, np.ones(D))["W"].any()
        saturated = Kernels(elman("tanh"))
        run = saturated.run(*setting(bias=400.0, steps=3))
        assert not saturated.gradients(run, np.zeros(D))["W"].any()
        assert not saturated.truncated_gradients(run, np.ones(D), 0, convention="steps")["W"].any()


def test_one_sequence_of_a_batch_is_enough_and_one_without_a_loss_is_none() -> None:
    kernels = Kernels(elman("tanh"))
    W, U, b, s0, x = setting(steps=3)
    x = np.stack([x, 400 * x], axis=1)
    run = kernels.run(W, U, b, s0, x)
    with pytest.raises(RangeError, match="a slope"):
        kernels.gradients(run, np.ones((2, D)))
    assert kernels.gradients(run, np.array([[1.0, 1], [0, 0]]))["W"][0].any()
    # Summed, the first sequence's gradient stands beside what vanished.
    assert kernels.gradients(run, np.ones((2, D)), summed=True)["W"].any()


def test_a_part_of_a_sequence_may_vanish() -> None:
    kernels = Kernels(elman("tanh"))
    W, U, b, s0, x = setting()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = horizon.checkpointed_gradients(kernels, W, U, b, s0, x, far_loss(STEPS), every=50)
    scaled = horizon.gradients(kernels, kernels.run(W, U, b, s0, x), np.ones(D))
    np.testing.assert_allclose(found["W"], scaled["W"].value(), rtol=1e-14)


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_libraries_refuse_what_numpy_refuses(
    library: str, require_module: Callable[[str], Any]
) -> None:
    require_module(library)
    module = importlib.import_module(library)
    into = module.as_tensor if library == "torch" else module.numpy.asarray
    if library == "jax":
        module.config.update("jax_enable_x64", True)
    kernels = BackendKernels(elman("tanh"), library)
    run = kernels.run(*map(into, setting(bias=40.0, steps=3)))
    tiny = into(np.full(D, 1e-290))
    for refused in (
        lambda: kernels.gradients(run, tiny),
        lambda: kernels.adjoint_gradients(run, into(1e-290 * far_loss(3))),
    ):
        with pytest.raises(RangeError, match="∂L/∂W"):
            refused()
    zero = kernels.gradients(run, into(np.zeros(D)))
    assert not np.asarray(zero["W"]).any()
    run = kernels.run(*map(into, setting(steps=400)))
    with pytest.warns(UnderflowWarning, match="s0"):
        assert np.asarray(kernels.gradients(run, into(np.ones(D)))["W"]).any()
