"""When every step of a GRU makes differences smaller."""

from sympy import Rational, Symbol, exp, tanh

from symrnn import (
    About,
    D,
    Diag,
    Identity,
    Inequality,
    Ones,
    Witness,
    cell,
    derivation,
    for_all,
    induction,
    largest_entry,
    norm,
    statement,
)
from symrnn import rules as by

GRU = cell(
    "a_r = W_r h' + U_r x + b_r; a_z = W_z h' + U_z x + b_z; r = sigmoid(a_r); z = sigmoid(a_z);"
    "a_n = W_n (r * h') + U_n x + b_n; n = tanh(a_n); h = z * h' + (1 - z) * n",
    name="GRU",
)
QUARTER = Rational(1, 4)


def size(matrix):
    """‖·‖_∞, the largest row sum."""
    return norm(matrix, "inf")


@statement(
    about=About.NO_CELL,
    uses=["gates_are_bounded"],
    headline=["one step", "many steps", "what lies far back"],
)
def gru_contracts(rnn):
    """With small weights and gates that close a little, every step of a GRU contracts

    One step keeps z of the old state and lets in 1 - z of the new. With z ≤ φ, 1 - z ≤ ω and a
    state that is at most 1 it is at most q = φ + ½‖W_z‖ + ω‖W_n‖(1 + ¼‖W_r‖), the reset standing
    before the product. If q < 1, then whatever the inputs are, what lies n steps back counts at
    most qⁿ. It is the gate that asks for more than ‖W_n‖ < 1: where z changes with the state, what
    it chooses between differs by up to 2.
    """
    t, j = Symbol("t", integer=True), GRU.index
    phi, omega, q = (Symbol(name, nonnegative=True) for name in ("phi", "omega", "q"))
    h, z, r, n = (GRU[name] for name in "hzrn")
    written, mine = GRU.recurrence.definition, by.uses_bound("gru_contracts")
    slope = {
        gate: written(GRU[gate][t]).activation.prime(written(GRU[gate][t]).argument)
        for gate in "zrn"
    }
    W_z, W_r, W_n = (GRU[f"W_{gate}"] for gate in "zrn")
    old, rest = h[t - 1], Ones(h.rows) - z[t]
    step, total = D(h[t], old), D(h[t], h[0])
    through_n = Diag(slope["n"]) * W_n * Diag(r[t])
    through_r = Diag(slope["n"]) * W_n * Diag(old) * Diag(slope["r"]) * W_r
    through_z = (Diag(old) - Diag(n[t])) * Diag(slope["z"]) * W_z
    bounds = [
        for_all(j, Inequality(largest_entry(z[j]), phi), since=1),
        for_all(j, Inequality(largest_entry(Ones(h.rows) - z[j]), omega), since=1),
        for_all(j, Inequality(largest_entry(h[j]), 1), since=0),
    ]
    let_in = size(W_n) + size(W_n) * size(W_r) / 4
    budget = phi + size(W_z) / 2 + omega * let_in
    contracting = [*bounds, Inequality(budget, q)]
    given = [t >= 1, *bounds]

    def of_entries(matrix, value):
        read = (Symbol("x", real=True), matrix.argument)
        return derivation(largest_entry(matrix), given=[t >= 1], cell=GRU).at_most(
            value, by.entry_by_entry("gates_are_bounded", read)
        )

    def of_vector(vector):
        return (
            derivation(largest_entry(vector), given=[t >= 1], cell=GRU)
            .equals(largest_entry(written(vector)), by.definition(vector))
            .at_most(1, mine)
        )

    return {
        "what a gate is": of_entries(written(r[t]), 1),
        "what is new": of_entries(written(n[t]), 1),
        **{
            f"the slope of {gate}": of_entries(slope[gate], 1 if gate == "n" else QUARTER)
            for gate in "zrn"
        },
        **{f"{vector.label} is at most 1": of_vector(vector) for vector in (r[t], n[t])},
        "by way of n": derivation(size(through_n), given=given, cell=GRU)
        .at_most(size(Diag(slope["n"])) * size(W_n) * size(Diag(r[t])), by.submultiplicative)
        .equals(largest_entry(slope["n"]) * size(W_n) * largest_entry(r[t]), by.norm_of_diagonal)
        .at_most(size(W_n) * largest_entry(r[t]), mine)
        .at_most(size(W_n), mine),
        "by way of r": derivation(size(through_r), given=given, cell=GRU)
        .at_most(
            size(Diag(slope["n"]))
            * size(W_n)
            * size(Diag(old))
            * size(Diag(slope["r"]))
            * size(W_r),
            by.submultiplicative,
        )
        .equals(
            largest_entry(slope["n"])
            * size(W_n)
            * largest_entry(old)
            * largest_entry(slope["r"])
            * size(W_r),
            by.norm_of_diagonal,
        )
        .at_most(
            largest_entry(slope["n"]) * size(W_n) * largest_entry(slope["r"]) * size(W_r),
            by.assumed_bound,
        )
        .at_most(size(W_n) * largest_entry(slope["r"]) * size(W_r), mine)
        .at_most(size(W_n) * size(W_r) / 4, mine),
        "what z chooses between": derivation(size(Diag(old) - Diag(n[t])), given=given, cell=GRU)
        .at_most(size(Diag(old)) + size(Diag(n[t])), by.triangle)
        .equals(largest_entry(old) + largest_entry(n[t]), by.norm_of_diagonal)
        .at_most(1 + largest_entry(n[t]), by.assumed_bound)
        .at_most(2, mine),
        "what is let in": derivation(size(through_n + through_r), given=given, cell=GRU)
        .at_most(size(through_n) + size(through_r), by.triangle)
        .at_most(let_in, mine),
        "by way of z": derivation(size(through_z), given=given, cell=GRU)
        .at_most(
            size(Diag(old) - Diag(n[t])) * size(Diag(slope["z"])) * size(W_z), by.submultiplicative
        )
        .equals(
            size(Diag(old) - Diag(n[t])) * largest_entry(slope["z"]) * size(W_z),
            by.norm_of_diagonal,
        )
        .at_most(2 * largest_entry(slope["z"]) * size(W_z), mine)
        .at_most(size(W_z) / 2, mine),
        "the step": derivation(size(step), given=given, cell=GRU)
        .equals(size(GRU.recurrence.immediate(h[t], old)), by.one_step)
        .equals(size(Diag(z[t]) + Diag(rest) * (through_n + through_r) + through_z), by.algebra)
        .at_most(
            size(Diag(z[t])) + size(Diag(rest) * (through_n + through_r)) + size(through_z),
            by.triangle,
        )
        .at_most(
            size(Diag(z[t])) + size(Diag(rest)) * size(through_n + through_r) + size(through_z),
            by.submultiplicative,
        )
        .equals(
            largest_entry(z[t])
            + largest_entry(rest) * size(through_n + through_r)
            + size(through_z),
            by.norm_of_diagonal,
        )
        .at_most(phi + omega * size(through_n + through_r) + size(through_z), by.assumed_bound)
        .at_most(budget, mine),
        "one step": derivation(size(step), given=[t >= 1, *contracting], cell=GRU)
        .at_most(budget, mine)
        .at_most(q, by.nonnegative_difference),
        "many steps": induction(
            Inequality(size(total), q**t),
            over=t,
            base=0,
            base_case=derivation(size(D(h[0], h[0])), cell=GRU)
            .equals(size(Identity(h.rows)), by.derivative_of_itself)
            .equals(1, by.norm_of_identity),
            step=derivation(size(total), cell=GRU)
            .equals(size(step * D(old, h[0])), by.chain_rule(old))
            .at_most(size(step) * size(D(old, h[0])), by.submultiplicative)
            .at_most(q * size(D(old, h[0])), mine)
            .at_most(q * q ** (t - 1), by.induction_bound)
            .equals(q**t, by.scalar_algebra),
            given=[t >= 0, *contracting],
        ),
        "what lies far back": derivation(size(total), given=[t >= 0, q < 1, *contracting], cell=GRU)
        .at_most(q**t, mine)
        .tends_to(0, by.geometric_decay, t),
    }


@gru_contracts.counterexample("z below 1 alone does not do: weights must be small")
def through_the_candidate():
    """At rest with z = r = 1/2 and w_n = 6: 2 in each step."""
    h = Symbol("h", real=True)
    found = (h / 2 + tanh(3 * h) / 2).diff(h).subs(h, 0)
    return Witness(found, Rational(1), "≤", "with w_n = 6 at rest one step multiplies by 2")


@gru_contracts.counterexample("|h| ≤ 1 is needed: z chooses between the old state and the new")
def a_large_state():
    """W_n = 0 and w_z = 1 at h = 9, z = 1/2: 1/2 + 9/4, and not 1/2 + 1/2."""
    h = Symbol("h", real=True)
    found = (h / (1 + exp(9 - h))).diff(h).subs(h, 9)
    return Witness(
        found, Rational(1), "≤", "at h = 9 with w_z = 1 alone one step multiplies by 11/4"
    )
