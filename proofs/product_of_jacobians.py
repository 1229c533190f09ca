"""The chain rule over time."""

from sympy import Matrix

from symrnn import D, Equation, Identity, Witness, derivation, induction, ordered_product, statement
from symrnn import rules as by


@statement(uses=["recurrence"], headline=["the product", "index and bounds shifted"])
def product_of_jacobians(rnn):
    """The derivative over many steps is the ordered product of one-step Jacobians

    s_t reads s_k only through the states in between, so the chain rule can be applied at s_{t-1},
    then at s_{t-2}, and so on; induction over t makes that precise. The factors do not commute:
    the latest stands on the left, in denominator layout on the right. There are t - k of them, at
    most T - 1 in a sequence of length T. For t = k the product is empty and is I. Index and bounds
    may be shifted, but only together.
    """
    s, j, k, t, T = rnn.s, rnn.j, rnn.k, rnn.t, rnn.T
    step = D(s[j], s[j - 1])
    claim = Equation(D(s[t], s[k]), ordered_product(step, (j, k + 1, t)))
    return {
        "the product": induction(
            claim,
            over=t,
            base=k,
            base_case=derivation(D(s[k], s[k])).equals(Identity(rnn.d), by.derivative_of_itself),
            step=derivation(D(s[t], s[k]))
            .equals(D(s[t], s[t - 1]) * D(s[t - 1], s[k]), by.chain_rule(s[t - 1]))
            .equals(
                D(s[t], s[t - 1]) * ordered_product(step, (j, k + 1, t - 1)),
                by.induction_hypothesis,
            )
            .equals(ordered_product(step, (j, k + 1, t)), by.split_latest.backwards),
            given=[k >= 0, k <= t],
        ),
        "index and bounds shifted": derivation(
            ordered_product(step, (j, k + 1, t)), given=[k >= 0, k <= t]
        ).equals(ordered_product(D(s[j + 1], s[j]), (j, k, t - 1)), by.reindex(1)),
        "the number of factors": derivation(t - k, given=[k >= 1, k <= t, t <= T])
        .at_most(T - k, by.assumed_bound)
        .at_most(T - 1, by.nonnegative_difference),
    }


STEPS = [Matrix([[1, 1], [0, 1]]), Matrix([[1, 0], [2, 1]]), Matrix([[0, 1], [1, 3]])]


def through(first, last):
    """∂s_last/∂s_first for the linear steps s_j = STEPS[j-1] s_{j-1}, by composing the maps."""
    columns = []
    for unit in (Matrix([1, 0]), Matrix([0, 1])):
        state = unit
        for matrix in STEPS[first:last]:
            state = matrix * state
        columns.append(state)
    return Matrix.hstack(*columns)


@product_of_jacobians.counterexample("the order of the factors: turned round it is wrong")
def reversed_order():
    """Jacobians of different steps do not commute."""
    wrong = STEPS[0] * STEPS[1] * STEPS[2]
    return Witness(through(0, 3), wrong, "=", "in numerator layout A₁A₂A₃ is not ∂s₃/∂s₀ = A₃A₂A₁")


@product_of_jacobians.counterexample("bounds must shift with the index")
def shifted_index_unshifted_bounds():
    """∏_{j=k+1}^{t} ∂s_{j+1}/∂s_j is the derivative of s_{t+1} by s_{k+1}."""
    wrong = through(1, 3)  # j = 1, 2 with factors ∂s_{j+1}/∂s_j
    return Witness(through(0, 2), wrong, "=", "shifting the index alone gives ∂s₃/∂s₁, not ∂s₂/∂s₀")
