"""The Jacobian of the pre-activation."""

from sympy import Matrix, symbols

from symrnn import About, D, Witness, derivation, statement
from symrnn import rules as by


@statement(about=About.ELMAN, uses=["recurrence"])
def preactivation_jacobian(rnn):
    """The pre-activation's Jacobian is made of W alone

    a_j is affine in s_{j-1}. The input term and the bias drop, because neither depends on
    s_{j-1}; that is a hypothesis, and it fails as soon as the output is fed back as input.
    """
    s, a, x, j = rnn.s, rnn.a, rnn.x, rnn.j
    return (
        derivation(D(a[j], s[j - 1]), given=[j >= 1])
        .equals(D(rnn.W * s[j - 1] + rnn.U * x[j] + rnn.b, s[j - 1]), by.definition(a[j]))
        .equals(rnn.W, by.differentiate)
    )


@preactivation_jacobian.form(About.SIGMA_INSIDE)
def jacobian_behind_the_activation(rnn):
    """Behind the activation the state's Jacobian is made of W alone

    s_j is affine in a_j = σ(s_{j-1}). The input term and the bias drop, because neither depends on
    a_j; that is a hypothesis, and it fails as soon as the output is fed back as input.
    """
    s, a, x, j = rnn.s, rnn.a, rnn.x, rnn.j
    return (
        derivation(D(s[j], a[j]), given=[j >= 1])
        .equals(D(rnn.W * a[j] + rnn.U * x[j] + rnn.b, a[j]), by.definition(s[j]))
        .equals(rnn.W, by.differentiate)
    )


@preactivation_jacobian.form(About.ONE_ACTIVATION)
def jacobians_beside_the_activation(rnn):
    """The Jacobian of an affine map is its matrix

    Before the activation and behind it the step is affine. Inputs and biases drop, because neither
    depends on the state before; that is a hypothesis, and it fails as soon as the output is fed
    back as input.
    """
    return {
        f"`{of.label}` by `{read.label}`": derivation(D(of, read), given=[rnn.j >= 1])
        .equals(D(rnn.recurrence.definition(of), read), by.definition(of))
        .equals(matrix, by.differentiate)
        for of, read, matrix in rnn.affine_links
    }


def fed_back():
    """∂(W v + U V v)/∂v = W + U V by SymPy's own diff, and W."""
    v = symbols("v_1 v_2")
    W, U, V = Matrix([[1, 2], [0, 1]]), Matrix([1, 1]), Matrix([[3, 0]])
    return (W * Matrix(v) + U * V * Matrix(v)).jacobian(v), W


@preactivation_jacobian.counterexample("x_j must not depend on s_{j-1}: feed the output back")
def output_fed_back():
    """With x_j = V s_{j-1}, the derivative of a_j is W + U V."""
    return Witness(*fed_back(), "=", "with x_j = V s_{j-1} the weights add up to W + UV")


@jacobian_behind_the_activation.counterexample("x_j must not depend on a_j: feed the output back")
def activation_fed_back():
    """With x_j = V a_j, the derivative of s_j is W + U V."""
    return Witness(*fed_back(), "=", "with x_j = V a_j the weights add up to W + UV")
