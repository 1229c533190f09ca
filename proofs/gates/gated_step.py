"""One step of every gated cell: a sum of diagonal matrices times weights."""

from sympy import Rational, Symbol, exp, tanh

from symrnn import (
    About,
    D,
    Diag,
    Identity,
    Ones,
    Recurrence,
    Witness,
    activation,
    cell,
    derivation,
    named,
    statement,
)
from symrnn import rules as by

TANH = activation("tanh")


def spelled(name):
    """A cell with names for what its gates are functions of: a_f = W_f h + …, f = σ(a_f)."""
    cell = named(name)
    written = dict(cell.named.definitions)
    own = {of.label for of in cell.definitions} | {f"a_{of.label}" for of in cell.definitions}
    others = {of: value for of, value in written.items() if of.label not in own}
    definitions = {of: v.xreplace(others) for of, v in written.items() if of not in others}
    recurrence = Recurrence(cell.index, cell.states, cell.inputs, definitions)
    return type(cell)(name, recurrence, reference=cell.reference)


def block(cell, of, by_state, value):
    """∂of_j/∂by_{j-1}, the other parts of the state held."""
    j = cell.index
    variable = cell[by_state][j - 1]
    held = [state[j - 1] for state in cell.states if state[j - 1] != variable]
    worked_out = cell.recurrence.immediate(cell[of][j], variable)
    return (
        derivation(D(cell[of][j], variable, held=held), given=[j >= 1], cell=cell)
        .equals(worked_out, by.one_step)
        .equals(value, by.algebra)
    )


def weighted(cell, gates):
    """Σ diag(factor) diag(q′) W_q over gates."""
    j = cell.index
    terms = [
        Diag(factor) * Diag(cell.slope(cell[gate][j])) * cell[f"W_{gate}"]
        for gate, factor in gates.items()
    ]
    total, *rest = terms
    for term in rest:
        total = total + term
    return total


@statement(about=About.NO_CELL, headline=["the cell by the state", "the state by the state"])
def gated_step(rnn):
    """One step of a gated cell is a sum of diagonal matrices times weights

    Whatever a gate multiplies passes straight through it, and what a gate reads comes in by the
    gate's slope: the step's Jacobian is read off term by term. For two parts, (h, c), it has four
    blocks, each with the other part one step back held. Nothing but the diagonal diag(f) carries
    the cell on; everything else goes through a weight matrix.
    """
    lstm = spelled("lstm")
    j, c, f, g, i, o = lstm.index, *(lstm[name] for name in "cfgio")
    inner = weighted(lstm, {"f": c[j - 1], "i": g[j], "g": i[j]})
    outer = Diag(o[j]) * Diag(TANH.prime(c[j]))
    return {
        "the cell by the state": block(lstm, "c", "h", inner),
        "the cell by the cell": block(lstm, "c", "c", Diag(f[j])),
        "the state by the cell": block(lstm, "h", "c", outer * Diag(f[j])),
        "the state by the state": block(
            lstm, "h", "h", weighted(lstm, {"o": TANH(c[j])}) + outer * inner
        ),
        **of_1997(),
        **with_coupled_gates(),
        **with_peepholes(),
        **gated_recurrent_units(),
        **without_gates(),
    }


def of_1997():
    """No forget gate: the identity where f stood."""
    cell = named("lstm_1997")
    j, g, i = cell.index, cell["g"], cell["i"]
    logistic = activation("logistic")
    slope = logistic.prime(cell.definitions[g[j]].args[0].args[1].argument)
    inner = Diag(g[j]) * Diag(cell.slope(i[j])) * cell["W_i"]
    return {
        "1997: the cell by the cell": block(cell, "c", "c", Identity(cell["c"].rows)),
        "1997: the cell by the state": block(
            cell, "c", "h", inner + 4 * Diag(i[j]) * Diag(slope) * cell["W_g"]
        ),
    }


def with_coupled_gates():
    """i = 1 - f: what enters replaces what goes."""
    cell = spelled("coupled_gates")
    j, c, f, g = cell.index, *(cell[name] for name in "cfg")
    kept = Ones(c.rows) - f[j]
    return {
        "coupled gates: the cell by the cell": block(cell, "c", "c", Diag(f[j])),
        "coupled gates: the cell by the state": block(
            cell, "c", "h", weighted(cell, {"f": c[j - 1] - g[j], "g": kept})
        ),
    }


def with_peepholes():
    """Gates that read the cell: its own block is more than diag(f)."""
    cell = spelled("peephole")
    j, c, f, g = cell.index, *(cell[name] for name in "cfg")
    direct = Diag(f[j]) + sum_of_peepholes(cell, {"f": c[j - 1], "i": g[j]})
    return {"peephole: the cell by the cell": block(cell, "c", "c", direct)}


def sum_of_peepholes(cell, gates):
    """Σ diag(factor) diag(q′) diag(p_q) over gates."""
    j = cell.index
    one, other = (
        Diag(factor) * Diag(cell.slope(cell[gate][j])) * Diag(cell[f"p_{gate}"])
        for gate, factor in gates.items()
    )
    return one + other


def gated_recurrent_units():
    """The reset after the product as torch has it, before it, and the minimal unit."""
    after, before, minimal = map(spelled, ("gru", "gru_reset_before", "mgu"))
    j, d = after.index, after["h"].rows
    ones = Ones(d)
    h, r, z, n = (after[name] for name in "hrzn")
    read = after["W_n"] * h[j - 1] + after["c_n"]
    candidate = Diag(r[j]) * after["W_n"] + weighted(after, {"r": read})
    carried = Diag(z[j]) + weighted(after, {"z": h[j - 1] - n[j]})
    found = {
        "GRU, the reset after the product": block(
            after, "h", "h", carried + Diag(ones - z[j]) * Diag(after.slope(n[j])) * candidate
        )
    }
    h, r, z, n = (before[name] for name in "hrzn")
    candidate = before["W_n"] * (Diag(r[j]) + weighted(before, {"r": h[j - 1]}))
    carried = Diag(z[j]) + weighted(before, {"z": h[j - 1] - n[j]})
    found["GRU, the reset before the product"] = block(
        before, "h", "h", carried + Diag(ones - z[j]) * Diag(before.slope(n[j])) * candidate
    )
    h, f, n = (minimal[name] for name in "hfn")
    candidate = minimal["W_n"] * (Diag(f[j]) + weighted(minimal, {"f": h[j - 1]}))
    carried = Diag(ones - f[j]) + weighted(minimal, {"f": n[j] - h[j - 1]})
    found["minimal gated unit"] = block(
        minimal, "h", "h", carried + Diag(f[j]) * Diag(minimal.slope(n[j])) * candidate
    )
    return found


def without_gates():
    """A path past the activation, or a diagonal instead of a matrix."""
    leaky, residual, turned = map(named, ("leaky", "residual", "antisymmetric"))
    # For any σ with slopes: ReLU, which it was proposed with, has none at 0.
    single = cell("h = sigma(u * h' + U x + b)")
    return {
        label: block(each, "h", "h", value(each, applied(each)))
        for label, each, value in (
            ("leaky", leaky, _leaky),
            ("residual", residual, lambda cell, slope: identity(cell) + slope * cell["W"]),
            ("IndRNN", single, lambda cell, slope: slope * Diag(cell["u"])),
            ("antisymmetric", turned, _antisymmetric),
        )
    }


def identity(cell):
    """I, as large as the state."""
    return Identity(cell["h"].rows)


def applied(cell):
    """diag(σ′) of the one function in the step."""
    (node,) = (
        each
        for each in cell.definitions[cell["h"][cell.index]].find(lambda e: hasattr(e, "activation"))
    )
    return Diag(node.activation.prime(node.argument))


def _leaky(cell, slope):
    alpha = cell["alpha"]
    return (1 - alpha) * identity(cell) + alpha * slope * cell["W"]


def _antisymmetric(cell, slope):
    W, (epsilon, gamma) = cell["W"], (cell[name] for name in ("epsilon", "gamma"))
    return identity(cell) + epsilon * slope * (W - W.T - gamma * identity(cell))


@gated_step.counterexample("the gates read h: holding them constant is another derivative")
def gates_that_move():
    """One unit, c = f c', f = σ(w h'): by h' the cell moves although f is called a factor."""
    h, c = Symbol("h", real=True), Symbol("c", real=True)
    moved = (c / (1 + exp(-4 * h))).diff(h).subs({h: 0, c: 1})
    return Witness(moved, Rational(0), "=", "∂c₊/∂h = c f′ w = 1 at h = 0, w = 4, c = 1; not 0")


@gated_step.counterexample("the parts of the state are two variables, not one after the other")
def other_part_held():
    """∂h₊/∂c of one unit with h held, and with h = tanh(c)/2 moving along: 1/2 and 3/4."""
    h, c = Symbol("h", real=True), Symbol("c", real=True)
    after = (c / 2 + tanh(h) / 2).diff(c)
    along = (c / 2 + tanh(tanh(c) / 2) / 2).diff(c)
    return Witness(
        along.subs(c, 0), after.subs(c, 0), "=", "∂c₊/∂c is 1/2 with h held, and 3/4 along h"
    )
