"""The recurrence itself."""

from sympy import Matrix, Sum, Symbol

from symrnn import Witness, derivation, elman, entry, statement
from symrnn import rules as by


@statement(headline=["with input", "entry by entry"])
def recurrence(rnn):
    """The state is a function of the state before, the input and the parameters

    Vectors are columns here. Many slides write the states as rows and then multiply by W from the
    left all the same, which has no meaning: a 1 × d row and a d × d matrix fit in the other order
    only, and then it is Wᵀ that stands there. Written out, entry i of the pre-activation sums row
    i of W against the state, row i of U against the input, and adds the bias.
    """
    s, a, x, j, W, U, b = rnn.s, rnn.a, rnn.x, rnn.j, rnn.W, rnn.U, rnn.b
    bare = elman(rnn.sigma, inputs=False)
    i, column = Symbol("i", integer=True, positive=True), Symbol("l", integer=True)
    return {
        "with input": derivation(s[j], given=[j >= 1])
        .equals(rnn.sigma(a[j]), by.definition)
        .equals(rnn.sigma(W * s[j - 1] + U * x[j] + b), by.definition),
        "without input": derivation(s[j], given=[j >= 1], cell=bare)
        .equals(rnn.sigma(bare.a[j]), by.definition)
        .equals(rnn.sigma(bare.W * s[j - 1] + bare.b), by.definition),
        "entry by entry": derivation(entry(a[j], i), given=[j >= 1])
        .equals(entry(W * s[j - 1] + U * x[j] + b, i), by.definition)
        .equals(entry(W * s[j - 1], i) + entry(U * x[j], i) + entry(b, i), by.entries_of)
        .equals(
            Sum(entry(W, i, column) * entry(s[j - 1], column), (column, 1, rnn.d))
            + Sum(entry(U, i, column) * entry(x[j], column), (column, 1, rnn.m))
            + entry(b, i),
            by.entries_of,
        ),
    }


@recurrence.counterexample("vectors are columns: a row on the same side of W means Wᵀ")
def rows_instead_of_columns():
    """(s W)ᵀ = Wᵀ sᵀ, not W s."""
    W, s = Matrix([[1, 2], [0, 1]]), Matrix([1, 1])
    return Witness((s.T * W).T, W * s, "=", "the row s W holds Wᵀ s, which is not W s")
