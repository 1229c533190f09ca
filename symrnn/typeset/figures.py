"""The lecture's drawings: matplotlib without pyplot, the same bytes on every run.

Every curve has a role that fixes colour, dash and marker together (Okabe and Ito's palette), so
that the lines stay apart for a colour-blind reader and on a grey printout.
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
from matplotlib.ticker import MaxNLocator

from symrnn.errors import IllFormedError
from symrnn.typeset.document import Figure
from symrnn.typeset.prose import plain

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
class _Pen:
    colour: str
    dash: str | tuple[float, tuple[float, ...]]
    marker: str
    width: float = 1.6


_PENS: dict[Role, _Pen] = {
    "first": _Pen("#0072B2", "-", "o"),
    "second": _Pen("#D55E00", "-", "s"),
    "third": _Pen("#009E73", "-", "^"),
    "first bound": _Pen("#0072B2", (0, (5, 2)), ""),
    "second bound": _Pen("#D55E00", (0, (1.2, 1.6)), ""),
    "third bound": _Pen("#009E73", (0, (5, 2, 1.2, 2)), ""),
    "guide": _Pen("#6E6E6E", (0, (3, 3)), "", 0.9),
}

_STYLE = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.grid": True,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 10.0,
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
}


def norm_decay(
    curves: Sequence[Curve],
    *,
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
    kept = [_positive(curve) for curve in curves]

    def draw(axes: Axes) -> None:
        _plot(axes, kept)
        axes.set_yscale("log")
        axes.set_xlabel("$t-k$")
        axes.set_ylabel(r"$\|\partial s_t / \partial s_k\|$")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    return _figure(
        name, caption, _described("Line chart, logarithmic norm against t − k.", kept), draw
    )


def slopes(
    values: Curve,
    derivative: Curve,
    *,
    gamma: float,
    name: str = "slopes",
    caption: str = r"The activation $\sigma$, its slope $\sigma'$ and the bound $\gamma$ on it.",
) -> Figure:
    """σ and σ′ over one interval, with γ = sup |σ′| as a horizontal guide."""

    def draw(axes: Axes) -> None:
        _plot(axes, [values, derivative])
        pen = _PENS["guide"]
        axes.axhline(gamma, color=pen.colour, linestyle=pen.dash, linewidth=pen.width)
        axes.annotate(
            rf"$\gamma = {gamma:.4g}$",
            (values.x[0], gamma),
            textcoords="offset points",
            xytext=(2, 4),
            color="#444444",
        )
        axes.set_xlabel("$a$")
        axes.margins(y=0.12)

    alt = _described("Line chart of an activation and its slope.", [values, derivative])
    return _figure(name, caption, f"{alt} The slope stays at or below γ = {gamma:.4g}.", draw)


def truncation_bias(
    curves: Sequence[Curve],
    *,
    name: str = "truncation_bias",
    caption: str = (
        r"The bias of the truncated gradient against the truncation length $\tau$, "
        "with its geometric bound."
    ),
) -> Figure:
    """‖truncated − exact gradient‖ (logarithmic) against τ, measured curves with their bounds."""
    kept = [_positive(curve) for curve in curves]

    def draw(axes: Axes) -> None:
        _plot(axes, kept)
        axes.set_yscale("log")
        axes.set_xlabel(r"$\tau$")
        axes.set_ylabel("bias")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    return _figure(name, caption, _described("Line chart, logarithmic bias against τ.", kept), draw)


def _positive(curve: Curve) -> Curve:
    for x, y in zip(curve.x, curve.y, strict=True):
        if not (math.isfinite(y) and y >= 0):
            raise IllFormedError(
                f"curve `{curve.label}`: a norm must be finite and at least 0", {"x": x, "y": y}
            )
    points = [(x, y) for x, y in zip(curve.x, curve.y, strict=True) if y > 0]
    if not points:
        raise IllFormedError(f"curve `{curve.label}`: every value is 0, nothing to draw")
    return Curve(curve.label, [x for x, _ in points], [y for _, y in points], curve.role)


def _plot(axes: Axes, curves: Sequence[Curve]) -> None:
    for curve in curves:
        pen = _PENS[curve.role]
        axes.plot(
            list(curve.x),
            list(curve.y),
            label=curve.label,
            color=pen.colour,
            linestyle=pen.dash,
            linewidth=pen.width,
            marker=pen.marker,
            markersize=4.2,
            markevery=max(1, len(curve.x) // 12),
        )
    axes.legend()


def _described(opening: str, curves: Sequence[Curve]) -> str:
    """Alternative text: what the chart is and where each curve starts and ends."""
    ends = [
        f"{plain(curve.label)}: from {curve.y[0]:.2g} at {curve.x[0]:g} "
        f"to {curve.y[-1]:.2g} at {curve.x[-1]:g}"
        for curve in curves
    ]
    return f"{opening} {'; '.join(ends)}."


def _figure(name: str, caption: str, alt: str, draw: Callable[[Axes], None]) -> Figure:
    if not re.fullmatch(r"[\w-]+", name):
        raise IllFormedError("figure: the name must be letters, digits, _ and -", {"came": name})
    # rc_context restores what it sets; fonts and the SVG's ids can be chosen in no other way.
    style: Any = {**_STYLE, "svg.hashsalt": name}
    with matplotlib.rc_context(style):
        canvas = Canvas(figsize=(6.0, 3.5), layout="constrained")
        canvas.patch.set_alpha(0.0)
        axes = canvas.add_subplot()
        axes.patch.set_alpha(0.0)
        draw(axes)
        svg, pdf = io.BytesIO(), io.BytesIO()
        canvas.savefig(svg, format="svg", metadata=dict.fromkeys(("Date", "Creator")))
        canvas.savefig(
            pdf, format="pdf", metadata=dict.fromkeys(("Creator", "Producer", "CreationDate"))
        )
    return Figure(name, caption, alt, svg.getvalue().decode("utf-8"), pdf.getvalue())
