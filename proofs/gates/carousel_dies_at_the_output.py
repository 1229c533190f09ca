"""A cell that keeps its derivative, and shows nothing of it."""

from sympy import Rational, Symbol, atanh, exp, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Hadamard,
    Identity,
    Ones,
    Witness,
    Zeros,
    activation,
    cell,
    derivation,
    induction,
    norm,
    statement,
)
from symrnn import rules as by

HALF = Rational(1, 2)
CELL = cell(
    "i = sigmoid(W_i h' + U_i x + b_i); g = tanh(W_g h' + U_g x + b_g);"
    "o = sigmoid(W_o h' + U_o x + b_o); c = c' + i * g; h = o * tanh(c)",
    name="LSTM with f = 1",
).without_inputs()
LOGISTIC, TANH = activation("logistic"), activation("tanh")


@statement(
    about=About.NO_CELL,
    uses=["gated_step", "forget_bias"],
    headline=["the cell keeps it", "the state does not", "it vanishes"],
)
def carousel_dies_at_the_output(rnn):
    """A carousel that turns for ever may show nothing outside

    Let f be 1 for all times, the perfect memory, and let no gate read the state. The cell's
    derivative ∂c_t/∂c_0 is then exactly 1. But what the network reads is h = o ⊙ tanh(c), and if
    something enters in each step, here i g = 3/10, the cell grows and tanh saturates:
    ∂h_t/∂c_0 = ½(1 - tanh²(3t/10)) is 0.46 after one step, 0.005 after ten and 2·10⁻¹³ after fifty.
    The gradient vanishes at the door.
    """
    h, c, i, g, o = (CELL[name] for name in "hcigo")
    t, d = Symbol("t", integer=True), h.rows
    x = Symbol("x", nonnegative=True)
    zero, one, unit = Zeros(d, 1), Ones(d), Identity(d)
    written, mine = CELL.recurrence.definition, by.uses("carousel_dies_at_the_output")
    given = [
        *(Equation(CELL[f"W_{gate}"], Zeros(d, d)) for gate in "igo"),
        *(Equation(CELL[f"b_{gate}"], zero) for gate in "io"),
        Equation(CELL["b_g"], atanh(Rational(3, 5)) * one),
        Equation(c[0], zero),
    ]
    entering = Rational(3, 10)
    total, shown = D(c[t], c[0]), D(h[t], c[0])

    def constant(gate, inside):
        return (
            derivation(gate[t], given=[t >= 1, *given], cell=CELL)
            .equals(written(gate[t]), by.definition(gate[t]))
            .equals(written(gate[t]).func(written(gate[t]).activation, inside * one), by.hypothesis)
            .equals(written(gate[t]).activation.at(inside) * one, by.elementwise_constant)
        )

    direct, across = D(c[t], c[t - 1], held=[h[t - 1]]), D(c[t], h[t - 1], held=[c[t - 1]])
    slope, left = 1 - tanh(entering * t) ** 2, exp(-2 * entering * t)
    small = 2 * left / (1 + left) ** 2
    mine_at_most = by.uses_bound("carousel_dies_at_the_output")
    bounds = by.uses_bound("carousel_dies_at_the_output", (x, exp(-2 * entering)))
    return {
        "the gate i": constant(i, 0),
        "the gate o": constant(o, 0),
        "what enters": constant(g, atanh(Rational(3, 5))),
        "the cell grows": induction(
            Equation(c[t], entering * t * one),
            over=t,
            base=0,
            base_case=derivation(c[0], cell=CELL).equals(zero, by.hypothesis),
            step=derivation(c[t], cell=CELL)
            .equals(c[t - 1] + Hadamard(i[t], g[t]), by.definition(c[t]))
            .equals(c[t - 1] + Hadamard(HALF * one, Rational(3, 5) * one), mine)
            .equals(
                entering * (t - 1) * one + Hadamard(HALF * one, Rational(3, 5) * one),
                by.induction_hypothesis,
            )
            .equals(entering * t * one, by.algebra),
            given=[t >= 0, *given],
        ),
        "nothing comes in through h": derivation(across, given=[t >= 1, *given], cell=CELL)
        .equals(CELL.recurrence.immediate(c[t], h[t - 1]), by.one_step)
        .equals(Zeros(d, d), by.hypothesis),
        "the cell keeps it": induction(
            Equation(total, unit),
            over=t,
            base=0,
            base_case=derivation(D(c[0], c[0]), cell=CELL).equals(unit, by.derivative_of_itself),
            step=derivation(total, cell=CELL)
            .equals(
                direct * D(c[t - 1], c[0]) + across * D(h[t - 1], c[0]),
                by.chain_rule(c[t - 1], h[t - 1]),
            )
            .equals(direct * D(c[t - 1], c[0]), mine)
            .equals(D(c[t - 1], c[0]), by.one_step)
            .equals(unit, by.induction_hypothesis),
            given=[t >= 0, *given],
        ),
        "the output gate does not move": derivation(
            D(o[t], c[0]), given=[t >= 1, *given], cell=CELL
        )
        .equals(D(o[t], h[t - 1]) * D(h[t - 1], c[0]), by.chain_rule(h[t - 1]))
        .equals(D(written(o[t]), h[t - 1]) * D(h[t - 1], c[0]), by.definition(o[t]))
        .equals(
            Diag(LOGISTIC.prime(written(o[t]).argument)) * CELL["W_o"] * D(h[t - 1], c[0]),
            by.differentiate,
        )
        .equals(Zeros(d, d), by.hypothesis),
        "the state does not": derivation(shown, given=[t >= 1, *given], cell=CELL)
        .equals(
            D(h[t], o[t], held=[c[t]]) * D(o[t], c[0]) + D(h[t], c[t], held=[o[t]]) * total,
            by.chain_rule(o[t], c[t]),
        )
        .equals(D(h[t], c[t], held=[o[t]]), mine)
        .equals(D(written(h[t]), c[t], held=[o[t]]), by.definition(h[t]))
        .equals(Diag(o[t]) * Diag(TANH.prime(c[t])), by.differentiate)
        .equals(HALF * Diag(TANH.prime(entering * t * one)), mine)
        .equals(HALF * slope * unit, by.elementwise_constant),
        "the slope, by exponentials": derivation(HALF * slope, given=[t >= 0]).equals(
            small, by.hyperbolic
        ),
        "how steep it is": derivation(small, given=[t >= 0]).at_most(
            2 * left, by.nonnegative_difference
        ),
        "one step of it": derivation(exp(-2 * entering)).at_most(
            Rational(5, 8), by.uses_bound("forget_bias", (x, 2 * entering))
        ),
        "a power": derivation(x**t, given=[t >= 0, x <= Rational(5, 8)]).at_most(
            Rational(5, 8) ** t, by.assumed_bound
        ),
        "it vanishes": derivation(norm(shown), given=[t >= 1, *given], cell=CELL)
        .equals(norm(HALF * slope * unit), mine)
        .equals(norm(small * unit), mine)
        .equals(small * norm(unit), by.homogeneous)
        .equals(small, by.norm_of_identity)
        .at_most(2 * left, mine_at_most)
        .at_most(2 * Rational(5, 8) ** t, bounds)
        .tends_to(0, by.geometric_decay, t),
    }


@carousel_dies_at_the_output.counterexample(
    "an open forget gate does not keep what the state shows"
)
def ten_steps():
    """∂h_10/∂c_0 = ½(1 - tanh²(3)) is below 1/100, while ∏ f = 1."""
    c = Symbol("c", real=True)
    shown = (tanh(c + 3) / 2).diff(c).subs(c, 0)
    return Witness(
        Rational(1, 100), shown, "≤", "after ten steps with f = 1, ∂h/∂c₀ is below 1/100"
    )
