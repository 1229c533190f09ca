"""How steep the logistic function and tanh are."""

from sympy import Derivative, Rational, Symbol, cosh, pi, sin, sinh, sqrt, tanh

from symrnn import About, Equation, Witness, activation, derivation, statement
from symrnn import rules as by

QUARTER, HALF = Rational(1, 4), Rational(1, 2)


@statement(
    about=About.NO_CELL, headline=["logistic", "logistic, away from 0", "tanh", "tanh, away from 0"]
)
def slopes_bounded(rnn):
    """The slope of the logistic function is at most 1/4, that of tanh at most 1

    Completing the square shows the first bound: what is missing to 1/4 is the squared distance of
    σ from 1/2. The second is 1 minus a square. Both are attained at 0 and nowhere else, because
    the hyperbolic sine outgrows its argument: the slopes lie below 1/(4 + x²) and 1/(1 + x²). A
    unit that is driven far from 0 therefore passes on much less than γ allows: it saturates.
    """
    x = Symbol("x", real=True)
    logistic = activation("logistic")
    sigma, slope = logistic.at(x), Derivative(logistic.at(x), x)
    slope_of_tanh = Derivative(tanh(x), x)
    return {
        "logistic": derivation(slope)
        .equals(logistic.prime.at(x), by.scalar_derivative)
        .equals(QUARTER - (sigma - HALF) ** 2, by.scalar_algebra)
        .at_most(QUARTER, by.nonnegative_difference),
        "logistic, distance from 1/2": derivation(QUARTER - slope)
        .equals(QUARTER - logistic.prime.at(x), by.scalar_derivative)
        .equals((sigma - HALF) ** 2, by.scalar_algebra)
        .equals((tanh(x / 2) / 2) ** 2, by.hyperbolic),
        "logistic, away from 0": derivation(slope)
        .equals(logistic.prime.at(x), by.scalar_derivative)
        .equals(1 / (4 + 4 * sinh(x / 2) ** 2), by.hyperbolic)
        .at_most(1 / (4 + x**2), by.sinh_exceeds),
        "logistic, slope at 0": derivation(slope, given=[Equation(x, 0)])
        .equals(logistic.prime.at(x), by.scalar_derivative)
        .equals(QUARTER, by.hypothesis),
        "logistic, value at 0": derivation(sigma, given=[Equation(x, 0)]).equals(
            HALF, by.hypothesis
        ),
        "tanh": derivation(slope_of_tanh)
        .equals(1 - tanh(x) ** 2, by.scalar_derivative)
        .at_most(1, by.nonnegative_difference),
        "tanh, away from 0": derivation(slope_of_tanh)
        .equals(1 - tanh(x) ** 2, by.scalar_derivative)
        .equals(1 / cosh(x) ** 2, by.hyperbolic)
        .equals(1 / (1 + sinh(x) ** 2), by.hyperbolic)
        .at_most(1 / (1 + x**2), by.sinh_exceeds),
        "tanh, slope at 0": derivation(slope_of_tanh, given=[Equation(x, 0)])
        .equals(1 - tanh(x) ** 2, by.scalar_derivative)
        .equals(1, by.hypothesis),
    }


@slopes_bounded.counterexample("a bounded σ need not have a bounded slope: sin x²")
def bounded_but_steep():
    """The slope 2x cos x² of sin x² exceeds every bound: at x² = 100π it is 20√π."""
    x = Symbol("x", real=True)
    slope = sin(x**2).diff(x).subs(x, sqrt(100 * pi))
    bound = 10 * max(abs(sin(x**2).subs(x, sqrt(place * pi))) for place in (HALF, Rational(3, 2)))
    return Witness(slope, bound, "≤", "|sin x²| ≤ 1, and yet its slope at √(100π) is over 35")
