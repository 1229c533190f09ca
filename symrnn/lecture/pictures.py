"""The blocks that show the network, the algorithms and the figures of single statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from symrnn.cells.elman import elman
from symrnn.language.activations import FORMULAS, activation
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.slopes import slope_bound
from symrnn.lecture import paths
from symrnn.lecture.algorithms import algorithms_shown
from symrnn.lecture.cliff import KAPPA, RATE, STEPS, TARGET, cliff
from symrnn.lecture.network import NetworkReport
from symrnn.lecture.statements import Writer
from symrnn.lecture.unrolled import unrolled_figure
from symrnn.numeric.lower import lower_activation
from symrnn.theory.about import Subject
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Algorithm, Block, Figure, Listing, Paragraph, Section, Table
from symrnn.typeset.figures import (
    Curve,
    Landscape,
    Mark,
    Regimes,
    Role,
    Slopes,
    activation_slopes,
    gradient_cliff,
    line_chart,
    norm_decay,
    norm_regimes,
    regime_map,
    singular_values,
    truncation_bias,
)
from symrnn.typeset.listings import wrapped
from symrnn.typeset.maths import rounded, scientific
from symrnn.typeset.prose import escaped

DRAWN = ("slopes", "unrolled", "gradient_cliff", "carousel_paths", "carousel_map", "time_scales")
LEARNED = ("norm_decay", "singular_values", "norm_regimes", "truncation_bias")
BESIDE: Mapping[str, frozenset[str]] = {
    "slopes_bounded": frozenset({"slopes"}),
    "gradients_could_explode": frozenset({"norm_regimes"}),
    "truncation": frozenset({"unrolled"}),
    "clipping_by_norm": frozenset({"gradient_cliff"}),
    paths.STATEMENT: frozenset({"carousel_paths", "carousel_map"}),
    "forget_bias": frozenset({"time_scales"}),
}
"""The figures that stand with a statement."""

ACTIVATIONS = (
    *("logistic", "tanh", "relu", "leaky_relu"),
    *("softplus", "elu", "silu", "hard_tanh"),
)
"""Those whose slopes are drawn: as many as can be read beside each other."""
ALGORITHMS = ("truncated-bptt", "clip-by-norm", "clip-by-global-norm")
"""Figures, figures of a trained network, and algorithms: what an outline may place by name."""

ROLES: tuple[Role, ...] = ("first", "second", "third")


def illustrations(
    report: NetworkReport | None,
    rnn: Subject,
    notation: Notation = LECTURE,
    library: Mapping[str, Statement] | None = None,
    placed: frozenset[str] | None = None,
) -> dict[str, tuple[Block, ...]]:
    """The figures and algorithms, by the statement they stand with, after its derivation.

    Those of a trained network are left out where there is none.

    Args:
        report: about the trained network.
        rnn: the recurrence of the lecture.
        notation: how quantities are lettered.
        library: the statements of the lecture, those of the first one by default; what stands with
            none of them is not drawn.
        placed: names of what is to be drawn; all by default.
    """
    writer = Writer(notation, {})
    library = load() if library is None else library
    drawn: dict[str, Callable[[], tuple[Figure, ...]]] = {
        "slopes_bounded": lambda: (_slopes(rnn, writer),),
        "gradients_could_explode": lambda: () if report is None else (_regimes(report, writer),),
        "truncation": lambda: (unrolled_figure(rnn, notation),) if rnn.shown_parameters else (),
        "clipping_by_norm": lambda: (_cliff(rnn, writer),) if rnn.is_elman else (),
        paths.STATEMENT: lambda: carousel_figures(paths.paths(library), writer),
        "forget_bias": lambda: (_time_scales(writer),),
    }
    figures = {
        name: draw()
        for name, draw in drawn.items()
        if name in library and (placed is None or placed & BESIDE[name])
    }
    known = algorithms_shown(rnn, notation)
    shown = {name: block for name, block in known.items() if name in library}
    found: dict[str, tuple[Block, ...]] = {
        name: (*figures.get(name, ()), *([shown[name]] if name in shown else []))
        for name in {**figures, **shown}
    }
    if placed is None:
        return found
    return {name: only(blocks, placed) for name, blocks in found.items()}


def carousel_figures(found: paths.Paths, writer: Writer) -> tuple[Figure, ...]:
    """One path beside all of them against time, and over the weight and the forget bias."""
    w, bias, factor = found.factors()
    steps = range(1, paths.STEPS + 1)
    curves = [
        Curve(f"$w = {weight:g}$", steps, found.of(weight).tolist(), role)
        for weight, role in zip(paths.WEIGHTS, ROLES, strict=True)
    ]
    held = Curve("product of forget gates", steps, found.held().tolist(), "guide")
    by_time = norm_decay(
        [*curves, held],
        axes_named=("$t$", r"$|\partial c_t / \partial c_0|$"),
        name="carousel_paths",
        caption=writer.prose(
            "One unit of an LSTM at rest, all its gates at 1/2: ∂c_t/∂c_0 for weights w of what "
            "enters, by the formula that is proved, and the product of its forget gates, which is "
            "the same for all of them."
        ),
    )
    by_weight = regime_map(
        Regimes(w.tolist(), bias.tolist(), factor.tolist()),
        axes_named=("$w$", r"$\beta$"),
        name="carousel_map",
        caption=writer.prose(
            "By how much one step more multiplies ∂c_t/∂c_0 of that unit, over its weight w and "
            "its forget bias β: below 1 it vanishes, on the strong curve it stays, beyond it it "
            "explodes. The product of forget gates vanishes everywhere on this map."
        ),
    )
    return by_time, by_weight


def _time_scales(writer: Writer) -> Figure:
    """After how many steps 1/e is left, against the forget bias, between its two bounds."""
    bias = np.linspace(0, 8, 33)
    gate = lower_activation(activation("logistic"))(bias)
    scale, T = 1 / (1 - gate), writer.notation.letter("T")
    curves = [
        Curve("steps until 1/e is left", bias.tolist(), (-1 / np.log(gate)).tolist(), "first"),
        Curve(f"${T}$", bias.tolist(), scale.tolist(), "second bound"),
        Curve(f"${T} - 1$", bias.tolist(), (scale - 1).tolist(), "third bound"),
    ]
    return line_chart(
        curves,
        axes_named=("forget bias", "steps"),
        name="time_scales",
        caption=writer.prose(
            "How long a constant forget gate remembers, against its bias. With the bias ln(T - 1) "
            "the gate is (T - 1)/T, and 1/e is left after at least T - 1 and at most T steps."
        ),
        logarithmic=True,
    )


def only(blocks: Iterable[Block], names: Collection[str]) -> tuple[Block, ...]:
    """Those of the figures and algorithms that are named."""
    return tuple(
        block
        for block in blocks
        if (isinstance(block, Figure) and block.name in names)
        or (isinstance(block, Algorithm) and block.label in names)
    )


def section(report: NetworkReport, source: str, notation: Notation = LECTURE) -> Section:
    """The section about the network: training, the product against its bound, the kernels."""
    net, writer = report.net, Writer(notation, {})
    blocks: list[Block] = [
        Paragraph(
            writer.prose(
                f"The derived gradients train a network: d = {net.forecaster.d} hidden units read "
            )
            + f"*{net.series}* and predict the next value from those before, "
            + writer.prose(
                f"by a linear readout of the state s_t. {net.steps} steps with clipping by "
                f"global norm at κ = {net.kappa:g} "
                f"({net.clipped} of them clipped) use the generated kernels alone. "
            )
            + f"Source of the series: {escaped(net.source)}."
        ),
        _losses(report),
        Paragraph(writer.prose(_reach(report))),
        _decay(report, writer),
        Paragraph(
            "The norm is the largest singular value only. [[singular_values]] shows all of them, "
            "after training: in how many directions something of the past is left."
        ),
        _spectrum(report, writer),
        Paragraph(
            writer.prose(
                "Scaled down to γλ = 0.8, the same network shows in [[truncation_bias]] the bias "
                "that truncation brings, under the geometric tail of [[truncation]]."
            )
        ),
        _bias(report, writer),
        Paragraph(
            "Every kernel is generated from the expression that was derived. [[kernels]] compares "
            "it with differences through a forward pass written by hand: the largest relative "
            "disagreement over all entries, for each oracle."
        ),
        _agreements(report, writer),
        Listing(
            wrapped(source.strip()),
            "python",
            writer.prose("The generated NumPy source of ∂s_t/∂s_k:"),
        ),
    ]
    return Section("A real network", "network", tuple(blocks))


def _reach(report: NetworkReport) -> str:
    """How far the network sees, in words that fit what was measured."""
    ratios = [float(decay.bounds[1] / decay.bounds[0]) for decay in report.decays]
    listed = " and ".join(
        f"{ratio:.2f} {decay.label}" for ratio, decay in zip(ratios, report.decays, strict=True)
    )
    opening = (
        "How far back does this network see? [[norm_decay]] shows "
        "‖∂s_t/∂s_k‖₂ at the end of the series, before and after training, with the bound "
        "(γλ)^{t-k} of [[product_bound]] for γ = 1 and λ = ‖W‖₂: γλ is "
        f"{listed}."
    )
    shrinks = all(decay.norms[-1] < decay.norms[0] for decay in report.decays)
    if not (shrinks and min(ratios) > 1):
        return opening
    return (
        f"{opening} The bounds grow while the measured norms shrink: the units saturate, and the "
        "singular directions of different steps do not line up. That is what *could* means."
    )


def _losses(report: NetworkReport) -> Table:
    net = report.net
    rows = (
        ("training part", f"{net.losses[0]:.3f}", f"{net.losses[-1]:.3f}", ""),
        (
            "held-out tail",
            f"{report.held_out_first:.3f}",
            f"{net.held_out:.3f}",
            f"{net.baseline:.3f}",
        ),
    )
    return Table(
        ("mean squared error", "before", "after", "last value"),
        rows,
        "Training, in units of the variance of the training part; the last column predicts the "
        "last value seen.",
        "losses",
        "lrrr",
    )


def _decay(report: NetworkReport, writer: Writer) -> Figure:
    curves = []
    for decay, role in zip(report.decays, ("first", "second"), strict=True):
        distance = np.arange(len(decay.norms)).tolist()
        curves.append(Curve(decay.label, distance, decay.norms.tolist(), role))  # type: ignore[arg-type]
        bound = f"bound, {decay.label}"
        curves.append(Curve(bound, distance, decay.bounds.tolist(), f"{role} bound"))  # type: ignore[arg-type]
    return norm_decay(
        curves,
        axes_named=axes_named(writer),
        caption=writer.prose(
            "The norm ‖∂s_t/∂s_k‖ against the distance t - k, with the bound (γλ)^{t-k} of each "
            "net."
        ),
    )


def axes_named(writer: Writer) -> tuple[str, str]:
    """The names of the axes t - k and ‖∂s_t/∂s_k‖, as matplotlib sets them."""
    rnn = elman()
    t, k = rnn.t, rnn.k
    later, earlier = writer.latex(rnn.s[t]), writer.latex(rnn.s[k])
    return writer.math(t - k), rf"$\|\partial {later} / \partial {earlier}\|$"


def _spectrum(report: NetworkReport, writer: Writer) -> Figure:
    found = report.spectrum
    distance = np.arange(len(found.bounds)).tolist()
    bound = Curve(writer.prose("bound (γλ)^{t-k}"), distance, found.bounds.tolist(), "first bound")
    return singular_values(
        found.values.tolist(),
        bound=bound,
        distance_named=axes_named(writer)[0],
        caption=writer.prose(
            "All singular values of ∂s_t/∂s_k against t - k, with the bound on the largest."
        ),
    )


def _regimes(report: NetworkReport, writer: Writer) -> Figure:
    panels: dict[float, list[Curve]] = {}
    for ratio, decays in report.regimes.items():
        distance = np.arange(len(decays[0].norms)).tolist()
        panels[ratio] = [
            Curve(found.label, distance, found.norms.tolist(), role)
            for found, role in zip(decays, ROLES, strict=True)
        ]
        panels[ratio].append(Curve("bound", distance, decays[0].bounds.tolist(), "guide"))
    return norm_regimes(
        panels,
        axes_named=axes_named(writer),
        ratio_named=f"{writer.notation.letter('gamma')}{writer.notation.letter('lambda')}",
        caption=writer.prose(
            "The norm ‖∂s_t/∂s_k‖ against t - k for γλ below, at and above 1. In each panel all "
            "nets have this γλ and lie under the one bound (γλ)^{t-k}."
        ),
    )


def _slopes(rnn: Subject, writer: Writer) -> Figure:
    # Both sides of each integer, never the integer: that is where kinks are.
    whole = np.arange(-4.0, 5.0)
    between = np.setdiff1d(np.linspace(-4.0, 4.0, 65), whole)
    a = np.sort(np.concatenate([between, whole - 1e-6, whole + 1e-6]))
    found, letter = [], writer.notation.plain  # of numbers, not of vectors
    own = {f.name for f in rnn.cell.activations}
    used = [name for name in FORMULAS if name in own]
    argument = rnn.argument.label if rnn.is_elman else "a"
    for name in used or ACTIVATIONS:
        sigma = activation(name)
        gamma = slope_bound(sigma).value
        assert gamma is not None
        found.append(
            Slopes(
                name.replace("_", " "),
                a.tolist(),
                lower_activation(sigma)(a).tolist(),
                lower_activation(sigma.prime)(a).tolist(),
                float(gamma),
            )
        )
    return activation_slopes(
        found,
        letters=(letter("sigma"), letter("gamma"), letter(argument)),
        caption=writer.prose("Activations σ, their slopes σ′, and γ, the least bound on |σ′|."),
    )


def _cliff(rnn: Subject, writer: Writer) -> Figure:
    land = cliff(rnn)
    length = RATE * float(np.linalg.norm(land.gradient))
    value = f"s_{STEPS}" if rnn.makes_state else f"σ(s_{STEPS})"
    start, plain, clipped = (
        Mark(place.w, place.b, place.loss) for place in (land.start, land.plain, land.clipped)
    )
    shown = Landscape(
        land.w.tolist(),
        land.b.tolist(),
        land.loss.tolist(),
        start=start,
        plain=plain,
        clipped=clipped,
        plain_length=length,
        clipped_length=float(np.hypot(clipped.w - start.w, clipped.b - start.b)),
        distance=land.distance.tolist(),
        section=land.section.tolist(),
    )
    return gradient_cliff(
        shown,
        caption=writer.prose(
            f"The loss ({value} - {TARGET:g})² of one logistic unit over its weight and its "
            "bias, as in Pascanu et al. (2013), from above and cut along the step. From the cliff "
            f"a plain step with η = {RATE:g} has length "
        )
        + f"${rounded(length)}$; "
        + writer.prose(f"clipped to κ = {KAPPA:g} it lands at the foot."),
    )


def _bias(report: NetworkReport, writer: Writer) -> Figure:
    bias = report.bias
    lengths = bias.lengths.tolist()
    return truncation_bias(
        [
            Curve("bias", lengths, bias.measured.tolist(), "first"),
            Curve("bound", lengths, bias.bound.tolist(), "first bound"),
        ],
        length_named=writer.math(elman().tau),
        caption=writer.prose(
            "The bias of the truncated gradient against the truncation length τ, with its "
            "geometric bound."
        ),
    )


def _agreements(report: NetworkReport, writer: Writer) -> Table:
    """Each kernel once, with the worst of all nets."""
    nets = ", ".join(dict.fromkeys(each.net for each in report.agreements))
    worst: dict[str, tuple[float, float]] = {}
    for each in report.agreements:
        known = worst.get(each.kernel, (0.0, 0.0))
        worst[each.kernel] = (max(known[0], each.complex_step), max(known[1], each.central))
    rows = tuple(
        (writer.prose(kernel), scientific(complex_step), scientific(central))
        for kernel, (complex_step, central) in worst.items()
    )
    return Table(
        ("kernel", "complex step", "central differences"),
        rows,
        f"Kernels against differences: the largest relative disagreement over the nets ({nets}).",
        "kernels",
        "lrr",
    )
