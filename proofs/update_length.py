"""The length of one step of gradient descent."""

from symrnn import D, Inequality, derivation, norm, statement
from symrnn import rules as by


@statement(headline=["length", "stuck", "flung far"])
def update_length(rnn):
    """The step of gradient descent is η times as long as the gradient

    W ← W - η ∂L/∂W moves W by -η ∂L/∂W. Measured by the Frobenius norm, which is the Euclidean
    length of all entries together, that is η‖∂L/∂W‖. So a gradient below ε moves the weights by
    less than ηε, and training is stuck wherever it happens to be. A gradient above M throws them
    farther than ηM, out of the region in which the gradient meant anything.
    """
    W, eta = rnn.shown_parameter, rnn.eta
    by_it = D(rnn.total_loss(), W)
    gradient = by_it if by_it.shape == W.shape else by_it.T
    length = norm((W - eta * gradient) - W, "F")
    size = norm(gradient, "F")
    small, large = (rnn.letter(name, nonnegative=True) for name in ("epsilon", "M"))
    return {
        "length": derivation(length).equals(eta * size, by.homogeneous),
        "stuck": derivation(length, given=[Inequality(size, small)])
        .equals(eta * size, by.homogeneous)
        .at_most(eta * small, by.assumed_bound),
        "flung far": derivation(eta * large, given=[Inequality(large, size)])
        .at_most(eta * size, by.assumed_bound)
        .equals(length, by.homogeneous.backwards),
    }
