"""Clipping a gradient by its norm."""

from sympy import Matrix, Max, Min, Rational, Symbol, oo

from symrnn import About, D, Identity, Parameter, Witness, derivation, entry, norm, statement
from symrnn import rules as by


@statement(
    about=About.NO_CELL,
    headline=[
        "never longer than κ",
        "the same direction",
        "unchanged inside the ball",
        "no two gradients get further apart",
    ],
)
def clipping_by_norm(rnn):
    """Clipping by norm shortens a long gradient and keeps its direction

    A gradient longer than κ is scaled back to length κ, and a shorter one is left alone: g is
    multiplied by min(1, κ/‖g‖). The proofs write this factor κ/max(κ, ‖g‖), which is the same
    number and has a value at g = 0 as well. The clipped gradient is the nearest point of the ball
    of radius κ, so clipping twice changes nothing, and two gradients never get further apart:
    their squared distance is the squared difference of their lengths plus twice ‖g‖‖v‖ - gᵀv,
    which measures the angle, and clipping makes neither part larger.
    """
    kappa, (g, v) = rnn.kappa, gradients(rnn)

    def scale(vector):
        return kappa / Max(kappa, length(vector))

    def clip(vector):
        return scale(vector) * vector

    a, b, p, q = scale(g), scale(v), length(g), length(v)
    inner = entry(g.T * v, 1, 1)
    angle = p * q - inner
    outside = (kappa / p) * g
    return {
        "the factor": derivation(Min(1, kappa / p), given=[p > 0])
        .equals(kappa / p / Max(1, kappa / p), by.minimum_by_maximum)
        .equals(a, by.scaled_maximum(p)),
        "it never lengthens": derivation(a).at_most(1, by.nonnegative_difference),
        "its length": derivation(length(clip(g)))
        .equals(a * p, by.homogeneous)
        .equals(Min(kappa, p), by.minimum_by_maximum.backwards),
        "never longer than κ": derivation(length(clip(g)))
        .equals(a * p, by.homogeneous)
        .at_most(kappa, by.below_maximum(Max(kappa, p))),
        "exactly κ where it clips": derivation(length(clip(g)), given=[kappa <= p])
        .equals(a * p, by.homogeneous)
        .equals(kappa, by.larger_of),
        "the same direction": derivation(p * clip(g)).equals(
            length(clip(g)) * g, by.homogeneous.backwards
        ),
        "unchanged inside the ball": derivation(clip(g), given=[p <= kappa]).equals(
            g, by.larger_of
        ),
        "clipping twice is clipping once": derivation(clip(clip(g)))
        .equals(kappa / Max(kappa, a * p) * clip(g), by.homogeneous)
        .equals(clip(g), by.larger_of),
        "no two gradients get further apart, squared": derivation(length(clip(g) - clip(v)) ** 2)
        .equals(a**2 * p**2 - 2 * a * b * inner + b**2 * q**2, by.norm_of_sum)
        .equals((a * p - b * q) ** 2 + 2 * a * b * angle, by.scalar_algebra)
        .equals(
            (Min(kappa, p) - Min(kappa, q)) ** 2 + 2 * a * b * angle,
            by.minimum_by_maximum.backwards,
        )
        .at_most((p - q) ** 2 + 2 * a * b * angle, by.lipschitz_minimum)
        .equals(
            (p - q) ** 2 + 2 * a * b * p * q - 2 * inner + 2 * (1 - a * b) * inner,
            by.scalar_algebra,
        )
        .at_most(
            (p - q) ** 2 + 2 * a * b * p * q - 2 * inner + 2 * (1 - a * b) * p * q,
            by.cauchy_schwarz,
        )
        .equals(length(g - v) ** 2, by.norm_of_sum.backwards),
        "no two gradients get further apart": derivation(length(clip(g) - clip(v))).at_most(
            length(g - v), by.root_of_bound("clipping_by_norm")
        ),
        "its Jacobian inside the ball": derivation(D(clip(g), g), given=[p < kappa])
        .equals(D(g, g), by.larger_of)
        .equals(Identity(g.shape[0]), by.derivative_of_itself),
        "its Jacobian outside": derivation(D(clip(g), g), given=[kappa < p])
        .equals(D(outside, g), by.larger_of)
        .equals((kappa / p) * Identity(g.shape[0]) - (kappa / p**3) * g * g.T, by.differentiate)
        .equals((kappa / p) * (Identity(g.shape[0]) - (1 / p**2) * g * g.T), by.algebra),
    }


def gradients(rnn):
    """Two gradients, of any size."""
    size = rnn.letter("p", integer=True, positive=True)
    return [Parameter(rnn.letter(name).name, size, 1) for name in "gv"]


def length(vector):
    """‖v‖₂."""
    return norm(vector, "2")


@clipping_by_norm.naming
def lengths(rnn):
    """By what a gradient is divided: κ, or its length where that is more.

    They are counted: a notation may letter the gradients otherwise.
    """
    return {
        rnn.letter(f"n_{place}"): Max(rnn.kappa, length(g))
        for place, g in enumerate(gradients(rnn), start=1)
    }


def clipped(vector, kappa, kind=2):
    """SymPy's own norm, for exact examples."""
    return vector * Min(1, kappa / vector.norm(kind))


def descend(step, start, times):
    """Gradient descent on x² with rate 1/4; `step` is what is made of the gradient."""
    x = Symbol("x")
    slope, place = (x**2).diff(x), start
    for _ in range(times):
        place -= Rational(1, 4) * step(Matrix([slope.subs(x, place)]))[0]
    return abs(place)


@clipping_by_norm.counterexample("only long gradients are rescaled: normalising all never settles")
def always_normalising():
    """From 1/8, steps of length 1/4 lead to -1/8 and back; clipping halves the distance."""
    start = Rational(1, 8)
    return Witness(
        descend(lambda g: g / g.norm(), start, 10),
        descend(lambda g: clipped(g, 1), start, 10),
        "≤",
        "on x² from 1/8, normalised steps jump between ±1/8, clipped steps reach 1/8192",
    )


@clipping_by_norm.counterexample("the length is κ only where it clips, ‖g‖ ≥ κ")
def short_gradient():
    """(3/5, 0) has length 3/5 before and after."""
    g = Matrix([Rational(3, 5), 0])
    return Witness(clipped(g, 1).norm(), 1, "=", "a gradient of length 3/5 keeps it, with κ = 1")


@clipping_by_norm.counterexample("only gradients inside the ball are unchanged")
def long_gradient():
    """(3, 4) has length 5."""
    g = Matrix([3, 4])
    return Witness(clipped(g, 1), g, "=", "with κ = 1 the gradient (3, 4) becomes (3/5, 4/5)")


@clipping_by_norm.counterexample("the norm is Euclidean: rescaling by the largest entry expands")
def largest_entry_instead():
    """g = (1, 1) and v = (3/2, 1/2), κ = 1: the distance grows from 1/2 to 2/3."""
    g, v = Matrix([1, 1]), Matrix([Rational(3, 2), Rational(1, 2)])
    return Witness(
        (clipped(g, 1, oo) - clipped(v, 1, oo)).norm(oo),
        (g - v).norm(oo),
        "≤",
        "rescaled to largest entry 1, (1, 1) and (3/2, 1/2) are 2/3 apart, 1/2 before",
    )


@clipping_by_norm.counterexample("no Jacobian on the sphere ‖g‖ = κ itself")
def on_the_sphere():
    """In one dimension clipping is the identity up to κ and constant beyond."""
    kappa, step = 1, Rational(1, 1000)
    left, right = (
        (clipped(Matrix([kappa + change]), kappa)[0] - kappa) / change for change in (-step, step)
    )
    return Witness(left, right, "=", "at g = κ = 1 the slope is 1 to the left and 0 to the right")
