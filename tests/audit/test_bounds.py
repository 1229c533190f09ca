"""Bounds: what is false gets no TRUE, whichever norm, letter or assumption makes it look true."""

from __future__ import annotations

import pytest

from symrnn.audit.audit import Finding, audit_texts
from symrnn.audit.verdicts.verdict import DISAGREES, FALSE, NOT_UNDERSTOOD, TRUE, UNDER
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
        # A bound without the weight, with half the slope, or with another weight that may be small.
        rf"\|{WITHIN}\| \le \lambda",
        rf"\|{WITHIN}\| \le \gamma / 2",
        rf"\|{WITHIN}\|_F \le \gamma",
        rf"\|{WITHIN}\| \le 9 \|W\|",
        rf"\|{STEP}\| \le 9 \gamma \lambda \|U\|",
        r"\|\frac{\partial a_t}{\partial a_{t-1}}\| \le \gamma",
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
        # What is passed through the slopes, and what is passed from one to the next.
        rf"\|{WITHIN}\| \le \gamma",
        rf"\|{WITHIN}\|_1 \le \gamma",
        r"\|\frac{\partial a_t}{\partial a_{t-1}}\| \le \gamma \lambda",
        r"\|\frac{\partial a_t}{\partial a_k}\| \le (\gamma \lambda)^{t-k}",
    ],
)
def test_true_bounds_stay_true(formula: str) -> None:
    assert _last(formula).kind == TRUE


def test_of_a_letter_it_is_supposed_that_it_is_no_less_than_0() -> None:
    found = _last(rf"c \|{WITHIN} W\| \le c \|{WITHIN}\| \|W\|")
    assert found.kind == UNDER and "where c ≥ 0" in found.message


LEAKY = r"""The net is $h_t = (1 - \eta) h_{t-1} + \eta \tanh(a_t)$ with $a_t = W h_{t-1} + U x_t$.

$$%s$$
"""


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (rf"\|\eta {STEP}\| = \eta \|{STEP}\|", UNDER),
        (rf"\|\eta {STEP}\| \le \eta \|{STEP}\|", UNDER),
        (rf"\|{STEP} W\| \eta \le \|{STEP}\| \|W\| \eta", UNDER),
        (rf"\|\eta {STEP}\| = |\eta| \|{STEP}\|", TRUE),
        (rf"\|\eta^2 {STEP}\| = \eta^2 \|{STEP}\|", TRUE),
    ],
)
def test_a_number_of_the_net_may_be_less_than_0(formula: str, kind: str) -> None:
    (*_, found) = audit_texts([markdown("a.md", LEAKY % formula)])
    assert found.kind == kind, found.message
    assert kind == TRUE or "where η ≥ 0" in found.message


def test_the_largest_slope_at_a_state_is_not_the_largest_of_all() -> None:
    found = _last(rf"\|{WITHIN}\| = \max_i |\sigma'(a_{{t,i}})|")
    assert found.kind == NOT_UNDERSTOOD
    assert _last(rf"\|{WITHIN}\| = \max_x |\sigma'(x)|").kind != TRUE


ABOVE = r"""The net is $h^{(t)} = \sigma(a^{(t)})$, $a^{(t)} = W h^{(t-1)} + U x^{(t)}$. Assume
$|\sigma'(x)| \le \gamma$ for all $x$ and $\|W\| \le \lambda$.

$$\left\|\frac{\partial h^{(t)}}{\partial h^{(k)}}\right\| \le %s$$
"""


@pytest.mark.parametrize(
    ("bound", "kind"),
    [
        (r"(\gamma \lambda)^{t-k}", TRUE),
        (r"(\gamma \lambda)^{k-t}", DISAGREES),
        (r"\lambda^{k-t}", DISAGREES),
    ],
)
def test_times_may_stand_above(bound: str, kind: str) -> None:
    (*_, found) = audit_texts([markdown("a.md", ABOVE % bound)])
    assert found.kind == kind, found.message


KEPT = (DISAGREES, NOT_UNDERSTOOD, TRUE, UNDER)
HELD = r"""The net is $h_t = \tanh(a_t)$, $a_t = W h_{t-1} + U x_t$.%s

$$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2) W$$

$$%s$$
"""


@pytest.mark.parametrize(
    ("words", "formula", "kinds"),
    [
        ("", r"\|\frac{\partial h_t}{\partial h_k}\| \le \|W\|^{k - t}", (FALSE,)),
        ("", r"\|\frac{\partial h_k}{\partial h_t}\| \le \|W\|^{t - k}", (FALSE,)),
        ("", r"\|\frac{\partial h_k}{\partial h_t}\| \le \|W\|^{k - t}", (TRUE,)),
        # The larger power is the larger bound of weights that are no more than 1, or no less.
        *(
            (words, rf"\|\frac{{\partial h_t}}{{\partial h_k}}\| \le \|W\|^{{{power}}}", KEPT)
            for words in (
                r" Assume that $\|W\| < 1$.",
                r" Let $W$ be orthogonal.",
                r" Let $\lambda = \|W\|$. Assume that $\lambda > 1$.",
                r" Let $\|W\| = 1$.",
            )
            for power in ("k - t", "t - k + 1")
        ),
    ],
)
def test_a_wrong_power_is_false_where_no_weight_is_limited(
    words: str, formula: str, kinds: tuple[str, ...]
) -> None:
    (*_, found) = audit_texts([markdown("a.md", HELD % (words, formula))])
    assert found.kind in kinds, found.message
    assert found.kind != FALSE or found.verdict.mend.startswith("the power is")


WITHIN_A_SENTENCE = r"""Let $h_t = \tanh(a_t)$ and $a_t = W h_{t-1} + U x_t$. One step is
$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1-h_t^2) W$.

"""
STEPS = r"\frac{\partial h_t}{\partial h_k}"


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        (rf"It follows that $\|{STEP}\| \le \frac12 \|W\|$.", ""),  # too small
        (rf"Hence $\|{STEP}\| \ge \|W\|$.", rf"\|{STEP}\| \le \|W\|"),  # the other way round
        (rf"Therefore $\|{STEPS}\| \le \|W\|$.", rf"\|{STEPS}\| \le \|W\|^{{t-k}}"),  # no power
        (rf"So $\|{STEPS}\| \le \|W\|^{{t-k-1}}$.", rf"\|{STEPS}\| \le \|W\|^{{t-k}}"),
    ],
)
def test_a_violated_bound_within_a_sentence_is_false(said: str, mended: str) -> None:
    (*_, found) = audit_texts([markdown("a.md", WITHIN_A_SENTENCE + said)])
    assert not found.display
    assert (found.kind, found.verdict.mended) == (FALSE, mended)


def test_a_bound_within_a_sentence_that_holds_is_true() -> None:
    said = rf"Thus $\|{STEPS}\| \le \|W\|^{{t-k}}$."
    (*_, found) = audit_texts([markdown("a.md", WITHIN_A_SENTENCE + said)])
    assert found.kind == TRUE
