"""The path through a GRU, and what the whole derivative is."""

from sympy import Rational, Symbol, exp, log, oo, tanh

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
    ordered_product,
    statement,
)
from symrnn import rules as by

CELL = named("gru").without_inputs()
LOGISTIC, TANH = activation("logistic"), activation("tanh")


def at_rest(w, update, reset):
    """Hypotheses of a GRU that rests at 0 with these biases of z and r, and W_n = wI; W_z and W_r
    may be anything."""
    h = CELL["h"]
    one, zero = Ones(h.rows), Zeros(h.rows, 1)
    return [
        Equation(CELL["W_n"], w * Identity(h.rows)),
        Equation(CELL["b_z"], update * one),
        Equation(CELL["b_r"], reset * one),
        Equation(CELL["b_n"], zero),
        Equation(CELL["c_n"], zero),
        Equation(h[0], zero),
    ]


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=["the total derivative", "the path of these gates", "it explodes"],
)
def gru_path(rnn):
    """∏ diag(z) is one path through a GRU, not its derivative

    At rest at 0, where W_z and W_r do not matter, one step multiplies the state by
    z + (1 - z) r w. The path that books draw is ∏ z. With z = r = 1/2 and w = 6 the derivative is
    2ᵗ, and with w = -2 it is 0 from the first step on, while the path is 2⁻ᵗ both times. Nor is
    ‖W_n‖ < 2 a safe choice in general: it is what r = 1/2 asks for, and with r = 3/4 and w = 2 the
    derivative is (5/4)ᵗ.
    """
    h, z, r, n = (CELL[name] for name in "hzrn")
    t, k, d = Symbol("t", integer=True), Symbol("k", integer=True), CELL["h"].rows
    w, zeta, rho = (Symbol(name, real=True) for name in ("w", "zeta", "rho"))
    given = at_rest(w, zeta, rho)
    one, zero, unit = Ones(d), Zeros(d, 1), Identity(d)
    keep, reset = LOGISTIC.at(zeta), LOGISTIC.at(rho)
    ratio = keep + (1 - keep) * reset * w
    mine = by.uses("gru_path")
    written = CELL.recurrence.definition
    step, total = D(h[t], h[t - 1]), D(h[t], h[0])
    path = ordered_product(Diag(z[k]), (k, 1, t))

    def resting_gate(gate, value):
        return (
            derivation(gate[t], given=[t >= 1, *given], cell=CELL)
            .equals(written(gate[t]), by.definition(gate[t]))
            .equals(LOGISTIC(CELL[f"b_{gate.label}"]), mine)
            .equals(LOGISTIC(value * one), by.hypothesis)
            .equals(LOGISTIC.at(value) * one, by.elementwise_constant)
        )

    explosive = ((w, 6), (zeta, 0), (rho, 0))
    return {
        "the state rests": induction(
            Equation(h[t], zero),
            over=t,
            base=0,
            base_case=derivation(h[0], cell=CELL).equals(zero, by.hypothesis),
            step=derivation(h[t], cell=CELL)
            .equals(written(h[t]), by.definition(h[t]))
            .equals(
                Hadamard(z[t], h[t - 1]) + Hadamard(one - z[t], written(n[t])),
                by.definition(n[t]),
            )
            .equals(
                Hadamard(one - z[t], TANH(CELL["b_n"] + Hadamard(r[t], CELL["c_n"]))),
                by.induction_hypothesis,
            )
            .equals(Hadamard(one - z[t], TANH(zero)), by.hypothesis)
            .equals(zero, by.elementwise_constant),
            given=[t >= 0, *given],
        ),
        "the update gate rests": resting_gate(z, zeta),
        "the reset gate rests": resting_gate(r, rho),
        "the candidate rests": derivation(n[t], given=[t >= 1, *given], cell=CELL)
        .equals(written(n[t]), by.definition(n[t]))
        .equals(TANH(CELL["b_n"] + Hadamard(reset * one, CELL["c_n"])), mine)
        .equals(TANH(zero), by.hypothesis)
        .equals(zero, by.elementwise_constant),
        "one step": derivation(step, given=[t >= 1, *given], cell=CELL)
        .equals(CELL.recurrence.immediate(h[t], h[t - 1]), by.one_step)
        .equals(at_zero(keep, reset), mine)
        .equals(
            keep * unit + Diag(one - keep * one) * Diag(TANH.prime(zero)) * (reset * w * unit),
            by.hypothesis,
        )
        .equals(keep * unit + Diag(one - keep * one) * (reset * w * unit), by.elementwise_constant)
        .equals(ratio * unit, by.algebra),
        "the total derivative": induction(
            Equation(total, ratio**t * unit),
            over=t,
            base=0,
            base_case=derivation(D(h[0], h[0]), cell=CELL).equals(unit, by.derivative_of_itself),
            step=derivation(total, cell=CELL)
            .equals(step * D(h[t - 1], h[0]), by.chain_rule(h[t - 1]))
            .equals(ratio * D(h[t - 1], h[0]), mine)
            .equals(ratio * (ratio ** (t - 1) * unit), by.induction_hypothesis)
            .equals(ratio**t * unit, by.algebra),
            given=[t >= 0, *given],
        ),
        "the path of these gates": induction(
            Equation(path, keep**t * unit),
            over=t,
            base=0,
            base_case=derivation(path.subs(t, 0), cell=CELL).equals(unit, by.empty_range),
            step=derivation(path, cell=CELL)
            .equals(Diag(z[t]) * path.subs(t, t - 1), by.split_latest)
            .equals(keep * path.subs(t, t - 1), mine)
            .equals(keep * (keep ** (t - 1) * unit), by.induction_hypothesis)
            .equals(keep**t * unit, by.algebra),
            given=[t >= 0, *given],
        ),
        "it explodes": derivation(norm(total), given=[t >= 0, *at_rest(6, 0, 0)], cell=CELL)
        .equals(norm(2**t * unit), by.uses("gru_path", *explosive))
        .equals(2**t * norm(unit), by.homogeneous)
        .equals(2**t, by.norm_of_identity)
        .tends_to(oo, by.geometric_growth, t),
        "it is 0 at once": derivation(D(h[1], h[0]), given=at_rest(-2, 0, 0), cell=CELL).equals(
            Zeros(d, d), by.uses("gru_path", (w, -2), (zeta, 0), (rho, 0))
        ),
        "with r = 3/4, w = 2 explodes": derivation(
            norm(total), given=[t >= 0, *at_rest(2, 0, log(3))], cell=CELL
        )
        .equals(
            norm(Rational(5, 4) ** t * unit), by.uses("gru_path", (w, 2), (zeta, 0), (rho, log(3)))
        )
        .equals(Rational(5, 4) ** t * norm(unit), by.homogeneous)
        .equals(Rational(5, 4) ** t, by.norm_of_identity)
        .tends_to(oo, by.geometric_growth, t),
    }


def at_zero(keep, reset):
    """The step's Jacobian where h = n = 0, the weights still as they are."""
    one, h = Ones(CELL["h"].rows), CELL["h"]
    inside = CELL["b_n"] + Hadamard(reset * one, CELL["c_n"])
    read = Diag(CELL["c_n"]) * Diag(LOGISTIC.prime(CELL["b_r"])) * CELL["W_r"]
    slope = Diag(TANH.prime(inside))
    return keep * Identity(h.rows) + (1 - keep) * (reset * slope * CELL["W_n"] + slope * read)


def of_one_unit(w, reset, steps):
    """∂h_t/∂h_0 at rest of one unit with z = 1/2, unrolled and differentiated by SymPy."""
    state = first = Symbol("h_0", real=True)
    for _ in range(steps):
        state = state / 2 + tanh(reset * w * state) / 2
    return state.diff(first).subs(first, 0)


@gru_path.counterexample("z below 1 does not bound the derivative")
def exploding():
    """w = 6: 8 after three steps, while z³ = 1/8."""
    found = of_one_unit(6, 1 / (1 + exp(0)), 3)
    return Witness(found, Rational(1, 8), "≤", "with w = 6 at rest ∂h₃/∂h₀ is 8, and ∏ z is 1/8")


@gru_path.counterexample("the open path does not keep the derivative from being 0")
def vanishing():
    """w = -2: 0 after one step."""
    found = of_one_unit(-2, Rational(1, 2), 1)
    return Witness(found, Rational(1, 2), "=", "with w = -2 at rest ∂h₁/∂h₀ is 0, and z is 1/2")


@gru_path.counterexample("‖W_n‖ ≤ 2 is safe for r = 1/2 only")
def more_reset():
    """w = 2 and r = 3/4: 5/4 a step."""
    found = of_one_unit(2, Rational(3, 4), 2)
    return Witness(found, Rational(1), "≤", "with r = 3/4 and w = 2 ∂h₂/∂h₀ is (5/4)²")
