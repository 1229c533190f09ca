"""Back-propagation through an LSTM: what comes back to gates, state and cell."""

from sympy import Rational, Symbol, tanh

from symrnn import About, D, Diag, Witness, activation, cell, derivation, statement
from symrnn import rules as by

GATES = "ifgo"
FUNCTIONS = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}
LSTM = cell(
    "; ".join(
        [
            *(f"a_{q} = W_{q} h' + U_{q} x + b_{q}" for q in GATES),
            *(f"{q} = {FUNCTIONS[q]}(a_{q})" for q in GATES),
            "c = f * c' + i * g",
            "h = o * tanh(c)",
        ]
    ),
    name="LSTM",
    loss="unknown",
)
TANH = activation("tanh")


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=["to the cell", "to the forget gate", "to the output gate"],
)
def gated_bptt(rnn):
    """Going back through an LSTM, each gate gets its share

    Two rows travel back in time, ∂L/∂h and ∂L/∂c. In each step the cell takes over what the
    state's row brings, by o and the slope of tanh; from the cell the gates f, i and g get their
    shares, from the state the gate o, and the cell before gets its row times diag(f). These are
    the lines of every implementation, written for a loss at a later time, as rows: a column is the
    transpose.
    """
    t, T = (Symbol(name, integer=True) for name in "tT")
    c, h, loss = LSTM["c"], LSTM["h"], LSTM["L"][T]
    read, gate = ({q: LSTM[f"{before}{q}"] for q in GATES} for before in ("a_", ""))
    given = [t >= 1, t < T]
    row = {q: D(loss, read[q][t]) for q in GATES}
    by_cell, by_state = D(loss, c[t], held=[h[t]]), D(loss, h[t])
    written = LSTM.recurrence.definition

    def slope(q):
        return Diag(written(gate[q][t]).activation.prime(read[q][t]))

    def reached(vector):
        """∂L/∂x by way of the two parts of the state at t."""
        return derivation(D(loss, vector), given=given, cell=LSTM).equals(
            by_cell * D(c[t], vector) + D(loss, h[t], held=[c[t]]) * D(h[t], vector),
            by.chain_rule(c[t], h[t]),
        ).equals(by_cell * D(c[t], vector) + by_state * D(h[t], vector), by.not_held)

    def opened(what, q, through):
        """What multiplies a gate, differentiated by its pre-activation."""
        return what * D(written(through).xreplace({gate[q][t]: written(gate[q][t])}), read[q][t])

    def from_cell(q, factor):
        """The share of a gate that the cell reads."""
        a = read[q][t]
        return (
            reached(a)
            .equals(by_cell * D(c[t], a) + by_state * D(h[t], c[t]) * D(c[t], a), by.chain_rule(c[t]))
            .equals((by_cell + by_state * D(h[t], c[t])) * D(c[t], a), by.algebra)
            .equals(D(loss, c[t]) * D(c[t], a), by.directly_and_through(h[t]).backwards)
            .equals(D(loss, c[t]) * D(written(c[t]), a), by.definition(c[t]))
            .equals(opened(D(loss, c[t]), q, c[t]), by.definition(gate[q][t]))
            .equals(D(loss, c[t]) * Diag(factor) * slope(q), by.differentiate)
        )

    output = read["o"][t]
    return {
        "to the cell": derivation(D(loss, c[t]), given=given, cell=LSTM)
        .equals(by_cell + by_state * D(h[t], c[t]), by.directly_and_through(h[t]))
        .equals(by_cell + by_state * D(written(h[t]), c[t]), by.definition(h[t]))
        .equals(
            by_cell + by_state * Diag(gate["o"][t]) * Diag(TANH.prime(c[t])), by.differentiate
        ),
        "to the forget gate": from_cell("f", c[t - 1]),
        "to the input gate": from_cell("i", gate["g"][t]),
        "to what enters": from_cell("g", gate["i"][t]),
        "to the output gate": reached(output)
        .equals(by_state * D(h[t], output), by.no_dependence)
        .equals(by_state * D(written(h[t]), output), by.definition(h[t]))
        .equals(opened(by_state, "o", h[t]), by.definition(gate["o"][t]))
        .equals(by_state * Diag(TANH(c[t])) * slope("o"), by.differentiate),
        **to_the_step_before(t, given, reached, row, read),
    }


def to_the_step_before(t, given, reached, row, read):
    """Through the weights to the state, past them to the cell."""
    c, h, f = (LSTM[name] for name in "chf")
    before, loss = h[t - 1], LSTM["L"][Symbol("T", integer=True)]
    by_cell, by_state = D(loss, c[t], held=[h[t]]), D(loss, h[t])
    own, last = c[t - 1], [h[t - 1]]
    return {
        "to the cell before": derivation(D(loss, own, held=last), given=given, cell=LSTM)
        .equals(
            by_cell * D(c[t], own, held=last)
            + D(loss, h[t], held=[c[t]]) * D(h[t], own, held=last),
            by.chain_rule(c[t], h[t]),
        )
        .equals(by_cell * D(c[t], own, held=last) + by_state * D(h[t], own, held=last), by.not_held)
        .equals(
            by_cell * D(c[t], own, held=last)
            + by_state * D(h[t], c[t]) * D(c[t], own, held=last),
            by.chain_rule(c[t]),
        )
        .equals((by_cell + by_state * D(h[t], c[t])) * D(c[t], own, held=last), by.algebra)
        .equals(D(loss, c[t]) * D(c[t], own, held=last), by.directly_and_through(h[t]).backwards)
        .equals(D(loss, c[t]) * Diag(f[t]), by.one_step),
    }


def sum_of(terms):
    """One term after the other."""
    first, *rest = terms
    for term in rest:
        first = first + term
    return first


@gated_bptt.counterexample("the cell's row has two parts: what goes on, and what comes by h")
def without_the_output():
    """One unit with L = h_1 + c_1 at c = 0, o = 1/2: ∂L/∂c is 3/2, what goes on alone 1."""
    c = Symbol("c", real=True)
    both = (c + tanh(c) / 2).diff(c).subs(c, 0)
    return Witness(both, Rational(1), "=", "with L = h + c at c = 0 the row is 3/2, not 1")
