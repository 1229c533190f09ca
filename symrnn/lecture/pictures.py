"""The blocks that show the network, the algorithms and the figures of single statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from symrnn.cells.elman import elman
from symrnn.language.activations import FORMULAS, activation
from symrnn.language.notation import LECTURE, Notation
from symrnn.language.slopes import slope_bound
from symrnn.language.writing import NotationPrinter
from symrnn.lecture import paths
from symrnn.lecture.algorithms import algorithms_shown
from symrnn.lecture.cliff import KAPPA, RATE, STEPS, TARGET, cliff
from symrnn.lecture.network import NetworkReport
from symrnn.lecture.network_section import axes_named
from symrnn.lecture.statements import Writer
from symrnn.lecture.unrolled import unrolled_figure
from symrnn.numeric.lower import lower_activation
from symrnn.processors import cores
from symrnn.theory.about import Subject
from symrnn.theory.library import load
from symrnn.theory.statement import Statement
from symrnn.typeset.blocks import Algorithm, Block, Figure
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
)
from symrnn.typeset.maths import rounded
from symrnn.verify.processes import beside

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
        "gradients_could_explode": lambda: (
            (_regimes(report, writer),) if report and report.regimes else ()
        ),
        "truncation": lambda: (unrolled_figure(rnn, notation),) if rnn.shown_parameters else (),
        "clipping_by_norm": lambda: (_cliff(rnn, writer),) if rnn.driven else (),
        paths.STATEMENT: lambda: carousel_figures(paths.paths(library), writer),
        "forget_bias": lambda: (_time_scales(writer),),
    }
    wanted = [
        name for name in drawn if name in library and (placed is None or placed & BESIDE[name])
    ]
    # The first takes as long as all others together.
    others = range(1, len(wanted))
    with beside(lambda place: drawn[wanted[place]](), others, cores() - 1) as found_beside:
        figures = {name: drawn[name]() for name in wanted[:1]}
        figures |= {wanted[place]: made for place, made in found_beside().items()}
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
        axes_named=axes_named(writer, elman()),
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
    printer = NotationPrinter(writer.notation)
    argument = printer.unstyled(rnn.argument.label) if rnn.one_activation else letter("a")
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
        letters=(letter("sigma"), letter("gamma"), argument),
        caption=writer.prose("Activations σ, their slopes σ′, and γ, the least bound on |σ′|."),
    )


def _cliff(rnn: Subject, writer: Writer) -> Figure:
    land = cliff(rnn)
    length = RATE * float(np.linalg.norm(land.gradient))
    last, sigma = writer.latex(rnn.s[STEPS]), writer.notation.plain("sigma")
    value = last if rnn.makes_state else f"{sigma}({last})"
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
            f"The loss $({value} - {TARGET:g})^{{2}}$ of one logistic unit over its weight and its "
            "bias, as in Pascanu et al. (2013), from above and cut along the step. From the cliff "
            f"a plain step with η = {RATE:g} has length "
        )
        + f"${rounded(length)}$; "
        + writer.prose(f"clipped to κ = {KAPPA:g} it lands at the foot."),
    )
