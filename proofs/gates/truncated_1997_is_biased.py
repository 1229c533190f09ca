"""The truncation of 1997 leaves out what comes back through h."""

from sympy import Rational, Symbol, exp

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
    derivation,
    induction,
    named,
    statement,
)
from symrnn import rules as by

HALF = Rational(1, 2)
CELL = named("lstm_1997").without_inputs()
LOGISTIC = activation("logistic")


@statement(
    about=About.NO_CELL,
    uses=["carousel"],
    headline=["the total derivative", "what the truncation keeps"],
)
def truncated_1997_is_biased(rnn):
    """The truncated gradient of 1997 is not the gradient

    The first LSTM has no forget gate, and its gradient was cut at everything that reads h: what is
    kept is 1 for every number of steps. The full derivative of the same cell at rest, with
    W_g = wI, is (1 + w/8)^{t-1}: for w = 8 it grows as 1, 2, 4, for w = -8 it is 0 from the second
    step on, for w = -16 it changes its sign in each step. Truncation bought stability, not
    exactness.
    """
    h, c, i, g, o = (CELL[name] for name in "hcigo")
    t, d = Symbol("t", integer=True), h.rows
    w = Symbol("w", real=True)
    zero, one, unit = Zeros(d, 1), Ones(d), Identity(d)
    given = [
        Equation(CELL["W_g"], w * unit),
        *(Equation(CELL[f"b_{gate}"], zero) for gate in "igo"),
        Equation(h[0], zero),
        Equation(c[0], zero),
    ]
    mine = by.uses("truncated_1997_is_biased")
    written = CELL.recurrence.definition
    total = D(c[t], c[0])
    direct, across = D(c[t], c[t - 1], held=[h[t - 1]]), D(c[t], h[t - 1], held=[c[t - 1]])
    ratio = 1 + w / 8
    squashed = 2 * LOGISTIC(c[t]) - one

    def resting_gate(gate):
        return (
            derivation(gate[t], given=[t >= 1, *given], cell=CELL)
            .equals(written(gate[t]), by.definition(gate[t]))
            .equals(LOGISTIC(CELL[f"b_{gate.label}"]), mine)
            .equals(LOGISTIC(zero), by.hypothesis)
            .equals(HALF * one, by.elementwise_constant)
        )

    def always(part):
        return induction(
            Equation(part[t], zero),
            over=t,
            base=0,
            base_case=derivation(part[0], cell=CELL).equals(zero, by.hypothesis),
            step=derivation(part[t], cell=CELL).equals(zero, mine),
            given=[t >= 0, *given],
        )

    first = (
        derivation(c[1], cell=CELL)
        .equals(written(c[1]), by.definition(c[1]))
        .equals(c[0] + Hadamard(i[1], written(g[1])), by.definition(g[1]))
        .equals(Hadamard(i[1], 4 * LOGISTIC(zero) - 2 * one), by.hypothesis)
        .equals(zero, by.elementwise_constant)
    )
    output = Hadamard(o[t - 1], 2 * LOGISTIC(c[t - 1]) - one)
    later = (
        derivation(c[t], cell=CELL)
        .equals(written(c[t]), by.definition(c[t]))
        .equals(c[t - 1] + Hadamard(i[t], written(g[t])), by.definition(g[t]))
        .equals(
            c[t - 1] + Hadamard(i[t], 4 * LOGISTIC(CELL["W_g"] * output + CELL["b_g"]) - 2 * one),
            by.definition(h[t - 1]),
        )
        .equals(
            Hadamard(
                i[t],
                4
                * LOGISTIC(CELL["W_g"] * Hadamard(o[t - 1], 2 * LOGISTIC(zero) - one) + CELL["b_g"])
                - 2 * one,
            ),
            by.induction_hypothesis,
        )
        .equals(Hadamard(i[t], 4 * LOGISTIC(CELL["b_g"]) - 2 * one), by.elementwise_constant)
        .equals(Hadamard(i[t], 4 * LOGISTIC(zero) - 2 * one), by.hypothesis)
        .equals(zero, by.elementwise_constant)
    )
    slope = LOGISTIC.prime
    return {
        "the cell rests": induction(
            Equation(c[t], zero),
            over=t,
            base=1,
            base_case=first,
            step=later,
            given=[t >= 1, *given],
        ),
        "the state rests": derivation(h[t], given=[t >= 1, *given], cell=CELL)
        .equals(Hadamard(o[t], squashed), by.definition(h[t]))
        .equals(Hadamard(o[t], 2 * LOGISTIC(zero) - one), mine)
        .equals(zero, by.elementwise_constant),
        **{f"{part.label} rests from time 0 on": always(part) for part in (h, c)},
        **{f"{gate.label} rests at 1/2": resting_gate(gate) for gate in (i, o)},
        "what enters rests": derivation(g[t], given=[t >= 1, *given], cell=CELL)
        .equals(written(g[t]), by.definition(g[t]))
        .equals(4 * LOGISTIC(CELL["b_g"]) - 2 * one, mine)
        .equals(4 * LOGISTIC(zero) - 2 * one, by.hypothesis)
        .equals(zero, by.elementwise_constant),
        "from state to cell": derivation(across, given=[t >= 1, *given], cell=CELL)
        .equals(CELL.recurrence.immediate(c[t], h[t - 1]), by.one_step)
        .equals(2 * Diag(slope(CELL["b_g"])) * CELL["W_g"], mine)
        .equals(2 * Diag(slope(zero)) * (w * unit), by.hypothesis)
        .equals(w / 2 * unit, by.elementwise_constant),
        "from cell to state": derivation(D(h[t], c[0]), given=[t >= 1, *given], cell=CELL)
        .equals(
            D(h[t], o[t], held=[c[t]]) * D(o[t], c[0]) + D(h[t], c[t], held=[o[t]]) * total,
            by.chain_rule(o[t], c[t]),
        )
        .equals(
            D(Hadamard(o[t], squashed), o[t], held=[c[t]]) * D(o[t], c[0])
            + D(Hadamard(o[t], squashed), c[t], held=[o[t]]) * total,
            by.definition(h[t]),
        )
        .equals(
            Diag(squashed) * D(o[t], c[0]) + 2 * Diag(o[t]) * Diag(slope(c[t])) * total,
            by.differentiate,
        )
        .equals(
            Diag(2 * LOGISTIC(zero) - one) * D(o[t], c[0]) + Diag(slope(zero)) * total,
            mine,
        )
        .equals(total / 4, by.elementwise_constant),
        "what the truncation keeps": derivation(
            D(c[t], c[t - 1], held=[i[t], g[t]]), given=[t >= 1, *given], cell=CELL
        )
        .equals(D(written(c[t]), c[t - 1], held=[i[t], g[t]]), by.definition(c[t]))
        .equals(unit, by.differentiate),
        "from cell to cell": derivation(direct, given=[t >= 1, *given], cell=CELL).equals(
            unit, by.one_step
        ),
        "the first step": derivation(D(c[1], c[0]), given=given, cell=CELL)
        .equals(D(written(c[1]), c[0]), by.definition(c[1]))
        .equals(unit, by.differentiate),
        "the total derivative": induction(
            Equation(total, ratio ** (t - 1) * unit),
            over=t,
            base=1,
            base_case=derivation(D(c[1], c[0]), cell=CELL).equals(unit, mine),
            step=derivation(total, cell=CELL)
            .equals(
                direct * D(c[t - 1], c[0]) + across * D(h[t - 1], c[0]),
                by.chain_rule(c[t - 1], h[t - 1]),
            )
            .equals(D(c[t - 1], c[0]) + w / 2 * (D(c[t - 1], c[0]) / 4), mine)
            .equals(ratio * D(c[t - 1], c[0]), by.algebra)
            .equals(ratio * (ratio ** (t - 2) * unit), by.induction_hypothesis)
            .equals(ratio ** (t - 1) * unit, by.algebra),
            given=[t >= 1, *given],
        ),
    }


def of_one_unit(w, steps):
    """∂c_t/∂c_0 at rest of one unit, h_0 held, unrolled and differentiated by SymPy."""
    cell = first = Symbol("c_0", real=True)
    state = 0
    for _ in range(steps):
        cell = cell + (4 / (1 + exp(-w * state)) - 2) / 2
        state = (2 / (1 + exp(-cell)) - 1) / 2
    return cell.diff(first).subs(first, 0)


@truncated_1997_is_biased.counterexample("what is kept, 1, is not the derivative: it may explode")
def exploding():
    """w = 8: 4 after three steps."""
    return Witness(of_one_unit(8, 3), Rational(1), "=", "with w = 8 ∂c₃/∂c₀ is 4, truncated 1")


@truncated_1997_is_biased.counterexample("it may be 0, and of the other sign")
def other_sign():
    """w = -16: -1 after two steps."""
    return Witness(of_one_unit(-16, 2), Rational(1), "=", "with w = -16 ∂c₂/∂c₀ is -1, truncated 1")
