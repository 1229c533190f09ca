"""What underflows is said; what is exactly 0 is 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from symrnn import cell, elman, sigma_inside
from symrnn.errors import RangeError
from symrnn.numeric import horizon
from symrnn.numeric.backends import BackendKernels
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.weights import Weights, random_weights

D = 3


def run(kernels: Kernels, W: float, b: float, steps: int, dtype: Any = np.float64) -> Any:
    eye = np.eye(D, dtype=dtype)
    given = (W * eye, eye, np.full(D, b, dtype), np.zeros(D, dtype), np.zeros((steps, D), dtype))
    return kernels.run(*(np.asarray(value, dtype) for value in given))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("build", [elman, sigma_inside])
def test_a_long_product_is_refused(build: Any, dtype: Any) -> None:
    kernels = Kernels(build("tanh"))
    states = run(kernels, 0.1, 0.1, 400, dtype)
    for call in (
        lambda: kernels.jacobian(states, 400, 0),
        lambda: kernels.jvp(states, 400, 0, np.ones(D, dtype)),
        lambda: kernels.vjp(states, 400, 0, np.ones(D, dtype)),
    ):
        with pytest.raises(RangeError, match="underflows") as caught:
            call()
        assert "horizon" in str(caught.value)
    assert horizon.jacobian(kernels, states, 400, 0).exponent < -1000
    assert np.isfinite(kernels.jacobian(states, 20, 0)).all()


def test_a_slope_that_underflows_is_refused() -> None:
    kernels = Kernels(elman("tanh"))
    with pytest.raises(RangeError, match="a slope tanh′"):
        kernels.jacobian(run(kernels, 1.0, 1000.0, 2), 2, 0)


def test_exact_zeros_stay() -> None:
    dead, kernels = Kernels(elman("relu")), Kernels(elman("tanh"))
    assert not dead.jacobian(run(dead, 1.0, -1.0, 3), 3, 0).any()
    assert not kernels.jacobian(run(kernels, 0.0, 0.1, 3), 3, 0).any()
    states = run(kernels, 0.1, 0.1, 400)
    assert not kernels.jvp(states, 400, 0, np.zeros(D)).any()


def test_saturated_units_keep_their_slopes() -> None:
    kernels = Kernels(elman("tanh", inputs=True))
    states = run(kernels, 0.0, 20.0, 1)
    np.testing.assert_allclose(
        kernels.slopes(states)[1], np.full(D, 1.6993417021166353e-17), rtol=1e-15
    )


def test_exploding_silu_in_single_precision() -> None:
    kernels = Kernels(elman("silu"))
    one = np.ones((1, 1), np.float32)
    for steps, expected in ((10, 1.3623e8), (12, 5.9199e9)):
        states = kernels.run(6 * one, one, one[0], one[0], np.ones((steps, 1), np.float32))
        found = kernels.gradients(states, np.ones(1, np.float32))["W"]
        assert found.item() == pytest.approx(expected, rel=1e-4)


def test_silu_in_other_words() -> None:
    kernels, named = Kernels(elman(sympy_silu())), Kernels(elman("silu"))
    given = {
        "W": np.array([[0.6, 0.2], [0.1, 0.5]]),
        "U": np.array([[1.0], [0.5]]),
        "b": np.zeros(2),
        "s0": np.zeros(2),
        "x": np.full((4, 1), 8.0),
    }
    for each in (kernels, named):
        W = each.gradients(each.run(**given), np.ones(2))["W"]
        np.testing.assert_allclose(W.ravel(), [30.93, 15.39, 30.98, 15.41], atol=0.01)


def sympy_silu() -> Any:
    """x eˣ/(1 + eˣ)."""
    x = sympy.Symbol("x", real=True)
    return x * sympy.exp(x) / (1 + sympy.exp(x))


@pytest.mark.parametrize("backend", ["numpy", "torch", "jax"])
def test_backends_say_it_too(backend: str, require_module: Callable[[str], Any]) -> None:
    library = require_module(backend)
    array = {"torch": "tensor", "jax": ""}.get(backend, "asarray")
    convert = getattr(library, array) if array else library.numpy.asarray
    kernels = BackendKernels(elman("tanh"), backend)

    def states(scale: float, steps: int) -> Any:
        eye = np.eye(D, dtype=np.float32)
        given = (scale * eye, eye, 0.1 * eye[0], 0 * eye[0], np.zeros((steps, D), np.float32))
        return kernels.run(*(convert(np.asarray(value, np.float32)) for value in given))

    with pytest.raises(RangeError, match="underflows"):
        kernels.jacobian(states(0.1, 100), 100, 0)
    with pytest.raises(RangeError, match="underflows"):
        kernels.jvp(states(0.1, 100), 100, 0, convert(np.ones(D, np.float32)))
    assert np.asarray(kernels.jacobian(states(0.0, 5), 5, 0)).max() == 0
    exploding = BackendKernels(elman("identity"), backend)
    eye = np.eye(D, dtype=np.float32)
    given = (1e30 * eye, eye, eye[0], eye[0], np.zeros((3, D), np.float32))
    with (
        np.errstate(all="ignore"),
        pytest.raises(RangeError, match="the forward pass of elman overflows"),
    ):
        exploding.run(*(convert(np.asarray(value, np.float32)) for value in given))


@pytest.mark.parametrize(
    "text",
    [
        "h = tanh(W h' + U x)\ny = tanh(V h + c)",
        "h = tanh(W h' + U x)\nq = logistic(V h + c)\ny = tanh(A q)",
    ],
)
@pytest.mark.parametrize("planned", [True, False])
def test_what_no_loss_reaches_is_not_lost(text: str, planned: bool) -> None:
    of = cell(text)
    kernels = Kernels(of, planned=planned)
    weights = random_weights(of, steps=4, **{each.name: 2 for each in of.sizes})
    parameters = {**weights.parameters, "c": np.full(2, 1000.0)}
    run = kernels.run(Weights(parameters, weights.states, weights.inputs))
    found = kernels.gradients(run, np.ones(2))
    assert not found["c"].any() and found["W"].any()
    with pytest.raises(RangeError, match=r"lost|underflows"):
        kernels.adjoint_gradients(run, {"y": np.ones((4, 2))})
