"""The charts: curves over one axis, in one panel or in several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator, NullFormatter

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.style import (
    PENS,
    QUIET,
    Curve,
    Words,
    described,
    plot,
    positive,
    render,
    said,
    table,
)
from symrnn.typeset.prose import plain

DISTANCE = "$t-k$"
JACOBIAN_NORM = r"$\|\partial s_t / \partial s_k\|$"


def norm_decay(
    curves: Sequence[Curve],
    *,
    axes_named: tuple[str, str] = (DISTANCE, JACOBIAN_NORM),
    name: str = "norm_decay",
    caption: str = (
        r"The norm $\lVert\partial s_t/\partial s_k\rVert$ against the distance $t-k$, "
        r"with the bound $(\gamma\lambda)^{t-k}$ of each net."
    ),
) -> Figure:
    """‖∂s_t/∂s_k‖ (logarithmic) against t − k, measured curves with their bounds.

    `x` is t − k ≥ 0, `y` a norm; a zero (a gradient that has vanished altogether) is left out,
    for it has no logarithm. Raises `IllFormedError` on a negative or non-finite norm.
    """
    kept = [positive(curve) for curve in curves]

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        plot(axes, kept)
        _logarithmic(axes, *axes_named)
        axes.legend()

    alt = described(f"Line chart, logarithmic norm against {said(axes_named[0])}.", kept)
    return render(Words(name, caption, alt, table(plain(axes_named[0]), kept)), draw)


def line_chart(
    curves: Sequence[Curve],
    *,
    axes_named: tuple[str, str],
    name: str,
    caption: str,
    logarithmic: bool = False,
) -> Figure:
    """Curves of any quantity, whose name is that of the second axis."""

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        plot(axes, curves)
        axes.set_xlabel(axes_named[0])
        axes.set_ylabel(axes_named[1])
        if logarithmic:
            _logarithmic(axes, *axes_named)
        axes.legend()

    kind = "logarithmic " if logarithmic else ""
    alt = described(
        f"Line chart, {kind}{said(axes_named[1])} against {said(axes_named[0])}.", curves
    )
    return render(Words(name, caption, alt, table(plain(axes_named[0]), curves)), draw)


def norm_regimes(
    panels: Mapping[float, Sequence[Curve]],
    *,
    axes_named: tuple[str, str] = (DISTANCE, JACOBIAN_NORM),
    ratio_named: str = r"\gamma\lambda",
    name: str = "norm_regimes",
    caption: str = (
        r"The norm $\lVert\partial s_t/\partial s_k\rVert$ against $t-k$ for $\gamma\lambda$ "
        r"below, at and above 1. In each panel all nets have this $\gamma\lambda$ and lie under "
        r"the one bound $(\gamma\lambda)^{t-k}$."
    ),
) -> Figure:
    """One panel for each γλ, of a common logarithmic axis; curves as of `norm_decay`."""
    kept = {ratio: [positive(curve) for curve in curves] for ratio, curves in panels.items()}
    if not kept:
        raise IllFormedError("norm_regimes: at least one panel is needed", {"panels": 0})

    def draw(canvas: Canvas) -> None:
        row = canvas.subplots(1, len(kept), sharey=True, squeeze=False)[0]
        for axes, (ratio, curves) in zip(row, kept.items(), strict=True):
            plot(axes, curves)
            _logarithmic(axes, axes_named[0], axes_named[1] if axes is row[0] else "")
            axes.set_title(f"${ratio_named} = {ratio:g}$")
        handles, labels = row[0].get_legend_handles_labels()
        canvas.legend(handles, labels, loc="outside lower center", ncols=len(labels))

    distance, product = axes_named[0], plain(f"${ratio_named}$")
    alt = " ".join(
        described(
            f"Panel {product} = {ratio:g}, logarithmic norm against {said(distance)}.", curves
        )
        for ratio, curves in kept.items()
    )
    labelled = [
        Curve(f"{curve.label}, {product} = {ratio:g}", curve.x, curve.y)
        for ratio, curves in kept.items()
        for curve in curves
    ]
    words = Words(name, caption, alt, table(plain(distance), labelled))
    return render(words, draw, size=(6.6, 3.3))


def singular_values(
    values: Sequence[Sequence[float]],
    *,
    bound: Curve,
    distance_named: str = DISTANCE,
    name: str = "singular_values",
    caption: str = (
        r"All singular values of $\partial s_t/\partial s_k$ against $t-k$, with the bound on the "
        "largest."
    ),
) -> Figure:
    """The singular values (logarithmic): `values[i]`, decreasing, are those at t − k = i.

    Values below 1e-16 of the largest are rounding, and left out.
    """
    distance = range(len(values))
    kept = [[v if v > 1e-16 * row[0] else 0.0 for v in row] for row in values]
    columns = list(zip(*kept, strict=True))
    between = columns[1:-1]
    named = [
        Curve("largest", distance, columns[0], "first"),
        Curve("median", distance, columns[len(columns) // 2], "third"),
        Curve("smallest", distance, columns[-1], "second"),
    ]
    shown = [positive(curve) for curve in (*named, bound)]

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        for column in between:
            line = positive(Curve("", distance, column))
            axes.plot(list(line.x), list(line.y), color="#8A8A8A", linewidth=0.5)
        plot(axes, shown)
        _logarithmic(axes, distance_named, "singular values")
        axes.legend(loc="lower left")

    every = Data(
        (
            plain(distance_named),
            *(f"value {i}" for i in range(1, len(columns) + 1)),
            plain(bound.label),
        ),
        tuple((i, *(v or "" for v in row), bound.y[i]) for i, row in enumerate(kept)),
    )
    against = f"Line chart, logarithmic singular values against {said(distance_named)}."
    alt = described(against, shown)
    return render(Words(name, caption, alt, every), draw)


def truncation_bias(
    curves: Sequence[Curve],
    *,
    length_named: str = r"$\tau$",
    name: str = "truncation_bias",
    caption: str = (
        r"The bias of the truncated gradient against the truncation length $\tau$, "
        "with its geometric bound."
    ),
) -> Figure:
    """‖truncated − exact gradient‖ (logarithmic) against τ, measured curves with their bounds."""
    kept = [positive(curve) for curve in curves]

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        plot(axes, kept)
        _logarithmic(axes, length_named, "bias")
        axes.legend()

    alt = described(f"Line chart, logarithmic bias against {said(length_named)}.", kept)
    return render(Words(name, caption, alt, table(plain(length_named), kept)), draw)


@dataclass(frozen=True)
class Slopes:
    """An activation over an interval: its values, its slope, and γ = sup |σ′|."""

    name: str
    x: Sequence[float]
    values: Sequence[float]
    slope: Sequence[float]
    gamma: float


def activation_slopes(
    activations: Sequence[Slopes],
    *,
    letters: tuple[str, str, str] = (r"\sigma", r"\gamma", "a"),
    name: str = "slopes",
    caption: str = (
        r"Activations $\sigma$, their slopes $\sigma'$, and the bound "
        r"$\gamma = \sup|\sigma'|$ on them."
    ),
    across: int = 4,
) -> Figure:
    """A panel for each activation: σ, σ′, and γ as a horizontal guide.

    `letters` are those of the activation, of γ, and of what the activation is applied to.
    """
    if not activations:
        raise IllFormedError("activation_slopes: at least one activation is needed", {"got": 0})
    down = -(-len(activations) // across)
    sigma, gamma, argument = letters

    def draw(canvas: Canvas) -> None:
        grid = canvas.subplots(
            down, min(across, len(activations)), squeeze=False, sharex=True, sharey=True
        )
        top = max(1.45, 1.15 * max(each.gamma for each in activations))
        grid[0, 0].set_ylim(-1.35, top)
        grid[0, 0].xaxis.set_major_locator(MaxNLocator(5, integer=True))
        grid[0, 0].yaxis.set_major_locator(MaxNLocator(3, integer=True))
        panels = list(grid.flat)
        for axes, each in zip(panels, activations, strict=False):
            _slope_panel(axes, each, sigma, gamma)
        for axes in panels[len(activations) :]:
            axes.set_axis_off()
        for axes in panels[: len(activations)][(down - 1) * grid.shape[1] :]:
            axes.set_xlabel(f"${argument}$")
        handles, labels = panels[0].get_legend_handles_labels()
        if len(panels) > len(activations):
            panels[-1].legend(handles, labels, loc="center")
        else:
            canvas.legend(handles, labels, loc="outside lower center", ncols=len(labels))

    alt = "Panels of an activation and its slope. " + " ".join(
        f"{each.name}: from {each.values[0]:.2g} to {each.values[-1]:.2g}, slope at most "
        f"{plain(f'${gamma}$')} = {each.gamma:.4g}."
        for each in activations
    )
    columns = [
        curve
        for each in activations
        for curve in (
            Curve(f"{each.name}", each.x, each.values),
            Curve(f"{each.name}'", each.x, each.slope),
        )
    ]
    words = Words(name, caption, alt, table(plain(f"${argument}$"), columns))
    return render(words, draw, size=(6.8, 0.4 + 1.4 * down))


def _slope_panel(axes: Axes, each: Slopes, sigma: str, gamma: str) -> None:
    plot(
        axes,
        [
            Curve(f"${sigma}$", each.x, each.values, "first"),
            Curve(f"${sigma}'$", each.x, each.slope, "second bound"),
        ],
    )
    for line in axes.lines:
        line.set_marker("")
    pen = PENS["guide"]
    axes.axhline(
        each.gamma, color=pen.colour, linestyle=pen.style, linewidth=1.1, label=f"${gamma}$"
    )
    axes.set_title(rf"{each.name}, ${gamma} = {each.gamma:.4g}$", fontsize=9, color=QUIET)


def _logarithmic(axes: Axes, x: str, y: str) -> None:
    axes.set_yscale("log")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_minor_formatter(NullFormatter())
