"""How large one step of an LSTM can be: the norm of the whole by the norms of its blocks."""

from sympy import Matrix, Max, Rational, Symbol, exp, tanh

from symrnn import (
    About,
    Block,
    D,
    Diag,
    Inequality,
    Witness,
    activation,
    derivation,
    largest_entry,
    named,
    norm,
    statement,
)
from symrnn import rules as by

LSTM = named("lstm").with_preactivations()
GATES = "ifgo"
TANH = activation("tanh")
QUARTER = Rational(1, 4)


def size(matrix):
    """‖·‖_∞, the largest row sum."""
    return norm(matrix, "inf")


def sum_of(terms):
    """Their sum."""
    total, *others = terms
    for term in others:
        total = total + term
    return total


def entry_of(matrix):
    """What an entry of the argument is called in `gates_are_bounded`."""
    return Symbol("x", real=True), matrix.argument


@statement(
    about=About.NO_CELL,
    uses=["gates_are_bounded"],
    headline=["the cell by the state", "the whole step"],
)
def lstm_step_bound(rnn):
    """One step of an LSTM is bounded by its gates, its cell and its weights

    The norm of a matrix of blocks is at most the largest sum of norms over a row of blocks, in
    ‖·‖_∞, the largest row sum. With f ≤ φ and |c| ≤ κ the step's Jacobian is at most
    φ + (κ/4)‖W_f‖ + ¼‖W_i‖ + ‖W_g‖ + ¼‖W_o‖: a gate's slope is at most ¼, what it multiplies at
    most 1, or κ. What stands beside φ says how far a step can be from its carousel.
    """
    t = Symbol("t", integer=True)
    phi, kappa = (Symbol(name, nonnegative=True) for name in ("phi", "kappa"))
    h, c, i, f, g, o = (LSTM[name][t] for name in "hcifgo")
    state, old = before = LSTM["h"][t - 1], LSTM["c"][t - 1]
    given = [t >= 1, Inequality(largest_entry(f), phi), Inequality(largest_entry(old), kappa)]
    weight = {q: size(LSTM[f"W_{q}"]) for q in GATES}
    inner = kappa * weight["f"] / 4 + weight["i"] / 4 + weight["g"]
    mine, written = by.uses_bound("lstm_step_bound"), LSTM.recurrence.definition
    slopes = {q: slope_of(written(LSTM[q][t])) for q in GATES}

    def block(of, by_):
        return D(of, by_, held=[other for other in before if other != by_])

    def immediate(of, by_):
        return LSTM.recurrence.immediate(of, by_)

    def started(of, by_):
        return derivation(size(block(of, by_)), given=given, cell=LSTM).equals(
            size(immediate(of, by_)), by.one_step
        )

    def by_way_of(q, factor, value, reason):
        """diag(factor) diag(slope) W_q, factor by factor; the factor is at most `value`."""
        matrix = Diag(factor) * Diag(slopes[q]) * LSTM[f"W_{q}"]
        larger = largest_entry(slopes[q]) * weight[q]
        return (
            derivation(size(matrix), given=given, cell=LSTM)
            .at_most(size(Diag(factor)) * size(Diag(slopes[q])) * weight[q], by.submultiplicative)
            .equals(largest_entry(factor) * larger, by.norm_of_diagonal)
            .at_most(value * larger, reason)
            .at_most(value * weight[q] * (1 if q == "g" else QUARTER), mine)
        )

    entering = immediate(c, state)
    (leaving,) = (each for each in immediate(h, state).args if each.has(LSTM["W_o"]))
    through = {
        "f": (old, kappa, by.assumed_bound),
        "i": (g, 1, mine),
        "g": (i, 1, mine),
        "o": (TANH(c), 1, mine),
    }
    output = Diag(o) * Diag(TANH.prime(c))
    step = Block(*([block(of, by_) for by_ in before] for of in (h, c)))
    rows = {of: sum_of(size(block(of, by_)) for by_ in before) for of in (h, c)}
    return {
        **{f"{v.label} is at most 1": at_most_one(v) for v in (i, g, o)},
        **{f"the slope of {q}": squashed(slopes[q], t, QUARTER) for q in "ifo"},
        "the slope of g": squashed(slopes["g"], t, 1),
        "the slope at the output": squashed(TANH.prime(c), t, 1),
        "what the output shows": squashed(TANH(c), t, 1),
        **{f"by way of {q}": by_way_of(q, *told) for q, told in through.items()},
        "the output": derivation(size(output), given=given, cell=LSTM)
        .at_most(size(Diag(o)) * size(Diag(TANH.prime(c))), by.submultiplicative)
        .equals(largest_entry(o) * largest_entry(TANH.prime(c)), by.norm_of_diagonal)
        .at_most(largest_entry(TANH.prime(c)), mine)
        .at_most(1, mine),
        "the cell by the cell": started(c, old)
        .equals(largest_entry(f), by.norm_of_diagonal)
        .at_most(phi, by.assumed_bound),
        "the cell by the state": started(c, state)
        .at_most(sum_of(map(size, entering.args)), by.triangle)
        .at_most(inner, mine),
        "the state by the cell": started(h, old)
        .at_most(size(output) * size(Diag(f)), by.submultiplicative)
        .equals(size(output) * largest_entry(f), by.norm_of_diagonal)
        .at_most(largest_entry(f), mine)
        .at_most(phi, by.assumed_bound),
        "the state by the state": started(h, state)
        .at_most(size(output * entering) + size(leaving), by.triangle)
        .at_most(size(output) * size(entering) + size(leaving), by.submultiplicative)
        .at_most(size(entering) + size(leaving), mine)
        .at_most(sum_of(map(size, entering.args)) + size(leaving), by.triangle)
        .at_most(inner + weight["o"] / 4, mine),
        "the cell's row": derivation(rows[c], given=given, cell=LSTM).at_most(phi + inner, mine),
        "the state's row": derivation(rows[h], given=given, cell=LSTM).at_most(
            phi + inner + weight["o"] / 4, mine
        ),
        "the whole step": derivation(size(step), given=given, cell=LSTM)
        .at_most(Max(*rows.values()), by.norm_of_blocks)
        .at_most(Max(phi + inner, phi + inner + weight["o"] / 4), mine)
        .at_most(phi + inner + weight["o"] / 4, by.nonnegative_difference),
    }


def slope_of(applied):
    """The slope of a function where it is applied."""
    return applied.activation.prime(applied.argument)


def at_most_one(vector):
    """A gate, or what is squashed."""
    written = LSTM.recurrence.definition(vector)
    return (
        derivation(largest_entry(vector), given=[vector.index >= 1], cell=LSTM)
        .equals(largest_entry(written), by.definition(vector))
        .at_most(1, by.entry_by_entry("gates_are_bounded", entry_of(written)))
    )


def squashed(matrix, t, value):
    """What a function of entries is at most."""
    return derivation(largest_entry(matrix), given=[t >= 1], cell=LSTM).at_most(
        value, by.entry_by_entry("gates_are_bounded", entry_of(matrix))
    )


@lstm_step_bound.counterexample("φ alone bounds nothing: what comes in through h adds to it")
def through_the_candidate():
    """One unit at rest, all gates 1/2, w_g = 6: the cell's row is 3 + 1/2."""
    h, c = Symbol("h", real=True), Symbol("c", real=True)
    after = c / 2 + tanh(6 * h) / 2
    row = (after.diff(h) + after.diff(c)).subs({h: 0, c: 0})
    return Witness(row, Rational(1, 2), "≤", "with w_g = 6 at rest the cell's row adds up to 7/2")


@lstm_step_bound.counterexample("|c| ≤ κ is needed: the forget gate's slope multiplies the cell")
def a_large_cell():
    """f = σ(h) at h = 0 and c = 16: ∂c₊/∂h = 4, with ‖W_f‖ = 1 and φ = 1/2."""
    h, c = Symbol("h", real=True), Symbol("c", real=True)
    moved = (c / (1 + exp(-h))).diff(h).subs({h: 0, c: 16})
    return Witness(moved, Rational(3, 4), "≤", "at c = 16 with w_f = 1, ∂c₊/∂h is 4 and not 1/4")


@lstm_step_bound.counterexample("it is the sum over a row of blocks, not the largest block")
def one_row():
    """(1 1) has the row sum 2, each of its blocks 1."""
    row = Matrix([[1, 1]])
    return Witness(sum(row), max(row), "≤", "‖(1 1)‖_∞ is 2, and each block is 1")
