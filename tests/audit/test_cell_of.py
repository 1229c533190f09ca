"""A cell as a document defines it: derived from, or refused where cells have no word for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn.audit.cell_of import cell_of
from symrnn.cli.app import app
from symrnn.errors import IllFormedError, NotSupportedError

HERE = Path(__file__).parent
CELLS = {
    "documents/notes.tex": "a = W h' + U x + b\nh = tanh(a)",
    "marked/leaky.tex": "g = tanh(W h' + W_{I} x)\nh = (1 - lambda) h' + lambda g",
    "marked/jordan.tex": "s = W x + F y'\nh = phi(s)\ny = C h",
    "marked/gru_reset.md": "z = logistic(W_{iz} x + b_{iz} + W_{hz} h' + b_{hz})\n"
    "q = W_{hn} h' + b_{hn}\nr = logistic(W_{ir} x + b_{ir} + W_{hr} h' + b_{hr})\n"
    "n = tanh(W_{in} x + b_{in} + r * q)\nh = (1 - z) * n + z * h'",
}


@pytest.mark.parametrize("name", CELLS)
def test_the_cell_of_a_document(name: str) -> None:
    assert str(cell_of(HERE / name)) == CELLS[name]


def test_it_is_derived(tmp_path: Path) -> None:
    file = tmp_path / "mine.tex"
    file.write_text(r"\[ h_t = \tanh(W h_{t-1} + U x_t + b) \]")
    found = CliRunner().invoke(app, ["derive", "dh[t]/dh[t-1]", "--cell", str(file)])
    by_name = CliRunner().invoke(app, ["derive", "dh[t]/dh[t-1]", "--cell", "elman"])
    assert found.exit_code == 0 and found.output == by_name.output


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("No formulas at all.", IllFormedError),
        (r"$E = m c^2$", IllFormedError),
        (r"$h_t = \mathrm{diag}(g) h_{t-1} + U x_t$", NotSupportedError),
        (r"$\phi_t = \tanh(W \phi_{t-1})$", NotSupportedError),
        (r"$h_t = \tanh(W h_{t-1} + V h_{t-2})$", NotSupportedError),
    ],
)
def test_what_is_refused(text: str, error: type[Exception], tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(text)
    with pytest.raises(error):
        cell_of(file)
