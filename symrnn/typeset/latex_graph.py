"""The graph of what uses what, as TikZ."""

from __future__ import annotations

from collections.abc import Callable

from symrnn.typeset.blocks import Graph

#: Centimetres between neighbours of a layer, and between layers.
_ACROSS, _DOWN = 2.2, 1.5


def tikz(graph: Graph, number: Callable[[str], str]) -> str:
    """A node for each item, linked to it, layer below layer; an arrow from used to using.

    An arrow over several layers is bent, so that it does not run through what stands between.
    """
    level = {name: row for row, layer in enumerate(graph.layers) for name in layer}
    nodes = [
        rf"  \node[item] ({name}) at ({_ACROSS * (place - (len(layer) - 1) / 2):.2f},"
        rf"{-_DOWN * row:.2f}) {{\hyperref[{name}]{{{number(name)}}}}};"
        for row, layer in enumerate(graph.layers)
        for place, name in enumerate(layer)
    ]
    arrows = []
    for used, using in graph.edges:
        bend = "" if level[using] - level[used] == 1 else "[bend left=18]"
        arrows.append(rf"  \draw[uses] ({used}) to{bend} ({using});")
    return "\n".join([r"\begin{tikzpicture}[graph of uses]", *nodes, *arrows, r"\end{tikzpicture}"])
