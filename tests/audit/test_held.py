"""Partial derivatives that are right where something of the step is held."""

from __future__ import annotations

import time as clock
from pathlib import Path

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_A_CLAIM, TRUE, UNDER
from symrnn.reading.documents import latex_document

GRU = r"""With the sigmoid $\sigma$:
\[ z_t = \sigma(W_z x_t + U_z h_{t-1}) \] \[ r_t = \sigma(W_r x_t + U_r h_{t-1}) \]
\[ n_t = \tanh(W_n x_t + r_t \odot (U_n h_{t-1})) \]
\[ h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1} \]
\[ \frac{\partial z_t}{\partial h_{t-1}} = \mathrm{diag}(z_t \odot (1 - z_t)) U_z \] """
NET = r"""\[ h_t = \tanh(a_t) \] \[ a_t = W h_{t-1} + U x_t + b \]
\[ \frac{\partial a_t}{\partial h_{t-1}} = W \] """


def _last(text: str) -> Finding:
    found = audit_texts([latex_document("a.tex", text, {})])
    return [f for f in found if f.kind != NOT_A_CLAIM][-1]


_STEP = (
    r"\mathrm{diag}(z_t) + \mathrm{diag}(1 - z_t) \mathrm{diag}(1 - n_t^2) \mathrm{diag}(r_t) U_n"
)


@pytest.mark.parametrize(
    ("of", "right", "under"),
    [
        ("n", r"\mathrm{diag}(1 - n_t^2) \mathrm{diag}(r_t) U_n", ("with r held at that step",)),
        ("h", _STEP, ("with r, z held at that step",)),
    ],
)
def test_what_must_be_held_for_a_partial_derivative_is_said(
    of: str, right: str, under: tuple[str, ...]
) -> None:
    claim = rf"\[ \frac{{\partial {of}_t}}{{\partial h_{{t-1}}}} = {right} \]"
    found = _last(GRU + claim)
    assert (found.kind, found.verdict.under) == (UNDER, under)


def test_no_quantity_that_is_held_excuses_a_slip() -> None:
    through = r"\mathrm{diag}(U_n h_{t-1}) \mathrm{diag}(r_t \odot (1 - r_t)) U_z"
    right = rf"\mathrm{{diag}}(1 - n_t^2) (\mathrm{{diag}}(r_t) U_n + {through})"
    claim = rf"\[ \frac{{\partial n_t}}{{\partial h_{{t-1}}}} = {right} \]"
    assert _last(GRU + claim).kind == FALSE


_FREE = r"\frac{\partial h_t}{\partial b} = \mathrm{diag}(1 - h_t^2)"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (r"When $h_{t-1}$ is held fixed, we find \[ % \]", TRUE),
        (r"Keeping the earlier state $h_{t-1}$ constant, \[ % \]", TRUE),
        (r"It is \[ %, \] where $h_{t-1}$ is treated as a constant.", TRUE),
        (r"With $x_t$ and $h_{t-1}$ fixed: \[ % \]", TRUE),
        (r"When $x_t$ is held fixed, we find \[ % \]", UNDER),
        (r"When $h_{t-1}$ is not held fixed, we find \[ % \]", UNDER),
        (r"It is \[ %. \] In the next section $h_{t-1}$ is held fixed.", UNDER),
    ],
)
def test_what_the_sentence_says_is_held_need_not_be_supposed(said: str, kind: str) -> None:
    assert _last(NET + said.replace("%", _FREE)).kind == kind


def test_a_slip_is_no_truth_where_something_is_held() -> None:
    said = r"When $h_{t-1}$ is held fixed, we find \[ % \]"
    slip = _FREE.replace("h_t^2", "h_t")
    assert _last(NET + said.replace("%", slip)).kind in (FALSE, DISAGREES)


def test_what_is_held_is_kept_and_read_again(tmp_path: Path) -> None:
    right = r"\mathrm{diag}(1 - n_t^2) \mathrm{diag}(r_t) U_n"
    claim = rf"\[ \frac{{\partial n_t}}{{\partial h_{{t-1}}}} = {right} \]"
    documents = [latex_document("a.tex", GRU + claim, {})]
    first, second = (audit_texts(documents, cache=tmp_path) for _ in range(2))
    assert first == second
    assert first[-1].verdict.sense is not None
    assert first[-1].verdict.sense.reading.held == ("r",)


def test_many_letters_side_by_side_are_no_work() -> None:
    listed = " and ".join(f"$a_{{{place}}}$" for place in range(400))
    begun = clock.process_time()
    assert _last(f"{NET} With {listed}: \\[ {_FREE} \\]").kind == UNDER
    assert clock.process_time() - begun < 10
