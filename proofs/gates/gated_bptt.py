"""Back-propagation through an LSTM: what comes back to gates, state, cell and weights."""

from sympy import Rational, Symbol, exp, tanh

from symrnn import (
    About,
    D,
    Diag,
    Identity,
    Kronecker,
    Recurrence,
    Sequence,
    Unvec,
    Vec,
    VectorFunction,
    Witness,
    activation,
    cell,
    derivation,
    statement,
)
from symrnn import rules as by

GATES = "ifgo"
FUNCTIONS = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid"}
TANH = activation("tanh")


def followed_by_anything():
    """An LSTM with its pre-activations by name, and L_t, any function of h_t and c_t."""
    lines = [f"a_{q} = W_{q} h' + U_{q} x + b_{q}; {q} = {FUNCTIONS[q]}(a_{q})" for q in GATES]
    lstm = cell("; ".join([*lines, "c = f * c' + i * g", "h = o * tanh(c)"]), name="LSTM")
    j, loss = lstm.index, Sequence("L", 1)
    follows = VectorFunction("L", 1, lstm["h"][j], lstm["c"][j])
    recurrence = Recurrence(
        j, lstm.states, lstm.inputs, {**lstm.definitions, loss[j]: follows}, (loss,)
    )
    return type(lstm)("LSTM", recurrence)


LSTM = followed_by_anything()


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=[
        "to the cell",
        "to the forget gate",
        "to the output gate",
        "to the cell before",
        "to the state before",
        "to W_f, in one step",
    ],
)
def gated_bptt(rnn):
    """Going back through an LSTM, each gate gets its share

    Two rows travel back in time, ∂L/∂h and ∂L/∂c. All that follows after time t is a function L of
    h_t and c_t: each row is what it loses or gains by one of them. In a step the cell takes over
    what the state's row brings, by o and the slope of tanh; from the cell the gates f, i and g get
    their shares, from the state the gate o. To the cell before goes the cell's row times diag(f),
    to the state before each gate's share times its weights, and each weight matrix gets an outer
    product: summed over the steps, these are the lines of every implementation.
    """
    t = Symbol("t", integer=True)
    c, h, loss = LSTM["c"], LSTM["h"], LSTM["L"][t]
    read, gate = ({q: LSTM[f"{before}{q}"][t] for q in GATES} for before in ("a_", ""))
    by_cell, by_state = D(loss, c[t], held=[h[t]]), D(loss, h[t])
    total, given = D(loss, c[t]), [t >= 1]
    written = LSTM.recurrence.definition

    def reached(vector, *held):
        """∂L/∂v: by way of the two parts of the state, and so by way of the cell."""
        own = D(c[t], vector, held=held)
        return (
            derivation(D(loss, vector, held=held), given=given, cell=LSTM)
            .equals(
                by_cell * own + D(loss, h[t], held=[c[t]]) * D(h[t], vector, held=held),
                by.chain_rule(c[t], h[t]),
            )
            .equals(by_cell * own + by_state * D(h[t], vector, held=held), by.not_held)
            .equals(by_cell * own + by_state * D(h[t], c[t]) * own, by.chain_rule(c[t]))
            .equals((by_cell + by_state * D(h[t], c[t])) * own, by.algebra)
            .equals(total * own, by.directly_and_through(h[t]).backwards)
        )

    def differentiated(row, of, q):
        """A row times a vector by what a gate reads, the gate being written out."""
        return row * D(written(of).xreplace({gate[q]: written(gate[q])}), read[q])

    def slope(q):
        return Diag(written(gate[q]).activation.prime(read[q]))

    def from_cell(q, factor):
        """The share of a gate that the cell reads."""
        return (
            reached(read[q])
            .equals(total * D(written(c[t]), read[q]), by.definition(c[t]))
            .equals(differentiated(total, c[t], q), by.definition(gate[q]))
            .equals(total * Diag(factor) * slope(q), by.differentiate)
        )

    shares = {q: D(loss, read[q]) for q in GATES}
    carried = {q: D(read[q], h[t - 1], held=[c[t - 1]]) for q in GATES}

    def alone(q):
        return D(loss, read[q], held=[read[other] for other in GATES if other != q])

    return {
        "to the cell": derivation(total, given=given, cell=LSTM)
        .equals(by_cell + by_state * D(h[t], c[t]), by.directly_and_through(h[t]))
        .equals(by_cell + by_state * D(written(h[t]), c[t]), by.definition(h[t]))
        .equals(by_cell + by_state * Diag(gate["o"]) * Diag(TANH.prime(c[t])), by.differentiate),
        "to the forget gate": from_cell("f", c[t - 1]),
        "to the input gate": from_cell("i", gate["g"]),
        "to what enters": from_cell("g", gate["i"]),
        "to the output gate": derivation(shares["o"], given=given, cell=LSTM)
        .equals(by_state * D(h[t], read["o"]), by.chain_rule(h[t]))
        .equals(by_state * D(written(h[t]), read["o"]), by.definition(h[t]))
        .equals(differentiated(by_state, h[t], "o"), by.definition(gate["o"]))
        .equals(by_state * Diag(TANH(c[t])) * slope("o"), by.differentiate),
        "to the cell before": reached(c[t - 1], h[t - 1]).equals(
            total * Diag(gate["f"]), by.one_step
        ),
        "to the state before": derivation(
            D(loss, h[t - 1], held=[c[t - 1]]), given=given, cell=LSTM
        )
        .equals(sum_of(alone(q) * carried[q] for q in GATES), by.chain_rule(*read.values()))
        .equals(sum_of(shares[q] * D(read[q], h[t - 1]) for q in GATES), by.not_held)
        .equals(
            sum_of(shares[q] * D(written(read[q]), h[t - 1]) for q in GATES),
            by.definition(*read.values()),
        )
        .equals(sum_of(shares[q] * LSTM[f"W_{q}"] for q in GATES), by.differentiate),
        **{f"to W_{q}, in one step": to_weights(q, t, given) for q in GATES},
    }


def to_weights(q, t, given):
    """The share of W_q in one step, all states before held: an outer product."""
    h, loss, W, share = LSTM["h"], LSTM["L"][t], LSTM[f"W_{q}"], D(LSTM["L"][t], LSTM[f"a_{q}"][t])
    before = [state[t - 1] for state in LSTM.states]
    used = D(LSTM[f"a_{q}"][t], Vec(W), held=before)

    def shaped(row):
        return Unvec(row.T, *W.shape)

    return (
        derivation(D(loss, W, held=before), given=given, cell=LSTM)
        .equals(shaped(D(loss, Vec(W), held=before)), by.gradient_as_matrix)
        .equals(shaped(share * used), by.chain_rule(LSTM[f"a_{q}"][t]))
        .equals(shaped(share * LSTM.recurrence.immediate(LSTM[f"a_{q}"][t], Vec(W))), by.one_step)
        .equals(Unvec(Kronecker(h[t - 1], Identity(h.rows)) * share.T, *W.shape), by.algebra)
        .equals(share.T * h[t - 1].T, by.vec_of_product)
    )


def sum_of(terms):
    """Their sum."""
    total, *rest = terms
    for term in rest:
        total = total + term
    return total


@gated_bptt.counterexample("the cell's row has two parts: what goes on, and what comes by h")
def without_the_output():
    """One unit with L = h_1 + c_1 at c = 0, o = 1/2: ∂L/∂c is 3/2, what goes on alone 1."""
    c = Symbol("c", real=True)
    both = (c + tanh(c) / 2).diff(c).subs(c, 0)
    return Witness(both, Rational(1), "=", "with L = h + c at c = 0 the row is 3/2, not 1")


@gated_bptt.counterexample("with peepholes more than diag(f) leads back to the cell before")
def through_a_peephole():
    """f = σ(8c - 8) at c = 1: the row is multiplied by 5/2, not by f = 1/2."""
    c = Symbol("c", real=True)
    factor = (c / (1 + exp(8 - 8 * c))).diff(c).subs(c, 1)
    return Witness(factor, Rational(1, 2), "=", "f reads the cell: ∂c₊/∂c is 5/2 where f is 1/2")
