"""The Jacobian of the activation."""

from sympy import Rational, exp

from symrnn import D, Diag, Witness, derivation, statement
from symrnn import rules as by


@statement()
def activation_jacobian(rnn):
    """The activation's Jacobian is diagonal

    Each entry of s_j = σ(a_j) reads one entry of a_j only, so every mixed derivative is zero and
    what remains is the diagonal of slopes. A diagonal matrix is its own transpose: this Jacobian
    is the same in either layout, which is why so many slides get away without naming one.
    """
    s, a, j = rnn.s, rnn.a, rnn.j
    slopes = Diag(rnn.slope(a[j]))
    return {
        "numerator layout": derivation(D(s[j], a[j]), given=[j >= 1])
        .equals(D(rnn.sigma(a[j]), a[j]), by.definition(s[j]))
        .equals(slopes, by.differentiate),
        "denominator layout": derivation(D(s[j], a[j], "denominator"), given=[j >= 1])
        .equals(D(s[j], a[j]).T, by.layout)
        .equals(D(rnn.sigma(a[j]), a[j]).T, by.definition(s[j]))
        .equals(slopes.T, by.differentiate)
        .equals(slopes, by.transpose_of_diagonal),
    }


@activation_jacobian.counterexample("σ must act elementwise: softmax does not")
def softmax():
    """∂softmax(a)_1/∂a_2 = -p_1 p_2, which is not 0."""
    from_one = exp(0) / (exp(0) + exp(0))
    slope = -from_one * (1 - from_one)
    return Witness(slope, Rational(0), "=", "∂softmax(a)₁/∂a₂ at a = 0 is -1/4, off the diagonal")
