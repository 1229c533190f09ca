"""One path that does not vanish is not enough: paths cancel."""

from sympy import Rational, Symbol, exp, log, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Ones,
    Witness,
    Zeros,
    derivation,
    named,
    ordered_product,
    statement,
)
from symrnn import rules as by

OPEN = Rational(9, 10)
LSTM = named("lstm").without_inputs()


@statement(
    about=About.NO_CELL,
    uses=["carousel_is_not_total"],
    headline=["the derivative is 0", "the open path"],
)
def one_open_path_is_not_enough(rnn):
    """A path that stays open does not keep the derivative from being 0

    The derivative is the sum over all paths, and paths have signs. At rest with f = 9/10,
    i = o = 1/2 and W_g = -18/5 I the way round through h contributes -18/5 · 1/4 = -9/10 a step,
    just what the open path contributes: ∂c_1/∂c_0 = 9/10 I, and from then on the derivative is
    exactly 0, while the product of forget gates is (9/10)ᵗ.
    """
    h, c, f = LSTM["h"], LSTM["c"], LSTM["f"]
    t, k = Symbol("t", integer=True), Symbol("k", integer=True)
    unit, zero = Identity(h.rows), Zeros(h.rows, 1)
    w = Rational(-18, 5)
    given = [
        Equation(LSTM["W_g"], w * unit),
        Equation(LSTM["b_f"], log(9) * Ones(h.rows)),
        *(Equation(LSTM[f"b_{gate}"], zero) for gate in "igo"),
        Equation(h[0], zero),
        Equation(c[0], zero),
    ]
    used = by.uses(
        "carousel_is_not_total", (Symbol("w", real=True), w), (Symbol("beta", real=True), log(9))
    )
    carousel = ordered_product(Diag(f[k]), (k, 1, t))
    return {
        "the first step": derivation(D(c[1], c[0]), given=given, cell=LSTM).equals(
            OPEN * unit, used
        ),
        "the derivative is 0": derivation(D(c[t], c[0]), given=[t >= 2, *given], cell=LSTM).equals(
            Zeros(h.rows, h.rows), used
        ),
        "the open path": derivation(carousel, given=[t >= 0, *given], cell=LSTM).equals(
            OPEN**t * unit, used
        ),
    }


@one_open_path_is_not_enough.counterexample("the sum over paths can be 0 though one of them is not")
def two_steps():
    """∂c_2/∂c_0 of one unit with f = 9/10 and W_g = -18/5: exactly 0."""
    cell = first = Symbol("c_0", real=True)
    state = 0
    for _ in range(2):
        cell = cell / (1 + exp(-log(9))) + tanh(-18 * state / 5) / 2
        state = tanh(cell) / 2
    total = cell.diff(first).subs(first, 0)
    return Witness(OPEN**2, total, "=", "the open path carries 81/100, and ∂c₂/∂c₀ is 0")
