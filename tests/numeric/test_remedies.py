"""The remedies as they run, against what was derived: clipping's Jacobian, the shown algorithm."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import Parameter, elman, jacobian, lower, norm
from symrnn.numeric.algorithms import truncated_gradient
from symrnn.numeric.clipping import clip_by_norm
from symrnn.numeric.differences import central_differences, relative_error
from symrnn.numeric.kernels import Kernels

N, KAPPA = 5, 1.5
g = Parameter("g", N, 1)


def clipped(values: Any) -> Any:
    """`clip_by_norm` for a batch of perturbed gradients."""
    return np.stack([clip_by_norm(one, KAPPA) for one in values])


@pytest.mark.parametrize("length", [0.01, 1.0, 1.49, 1.51, 4.0, 1e3])
@pytest.mark.parametrize("seed", range(3))
def test_the_derived_jacobian_of_clipping(length: float, seed: int) -> None:
    point = np.random.default_rng(seed).normal(size=N)
    point *= length / np.linalg.norm(point)
    formula = g if length <= KAPPA else KAPPA / norm(g, "2") * g
    derived = lower(jacobian(formula, g))
    value = derived({"g": point[:, None], "dtype": np.float64})
    differences = central_differences(clipped, point)
    assert relative_error(value, differences, floor=1e-3) < 1e-7
    if length > KAPPA:
        # Outside the ball the direction of g itself is lost.
        np.testing.assert_allclose(value @ point, 0, atol=1e-9 * length)


@pytest.mark.parametrize("tau", [0, 1, 3, 8, 20])
def test_the_algorithm_shown_is_the_derived_sum(tau: int) -> None:
    rng, d, m, steps = np.random.default_rng(tau), 4, 2, 9
    kernels = Kernels(elman("tanh"))
    W = rng.normal(size=(d, d)) / 2
    run = kernels.run(
        W,
        rng.normal(size=(d, m)),
        rng.normal(size=d),
        rng.normal(size=d),
        rng.normal(size=(steps, m)),
    )
    row = rng.normal(size=d)
    slopes, states = kernels.slopes(run), run.states
    P = np.stack([np.kron(states[k - 1], np.diag(slopes[k])) for k in range(steps + 1)])
    J = slopes[:, :, None] * W
    shown = truncated_gradient(np.zeros(d * d), J, P, row, steps, tau).reshape(d, d).T
    derived = kernels.gradients(run, row, since=max(steps - tau - 1, 0))["W"]
    assert relative_error(shown, derived) < 1e-13
