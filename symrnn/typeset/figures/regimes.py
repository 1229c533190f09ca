"""A map over two numbers: where one step more makes a quantity smaller, and where larger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure as Canvas

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.style import INK, Words, render
from symrnn.typeset.prose import plain

COLOURS = ("#DCE6F2", "#F6E3D3")
"""Behind where it vanishes, and where it explodes."""

LEVELS = (0.125, 0.25, 0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Regimes:
    """What is drawn: a grid of two numbers, and the factor of one step at each place."""

    x: Sequence[Sequence[float]]
    y: Sequence[Sequence[float]]
    factor: Sequence[Sequence[float]]

    def __post_init__(self) -> None:
        shapes = {tuple(len(row) for row in grid) for grid in (self.x, self.y, self.factor)}
        if len(shapes) != 1:
            raise IllFormedError("regimes: the grids must have one shape", {"rows": shapes})


def regime_map(
    shown: Regimes,
    *,
    axes_named: tuple[str, str],
    name: str,
    caption: str,
) -> Figure:
    """Curves of equal factor, that of 1 drawn strongly between where it vanishes and explodes."""
    x, y, factor = (np.asarray(grid, dtype=float) for grid in (shown.x, shown.y, shown.factor))

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_subplot()
        axes.contourf(x, y, factor, levels=[0.0, 1.0, np.inf], colors=COLOURS)
        widths = [1.8 if level == 1 else 0.7 for level in LEVELS]
        lines = axes.contour(x, y, factor, levels=LEVELS, colors=INK, linewidths=widths)
        axes.clabel(lines, fmt=lambda level: f"{level:g}", fontsize=8)
        axes.set_xlabel(axes_named[0])
        axes.set_ylabel(axes_named[1])

    least, most = float(factor.min()), float(factor.max())
    share = float((factor < 1).mean())
    alt = (
        f"Map over {plain(axes_named[0])} and {plain(axes_named[1])} with curves of equal factor, "
        f"from {least:.2g} to {most:.2g}; below 1 on {share:.0%} of it, above 1 on the rest."
    )
    rows = zip(x.ravel().tolist(), y.ravel().tolist(), factor.ravel().tolist(), strict=True)
    data = Data((plain(axes_named[0]), plain(axes_named[1]), "factor"), tuple(rows))
    return render(Words(name, caption, alt, data), draw)
