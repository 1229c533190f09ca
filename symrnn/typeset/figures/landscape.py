"""A loss over two parameters with a cliff in it, and two steps from the cliff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.style import INK, PENS, Words, render
from symrnn.typeset.maths import rounded

#: Light where the loss is low: its luminance falls from one end to the other.
COLOURS = "YlGnBu"
LEVELS = 14


@dataclass(frozen=True)
class Mark:
    """A point of the landscape."""

    w: float
    b: float
    loss: float


@dataclass(frozen=True)
class Landscape:
    """What is drawn.

    w, b, loss: a grid, rows of one length.
    start, plain, clipped: a point, and where the plain and the clipped step from it lead.
    plain_length, clipped_length: of the two steps.
    distance, section: the loss along the direction of the steps, distances from the start.
    """

    w: Sequence[Sequence[float]]
    b: Sequence[Sequence[float]]
    loss: Sequence[Sequence[float]]
    start: Mark
    plain: Mark
    clipped: Mark
    plain_length: float
    clipped_length: float
    distance: Sequence[float]
    section: Sequence[float]

    def __post_init__(self) -> None:
        shapes = {tuple(len(row) for row in grid) for grid in (self.w, self.b, self.loss)}
        if len(shapes) != 1 or len(self.distance) != len(self.section):
            raise IllFormedError(
                "landscape: the grids must have one shape, and the section as many losses as "
                "distances",
                {"rows": shapes, "section": (len(self.distance), len(self.section))},
            )


def gradient_cliff(
    land: Landscape,
    *,
    name: str = "gradient_cliff",
    caption: str,
) -> Figure:
    """The landscape from above, and cut along the step; the plain step leaves both panels."""

    def draw(canvas: Canvas) -> None:
        above, cut = canvas.subplots(1, 2, gridspec_kw={"width_ratios": [1.25, 1]})
        _from_above(canvas, above, land)
        _cut(cut, land)

    alt = (
        "Left, the loss over weight and bias: two nearly flat regions with a cliff between them, "
        "and from a point on the cliff a clipped step of length "
        f"{land.clipped_length:.3g} that stays near, and a plain step of length "
        f"{land.plain_length:.3g} that leaves the picture. Right, the "
        f"loss along the step: it falls from {max(land.section):.2g} to {min(land.section):.2g} "
        "at once."
    )
    return render(Words(name, caption, alt, _numbers(land)), draw, size=(6.8, 3.1))


def _from_above(canvas: Canvas, axes: Axes, land: Landscape) -> None:
    filled = axes.contourf(land.w, land.b, land.loss, LEVELS, cmap=COLOURS)
    filled.set_edgecolor("face")  # no hairlines between neighbours in a PDF viewer
    canvas.colorbar(filled, ax=axes, aspect=30)
    axes.set_title("the loss from above")
    axes.grid(False)
    axes.set_xlabel("recurrent weight")
    axes.set_ylabel("bias")
    axes.set_xlim(land.w[0][0], land.w[-1][-1])
    axes.set_ylim(land.b[0][0], land.b[0][-1])
    start, clipped, plain = land.start, land.clipped, land.plain
    # The plain step is shown up to the frame, its name half-way between the clipped one and there.
    direction = (plain.w - start.w, plain.b - start.b)
    share = _exit((start.w, start.b), direction, (*axes.get_xlim(), *axes.get_ylim()))
    beyond = (start.w + share * direction[0], start.b + share * direction[1])
    passing = ((clipped.w + beyond[0]) / 2, (clipped.b + beyond[1]) / 2)
    axes.plot(
        [start.w, beyond[0]],
        [start.b, beyond[1]],
        color=INK,
        linestyle=PENS["second bound"].style,
        linewidth=1.4,
    )
    arrow: Any = {"arrowstyle": "-|>", "color": INK, "linewidth": 2.0, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (clipped.w, clipped.b), (start.w, start.b), arrowprops=arrow)
    axes.plot([start.w], [start.b], "o", color="white", markeredgecolor=INK, markersize=6)
    box: Any = {
        "boxstyle": "round,pad=0.2",
        "facecolor": "white",
        "edgecolor": "none",
        "alpha": 0.85,
    }
    for label, at, shift, side in (
        ("start", (start.w, start.b), (-8, -4), "right"),
        ("clipped", (clipped.w, clipped.b), (8, -8), "left"),
        ("plain", passing, (8, -2), "left"),
    ):
        axes.annotate(
            label,
            at,
            textcoords="offset points",
            xytext=shift,
            ha=side,
            va="center",
            fontsize=9.5,
            color=INK,
            bbox=box,
        )


def _exit(
    start: tuple[float, float],
    direction: tuple[float, float],
    window: tuple[float, float, float, float],
) -> float:
    """How much of the way it takes to leave the window (left, right, bottom, top)."""
    left, right, bottom, top = window
    shares = [1.0]
    for at, along, low, high in zip(start, direction, (left, bottom), (right, top), strict=True):
        if along:
            shares.append(((high if along > 0 else low) - at) / along)
    return min(shares)


def _cut(axes: Axes, land: Landscape) -> None:
    pen = PENS["first"]
    axes.plot(land.distance, land.section, color=pen.colour, linewidth=pen.width)
    axes.set_xlabel("distance along the step")
    axes.set_title("and along the step")
    axes.set_xlim(land.distance[0], land.distance[-1])
    top = 1.3 * max(land.section)
    axes.set_ylim(0, top)
    axes.plot([0], [land.start.loss], "o", color="white", markeredgecolor=INK, markersize=6)
    axes.plot(
        [land.clipped_length], [land.clipped.loss], PENS["second"].marker, color=INK, markersize=5
    )
    arrow: Any = {"arrowstyle": "-|>", "color": INK, "shrinkA": 6, "shrinkB": 4}
    axes.annotate(
        "", (land.clipped_length, land.clipped.loss), (0, land.start.loss), arrowprops=arrow
    )
    axes.annotate(
        f"clipped: {land.clipped_length:.3g}",
        (land.clipped_length, land.clipped.loss),
        textcoords="offset points",
        xytext=(4, 9),
        fontsize=9.5,
        color=INK,
    )
    plain = {**arrow, "linestyle": PENS["second bound"].style, "shrinkB": 0}
    axes.annotate("", (land.distance[-1], land.start.loss), (0, land.start.loss), arrowprops=plain)
    axes.annotate(
        rf"plain: ${rounded(land.plain_length)}$",
        (land.distance[-1], land.start.loss),
        textcoords="offset points",
        xytext=(-2, 6),
        ha="right",
        fontsize=9.5,
        color=INK,
    )


def _numbers(land: Landscape) -> Data:
    marks = (("start", land.start), ("plain step", land.plain), ("clipped step", land.clipped))
    rows: list[tuple[float | str, ...]] = [
        (name, "", mark.w, mark.b, mark.loss) for name, mark in marks
    ]
    rows += [
        ("section", distance, "", "", loss)
        for distance, loss in zip(land.distance, land.section, strict=True)
    ]
    rows += [
        ("grid", "", w, b, loss)
        for columns in zip(land.w, land.b, land.loss, strict=True)
        for w, b, loss in zip(*columns, strict=True)
    ]
    return Data(("what", "distance", "weight", "bias", "loss"), tuple(rows))
