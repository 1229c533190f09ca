"""The generated kernels of a whole net against differences through a hand-written forward pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import DisagreementError, NotSupportedError
from symrnn.language.relations import Relation
from symrnn.language.slopes import slope_bound
from symrnn.numeric import simulate
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import central_differences, complex_step, relative_error
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.run import Run

Array = NDArray[Any]

COMPLEX_STEP_LIMIT = 1e-12
"""Largest relative disagreement with the complex step that passes, in float64."""

CENTRAL_LIMIT = 1e-6
"""With central differences at a step of ∛ε: their own error, about 1e-10, is what is seen."""

CENTRAL_FLOOR = 1e-2
"""Gradients below this are compared absolutely: central differences cannot see their digits."""

ORACLES: dict[str, Callable[..., Array]] = {
    "complex step": complex_step,
    "central differences": central_differences,
}


@dataclass(frozen=True)
class Agreement:
    """One kernel on one net: the largest relative disagreement with each oracle."""

    kernel: str
    net: str
    complex_step: float
    central: float


@dataclass(frozen=True)
class Weights:
    """A net and its input: W d × d, U d × m, b d, s₀ d, x (T, m), readout c d."""

    W: Array
    U: Array
    b: Array
    s0: Array
    x: Array
    c: Array

    def arguments(self) -> tuple[Array, Array, Array, Array, Array]:
        """W, U, b, s₀, x: what a forward pass reads."""
        return self.W, self.U, self.b, self.s0, self.x


def random_weights(d: int, m: int, steps: int, seed: int) -> Weights:
    """A net with normal weights of spectral size about 1."""
    rng = np.random.default_rng(seed)
    return Weights(
        W=rng.normal(size=(d, d)) / np.sqrt(d),
        U=rng.normal(size=(d, m)) / np.sqrt(m),
        b=0.1 * rng.normal(size=d),
        s0=rng.normal(size=d),
        x=rng.normal(size=(steps, m)),
        c=rng.normal(size=d),
    )


def check_kernels(kernels: Kernels, net: Weights, name: str, tau: int = 5) -> list[Agreement]:
    """Every kernel against the complex step and central differences.

    The loss is L_t = (cᵀ s_t)², its gradient by the state 2 (cᵀ s_t) c.

    Args:
        kernels: of a known activation.
        net: weights and input of one sequence.
        name: what the net is called.
        tau: truncation length, in factors and in steps.

    Raises:
        DisagreementError: naming the kernel, the oracle, and by how much they differ.
    """
    sigma = ACTIVATIONS[kernels.rnn.sigma.name]
    run = kernels.run(*net.arguments())
    t, k = run.steps, run.steps // 2
    found = [_trajectory(kernels, net, sigma, name)]
    jacobians = {"step Jacobian ∂s_t/∂s_{t-1}": t - 1, "∂s_t/∂s_k": k}
    for kernel, at in jacobians.items():
        ours = kernels.jacobian(run, t, at)
        found.append(_agree(kernel, name, ours, partial(_state, net, sigma, t, at)))
    found += _gradients(kernels, net, run, sigma, name)
    for label, held in (("τ factors", t - tau - 1), ("τ steps", t - tau)):
        found += _truncated(kernels, net, run, sigma, name, label, max(held, 0))
    return found


def bounds(claim: Relation, kernels: Kernels, run: Run, W: Array) -> Array:
    """The right side of the claim ‖∂s_t/∂s_k‖ ≤ … at t - k = 0, 1, …, T, with λ = ‖W‖₂."""
    kernel = lower(claim.rhs, "bound")
    values = {"gamma": gamma(kernels), "lambda_": float(np.linalg.norm(W, 2)), "t": run.steps}
    return np.array([kernel({**values, "k": k}) for k in range(run.steps, -1, -1)])


def gamma(kernels: Kernels) -> float:
    """γ of the kernels' activation."""
    value = slope_bound(kernels.rnn.sigma).value
    if value is None or not value.is_finite:
        raise NotSupportedError(
            "this activation has no slope bound",
            {"activation": kernels.rnn.sigma.name, "sup |σ′|": value},
        )
    return float(value)


def _trajectory(kernels: Kernels, net: Weights, sigma: Any, name: str) -> Agreement:
    ours = kernels.run(*net.arguments()).states
    theirs = simulate.simulate(*net.arguments(), sigma).s
    error = relative_error(ours, theirs)
    return _within("trajectory s_0 … s_T", name, error, error)


def _state(net: Weights, sigma: Any, t: int, k: int, oracle: Any) -> Array:
    return simulate.state_jacobian(*net.arguments(), sigma, t, k, oracle)


def _loss(c: Array) -> Callable[[Array], Array]:
    # The states arrive with the perturbations in front: (…, P, d), summed over the times given.
    def loss(s: Array) -> Array:
        return np.asarray(((s @ c) ** 2).sum(axis=0))

    return loss


def _gradients(kernels: Kernels, net: Weights, run: Run, sigma: Any, name: str) -> list[Agreement]:
    rows = 2 * (run.states[1:] @ net.c)[:, None] * net.c
    t = run.steps
    last = kernels.gradients(run, rows[-1], t)
    total = kernels.adjoint_gradients(run, rows)
    found = []
    for form, ours, taken in (
        ("∂L_t/∂{} as a sum", last, slice(t, t + 1)),
        ("∂L/∂{} by the adjoint recursion", total, slice(1, None)),
    ):
        loss = _loss(net.c)

        def by(oracle: Any, taken: slice = taken, loss: Any = loss) -> Any:
            return simulate.loss_gradients(
                *net.arguments(), sigma, lambda s: loss(s[taken]), oracle
            )

        oracles = {label: by(oracle) for label, oracle in ORACLES.items()}
        for parameter, value in ours.items():
            errors = _errors(value, [getattr(o, parameter) for o in oracles.values()])
            found.append(_within(form.format(parameter), name, *errors))
    return found


def _truncated(
    kernels: Kernels, net: Weights, run: Run, sigma: Any, name: str, label: str, held: int
) -> list[Agreement]:
    t = run.steps
    row = 2 * (run.states[t] @ net.c) * net.c
    ours = kernels.gradients(run, row, t, since=held)
    oracles = {
        key: simulate.truncated_gradient(
            *net.arguments(), sigma, lambda s: (s @ net.c) ** 2, t, held, oracle
        )
        for key, oracle in ORACLES.items()
    }
    return [
        _within(
            f"∂L_t/∂{parameter} truncated, {label}",
            name,
            *_errors(value, [getattr(o, parameter) for o in oracles.values()]),
        )
        for parameter, value in ours.items()
    ]


def _agree(kernel: str, net: str, ours: Array, by: Callable[[Any], Array]) -> Agreement:
    return _within(kernel, net, *_errors(ours, [by(oracle) for oracle in ORACLES.values()]))


def _errors(ours: Array, theirs: list[Array]) -> tuple[float, float]:
    exact, central = theirs
    return relative_error(ours, exact), relative_error(ours, central, floor=CENTRAL_FLOOR)


def _within(kernel: str, net: str, complex_error: float, central_error: float) -> Agreement:
    limits = (COMPLEX_STEP_LIMIT, CENTRAL_LIMIT)
    for oracle, error, limit in zip(ORACLES, (complex_error, central_error), limits, strict=True):
        if not error <= limit:
            raise DisagreementError(
                f"the kernel of {kernel} disagrees with the {oracle}",
                {"net": net, "relative error": f"{error:.3g}", "expected": f"≤ {limit:g}"},
            )
    return Agreement(kernel, net, complex_error, central_error)
