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


MEASURED = {"truncation_error_5": 1e-3, "truncation_error_20": 0.0, "trained_gradient_norm": 2.0}
MORE = pa.Table.from_pylist(
    [
        {"cell": "elman", "scale": scale, "d": d, "bias": bias, **MEASURED, "failure": None}
        for scale in (0.5, 1.0, 2.0)
        for d in (4, 8)
        for bias in (0.0, 1.0)
    ],
    schema=pa.schema(
        [
            ("cell", pa.string()),
            *((name, pa.float64()) for name in ("scale", "d", "bias", *MEASURED)),
            ("failure", pa.string()),
        ]
    ),
)


def test_what_was_asked_for_is_drawn_and_over_what_is_said() -> None:
    drawn = list(figures(document(MORE, "more")))
    assert [each.name for each in drawn] == ["truncation_error_20-1", "trained_gradient_norm-1"]
    for each in drawn:
        assert "over scale and d, whatever bias" in each.caption
    error, norm = drawn
    assert "from 0 to 0" in error.alt and "from 2 to 2" in norm.alt
