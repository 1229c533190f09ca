"""How far a product of Jacobians is from the product of its carousels."""

from sympy import Rational, Symbol

from symrnn import (
    About,
    Identity,
    Inequality,
    Sequence,
    Witness,
    derivation,
    for_all,
    induction,
    norm,
    ordered_product,
    statement,
)
from symrnn import rules as by


@statement(about=About.NO_CELL, headline=["the distance"])
def near_the_carousel(rnn):
    """Near the carousel the derivative is near its product, for a while

    The Jacobian of a step is B_j, its columns that belong to the cell alone, and E_j, the columns
    of h. Where no B_j is larger than φ and no E_j larger than ε, the product of the steps and that
    of the B_j differ over n steps by at most (φ + ε)ⁿ - φⁿ. For n ε small beside φ that is about
    n ε φⁿ⁻¹: the carousel is a good approximation as long as what comes in through h is small, and
    for no longer.
    """
    n, j = Symbol("n", integer=True), Symbol("j", integer=True)
    d = Symbol("d", integer=True, positive=True)
    a, e = Symbol("phi", positive=True), Symbol("epsilon", nonnegative=True)
    B, E = (Sequence(name, d, d) for name in "BE")
    whole = ordered_product(B[j] + E[j], (j, 1, n))
    carousel = ordered_product(B[j], (j, 1, n))
    before, there = whole.subs(n, n - 1), carousel.subs(n, n - 1)
    given = [
        for_all(j, Inequality(norm(B[j]), a), since=1),
        for_all(j, Inequality(norm(E[j]), e), since=1),
    ]
    mine = by.uses_bound("near_the_carousel")
    at_once = norm(whole.subs(n, 0) - carousel.subs(n, 0))
    return {
        "one step": derivation(norm(B[n] + E[n]), given=[n >= 1, *given])
        .at_most(norm(B[n]) + norm(E[n]), by.triangle)
        .at_most(a + norm(E[n]), by.assumed_bound)
        .at_most(a + e, by.assumed_bound),
        "the whole": induction(
            Inequality(norm(whole), (a + e) ** n),
            over=n,
            base=0,
            base_case=derivation(norm(whole.subs(n, 0)))
            .equals(norm(Identity(d)), by.empty_range)
            .equals(1, by.norm_of_identity),
            step=derivation(norm(whole))
            .equals(norm((B[n] + E[n]) * before), by.split_latest)
            .at_most(norm(B[n] + E[n]) * norm(before), by.submultiplicative)
            .at_most((a + e) * norm(before), mine)
            .at_most((a + e) * (a + e) ** (n - 1), by.induction_bound)
            .equals((a + e) ** n, by.algebra),
            given=[n >= 0, *given],
        ),
        "the distance": induction(
            Inequality(norm(whole - carousel), (a + e) ** n - a**n),
            over=n,
            base=0,
            base_case=derivation(at_once)
            .equals(norm(Identity(d) - Identity(d)), by.empty_range)
            .equals(0, by.homogeneous),
            step=derivation(norm(whole - carousel))
            .equals(norm((B[n] + E[n]) * before - B[n] * there), by.split_latest)
            .equals(norm(E[n] * before + B[n] * (before - there)), by.algebra)
            .at_most(norm(E[n] * before) + norm(B[n] * (before - there)), by.triangle)
            .at_most(
                norm(E[n]) * norm(before) + norm(B[n]) * norm(before - there),
                by.submultiplicative,
            )
            .at_most(e * norm(before) + norm(B[n]) * norm(before - there), by.assumed_bound)
            .at_most(e * (a + e) ** (n - 1) + norm(B[n]) * norm(before - there), mine)
            .at_most(e * (a + e) ** (n - 1) + a * norm(before - there), by.assumed_bound)
            .at_most(
                e * (a + e) ** (n - 1) + a * ((a + e) ** (n - 1) - a ** (n - 1)),
                by.induction_bound,
            )
            .equals((a + e) ** n - a**n, by.algebra),
            given=[n >= 0, *given],
        ),
    }


@near_the_carousel.counterexample("n ε φⁿ⁻¹, the first term alone, is too small")
def two_steps():
    """One unit, φ = ε = 1: after two steps the products differ by 3, and 2 ε φ is 2."""
    return Witness(
        Rational(2 * 2 - 1 * 1), Rational(2), "≤", "with B = E = 1 the products differ by 3, not 2"
    )
