"""The Jacobian of the activation."""

from sympy import Rational, exp

from symrnn import About, D, Diag, Witness, derivation, statement
from symrnn import rules as by


@statement(about=About.ELMAN)
def activation_jacobian(rnn):
    """The activation's Jacobian is diagonal

    Each entry of s_j = σ(a_j) reads one entry of a_j only, so every mixed derivative is zero and
    what remains is the diagonal of slopes. A diagonal matrix is its own transpose: this Jacobian
    is the same in either layout, which is why so many slides get away without naming one.
    """
    return in_either_layout(rnn, rnn.s[rnn.j], rnn.a[rnn.j])


def in_either_layout(rnn, value, argument):
    """∂σ(argument)/∂argument, where `value` is σ(argument) by definition."""
    slopes, given = Diag(rnn.slope(argument)), [rnn.j >= 1]
    written = rnn.recurrence.definition(value)
    return {
        "numerator layout": derivation(D(value, argument), given=given)
        .equals(D(written, argument), by.definition(value))
        .equals(slopes, by.differentiate),
        "denominator layout": derivation(D(value, argument, "denominator"), given=given)
        .equals(D(value, argument).T, by.layout)
        .equals(D(written, argument).T, by.definition(value))
        .equals(slopes.T, by.differentiate)
        .equals(slopes, by.transpose_of_diagonal),
    }


@activation_jacobian.form(About.SIGMA_INSIDE)
def activation_jacobian_at_the_state(rnn):
    """The activation's Jacobian is diagonal

    Each entry of a_j = σ(s_{j-1}) reads one entry of s_{j-1} only, so every mixed derivative is
    zero and what remains is the diagonal of slopes, at the state before. A diagonal matrix is its
    own transpose: this Jacobian is the same in either layout, which is why so many slides get away
    without naming one.
    """
    return in_either_layout(rnn, rnn.a[rnn.j], rnn.s[rnn.j - 1])


@activation_jacobian.form(About.ONE_ACTIVATION)
def activation_jacobian_between_affine_maps(rnn):
    """The activation's Jacobian is diagonal

    Each entry of what comes out of the activation reads one entry of what goes in only, so every
    mixed derivative is zero and what remains is the diagonal of slopes. A diagonal matrix is its
    own transpose: this Jacobian is the same in either layout, which is why so many slides get away
    without naming one.
    """
    return in_either_layout(rnn, rnn.activated, rnn.argument)


@activation_jacobian.counterexample("σ must act elementwise: softmax does not")
def softmax():
    """∂p_1/∂z_2 = -p_1 p_2 for p = softmax(z), which is not 0."""
    from_one = exp(0) / (exp(0) + exp(0))
    slope = -from_one * (1 - from_one)
    return Witness(
        slope, Rational(0), "=", "for p = softmax(z), ∂p₁/∂z₂ at z = 0 is -1/4, off the diagonal"
    )
