"""Phase diagrams: one colour for each place of two axes; and families of curves along a third."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import Colormap, LogNorm, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure as Canvas

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.style import Words, render

Kind = Literal["share", "signed", "size"]
MOST_TICKS = 9
LEVELS = 48
"""Colours that are told apart."""


@dataclass(frozen=True)
class Axis:
    """An axis of a diagram: its name, and what stands at each of its places, in order."""

    name: str
    places: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.places:
            raise IllFormedError(f"axis {self.name}: at least one place is needed")


@dataclass(frozen=True)
class Phases:
    """What is drawn: a value for each place of x and y, NaN where there is none.

    Attributes:
        values: rows along y, columns along x.
        kind: "share" of 0 to 1; "signed", where 0 parts two phases; or "size", of numbers from 0
            on, by their logarithms, 0 as the least there is.
        named: what the values are.
    """

    x: Axis
    y: Axis
    values: Sequence[Sequence[float]]
    kind: Kind
    named: str

    def __post_init__(self) -> None:
        if [len(row) for row in self.values] != [len(self.x.places)] * len(self.y.places):
            raise IllFormedError(
                "phases: one value for each place",
                {"expected": f"{len(self.y.places)} rows of {len(self.x.places)}"},
            )


def phase_diagram(phases: Phases, *, name: str, caption: str) -> Figure:
    """The diagram, places as cells of one size; grey where nothing was found."""
    grid = np.array(phases.values, dtype=float)
    colours, norm = _scale(grid, phases.kind)

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        axes.set_facecolor("#BBBBBB")
        mesh = axes.pcolormesh(grid, cmap=colours, norm=norm, edgecolors="face", linewidth=0.2)
        axes.grid(False)
        _ticks(axes, phases.x, phases.y)
        _bar(canvas, mesh, axes, phases.named)

    found = grid[np.isfinite(grid)]
    alt = f"Phase diagram over {phases.x.name} and {phases.y.name}: {phases.named}" + (
        f", from {found.min():.3g} to {found.max():.3g}." if found.size else ", nothing found."
    )
    rows = tuple(
        (x, y, "" if math.isnan(value) else float(value))
        for y, line in zip(phases.y.places, grid, strict=True)
        for x, value in zip(phases.x.places, line, strict=True)
    )
    data = Data((phases.x.name, phases.y.name, phases.named), rows)
    return render(Words(name, caption, alt, data), draw, size=(5.6, 3.8))


def _is_number(place: str) -> bool:
    try:
        float(place)
    except ValueError:
        return False
    return True


def curve_family(
    lags: Sequence[int],
    along: Axis,
    medians: Sequence[Sequence[float]],
    *,
    name: str,
    caption: str,
) -> Figure:
    """ln ‖∂s_t/∂s_k‖ against t - k, a curve for each place of an axis, coloured in its order."""
    family = np.array(medians, dtype=float)
    if family.shape != (len(along.places), len(lags)):
        raise IllFormedError(
            "curve_family: one value for each place and each lag",
            {"expected": (len(along.places), len(lags)), "got": family.shape},
        )
    colours = _colours("viridis")
    norm = Normalize(0, max(1, len(along.places) - 1))

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        for index, curve in enumerate(family):
            axes.plot(lags, curve, color=colours(norm(index)), linewidth=1.5, marker=".")
        axes.set_xscale("log")
        axes.set_xlabel("$t-k$")
        axes.set_ylabel(r"$\ln\,\|\partial s_t / \partial s_k\|$")
        if not any(map(_is_number, along.places)):
            axes.legend(along.places, title=along.name, frameon=False)
            return
        bar = _bar(canvas, ScalarMappable(norm, colours), axes, along.name)
        places = _shown(len(along.places))
        bar.set_ticks(places, labels=[along.places[place] for place in places])

    ends = "; ".join(
        f"{place}: {curve[-1]:.3g}" for place, curve in zip(along.places, family, strict=True)
    )
    alt = f"Medians of the logarithm of the norm against t − k. At the last distance, {ends}."
    rows = tuple(
        (lag, *("" if math.isnan(v) else float(v) for v in family[:, column]))
        for column, lag in enumerate(lags)
    )
    data = Data(("t - k", *(f"{along.name} = {place}" for place in along.places)), rows)
    return render(Words(name, caption, alt, data), draw)


def _scale(grid: np.ndarray, kind: Kind) -> tuple[Colormap, Normalize]:
    if kind == "share":
        return _colours("viridis"), Normalize(0, 1)
    if kind == "size":
        return _colours("viridis"), _by_logarithms(grid[np.isfinite(grid) & (grid > 0)])
    found = grid[np.isfinite(grid)]
    low, high = (float(found.min()), float(found.max())) if found.size else (-1.0, 1.0)
    reach = max(abs(low), abs(high), 1e-12)
    return _colours("RdBu_r"), TwoSlopeNorm(0.0, min(low, -reach / 100), max(high, reach / 100))


def _by_logarithms(found: np.ndarray) -> LogNorm:
    """Colours by the logarithm, over more than a tenth of a decade, so that places can be told."""
    low, high = (float(found.min()), float(found.max())) if found.size else (0.1, 1.0)
    if high < 1.25 * low:
        low, high = low / 1.25, high * 1.25
    return LogNorm(low, high, clip=True)


def _colours(name: str) -> Colormap:
    return colormaps[name].resampled(LEVELS)


def _bar(canvas: Canvas, drawn: Any, axes: Axes, label: str) -> Colorbar:
    """What the colours mean; as polygons, for a page shows no pixels."""
    bar = canvas.colorbar(drawn, ax=axes, aspect=30, label=label)
    if bar.solids is not None:
        bar.solids.set(rasterized=False, edgecolor="face")
    return bar


def _ticks(axes: Axes, x: Axis, y: Axis) -> None:
    across, up = _shown(len(x.places)), _shown(len(y.places))
    axes.set_xticks([place + 0.5 for place in across], [x.places[place] for place in across])
    axes.set_yticks([place + 0.5 for place in up], [y.places[place] for place in up])
    axes.set_xlabel(x.name)
    axes.set_ylabel(y.name)


def _shown(many: int) -> list[int]:
    """The places that are named: all, or some at equal distances."""
    return list(range(0, many, math.ceil(many / MOST_TICKS)))
