"""Gradients vanish over long ranges."""

from sympy import Rational, Symbol, limit, oo, summation

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
    statement,
)
from symrnn import rules as by


@statement(
    about=About.ELMAN,
    uses=["product_bound"],
    headline=["the derivative over many steps", "a term of the gradient"],
)
def gradients_vanish(rnn):
    """For γλ < 1 what lies far back has no influence on the gradient

    A geometric sequence with a ratio below 1 goes to 0, and ∂s_t/∂s_k lies under one. In the sum
    for ∂L_t/∂W this factor stands between two others that stay bounded, so every term with a fixed
    k fades as t grows. The gradient as a whole need not fade: its term k = t has no such factor.
    That is what makes the problem hard to see, since training goes on, only without the past.
    """
    s, j, k, t, W, L = rnn.s, rnn.j, rnn.k, rnn.t, rnn.W, rnn.L
    gamma, lam = rnn.gamma, rnn.lam
    C, E = (rnn.letter(name, nonnegative=True) for name in "CE")
    contracting = [
        k <= t,
        gamma * lam < 1,
        for_all(j, Inequality(largest_entry(rnn.slopes(j)), gamma)),
        Inequality(norm(W), lam),
    ]
    outer, over_time, inner = D(L[t], s[t]), D(s[t], s[k]), D_plus(s[k], Vec(W))
    term = norm(outer * over_time * inner)
    bounded = [for_all(t, Inequality(norm(outer), C)), Inequality(norm(inner), E)]
    return {
        "the derivative over many steps": derivation(norm(over_time), given=[k >= 0, *contracting])
        .at_most((gamma * lam) ** (t - k), by.uses_bound("product_bound"))
        .tends_to(0, by.geometric_decay, t),
        "a bound for a term of the gradient": derivation(
            term, given=[k >= 1, *contracting, *bounded]
        )
        .at_most(norm(outer) * norm(over_time) * norm(inner), by.submultiplicative)
        .at_most(C * norm(over_time) * E, by.assumed_bound)
        .at_most(C * (gamma * lam) ** (t - k) * E, by.uses_bound("product_bound")),
        "a term of the gradient": derivation(term, given=[k >= 1, *contracting, *bounded])
        .at_most(C * (gamma * lam) ** (t - k) * E, by.uses_bound("gradients_vanish"))
        .tends_to(0, by.geometric_decay, t),
    }


@gradients_vanish.form(About.ANY_CELL, headline=["the derivative over many steps"])
def gradients_vanish_in_any_cell(rnn):
    """Where every step stretches by at most q < 1, what lies far back has no influence

    A geometric sequence with a ratio below 1 goes to 0, and ∂s_t/∂s_k lies under one. In the sum
    for the gradient this factor stands between two others that stay bounded, so every term with a
    fixed k fades as t grows. The gradient as a whole need not fade: its term k = t has no such
    factor.
    """
    s, j, k, t, L = rnn.s, rnn.j, rnn.k, rnn.t, rnn.L
    q, C, E = (rnn.letter(name, nonnegative=True) for name in ("q", "C", "E"))
    contracting = [k <= t, q < 1, for_all(j, Inequality(norm(D(s[j], s[j - 1])), q))]
    outer, over_time = D(L[t], s[t]), D(s[t], s[k])
    parts = {
        "the derivative over many steps": derivation(norm(over_time), given=[k >= 0, *contracting])
        .at_most(q ** (t - k), by.uses_bound("product_bound"))
        .tends_to(0, by.geometric_decay, t)
    }
    for parameter in rnn.shown_parameters[:1]:
        column = parameter if parameter.shape[1] == 1 else Vec(parameter)
        inner = D_plus(s[k], column)
        term = norm(outer * over_time * inner)
        bounded = [for_all(t, Inequality(norm(outer), C)), Inequality(norm(inner), E)]
        parts[f"a term of the gradient by `{parameter.name}`"] = (
            derivation(term, given=[k >= 1, *contracting, *bounded])
            .at_most(norm(outer) * norm(over_time) * norm(inner), by.submultiplicative)
            .at_most(C * norm(over_time) * E, by.assumed_bound)
            .at_most(C * q ** (t - k) * E, by.uses_bound("product_bound"))
            .tends_to(0, by.geometric_decay, t)
        )
    return parts


def state_of_linear_unit(w, n):
    """s_n of s_j = w s_{j-1} + 1, s_0 = 0: the sum of wⁱ over i < n."""
    i = Symbol("i", integer=True, nonnegative=True)
    return summation(w**i, (i, 0, n - 1))


@gradients_vanish.counterexample("only the long-range terms vanish: ∂L_t/∂W itself need not")
def whole_gradient():
    """One linear unit with w = 1/2, bias 1 and L_t = s_t: the gradient tends to 1/(1-w)² = 4."""
    w, n = Symbol("w"), Symbol("n", integer=True, positive=True)
    half = Rational(1, 2)
    gradient = state_of_linear_unit(w, n).diff(w)
    return Witness(
        limit(gradient.subs(w, half).doit(), n, oo),
        Rational(0),
        "=",
        "with w = 1/2 the gradient by w of one linear unit, of bias 1, tends to 4",
    )


@gradients_vanish.counterexample("the ratio of the bound must be below 1: at 1 nothing fades")
def exactly_one():
    """A linear unit with w = 1 carries its first state along for ever."""
    w, start, n = Symbol("w"), Symbol("s_0"), Symbol("n", integer=True, positive=True)
    derivative = (w**n * start).diff(start).subs(w, 1)
    return Witness(
        limit(derivative, n, oo), Rational(0), "=", "s_j = s_{j-1} has ∂s_t/∂s_0 = 1 for every t"
    )
