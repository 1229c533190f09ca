from __future__ import annotations

import math
import subprocess
import sys

import matplotlib
import pytest

from symrnn.errors import IllFormedError
from symrnn.typeset.document import Figure
from symrnn.typeset.figures import Curve, norm_decay, slopes, truncation_bias

STEPS = range(25)
MEASURED = Curve("before training", STEPS, [0.5**i for i in STEPS])
BOUND = Curve(r"$(\gamma\lambda)^{t-k}$", STEPS, [0.8**i for i in STEPS], "first bound")


def drawings() -> list[Figure]:
    return [
        norm_decay([MEASURED, BOUND]),
        slopes(
            Curve(r"$\sigma$", STEPS, [math.tanh(i) for i in STEPS]),
            Curve(r"$\sigma'$", STEPS, [1 - math.tanh(i) ** 2 for i in STEPS], "second"),
            gamma=1.0,
        ),
        truncation_bias([MEASURED, BOUND]),
    ]


def test_the_same_input_gives_the_same_bytes() -> None:
    assert drawings() == drawings()


def test_nothing_tells_the_date_or_the_version() -> None:
    for figure in drawings():
        assert "<dc:date>" not in figure.svg
        assert b"CreationDate" not in figure.pdf
        assert matplotlib.__version__ not in figure.svg


def test_text_is_drawn_as_paths() -> None:
    assert all("<text" not in figure.svg for figure in drawings())


def test_the_alternative_text_says_what_is_seen() -> None:
    assert norm_decay([MEASURED, BOUND]).alt == (
        "Line chart, logarithmic norm against t − k. "
        "before training: from 1 at 0 to 6e-08 at 24; (γλ)^(t-k): from 1 at 0 to 0.0047 at 24."
    )


def test_a_vanished_norm_is_left_out_of_a_logarithmic_axis() -> None:
    assert "to 0.5 at 1." in norm_decay([Curve("c", [0, 1, 2], [1.0, 0.5, 0.0])]).alt


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


def test_settings_of_the_host_stay_as_they_were() -> None:
    before = dict(matplotlib.rcParams)
    drawings()
    assert dict(matplotlib.rcParams) == before
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
