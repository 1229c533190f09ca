"""The Jacobian of one step."""

from sympy import Matrix, Rational, symbols

from symrnn import D, Diag, Witness, derivation, sigma_inside, statement
from symrnn import rules as by


@statement(
    uses=["activation_jacobian", "preactivation_jacobian"],
    headline=["numerator layout", "denominator layout"],
)
def step_jacobian(rnn):
    """One step multiplies by the slopes and by W

    The chain rule through a_j: first the linear map W, then the slopes. In numerator layout the
    factor that acts first stands on the right. In denominator layout everything is transposed,
    and the order turns round with it. Where σ sits inside, as in Pascanu et al. (2013), the
    slopes are taken at the state before and stand on the other side of W.
    """
    s, a, j, W = rnn.s, rnn.a, rnn.j, rnn.W
    slopes = Diag(rnn.slope(a[j]))
    inside = sigma_inside(rnn.sigma)
    p = inside.s
    between = inside.a[j]
    drive = inside.W * between + inside.U * inside.x[j] + inside.b
    return {
        "numerator layout": derivation(D(s[j], s[j - 1]), given=[j >= 1])
        .equals(D(s[j], a[j]) * D(a[j], s[j - 1]), by.chain_rule(a[j]))
        .equals(slopes * D(a[j], s[j - 1]), by.uses("activation_jacobian"))
        .equals(slopes * W, by.uses("preactivation_jacobian")),
        "denominator layout": derivation(D(s[j], s[j - 1], "denominator"), given=[j >= 1])
        .equals(D(s[j], s[j - 1]).T, by.layout)
        .equals((D(s[j], a[j]) * D(a[j], s[j - 1])).T, by.chain_rule(a[j]))
        .equals((slopes * D(a[j], s[j - 1])).T, by.uses("activation_jacobian"))
        .equals((slopes * W).T, by.uses("preactivation_jacobian"))
        .equals(W.T * slopes.T, by.transpose_of_product)
        .equals(W.T * slopes, by.transpose_of_diagonal),
        "σ inside": derivation(D(p[j], p[j - 1]), given=[j >= 1], cell=inside)
        .equals(D(p[j], between) * D(between, p[j - 1]), by.chain_rule(between))
        .equals(D(drive, between) * D(inside.sigma(p[j - 1]), p[j - 1]), by.definition)
        .equals(inside.W * Diag(inside.slopes(j)), by.differentiate),
    }


SLOPES, WEIGHTS = Matrix([1, Rational(1, 2)]), Matrix([[1, 2], [3, 4]])


def exact_step():
    """∂s_j/∂s_{j-1} by SymPy's own diff, where the slopes are 1 and 1/2."""
    state = symbols("s_1 s_2")
    a = WEIGHTS * Matrix(state)
    return Matrix([SLOPES[i] * a[i] for i in range(2)]).jacobian(state)


@step_jacobian.counterexample("the transpose of W with the numerator's order of factors")
def transposed_in_the_same_order():
    """Wᵀ diag(·) is the denominator layout; in a numerator-layout product it is wrong."""
    wrong = WEIGHTS.T * Matrix.diag(*SLOPES)
    return Witness(exact_step(), wrong, "=", "Wᵀ diag(σ′) is not ∂s_j/∂s_{j-1}")


@step_jacobian.counterexample("Wᵀ behind the diagonal: the order of neither layout")
def transposed_behind():
    """diag(·) Wᵀ belongs to no layout at all."""
    wrong = Matrix.diag(*SLOPES) * WEIGHTS.T
    return Witness(exact_step(), wrong, "=", "diag(σ′) Wᵀ is not ∂s_j/∂s_{j-1}")
