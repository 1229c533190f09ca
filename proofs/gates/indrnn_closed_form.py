"""A cell whose units do not read each other."""

from sympy import Rational, Symbol, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Witness,
    cell,
    derivation,
    induction,
    ordered_product,
    statement,
)
from symrnn import rules as by

CELL = cell("h = sigma(u * h' + U x + b)", name="IndRNN")


@statement(about=About.NO_CELL, uses=["gated_step"], headline=["the product"])
def indrnn_closed_form(rnn):
    """Where each unit reads itself alone, the derivative is a product of diagonal matrices

    With a column u in the place of the matrix W every step is diag(σ′) diag(u), and so are many:
    each unit has a product of numbers of its own, |u_i| decides whether it vanishes or explodes,
    and no eigenvalues are to be found. That is so for every σ that has slopes; of ReLU it is said
    where no unit lies at the kink.
    """
    t, k, j = Symbol("t", integer=True), Symbol("k", integer=True), CELL.index
    h = CELL["h"]
    step = CELL.slope(h[j])
    product = ordered_product(Diag(step) * Diag(CELL["u"]), (j, k + 1, t))
    at = product.subs(t, t - 1)
    total = D(h[t], h[k])
    factor = Diag(CELL.slope(h[t])) * Diag(CELL["u"])
    return {
        "one step": derivation(D(h[t], h[t - 1]), given=[t >= 1], cell=CELL).equals(
            factor, by.one_step
        ),
        "the product": induction(
            Equation(total, product),
            over=t,
            base=k,
            base_case=derivation(D(h[k], h[k]), cell=CELL)
            .equals(Identity(h.rows), by.derivative_of_itself)
            .equals(product.subs(t, k), by.empty_range.backwards),
            step=derivation(total, cell=CELL)
            .equals(D(h[t], h[t - 1]) * D(h[t - 1], h[k]), by.chain_rule(h[t - 1]))
            .equals(factor * D(h[t - 1], h[k]), by.uses("indrnn_closed_form"))
            .equals(factor * at, by.induction_hypothesis)
            .equals(product, by.split_latest.backwards),
            given=[k >= 0, k <= t],
        ),
    }


@indrnn_closed_form.counterexample("units that read each other have mixed derivatives")
def two_units():
    """h_1 reads h_2: ∂h_1/∂h_2 = 1/2 at 0, off the diagonal."""
    other = Symbol("h_2", real=True)
    mixed = tanh(other / 2).diff(other).subs(other, 0)
    return Witness(mixed, Rational(0), "=", "with W_12 = 1/2, ∂h₁/∂h₂ is 1/2 at 0, and not 0")
