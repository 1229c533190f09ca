"""The real network of the lecture: trained with derived gradients, then measured with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.elman import CELLS
from symrnn.cells.network import Network
from symrnn.errors import EvidenceError
from symrnn.language.notation import ELMAN
from symrnn.language.relations import Relation
from symrnn.lecture.decay import Decay, Spectrum, decay, regimes, spectrum
from symrnn.numeric.data import Series
from symrnn.numeric.forecasting import Forecast, train_cell
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.theory.statement import Statement
from symrnn.verify.network import (
    Agreement,
    Weights,
    check_kernels,
    gamma,
    immediate_norms,
    random_weights,
)

Array = NDArray[Any]
UNITS, TRAINED, RATE = 32, 300, 5e-3
"""Of the net that is trained: its size, its training steps, and the first rate."""

HORIZON = 40
"""Steps over which ‖∂s_t/∂s_k‖ is shown."""

CHECKED = 20
"""Steps of the nets that are checked against differences."""


@dataclass(frozen=True)
class Bias:
    """‖∂L_t/∂W - truncated‖_F against τ (in factors), with the derived tail bound."""

    lengths: Array
    measured: Array
    bound: Array


@dataclass(frozen=True)
class NetworkReport:
    """What the lecture shows of the network."""

    net: Forecast
    held_out_first: float
    decays: tuple[Decay, ...]
    bias: Bias
    agreements: tuple[Agreement, ...]
    regimes: Mapping[float, tuple[Decay, ...]]
    spectrum: Spectrum

    def record(self) -> dict[str, Any]:
        """As it stands in evidence.json; all losses are of the held-out tail unless named."""
        return {
            "cell": self.net.forecaster.cell.name,
            "d": self.net.forecaster.d,
            "series": self.net.series,
            "steps": self.net.steps,
            "loss_first": self.held_out_first,
            "loss_last": self.net.held_out,
            "baseline": self.net.baseline,
            "training_loss_first": self.net.losses[0],
            "training_loss_last": self.net.losses[-1],
            "clipped_steps": self.net.clipped,
            "complex_step": max(a.complex_step for a in self.agreements),
            "central_differences": max(a.central for a in self.agreements),
        }


def study(
    series: Series,
    library: Mapping[str, Statement],
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
    cell: str = ELMAN,
) -> NetworkReport:
    """Train on a series, check every kernel on the result, and measure products and bias.

    Args:
        series: the values to predict, each from those before.
        library: the statements; the bounds shown are the right sides of their claims.
        progress: called with what is being done, how far it is, and out of how much.
        cell: name of the net's cell, one of `symrnn.cells.elman.CELLS`.

    Raises:
        DisagreementError: a kernel disagrees with differences.
        EvidenceError: the trained net does not beat predicting the last value, or a bound fails.
    """
    rnn, kernels = CELLS[cell](), Kernels(CELLS[cell]("tanh"))
    net = train_cell(
        kernels.rnn.cell,
        series,
        UNITS,
        TRAINED,
        rate=RATE,
        progress=lambda done, of, loss: progress("training", done, of),
    )
    if not net.held_out < net.baseline:
        raise EvidenceError(
            "the trained net does not beat predicting the last value on the held-out tail",
            {"net": f"{net.held_out:.4g}", "last value": f"{net.baseline:.4g}"},
        )
    inputs = net.data.inputs
    nets = {
        "before training": _weights(net.initial, inputs[-CHECKED:]),
        "after training": _weights(net.trained, inputs[-CHECKED:]),
        "random": random_weights(16, 3, CHECKED, seed=0),
    }
    agreements: list[Agreement] = []
    for done, (name, weights) in enumerate(nets.items()):
        progress("checking kernels", done, len(nets))
        agreements += check_kernels(kernels, weights, name)
    claim = _claim(library, rnn, "product_bound")
    before, after = (_weights(chosen, inputs[-HORIZON:]) for chosen in (net.initial, net.trained))
    decays = (
        decay(kernels, claim, "before training", before),
        decay(kernels, claim, "after training", after),
    )
    tail = _claim(library, rnn, "truncation", "the bias is a geometric tail")
    bias = _bias(kernels, tail, _weights(_contracting(net.trained), inputs[-HORIZON:]))
    ahead = net.forecaster.predict(net.initial, inputs)[net.data.split :]
    first = ahead - net.data.targets[net.data.split :]
    return NetworkReport(
        net,
        float(np.mean(first**2)),
        decays,
        bias,
        tuple(agreements),
        regimes(kernels, claim, after),
        spectrum(kernels, claim, after),
    )


def _weights(net: Mapping[str, Array], x: Array) -> Weights:
    """A net that starts at 0, with its readout of one number as c."""
    return Weights(net["W"], net["U"], net["b"], np.zeros(len(net["b"])), x, net["V"][0])


def _claim(library: Mapping[str, Statement], rnn: Network, name: str, label: str = "") -> Relation:
    """The claim of a statement's part about a recurrence, by label; of its first by default."""
    parts = library[name].parts(rnn)
    chosen = next((part for part in parts if part.label == label), parts[0])
    return cast(Relation, chosen.claim)


def _contracting(net: Mapping[str, Array], target: float = 0.8) -> Mapping[str, Array]:
    """The net with W scaled to ‖W‖₂ = `target`: the tail bound needs γλ < 1."""
    W = net["W"]
    return {**net, "W": W * (target / float(np.linalg.norm(W, 2)))}


def _bias(kernels: Kernels, claim: Relation, weights: Weights) -> Bias:
    """Measured bias of ∂L_t/∂W, and the right side of the statement's claim."""
    run = kernels.run(*weights.arguments())
    t = run.steps
    row = 2 * (run.states[t] @ weights.c) * weights.c
    exact = kernels.gradients(run, row, t)["W"]
    lengths = np.arange(0, t - 1)
    measured = np.array(
        [
            np.linalg.norm(exact - kernels.gradients(run, row, t, since=t - int(tau) - 1)["W"])
            for tau in lengths
        ]
    )
    # ‖·‖₂ of the row ∂L_t/∂vec(W) is the Frobenius norm of the d × d gradient.
    values = {
        "C": float(np.linalg.norm(row)),
        "E": float(np.max(immediate_norms(kernels, run))),
        "gamma": gamma(kernels),
        "lambda_": float(np.linalg.norm(weights.W, 2)),
    }
    kernel = lower(claim.rhs, "tail")
    bound = np.array([float(kernel({**values, "tau": int(tau)})) for tau in lengths])
    if not (measured <= bound * (1 + 1e-9)).all():
        raise EvidenceError("the bias of truncation exceeds its bound", {"lengths": lengths})
    return Bias(lengths, measured, bound)
