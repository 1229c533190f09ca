"""A graph of nodes and arrows, described once: drawn by matplotlib, and by TikZ in LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.figures.style import INK, PENS, SOLID, Pen, Role, Style, Words, render

Shape = Literal["circle", "square", "plain"]
Kind = Literal["forward", "kept", "dropped"]

#: The pen of an arrow by its kind. TikZ draws with the same colours and dashes.
PEN_OF: Mapping[Kind, Role] = {"forward": "guide", "kept": "first", "dropped": "second bound"}

_INCH = 0.82  # inches for a unit of the description, in the page
_CENTIMETRES = 1.65


@dataclass(frozen=True)
class Node:
    """A node: its name, what stands in it (LaTeX, without dollars), and where it is."""

    name: str
    latex: str
    x: float
    y: float
    shape: Shape = "circle"


@dataclass(frozen=True)
class Arrow:
    """From one node to another; `bend` in degrees to the left, `latex` is written beside it."""

    source: str
    target: str
    kind: Kind = "forward"
    bend: float = 0.0
    latex: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes, arrows, and what the kinds of arrow mean.

    Raises `IllFormedError` for two nodes of one name, and for an arrow that ends nowhere.
    """

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    meaning: Mapping[Kind, str]

    def __post_init__(self) -> None:
        names = [node.name for node in self.nodes]
        if len(set(names)) != len(names):
            raise IllFormedError("graph: two nodes of one name", {"names": ", ".join(names)})
        for arrow in self.arrows:
            for end in (arrow.source, arrow.target):
                if end not in names:
                    raise IllFormedError(
                        f"graph: an arrow ends at `{end}`, which is no node",
                        {"nodes": ", ".join(names)},
                    )

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The least and the largest x, the least and the largest y."""
        xs, ys = [node.x for node in self.nodes], [node.y for node in self.nodes]
        return min(xs), max(xs), min(ys), max(ys)


def graph_figure(graph: Graph, *, name: str, caption: str, alt: str, data: Data) -> Figure:
    """The graph as a figure with both of its drawings."""
    left, right, low, high = graph.extent
    size = ((right - left + 1.0) * _INCH, (high - low + 1.7) * _INCH)

    def draw(canvas: Canvas) -> None:
        axes = canvas.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(left - 0.45, right + 0.45)
        axes.set_ylim(low - 0.8, high + 0.45)
        _draw(axes, graph)

    return render(Words(name, caption, alt, data), draw, size=size, tikz=tikz(graph))


def _draw(axes: Axes, graph: Graph) -> None:
    at = {node.name: (node.x, node.y) for node in graph.nodes}
    for arrow in graph.arrows:
        pen = PENS[PEN_OF[arrow.kind]]
        (x0, y0), (x1, y1) = at[arrow.source], at[arrow.target]
        bow = arrow.bend / 90  # the middle of the arc stands off by half of this, of the length
        style: Any = {
            "arrowstyle": "-|>",
            "color": pen.colour,
            "linewidth": pen.width,
            "linestyle": _line(arrow.kind),
            "shrinkA": 13,
            "shrinkB": 13,
            "connectionstyle": f"arc3,rad={-bow}",
        }
        axes.annotate("", (x1, y1), (x0, y0), arrowprops=style)
        if arrow.latex:
            axes.text(
                (x0 + x1) / 2 - (y1 - y0) * bow * 0.5 - _aside(y1 - y0, arrow.bend),
                (y0 + y1) / 2 + (x1 - x0) * bow * 0.5 + _aside(x1 - x0, arrow.bend),
                f"${arrow.latex}$",
                color=pen.colour,
                ha="center",
                va="center",
                fontsize=11,
            )
    for node in graph.nodes:
        box: Any = {
            "boxstyle": {"circle": "circle,pad=0.32", "square": "square,pad=0.3"}.get(
                node.shape, "square,pad=0.1"
            ),
            "facecolor": "white",
            "edgecolor": INK if node.shape != "plain" else "none",
            "linewidth": 0.9,
        }
        axes.text(node.x, node.y, f"${node.latex}$", ha="center", va="center", color=INK, bbox=box)
    handles = [_key(kind, words) for kind, words in graph.meaning.items()]
    axes.legend(handles=handles, loc="lower center", ncols=len(handles), borderaxespad=0.0)


def _aside(length: float, bend: float) -> float:
    """How far a label stands beside its arrow: a little more on the side it bends to."""
    if length == 0:
        return 0.0
    return (0.28 if bend >= 0 else -0.28) * (1 if length > 0 else -1)


def _line(kind: Kind) -> Style:
    """The computation itself is drawn solid: it is thin and grey already."""
    return SOLID if kind == "forward" else PENS[PEN_OF[kind]].style


def _key(kind: Kind, words: str) -> Line2D:
    pen = PENS[PEN_OF[kind]]
    return Line2D([], [], color=pen.colour, linestyle=_line(kind), linewidth=pen.width, label=words)


# ------------------------------------------------------------------------------------- TikZ

_SHAPES: Mapping[Shape, str] = {
    "circle": "draw, circle, minimum size=8mm, inner sep=0pt",
    "square": "draw, rectangle, minimum size=6mm, inner sep=1pt",
    "plain": "inner sep=2pt",
}


def tikz(graph: Graph) -> str:
    """A tikzpicture; needs the package tikz and nothing of its libraries."""
    kinds = list(dict.fromkeys(arrow.kind for arrow in graph.arrows))
    styles = [f"  {kind}/.style={{{_style(kind)}}}," for kind in kinds]
    nodes = [
        rf"  \node[{_SHAPES[node.shape]}] ({node.name}) at "
        rf"({node.x * _CENTIMETRES:.4g},{node.y * _CENTIMETRES:.4g}) {{${node.latex}$}};"
        for node in graph.nodes
    ]
    arrows = [_tikz_arrow(arrow) for arrow in graph.arrows]
    left, right, low, _ = graph.extent
    keys = []
    for place, (kind, words) in enumerate(graph.meaning.items()):
        width = (right - left) * _CENTIMETRES / len(graph.meaning)
        x, y = left * _CENTIMETRES + (place + 0.18) * width, (low - 0.65) * _CENTIMETRES
        keys.append(
            rf"  \draw[{kind}] ({x:.4g},{y:.4g}) -- +(.7,0) "
            rf"node[black, right, font=\footnotesize] {{{words}}};"
        )
    return "\n".join(
        [r"\begin{tikzpicture}[", *styles, "]", *nodes, *arrows, *keys, r"\end{tikzpicture}"]
    )


def _style(kind: Kind) -> str:
    pen = PENS[PEN_OF[kind]]
    red, green, blue = (int(pen.colour[place : place + 2], 16) for place in (1, 3, 5))
    colour = f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"
    dashed = kind != "forward" and pen.dash
    dash = f", dash pattern={_pattern(pen)}" if dashed else ""
    return f"-stealth, color={colour}, line width={pen.width:g}pt{dash}"


def _pattern(pen: Pen) -> str:
    return " ".join(
        f"{'off' if number % 2 else 'on'} {length * pen.width:g}pt"
        for number, length in enumerate(pen.dash)
    )


def _tikz_arrow(arrow: Arrow) -> str:
    bend = f"bend left={arrow.bend:g}" if arrow.bend else ""
    side = "auto" if arrow.bend >= 0 else "auto, swap"
    label = rf" node[{side}, font=\footnotesize] {{${arrow.latex}$}}" if arrow.latex else ""
    path = rf"({arrow.source}) to[{bend}]{label} ({arrow.target})"
    return rf"  \draw[{arrow.kind}] {path};"
