"""The factor of the cell with four terms, and the gate that it leaves out."""

from sympy import Rational, Symbol, exp, log, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Witness,
    activation,
    cell,
    derivation,
    induction,
    named,
    ordered_product,
    statement,
)
from symrnn import rules as by

LSTM = named("lstm").with_preactivations()
FREE = cell(
    "i = sigmoid(W_i h' + U_i x + b_i); f = sigmoid(W_f h' + U_f x + b_f);"
    "g = tanh(W_g h' + U_g x + b_g); o = sigmoid(U_o x + b_o);"
    "c = f * c' + i * g; h = o * tanh(c)",
    name="LSTM whose output gate reads no state",
)
TANH = activation("tanh")


@statement(
    about=About.NO_CELL,
    headline=[
        "the four terms",
        "three of them come through h",
        "their product, where the output gate reads no state",
    ],
)
def four_terms_miss_the_output_gate(rnn):
    """The product of the four terms leaves out the output gate

    A careful text does not stop at ∏ f. It writes ∂c_t/∂c_{t-1} with four terms, f, and what comes
    through f, i and g by way of h_{t-1} = o ⊙ tanh(c_{t-1}), and multiplies these. The four terms
    are right, their product is not: o_{t-1} reads h_{t-2}, which moved with c_{t-2}, and a product
    over the cells alone does not know of it. It is exact where the output gate reads no state.
    """
    return {
        "the four terms": one_factor(LSTM),
        "three of them come through h": through_the_gates(LSTM),
        "their product, where the output gate reads no state": product(),
    }


def one_factor(which):
    """∂c_t/∂c_{t-1} with nothing held, in the names of the gates."""
    t = Symbol("t", integer=True)
    c, h, f, o = (which[name] for name in "chfo")
    across = D(c[t], h[t - 1], held=[c[t - 1]])
    return (
        derivation(D(c[t], c[t - 1]), given=[t >= 2], cell=which)
        .equals(
            D(c[t], c[t - 1], held=[h[t - 1]]) + D(c[t], h[t - 1]) * D(h[t - 1], c[t - 1]),
            by.directly_and_through(h[t - 1]),
        )
        .equals(
            D(c[t], c[t - 1], held=[h[t - 1]]) + across * D(h[t - 1], c[t - 1]),
            by.not_held.backwards,
        )
        .equals(Diag(f[t]) + across * D(h[t - 1], c[t - 1]), by.one_step)
        .equals(
            Diag(f[t]) + across * D(which.recurrence.definition(h[t - 1]), c[t - 1]),
            by.definition(h[t - 1]),
        )
        .equals(Diag(f[t]) + across * Diag(o[t - 1]) * Diag(TANH.prime(c[t - 1])), by.differentiate)
    )


def through_the_gates(which):
    """The three of them that come through f, i and g."""
    t = Symbol("t", integer=True)
    c, h = which["c"], which["h"]
    return derivation(D(c[t], h[t - 1], held=[c[t - 1]]), given=[t >= 1], cell=which).equals(
        which.recurrence.immediate(c[t], h[t - 1]), by.one_step
    )


def product():
    """∂c_t/∂c_k as a product over the cells, from time 1 on."""
    t, k, j = Symbol("t", integer=True), Symbol("k", integer=True), FREE.index
    c = FREE["c"]
    whole = ordered_product(D(c[j], c[j - 1]), (j, k + 1, t))
    return induction(
        Equation(D(c[t], c[k]), whole),
        over=t,
        base=k,
        base_case=derivation(D(c[k], c[k]), cell=FREE)
        .equals(Identity(c.rows), by.derivative_of_itself)
        .equals(whole.subs(t, k), by.empty_range.backwards),
        step=derivation(D(c[t], c[k]), cell=FREE)
        .equals(D(c[t], c[t - 1]) * D(c[t - 1], c[k]), by.chain_rule(c[t - 1]))
        .equals(D(c[t], c[t - 1]) * whole.subs(t, t - 1), by.induction_hypothesis)
        .equals(whole, by.split_latest.backwards),
        given=[k >= 1, k <= t],
    )


@four_terms_miss_the_output_gate.counterexample("where the output gate reads h, the product fails")
def three_steps():
    """One unit, w_g = w_o = 1, c_0 = 4 ln 2, inputs that keep g at 0 and all gates at 1/2.

    The pre-activations of g and o move with h alone: the inputs cancel their values.
    """
    start = cell_value = Symbol("c_0", real=True)
    at = {start: 4 * log(2)}
    state, four = Rational(0), Rational(1)
    before = None
    for step in range(3):
        moved = state - (state.subs(at) if step else 0)
        output = 1 / (1 + exp(-moved))
        if before is not None:
            held = Rational(1, 2) * (1 - tanh(before) ** 2)
            four = four * (Rational(1, 2) + Rational(1, 2) * held)
        else:
            four = four / 2
        cell_value = cell_value / 2 + tanh(moved) / 2
        state = output * tanh(cell_value)
        before = cell_value.subs(at)
    total = cell_value.diff(start).subs(at)
    return Witness(
        exact(total), exact(four), "=", "∂c₃/∂c₀ is 10833/57800, four terms 10593/57800, ∏ f 1/8"
    )


def exact(value):
    """A number of exponentials of logarithms, as the fraction it is."""
    return value.rewrite(exp).simplify()
