"""A bound for many steps."""

from sympy import Matrix, Product, Rational, Symbol

from symrnn import (
    About,
    D,
    Inequality,
    Witness,
    derivation,
    for_all,
    largest_entry,
    norm,
    ordered_product,
    statement,
)
from symrnn import rules as by


@statement(about=About.ELMAN, uses=["product_of_jacobians", "step_bound"])
def product_bound(rnn):
    """Over t - k steps the derivative grows at most like (γλ)^{t-k}

    There are t - k factors and each is at most γλ, whatever the states in between are. The bound
    depends on the distance t - k alone, which is why one number decides what can happen over long
    ranges. It is an upper bound: it can rule out explosion, it can never prove it.
    """
    s, j, k, t = rnn.s, rnn.j, rnn.k, rnn.t
    gamma, lam = rnn.gamma, rnn.lam
    step, times = D(s[j], s[j - 1]), (j, k + 1, t)
    return (
        derivation(
            norm(D(s[t], s[k])),
            given=[
                k >= 0,
                k <= t,
                for_all(j, Inequality(largest_entry(rnn.slopes(j)), gamma)),
                Inequality(norm(rnn.W), lam),
            ],
        )
        .equals(norm(ordered_product(step, times)), by.uses("product_of_jacobians"))
        .at_most(Product(norm(step), times), by.submultiplicative)
        .at_most(Product(gamma * lam, times), by.uses_bound("step_bound"))
        .equals((gamma * lam) ** (t - k), by.scalar_algebra)
    )


@product_bound.form(About.ANY_CELL, uses=["product_of_jacobians"])
def product_bound_of_any_cell(rnn):
    """Over t - k steps the derivative grows at most like q^{t-k}

    There are t - k factors, and where none of them stretches by more than q their product does not
    stretch by more than q^{t-k}, whatever the cell is. The bound depends on the distance t - k
    alone. It is an upper bound: it can rule out explosion, it can never prove it.
    """
    s, j, k, t, q = rnn.s, rnn.j, rnn.k, rnn.t, rnn.letter("q", nonnegative=True)
    step, times = D(s[j], s[j - 1]), (j, k + 1, t)
    return (
        derivation(
            norm(D(s[t], s[k])), given=[k >= 0, k <= t, for_all(j, Inequality(norm(step), q))]
        )
        .equals(norm(ordered_product(step, times)), by.uses("product_of_jacobians"))
        .at_most(Product(norm(step), times), by.submultiplicative)
        .at_most(Product(q, times), by.assumed_bound)
        .equals(q ** (t - k), by.scalar_algebra)
    )


@product_bound.counterexample("the norm must be submultiplicative: the largest-entry norm is not")
def largest_entry_of_a_power():
    """Entries of W² are sums of d products."""
    W = Matrix.ones(2, 2)
    largest = max(abs(entry) for entry in W)
    return Witness(
        max(abs(entry) for entry in W**2),
        largest**2,
        "≤",
        "all entries of W = [1 1; 1 1] are 1, those of W² are 2",
    )


@product_bound.counterexample("the exponent counts factors: t - k of them, not t - k + 1")
def one_factor_too_many():
    """With σ the identity and W = 1/2 the bound is attained, so a smaller one is wrong."""
    w, k, t, start = Rational(1, 2), 1, 3, Symbol("s_k")
    state = start
    for _ in range(k, t):
        state = w * state
    return Witness(
        state.diff(start),
        w ** (t - k + 1),
        "≤",
        "∂s₃/∂s₁ = 1/4 for the linear unit s_j = s_{j-1}/2: two factors, not three",
    )
