"""The real network of the lecture: trained with derived gradients, then measured with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from symrnn.cells.network import Network
from symrnn.errors import EvidenceError
from symrnn.language.norms import norm
from symrnn.language.relations import Relation
from symrnn.language.structure import Vec
from symrnn.lecture.decay import Decay, Spectrum, decay, gamma, regimes, spectrum
from symrnn.numeric.data import Series
from symrnn.numeric.forecasting import Forecast, train_cell
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.plain_passes import bindings_of
from symrnn.numeric.run import Run
from symrnn.theory.statement import Statement
from symrnn.verify.net import Net, random_weights
from symrnn.verify.network import Agreement, check_kernels

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
    rnn: Network,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> NetworkReport:
    """Train on a series, check every kernel on the result, and measure products and bias.

    Args:
        series: the values to predict, each from those before.
        library: the statements; the bounds shown are the right sides of their claims.
        rnn: the net's cell, σ(W s + U x + b) or W σ(s) + U x + b, of whatever σ.
        progress: called with what is being done, how far it is, and out of how much.

    Raises:
        DisagreementError: a kernel disagrees with differences.
        EvidenceError: the trained net does not beat predicting the last value, or a bound fails.
    """
    kernels = Kernels(rnn.with_activation("tanh"))
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
        agreements += check_kernels(kernels, weights.of_cell(kernels.cell), name)
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


def _weights(net: Mapping[str, Array], x: Array) -> Net:
    """A net that starts at 0, with its readout of one number as c."""
    return Net(net["W"], net["U"], net["b"], np.zeros(len(net["b"])), x, net["V"][0])


def _claim(library: Mapping[str, Statement], rnn: Network, name: str, label: str = "") -> Relation:
    """The claim of a statement's part about a recurrence, by label; of its first by default."""
    parts = library[name].parts(rnn)
    chosen = next((part for part in parts if part.label == label), parts[0])
    return cast(Relation, chosen.claim)


def _contracting(net: Mapping[str, Array], target: float = 0.8) -> Mapping[str, Array]:
    """The net with W scaled to ‖W‖₂ = `target`: the tail bound needs γλ < 1."""
    W = net["W"]
    return {**net, "W": W * (target / float(np.linalg.norm(W, 2)))}


def immediate_norms(kernels: Kernels, run: Run) -> Array:
    """‖∂⁺s_j/∂vec(W)‖₂ at the times j = 1 … T."""
    rnn = kernels.rnn
    immediate = norm(rnn.recurrence.immediate(rnn.s[rnn.j], Vec(rnn.W)), "2")
    kernel = lower(immediate, "immediate_norm")
    columns = {name: run[name][..., None] for name in run.named} | bindings_of(run.weights)
    return np.array([kernel({**columns, rnn.j.name: j}) for j in range(1, run.steps + 1)])


def _bias(kernels: Kernels, claim: Relation, weights: Net) -> Bias:
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
