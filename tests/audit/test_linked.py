"""A vector that is said beside the recurrence is the same, whatever the order and the letter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symrnn.cli.app import app

TEXT = r"""
The state is $s_t = \tanh(U x_t + W s_{t-1} + b)$, and $%s$.

$$ \frac{\partial s_j}{\partial s_{j-1}} = \frac{\partial s_j}{\partial a_j}
   \frac{\partial a_j}{\partial s_{j-1}} $$

$$ \frac{\partial s_j}{\partial s_{j-1}} = W \, \mathrm{diag}(\tanh'(a_j)) $$
"""


@pytest.mark.parametrize(
    ("said", "linked"),
    [
        (r"a_j = W s_{j-1} + U x_j + b", True),
        (r"a_t = b + U x_t + W s_{t-1}", True),
        (r"a_j = W s_{j-1} + U x_{j-1} + b", False),
        (r"a_j = W s_{j-1} - U x_j + b", False),
    ],
)
def test_the_order_of_terms_and_the_letter_of_the_time_link(
    said: str, linked: bool, tmp_path: Path
) -> None:
    file = tmp_path / "notes.md"
    file.write_text(TEXT % said)
    result = CliRunner().invoke(app, ["audit", str(file), "--format", "json"])
    verdicts = [each["verdict"] for each in json.loads(result.output)["findings"]]
    assert ("TRUE" in verdicts, "FALSE" in verdicts) == (linked, linked)
