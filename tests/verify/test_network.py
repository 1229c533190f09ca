"""The kernels of a net against differences; a wrong kernel does not pass."""

from __future__ import annotations

import numpy as np
import pytest

from symrnn import elman
from symrnn.errors import DisagreementError, NotSupportedError
from symrnn.language.activations import X, activation
from symrnn.numeric.kernels import Kernels
from symrnn.theory.library import load
from symrnn.verify.network import bounds, check_kernels, gamma, random_weights


@pytest.mark.parametrize("name", ["tanh", "logistic", "sin"])
def test_every_kernel_of_a_random_net(name: str) -> None:
    found = check_kernels(Kernels(elman(name)), random_weights(5, 2, 9, seed=1), "random")
    assert max(each.complex_step for each in found) < 1e-12
    assert max(each.central for each in found) < 1e-6
    assert {each.kernel for each in found} >= {"∂s_t/∂s_k", "∂L/∂W by the adjoint recursion"}


def test_a_wrong_kernel_is_refused() -> None:
    kernels, rnn = Kernels(elman("tanh")), elman("tanh")
    wrong = rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k]).subs(rnn.W, rnn.W.T)
    kernels.__dict__["transition"] = wrong
    with pytest.raises(DisagreementError, match="disagrees with the complex step"):
        check_kernels(kernels, random_weights(5, 2, 9, seed=1), "random")


def test_the_bound_is_the_claims_right_side() -> None:
    kernels, net = Kernels(elman("tanh")), random_weights(5, 2, 9, seed=2)
    claim = load()["product_bound"].parts(elman())[0].claim
    run = kernels.run(*net.arguments())
    limits = bounds(claim, kernels, run, net.W)
    np.testing.assert_allclose(limits, np.linalg.norm(net.W, 2) ** np.arange(10), rtol=1e-12)
    assert (kernels.norms(run) <= limits * (1 + 1e-12)).all()


def test_a_slope_without_a_bound_is_said() -> None:
    assert gamma(Kernels(elman("logistic"))) == 0.25
    with pytest.raises(NotSupportedError, match="no slope bound"):
        gamma(Kernels(elman(activation(X**2))))
