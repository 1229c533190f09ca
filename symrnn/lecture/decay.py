"""‖∂s_t/∂s_k‖ and the singular values of ∂s_t/∂s_k on whole nets, under the derived bound.

What the bound speaks of is measured: γ and λ where the cell has one activation and one weight
matrix, and q, the largest ‖∂s_j/∂s_{j-1}‖₂ of a run, of any cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.network import Network
from symrnn.errors import EvidenceError, NotSupportedError
from symrnn.language.names import in_code
from symrnn.language.relations import Relation
from symrnn.language.slopes import slope_bound
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights
from symrnn.verify.net import Net

Array = NDArray[Any]

RATIOS = (0.9, 1.0, 1.1)
"""γλ of the nets that are compared: below, at and above 1."""

QUIET = 0.02
"""Scale of state and input of the orthogonal net: small, so that its units do not saturate."""


@dataclass(frozen=True)
class Decay:
    """‖∂s_t/∂s_k‖₂ and its bound at t - k = 0, 1, …, for one net."""

    label: str
    norms: Array
    bounds: Array
    ratio: float


@dataclass(frozen=True)
class Spectrum:
    """The singular values of ∂s_t/∂s_k, decreasing, in row t - k, and the bound on the largest."""

    values: Array
    bounds: Array


def measured(rnn: Network, kernels: Kernels, run: Run) -> dict[str, float]:
    """What bounds of ‖∂s_t/∂s_k‖₂ speak of, by the names of generated code: γ, λ = ‖W‖₂, q.

    Args:
        rnn: the cell whose letters the claims have.
        kernels: of that cell, with functions that are known.
        run: a run of these kernels.
    """
    steps = [kernels.jacobian(run, j, j - 1) for j in range(1, run.steps + 1)]
    found = {rnn.letter("q").name: float(np.max(np.linalg.norm(np.stack(steps), 2, axis=(1, 2))))}
    if rnn.driven:
        W = run.weights.parameters[in_code(rnn.W.name)]
        found |= {"gamma": gamma(kernels), "lambda_": float(np.linalg.norm(W, 2))}
    return found


def bounds(claim: Relation, rnn: Network, kernels: Kernels, run: Run) -> Array:
    """The right side of the claim ‖∂s_t/∂s_k‖ ≤ … at t - k = 0, 1, …, T; arguments as above."""
    kernel, t, k = lower(claim.rhs, "bound"), rnn.t.name, rnn.k.name
    values = {**measured(rnn, kernels, run), t: run.steps}
    return np.array([kernel({**values, k: time}) for time in range(run.steps, -1, -1)])


def gamma(kernels: Kernels) -> float:
    """γ of the kernels' activation."""
    value = slope_bound(kernels.rnn.sigma).value
    if value is None or not value.is_finite:
        raise NotSupportedError(
            "this activation has no slope bound",
            {"activation": kernels.rnn.sigma.name, "sup |σ′|": value},
        )
    return float(value)


def decay(rnn: Network, kernels: Kernels, claim: Relation, label: str, weights: Weights) -> Decay:
    """Norms and bounds of one net.

    Args:
        rnn, kernels: as of `measured`.
        claim: ‖∂s_t/∂s_k‖ ≤ …, whose right side is the bound.
        label: what the net is called.
        weights: the net and its input.

    Raises:
        EvidenceError: where a norm exceeds its bound.
    """
    run = kernels.run(weights)
    norms, limits = kernels.norms(run), bounds(claim, rnn, kernels, run)
    ratio = float((norms / limits).max())
    if not ratio <= 1 + 1e-9:
        raise EvidenceError(
            f"‖∂s_t/∂s_k‖ exceeds {claim.rhs}", {"net": label, "largest ratio": f"{ratio:.6g}"}
        )
    return Decay(label, norms, limits, ratio)


def spectrum(rnn: Network, kernels: Kernels, claim: Relation, weights: Weights) -> Spectrum:
    """All singular values along the product; arguments as of `decay`."""
    run = kernels.run(weights)
    products = [kernels.jacobian(run, run.steps, k) for k in range(run.steps, -1, -1)]
    return Spectrum(
        np.linalg.svd(np.stack(products), compute_uv=False), bounds(claim, rnn, kernels, run)
    )


def regimes(
    rnn: Network, kernels: Kernels, claim: Relation, trained: Net, seed: int = 0
) -> Mapping[float, tuple[Decay, ...]]:
    """The trained net and two random ones, scaled to each γλ of `RATIOS`; γ is taken as 1.

    Of a step σ(W s + U x + b) or W σ(s) + U x + b.

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
            decay(rnn, kernels, claim, label, _scaled(net, ratio).of_cell(kernels.cell))
            for label, net in nets.items()
        )
        for ratio in RATIOS
    }


def _scaled(net: Net, ratio: float) -> Net:
    """The net with ‖W‖₂ = `ratio`."""
    scale = ratio / float(np.linalg.norm(net.W, 2))
    return Net(net.W * scale, net.U, net.b, net.s0, net.x, net.c)
