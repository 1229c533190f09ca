"""A path past the activation: how small and how large one step can be."""

from sympy import Rational, Symbol, tanh

from symrnn import (
    About,
    D,
    Diag,
    Identity,
    Inequality,
    Parameter,
    Witness,
    derivation,
    for_all,
    largest_entry,
    named,
    norm,
    statement,
)
from symrnn import rules as by

LEAKY, RESIDUAL = named("leaky"), named("residual")


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=["leaky: at most", "leaky: at least", "residual: at most", "residual: at least"],
)
def leaky_and_residual(rnn):
    """A path past the activation bounds one step from below as well

    One step of a leaky cell is (1 - α)I + α diag(σ′)W, and the triangle inequality bounds it from
    both sides: with |σ′| ≤ γ and ‖W‖ ≤ λ no direction grows by more than 1 - α + αγλ, and none
    shrinks below 1 - α - αγλ. For a residual cell the two are 1 + γλ and 1 - γλ. Where γλ is not
    small the path is open and the derivative may still explode, or be 0.
    """
    return {
        **of_leaky(),
        **of_residual(),
    }


def in_words(cell, kept, scale, label):
    """‖J‖ ≤ kept + scale γλ, and kept ‖v‖ ≤ ‖J v‖ + scale γλ ‖v‖ for each column v."""
    j, h, W = cell.index, cell["h"], cell["W"]
    gamma, lam = (Symbol(name, nonnegative=True) for name in ("gamma", "lambda"))
    v = Parameter("v", h.rows, 1)
    slope = slopes(cell)
    step = D(h[j], h[j - 1])
    written = kept * Identity(h.rows) + scale * Diag(slope) * W
    small = [for_all(j, Inequality(largest_entry(slope), gamma), since=1)]
    given = [j >= 1, *extra(cell), *small, Inequality(norm(W, "2"), lam)]
    mine = by.uses("leaky_and_residual")
    return {
        f"{label}: one step": derivation(step, given=[j >= 1], cell=cell).equals(
            written, by.one_step
        ),
        f"{label}: at most": derivation(norm(step, "2"), given=given, cell=cell)
        .equals(norm(written, "2"), mine)
        .at_most(
            abs(kept) * norm(Identity(h.rows), "2") + abs(scale) * norm(Diag(slope) * W, "2"),
            by.triangle,
        )
        .equals(
            kept * norm(Identity(h.rows), "2") + scale * norm(Diag(slope) * W, "2"),
            by.absolute_value,
        )
        .equals(kept + scale * norm(Diag(slope) * W, "2"), by.norm_of_identity)
        .at_most(kept + scale * norm(Diag(slope), "2") * norm(W, "2"), by.submultiplicative)
        .equals(kept + scale * largest_entry(slope) * norm(W, "2"), by.norm_of_diagonal)
        .at_most(kept + scale * gamma * norm(W, "2"), by.assumed_bound)
        .at_most(kept + scale * gamma * lam, by.assumed_bound),
        f"{label}: at least": derivation(norm(kept * v, "2"), given=given, cell=cell)
        .equals(norm(written * v - scale * Diag(slope) * W * v, "2"), by.algebra)
        .equals(norm(step * v - scale * Diag(slope) * W * v, "2"), mine.backwards)
        .at_most(norm(step * v, "2") + abs(scale) * norm(Diag(slope) * W * v, "2"), by.triangle)
        .equals(norm(step * v, "2") + scale * norm(Diag(slope) * W * v, "2"), by.absolute_value)
        .at_most(
            norm(step * v, "2") + scale * norm(Diag(slope), "2") * norm(W, "2") * norm(v, "2"),
            by.submultiplicative,
        )
        .equals(
            norm(step * v, "2") + scale * largest_entry(slope) * norm(W, "2") * norm(v, "2"),
            by.norm_of_diagonal,
        )
        .at_most(
            norm(step * v, "2") + scale * gamma * norm(W, "2") * norm(v, "2"), by.assumed_bound
        )
        .at_most(norm(step * v, "2") + scale * gamma * lam * norm(v, "2"), by.assumed_bound),
    }


def slopes(cell):
    """σ′ at the pre-activation of the step."""
    value = cell.definitions[cell["h"][cell.index]]
    (node,) = value.find(lambda each: hasattr(each, "activation"))
    return node.activation.prime(node.argument)


def extra(cell):
    """0 ≤ α ≤ 1 where there is one."""
    return [cell["alpha"] >= 0, cell["alpha"] <= 1] if cell is LEAKY else []


def of_leaky():
    alpha = LEAKY["alpha"]
    return in_words(LEAKY, 1 - alpha, alpha, "leaky")


def of_residual():
    return in_words(RESIDUAL, 1, 1, "residual")


def of_one_unit(kept, scale, w):
    """One step of one unit at 0, differentiated by SymPy."""
    h = Symbol("h", real=True)
    return (kept * h + scale * tanh(w * h)).diff(h).subs(h, 0)


@leaky_and_residual.counterexample("leaky: without a bound of W it explodes")
def leaky_explodes():
    """α = 1/2, w = 3: 2."""
    half = Rational(1, 2)
    return Witness(of_one_unit(half, half, 3), Rational(1), "≤", "α = 1/2, w = 3: one step is 2")


@leaky_and_residual.counterexample("leaky: an open path may be cancelled")
def leaky_vanishes():
    """α = 1/2, w = -1: 0."""
    half = Rational(1, 2)
    return Witness(half, of_one_unit(half, half, -1), "≤", "α = 1/2, w = -1: one step is 0")


@leaky_and_residual.counterexample("residual: identity plus something is no isometry")
def residual_doubles():
    """w = 1: 2; w = -1: 0."""
    return Witness(of_one_unit(1, 1, 1), Rational(1), "≤", "h + tanh h has the derivative 2 at 0")


@leaky_and_residual.counterexample("residual: the path past the activation may be cancelled")
def residual_vanishes():
    """w = -1: 0."""
    return Witness(Rational(1), of_one_unit(1, 1, -1), "≤", "h - tanh h has the derivative 0 at 0")
