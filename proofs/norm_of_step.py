"""The norm of one step's Jacobian, and of a diagonal matrix."""

from math import prod

from sympy import Matrix

from symrnn import (
    About,
    Diag,
    Parameter,
    Witness,
    activation,
    derivation,
    largest_entry,
    norm,
    statement,
)
from symrnn import rules as by


@statement(
    about=About.ELMAN,
    uses=["step_jacobian"],
    headline=["a product", "a diagonal matrix, spectral norm", "Frobenius norm"],
)
def norm_of_step(rnn):
    """The norm of one step is at most the largest slope times the norm of the weights

    A submultiplicative norm splits the product of slopes and weights into two numbers. For the
    norms induced by |·|₁, |·|₂ and |·|_∞ that of the slopes is the largest of them: a diagonal
    matrix stretches each axis by its own entry, and no direction by more than the largest of them.
    The Frobenius norm adds up all d entries instead, so that d equal slopes γ give γ√d. It may
    still be used for W, as long as the diagonal factor is measured by the spectral norm.
    """
    return splitting(rnn, Diag(rnn.slopes(rnn.j)), rnn.W)


@norm_of_step.form(About.SIGMA_INSIDE)
def norm_of_step_inside(rnn):
    """The norm of one step is at most the norm of the weights times the largest slope

    A submultiplicative norm splits the product of weights and slopes into two numbers. For the
    norms induced by |·|₁, |·|₂ and |·|_∞ that of the slopes is the largest of them: a diagonal
    matrix stretches each axis by its own entry, and no direction by more than the largest of them.
    The Frobenius norm adds up all d entries instead, so that d equal slopes γ give γ√d. It may
    still be used for W, as long as the diagonal factor is measured by the spectral norm.
    """
    return splitting(rnn, rnn.W, Diag(rnn.slopes(rnn.j)))


@norm_of_step.form(About.ONE_ACTIVATION, headline=["a product"])
def norm_of_step_between_affine_maps(rnn):
    """The norm of one step is at most the largest slope times the norms of the matrices beside it

    A submultiplicative norm splits the product into its factors. For the norms induced by |·|₁,
    |·|₂ and |·|_∞ that of the diagonal one is the largest entry in magnitude: a diagonal matrix
    stretches each axis by its own entry, and no direction by more than the largest of them.
    """
    factors = [factor for _, _, factor in rnn.links]
    norms = [norm(factor) for factor in factors]
    whole = norm(prod(factors[1:], start=factors[0]))
    v = Parameter(rnn.letter("v").name, rnn.d, 1)
    return {
        "a product": derivation(whole).at_most(prod(norms), by.submultiplicative),
        **{
            f"a diagonal matrix, {name}": derivation(norm(Diag(v), kind)).equals(
                largest_entry(v), by.norm_of_diagonal
            )
            for kind, name in (("1", "norm 1"), ("2", "spectral norm"), ("inf", "norm ∞"))
        },
    }


def splitting(rnn, late, early):
    """‖late early‖ split in two, and the norm of a diagonal matrix."""
    v, W = Parameter(rnn.letter("v").name, rnn.d, 1), rnn.W
    parts = {
        "a product": derivation(norm(late * early)).at_most(
            norm(late) * norm(early), by.submultiplicative
        )
    }
    for kind, name in (("1", "norm 1"), ("2", "spectral norm"), ("inf", "norm ∞")):
        parts[f"a diagonal matrix, {name}"] = derivation(norm(Diag(v), kind)).equals(
            largest_entry(v), by.norm_of_diagonal
        )
    parts["Frobenius norm"] = (
        derivation(norm(Diag(v) * W, "F"))
        .at_most(norm(Diag(v), "2") * norm(W, "F"), by.frobenius_mixed)
        .equals(largest_entry(v) * norm(W, "F"), by.norm_of_diagonal)
    )
    return parts


def largest(matrix):
    """The largest entry in magnitude."""
    return max(abs(entry) for entry in matrix)


@norm_of_step.counterexample("the norm must be submultiplicative: the largest-entry norm is not")
def largest_entry_norm():
    """max|(AB)_il| can exceed max|A_il| max|B_il|: d ones add up. Two steps suffice for that."""
    step = Matrix.ones(2, 2)
    return Witness(
        largest(step * step),
        largest(step) * largest(step),
        "≤",
        "for W = [1 1; 1 1] and slopes 1, two steps have the largest entry 2, one step has 1",
    )


@norm_of_step.counterexample("the norm must be induced: the Frobenius norm of diag(γ, …, γ) is γ√d")
def frobenius_norm_of_diagonal():
    """√(d γ²) is not γ unless d = 1."""
    gamma, d = activation("logistic").prime.at(0), 4
    diagonal = Matrix.diag(*[gamma] * d)
    return Witness(
        diagonal.norm(),
        largest(diagonal),
        "=",
        "four logistic slopes 1/4 on the diagonal have Frobenius norm 1/4 · √4 = 1/2",
    )
