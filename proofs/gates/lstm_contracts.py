"""When every step of an LSTM makes differences smaller."""

from sympy import Product, Rational, Symbol, tanh

from symrnn import (
    About,
    Block,
    D,
    Inequality,
    Witness,
    derivation,
    for_all,
    largest_entry,
    named,
    norm,
    ordered_product,
    statement,
)
from symrnn import rules as by

LSTM = named("lstm").with_preactivations()


def size(matrix):
    """‖·‖_∞, the largest row sum."""
    return norm(matrix, "inf")


def step(time):
    """∂(h, c)_t/∂(h, c)_{t-1} in four blocks, the other part held."""
    parts = [LSTM[name][time - 1] for name in "hc"]
    return Block(
        *(
            [D(LSTM[name][time], part, held=[p for p in parts if p != part]) for part in parts]
            for name in "hc"
        )
    )


@statement(
    about=About.NO_CELL,
    uses=["gated_states_are_bounded", "lstm_step_bound"],
    headline=["one step", "the published condition", "many steps"],
)
def lstm_contracts(rnn):
    """With small weights every step of an LSTM contracts, and its gradients vanish

    Where f ≤ φ < 1 the cell stays below any M ≥ 1 + φM, if it begins there, of which 1/(1 - φ) is
    the least. A step is then at most q = φ + (M/4)‖W_f‖ + ¼‖W_i‖ + ‖W_g‖ + ¼‖W_o‖. If q < 1, then
    whatever the inputs are, what lies n steps back counts at most qⁿ: such an LSTM has no long
    memory. With δ = 1 - φ and M = 1/δ, the condition
    that is known, ‖W_f‖ ≤ ρδ², ‖W_i‖ and ‖W_o‖ ≤ ρδ with ρ < 1, and ‖W_g‖ ≤ δ/4, makes
    q ≤ 1 - 3δ(1 - ρ)/4: it was given for several steps together, and one is enough.
    """
    t, j = Symbol("t", integer=True), LSTM.index
    phi, q, rho, M = (Symbol(name, nonnegative=True) for name in ("phi", "q", "rho", "M"))
    delta = Symbol("delta", nonnegative=True)
    c, f = LSTM["c"], LSTM["f"]
    weight = {gate: size(LSTM[f"W_{gate}"]) for gate in "ifgo"}
    budget = phi + M * weight["f"] / 4 + weight["i"] / 4 + weight["g"] + weight["o"] / 4
    bounded = [
        for_all(j, Inequality(largest_entry(f[j]), phi)),
        Inequality(largest_entry(c[0]), M),
        Inequality(1 + phi * M, M),
    ]
    contracting = [*bounded, Inequality(budget, q)]
    # The condition that is known, with δ for 1 - φ.
    published = budget.subs(phi, 1 - delta)
    known = [
        Inequality(M * delta, 1),
        Inequality(weight["f"], rho * delta**2),
        Inequality(weight["i"], rho * delta),
        Inequality(weight["o"], rho * delta),
        Inequality(weight["g"], delta / 4),
    ]
    kappa = Symbol("kappa", nonnegative=True)
    times = (j, 1, t)
    return {
        "the cell": derivation(
            largest_entry(c[t - 1]), given=[t >= 1, *bounded], cell=LSTM
        ).at_most(M, by.uses_bound("gated_states_are_bounded")),
        "one step": derivation(size(step(t)), given=[t >= 1, *contracting], cell=LSTM)
        .at_most(budget, by.uses_bound("lstm_contracts", "lstm_step_bound", (kappa, M)))
        .at_most(q, by.nonnegative_difference),
        "the published condition": derivation(published, given=known, cell=LSTM)
        .at_most(published.subs(weight["f"], rho * delta**2), by.assumed_bound)
        .at_most(1 - 3 * delta * (1 - rho) / 4, by.nonnegative_difference),
        "many steps": derivation(
            size(ordered_product(step(j), times)),
            given=[t >= 0, *contracting, q < 1],
            cell=LSTM,
        )
        .at_most(Product(size(step(j)), times), by.submultiplicative)
        .at_most(Product(q, times), by.uses_bound("lstm_contracts"))
        .equals(q**t, by.scalar_algebra)
        .tends_to(0, by.geometric_decay, t),
    }


@lstm_contracts.counterexample("f ≤ φ < 1 alone does not do: weights must be small")
def through_the_candidate():
    """One unit at rest with f = 1/2 and w_g = 6: ∂c_2/∂c_0 = 1 and ∂c_3/∂c_0 = 2."""
    cell = first = Symbol("c_0", real=True)
    state = 0
    for _ in range(3):
        cell = cell / 2 + tanh(6 * state) / 2
        state = tanh(cell) / 2
    found = cell.diff(first).subs(first, 0)
    return Witness(found, Rational(1), "≤", "with w_g = 6 and all gates 1/2, ∂c₃/∂c₀ is 2")
