"""‖∂s_t/∂s_k‖ and the singular values of ∂s_t/∂s_k on whole nets, under the derived bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.errors import EvidenceError, NotSupportedError
from symrnn.language.relations import Relation
from symrnn.language.slopes import slope_bound
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.run import Run
from symrnn.verify.net import Net

Array = NDArray[Any]

RATIOS = (0.9, 1.0, 1.1)
"""γλ of the nets that are compared: below, at and above 1."""

QUIET = 0.02
"""Scale of state and input of the orthogonal net: small, so that its units do not saturate."""


@dataclass(frozen=True)
class Decay:
    """‖∂s_t/∂s_k‖₂ and its bound (γλ)^{t-k} at t - k = 0, 1, …, for one net."""

    label: str
    norms: Array
    bounds: Array
    ratio: float


@dataclass(frozen=True)
class Spectrum:
    """The singular values of ∂s_t/∂s_k, decreasing, in row t - k, and the bound on the largest."""

    values: Array
    bounds: Array


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


def decay(kernels: Kernels, claim: Relation, label: str, weights: Net) -> Decay:
    """Norms and bounds of one net.

    Args:
        kernels: of a known activation.
        claim: ‖∂s_t/∂s_k‖ ≤ …, whose right side is the bound.
        label: what the net is called.
        weights: the net and its input.

    Raises:
        EvidenceError: where a norm exceeds its bound.
    """
    run = kernels.run(*weights.arguments())
    norms, limits = kernels.norms(run), bounds(claim, kernels, run, weights.W)
    ratio = float((norms / limits).max())
    if not ratio <= 1 + 1e-9:
        raise EvidenceError(
            "‖∂s_t/∂s_k‖ exceeds (γλ)^{t-k}", {"net": label, "largest ratio": f"{ratio:.6g}"}
        )
    return Decay(label, norms, limits, ratio)


def spectrum(kernels: Kernels, claim: Relation, weights: Net) -> Spectrum:
    """All singular values along the product; arguments as of `decay`."""
    run = kernels.run(*weights.arguments())
    products = [kernels.jacobian(run, run.steps, k) for k in range(run.steps, -1, -1)]
    return Spectrum(
        np.linalg.svd(np.stack(products), compute_uv=False), bounds(claim, kernels, run, weights.W)
    )


def regimes(
    kernels: Kernels, claim: Relation, trained: Net, seed: int = 0
) -> Mapping[float, tuple[Decay, ...]]:
    """The trained net and two random ones, scaled to each γλ of `RATIOS`; γ is taken as 1.

    The orthogonal net keeps near the bound, for its units stay where the slope is steepest; the
    normal one does not, for its singular directions do not line up.
    """
    rng = np.random.default_rng(seed)
    d, m, steps = *trained.U.shape, len(trained.x)
    normal = Net(
        W=rng.normal(size=(d, d)),
        U=rng.normal(size=(d, m)) / np.sqrt(m),
        b=np.zeros(d),
        s0=np.zeros(d),
        x=rng.normal(size=(steps, m)),
        c=trained.c,
    )
    orthogonal = Net(
        W=np.linalg.qr(rng.normal(size=(d, d)))[0],
        U=normal.U,
        b=normal.b,
        s0=np.full(d, QUIET),
        x=normal.x * (QUIET / np.sqrt(steps)),
        c=trained.c,
    )
    nets = {"trained": trained, "random normal": normal, "random orthogonal": orthogonal}
    return {
        ratio: tuple(
            decay(kernels, claim, label, _scaled(net, ratio)) for label, net in nets.items()
        )
        for ratio in RATIOS
    }


def _scaled(net: Net, ratio: float) -> Net:
    """The net with ‖W‖₂ = `ratio`."""
    scale = ratio / float(np.linalg.norm(net.W, 2))
    return Net(net.W * scale, net.U, net.b, net.s0, net.x, net.c)
