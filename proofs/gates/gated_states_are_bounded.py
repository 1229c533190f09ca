"""States of gated cells stay bounded, which does not bound their gradients."""

from sympy import Rational, Symbol, tanh

from symrnn import (
    About,
    Diag,
    Hadamard,
    Inequality,
    Ones,
    Witness,
    derivation,
    for_all,
    induction,
    largest_entry,
    named,
    statement,
)
from symrnn import rules as by

GRU, COUPLED = named("gru"), named("coupled_gates")
LSTM = named("lstm").with_preactivations()


@statement(
    about=About.NO_CELL, uses=["gates_are_bounded"], headline=["GRU", "coupled gates", "LSTM"]
)
def gated_states_are_bounded(rnn):
    """The states of gated cells are bounded

    A GRU mixes its state with something squashed, so no entry ever exceeds the larger of 1 and
    what it began with; a cell with i = 1 - f likewise. An LSTM adds instead of mixing: with gates
    f ≤ φ < 1 no entry exceeds 1/(1 - φ), or what it began with; where φ is near 1 that is far
    above 1. That states are bounded says nothing of gradients.
    """
    M, phi = (Symbol(name, nonnegative=True) for name in ("M", "phi"))
    return {
        **mixing(GRU, "h", "z", "n", M, "GRU"),
        **mixing(COUPLED, "c", "f", "g", M, "coupled gates"),
        **adding(M, phi),
    }


def entries(*names):
    """What entries are called in `gates_are_bounded`."""
    return [(Symbol(name, real=True), matrix) for name, matrix in names]


def mixing(cell, state, gate, candidate, M, label):
    """‖z ⊙ h + (1 - z) ⊙ n‖ ≤ M where ‖h‖ ≤ M and 1 ≤ M, and so on for all times."""
    t = Symbol("t", integer=True)
    h, z, n = cell[state], cell[gate], cell[candidate]
    inside = {v: cell.recurrence.definition(v[t]).argument for v in (z, n)}
    given = [Inequality(largest_entry(h[0]), M), M >= 1]
    mixed = Hadamard(z[t], h[t - 1]) + Hadamard(Ones(h.rows) - z[t], n[t])
    opened = mixed.xreplace({z[t]: cell.recurrence.definition(z[t])})
    called = entries(("x", inside[z]), ("y", h[t - 1]), ("u", n[t]))
    squashed = largest_entry(n[t])
    return {
        f"{label}: what enters": derivation(squashed, given=[t >= 1, M >= 1], cell=cell)
        .equals(largest_entry(cell.recurrence.definition(n[t])), by.definition(n[t]))
        .at_most(1, by.entry_by_entry("gates_are_bounded", *entries(("x", inside[n]))))
        .at_most(M, by.nonnegative_difference),
        f"{label}": induction(
            Inequality(largest_entry(h[t]), M),
            over=t,
            base=0,
            base_case=derivation(largest_entry(h[0]), cell=cell).at_most(M, by.assumed_bound),
            step=derivation(largest_entry(h[t]), cell=cell)
            .equals(largest_entry(mixed), by.definition(h[t]))
            .equals(largest_entry(opened), by.definition(z[t]))
            .at_most(M, by.entry_by_entry("gates_are_bounded", *called)),
            given=[t >= 0, *given],
        ),
    }


def adding(M, phi):
    """‖f ⊙ c + i ⊙ g‖ ≤ φ M + 1 ≤ M."""
    t, j = Symbol("t", integer=True), LSTM.index
    c, f, i, g = (LSTM[name] for name in "cfig")
    definition = LSTM.recurrence.definition
    given = [
        for_all(j, Inequality(largest_entry(f[j]), phi)),
        Inequality(largest_entry(c[0]), M),
        Inequality(1 + phi * M, M),
    ]
    entering = Hadamard(definition(i[t]), definition(g[t]))
    kept = Hadamard(f[t], c[t - 1])
    called = entries(("x", definition(i[t]).argument), ("u", definition(g[t]).argument))
    return {
        "LSTM": induction(
            Inequality(largest_entry(c[t]), M),
            over=t,
            base=0,
            base_case=derivation(largest_entry(c[0]), cell=LSTM).at_most(M, by.assumed_bound),
            step=derivation(largest_entry(c[t]), cell=LSTM)
            .equals(largest_entry(definition(c[t])), by.definition(c[t]))
            .at_most(largest_entry(kept) + largest_entry(Hadamard(i[t], g[t])), by.triangle)
            .equals(largest_entry(kept) + largest_entry(entering), by.definition(i[t], g[t]))
            .at_most(largest_entry(kept) + 1, by.entry_by_entry("gates_are_bounded", *called))
            .equals(largest_entry(Diag(c[t - 1]) * f[t]) + 1, by.algebra)
            .at_most(largest_entry(Diag(c[t - 1])) * largest_entry(f[t]) + 1, by.submultiplicative)
            .equals(largest_entry(c[t - 1]) * largest_entry(f[t]) + 1, by.norm_of_diagonal)
            .at_most(M * largest_entry(f[t]) + 1, by.induction_bound)
            .at_most(M * phi + 1, by.assumed_bound)
            .at_most(M, by.assumed_bound),
            given=[t >= 0, *given],
        ),
    }


@gated_states_are_bounded.counterexample("an LSTM's cell is not bounded by 1")
def above_one():
    """f = 9/10 and i g = 9/20 from c = 0: it goes to 9/2, and passes 1 soon."""
    cell = Rational(0)
    for _ in range(6):
        cell = Rational(9, 10) * cell + Rational(9, 20)
    return Witness(cell, Rational(1), "≤", "with f = 9/10 and i g = 9/20 the cell passes 2")


@gated_states_are_bounded.counterexample("bounded states do not bound gradients")
def bounded_and_exploding():
    """A GRU at rest at 0, z = r = 1/2, w = 6: ∂h_3/∂h_0 = 8."""
    state = first = Symbol("h_0", real=True)
    for _ in range(3):
        state = state / 2 + tanh(3 * state) / 2
    found = state.diff(first).subs(first, 0)
    return Witness(found, Rational(1), "≤", "a GRU whose state is 0 for ever has ∂h₃/∂h₀ = 8")
