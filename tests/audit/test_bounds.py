"""Bounds: what is false gets no TRUE, whichever norm, letter or assumption makes it look true."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.verdicts.verdict import DISAGREES, NOT_UNDERSTOOD, TRUE, UNDER
from symrnn.reading.documents import markdown

NET = r"""The net is $h_t = \%s(a_t)$, $a_t = W h_{t-1} + U x_t$. Assume $|\%s'(x)| \le \gamma$
for all $x$ and $\|W\| \le \lambda$. With $D_t = \mathrm{diag}(\%s'(a_t))$:

$$%s$$
"""
STEP = r"\frac{\partial h_t}{\partial h_{t-1}}"
WITHIN = r"\frac{\partial h_t}{\partial a_t}"


def _last(formula: str, sigma: str = "sigma") -> Finding:
    (*_, found) = audit_texts([markdown("a.md", NET % (sigma, sigma, sigma, formula))])
    return found


@pytest.mark.parametrize(
    "formula",
    [
        # Norms that are larger than the largest slope, or not submultiplicative.
        rf"\|D_t\|_F \|{STEP}\| \le \gamma \|{STEP}\|",
        rf"\|\mathrm{{diag}}(\sigma'(a_t))\|_F \|{STEP}\| \le \gamma \|{STEP}\|",
        rf"\|\sigma'(a_t)\| \|{STEP}\| \le \gamma \|{STEP}\|",
        rf"\|D_t\|_* \|{STEP}\| \le \gamma \|{STEP}\|",
        rf"\|{STEP} W\|_{{\max}} \le \|{STEP}\|_{{\max}} \|W\|_{{\max}}",
        # A factor dropped.
        rf"\|{WITHIN} W\| \le \|{WITHIN}\|",
        # A number that is only known to be a bound may be larger than what it bounds.
        rf"\lambda \|{WITHIN}\| \le \|W\| \|{WITHIN}\|",
        rf"\lambda \|{WITHIN}\| = \|W\| \|{WITHIN}\|",
        rf"\|{STEP}\| \le \frac{{\gamma \|W\|^2}}{{\lambda}}",
        # True of most weights, not of all.
        rf"\|{STEP}\| \le \gamma \|W\|_1",
        rf"\|{STEP}\| \le \gamma \|W\|_\infty",
        # A letter may be less than 0.
        rf"c \|{WITHIN} W\| \le c \|{WITHIN}\|",
    ],
)
def test_false_bounds_are_not_true(formula: str) -> None:
    assert _last(formula).kind in (DISAGREES, NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    "formula", [rf"\|{WITHIN}\| \le 1 / \gamma", rf"\|{STEP}\| \le \|W\| / \gamma"]
)
def test_a_bound_of_slopes_may_be_larger_than_the_largest(formula: str) -> None:
    # Of tanh it is 1, of which the inverse is 1 too: only another bound shows the difference.
    assert _last(formula, "tanh").kind in (DISAGREES, NOT_UNDERSTOOD)


@pytest.mark.parametrize(
    "formula",
    [
        rf"\|{STEP}\| \le \|D_t\| \|W\|",
        rf"\|D_t W\| \|{WITHIN}\| \le \gamma \lambda \|{WITHIN}\|",
        rf"\gamma \lambda \|{WITHIN} W\| \le \gamma \lambda \|{WITHIN}\| \|W\|",
        rf"2 \|{WITHIN} W\|_F \le 2 \|{WITHIN}\|_F \|W\|_F",
        rf"\|{WITHIN} W\|_1 \le \|{WITHIN}\|_1 \|W\|_1",
        rf"\|D_t\|_\infty \|{WITHIN}\| \le \gamma \|{WITHIN}\|",
    ],
)
def test_true_bounds_stay_true(formula: str) -> None:
    assert _last(formula).kind == TRUE


def test_of_a_letter_it_is_supposed_that_it_is_no_less_than_0() -> None:
    found = _last(rf"c \|{WITHIN} W\| \le c \|{WITHIN}\| \|W\|")
    assert found.kind == UNDER and "where c ≥ 0" in found.message


def test_the_largest_slope_at_a_state_is_not_the_largest_of_all() -> None:
    found = _last(rf"\|{WITHIN}\| = \max_i |\sigma'(a_{{t,i}})|")
    assert found.kind == NOT_UNDERSTOOD
    assert _last(rf"\|{WITHIN}\| = \max_x |\sigma'(x)|").kind != TRUE
