"""The section about the real network: training, products under their bounds, kernels checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from symrnn.cells.elman import elman
from symrnn.cells.readout import output_of
from symrnn.language.names import in_code
from symrnn.language.notation import LECTURE, Notation
from symrnn.lecture.network import NetworkReport
from symrnn.lecture.statements import Writer
from symrnn.numeric.in_order import starts_of
from symrnn.theory.about import Subject
from symrnn.typeset.blocks import Block, Figure, Listing, Paragraph, Section, Table
from symrnn.typeset.figures import Curve, norm_decay, singular_values, truncation_bias
from symrnn.typeset.listings import wrapped
from symrnn.typeset.maths import rounded, scientific
from symrnn.typeset.prose import escaped
from symrnn.verify.network import Agreement

TITLE, LABEL = "A real network", "network"
UNREADABLE = 1e5
"""From here on a loss is written with a power of ten."""


def untrained(why: str) -> Section:
    """The section where there is no network, with the reason."""
    return Section(TITLE, LABEL, (Paragraph(f"No network of this cell is trained: {why}."),))


def section(
    report: NetworkReport, source: str, notation: Notation = LECTURE, rnn: Subject | None = None
) -> Section:
    """The section about the network: training, the product against its bound, the kernels.

    Args:
        report: what was measured.
        source: of the kernel of ∂s_t/∂s_k.
        notation: how quantities are lettered.
        rnn: the cell; the Elman cell by default.
    """
    rnn = rnn or elman()
    net, writer = report.net, Writer(notation, {}, rnn.in_parts)
    read = writer.math(output_of(rnn.cell)[rnn.t])
    blocks: list[Block] = [
        Paragraph(
            writer.prose(
                f"The derived gradients train a network: d = {net.forecaster.d} hidden units read "
            )
            + f"*{net.series}* and predict the next value from those before, "
            + f"by a linear readout of {read}. "
            + writer.prose(
                f"{net.steps} steps with clipping by "
                f"global norm at κ = {net.kappa:g} "
                f"({net.clipped} of them clipped) use the generated kernels alone. "
            )
            + f"Source of the series: {escaped(net.source)}."
        ),
        _losses(report),
        *([Paragraph(NOT_LEARNED)] if net.held_out >= net.baseline else []),
        Paragraph(_reach(report, writer, rnn)),
        _decay(report, writer, rnn),
        Paragraph(
            "The norm is the largest singular value only. [[singular_values]] shows all of them, "
            "after training: in how many directions something of the past is left."
        ),
        _spectrum(report, writer, rnn),
        *_bias(report, writer, rnn),
        Paragraph(
            "Every kernel is generated from the expression that was derived. [[kernels]] compares "
            "it with differences through the definitions, run one by one on perturbed copies: the "
            "largest relative disagreement over all entries, for each oracle."
        ),
        _agreements(report, writer, rnn),
        Listing(
            wrapped(source.strip()),
            "python",
            writer.prose("The generated NumPy source of ∂s_t/∂s_k:"),
        ),
    ]
    return Section(TITLE, LABEL, tuple(blocks))


NOT_LEARNED = (
    "On the held-out tail this net is no better than predicting the last value. What follows is "
    "about its derivatives, which are as they are whatever it has learned."
)


def _reach(report: NetworkReport, writer: Writer, rnn: Subject) -> str:
    """How far the network sees, in words that fit what was measured."""
    ratios = [float(decay.bounds[1] / decay.bounds[0]) for decay in report.decays]
    listed = " and ".join(
        f"{ratio:.2f} {decay.label}" for ratio, decay in zip(ratios, report.decays, strict=True)
    )
    named = "γλ" if rnn.driven else writer.math(rnn.letter("q"))
    said = (
        " for γ = 1 and λ = ‖W‖₂: γλ"
        if rnn.driven
        else f", where {named} is the largest ‖∂s_j/∂s_{{j-1}}‖₂ of the run: {named}"
    )
    opening = (
        "How far back does this network see? [[norm_decay]] shows "
        "‖∂s_t/∂s_k‖₂ at the end of the series, before and after "
        f"training, with the bound {writer.math(report.bound)} of [[product_bound]]"
        f"{said} is {listed}."
    )
    shrinks = all(decay.norms[-1] < decay.norms[0] for decay in report.decays)
    if not (shrinks and min(ratios) > 1):
        return writer.prose(opening)
    why = "the units saturate, and the " if rnn.driven else ""
    return writer.prose(
        f"{opening} The bounds grow while the measured norms shrink: {why}singular directions of "
        "different steps do not line up. That is what *could* means."
    )


def _losses(report: NetworkReport) -> Table:
    net = report.net
    rows = (
        ("training part", net.losses[0], net.losses[-1], None),
        ("held-out tail", report.held_out_first, net.held_out, net.baseline),
    )
    return Table(
        ("mean squared error", "before", "after", "last value"),
        tuple((what, *map(_loss, values)) for what, *values in rows),
        "Training, in units of the variance of the training part; the last column predicts the "
        "last value seen.",
        "losses",
        "lrrr",
    )


def _loss(value: float | None) -> str:
    """Three decimals, where these can be read."""
    if value is None:
        return ""
    return f"{value:.3f}" if value < UNREADABLE else f"${rounded(value)}$"


def _decay(report: NetworkReport, writer: Writer, rnn: Subject) -> Figure:
    curves = []
    for decay, role in zip(report.decays, ("first", "second"), strict=True):
        distance = np.arange(len(decay.norms)).tolist()
        curves.append(Curve(decay.label, distance, decay.norms.tolist(), role))  # type: ignore[arg-type]
        bound = f"bound, {decay.label}"
        curves.append(Curve(bound, distance, decay.bounds.tolist(), f"{role} bound"))  # type: ignore[arg-type]
    return norm_decay(
        curves,
        axes_named=axes_named(writer, rnn),
        caption=writer.prose("The norm ‖∂s_t/∂s_k‖ against the distance t - k, ")
        + f"with the bound {writer.math(report.bound)} of each net.",
    )


def axes_named(writer: Writer, rnn: Subject) -> tuple[str, str]:
    """The names of the axes t - k and ‖∂s_t/∂s_k‖, as matplotlib sets them."""
    t, k = rnn.t, rnn.k
    later, earlier = writer.latex(rnn.s[t]), writer.latex(rnn.s[k])
    return writer.math(t - k), rf"$\|\partial {later} / \partial {earlier}\|$"


def _spectrum(report: NetworkReport, writer: Writer, rnn: Subject) -> Figure:
    found = report.spectrum
    distance = np.arange(len(found.bounds)).tolist()
    bound = Curve(
        f"bound {writer.math(report.bound)}", distance, found.bounds.tolist(), "first bound"
    )
    return singular_values(
        found.values.tolist(),
        bound=bound,
        distance_named=axes_named(writer, rnn)[0],
        caption=writer.prose(
            "All singular values of ∂s_t/∂s_k against t - k, with the bound on the largest."
        ),
    )


def _bias(report: NetworkReport, writer: Writer, rnn: Subject) -> tuple[Block, ...]:
    """What truncation loses of the net scaled down, and the scale; or that there is none."""
    bias = report.bias
    if bias is None:
        said = (
            "No scale that was tried makes every step of this network a contraction: of it the "
            "geometric tail of [[truncation]] says nothing."
        )
        return (Paragraph(said),)
    if not bias.measured.any():
        said = (
            "The gradient of this network at its last step is 0: truncation takes nothing from it."
        )
        return (Paragraph(said),)
    scaled = (
        f"Scaled down to γλ = {bias.ratio:g}"
        if bias.scale is None
        else f"With all its parameters multiplied by {bias.scale:g}, so that no step stretches by "
        f"more than {bias.ratio:.2f}"
    )
    said = (
        f"{scaled}, the same network shows in [[truncation_bias]] the bias "
        "that truncation brings, under the geometric tail of [[truncation]]."
    )
    lengths = bias.lengths.tolist()
    figure = truncation_bias(
        [
            Curve("bias", lengths, bias.measured.tolist(), "first"),
            Curve("bound", lengths, bias.bound.tolist(), "first bound"),
        ],
        length_named=writer.math(rnn.tau),
        caption=writer.prose(
            "The bias of the truncated gradient against the truncation length τ, with its "
            "geometric bound."
        ),
    )
    return Paragraph(writer.prose(said)), figure


def _kernel(agreement: Agreement, writer: Writer, rnn: Subject) -> str:
    """What a kernel is of: a gradient by a quantity of the cell's own in that cell's letter."""
    if rnn.driven or not agreement.by:
        return writer.prose(agreement.kernel)
    of, _, how = agreement.kernel.partition(f"/∂{agreement.by} ")
    starts = {name: label for label, name in starts_of(rnn.cell).items()}
    named: dict[str, Any] = {in_code(p.name): p for p in (*rnn.cell.parameters, *rnn.cell.scalars)}
    named |= {n: s[0] for s in rnn.states for n in starts if starts[n] == in_code(s.label)}
    loss = writer.latex(rnn.L[rnn.t]) if of.endswith("_t") else writer.notation.plain("L")
    gradient = rf"$\partial {loss}/\partial {writer.latex(named[agreement.by])}$"
    return f"{gradient} {writer.prose(how)}"


def _agreements(report: NetworkReport, writer: Writer, rnn: Subject) -> Table:
    """Each kernel once, with the worst of all nets."""
    nets = ", ".join(dict.fromkeys(each.net for each in report.agreements))
    worst: dict[str, tuple[float, float]] = {}
    for each in report.agreements:
        kernel = _kernel(each, writer, rnn)
        known = worst.get(kernel, (0.0, 0.0))
        worst[kernel] = (max(known[0], each.complex_step), max(known[1], each.central))
    rows = tuple(
        (kernel, scientific(complex_step), scientific(central))
        for kernel, (complex_step, central) in worst.items()
    )
    return Table(
        ("kernel", "complex step", "central differences"),
        rows,
        f"Kernels against differences: the largest relative disagreement over the nets ({nets}).",
        "kernels",
        "lrr",
    )
