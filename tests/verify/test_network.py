"""The kernels of a net against differences; a wrong kernel does not pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symrnn import Diag, Network, elman
from symrnn.cells.elman import CELLS
from symrnn.errors import DisagreementError, NotSupportedError
from symrnn.language.activations import X, activation
from symrnn.language.ordered import OrderedProduct
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.loops import buffers
from symrnn.numeric.loops.plan import plan
from symrnn.theory.library import load
from symrnn.verify.network import bounds, check_kernels, gamma, random_weights


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", ["tanh", "logistic", "sin"])
def test_every_kernel_of_a_random_net(cell: str, name: str) -> None:
    found = check_kernels(Kernels(CELLS[cell](name)), random_weights(5, 2, 9, seed=1), "random")
    assert max(each.complex_step for each in found) < 1e-12
    assert max(each.central for each in found) < 1e-6
    assert {each.kernel for each in found} >= {
        "∂s_t/∂s_k",
        "(∂s_t/∂s_k) u",
        "‖∂s_t/∂s_k‖",
        "∂L/∂W by the adjoint recursion",
        "∂L_t/∂W truncated, τ steps",
    }


def kernels_with(rnn: Network, factor: Any) -> Kernels:
    """Kernels whose ∂s_j/∂s_{j-1} is another one."""
    kernels = Kernels(rnn)
    kernels.__dict__["transition"] = OrderedProduct(factor, rnn.j, rnn.k + 1, rnn.t)
    return kernels


TURNED = {
    "elman": {
        "W transposed": lambda r: Diag(r.slopes(r.j)) * r.W.T,
        "the other cell's order": lambda r: r.W * Diag(r.slopes(r.j)),
        "slopes a step early": lambda r: Diag(r.slopes(r.j - 1)) * r.W,
    },
    "sigma_inside": {
        "W transposed": lambda r: r.W.T * Diag(r.slopes(r.j)),
        "Elman's order": lambda r: Diag(r.slopes(r.j)) * r.W,
        "Elman's slopes": lambda r: r.W * Diag(r.slope(r.a[r.j])),
        "slopes a step late": lambda r: r.W * Diag(r.slopes(r.j + 1)),
    },
}


@pytest.mark.parametrize(
    ("cell", "fault"), [(cell, fault) for cell, faults in TURNED.items() for fault in faults]
)
def test_a_wrong_factor_is_refused(cell: str, fault: str) -> None:
    rnn = CELLS[cell]("tanh")
    kernels = kernels_with(rnn, TURNED[cell][fault](rnn))
    with pytest.raises(DisagreementError, match="kernel of step Jacobian"):
        check_kernels(kernels, random_weights(5, 2, 9, seed=1), "random")


@pytest.mark.parametrize("cell", CELLS)
def test_the_right_factor_passes(cell: str) -> None:
    rnn = CELLS[cell]("tanh")
    factor = rnn.recurrence.immediate(rnn.s[rnn.j], rnn.s[rnn.j - 1])
    check_kernels(kernels_with(rnn, factor), random_weights(5, 2, 9, seed=1), "random")


@pytest.mark.parametrize("loop", ["jvp", "vjp", "jacobians", "growing_sum", "adjoint"])
@pytest.mark.parametrize("cell", CELLS)
def test_each_loop_that_is_wrong_is_refused(cell: str, loop: str) -> None:
    rnn = CELLS[cell]("tanh")
    kernels, recursion = Kernels(rnn), Kernels(rnn).loops.recursion(loop)
    wrong = replace(
        recursion,
        definitions=tuple(
            (node, value.subs(rnn.W, rnn.W.T)) for node, value in recursion.definitions
        ),
    )
    source = buffers.emit(plan(wrong))
    for hoisted in (True, False):
        kernels.loops._made[loop, hoisted, True] = source
    with pytest.raises(DisagreementError, match="disagrees with the complex step"):
        check_kernels(kernels, random_weights(5, 2, 9, seed=1), "random")


@pytest.mark.parametrize("cell", CELLS)
def test_the_bound_is_the_claims_right_side(cell: str) -> None:
    kernels, net = Kernels(CELLS[cell]("tanh")), random_weights(5, 2, 9, seed=2)
    claim = load()["product_bound"].parts(CELLS[cell]())[0].claim
    run = kernels.run(*net.arguments())
    limits = bounds(claim, kernels, run, net.W)
    np.testing.assert_allclose(limits, np.linalg.norm(net.W, 2) ** np.arange(10), rtol=1e-12)
    assert (kernels.norms(run) <= limits * (1 + 1e-12)).all()


def test_a_slope_without_a_bound_is_said() -> None:
    assert gamma(Kernels(elman("logistic"))) == 0.25
    with pytest.raises(NotSupportedError, match="no slope bound"):
        gamma(Kernels(elman(activation(X**2))))
