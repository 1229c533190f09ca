"""The recurrence itself."""

from sympy import Matrix, Sum

from symrnn import About, Witness, derivation, elman, entry, sigma_inside, statement
from symrnn import rules as by


@statement(about=About.ELMAN, headline=["with input", "entry by entry"])
def recurrence(rnn):
    """The state is a function of the state before, the input and the parameters

    Vectors are columns here. Many slides write the states as rows and then multiply by W from the
    left all the same, which has no meaning: a 1 × d row and a d × d matrix fit in the other order
    only, and then it is Wᵀ that stands there. Written out, entry i of the pre-activation sums row
    i of W against the state, row i of U against the input, and adds the bias.
    """
    s, a, x, j, W, U, b = rnn.s, rnn.a, rnn.x, rnn.j, rnn.W, rnn.U, rnn.b
    bare = elman(rnn.sigma, inputs=False)
    return {
        "with input": derivation(s[j], given=[j >= 1])
        .equals(rnn.sigma(a[j]), by.definition)
        .equals(rnn.sigma(W * s[j - 1] + U * x[j] + b), by.definition),
        "without input": derivation(s[j], given=[j >= 1], cell=bare)
        .equals(rnn.sigma(bare.a[j]), by.definition)
        .equals(rnn.sigma(bare.W * s[j - 1] + bare.b), by.definition),
        "entry by entry": entry_by_entry(rnn, a[j], s[j - 1]),
    }


def entry_by_entry(rnn, driven, read):
    """Entry i of W read + U x_j + b, which `driven` is by definition."""
    x, W, U, b = rnn.x[rnn.j], rnn.W, rnn.U, rnn.b
    i, column = rnn.letter("i", integer=True, positive=True), rnn.letter("l", integer=True)
    return (
        derivation(entry(driven, i), given=[rnn.j >= 1])
        .equals(entry(W * read + U * x + b, i), by.definition)
        .equals(entry(W * read, i) + entry(U * x, i) + entry(b, i), by.entries_of)
        .equals(
            Sum(entry(W, i, column) * entry(read, column), (column, 1, rnn.d))
            + Sum(entry(U, i, column) * entry(x, column), (column, 1, rnn.m))
            + entry(b, i),
            by.entries_of,
        )
    )


@recurrence.form(About.SIGMA_INSIDE)
def recurrence_of_the_potentials(rnn):
    """The state is what arrives at the units, and σ of it what they pass on

    Here the state is not yet squashed: a_j = σ(s_{j-1}) is what the units make of the state before,
    and the next state sums it. Vectors are columns here, too. Many slides write the states as rows
    and then multiply by W from the left all the same, which has no meaning: a 1 × d row and a d × d
    matrix fit in the other order only, and then it is Wᵀ that stands there. Written out, entry i of
    the state sums row i of W against σ of the state before, row i of U against the input, and adds
    the bias.
    """
    s, a, x, j, W, U, b = rnn.s, rnn.a, rnn.x, rnn.j, rnn.W, rnn.U, rnn.b
    bare = sigma_inside(rnn.sigma, inputs=False)
    return {
        "with input": derivation(s[j], given=[j >= 1])
        .equals(W * a[j] + U * x[j] + b, by.definition)
        .equals(W * rnn.sigma(s[j - 1]) + U * x[j] + b, by.definition),
        "without input": derivation(s[j], given=[j >= 1], cell=bare)
        .equals(bare.W * bare.a[j] + bare.b, by.definition)
        .equals(bare.W * bare.sigma(s[j - 1]) + bare.b, by.definition),
        "entry by entry": entry_by_entry(rnn, s[j], a[j]),
    }


@recurrence.form(About.ANY_CELL, headline=["*"])
def recurrence_of_any_cell(rnn):
    """The state is a function of what the step reads

    Everything that a step computes follows from what it reads: states one step back, parameters,
    what comes in if anything does, and what the same step has computed before. A state of several
    vectors is one vector, stacked; the parts of the state before are its rows.
    """
    definitions = rnn.recurrence.definitions
    return {
        f"the definition of `{of.label}`": derivation(of, given=[rnn.j >= 1]).equals(
            value, by.definition
        )
        for of, value in definitions.items()
        if of.sequence != rnn.L
    }


@recurrence.counterexample("vectors are columns: a row beside a matrix means its transpose")
def rows_instead_of_columns():
    """(s W)ᵀ = Wᵀ sᵀ, not W s."""
    W, s = Matrix([[1, 2], [0, 1]]), Matrix([1, 1])
    shows = "a row times a matrix holds the transpose times the column"
    return Witness((s.T * W).T, W * s, "=", shows)
