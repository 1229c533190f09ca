"""The product of forget gates is not the derivative of the cell."""

from sympy import Rational, Symbol, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Hadamard,
    Identity,
    Ones,
    Witness,
    Zeros,
    activation,
    derivation,
    induction,
    named,
    ordered_product,
    statement,
)
from symrnn import rules as by

HALF = Rational(1, 2)
LSTM = named("lstm").without_inputs()


def at_rest(w, bias):
    """Hypotheses of an LSTM that rests at 0, of forget bias `bias`, all other biases 0, and
    W_g = wI; W_i, W_f and W_o may be anything."""
    h, c = LSTM["h"], LSTM["c"]
    zero = Zeros(h.rows, 1)
    biases = (LSTM[f"b_{gate}"] for gate in "igo")
    return [
        Equation(LSTM["W_g"], w * Identity(h.rows)),
        Equation(LSTM["b_f"], bias * Ones(h.rows)),
        *(Equation(bias, zero) for bias in biases),
        Equation(h[0], zero),
        Equation(c[0], zero),
    ]


@statement(
    about=About.NO_CELL,
    uses=["gated_step", "carousel"],
    headline=["the total derivative", "the carousel of these gates"],
)
def carousel_is_not_total(rnn):
    """The product of forget gates is not ∂c_t/∂c_0

    An LSTM that rests at 0 has i = o = 1/2, and f = σ(β) of its forget bias β, whatever W_i, W_f
    and W_o are. Moving c_0 a little moves h_1, h_1 moves g_2 through W_g = wI, and g_2 moves c_2:
    from the second step on the cell is multiplied not by f but by f + i o w = f + w/4, while the
    product of forget gates goes on as fᵗ. What is written in many places, that the derivative of
    the cell is the product of its forget gates, holds here for w = 0 only.
    """
    h, c, f, i, g, o = (LSTM[name] for name in "hcfigo")
    t, k = (Symbol(name, integer=True) for name in "tk")
    d = h.rows
    w = Symbol("w", real=True)
    bias = Symbol("beta", real=True)
    given, zero, unit = at_rest(w, bias), Zeros(d, 1), Identity(d)
    logistic, tanh_ = activation("logistic"), activation("tanh")
    mine = by.uses("carousel_is_not_total")
    W_g = LSTM["W_g"]
    phi = logistic.at(bias)
    ratio = phi + w / 4

    def written(vector):
        return LSTM.recurrence.definition(vector)

    def resting_gate(gate, value):
        """The gate at a time t ≥ 1, h_{t-1} being 0."""
        return (
            derivation(gate[t], given=[t >= 1, *given], cell=LSTM)
            .equals(written(gate[t]), by.definition(gate[t]))
            .equals(logistic(LSTM[f"b_{gate.label}"]), mine)
            .equals(logistic(value * Ones(d)), by.hypothesis)
            .equals(logistic.at(value) * Ones(d), by.elementwise_constant)
        )

    def always(part):
        """The part is 0 at every time, the first among them."""
        return induction(
            Equation(part[t], zero),
            over=t,
            base=0,
            base_case=derivation(part[0], cell=LSTM).equals(zero, by.hypothesis),
            step=derivation(part[t], cell=LSTM).equals(zero, mine),
            given=[t >= 0, *given],
        )

    first = (
        derivation(c[1], cell=LSTM)
        .equals(Hadamard(f[1], c[0]) + Hadamard(i[1], g[1]), by.definition(c[1]))
        .equals(Hadamard(f[1], c[0]) + Hadamard(i[1], written(g[1])), by.definition(g[1]))
        .equals(Hadamard(i[1], tanh_(zero)), by.hypothesis)
        .equals(zero, by.elementwise_constant)
    )
    later = (
        derivation(c[t], cell=LSTM)
        .equals(Hadamard(f[t], c[t - 1]) + Hadamard(i[t], g[t]), by.definition(c[t]))
        .equals(Hadamard(f[t], c[t - 1]) + Hadamard(i[t], written(g[t])), by.definition(g[t]))
        .equals(
            Hadamard(f[t], c[t - 1]) + Hadamard(i[t], tanh_(W_g * written(h[t - 1]) + LSTM["b_g"])),
            by.definition(h[t - 1]),
        )
        .equals(
            Hadamard(i[t], tanh_(W_g * Hadamard(o[t - 1], tanh_(zero)) + LSTM["b_g"])),
            by.induction_hypothesis,
        )
        .equals(Hadamard(i[t], tanh_(LSTM["b_g"])), by.elementwise_constant)
        .equals(Hadamard(i[t], tanh_(zero)), by.hypothesis)
        .equals(zero, by.elementwise_constant)
    )
    held_c, held_h = [c[t - 1]], [h[t - 1]]
    direct, across = D(c[t], c[t - 1], held=held_h), D(c[t], h[t - 1], held=held_c)
    total = D(c[t], c[0])
    output = D(h[t], c[0])
    along = LSTM.recurrence.immediate(c[t], h[t - 1])
    slope = Diag(tanh_.prime(zero))
    carousel = ordered_product(Diag(f[k]), (k, 1, t))
    return {
        "the cell rests": induction(
            Equation(c[t], zero),
            over=t,
            base=1,
            base_case=first,
            step=later,
            given=[t >= 1, *given],
        ),
        "the state rests": derivation(h[t], given=[t >= 1, *given], cell=LSTM)
        .equals(Hadamard(o[t], tanh_(c[t])), by.definition(h[t]))
        .equals(Hadamard(o[t], tanh_(zero)), mine)
        .equals(zero, by.elementwise_constant),
        **{f"{part.label} rests from time 0 on": always(part) for part in (h, c)},
        **{
            f"{gate.label} rests": resting_gate(gate, bias if gate == f else 0)
            for gate in (f, i, o)
        },
        "what enters rests": derivation(g[t], given=[t >= 1, *given], cell=LSTM)
        .equals(written(g[t]), by.definition(g[t]))
        .equals(tanh_(LSTM["b_g"]), mine)
        .equals(tanh_(zero), by.hypothesis)
        .equals(zero, by.elementwise_constant),
        "from state to cell": derivation(across, given=[t >= 1, *given], cell=LSTM)
        .equals(along, by.one_step)
        .equals(HALF * Diag(tanh_.prime(LSTM["b_g"])) * W_g, mine)
        .equals(HALF * slope * (w * unit), by.hypothesis)
        .equals(w / 2 * unit, by.elementwise_constant),
        "from cell to state": derivation(output, given=[t >= 1, *given], cell=LSTM)
        .equals(
            D(h[t], o[t], held=[c[t]]) * D(o[t], c[0]) + D(h[t], c[t], held=[o[t]]) * total,
            by.chain_rule(o[t], c[t]),
        )
        .equals(
            D(Hadamard(o[t], tanh_(c[t])), o[t], held=[c[t]]) * D(o[t], c[0])
            + D(Hadamard(o[t], tanh_(c[t])), c[t], held=[o[t]]) * total,
            by.definition(h[t]),
        )
        .equals(
            Diag(tanh_(c[t])) * D(o[t], c[0]) + Diag(o[t]) * Diag(tanh_.prime(c[t])) * total,
            by.differentiate,
        )
        .equals(
            Diag(tanh_(zero)) * D(o[t], c[0]) + HALF * slope * total,
            mine,
        )
        .equals(HALF * total, by.elementwise_constant),
        "from cell to cell": derivation(direct, given=[t >= 1, *given], cell=LSTM)
        .equals(Diag(f[t]), by.one_step)
        .equals(phi * unit, mine),
        "the first step": derivation(D(c[1], c[0]), given=given, cell=LSTM)
        .equals(D(Hadamard(f[1], c[0]) + Hadamard(i[1], g[1]), c[0]), by.definition(c[1]))
        .equals(Diag(f[1]), by.differentiate)
        .equals(phi * unit, mine),
        "every further step": derivation(total, given=[t >= 2, *given], cell=LSTM)
        .equals(
            direct * D(c[t - 1], c[0]) + across * D(h[t - 1], c[0]),
            by.chain_rule(c[t - 1], h[t - 1]),
        )
        .equals(phi * D(c[t - 1], c[0]) + w / 2 * (HALF * D(c[t - 1], c[0])), mine)
        .equals(ratio * D(c[t - 1], c[0]), by.algebra),
        "the total derivative": induction(
            Equation(total, phi * ratio ** (t - 1) * unit),
            over=t,
            base=1,
            base_case=derivation(D(c[1], c[0]), cell=LSTM).equals(phi * unit, mine),
            step=derivation(total, cell=LSTM)
            .equals(ratio * D(c[t - 1], c[0]), mine)
            .equals(ratio * (phi * ratio ** (t - 2) * unit), by.induction_hypothesis)
            .equals(phi * ratio ** (t - 1) * unit, by.algebra),
            given=[t >= 1, *given],
        ),
        "the carousel of these gates": induction(
            Equation(carousel, phi**t * unit),
            over=t,
            base=0,
            base_case=derivation(carousel.subs(t, 0), cell=LSTM).equals(unit, by.empty_range),
            step=derivation(carousel, cell=LSTM)
            .equals(Diag(f[t]) * carousel.subs(t, t - 1), by.split_latest)
            .equals(phi * carousel.subs(t, t - 1), mine)
            .equals(phi * (phi ** (t - 1) * unit), by.induction_hypothesis)
            .equals(phi**t * unit, by.algebra),
            given=[t >= 0, *given],
        ),
    }


@carousel_is_not_total.counterexample("W_g = 0 is needed for ∏ f to be the derivative")
def three_steps():
    """∂c_3/∂c_0 of one unit with w = 6 by SymPy's own diff: 2, where ∏ f is 1/8."""
    return Witness(
        of_one_unit(6, 3), HALF**3, "=", "with W_g = 6 and every gate at 1/2, ∂c₃/∂c₀ is 2"
    )


def of_one_unit(w, steps):
    """∂c_t/∂c_0 at rest, h_0 held: c = c/2 + tanh(w h)/2, h = tanh(c)/2, unrolled."""
    cell = first = Symbol("c_0", real=True)
    state = 0
    for _ in range(steps):
        cell = cell / 2 + tanh(w * state) / 2
        state = tanh(cell) / 2
    return cell.diff(first).subs(first, 0)
