"""An LSTM's gradient can explode while the product of its forget gates vanishes."""

from sympy import Rational, Symbol, exp, log, oo, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Ones,
    Witness,
    Zeros,
    derivation,
    named,
    norm,
    ordered_product,
    statement,
)
from symrnn import rules as by

HALF = Rational(1, 2)
LSTM = named("lstm").without_inputs()


@statement(
    about=About.NO_CELL,
    uses=["carousel_is_not_total"],
    headline=["the cell's derivative explodes", "the carousel vanishes"],
)
def lstm_can_explode(rnn):
    """The gradient of an LSTM can explode while ∏ f vanishes

    At rest at 0 with every gate at 1/2 and W_g = 6I one step multiplies the cell by 1/2 + 6/4 = 2:
    ∂c_t/∂c_0 is 1/2, 1, 2, 4, … times the identity, while the product of forget gates is 1/2, 1/4,
    1/8, 1/16, …. Gates bound what is forgotten; they do not bound what comes back through the
    weights.
    """
    h, c, f = LSTM["h"], LSTM["c"], LSTM["f"]
    t, k = Symbol("t", integer=True), Symbol("k", integer=True)
    given = [t >= 1, *at_rest(h, c)]
    values = ((Symbol("w", real=True), 6), (Symbol("beta", real=True), 0))
    used = by.uses("carousel_is_not_total", *values)
    unit = Identity(h.rows)
    carousel = ordered_product(Diag(f[k]), (k, 1, t))
    return {
        "the cell's derivative": derivation(D(c[t], c[0]), given=given, cell=LSTM).equals(
            HALF * 2 ** (t - 1) * unit, used
        ),
        "the cell's derivative explodes": derivation(norm(D(c[t], c[0])), given=given, cell=LSTM)
        .equals(norm(HALF * 2 ** (t - 1) * unit), used)
        .equals(HALF * 2 ** (t - 1) * norm(unit), by.homogeneous)
        .equals(HALF * 2 ** (t - 1), by.norm_of_identity)
        .tends_to(oo, by.geometric_growth, t),
        "the carousel vanishes": derivation(norm(carousel), given=given, cell=LSTM)
        .equals(norm(HALF**t * unit), used)
        .equals(HALF**t * norm(unit), by.homogeneous)
        .equals(HALF**t, by.norm_of_identity)
        .tends_to(0, by.geometric_decay, t),
    }


def at_rest(h, c):
    """Every gate at 1/2, the cell at 0, W_g = 6I."""
    zero = Zeros(h.rows, 1)
    biases = [Equation(LSTM[f"b_{gate}"], zero) for gate in "igo"]
    start = [Equation(h[0], zero), Equation(c[0], zero)]
    forget = Equation(LSTM["b_f"], 0 * Ones(h.rows))
    return [Equation(LSTM["W_g"], 6 * Identity(h.rows)), forget, *biases, *start]


@lstm_can_explode.counterexample("the forget gate below 1 does not bound the derivative")
def four_steps():
    """∂c_4/∂c_0 of one unit, unrolled and differentiated by SymPy."""
    cell = first = Symbol("c_0", real=True)
    state = 0
    for _ in range(4):
        cell = cell / 2 + tanh(6 * state) / 2
        state = tanh(cell) / 2
    total = cell.diff(first).subs(first, 0)
    return Witness(total, HALF**4, "≤", "with W_g = 6 at rest, ∂c₄/∂c₀ is 4, and ∏ f is 1/16")


@lstm_can_explode.counterexample("W_g = 0 does not help: W_f alone can do it")
def through_the_forget_gate():
    """One unit resting at c = ln 2 with W_f = 75/(4 ln 2) and W_i = W_g = W_o = 0: a factor 2."""
    cell = Symbol("c", real=True)
    rest, weight = log(2), 75 / (4 * log(2))
    # f, i and o are 1/2 at rest, and i g = ln(2)/2 keeps the cell where it is.
    state = tanh(cell) / 2
    bias = -weight * tanh(rest) / 2
    after = cell / (1 + exp(-(weight * state + bias.rewrite(exp)))) + log(2) / 2
    factor = after.diff(cell).subs(cell, rest).rewrite(exp).simplify()
    return Witness(
        factor, HALF, "≤", "with W_f = 75/(4 ln 2) alone, ∂c_t/∂c_{t-1} is 2, and f is 1/2"
    )
