from __future__ import annotations

import csv
import dataclasses
import functools
import io
import itertools
import math
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable

import matplotlib
import matplotlib.colors
import pytest

from symrnn.errors import IllFormedError
from symrnn.typeset.blocks import Data, Figure
from symrnn.typeset.engine import compile_pdf
from symrnn.typeset.figures import (
    PENS,
    Arrow,
    Curve,
    Graph,
    Landscape,
    Mark,
    Node,
    Pen,
    Slopes,
    activation_slopes,
    gradient_cliff,
    graph_figure,
    norm_decay,
    norm_regimes,
    singular_values,
    truncation_bias,
)
from symrnn.typeset.figures.landscape import COLOURS
from symrnn.typeset.figures.style import luminance

STEPS = range(25)
MEASURED = Curve("before training", STEPS, [0.5**i for i in STEPS])
BOUND = Curve(r"$(\gamma\lambda)^{t-k}$", STEPS, [0.8**i for i in STEPS], "first bound")
TANH = Slopes(
    "tanh", STEPS, [math.tanh(i) for i in STEPS], [1 - math.tanh(i) ** 2 for i in STEPS], 1.0
)
GRAPH = Graph(
    (Node("a", "s_{0}", 0, 0), Node("b", "s_{1}", 1, 0), Node("w", "W", 1, 1, "square")),
    (
        Arrow("a", "b"),
        Arrow("b", "a", "kept", 40, r"\frac{\partial s_{1}}{\partial s_{0}}"),
        Arrow("b", "w", "dropped", -40),
    ),
    {"kept": "kept ones", "dropped": "dropped ones"},
)
LAND = Landscape(
    w=[[0.0, 0.0], [1.0, 1.0]],
    b=[[0.0, 1.0], [0.0, 1.0]],
    loss=[[0.0, 0.1], [0.4, 0.5]],
    start=Mark(0.5, 0.5, 0.3),
    plain=Mark(-90.0, 0.5, 0.2),
    clipped=Mark(0.4, 0.5, 0.1),
    plain_length=90.5,
    clipped_length=0.1,
    distance=[-0.5, 0.0, 0.5],
    section=[0.4, 0.3, 0.1],
)


@functools.cache
def drawings() -> list[Figure]:
    return drawn()


def drawn() -> list[Figure]:
    return [
        norm_decay([MEASURED, BOUND]),
        norm_regimes({0.9: [MEASURED, BOUND], 1.1: [MEASURED, BOUND]}),
        singular_values([[0.9**i, 0.5**i, 0.1**i] for i in STEPS], bound=BOUND),
        activation_slopes([TANH]),
        truncation_bias([MEASURED, BOUND]),
        gradient_cliff(LAND, caption="A cliff."),
        graph_figure(GRAPH, name="graph", caption="A graph.", alt="Two states.", data=DATA),
    ]


DATA = Data(("k", "path"), ((1, "b → a"), (2, "b, w")))


def test_the_same_input_gives_the_same_bytes_and_settings_of_the_host_stay_as_they_were() -> None:
    first, before = drawings(), dict(matplotlib.rcParams)
    assert first == drawn()
    assert dict(matplotlib.rcParams) == before


def test_nothing_tells_the_date_or_the_version() -> None:
    for figure in drawings():
        assert "<dc:date>" not in figure.svg
        assert b"CreationDate" not in figure.pdf
        assert matplotlib.__version__ not in figure.svg


def test_drawings_are_vectors_and_their_text_is_paths() -> None:
    for figure in drawings():
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(figure.svg).iter()}
        # The colour bar of the landscape is the one thing a bitmap would do for.
        assert not tags & {"text", "image"}, figure.name
        assert b"/Subtype /Image" not in figure.pdf


def test_every_drawing_says_what_is_seen_and_has_its_numbers() -> None:
    for figure in drawings():
        assert figure.alt and figure.alt.isprintable()
        assert figure.data is not None and figure.data.rows
        read = list(csv.reader(io.StringIO(figure.data.csv.decode())))
        assert tuple(read[0]) == figure.data.header
        assert [tuple(row) for row in read[1:]] == list(figure.data.cells)


def test_the_numbers_are_those_drawn() -> None:
    data = norm_decay([MEASURED, BOUND]).data
    assert data is not None
    assert data.header == ("t - k", "before training", "(γλ)^(t-k)")
    assert data.rows[3] == (3.0, MEASURED.y[3], BOUND.y[3])


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(IllFormedError, match="row 1 has 1 cells"):
        Data(("a", "b"), ((1, 2), (1,)))


# ---------------------------------------------------------------- grey, and the colour-blind


def confused(one: Pen, other: Pen) -> bool:
    """Whether two lines look alike once colour is gone: same dash, same marker."""
    return (one.dash, one.marker) == (other.dash, other.marker)


def test_no_two_pens_are_told_apart_by_colour_alone() -> None:
    pairs = list(itertools.combinations(PENS.values(), 2))
    assert not [pair for pair in pairs if confused(*pair)]
    blue = PENS["first"]
    assert confused(blue, Pen("#FF0000", blue.dash, blue.marker))


def test_every_pen_stands_out_from_white_paper() -> None:
    # WCAG 2.1, 1.4.11: 3 to 1 for what is not text.
    for pen in PENS.values():
        assert 1.05 / (luminance(pen.colour) + 0.05) >= 3, pen
    assert luminance("#000000") == 0 and luminance("#FFFFFF") == pytest.approx(1)
    assert 1.05 / (luminance("#F0E442") + 0.05) < 3  # the palette's yellow would not


def rises(colours: str) -> bool:
    """Whether a colour map darkens from end to end, so that grey tells high from low."""
    steps = matplotlib.colormaps[colours](range(256))
    levels = [luminance(matplotlib.colors.to_hex(step)) for step in steps]
    return all(a > b for a, b in itertools.pairwise(levels[::8]))


def test_the_landscape_can_be_read_in_grey() -> None:
    assert rises(COLOURS)
    assert not rises("jet")


# ---------------------------------------------------------------- single figures


def test_the_alternative_text_says_what_is_seen() -> None:
    assert norm_decay([MEASURED, BOUND]).alt == (
        "Line chart, logarithmic norm against t − k. "
        "before training: from 1 at 0 to 6e-08 at 24; (γλ)^(t−k): from 1 at 0 to 0.0047 at 24."
    )


def test_a_vanished_norm_is_left_out_of_a_logarithmic_axis() -> None:
    assert "to 0.5 at 1." in norm_decay([Curve("c", [0, 1, 2], [1.0, 0.5, 0.0])]).alt


def test_rounding_is_left_out_of_the_singular_values() -> None:
    figure = singular_values([[1.0, 1.0, 1.0], [1.0, 0.1, 1e-17]], bound=Curve("b", [0, 1], [1, 1]))
    assert "smallest: from 1 at 0 to 1 at 0" in figure.alt
    assert figure.data is not None
    assert figure.data.cells[1] == ("1", "1", "0.1", "", "1")


def test_the_graph_is_drawn_twice_from_one_description(tex_engine: Callable[[str], str]) -> None:
    figure = graph_figure(GRAPH, name="graph", caption="", alt="", data=DATA)
    for node in GRAPH.nodes:
        assert f"({node.name})" in figure.tikz and f"${node.latex}$" in figure.tikz
    assert figure.tikz.count(" to[") == len(GRAPH.arrows)
    document = (
        "\\documentclass{article}\\usepackage{tikz}\\begin{document}"
        f"{figure.tikz}\\end{{document}}"
    )
    for engine in ("pdflatex", "lualatex"):
        assert compile_pdf(document, engine=tex_engine(engine)).clean


@pytest.mark.parametrize(
    ("nodes", "arrows", "message"),
    [
        (("a", "a"), (), "two nodes of one name"),
        (("a", "b"), (Arrow("a", "c"),), "ends at `c`, which is no node"),
    ],
)
def test_a_graph_that_is_none_is_refused(
    nodes: tuple[str, ...], arrows: tuple[Arrow, ...], message: str
) -> None:
    with pytest.raises(IllFormedError, match=message):
        Graph(tuple(Node(name, "x", 0, 0) for name in nodes), arrows, {})


@pytest.mark.parametrize("value", [-1.0, math.nan, math.inf])
def test_a_norm_that_can_not_be_one_is_refused(value: float) -> None:
    with pytest.raises(IllFormedError, match="curve `c`: a norm must be finite"):
        norm_decay([Curve("c", [0, 1], [1.0, value])])


def test_ill_formed_curves_are_refused() -> None:
    with pytest.raises(IllFormedError, match="one length"):
        Curve("c", [1, 2], [1.0])
    with pytest.raises(IllFormedError, match="nothing to draw"):
        norm_decay([Curve("c", [1], [0.0])])
    with pytest.raises(IllFormedError, match="the name must be"):
        norm_decay([MEASURED], name="a b")
    with pytest.raises(IllFormedError, match="at least one panel"):
        norm_regimes({})
    with pytest.raises(IllFormedError, match="as many losses as"):
        dataclasses.replace(LAND, section=[0.1])


def test_figures_leave_the_state_of_pyplot_alone() -> None:
    assert "matplotlib.pyplot" not in _modules_after("import symrnn.typeset.figures")


@pytest.mark.parametrize("module", ["html", "latex", "engine", "document", "files"])
def test_only_figures_imports_matplotlib(module: str) -> None:
    assert "matplotlib" not in _modules_after(f"import symrnn.typeset.{module}")


def _modules_after(statement: str) -> list[str]:
    program = f"{statement}; import sys; sys.stdout.write(' '.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return run.stdout.split()
