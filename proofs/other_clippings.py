"""Clipping by value, and by the norm of all gradients together."""

from sympy import Matrix, Max, Min, Rational, Symbol, sqrt

from symrnn import About, Parameter, Witness, activation, derivation, entry, norm, stack, statement
from symrnn import rules as by


@statement(
    about=About.NO_CELL,
    headline=[
        "by value, every entry is bounded",
        "by global norm, never longer than κ",
        "by global norm, the joint direction is kept",
    ],
)
def other_clippings(rnn):
    """Clipping by value bends the gradient, clipping by the global norm does not

    By value, each entry is cut off at ±κ for itself: every entry is bounded, but long entries
    shrink and short ones do not, so the direction changes. By global norm, the gradients of all
    parameters count as one long vector, and all are multiplied by one factor: their joint
    direction is kept. The length of that vector is √(Σ‖g_i‖²). The sum Σ‖g_i‖ is longer and would
    clip gradients that are short enough.
    """
    kappa, x = rnn.kappa, Symbol("x", real=True)
    i = rnn.letter("i", integer=True, positive=True)
    g, g_1, g_2 = gradients(rnn)
    by_value = activation(Max(-kappa, Min(kappa, x)), "clip", variable=x)
    one = entry(g, i)
    squares = together(g_1, g_2)
    factor = kappa / Max(kappa, sqrt(squares))
    parts, whole = (factor * g_1, factor * g_2), stack(g_1, g_2)
    clipped_length = sqrt(norm(parts[0], "2") ** 2 + norm(parts[1], "2") ** 2)
    return {
        "by value, every entry is bounded": derivation(abs(entry(by_value(g), i)))
        .equals(abs(Max(-kappa, Min(kappa, one))), by.entry_of_elementwise)
        .at_most(kappa, by.absolute_bound(kappa)),
        "by value, short entries are unchanged": derivation(
            entry(by_value(g), i), given=[-kappa <= one, one <= kappa]
        )
        .equals(Max(-kappa, Min(kappa, one)), by.entry_of_elementwise)
        .equals(Max(-kappa, one), by.smaller_of)
        .equals(one, by.larger_of),
        "the norm of the whole": derivation(norm(whole, "2")).equals(
            sqrt(squares), by.norm_of_stack
        ),
        "by global norm, the whole is scaled by one factor": derivation(stack(*parts)).equals(
            factor * whole, by.blockwise.backwards
        ),
        "by global norm, never longer than κ": derivation(clipped_length)
        .equals(norm(stack(*parts), "2"), by.norm_of_stack.backwards)
        .equals(norm(factor * whole, "2"), by.blockwise.backwards)
        .equals(factor * norm(whole, "2"), by.homogeneous)
        .equals(factor * sqrt(squares), by.norm_of_stack)
        .at_most(kappa, by.below_maximum(Max(kappa, sqrt(squares)))),
        "by global norm, the joint direction is kept": derivation(norm(whole, "2") * stack(*parts))
        .equals(stack(*(norm(whole, "2") * part for part in parts)), by.blockwise)
        .equals(norm(whole, "2") * (factor * whole), by.blockwise.backwards)
        .equals(norm(factor * whole, "2") * whole, by.homogeneous.backwards)
        .equals(norm(stack(*parts), "2") * whole, by.blockwise),
    }


def gradients(rnn):
    """A gradient, and those of two parameters."""
    p, q = (rnn.letter(name, integer=True, positive=True) for name in "qp")
    return [
        Parameter(rnn.letter(name).name, size, 1)
        for name, size in (("g", p), ("g_1", p), ("g_2", q))
    ]


def together(*vectors):
    """‖g_1‖² + ‖g_2‖²."""
    return sum(norm(each, "2") ** 2 for each in vectors)


@other_clippings.naming
def length_of_all(rnn):
    """By what all gradients are divided: κ, or their common length where that is more."""
    _, *each = gradients(rnn)
    return {rnn.letter("n"): Max(rnn.kappa, sqrt(together(*each)))}


def values(gradient, kappa):
    """Every entry cut off at ±κ."""
    return gradient.applyfunc(lambda entry: Max(-kappa, Min(kappa, entry)))


@other_clippings.counterexample("clipping by value does not keep the direction")
def bent():
    """(3, 4) cut off at 3 is (3, 3): ‖g‖ c(g) = ‖c(g)‖ g, which norm clipping obeys, fails."""
    g = Matrix([3, 4])
    c = values(g, 3)
    return Witness(g.norm() * c, c.norm() * g, "=", "cut off at 3, (3, 4) becomes (3, 3)")


@other_clippings.counterexample("clipping by value bounds the entries by κ, not the norm")
def long_all_the_same():
    """(3, 4) cut off at 3 has length 3√2."""
    return Witness(
        values(Matrix([3, 4]), 3).norm(), 3, "≤", "(3, 3) has no entry above 3, but length 3√2"
    )


@other_clippings.counterexample("the length of the whole is √(Σ‖g_i‖²), not Σ‖g_i‖")
def sum_of_norms():
    """Lengths 3 and 4 make 5 = κ, inside the ball; the sum 7 would clip to 5/7."""
    first, second, kappa = Matrix([3, 0]), Matrix([0, 4]), 5
    whole = Matrix([first, second])
    summed = whole * Min(1, Rational(kappa) / (first.norm() + second.norm()))
    right = whole * Min(1, Rational(kappa) / whole.norm())
    return Witness(
        summed, right, "=", "gradients of length 3 and 4 are 5 long together: κ = 5 lets them be"
    )


@other_clippings.counterexample("one factor for all: clipping each parameter apart bends the whole")
def each_for_itself():
    """Lengths 3 and 4, each clipped to 3: the first is kept, the second is not."""
    first, second, kappa = Matrix([3, 0]), Matrix([0, 4]), 3
    whole = Matrix([first, second])
    apart = Matrix([g * Min(1, kappa / g.norm()) for g in (first, second)])
    return Witness(
        whole.norm() * apart,
        apart.norm() * whole,
        "=",
        "lengths 3 and 4 clipped apart to κ = 3 are 3 and 3: another direction, and longer than κ",
    )
