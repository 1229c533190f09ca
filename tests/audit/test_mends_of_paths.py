"""Mends of entries that are turned, of factors at other times, of paths that are forgotten."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.mends.diagonals import spelled, with_diagonals
from symrnn.audit.mends.edit import one_edit
from symrnn.audit.mends.other_times import at_other_times
from symrnn.audit.verdicts.verdict import FALSE, NOT_A_CLAIM, TRUE
from symrnn.reading.documents import latex_document
from symrnn.reading.latex.expressions import parse_expression

ENTRIES = r"""\[ h_{t,i} = \tanh(a_{t,i}) \]
\[ a_{t,i} = \sum_j W_{ij} h_{t-1,j} + \sum_j U_{ij} x_{t,j} + b_i \]
\[ \frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1-h_{t,i}^2) W_{ij} \] """
NET = r"""\[ h_t = \tanh(a_t) \] \[ a_t = W h_{t-1} + U x_t + b \]
\[ \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1-h_t^2) W \] """
LSTM = r"""With the sigmoid $\sigma$: \[ f_t = \sigma(W_f x_t + U_f h_{t-1}) \]
\[ i_t = \sigma(W_i x_t + U_i h_{t-1}) \] \[ g_t = \tanh(W_g x_t + U_g h_{t-1}) \]
\[ c_t = f_t \odot c_{t-1} + i_t \odot g_t \] \[ h_t = \tanh(c_t) \]
\[ L = \sum_{t=1}^T \tfrac12 \| h_t - d_t \|^2 \]
\[ \frac{\partial i_t}{\partial h_{t-1}} = \mathrm{diag}(i_t \odot (1-i_t)) U_i \] """


def _last(text: str) -> Finding:
    found = [f for f in audit_texts([latex_document("a.tex", text, {})]) if f.kind != NOT_A_CLAIM]
    assert found[0].kind == TRUE
    return found[-1]


_TWO = r"\sum_j (1-h_{t,i}^2) W_{%s} (1-h_{t-1,j}^2) W_{%s}"
_TO_CELL = r"(1-\tanh^2(c_t)) \odot \frac{\partial L}{\partial h_t}"


def test_no_mend_says_that_something_is_itself() -> None:
    slope = r"\mathrm{diag}(\tanh'(a_t)) W"
    derived = rf"\frac{{\partial h_t}}{{\partial h_{{t-1}}}} = {slope}"
    found = _last(rf"{NET}\[ {derived} = \mathrm{{diag}}((1-h_t)^2) W \]")
    assert (found.kind, found.verdict.mended) == (FALSE, rf"{slope} = \mathrm{{diag}}((1-h_t^2)) W")


@pytest.mark.parametrize(
    ("net", "left", "wrong", "right"),
    [
        (ENTRIES, r"\frac{\partial h_{t,i}}{\partial h_{t-2,k}}", _TWO % ("ji", "kj"),
         _TWO % ("ij", "jk")),
        (NET, r"\frac{\partial h_t}{\partial h_{t-2}}", r"\mathrm{diag}(1-h_t^2) W W",
         r"\mathrm{diag}(1-h_t^2) W \mathrm{diag}(1-h_{t-1}^2) W"),
        (NET, r"\frac{\partial h_t}{\partial h_{t-1}}", r"\mathrm{diag}((1-h_t)^2) W",
         r"\mathrm{diag}((1-h_t^2)) W"),
        (LSTM, r"\frac{\partial g_t}{\partial h_{t-1}}", "U_g", r"\mathrm{diag}(1 - g_t^2) U_g"),
        (LSTM, r"\frac{\partial g_t}{\partial x_t}", r"\mathrm{diag}(g_t) W_g",
         r"\mathrm{diag}(1 - g_t^2) W_g"),
        (LSTM + r"\[ \frac{\partial L}{\partial f_t} = c_{t-1} \odot"
         r" \frac{\partial L}{\partial c_t} \] ", r"\frac{\partial L}{\partial i_t}",
         rf"g_t \odot {_TO_CELL}",
         r"g_t \odot \frac{\partial L}{\partial c_t}"),
    ],
)  # fmt: skip
def test_the_mend_is_what_was_meant(net: str, left: str, wrong: str, right: str) -> None:
    found = _last(rf"{net}\[ {left} = {wrong} \]")
    assert (found.kind, found.verdict.mended) == (FALSE, f"{left} = {right}")
    assert _last(rf"{net}\[ {left} = {right} \]").kind == TRUE


def test_a_piece_is_moved_in_all_its_times_or_not_at_all() -> None:
    def moved(text: str) -> list[str]:
        return list(at_other_times([parse_expression(text)], text, (0, len(text)), {"t"}))

    assert moved("D_t h_{t-1}") == ["D_{t-1} h_{t-2}", "D_{t+1} h_t"]
    assert moved("W_k + b") == []


def test_only_a_vector_is_made_a_diagonal() -> None:
    around = spelled([r"W \operatorname{diag}\left( h_t \right)"])
    assert around == (r"\operatorname{diag}\left(", r"\right)")
    added = with_diagonals(
        one_edit(3, 3, "(1-f_t) ", "the missing factor (1-f_t) is added"), around
    )
    assert added is not None
    assert added.changes == ((3, 3, r"\operatorname{diag}\left(1-f_t\right) "),)
    for text in (r" \odot f_t", "2", r"\mathrm{diag}(f_t)", r"\frac{\partial h_t}{\partial h_s}"):
        assert with_diagonals(one_edit(3, 3, text, "it is added"), around) is None
    assert spelled(["W h_t", r"\diagram(h_t)"]) is None
