"""Gradients could explode, and need not."""

from sympy import Rational, Symbol, atanh, oo, tanh

from symrnn import (
    About,
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
    sigma_inside,
    statement,
)
from symrnn import rules as by

FIXED, SLOPE = Rational(9, 10), 1 - Rational(9, 10) ** 2


def resting(rnn, w, value, bias):
    """Proofs for W = wI and a state that stays at `value` in every entry.

    Returns the hypotheses and three parts: the state stays, one step, all steps.
    """
    unit, ones = Identity(rnn.d), Ones(rnn.d)
    state = value * ones
    given = [
        Equation(rnn.W, w * unit),
        Equation(rnn.b, bias * ones),
        Equation(rnn.s[0], state),
    ]
    if rnn.reads_state:
        slope = rnn.sigma.prime.at(value)
        stays, one_step = at_rest_inside(rnn, w, value, bias, given)
    else:
        slope = rnn.sigma.prime.at(w * value + bias)
        stays, one_step = at_rest(rnn, w, value, bias, given)
    return given, stays, one_step, many_steps(rnn, slope * w, given)


def at_rest(rnn, w, value, bias, given):
    """The state stays where it is, and one step; σ is outside."""
    s, a, b, j, t, W = rnn.s, rnn.a, rnn.b, rnn.j, rnn.t, rnn.W
    unit, ones = Identity(rnn.d), Ones(rnn.d)
    state, slope = value * ones, rnn.sigma.prime.at(w * value + bias)
    stays = induction(
        Equation(s[t], state),
        over=t,
        base=0,
        base_case=derivation(s[0], cell=rnn).equals(state, by.hypothesis),
        step=derivation(s[t], cell=rnn)
        .equals(rnn.sigma(a[t]), by.definition)
        .equals(rnn.sigma(W * s[t - 1] + b), by.definition)
        .equals(rnn.sigma(W * state + b), by.induction_hypothesis)
        .equals(rnn.sigma((w * value + bias) * ones), by.hypothesis)
        .equals(state, by.elementwise_constant),
        given=[t >= 0, *given],
    )
    one_step = (
        derivation(D(s[j], s[j - 1]), given=[j >= 1, *given], cell=rnn)
        .equals(D(s[j], a[j]) * D(a[j], s[j - 1]), by.chain_rule(a[j]))
        .equals(D(rnn.sigma(a[j]), a[j]) * D(W * s[j - 1] + b, s[j - 1]), by.definition)
        .equals(Diag(rnn.slope(a[j])) * W, by.differentiate)
        .equals(Diag(rnn.slope(W * s[j - 1] + b)) * W, by.definition(a[j]))
        .equals(Diag(rnn.slope(W * state + b)) * W, by.uses("gradients_could_explode"))
        .equals(Diag(rnn.slope((w * value + bias) * ones)) * (w * unit), by.hypothesis)
        .equals(Diag(slope * ones) * (w * unit), by.elementwise_constant)
        .equals(slope * w * unit, by.algebra)
    )
    return stays, one_step


def at_rest_inside(rnn, w, value, bias, given):
    """The state stays where it is, and one step; σ is inside."""
    s, a, b, j, t, W = rnn.s, rnn.a, rnn.b, rnn.j, rnn.t, rnn.W
    unit, ones = Identity(rnn.d), Ones(rnn.d)
    state, passed_on = value * ones, rnn.sigma.at(value)
    stays = induction(
        Equation(s[t], state),
        over=t,
        base=0,
        base_case=derivation(s[0], cell=rnn).equals(state, by.hypothesis),
        step=derivation(s[t], cell=rnn)
        .equals(W * a[t] + b, by.definition)
        .equals(W * rnn.sigma(s[t - 1]) + b, by.definition)
        .equals(W * rnn.sigma(state) + b, by.induction_hypothesis)
        .equals(W * (passed_on * ones) + b, by.elementwise_constant)
        .equals(w * (passed_on * ones) + bias * ones, by.hypothesis)
        .equals(state, by.algebra),
        given=[t >= 0, *given],
    )
    one_step = (
        derivation(D(s[j], s[j - 1]), given=[j >= 1, *given], cell=rnn)
        .equals(D(s[j], a[j]) * D(a[j], s[j - 1]), by.chain_rule(a[j]))
        .equals(D(W * a[j] + b, a[j]) * D(rnn.sigma(s[j - 1]), s[j - 1]), by.definition)
        .equals(W * Diag(rnn.slope(s[j - 1])), by.differentiate)
        .equals(W * Diag(rnn.slope(state)), by.uses("gradients_could_explode"))
        .equals(W * Diag(rnn.sigma.prime.at(value) * ones), by.elementwise_constant)
        .equals(w * unit * Diag(rnn.sigma.prime.at(value) * ones), by.hypothesis)
        .equals(rnn.sigma.prime.at(value) * w * unit, by.algebra)
    )
    return stays, one_step


def many_steps(rnn, ratio, given):
    """∂s_t/∂s_0 = ratioᵗ I, by induction."""
    s, t, unit = rnn.s, rnn.t, Identity(rnn.d)
    return induction(
        Equation(D(s[t], s[0]), ratio**t * unit),
        over=t,
        base=0,
        base_case=derivation(D(s[0], s[0]), cell=rnn).equals(unit, by.derivative_of_itself),
        step=derivation(D(s[t], s[0]), cell=rnn)
        .equals(D(s[t], s[t - 1]) * D(s[t - 1], s[0]), by.chain_rule(s[t - 1]))
        .equals(ratio * D(s[t - 1], s[0]), by.uses("gradients_could_explode"))
        .equals(ratio * (ratio ** (t - 1) * unit), by.induction_hypothesis)
        .equals(ratio**t * unit, by.algebra),
        given=[t >= 0, *given],
    )


@statement(
    about=About.ELMAN,
    uses=["product_bound", "slopes_bounded"],
    headline=["it explodes", "it vanishes"],
)
def gradients_could_explode(rnn):
    """For γλ > 1 gradients could explode, but need not

    The bound (γλ)^{t-k} grows now, and a bound that grows proves nothing. It takes two examples to
    see what is possible. A tanh network with W = wI that rests at 0, where the slope is 1, attains
    the bound: its derivative is wᵗ and explodes for w > 1. A network with W = 2I that rests at 9/10
    has γλ = 2 as well, but its slope there is only 19/100: it is saturated, and the derivative is
    (19/50)ᵗ, which vanishes.
    """
    return two_networks(elman, FIXED, "the state rests at 9/10")


@gradients_could_explode.form(About.SIGMA_INSIDE)
def gradients_could_explode_inside(rnn):
    """For γλ > 1 gradients could explode, but need not

    The bound (γλ)^{t-k} grows now, and a bound that grows proves nothing. It takes two examples to
    see what is possible. A tanh network with W = wI that rests at 0, where the slope is 1, attains
    the bound: its derivative is wᵗ and explodes for w > 1. A network with W = 2I whose units rest
    where tanh is 9/10 has γλ = 2 as well, but its slope there is only 19/100: it is saturated, and
    the derivative is (19/50)ᵗ, which vanishes.
    """
    return two_networks(sigma_inside, atanh(FIXED), "the units rest where tanh is 9/10")


def two_networks(cell, far_out, resting_there):
    """All parts, for a tanh network that rests at 0, and one that rests at `far_out`, saturated.

    Either way the units pass on 9/10 there; only what is called the state differs.
    """
    tanh_cell, saturated = (cell("tanh", inputs=False) for _ in range(2))
    t = tanh_cell.t
    w = Symbol("w", positive=True)
    mine = by.uses("gradients_could_explode")
    given, rests, one_step, all_steps = resting(tanh_cell, w, 0, 0)
    s, unit = tanh_cell.s, Identity(tanh_cell.d)
    bias = atanh(FIXED) - 2 * FIXED
    far, rests_far, one_far, all_far = resting(saturated, 2, far_out, bias)
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
        resting_there: rests_far,
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
    slope = three_steps(lambda s: tanh(2 * s + atanh(FIXED) - 2 * FIXED), FIXED)
    return Witness(Rational(1), slope, "≤", "with γλ = 2, ∂s₃/∂s₀ is (19/50)³, far below 1")


@gradients_could_explode_inside.counterexample("γλ > 1 alone does not make it explode: saturation")
def saturated_unit_inside():
    """s_j = 2 tanh s_{j-1} + b with the fixed point artanh 9/10: three steps, γλ = 2."""
    slope = three_steps(lambda s: 2 * tanh(s) + atanh(FIXED) - 2 * FIXED, atanh(FIXED))
    return Witness(Rational(1), slope, "≤", "with γλ = 2, ∂s₃/∂s₀ is (19/50)³, far below 1")


def three_steps(step, start):
    """∂s₃/∂s₀ of one unit by SymPy's own diff."""
    state = first = Symbol("s_0", real=True)
    for _ in range(3):
        state = step(state)
    return state.diff(first).subs(first, start)
