"""What is drawn of nets that have no place on an axis."""

from __future__ import annotations

from symrnn.cluster import package
from symrnn.sweep.picture import NOWHERE, Found, document, figures
from symrnn.typeset.blocks import Paragraph, Section

pa = package("pyarrow")
ROWS = [
    {"cell": cell, "scale": scale, "scalar.alpha": alpha, "exponent_1": scale - 1, "failure": None}
    for cell, alphas in (("elman", (None,)), ("leaky", (0.1, 0.5, 0.9)))
    for scale in (0.5, 2.0)
    for alpha in alphas
]
TABLE = pa.Table.from_pylist(
    ROWS,
    schema=pa.schema(
        [
            ("cell", pa.string()),
            ("scale", pa.float64()),
            ("scalar.alpha", pa.float64()),
            ("exponent_1", pa.float64()),
            ("failure", pa.string()),
        ]
    ),
)


def test_a_net_without_a_place_on_an_axis_is_nowhere_on_it() -> None:
    found = Found(TABLE)
    alpha = found.column("scalar.alpha")
    assert alpha.axis.places == ("0.1", "0.5", "0.9")
    assert alpha.place.tolist() == [NOWHERE, NOWHERE, 0, 1, 2, 0, 1, 2]
    assert found.spread() == ["scale", "scalar.alpha"], "first what all nets have a place on"


def test_cells_without_an_axis_that_is_drawn_are_named() -> None:
    drawn = document(TABLE, "two cells", x="scalar.alpha", y="scale", of=["exponent_1"])
    elman, leaky = (block for block in drawn.blocks if isinstance(block, Section))
    (said,) = elman.blocks
    assert isinstance(said, Paragraph) and "no scalar.alpha" in str(said)
    assert [each.name for each in figures(drawn)] == ["exponent_1-2"] and leaky.blocks
