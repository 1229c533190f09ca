"""The lecture's drawings, in one style: charts of curves, the loss with its cliff, the graph."""

from symrnn.typeset.figures.charts import (
    Slopes,
    activation_slopes,
    line_chart,
    norm_decay,
    norm_regimes,
    singular_values,
    truncation_bias,
)
from symrnn.typeset.figures.graph import Arrow, Graph, Node, graph_figure
from symrnn.typeset.figures.landscape import Landscape, Mark, gradient_cliff
from symrnn.typeset.figures.regimes import Regimes, regime_map
from symrnn.typeset.figures.style import PENS, Curve, Pen, Role

__all__ = [
    "PENS",
    "Arrow",
    "Curve",
    "Graph",
    "Landscape",
    "Mark",
    "Node",
    "Pen",
    "Regimes",
    "Role",
    "Slopes",
    "activation_slopes",
    "gradient_cliff",
    "graph_figure",
    "line_chart",
    "norm_decay",
    "norm_regimes",
    "regime_map",
    "singular_values",
    "truncation_bias",
]
