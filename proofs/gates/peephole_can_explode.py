"""A gate that peeps at the cell multiplies by more than itself."""

from sympy import Rational, Symbol, atanh, exp, log, oo

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
    norm,
    statement,
)
from symrnn import rules as by

HALF = Rational(1, 2)
RATIO = Rational(5, 2)
CELL = named("peephole").without_inputs()


@statement(
    about=About.NO_CELL, uses=["gated_step"], headline=["the total derivative", "it explodes"]
)
def peephole_can_explode(rnn):
    """With peepholes the cell alone can explode, without any recurrent weight

    Let no gate read h, and the forget gate read the cell: f = σ(8c - 8). At c = 1 it is 1/2, and
    i g = 1/2 keeps the cell there; but a little more in the cell opens the gate as well, and the
    cell is multiplied by f + c f′ p = 1/2 + 8/4 = 5/2 in each step. Where the gates read the cell,
    the product of forget gates is not even the path along the cell.
    """
    h, c, f, i, g = (CELL[name] for name in "hcfig")
    t, d = Symbol("t", integer=True), h.rows
    zero, one, unit = Zeros(d, 1), Ones(d), Identity(d)
    logistic = activation("logistic")
    given = [
        *(Equation(CELL[f"W_{gate}"], Zeros(d, d)) for gate in "ifg"),
        Equation(CELL["p_i"], zero),
        Equation(CELL["p_f"], 8 * one),
        Equation(CELL["b_f"], -8 * one),
        Equation(CELL["b_i"], log(5) * one),
        Equation(CELL["b_g"], atanh(Rational(3, 5)) * one),
        Equation(c[0], one),
    ]
    mine = by.uses("peephole_can_explode")
    written = CELL.recurrence.definition
    total = D(c[t], c[0])
    direct, across = D(c[t], c[t - 1], held=[h[t - 1]]), D(c[t], h[t - 1], held=[c[t - 1]])
    entering = Hadamard(Rational(5, 6) * one, Rational(3, 5) * one)

    def constant(gate, value):
        return (
            derivation(gate[t], given=[t >= 1, *given], cell=CELL)
            .equals(written(gate[t]), by.definition(gate[t]))
            .equals(written(gate[t]).func(written(gate[t]).activation, value * one), by.hypothesis)
            .equals(written(gate[t]).activation.at(value) * one, by.elementwise_constant)
        )

    return {
        "what enters is let in by 5/6": constant(i, log(5)),
        "what enters is 3/5": constant(g, atanh(Rational(3, 5))),
        "the cell rests at 1": induction(
            Equation(c[t], one),
            over=t,
            base=0,
            base_case=derivation(c[0], cell=CELL).equals(one, by.hypothesis),
            step=derivation(c[t], cell=CELL)
            .equals(Hadamard(f[t], c[t - 1]) + Hadamard(i[t], g[t]), by.definition(c[t]))
            .equals(Hadamard(written(f[t]), c[t - 1]) + Hadamard(i[t], g[t]), by.definition(f[t]))
            .equals(
                logistic(CELL["W_f"] * h[t - 1] + CELL["p_f"] + CELL["b_f"]) + Hadamard(i[t], g[t]),
                by.induction_hypothesis,
            )
            .equals(logistic(CELL["W_f"] * h[t - 1] + CELL["p_f"] + CELL["b_f"]) + entering, mine)
            .equals(logistic(zero) + entering, by.hypothesis)
            .equals(HALF * one + entering, by.elementwise_constant)
            .equals(one, by.algebra),
            given=[t >= 0, *given],
        ),
        "the forget gate rests at 1/2": derivation(f[t], given=[t >= 1, *given], cell=CELL)
        .equals(written(f[t]), by.definition(f[t]))
        .equals(logistic(CELL["W_f"] * h[t - 1] + CELL["p_f"] + CELL["b_f"]), mine)
        .equals(logistic(zero), by.hypothesis)
        .equals(HALF * one, by.elementwise_constant),
        "nothing comes in through h": derivation(across, given=[t >= 1, *given], cell=CELL)
        .equals(CELL.recurrence.immediate(c[t], h[t - 1]), by.one_step)
        .equals(Zeros(d, d), by.hypothesis),
        "from cell to cell": derivation(direct, given=[t >= 1, *given], cell=CELL)
        .equals(CELL.recurrence.immediate(c[t], c[t - 1]), by.one_step)
        .equals(
            HALF * unit
            + Diag(logistic.prime(CELL["W_f"] * h[t - 1] + CELL["p_f"] + CELL["b_f"]))
            * Diag(CELL["p_f"])
            + Rational(3, 5)
            * Diag(logistic.prime(CELL["W_i"] * h[t - 1] + CELL["p_i"] + CELL["b_i"]))
            * Diag(CELL["p_i"]),
            mine,
        )
        .equals(HALF * unit + 8 * Diag(logistic.prime(zero)), by.hypothesis)
        .equals(RATIO * unit, by.elementwise_constant),
        "the total derivative": induction(
            Equation(total, RATIO**t * unit),
            over=t,
            base=0,
            base_case=derivation(D(c[0], c[0]), cell=CELL).equals(unit, by.derivative_of_itself),
            step=derivation(total, cell=CELL)
            .equals(
                direct * D(c[t - 1], c[0]) + across * D(h[t - 1], c[0]),
                by.chain_rule(c[t - 1], h[t - 1]),
            )
            .equals(RATIO * D(c[t - 1], c[0]), mine)
            .equals(RATIO * (RATIO ** (t - 1) * unit), by.induction_hypothesis)
            .equals(RATIO**t * unit, by.algebra),
            given=[t >= 0, *given],
        ),
        "it explodes": derivation(norm(total), given=[t >= 0, *given], cell=CELL)
        .equals(norm(RATIO**t * unit), mine)
        .equals(RATIO**t * norm(unit), by.homogeneous)
        .equals(RATIO**t, by.norm_of_identity)
        .tends_to(oo, by.geometric_growth, t),
    }


@peephole_can_explode.counterexample("f below 1 does not bound the derivative along the cell")
def one_unit():
    """c ↦ c σ(8c - 8) + 1/2 at its rest c = 1, differentiated by SymPy: 5/2."""
    c = Symbol("c", real=True)
    factor = (c / (1 + exp(8 - 8 * c)) + HALF).diff(c).subs(c, 1)
    return Witness(factor, Rational(1), "≤", "with p_f = 8 at c = 1 one step multiplies by 5/2")
