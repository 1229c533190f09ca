"""What passes from cell to cell with the gates held: the carousel."""

from sympy import Rational, Symbol, tanh

from symrnn import (
    About,
    D,
    Diag,
    Identity,
    Witness,
    derivation,
    named,
    statement,
)
from symrnn import rules as by


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=["one step with the gates held", "the truncation of 1997"],
)
def carousel(rnn):
    """With the gates held, one step multiplies the cell by diag(f)

    Call f, i and g constants, and c_t = f ⊙ c_{t-1} + i ⊙ g is linear in c_{t-1}: its derivative
    is diag(f_t), and over many steps the product of these. This is the path that books draw. It is
    a partial derivative: in the network f, i and g read h_{t-1}, which moves with c_{t-1}. The
    truncation of 1997 is the same thing said of code: no gradient through what the gates read.
    """
    lstm, first = named("lstm"), named("lstm_1997")
    return {
        "one step with the gates held": with_gates_held(lstm, Diag(lstm["f"][lstm.index])),
        "one step with h held": with_state_held(lstm, Diag(lstm["f"][lstm.index])),
        "the truncation of 1997": with_gates_held(first, Identity(first["c"].rows)),
    }


def with_gates_held(cell, value):
    """∂c_j/∂c_{j-1}, all that is multiplied and added held."""
    j, c = cell.index, cell["c"]
    gates = [cell[name][j] for name in "fig" if name in cell.shapes]
    written = cell.definitions[c[j]]
    return (
        derivation(D(c[j], c[j - 1], held=gates), given=[j >= 1], cell=cell)
        .equals(D(written, c[j - 1], held=gates), by.definition(c[j]))
        .equals(value, by.differentiate)
    )


def with_state_held(cell, value):
    """∂c_j/∂c_{j-1}, h_{j-1} held."""
    j, c, h = cell.index, cell["c"], cell["h"]
    return derivation(D(c[j], c[j - 1], held=[h[j - 1]]), given=[j >= 1], cell=cell).equals(
        value, by.one_step
    )


@carousel.counterexample("the gates must be held: f reads h, which moves with c")
def along_the_gates():
    """One unit at rest at 0, all gates 1/2, w = 6: 1/2 with the gates held, 2 in the network."""
    c = Symbol("c", real=True)
    moved = (c / 2 + tanh(6 * tanh(c) / 2) / 2).diff(c).subs(c, 0)
    return Witness(moved, Rational(1, 2), "=", "∂c_t/∂c_{t-1} is 2 in the network, while f = 1/2")
