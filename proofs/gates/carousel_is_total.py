"""Where no gate reads the state, the carousel is the whole derivative."""

from sympy import Rational, Symbol, atanh, exp, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Witness,
    Zeros,
    derivation,
    induction,
    named,
    ordered_product,
    statement,
)
from symrnn import rules as by

LSTM = named("lstm").with_preactivations()


@statement(about=About.NO_CELL, uses=["gated_step"], headline=["the total derivative"])
def carousel_is_total(rnn):
    """Where W_i = W_f = W_g = 0, ∂c_t/∂c_k is the product of forget gates

    If what enters the cell does not read h, there is one path from c_k to c_t, and it is the
    carousel: the total derivative is ∏ diag(f_j), whatever the output gate does. That is the
    hypothesis under which the formula of the books holds, and it takes the recurrence away: such
    a cell reads its inputs and never its own state.
    """
    t, k, j = Symbol("t", integer=True), Symbol("k", integer=True), LSTM.index
    h, c, f = LSTM["h"], LSTM["c"], LSTM["f"]
    d = h.rows
    apart = [Equation(LSTM[f"W_{gate}"], Zeros(d, d)) for gate in "ifg"]
    product = ordered_product(Diag(f[j]), (j, k + 1, t))

    def total(of, time):
        return D(of[time], c[k], held=[h[k]])

    direct, across = D(c[t], c[t - 1], held=[h[t - 1]]), D(c[t], h[t - 1], held=[c[t - 1]])
    return {
        "nothing comes in through h": derivation(across, given=[t >= 1, *apart], cell=LSTM)
        .equals(LSTM.recurrence.immediate(c[t], h[t - 1]), by.one_step)
        .equals(Zeros(d, d), by.hypothesis),
        "the total derivative": induction(
            Equation(total(c, t), product),
            over=t,
            base=k,
            base_case=derivation(total(c, k), cell=LSTM)
            .equals(Identity(d), by.derivative_of_itself)
            .equals(product.subs(t, k), by.empty_range.backwards),
            step=derivation(total(c, t), cell=LSTM)
            .equals(
                direct * total(c, t - 1) + across * total(h, t - 1),
                by.chain_rule(c[t - 1], h[t - 1]),
            )
            .equals(direct * total(c, t - 1), by.uses("carousel_is_total"))
            .equals(Diag(f[t]) * total(c, t - 1), by.one_step)
            .equals(Diag(f[t]) * product.subs(t, t - 1), by.induction_hypothesis)
            .equals(product, by.split_latest.backwards),
            given=[k >= 0, k <= t, *apart],
        ),
    }


C = Symbol("c", real=True)
STATE = tanh(C) / 2


def squashed(a):
    """The logistic function."""
    return 1 / (1 + exp(-a))


def differing(name, after, at):
    """One step of one unit with one weight that is not 0, h = tanh(c)/2 moving along."""
    total = after.diff(C).subs(C, at)
    return Witness(total, Rational(1, 2), "=", f"with {name} = 4 alone, ∂c₊/∂c is not f = 1/2")


@carousel_is_total.counterexample("W_g = 0 is needed")
def through_the_candidate():
    """g = tanh(4h) at 0: 3/2."""
    return differing("W_g", C / 2 + tanh(4 * STATE) / 2, 0)


@carousel_is_total.counterexample("W_i = 0 is needed")
def through_the_input_gate():
    """i = σ(4h) and g = 1/2 at 0: 3/4."""
    return differing("W_i", C / 2 + squashed(4 * STATE) / 2, 0)


@carousel_is_total.counterexample("W_f = 0 is needed")
def through_the_forget_gate():
    """f = σ(4h - 6/5) where tanh(c) = 3/5, and so f = 1/2."""
    return differing("W_f", C * squashed(4 * STATE - Rational(6, 5)), atanh(Rational(3, 5)))


@carousel_is_total.counterexample("gates must not peep at the cell either")
def through_a_peephole():
    """f = σ(8c - 8) and i g = 1/2 at c = 1: 5/2, while f = 1/2."""
    c = Symbol("c", real=True)
    after = (c / (1 + exp(8 - 8 * c)) + Rational(1, 2)).diff(c).subs(c, 1)
    return Witness(after, Rational(1, 2), "=", "with a peephole of 8, ∂c₊/∂c is 5/2, and f = 1/2")
