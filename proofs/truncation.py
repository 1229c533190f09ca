"""Truncated back-propagation through time."""

from sympy import Rational, Sum, symbols

from symrnn import (
    About,
    D,
    D_plus,
    Inequality,
    Vec,
    Witness,
    derivation,
    for_all,
    largest_entry,
    norm,
    ordered_sum,
    statement,
)
from symrnn import rules as by


@statement(
    about=About.ELMAN,
    uses=["bptt", "product_bound"],
    headline=[
        "the lecture's τ counts factors",
        "the frameworks' τ counts steps",
        "the bias is a geometric tail",
        "what is kept cannot explode",
    ],
)
def truncation(rnn):
    """Truncation is the exact gradient with an earlier state held constant

    The lecture's τ counts factors: the terms with t - k ≤ τ are kept, τ + 1 of them, and nothing
    is differentiated through s_{t-τ-1}. The frameworks' τ counts steps, hence terms: they hold
    s_{t-τ}, so τ of their steps are τ - 1 of the lecture's factors. What is dropped is every term
    that reaches further back; where γλ < 1 that is no more than the tail of a geometric series.
    What is kept is bounded whatever t is, so truncation stops explosion. It does nothing against
    vanishing: a kept term with i factors still shrinks like (γλ)ⁱ, and the others are gone.
    """
    contracting = [
        for_all(rnn.j, Inequality(largest_entry(rnn.slopes(rnn.j)), rnn.gamma)),
        Inequality(norm(rnn.W), rnn.lam),
    ]
    return parts_of(rnn, Vec(rnn.W), rnn.gamma * rnn.lam, contracting)


@truncation.form(About.ANY_CELL)
def truncation_of_any_cell(rnn):
    """Truncation is the exact gradient with an earlier state held constant

    The lecture's τ counts factors: the terms with t - k ≤ τ are kept, τ + 1 of them, and nothing
    is differentiated through s_{t-τ-1}, all of it. The frameworks' τ counts steps, hence terms:
    they hold s_{t-τ}. What is dropped is every term that reaches further back; where every step
    stretches by at most q < 1 that is no more than the tail of a geometric series. What is kept is
    bounded whatever t is, so truncation stops explosion. It does nothing against vanishing.
    """
    q = rnn.letter("q", nonnegative=True)
    contracting = [for_all(rnn.j, Inequality(norm(D(rnn.s[rnn.j], rnn.s[rnn.j - 1])), q))]
    parameter = rnn.shown_parameter
    column = parameter if parameter.shape[1] == 1 else Vec(parameter)
    return parts_of(rnn, column, q, contracting)


def parts_of(rnn, parameter, ratio, contracting):
    """All parts of the statement, where a step stretches by at most `ratio`."""
    s, k, t, tau, L = rnn.s, rnn.k, rnn.t, rnn.tau, rnn.L
    i = rnn.letter("i", integer=True)
    C, E = (rnn.letter(name, nonnegative=True) for name in ("C", "E"))
    outer, exact = D(L[t], s[t]), D(L[t], parameter)

    def term(time):
        return D(s[t], s[time]) * D_plus(s[time], parameter)

    def between(first, last):
        return ordered_sum(term(k), (k, first, last))

    def holding(time):
        return D(L[t], parameter, held=[s[time]])

    factors = outer * ordered_sum(term(t - i), (i, 0, tau))
    steps = outer * between(t - tau + 1, t)
    bias = exact - holding(t - tau - 1)
    within = [tau >= 0, tau <= t - 1]
    bounded = [
        *contracting,
        Inequality(norm(outer), C),
        for_all(k, Inequality(norm(D_plus(s[k], parameter)), E)),
    ]

    def bounding(start, first, last):
        """From ‖∂L_t/∂s_t Σ_k …‖ to C Σ_k E (γλ)^{t-k}, the factors that are known first."""
        times, far, near = (k, first, last), norm(D(s[t], s[k])), norm(D_plus(s[k], parameter))
        return (
            start.at_most(norm(outer) * norm(between(first, last)), by.submultiplicative)
            .at_most(C * norm(between(first, last)), by.assumed_bound)
            .at_most(C * Sum(norm(term(k)), times), by.triangle)
            .at_most(C * Sum(far * near, times), by.submultiplicative)
            .at_most(C * Sum(far * E, times), by.assumed_bound)
            .at_most(C * Sum(ratio ** (t - k) * E, times), by.uses_bound("product_bound"))
            .equals(C * E * Sum(ratio ** (t - k), times), by.constant_factor)
        )

    dropped, kept = outer * between(1, t - tau - 1), outer * between(t - tau, t)
    reach, tail = (i, 0, tau), (i, tau + 1, t - 1)
    return {
        "the lecture's τ counts factors": derivation(factors, given=within)
        .equals(kept, by.reversed_range(t, k))
        .equals(holding(t - tau - 1), by.uses("bptt").backwards),
        "the frameworks' τ counts steps": derivation(steps, given=[tau >= 1, tau <= t]).equals(
            holding(t - tau), by.uses("bptt").backwards
        ),
        "τ factors are τ + 1 steps": derivation(factors, given=within).equals(
            steps.subs(tau, tau + 1), by.reversed_range(t, k)
        ),
        "one factor more is one term more": derivation(holding(t - tau - 1), given=within)
        .equals(kept, by.uses("bptt"))
        .equals(outer * (term(t - tau) + between(t - tau + 1, t)), by.split_earliest)
        .equals(outer * term(t - tau) + steps, by.algebra)
        .equals(outer * term(t - tau) + holding(t - tau), by.uses("bptt").backwards),
        "the bias": derivation(bias, given=within)
        .equals(outer * between(1, t) - kept, by.uses("bptt"))
        .equals(
            outer * (between(1, t - tau - 1) + between(t - tau, t)) - kept,
            by.split_at(t - tau - 1),
        )
        .equals(dropped, by.algebra),
        "the bias, bounded": bounding(
            derivation(norm(bias), given=[*within, *bounded]).equals(
                norm(dropped), by.uses("truncation")
            ),
            1,
            t - tau - 1,
        ).equals(C * E * Sum(ratio**i, tail), by.reversed_range(t, i)),
        "the bias is a geometric tail": derivation(norm(bias), given=[*within, *bounded, ratio < 1])
        .at_most(C * E * Sum(ratio**i, tail), by.uses_bound("truncation"))
        .at_most(C * E * ratio ** (tau + 1) / (1 - ratio), by.geometric_tail),
        "what is kept cannot explode": bounding(
            derivation(norm(holding(t - tau - 1)), given=[*within, *bounded]).equals(
                norm(kept), by.uses("bptt")
            ),
            t - tau,
            t,
        ).equals(C * E * Sum(ratio**i, reach), by.reversed_range(t, i)),
        "what is kept can vanish all the same": derivation(
            norm(outer * term(t - i)), given=[i >= 0, i <= tau, *within, *bounded]
        )
        .at_most(
            norm(outer) * norm(D(s[t], s[t - i])) * norm(D_plus(s[t - i], parameter)),
            by.submultiplicative,
        )
        .at_most(C * norm(D(s[t], s[t - i])) * E, by.assumed_bound)
        .at_most(C * E * ratio**i, by.uses_bound("product_bound")),
    }


# A concrete case: one linear unit, s_j = w s_{j-1} + x_j with s_0 = 1, and L_t = s_t.
w, cut = symbols("w cut")
INPUTS = (1, 1, 2, 1, 3)


def state(time, held=None):
    """s_t as a polynomial in w; a state that is held is the symbol `cut`."""
    if time == held:
        return cut
    return 1 if time == 0 else w * state(time - 1, held) + INPUTS[time - 1]


def gradient(time, weight, held=None):
    """∂L_t/∂w by SymPy's own diff, with nothing differentiated through the state held."""
    slope = state(time, held).diff(w)
    return slope.subs(cut, state(held) if held is not None else 0).subs(w, weight)


def kept_term(time, k, weight, longest=None):
    """∂s_t/∂s_k ∂⁺s_k/∂w, its product cut off at the latest `longest` factors."""
    factors = time - k if longest is None else min(time - k, longest)
    carried = state(time, held=time - factors).diff(cut)
    direct = state(k, held=k - 1).diff(w).subs(cut, state(k - 1))
    return (carried * direct).subs(w, weight)


@truncation.counterexample("terms are dropped; all of them with a shortened product is no gradient")
def shortened_product():
    """t = 4, τ = 1: the truncated gradient has two terms, the other sum has four."""
    shortened = sum(kept_term(4, k, 2, longest=1) for k in range(1, 5))
    return Witness(
        gradient(4, 2, held=2),
        shortened,
        "=",
        "every term with at most τ factors is another sum than the terms with t - k ≤ τ",
    )


@truncation.counterexample("the lecture's τ is not the frameworks' τ: they differ by one term")
def factors_or_steps():
    """t = 4, τ = 2: holding s_1 keeps three terms, holding s_2 keeps two."""
    return Witness(
        gradient(4, 2, held=4 - 2 - 1),
        gradient(4, 2, held=4 - 2),
        "=",
        "with one τ = 2 the lecture keeps three terms, a framework two",
    )


def constants(time):
    """C = |∂L_t/∂s_t| and E, the largest |∂⁺s_k/∂w|, at w = 2."""
    return 1, max(abs(kept_term(k, k, 2)) for k in range(1, time + 1))


@truncation.counterexample("without truncation nothing bounds the sum but t")
def untruncated():
    """t = 5, τ = 0, γλ = 2: the exact gradient exceeds what bounds the truncated one."""
    C, E = constants(5)
    return Witness(
        gradient(5, 2),
        C * E,
        "≤",
        "with w = 2 the exact gradient at t = 5 is above the bound C E of the one term kept",
    )


@truncation.counterexample("the tail needs a ratio below 1: above 1 the bias grows with t")
def growing_bias():
    """t = 5, τ = 1, γλ = 2: the formula for the tail is not even positive."""
    C, E = constants(5)
    bias = gradient(5, 2) - gradient(5, 2, held=3)
    return Witness(
        bias, C * E * Rational(2) ** 2 / (1 - 2), "≤", "with w = 2 the bias is no geometric tail"
    )


@truncation.counterexample("truncation does not cure vanishing: kept terms still fade")
def fading():
    """t = 4, τ = 3, w = 1/10: the term with three factors is far below the one with none."""
    far, direct = (kept_term(4, k, Rational(1, 10)) for k in (1, 4))
    return Witness(
        direct, far, "≤", "with w = 1/10 the term three factors back is under 1/1000 of the direct"
    )
