"""The kernels of a net against differences; a wrong kernel does not pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from elman_by_hand import simulate

from symrnn import cell, elman
from symrnn.errors import DisagreementError, NotSupportedError
from symrnn.language.activations import X, activation
from symrnn.lecture.decay import bounds, gamma
from symrnn.lecture.network import immediate_norms
from symrnn.numeric.activations import ACTIVATIONS
from symrnn.numeric.differences import complex_step
from symrnn.numeric.kernels import Kernels
from symrnn.theory.about import EXAMPLES
from symrnn.theory.library import load
from symrnn.verify.net import random_weights
from symrnn.verify.network import check_kernels

NETWORKS = {
    (kind, name): Kernels(build(name))
    for kind, build in EXAMPLES.items()
    for name in ("tanh", "sin")
}

OF_ANY_KIND = {
    "a weight twice, a scalar": cell("h = (1 - alpha) h' + alpha tanh(W tanh(W h') + U x + b)"),
    "two states": cell("c = f * c' + x; f = sigmoid(V h' + b); h = tanh(c) * f"),
    "no input": cell("u = sin(M v_{1}'); v_{1} = logistic(N u + n)", activations={"sin": "sin"}),
}


def test_differences_of_a_net_that_stretches_much_are_extrapolated() -> None:
    kernels = Kernels(cell("h = h' + V tanh(W h' + U x + b)"))
    net = random_weights(kernels.cell, steps=20, seed=0, d=16, m=3, n=3)
    assert max(each.central for each in check_kernels(kernels, net, "random")) < 1e-6


@pytest.mark.parametrize("kernels", [*NETWORKS.values(), *map(Kernels, OF_ANY_KIND.values())])
def test_every_kernel_of_a_random_net(kernels: Kernels) -> None:
    sizes: Any = {each.name: 4 for each in kernels.cell.sizes}
    net = random_weights(kernels.cell, steps=8, seed=1, **sizes)
    found = check_kernels(kernels, net, "random")
    assert max(each.complex_step for each in found) < 1e-12
    assert max(each.central for each in found) < 1e-6
    assert {each.kernel for each in found} >= {
        "∂s_t/∂s_k",
        "(∂s_t/∂s_k) u",
        "‖∂s_t/∂s_k‖",
    }
    for name in net.parameters:
        forms = (f"∂L/∂{name} by the adjoint recursion", f"∂L_t/∂{name} truncated, τ steps")
        assert {*forms} <= {each.kernel for each in found}


def turned(kernels: Kernels, values: Any) -> Any:
    """Derived expressions with W transposed."""
    W = kernels.rnn.W
    return {of: value.subs(W, W.T) for of, value in values.items()}


def with_wrong_factors(kernels: Kernels) -> None:
    right = Kernels(kernels.rnn).step_jacobians
    kernels.__dict__["step_jacobians"] = lambda run, first, last: right(run, first, last).mT


def with_slopes_a_step_early(kernels: Kernels) -> None:
    right = Kernels(kernels.rnn).step_jacobians

    def early(run: Any, first: int, last: int) -> Any:
        earlier = max(first - 1, 1)
        return right(run, earlier, earlier + last - first)

    kernels.__dict__["step_jacobians"] = early


def with_wrong_tangents(kernels: Kernels) -> None:
    right = kernels.derived.tangents
    wrong = replace(right, values=turned(kernels, right.values))
    kernels.derived.__dict__["tangents"] = wrong


def with_wrong_adjoints(kernels: Kernels) -> None:
    derived = kernels.derived
    right = derived.adjoint_of

    def wrong(sources: Any, *, parameters: bool = True) -> Any:
        found = right(sources, parameters=parameters)
        arriving, deltas = turned(kernels, found.arriving), turned(kernels, found.deltas)
        return replace(found, arriving=arriving, deltas=deltas)

    derived.__dict__["adjoint_of"] = wrong


FAULTS = {
    with_wrong_factors: "step Jacobian",
    with_slopes_a_step_early: "step Jacobian",
    with_wrong_tangents: r"\(∂s_t/∂s_k\) u",
    with_wrong_adjoints: "∂s_t/∂s_k",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_is_wrong_is_refused(kind: str, fault: Any) -> None:
    kernels = Kernels(EXAMPLES[kind]("tanh"))
    fault(kernels)
    net = random_weights(kernels.cell, d=5, m=2, steps=9, seed=1)
    with pytest.raises(DisagreementError, match=f"kernel of .*{FAULTS[fault]}"):
        check_kernels(kernels, net, "random")


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_bound_is_the_claims_right_side(kind: str) -> None:
    kernels, net = Kernels(EXAMPLES[kind]("tanh")), random_weights(5, 2, 9, seed=2)
    claim = load()["product_bound"].parts(EXAMPLES[kind]())[0].claim
    run = kernels.run(*net.arguments())
    limits = bounds(claim, EXAMPLES[kind](), kernels, run)
    np.testing.assert_allclose(limits, np.linalg.norm(net.W, 2) ** np.arange(10), rtol=1e-12)
    assert (kernels.norms(run) <= limits * (1 + 1e-12)).all()


def test_a_slope_without_a_bound_is_said() -> None:
    assert gamma(Kernels(elman("logistic"))) == 0.25
    with pytest.raises(NotSupportedError, match="no slope bound"):
        gamma(Kernels(elman(activation(X**2))))


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_last_step_alone_moves_as_differences_say(kind: str) -> None:
    """‖∂⁺s_j/∂vec(W)‖ beside the complex step through one step by hand."""
    kernels, net = Kernels(EXAMPLES[kind]("tanh")), random_weights(4, 2, 3, seed=5)
    W, U, b, _, x = net.arguments()
    run = kernels.run(*net.arguments())

    def norm_at(j: int) -> float:
        def last(copies: Any) -> Any:
            before, entering = run.states[j - 1], x[j - 1 : j]
            inside = kind == "sigma_inside"
            return simulate(copies, U, b, before, entering, ACTIVATIONS["tanh"], inside=inside).s[1]

        return float(np.linalg.norm(complex_step(last, W).reshape(len(W), -1), 2))

    theirs = [norm_at(j) for j in range(1, 4)]
    np.testing.assert_allclose(immediate_norms(kernels, run, "W"), theirs, rtol=1e-12)
