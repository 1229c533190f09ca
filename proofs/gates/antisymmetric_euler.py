"""The flow of an antisymmetric matrix keeps lengths, and its Euler step does not."""

from sympy import Matrix, Rational, Symbol, pi, symbols, tanh

from symrnn import (
    About,
    D,
    Diag,
    Equation,
    Identity,
    Parameter,
    Witness,
    Zeros,
    activation,
    derivation,
    induction,
    named,
    statement,
)
from symrnn import rules as by

CELL = named("antisymmetric").without_inputs()
TANH = activation("tanh")


@statement(
    about=About.NO_CELL,
    uses=["gated_step"],
    headline=["no step along itself", "SAS is antisymmetric", "the length of a step at rest"],
)
def antisymmetric_euler(rnn):
    """The flow keeps lengths, its Euler step makes them longer

    A = W - Wᵀ moves every vector sideways: vᵀAv = 0, so that a flow along A keeps lengths. A cell
    takes steps of length ε, and a step straight ahead leaves the circle: with J = I + ε(A - γI),
    as at rest, JᵀJ is (1 - εγ)²I + ε²AᵀA. Without diffusion γ no length gets shorter in any step,
    and all that A moves gets longer. For two units that turn at the speed ω a step multiplies every
    length by √((1 - εγ)² + ε²ω²), exactly: to keep lengths, γ has to be chosen for ω. Away from
    rest each unit has a slope of its own, D. With D = S², DA is similar to SAS, which is
    antisymmetric as well: its spectrum is imaginary. But where the slopes change on the way, the
    flow itself can grow.
    """
    h, W, b = CELL["h"], CELL["W"], CELL["b"]
    t, d = Symbol("t", integer=True), CELL["h"].rows
    eps, gamma = (CELL[name] for name in ("epsilon", "gamma"))
    v, s = (Parameter(name, d, 1) for name in "vs")
    A, unit, zero, S = W - W.T, Identity(d), Zeros(d, 1), Diag(s)
    J = unit + eps * (A - gamma * unit)
    gram = (1 - eps * gamma) ** 2 * unit + eps**2 * (A.T * A)
    given = [Equation(b, zero), Equation(h[0], zero)]
    mine, written = by.uses("antisymmetric_euler"), CELL.recurrence.definition
    step = D(h[t], h[t - 1])
    return {
        "no step along itself": derivation(v.T * (A * v), cell=CELL).equals(
            Zeros(1, 1), by.algebra
        ),
        "SAS is antisymmetric": derivation((S * A * S).T, cell=CELL).equals(
            -(S * A * S), by.algebra
        ),
        "the length of a step": derivation(J.T * J, cell=CELL).equals(gram, by.algebra),
        "the state rests": induction(
            Equation(h[t], zero),
            over=t,
            base=0,
            base_case=derivation(h[0], cell=CELL).equals(zero, by.hypothesis),
            step=derivation(h[t], cell=CELL)
            .equals(written(h[t]), by.definition(h[t]))
            .equals(eps * TANH(b), by.induction_hypothesis)
            .equals(eps * TANH(zero), by.hypothesis)
            .equals(zero, by.elementwise_constant),
            given=[t >= 0, *given],
        ),
        "one step at rest": derivation(step, given=[t >= 1, *given], cell=CELL)
        .equals(CELL.recurrence.immediate(h[t], h[t - 1]), by.one_step)
        .equals(unit + eps * Diag(TANH.prime(b)) * (A - gamma * unit), mine)
        .equals(unit + eps * Diag(TANH.prime(zero)) * (A - gamma * unit), by.hypothesis)
        .equals(J, by.elementwise_constant),
        "the length of a step at rest": derivation(
            step.T * step, given=[t >= 1, *given], cell=CELL
        ).equals(gram, mine),
    }


def turning(first, second):
    """The flow along diag(first, second) A through a quarter turn, A = (0 -2; 2 0), by SymPy."""
    steep = Matrix([[first, 0], [0, second]]) * Matrix([[0, -2], [2, 0]])
    return (steep * (pi / 2)).exp()


@antisymmetric_euler.counterexample("the flow itself may grow, where slopes change on the way")
def two_quarter_turns():
    """Slopes (1, 1/4), then (1/4, 1), a quarter turn each: diag(-1/4, -4)."""
    quarter = Rational(1, 4)
    whole = turning(quarter, 1) * turning(1, quarter)
    return Witness(
        abs(whole[1, 1]), Rational(1), "≤", "slopes (1, ¼), then (¼, 1): two quarter turns make 4"
    )


@antisymmetric_euler.counterexample("without diffusion it explodes, though A is antisymmetric")
def three_steps_of_a_pair():
    """W - Wᵀ a quarter turn, ε = 3/4, γ = 0: ∂h_3/∂h_0 makes every length (5/4)³ times as long."""
    start = symbols("h_1 h_2", real=True)
    state, eps = Matrix(start), Rational(3, 4)
    turn = Matrix([[0, -1], [1, 0]])
    for _ in range(3):
        state = state + eps * (turn * state).applyfunc(tanh)
    found = state.jacobian(start).subs(dict.fromkeys(start, 0))
    squares = found.T * found
    return Witness(
        squares[0, 0],
        Rational(1),
        "≤",
        "after three steps of ε = 3/4 the squared length is (25/16)³",
    )
