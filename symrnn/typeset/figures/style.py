"""How every drawing looks: pens, fonts, and the one function that renders.

matplotlib without pyplot, the same bytes on every run. Every role fixes colour, dash and marker
together (Okabe and Ito's palette), so that lines stay apart for a colour-blind reader and on a
grey printout.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.prose import plain

Style = Literal["-"] | tuple[float, tuple[float, ...]]
SOLID: Style = "-"

Role = Literal["first", "second", "third", "first bound", "second bound", "third bound", "guide"]


@dataclass(frozen=True)
class Curve:
    """A labelled line: `x` and `y` of one length, the label may hold maths between dollars."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    role: Role = "first"

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y) or len(self.x) == 0:
            raise IllFormedError(
                f"curve `{self.label}`: x and y must have one length, at least 1",
                {"x": len(self.x), "y": len(self.y)},
            )


@dataclass(frozen=True)
class Pen:
    """Colour, dash and marker of a line; `width` in points, dashes on and off in widths."""

    colour: str
    dash: tuple[float, ...]
    marker: str
    width: float = 1.6

    @property
    def style(self) -> Style:
        """The dash as matplotlib takes it."""
        return (0.0, self.dash) if self.dash else SOLID


def luminance(colour: str) -> float:
    """Relative luminance of `#RRGGBB`, 0 black to 1 white (WCAG 2)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


PENS: dict[Role, Pen] = {
    "first": Pen("#0072B2", (), "o"),
    "second": Pen("#D55E00", (), "s"),
    "third": Pen("#009E73", (), "^"),
    "first bound": Pen("#0072B2", (5, 2), ""),
    "second bound": Pen("#D55E00", (1.2, 1.6), ""),
    "third bound": Pen("#009E73", (5, 2, 1.2, 2), ""),
    "guide": Pen("#404040", (3, 3), "", 1.1),
}

INK, QUIET = "#1A1A1A", "#444444"

_STYLE = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 11.0,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "svg.fonttype": "path",
    "pdf.fonttype": 3,  # outlines; to cut TrueType fonts down takes half the time of a drawing
}


@dataclass(frozen=True)
class Words:
    """What goes with a drawing: its name, caption, alternative text, and the numbers drawn."""

    name: str
    caption: str
    alt: str
    data: Data | None = None


def render(
    words: Words,
    draw: Callable[[Canvas], None],
    *,
    size: tuple[float, float] = (6.0, 3.5),
    tikz: str = "",
) -> Figure:
    """The drawing that `draw` makes on an empty canvas of `size` inches, as SVG and as PDF."""
    if not re.fullmatch(r"[\w-]+", words.name):
        raise IllFormedError(
            "figure: the name must be letters, digits, _ and -", {"came": words.name}
        )
    # rc_context restores what it sets; fonts and the SVG's ids can be chosen in no other way.
    style: Any = {**_STYLE, "svg.hashsalt": words.name}
    with matplotlib.rc_context(style):
        # At 72 dots an inch all backends share what they measure of the text.
        canvas = Canvas(figsize=size, dpi=72, layout="constrained")
        canvas.patch.set_alpha(0.0)
        draw(canvas)
        for axes in canvas.axes:
            axes.patch.set_alpha(0.0)
        _lay_out(canvas)
        svg, pdf = io.BytesIO(), io.BytesIO()
        canvas.savefig(svg, format="svg", metadata=dict.fromkeys(("Date", "Creator")))
        canvas.savefig(
            pdf, format="pdf", metadata=dict.fromkeys(("Creator", "Producer", "CreationDate"))
        )
    text = svg.getvalue().decode("utf-8")
    return Figure(words.name, words.caption, words.alt, text, pdf.getvalue(), words.data, tikz)


def _lay_out(canvas: Canvas) -> None:
    """Arrange the axes once; each savefig would do it again."""
    engine = canvas.get_layout_engine()
    # Axes placed by hand are in no grid, and stay where they are.
    if engine is not None and any(axes.get_subplotspec() for axes in canvas.axes):
        engine.execute(canvas)
    canvas.set_layout_engine("none")


def plot(axes: Axes, curves: Sequence[Curve]) -> None:
    """Each curve with the pen of its role."""
    for number, curve in enumerate(curves):
        pen = PENS[curve.role]
        every = max(1, len(curve.x) // 12)
        axes.plot(
            list(curve.x),
            list(curve.y),
            label=curve.label,
            color=pen.colour,
            linestyle=pen.style,
            linewidth=pen.width,
            marker=pen.marker,
            markersize=4.2,
            # Markers of curves that coincide do not hide each other.
            markevery=(number * every // max(1, len(curves)), every),
        )


def positive(curve: Curve) -> Curve:
    """The curve without its zeros, which have no logarithm.

    Raises `IllFormedError` on a negative or non-finite value, or where nothing is left.
    """
    for x, y in zip(curve.x, curve.y, strict=True):
        if not (math.isfinite(y) and y >= 0):
            raise IllFormedError(
                f"curve `{curve.label}`: a norm must be finite and at least 0", {"x": x, "y": y}
            )
    points = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if y > 0]
    if not points:
        raise IllFormedError(f"curve `{curve.label}`: every value is 0, nothing to draw")
    return Curve(curve.label, [x for x, _ in points], [y for _, y in points], curve.role)


def said(markup: str) -> str:
    """Prose markup as words and signs, with a minus that is read as one."""
    return plain(markup).replace("-", "−")


def described(opening: str, curves: Sequence[Curve]) -> str:
    """Alternative text: what the chart is and where each curve starts and ends."""
    ends = [
        f"{said(curve.label)}: from {curve.y[0]:.2g} at {curve.x[0]:g} "
        f"to {curve.y[-1]:.2g} at {curve.x[-1]:g}"
        for curve in curves
    ]
    return f"{opening} {'; '.join(ends)}."


def table(axis: str, curves: Sequence[Curve]) -> Data:
    """The curves beside each other, a row for each place on the axis."""
    places = sorted({float(x) for curve in curves for x in curve.x})
    columns = [dict(zip(map(float, curve.x), curve.y, strict=True)) for curve in curves]
    rows = tuple((x, *(column.get(x, "") for column in columns)) for x in places)
    return Data((axis, *(plain(curve.label) for curve in curves)), rows)
