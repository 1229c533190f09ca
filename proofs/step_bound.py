"""A bound for one step."""

from math import prod

from sympy import Matrix, Symbol, pi, sin

from symrnn import (
    About,
    D,
    Diag,
    Inequality,
    Witness,
    activation,
    derivation,
    largest_entry,
    norm,
    statement,
)
from symrnn import rules as by


@statement(about=About.ELMAN, uses=["step_jacobian", "norm_of_step"])
def step_bound(rnn):
    """One step stretches by at most γλ

    The two numbers of the product are bounded one by one: no slope exceeds γ in magnitude, and λ
    is any number that the norm of the weights does not exceed. It has to be a norm that λ bounds.
    The largest eigenvalue modulus tells what happens to one fixed W applied very often, but a
    single step can stretch by more, and between the steps stand slopes that change every time.
    """
    return bounding(rnn, Diag(rnn.slopes(rnn.j)), rnn.W)


@step_bound.form(About.SIGMA_INSIDE)
def step_bound_inside(rnn):
    """One step stretches by at most γλ

    The two numbers of the product are bounded one by one: λ is any number that the norm of the
    weights does not exceed, and no slope exceeds γ in magnitude, so that their order does not
    matter any more: the bound is that of the cell with σ outside. It has to be a norm that λ
    bounds. The
    largest eigenvalue modulus tells what happens to one fixed W applied very often, but a single
    step can stretch by more, and between the steps stand slopes that change every time.
    """
    return bounding(rnn, rnn.W, Diag(rnn.slopes(rnn.j)))


@step_bound.form(About.ONE_ACTIVATION)
def step_bound_between_affine_maps(rnn):
    """One step stretches by at most γ times the bounds of the matrices beside the activation

    The numbers of the product are bounded one by one: no slope exceeds γ in magnitude, and the
    norms of the matrices beside the activation do not exceed λ and μ, where there are two. They
    have to be norms that these numbers bound. The largest eigenvalue modulus tells what happens to
    one fixed matrix applied very often, but a single step can stretch by more, and between the
    steps stand slopes that change every time.
    """
    s, j, gamma, lam = rnn.s, rnn.j, rnn.gamma, rnn.lam
    slopes, factors = rnn.slopes(j), [factor for _, _, factor in rnn.links]
    norms = [norm(matrix) for matrix in rnn.weights]
    bounds = [lam, rnn.letter("mu", nonnegative=True)]
    given = [Inequality(each, bound) for each, bound in zip(norms, bounds, strict=False)]
    chain = (
        derivation(
            norm(D(s[j], s[j - 1])),
            given=[j >= 1, Inequality(largest_entry(slopes), gamma), *given],
        )
        .equals(norm(prod(factors[1:], start=factors[0])), by.uses("step_jacobian"))
        .at_most(prod(map(norm, factors)), by.uses_bound("norm_of_step"))
        .equals(largest_entry(slopes) * prod(norms), by.norm_of_diagonal)
        .at_most(gamma * prod(norms), by.assumed_bound)
    )
    for place, bound in enumerate(bounds[: len(norms)]):
        norms[place] = bound
        chain = chain.at_most(gamma * prod(norms), by.assumed_bound)
    return chain


def bounding(rnn, late, early):
    """‖∂s_j/∂s_{j-1}‖ ≤ γλ, where ∂s_j/∂s_{j-1} = late early."""
    s, j, W, gamma, lam = rnn.s, rnn.j, rnn.W, rnn.gamma, rnn.lam
    slopes = rnn.slopes(j)
    return (
        derivation(
            norm(D(s[j], s[j - 1])),
            given=[j >= 1, Inequality(largest_entry(slopes), gamma), Inequality(norm(W), lam)],
        )
        .equals(norm(late * early), by.uses("step_jacobian"))
        .at_most(norm(late) * norm(early), by.uses_bound("norm_of_step"))
        .equals(largest_entry(slopes) * norm(W), by.norm_of_diagonal)
        .at_most(gamma * norm(W), by.assumed_bound)
        .at_most(gamma * lam, by.assumed_bound)
    )


@step_bound.counterexample("λ must bound a norm of W: the largest eigenvalue modulus is too small")
def spectral_radius():
    """A nilpotent W has no eigenvalue but 0, and still it is not the zero map."""
    W = Matrix([[0, 1], [0, 0]])
    slope = activation("tanh").prime.at(0)
    radius = max(abs(eigenvalue) for eigenvalue in W.eigenvals())
    step = Matrix.diag(slope, slope) * W
    return Witness(
        max(step.singular_values()),
        slope * radius,
        "≤",
        "W = [0 1; 0 0] has spectral radius 0, yet one step with slopes 1 has norm 1",
    )


@step_bound.counterexample("γ must bound σ′: a bound of σ is no bound of its slope")
def bound_of_the_activation():
    """sin 3x stays within ±1, and its slope at 0 is 3."""
    x = Symbol("x", real=True)
    wave = sin(3 * x)
    bound = max(abs(wave.subs(x, turn)) for turn in (-pi / 6, pi / 6))
    return Witness(
        wave.diff(x).subs(x, 0), bound, "≤", "|sin 3x| ≤ 1, but one step with W = 1 stretches by 3"
    )
