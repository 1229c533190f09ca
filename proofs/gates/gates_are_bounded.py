"""Gates and squashed values lie between bounds: one unit, real numbers."""

from sympy import Rational, Symbol, cosh, sinh, tanh

from symrnn import About, Witness, activation, derivation, statement
from symrnn import rules as by

LOGISTIC = activation("logistic")
QUARTER = Rational(1, 4)


@statement(
    about=About.NO_CELL,
    headline=["what is squashed", "a gate times what is squashed", "a mixture", "a gate's slope"],
)
def gates_are_bounded(rnn):
    """Gates lie in (0, 1), what is squashed in (-1, 1), a gate's slope is at most 1/4

    These are facts about real numbers, and all that the bounds of this lecture take from the
    functions in a cell. A mixture z h + (1 - z) n with a gate z is never larger than the larger of
    the two; a slope times a bounded value is bounded.
    """
    x, y, u = (Symbol(name, real=True) for name in "xyu")
    M = Symbol("M", nonnegative=True)
    gate, slope = LOGISTIC.at(x), LOGISTIC.prime.at(x)
    mine = "gates_are_bounded"
    facts = by.from_bounds(mine)
    return {
        "the square of tanh": derivation(tanh(x) ** 2)
        .at_most(tanh(x) ** 2 + cosh(x) ** -2, by.nonnegative_difference)
        .equals(1, by.hyperbolic),
        "what is squashed": derivation(abs(tanh(x))).at_most(1, by.root_of_bound(mine)),
        "its slope": derivation(abs(1 - tanh(x) ** 2)).at_most(1, facts),
        **{
            f"{sign}{letter} is at most |{letter}|": derivation(value).at_most(
                abs(letter), by.below_absolute_value
            )
            for letter in (y, u)
            for sign, value in (("", letter), ("-", -letter))
        },
        "a gate": derivation(gate).at_most(1, by.nonnegative_difference),
        "a mixture": derivation(
            abs(gate * y + (1 - gate) * u), given=[abs(y) <= M, abs(u) <= M]
        ).at_most(M, facts),
        "a gate's slope": derivation(slope)
        .equals(1 / (2 + 2 * cosh(x)), by.hyperbolic)
        .equals(1 / (4 + 4 * sinh(x / 2) ** 2), by.hyperbolic)
        .at_most(QUARTER, by.nonnegative_difference),
        "a gate times what is squashed": derivation(gate * abs(tanh(u)))
        .at_most(gate, by.uses_bound(mine, (x, u)))
        .at_most(1, by.nonnegative_difference),
    }


@gates_are_bounded.counterexample("z must be a gate: between 0 and 1")
def no_mixture():
    """z = 2: 2·1 - (-1)·… is larger than both."""
    z, h, n = 2, 1, -1
    return Witness(
        Rational(z * h + (1 - z) * n), Rational(1), "≤", "2h + (1 - 2)n is 3 at h = 1, n = -1"
    )
