"""Bounds of sums by norms, gates and what the text supposes; slips in them stay unproved."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import audit_texts
from symrnn.audit.verdicts.polynomials import TooLarge, added, largest, put, scaled, times
from symrnn.audit.verdicts.verdict import NOT_A_CLAIM, TRUE, UNDER
from symrnn.reading.documents import latex_document

CELL = r"""With the logistic function $\sigma$ let
\[ f_t = \sigma(W h_{t-1}), \quad g_t = \tanh(V h_{t-1}), \quad h_t = f_t \odot h_{t-1} + g_t. \]
\[ \frac{\partial h_t}{\partial h_{t-1}} = \operatorname{diag}(f_t)
   + \operatorname{diag}(h_{t-1}) \operatorname{diag}(f_t \odot (1 - f_t)) W
   + \operatorname{diag}(1 - g_t^2) V \]

Suppose $\|f_t\|_\infty \le \varphi$ and $\|h_{t-1}\|_\infty \le \kappa$. Then
"""
STEP = r"\Bigl\|\frac{\partial h_t}{\partial h_{t-1}}\Bigr\|_\infty"
PARTS = r"\operatorname{diag}(h_{t-1}) \operatorname{diag}(f_t \odot (1 - f_t)) W"


def _kinds(*formulas: str) -> list[str]:
    text = CELL + "\n".join(rf"\[ {each} \]" for each in formulas)
    found = audit_texts([latex_document("a.tex", text, {})], ["sigma: logistic"])
    shown = [f for f in found if (f.display and "varphi" in f.formula) or r"\|" in f.formula]
    return [f.kind for f in shown if f.kind != NOT_A_CLAIM]


def test_sums_are_bounded_by_norms_gates_and_what_is_supposed() -> None:
    kinds = _kinds(
        rf"{STEP} \le \varphi + \frac14 \kappa \|W\|_\infty + \|V\|_\infty",
        rf"{STEP} \le 1 + \frac{{\kappa \|W\|_\infty}}{{4}} + \|V\|_\infty",
        rf"\|{PARTS} + \frac{{\partial h_t}}{{\partial h_{{t-1}}}}\|_\infty"
        rf" \le \frac12 \kappa \|W\|_\infty + \varphi + 2 \|V\|_\infty",
    )
    assert kinds == [TRUE] * 3


def test_a_bound_of_a_sum_that_lacks_something_is_not_true() -> None:
    kinds = _kinds(
        rf"{STEP} \le \varphi + \frac15 \kappa \|W\|_\infty + \|V\|_\infty",  # the slope
        rf"{STEP} \le \frac14 \kappa \|W\|_\infty + \|V\|_\infty",  # the gate
        rf"{STEP} \le \varphi + \frac14 \|W\|_\infty + \|V\|_\infty",  # how large the state is
    )
    assert not {TRUE, UNDER} & set(kinds)


def test_what_a_sentence_claims_is_no_fact_for_what_it_supposes() -> None:
    text = CELL.replace("Then\n", "") + rf"Then ${STEP} \le 1$."
    found = audit_texts([latex_document("a.tex", text, {})], ["sigma: logistic"])
    assert found[-1].kind not in (TRUE, UNDER)


def test_a_bound_may_rest_on_a_number_that_the_text_supposes() -> None:
    text = CELL.replace(r"\le \kappa", r"\le 1").replace("Then\n", "Then\n")
    claim = rf"\[ {STEP} \le \varphi + \frac14 \|W\|_\infty + \|V\|_\infty \]"
    found = audit_texts([latex_document("a.tex", text + claim, {})], ["sigma: logistic"])
    assert found[-1].kind == UNDER and "≤ 1" in found[-1].message


def test_polynomials() -> None:
    a, b = {("x",): 2, (): 1}, {("x", "y"): 3}
    assert times(added(a, b), {("y",): 1}) == {("x", "y"): 2, ("y",): 1, ("x", "y", "y"): 3}  # type: ignore[arg-type]
    assert largest([a, scaled(a, 2)]) == {("x",): 4, (): 2}  # type: ignore[arg-type,list-item]
    assert put(b, "x", {("z",): 1, (): 2}) == {("y", "z"): 3, ("y",): 6}  # type: ignore[arg-type,dict-item]
    many = {(str(n),): 1 for n in range(60)}
    with pytest.raises(TooLarge):
        times(many, many)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "true"), [("be the logistic function", True), ("be the hyperbolic tangent", False)]
)
def test_a_letter_is_the_function_that_the_text_calls_it(said: str, true: bool) -> None:
    text = rf"""Let $\varphi$ {said} and \[ v_k = v_{{k-1}} + \varphi(A v_{{k-1}} + B z_k). \]
\[ \|\frac{{\partial v_k}}{{\partial v_{{k-1}}}}\|_2 \le 1 + \frac14 \|A\|_2 \]
\[ \frac{{\partial v_k}}{{\partial v_{{k-1}}}}
   = I + \operatorname{{diag}}(\varphi'(A v_{{k-1}} + B z_k)) A \]"""
    *_, bound, step = audit_texts([latex_document("a.tex", text, {})])
    assert (bound.kind == TRUE, step.kind) == (true, TRUE)
