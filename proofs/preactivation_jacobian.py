"""The Jacobian of the pre-activation."""

from sympy import Matrix, symbols

from symrnn import D, Witness, derivation, statement
from symrnn import rules as by


@statement(uses=["recurrence"])
def preactivation_jacobian(rnn):
    """The pre-activation's Jacobian is W

    a_j is affine in s_{j-1}. The input term and the bias drop, because neither depends on
    s_{j-1}; that is a hypothesis, and it fails as soon as the output is fed back as input.
    """
    s, a, x, j = rnn.s, rnn.a, rnn.x, rnn.j
    return (
        derivation(D(a[j], s[j - 1]), given=[j >= 1])
        .equals(D(rnn.W * s[j - 1] + rnn.U * x[j] + rnn.b, s[j - 1]), by.definition(a[j]))
        .equals(rnn.W, by.differentiate)
    )


@preactivation_jacobian.counterexample("x_j must not depend on s_{j-1}: feed the output back")
def output_fed_back():
    """With x_j = V s_{j-1}, the derivative of a_j is W + U V."""
    state = symbols("s_1 s_2")
    W, U, V = Matrix([[1, 2], [0, 1]]), Matrix([1, 1]), Matrix([[3, 0]])
    a = W * Matrix(state) + U * V * Matrix(state)
    return Witness(a.jacobian(state), W, "=", "with x_j = V s_{j-1} the Jacobian is W + UV")
