"""What a bias of the forget gate remembers."""

from sympy import Rational, Symbol, exp, log

from symrnn import About, Witness, activation, derivation, statement
from symrnn import rules as by

LOGISTIC = activation("logistic")


@statement(
    about=About.NO_CELL, headline=["a bias of 1", "what is left after 100 steps", "the chrono bias"]
)
def forget_bias(rnn):
    """A forget bias b remembers for about e^{b} steps

    A forget bias of 1 opens the gate to less than 3/4, and after a hundred steps less than 10⁻¹²
    is left: "initialise it with 1" is no long memory. To keep something over T steps the bias is
    ln(T - 1): the gate is then exactly (T - 1)/T, and what is left after T steps is about 1/e,
    since fᵀ ≤ 1/e ≤ f^{T-1}.
    """
    x, y, f = (Symbol(name, nonnegative=True) for name in "xyf")
    n, T = (Symbol(name, integer=True, positive=True) for name in "nT")
    third = Rational(1, 3)
    mine = by.uses_bound("forget_bias", (x, 1 / n), (y, exp(-1 / n)))
    return {
        "a power below the exponential": derivation((1 - x) ** 6, given=[x <= 1]).at_most(
            exp(-6 * x), by.exp_exceeds
        ),
        "e is below 3": derivation(third)
        .at_most(Rational(5, 6) ** 6, by.nonnegative_difference)
        .at_most(exp(-1), by.uses_bound("forget_bias", (x, Rational(1, 6)))),
        "a bias of 1": derivation(LOGISTIC.at(1)).at_most(
            Rational(3, 4), by.from_bounds("forget_bias")
        ),
        "what is left after 100 steps": derivation(f**100, given=[f <= Rational(3, 4)])
        .at_most(Rational(3, 4) ** 100, by.assumed_bound)
        .at_most(Rational(33, 10**14), by.nonnegative_difference),
        "the chrono bias": derivation(LOGISTIC.at(log(n))).equals(n / (n + 1), by.scalar_algebra),
        "what is left after T steps": derivation((1 - 1 / T) ** T).at_most(exp(-1), by.exp_exceeds),
        "the tangent": derivation(1 + x).at_most(exp(x), by.exp_exceeds),
        "the reciprocal of the tangent": derivation(exp(-x)).at_most(
            1 / (1 + x), by.from_bounds("forget_bias")
        ),
        "a power of a bound": derivation(y**n, given=[y <= 1 / (1 + 1 / n)]).at_most(
            (1 / (1 + 1 / n)) ** n, by.assumed_bound
        ),
        "what is left after T - 1 steps": derivation(exp(-1)).at_most((1 / (1 + 1 / n)) ** n, mine),
    }


@forget_bias.counterexample("a bias of 1 keeps less than half over three steps")
def three_steps():
    """σ(1)³ is below 1/2."""
    kept = LOGISTIC.at(1) ** 3
    return Witness(
        Rational(1, 2), kept, "≤", "with a forget bias of 1, three steps leave σ(1)³ < 1/2"
    )
