"""Steps that are not there, entries before times, entrywise quotients, bounds by what enters."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.verdicts.verdict import FALSE, NOT_A_CLAIM, NOT_UNDERSTOOD, TRUE, UNDER
from symrnn.reading.documents import latex_document

NET = r"""\[ h_t = \tanh(z_t) \] \[ z_t = W h_{t-1} + U x_t + b \]
\[ \frac{\partial z_t}{\partial h_{t-1}} = W \] """


def _judged(text: str, net: str = NET) -> list[Finding]:
    found = audit_texts([latex_document("a.tex", net + text, {})])
    return [f for f in found if f.kind != NOT_A_CLAIM][1 if net else 0 :]


_LOSS = r"\[ L = \sum_{t=1}^{T} \ell(h_t) \] "
_LATER = r"\frac{\partial \ell(h_t)}{\partial h_t} \frac{\partial h_t}{\partial h_s}"


@pytest.mark.parametrize(
    ("claim", "kind", "said"),
    [
        (r"\frac{\partial L}{\partial W} = \sum_{t=1}^{%} \frac{\partial L}{\partial h_t}"
         r" \frac{\partial^+ h_t}{\partial W}",
         UNDER, "where a step behind the last one is computed as well"),
        (rf"\frac{{\partial L}}{{\partial h_s}} = \sum_{{t=s}}^{{%}} {_LATER}",
         FALSE, "the upper bound T+1 of the sum is T"),
    ],
)  # fmt: skip
def test_a_sum_to_a_step_that_is_not_there(claim: str, kind: str, said: str) -> None:
    both = "".join(rf"\[ {claim.replace('%', last)} \] " for last in ("T", "T+1"))
    right, beyond = _judged(_LOSS + both)
    assert (right.kind, beyond.kind, beyond.message) == (TRUE, kind, said)


_SUM = r"\[ \frac{\partial h_t}{\partial b} = \sum_{k=%}^{t} \frac{\partial h_t}{\partial z_k} \] "


def test_a_sum_from_a_step_that_is_not_there_supposes_it() -> None:
    one, zero, two = _judged("".join(_SUM.replace("%", first) for first in "102"))
    assert (one.kind, two.kind) == (TRUE, FALSE)
    assert (zero.kind, zero.message) == (UNDER, "where the first step is at time 0")


@pytest.mark.parametrize("key", ["define", "cell"])
def test_a_hint_says_what_each_entry_is(key: str) -> None:
    cell = r"h_{n,t} = \tanh(\sum_m W_{nm} h_{m,t-1} + \sum_k U_{nk} x_{k,t})"
    slope = r"\[ \frac{\partial h_{n,t}}{\partial h_{m,t-1}} = (1 - h_{n,t}^2) W_{%} \] "
    text = f"% symrnn: {key}: {cell}\n" + slope.replace("%", "nm") + slope.replace("%", "mn")
    assert [f.kind for f in _judged(text, "")] == [TRUE, FALSE]


_BY_INPUT = r"\[ \frac{\partial h_t}{\partial x_t} = \mathrm{diag}(%) U \]"


@pytest.mark.parametrize(
    ("slopes", "kind"),
    [
        (r"(1 - h_t^4) \oslash (1 + h_t^2)", TRUE),
        (r"1 \oslash \cosh^2(z_t)", TRUE),
        (r"(1 - h_t^4) ⊘ (1 + h_t)", FALSE),
    ],
)
def test_entrywise_quotients_are_read(slopes: str, kind: str) -> None:
    assert [f.kind for f in _judged(_BY_INPUT.replace("%", slopes))] == [kind]


def test_an_entrywise_quotient_of_matrices_is_not_called_false() -> None:
    (found,) = _judged(r"\[ \frac{\partial h_t}{\partial x_t} = (W U) \oslash W \]")
    assert (found.kind, found.verdict.cause) == (NOT_UNDERSTOOD, "quotients")


@pytest.mark.parametrize(
    ("bound", "kind"),
    [(r"\| U \|", TRUE), (r"2 \| U \|", TRUE), (r"\frac{1}{2} \| U \|", FALSE)],
)
def test_what_enters_a_step_counts_with_slopes_and_its_weight(bound: str, kind: str) -> None:
    claim = r"\[ \left\| \frac{\partial h_t}{\partial x_t} \right\| \le % \]"
    assert [f.kind for f in _judged(claim.replace("%", bound))] == [kind]


def test_no_bound_by_another_weight_is_true() -> None:
    (found,) = _judged(r"\[ \| \frac{\partial h_t}{\partial x_t} \| \le \| W \| \]")
    assert found.kind != TRUE
