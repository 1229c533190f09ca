"""Gradients could explode, and need not."""

from sympy import Rational, Symbol, atanh, oo, tanh

from symrnn import (
    D,
    Diag,
    Equation,
    Identity,
    Ones,
    Witness,
    derivation,
    elman,
    induction,
    norm,
    statement,
)
from symrnn import rules as by

FIXED, SLOPE = Rational(9, 10), 1 - Rational(9, 10) ** 2


def resting(rnn, w, value, bias):
    """Proofs for W = wI and a state that stays at `value` in every entry.

    Returns the hypotheses and three parts: the state stays, one step, all steps.
    """
    s, a, b, j, t = rnn.s, rnn.a, rnn.b, rnn.j, rnn.t
    unit = Identity(rnn.d)
    state, drive, ones = value * Ones(rnn.d), bias * Ones(rnn.d), Ones(rnn.d)
    slope = rnn.sigma.prime.at(w * value + bias)
    given = [Equation(rnn.W, w * unit), Equation(b, drive), Equation(s[0], state)]
    mine = by.uses("gradients_could_explode")

    stays = induction(
        Equation(s[t], state),
        over=t,
        base=0,
        base_case=derivation(s[0], cell=rnn).equals(state, by.hypothesis),
        step=derivation(s[t], cell=rnn)
        .equals(rnn.sigma(a[t]), by.definition)
        .equals(rnn.sigma(rnn.W * s[t - 1] + b), by.definition)
        .equals(rnn.sigma(rnn.W * state + b), by.induction_hypothesis)
        .equals(rnn.sigma((w * value + bias) * ones), by.hypothesis)
        .equals(state, by.elementwise_constant),
        given=[t >= 0, *given],
    )
    one_step = (
        derivation(D(s[j], s[j - 1]), given=[j >= 1, *given], cell=rnn)
        .equals(D(s[j], a[j]) * D(a[j], s[j - 1]), by.chain_rule(a[j]))
        .equals(D(rnn.sigma(a[j]), a[j]) * D(rnn.W * s[j - 1] + b, s[j - 1]), by.definition)
        .equals(Diag(rnn.slope(a[j])) * rnn.W, by.differentiate)
        .equals(Diag(rnn.slope(rnn.W * s[j - 1] + b)) * rnn.W, by.definition(a[j]))
        .equals(Diag(rnn.slope(rnn.W * state + b)) * rnn.W, mine)
        .equals(Diag(rnn.slope((w * value + bias) * ones)) * (w * unit), by.hypothesis)
        .equals(Diag(slope * ones) * (w * unit), by.elementwise_constant)
        .equals(slope * w * unit, by.algebra)
    )
    all_steps = induction(
        Equation(D(s[t], s[0]), (slope * w) ** t * unit),
        over=t,
        base=0,
        base_case=derivation(D(s[0], s[0]), cell=rnn).equals(unit, by.derivative_of_itself),
        step=derivation(D(s[t], s[0]), cell=rnn)
        .equals(D(s[t], s[t - 1]) * D(s[t - 1], s[0]), by.chain_rule(s[t - 1]))
        .equals(slope * w * D(s[t - 1], s[0]), mine)
        .equals(slope * w * ((slope * w) ** (t - 1) * unit), by.induction_hypothesis)
        .equals((slope * w) ** t * unit, by.algebra),
        given=[t >= 0, *given],
    )
    return given, stays, one_step, all_steps


@statement(uses=["product_bound", "slopes_bounded"], headline=["it explodes", "it vanishes"])
def gradients_could_explode(rnn):
    """For γλ > 1 gradients could explode, but need not

    The bound (γλ)^{t-k} grows now, and a bound that grows proves nothing. It takes two examples to
    see what is possible. A tanh network with W = wI that rests at 0, where the slope is 1, attains
    the bound: its derivative is wᵗ and explodes for w > 1. A network with W = 2I that rests at 9/10
    has γλ = 2 as well, but its slope there is only 19/100: it is saturated, and the derivative is
    (19/50)ᵗ, which vanishes.
    """
    t = rnn.t
    tanh_cell, saturated = (elman("tanh", inputs=False) for _ in range(2))
    w = Symbol("w", positive=True)
    mine = by.uses("gradients_could_explode")
    given, rests, one_step, all_steps = resting(tanh_cell, w, 0, 0)
    s, unit = tanh_cell.s, Identity(tanh_cell.d)
    bias = atanh(FIXED) - 2 * FIXED
    far, rests_far, one_far, all_far = resting(saturated, 2, FIXED, bias)
    size = norm(D(s[t], s[0]))
    ratio = 2 * SLOPE
    return {
        "the state rests at 0": rests,
        "one step multiplies by w": one_step,
        "t steps multiply by wᵗ": all_steps,
        "λ = w": derivation(norm(tanh_cell.W), given=given, cell=tanh_cell)
        .equals(norm(w * unit), by.hypothesis)
        .equals(w * norm(unit), by.homogeneous)
        .equals(w, by.norm_of_identity),
        "its norm": derivation(size, given=[t >= 0, *given], cell=tanh_cell)
        .equals(norm(w**t * unit), mine)
        .equals(w**t * norm(unit), by.homogeneous)
        .equals(w**t, by.norm_of_identity),
        "it explodes": derivation(size, given=[t >= 0, w > 1, *given], cell=tanh_cell)
        .equals(w**t, mine)
        .tends_to(oo, by.geometric_growth, t),
        "the state rests at 9/10": rests_far,
        "one step multiplies by 19/50": one_far,
        "t steps multiply by (19/50)ᵗ": all_far,
        "it vanishes": derivation(size, given=[t >= 0, *far], cell=saturated)
        .equals(norm(ratio**t * unit), mine)
        .equals(ratio**t * norm(unit), by.homogeneous)
        .equals(ratio**t, by.norm_of_identity)
        .tends_to(0, by.geometric_decay, t),
    }


@gradients_could_explode.counterexample("γλ > 1 alone does not make it explode: saturation")
def saturated_unit():
    """s_j = tanh(2 s_{j-1} + b) with the fixed point 9/10: three steps, γλ = 2."""
    start = Symbol("s_0", real=True)
    bias, state = atanh(FIXED) - 2 * FIXED, start
    for _ in range(3):
        state = tanh(2 * state + bias)
    slope = state.diff(start).subs(start, FIXED)
    return Witness(Rational(1), slope, "≤", "with γλ = 2, ∂s₃/∂s₀ is (19/50)³, far below 1")
