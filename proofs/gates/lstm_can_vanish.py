"""An LSTM's gradient can vanish."""

from sympy import Rational, Symbol, exp, log

from symrnn import (
    About,
    D,
    Equation,
    Identity,
    Ones,
    Witness,
    Zeros,
    derivation,
    named,
    norm,
    statement,
)
from symrnn import rules as by

LSTM = named("lstm").without_inputs()


@statement(about=About.NO_CELL, uses=["carousel_is_not_total"], headline=["it vanishes"])
def lstm_can_vanish(rnn):
    """The gradient of an LSTM can vanish

    A forget gate is a number below 1, and nothing keeps it near 1. With W_g = 0 and the forget bias
    -ln 9 it is 1/10, and what the cell remembers after t steps is 10⁻ᵗ of what it was: that a cell
    state is there does not make gradients flow.
    """
    h, c = LSTM["h"], LSTM["c"]
    t, unit, zero = Symbol("t", integer=True), Identity(h.rows), Zeros(h.rows, 1)
    ratio = Rational(1, 10)
    given = [
        Equation(LSTM["W_g"], 0 * unit),
        Equation(LSTM["b_f"], -log(9) * Ones(h.rows)),
        *(Equation(LSTM[f"b_{gate}"], zero) for gate in "igo"),
        Equation(h[0], zero),
        Equation(c[0], zero),
    ]
    values = ((Symbol("w", real=True), 0), (Symbol("beta", real=True), -log(9)))
    return {
        "it vanishes": derivation(norm(D(c[t], c[0])), given=[t >= 1, *given], cell=LSTM)
        .equals(norm(ratio * ratio ** (t - 1) * unit), by.uses("carousel_is_not_total", *values))
        .equals(ratio * ratio ** (t - 1) * norm(unit), by.homogeneous)
        .equals(ratio * ratio ** (t - 1), by.norm_of_identity)
        .tends_to(0, by.geometric_decay, t),
    }


@lstm_can_vanish.counterexample("a gate is not 1: the cell's derivative is not kept")
def two_steps():
    """∂c_2/∂c_0 of one unit with W = 0 and forget bias -ln 9: 1/100."""
    cell = first = Symbol("c_0", real=True)
    for _ in range(2):
        cell = cell / (1 + exp(log(9)))
    return Witness(cell.diff(first), Rational(1), "=", "with f = 1/10 two steps leave 1/100")
