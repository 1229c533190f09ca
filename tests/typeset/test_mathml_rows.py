"""Rows that change nothing are not written; those that hold what stretches stay."""

from __future__ import annotations

import pytest

from symrnn.typeset.mathml import mathml


def rows(latex: str) -> str:
    """The formula's MathML without the attributes."""
    return str(mathml(latex, source=False)).replace(" stretchy=false", "")


def test_a_row_that_changes_nothing_is_not_written() -> None:
    made = rows(r"\operatorname{diag}\left(f\right) + \left(1 - \tanh\left(a\right)\right) b")
    assert "<mrow>" not in made
    assert made.count("(</mo>") == made.count(")</mo>") == 3
    assert "<mi>diag</mi><mo>\u2061</mo><mo>(</mo><mi>f</mi><mo>)</mo><mo>+</mo>" in made


@pytest.mark.parametrize(
    ("latex", "kept"),
    [
        (r"a + \left(\frac{a}{b}\right)", "<mrow><mo>(</mo><mfrac>"),
        (r"a \left\|b\right\| c", "<mrow><mo lspace=0.167em>‖</mo>"),
        (r"\left(a + b\right)^{2}", "<msup><mrow><mo>(</mo>"),
        (r"\frac{a + b}{c}", "<mfrac><mrow><mi>a</mi>"),
        (r"a {+ b}", "<mrow><mo lspace=0 rspace=0>+</mo>"),
        (r"a \xrightarrow[t \to \infty]{} b", '<mrow><mspace width="0.278em"/>'),
    ],
)
def test_a_row_that_matters_stays(latex: str, kept: str) -> None:
    assert kept in rows(latex)
