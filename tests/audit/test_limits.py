"""Limits and tails that nothing proves are not called true."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.verdicts.verdict import FALSE, NOT_UNDERSTOOD, TRUE
from symrnn.reading.documents import latex_document

NET = (
    r"The net is $h_t = \tanh(W h_{t-1} + U x_t)$ with $\lVert W \rVert \le \lambda$, "
    r"$\lambda \ge 0$."
    r"\[ \left\lVert \frac{\partial h_t}{\partial h_k} \right\rVert \le \lambda^{t-k} \]"
)
STEP = r"\left\lVert \frac{\partial h_t}{\partial h_{t-1}} \right\rVert"


def _last(text: str) -> Finding:
    return audit_texts([latex_document("limits.tex", f"{NET}\n\n{text}", {})])[-1]


@pytest.mark.parametrize(
    "text",
    [
        r"Let $\lambda > 1$. Then \[ \frac{\partial h_t}{\partial h_k} \to 0 \]",
        r"Let $\lambda > 1$. Then \[ \lVert \frac{\partial h_t}{\partial h_k} \rVert \to \infty \]",
        r"Let $\lambda < 1$: \[ \frac{\partial h_t}{\partial h_k}\xrightarrow[k \to \infty]{} 0 \]",
        r"Let $\lambda < 1$. Then \[ \frac{\partial h_t}{\partial W} \to 0 \]",
    ],
)
def test_a_limit_that_no_bound_leads_to_is_not_understood(text: str) -> None:
    assert _last(text).kind == NOT_UNDERSTOOD


def test_the_tail_of_a_geometric_series_begins_with_its_first_term() -> None:
    said = r"Let $\lambda < 1$. Then "
    bound = rf"{STEP} \sum_{{i=2}}^{{t}} (\lambda)^{{i}} \le {STEP}"
    right = _last(rf"{said}\[ {bound} \frac{{\lambda^2}}{{1 - \lambda}} \]")
    wrong = _last(rf"{said}\[ {bound} \frac{{\lambda^3}}{{1 - \lambda}} \]")
    assert right.kind == TRUE
    assert wrong.kind not in (TRUE, FALSE)
