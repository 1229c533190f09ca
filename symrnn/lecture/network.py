"""The real network of the lecture: trained with derived gradients, then measured with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from symrnn.cells import Cell
from symrnn.cells.network import Network
from symrnn.cells.readout import output_of
from symrnn.cells.subject import with_numbers
from symrnn.errors import EvidenceError, IllFormedError, NotSupportedError
from symrnn.language.names import in_code
from symrnn.language.relations import Relation
from symrnn.lecture.decay import Decay, Spectrum, decay, measured, regimes, spectrum
from symrnn.numeric.data import Series
from symrnn.numeric.forecasting import Forecast, Forecaster, train_cell
from symrnn.numeric.kernels import Kernels
from symrnn.numeric.lower import lower
from symrnn.numeric.run import Run
from symrnn.numeric.weights import Weights
from symrnn.processors import one_thread
from symrnn.theory.statement import Statement
from symrnn.verify.net import Net, random_weights
from symrnn.verify.network import Agreement, check_kernels

Array = NDArray[Any]
UNITS, UNITS_OF_SEVERAL = 32, 16
"""The size of the net that is trained, and of one with several matrices beside its states: every
entry is checked."""

TRAINED, RATE = 300, 5e-3
"""The training steps, and the first rate."""

HORIZON = 40
"""Steps over which ‖∂s_t/∂s_k‖ is shown."""

CHECKED = 20
"""Steps of the nets that are checked against differences."""

CONTRACTING, SCALES = 0.8, tuple(0.5**n for n in range(7))
"""The tail bound needs steps that contract: γλ where ‖W‖ is scaled alone; and what all parameters
of any other cell are multiplied by, until its steps do."""

DRAWN_FROM = ("product_bound", "truncation")
"""The statements whose bounds are shown."""


@dataclass(frozen=True)
class Bias:
    """‖∂L_t/∂θ - truncated‖_F against τ (in factors), with the derived tail bound.

    scale: what all parameters were multiplied by; None where W alone was, to γλ = 0.8.
    ratio: γλ, or the largest ‖∂s_j/∂s_{j-1}‖₂.
    """

    lengths: Array
    measured: Array
    bound: Array
    scale: float | None = None
    ratio: float = CONTRACTING


@dataclass(frozen=True)
class NetworkReport:
    """What the lecture shows of the network.

    bias: None where no scale of the parameters makes every step a contraction.
    regimes: of a cell with one weight matrix, by γλ; of others there are none.
    bound: of ‖∂s_t/∂s_k‖, as it is claimed.
    """

    net: Forecast
    held_out_first: float
    decays: tuple[Decay, ...]
    bias: Bias | None
    agreements: tuple[Agreement, ...]
    regimes: Mapping[float, tuple[Decay, ...]]
    spectrum: Spectrum
    bound: Any

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


def require_learning(library: Mapping[str, Statement], rnn: Network) -> Network:
    """The cell with functions that can be run, to be trained.

    Raises:
        NotSupportedError: it can not be, with the reason.
    """
    if missing := [name for name in DRAWN_FROM if name not in library]:
        raise NotSupportedError(f"`{missing[0]}` is not said of this cell")
    made = with_numbers(rnn)
    try:
        Forecaster(made.cell, UNITS)
        output_of(made.cell)
    except IllFormedError as error:
        raise NotSupportedError(error.message, error.detail) from error
    return made


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
        rnn: the net's cell, which reads one input.
        progress: called with what is being done, how far it is, and out of how much.

    Raises:
        NotSupportedError: the cell can not be trained on a series.
        RangeError: training diverges.
        DisagreementError: a kernel disagrees with differences.
        EvidenceError: a bound fails.

    How well the net learns is told, whatever it is.
    """
    made = require_learning(library, rnn)
    with one_thread():
        return _studied(series, library, rnn, made, progress)


def _studied(
    series: Series,
    library: Mapping[str, Statement],
    rnn: Network,
    made: Network,
    progress: Callable[[str, int, int], None],
) -> NetworkReport:
    kernels = Kernels(made)
    net = train_cell(
        made.cell,
        series,
        _units(made.cell),
        TRAINED,
        rate=RATE,
        progress=lambda done, of, loss: progress("training", done, of),
    )
    inputs, weights = net.data.inputs, net.forecaster.without_readout
    nets = {
        "before training": weights(net.initial, inputs[-CHECKED:]),
        "after training": weights(net.trained, inputs[-CHECKED:]),
        "random": _random(made.cell),
    }
    agreements: list[Agreement] = []
    checked = Kernels(made.cell) if len(made.states) > 1 else kernels
    for done, (name, chosen) in enumerate(nets.items()):
        progress("checking kernels", done, len(nets))
        agreements += check_kernels(checked, chosen, name)
    claim = _claim(library, rnn, "product_bound")
    before, after = (weights(chosen, inputs[-HORIZON:]) for chosen in (net.initial, net.trained))
    decays = (
        decay(rnn, kernels, claim, "before training", before),
        decay(rnn, kernels, claim, "after training", after),
    )
    tail = _claim(library, rnn, "truncation", "the bias is a geometric tail")
    bias = _bias(rnn, kernels, tail, net)
    ahead = net.forecaster.predict(net.initial, inputs)[net.data.split :]
    first = ahead - net.data.targets[net.data.split :]
    scaled = _as_net(net, inputs[-HORIZON:]) if rnn.driven else None
    return NetworkReport(
        net,
        float(np.mean(first**2)),
        decays,
        bias,
        tuple(agreements),
        regimes(rnn, kernels, claim, scaled) if scaled is not None else {},
        spectrum(rnn, kernels, claim, after),
        claim.rhs,
    )


def _units(cell: Cell) -> int:
    """How large the net is."""
    states = {each.rows for each in cell.states}
    matrices = [p for p in cell.parameters if p.shape[1] in states]
    return UNITS if len(matrices) < 2 else UNITS_OF_SEVERAL


def _random(cell: Cell) -> Weights:
    """A net of random numbers: sizes of states 16, all else smaller."""
    states = {s for each in cell.states for s in each.rows.free_symbols}
    sizes = {each.name: 16 if each in states else 3 for each in cell.sizes}
    return cast(Weights, random_weights(cell, steps=CHECKED, seed=0, **sizes))


def _as_net(net: Forecast, x: Array) -> Net:
    """The trained net of a step σ(W s + U x + b) or W σ(s) + U x + b by the lecture's letters."""
    found = net.trained
    return Net(found["W"], found["U"], found["b"], np.zeros(len(found["b"])), x, found["V"][0])


def _claim(library: Mapping[str, Statement], rnn: Network, name: str, label: str = "") -> Relation:
    """The claim of a statement's part about a recurrence, by label; of its first by default."""
    parts = library[name].parts(rnn)
    chosen = next((part for part in parts if part.label == label), parts[0])
    return cast(Relation, chosen.claim)


def _read_out(net: Forecast) -> Array:
    """What the trained readout multiplies the whole state by; 1 where it reads no state."""
    cell, passes = net.forecaster.cell, net.forecaster.passes.cell
    (V,) = (p for p in passes.parameters if p not in cell.parameters and p.shape[1] != 1)
    read = output_of(cell)
    starts = net.forecaster.without_readout(net.trained, net.data.inputs).states
    rows = {each: 0 * starts[in_code(each.label)] for each in cell.states}
    if read in rows:
        rows[read] = net.trained[in_code(V.name)][0]
    else:
        rows = {each: zeros + 1 for each, zeros in rows.items()}
    return np.concatenate(list(rows.values()))


def immediate_norms(kernels: Kernels, run: Run, parameter: str) -> Array:
    """‖∂⁺s_j/∂vec(θ)‖₂ of the whole state at the times j = 1 … T, (T, …), for a parameter by name.

    Every row is the gradient of one entry of s_j over the one step from s_{j-1} held.
    """
    n, T, fit = run.size, run.steps, run.weights

    def copies(array: Array) -> Array:
        """(T, …, p) as (T, n, …, p)."""
        full = np.broadcast_to(array, (T, *run.batch, array.shape[-1]))
        return np.repeat(full[:, None], n, axis=1)

    starts = {name: copies(run.rows[name][:T]) for name in fit.states}
    inputs = {name: copies(run.rows[name][-T:])[None] for name in fit.inputs}
    single = kernels.run(Weights(fit.parameters, starts, inputs, 1))
    unit = np.eye(n).reshape(1, n, *(1 for _ in run.batch), n)
    every = np.broadcast_to(unit, (T, n, *run.batch, n))
    rows = kernels.gradients(single, every, 1, summed=False)[parameter]
    matrices = np.moveaxis(rows.reshape(T, n, *run.batch, -1), 1, -2)
    return np.asarray(np.linalg.norm(matrices, 2, axis=(-2, -1)))


def _contracting(
    rnn: Network, kernels: Kernels, net: Forecast
) -> tuple[Run, float | None, float] | None:
    """A run of the trained net scaled down until its steps contract, the scale, and γλ or q."""
    inputs, parameters = net.data.inputs[-HORIZON:], net.trained
    if rnn.driven:
        W = parameters[in_code(rnn.W.name)]
        scaled = {in_code(rnn.W.name): W * (CONTRACTING / float(np.linalg.norm(W, 2)))}
        weights = net.forecaster.without_readout({**parameters, **scaled}, inputs)
        return kernels.run(weights), None, CONTRACTING
    for scale in SCALES:
        scaled = {name: scale * value for name, value in parameters.items()}
        run = kernels.run(net.forecaster.without_readout(scaled, inputs))
        ratio = measured(rnn, kernels, run)[rnn.letter("q").name]
        if ratio < 1:
            return run, scale, ratio
    return None


def _bias(rnn: Network, kernels: Kernels, claim: Relation, net: Forecast) -> Bias | None:
    """Measured bias of the gradient by the parameter of the claim, and the claim's right side."""
    found, c = _contracting(rnn, kernels, net), _read_out(net)
    if found is None:
        return None
    run, scale, ratio = found
    t, parameter = run.steps, in_code(rnn.shown_parameter.name)
    row = 2 * (run.states[t] @ c) * c
    exact = kernels.gradients(run, row, t)[parameter]
    lengths = np.arange(0, t - 1)
    ours = [
        np.linalg.norm(exact - kernels.gradients(run, row, t, since=t - int(tau) - 1)[parameter])
        for tau in lengths
    ]
    # ‖·‖₂ of the row ∂L_t/∂vec(W) is the Frobenius norm of the d × d gradient.
    values = {
        **measured(rnn, kernels, run),
        rnn.letter("C").name: float(np.linalg.norm(row)),
        rnn.letter("E").name: float(np.max(immediate_norms(kernels, run, parameter))),
    }
    kernel = lower(claim.rhs, "tail")
    bound = np.array([float(kernel({**values, rnn.tau.name: int(tau)})) for tau in lengths])
    if not (np.array(ours) <= bound * (1 + 1e-9)).all():
        raise EvidenceError("the bias of truncation exceeds its bound", {"lengths": lengths})
    return Bias(lengths, np.array(ours), bound, scale, ratio)
