"""Orthogonal weights keep gradients in a linear cell, and need not in another."""

from sympy import Matrix, Max, Rational, Symbol, sqrt, symbols

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Inequality,
    Vec,
    Witness,
    cell,
    derivation,
    induction,
    largest_entry,
    norm,
    statement,
)
from symrnn import rules as by

LINEAR = cell("h = W h' + U x + b", name="linear cell")
ANY = cell("h = sigma(W h' + U x + b)", name="Elman cell")


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=["a linear cell", "with slopes up to 1"],
)
def orthogonal_weights(rnn):
    """Orthogonal weights keep gradients where the cell is linear, and need not elsewhere

    That orthogonal weights keep gradients as they are is true of the matrix: with WᵀW = I the
    derivative J = ∂h_t/∂h_0 of a linear cell has JᵀJ = I for all t, and no direction grows or
    shrinks. With a σ in the step, the step is diag(σ′)W: if |σ′| ≤ 1 it is at most 1, and nothing
    keeps it from being less. ReLU and an orthogonal W may lose everything in two steps.
    """
    t = Symbol("t", integer=True)
    h, W = LINEAR["h"], LINEAR["W"]
    unit = Identity(h.rows)
    total, before = D(h[t], h[0]), D(h[t - 1], h[0])
    mine = by.uses("orthogonal_weights")
    given = [Equation(W.T * W, unit)]
    u, V = ANY["h"], ANY["W"]
    slope = ANY.slope(u[t])
    bounded = [Inequality(largest_entry(slope), 1), Inequality(norm(V, "2"), 1)]
    return {
        "one step": derivation(D(h[t], h[t - 1]), given=[t >= 1], cell=LINEAR).equals(
            W, by.one_step
        ),
        "a linear cell": induction(
            Equation(Vec(total.T * total), Vec(unit)),
            over=t,
            base=0,
            base_case=derivation(Vec(D(h[0], h[0]).T * D(h[0], h[0])), cell=LINEAR).equals(
                Vec(unit), by.derivative_of_itself
            ),
            step=derivation(Vec(total.T * total), cell=LINEAR)
            .equals(
                Vec((D(h[t], h[t - 1]) * before).T * (D(h[t], h[t - 1]) * before)),
                by.chain_rule(h[t - 1]),
            )
            .equals(Vec((W * before).T * (W * before)), mine)
            .equals(Vec(before.T * W.T * W * before), by.transpose_of_product)
            .equals(Vec(before.T * before), by.hypothesis)
            .equals(Vec(unit), by.induction_hypothesis),
            given=[t >= 0, *given],
        ),
        "with slopes up to 1": derivation(
            norm(D(u[t], u[t - 1]), "2"), given=[t >= 1, *bounded], cell=ANY
        )
        .equals(norm(Diag(slope) * V, "2"), by.one_step)
        .at_most(norm(Diag(slope), "2") * norm(V, "2"), by.submultiplicative)
        .equals(largest_entry(slope) * norm(V, "2"), by.norm_of_diagonal)
        .at_most(norm(V, "2"), by.assumed_bound)
        .at_most(1, by.assumed_bound),
    }


QUARTER_TURN = Matrix([[0, -1], [1, 0]])


@orthogonal_weights.counterexample("with ReLU the gradient may be 0: orthogonal W do not keep it")
def one_unit_off():
    """A quarter turn, one of the two units switched off: (diag(1, 0) W)² = 0."""
    x = Symbol("x", real=True)
    slopes = [Max(0, x).diff(x).subs(x, value) for value in (1, -1)]
    step = Matrix.diag(*slopes) * QUARTER_TURN
    whole = step * step
    return Witness(
        Rational(1), sum(abs(each) for each in whole), "≤", "with one unit off, two steps leave 0"
    )


@orthogonal_weights.counterexample("made for orthogonal W, modReLU does not keep it either")
def mod_relu():
    """(|z| + b) z/|z| at z = (1, 0), b = -1/2: along z 1, across it 1/2."""
    one, other = symbols("z_1 z_2", real=True)
    z, length = Matrix([one, other]), sqrt(one**2 + other**2)
    step = (z * (length - Rational(1, 2)) / length).jacobian([one, other]).subs({one: 1, other: 0})
    return Witness(
        Rational(1), step[1, 1], "≤", "modReLU with b = -1/2 at |z| = 1 halves what stands across"
    )


@orthogonal_weights.counterexample("WᵀW = I is needed, not only a largest eigenvalue of 1")
def not_normal():
    """W = (1 1; 0 1) has the eigenvalue 1 twice: after three steps a length has grown."""
    W = Matrix([[1, 1], [0, 1]])
    whole = W**3
    return Witness((whole.T * whole)[1, 1], Rational(1), "≤", "W = (1 1; 0 1): W³ has the entry 3")
