"""False claims that were once proved, by kind, each in more than one instance: none is any more.

The kinds are those of the attack on version 0.1: times that may be equal, missing conditions, empty
ranges, hypotheses of an induction, values used for all times or under a derivative, capture,
division by zero, kinks, limits of what does not grow, another recurrence, circles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Max, Rational, S, Sum, Symbol, symbols

from symrnn import (
    D,
    D_plus,
    Diag,
    Equation,
    Identity,
    Inequality,
    Parameter,
    Sequence,
    Vec,
    Zeros,
    activation,
    derivation,
    elman,
    for_all,
    induction,
    norm,
    ordered_product,
    ordered_sum,
    sigma_inside,
    statement,
)
from symrnn import rules as by
from symrnn.errors import IllFormedError, SymrnnError
from symrnn.kernel import (
    Fact,
    assume,
    congruence,
    instantiate,
    reflexivity,
    specialise,
    squeeze,
    symmetry,
    transitivity,
)
from symrnn.kernel import induction as by_induction
from symrnn.kernel.axioms import derivatives, differentials, limits, numbers, ranges
from symrnn.theory.about import About
from symrnn.theory.check import prove
from symrnn.theory.context import Context

rnn = elman()
tanh = elman("tanh")
cell = rnn.recurrence
s, a, x, L, W, U, b = rnn.s, rnn.a, rnn.x, rnn.L, rnn.W, rnn.U, rnn.b
j, k, t, T, d = rnn.j, rnn.k, rnn.t, rnn.T, rnn.d
n, l = symbols("n l", integer=True)  # noqa: E741
y, z = symbols("y z", real=True)
q = Symbol("q", nonnegative=True)
g = Parameter("g", d, 1)
F = Sequence("F", d, d)
NONE = Zeros(d, d)


def proof(start: Any, *steps: tuple[Any, Any], given: Any = ()) -> Callable[[], Any]:
    def attempted() -> Any:
        chain = derivation(start, given=given)
        for after, rule in steps:
            chain = chain.equals(after, rule)
        return prove(chain, Context(rnn))

    return attempted


def bound(start: Any, after: Any, rule: Any, given: Any = ()) -> Callable[[], Any]:
    return lambda: prove(derivation(start, given=given).at_most(after, rule), Context(rnn))


def grown(claim: Any, base: Any, first: Any, step: Any, given: Any) -> Callable[[], Any]:
    return lambda: prove(induction(claim, t, base, first, step, given), Context(rnn))


TIMES = {
    "s_0 may be s_k": proof(D(s[0], s[k]), (NONE, by.no_dependence), given=[k >= 0]),
    "s_0 may be s_k, constant": proof(D(s[0], s[k]), (NONE, by.constant), given=[k >= 0]),
    "s_k may be s_t": proof(D(s[k], s[t]), (NONE, by.no_dependence), given=[k <= t]),
    "x_t may be x_k": proof(D(x[t], x[k]), (Zeros(rnn.m, rnn.m), by.no_dependence)),
    "x_t may be x_k, differentiated": proof(
        D(U * x[t] + b, x[k]), (Zeros(d, rnn.m), by.differentiate)
    ),
    "what is held may be what is varied": proof(D(s[k], s[t], held=[s[k]]), (NONE, by.constant)),
    "a path is lost at k = t": proof(
        D(s[t] + s[k], s[0]),
        (D(s[t] + s[k], s[t]) * D(s[t], s[0]), by.chain_rule(s[t])),
        given=[k >= 0, k <= t],
    ),
    "s_{t+n} may be s_t": proof(
        D(W * s[t + n] + s[t], s[t]), (Identity(d), by.differentiate), given=[n >= 0]
    ),
    "an immediate derivative by what may be the state": proof(
        D_plus(s[t], s[t + n]), (NONE, by.immediate_derivative), given=[t >= 1]
    ),
    "the state at 0 is given": proof(
        D_plus(s[0], b), (Diag(rnn.slope(a[0])), by.immediate_derivative)
    ),
    "the state at t may be given": proof(
        D_plus(s[t], b), (cell.immediate(s[t], b), by.immediate_derivative), given=[t >= 0]
    ),
    "a definition before the first step": proof(a[t], (W * s[t - 1] + U * x[t] + b, by.definition)),
}

RANGES = {
    "a range that may be empty": proof(
        ordered_product(F[j], (j, k, t)),
        (F[t] * ordered_product(F[j], (j, k, t - 1)), by.split_latest),
        given=[k <= t + 1],
    ),
    "a scalar sum turned round": proof(
        Sum(j, (j, 1, n)), (-Sum(j, (j, n + 1, 0)), by.scalar_algebra)
    ),
    "a sum over 4 … 0 written out by another convention": proof(
        Sum(j, (j, 4, 0)), (S(-6), by.scalar_algebra)
    ),
    "a power for a product over what may be no times": proof(
        sympy.Product(q, (j, k, t)), (q ** (t - k + 1), by.scalar_algebra)
    ),
    "split outside its range": proof(
        ordered_sum(F[j], (j, 1, t)),
        (ordered_sum(F[j], (j, 1, n)) + ordered_sum(F[j], (j, n + 1, t)), by.split_at(n)),
        given=[n >= 0],
    ),
}

INDUCTIONS = {
    "max(k-5, 0) = 0 where k ≤ t + 5": grown(
        Equation(Max(k - 5, 0), 0),
        0,
        derivation(Max(k - 5, 0)).equals(S.Zero, by.larger_of),
        derivation(Max(k - 5, 0)).equals(S.Zero, by.induction_hypothesis),
        [t >= 0, k <= t + 5],
    ),
    "t ≤ 0 where t ≥ 0": grown(
        Inequality(t, 0),
        0,
        derivation(S.Zero).at_most(S.Zero, by.nonnegative_difference),
        derivation(t).at_most(S.Zero, by.nonnegative_difference),
        [t >= 0],
    ),
    "a hypothesis about t is not one about t - 1": grown(
        Equation(F[t], NONE),
        0,
        derivation(F[0]).equals(NONE, by.hypothesis),
        derivation(F[t]).equals(NONE, by.hypothesis),
        [t >= 0, Equation(F[t], NONE)],
    ),
    "no step": grown(
        Equation(W * s[t], s[t]),
        0,
        derivation(W * s[0]).equals(s[0], by.hypothesis),
        derivation(W * s[t]).equals(s[t], by.induction_hypothesis),
        [t >= 0, Equation(W * s[0], s[0])],
    ),
}


def over_a_real() -> Any:
    zero = numbers.algebra(0 * y, S.Zero)
    return by_induction(zero, zero, y, 0)


def another_cell() -> Any:
    bare = elman(inputs=False)
    first = derivation(bare.s[1], cell=bare)
    chain = first.equals(bare.sigma(bare.a[1]), by.definition).equals(
        bare.sigma(bare.W * bare.s[0] + bare.b), by.definition
    )
    claim = Equation(s[t], rnn.sigma(W * s[t - 1] + b))
    step = derivation(s[t]).equals(rnn.sigma(W * s[t - 1] + b), by.induction_hypothesis)
    return prove(induction(claim, t, 1, chain, step, [t >= 1]), Context(rnn))


def two_cells() -> Any:
    inside = sigma_inside()
    one = derivatives.defined(s[j], cell)
    other = derivatives.defined(inside.s[j], inside.recurrence)
    return transitivity(symmetry(one), other)


HYPOTHESES = {
    "from one k to all": bound(t + y, 4 + y, by.assumed_bound, given=[k <= 4]),
    "a bound at one time, used at another": bound(
        norm(s[1], "2"), S.One, by.assumed_bound, given=[Inequality(norm(s[t], "2"), 1)]
    ),
    "a bound at one time, used under a sum": bound(
        Sum(norm(s[j]), (j, 1, t)),
        Sum(q, (j, 1, t)),
        by.assumed_bound,
        given=[Inequality(norm(s[j]), q)],
    ),
    "for all times from 5 on, used at 1": bound(
        norm(s[1]), q, by.assumed_bound, given=[for_all(j, Inequality(norm(s[j]), q), since=5)]
    ),
    "an induction over a real": over_a_real,
    "an induction from another recurrence": another_cell,
    "two recurrences": two_cells,
    "1/2 for an integer": lambda: instantiate(
        numbers.order(t, 2 * t - 1, [t > 0]), {t: Rational(1, 2)}
    ),
    "a real for an integer": lambda: instantiate(reflexivity(t), {t: y}),
    "an assumption that is not printed": lambda: reflexivity(Symbol("y", negative=True)),
    "even": lambda: reflexivity(Symbol("y", even=True)),
    "a negative number for γ": lambda: _met(instantiate(numbers.order(0, q), {q: S(-1)})),
    "d for a number the recurrence fixes": lambda: instantiate(
        derivatives.defined(s[j], cell), {d: S.One}
    ),
}


def _met(theorem: Any) -> Any:
    """Refuse what holds under hypotheses that no number meets."""
    if Fact(S(-1)) in theorem.hypotheses:
        raise IllFormedError("nothing is shown: a hypothesis is false")
    return theorem


relu_low = derivation(Max(y, 0), given=[y <= 0]).equals(S.Zero, by.larger_of)


def a_point_under_a_derivative() -> Any:
    at_a_point = prove(relu_low, Context(rnn))
    return congruence(at_a_point, sympy.Derivative(Max(y, 0), y), (0,))


REWRITING = {
    "∂a/∂a by the definition of a": proof(
        D(a[j], a[j]),
        (D(W * s[j - 1] + U * x[j] + b, a[j]), by.definition),
        given=[j >= 1],
    ),
    "∂(W a)/∂a by the definition of a": proof(
        D(W * a[j], a[j]),
        (D(W * (W * s[j - 1] + U * x[j] + b), a[j]), by.definition),
        given=[j >= 1],
    ),
    "what is held, opened": proof(
        D(W * a[j], s[j - 1], held=[a[j]]),
        (D(W * (W * s[j - 1] + U * x[j] + b), s[j - 1], held=[a[j]]), by.definition),
        given=[j >= 1],
    ),
    "the variable, rewritten": proof(
        D(s[t], g), (D(s[t], b), by.hypothesis), given=[Equation(g, b)]
    ),
    "a value at a point, under ∂": proof(
        D(s[0], s[0]), (D(b, s[0]), by.hypothesis), given=[Equation(s[0], b)]
    ),
    "x ≤ 0 at a point, under d/dx": a_point_under_a_derivative,
    "max, where it may be at its kink": proof(
        D(Max(q, norm(g, "2")) * g, g), (D(q * g, g), by.larger_of), given=[norm(g, "2") <= q]
    ),
    "an equation of a recurrence, under ∂": lambda: congruence(
        derivatives.defined(s[1], cell), D(s[1] + g, g), (0, 0)
    ),
}


def captured_by_a_sum() -> Any:
    total = assume(Equation(t, Sum(t / n, (l, 1, n))))
    inst = instantiate(total, {t: l})
    assert inst.relation.rhs.free_symbols == {l, n}  # l stays free, the index has another name
    raise IllFormedError("the index gave way")


CAPTURE = {
    "a time takes the name of an index": captured_by_a_sum,
    "a free j is not the bound one": proof(
        ordered_sum(F[j], (j, 1, t)),
        (ordered_sum(W, (j, 1, t)), by.hypothesis),
        given=[Equation(F[j], W)],
    ),
    "a symbol called as ours are": lambda: reflexivity(Symbol("_0", integer=True)),
    "Subs": lambda: reflexivity(sympy.Subs(y**2, y, z)),
    "Integral": lambda: reflexivity(sympy.Integral(y, y)),
    "Piecewise": lambda: reflexivity(sympy.Piecewise((y, y > 0), (z, True))),
    "an unknown function of SymPy's": lambda: reflexivity(sympy.Function("f")(y)),
    "two limits": lambda: reflexivity(Sum(y, (j, 1, 2), (k, 1, 2))),
    "no number": lambda: reflexivity(sympy.zoo),
    "a rounded number": lambda: reflexivity(sympy.Float(0.1)),
    "an imaginary number": lambda: reflexivity(sympy.I),
    "a matrix twice": lambda: reflexivity(Parameter("A", d, d) * Parameter("A", d, 1)),
    "∂ under a sum keeps what is held": lambda: congruence(
        differentials.differential(D(ordered_sum(F[j] * g, (j, 1, t)), g)), g, (0,)
    ),
}


NUMBERS = {
    "(x² - x)/(x - 1) = x at 1": proof((y**2 - y) / (y - 1), (y, by.scalar_algebra), given=[]),
    "√x² = x": proof(sympy.sqrt(y**2), (y, by.scalar_algebra)),
    "|x| = x": proof(abs(y), (y, by.scalar_algebra)),
    "log(xy) = log x + log y": proof(
        sympy.log(y * z), (sympy.log(y) + sympy.log(z), by.scalar_algebra)
    ),
    "0⁰ for a power that falls": proof(
        q ** (t - k), (q * q ** (t - k - 1), by.scalar_algebra), given=[k <= t]
    ),
    "sin is odd, by exp": proof(sympy.sin(-y), (sympy.sin(y), by.hyperbolic)),
    "d|x|/dx = sign x": proof(sympy.Derivative(abs(y), y), (sympy.sign(y), by.scalar_derivative)),
    "d step/dx = 0": proof(
        sympy.Derivative(sympy.Heaviside(y), y),
        (sympy.DiracDelta(y), by.scalar_derivative),
    ),
    "d max(0, x)/dx": proof(
        sympy.Derivative(Max(0, y), y), (sympy.Heaviside(y), by.scalar_derivative)
    ),
    "d√x/dx at 0": proof(
        sympy.Derivative(sympy.sqrt(y), y), (1 / (2 * sympy.sqrt(y)), by.scalar_derivative)
    ),
}


def limit(before: Any, to: Any, rule: Any, variable: Any, given: Any = ()) -> Callable[[], Any]:
    chain = derivation(before, given=given)
    return lambda: prove(chain.tends_to(to, rule, variable), Context(rnn))


LIMITS = {
    "q^min(n, t) where n ≤ t": limit(q ** sympy.Min(n, t), 0, by.geometric_decay, n, [q < 1]),
    "qⁿ where n ≤ t": limit(q**n, 0, by.geometric_decay, n, [q < 1, n <= t]),
    "1 + 1/n": limit(1 + 1 / n, 0, by.geometric_decay, n, [n >= 1]),
    "(1 - 1/n)ⁿ": limit((1 - 1 / n) ** n, 0, by.geometric_decay, n, [n >= 2]),
    "c that varies": limit(n * q**n, 0, by.geometric_decay, n, [q < 1]),
    "an exponent that falls": limit(q ** (t - n), 0, by.geometric_decay, n, [q < 1, n <= t]),
    "the limit of another variable": limit(q**n, 0, by.geometric_decay, t, [q < 1]),
    "a bound at one n": lambda: squeeze(
        numbers.order(y**2, q**n, [Inequality(y**2, q**n)]), limits.geometric_decay(1, q, n, n)
    ),
    "a squeeze from above alone": lambda: squeeze(
        numbers.order(y, q**2 + y, []), limits.geometric_decay(1, q, n, n)
    ),
    "for all times that stop": lambda: specialise(
        for_all(j, Inequality(norm(s[j]), q), since=5), Rational(1, 2)
    ),
}

FALSE = {
    f"{kind}: {name}": attempt
    for kind, table in {
        "times": TIMES,
        "ranges": RANGES,
        "inductions": INDUCTIONS,
        "hypotheses": HYPOTHESES,
        "rewriting": REWRITING,
        "capture": CAPTURE,
        "numbers": NUMBERS,
        "limits": LIMITS,
    }.items()
    for name, attempt in table.items()
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_not_proved(name: str) -> None:
    with pytest.raises(SymrnnError) as caught:
        FALSE[name]()
    assert str(caught.value)


def test_statements_in_a_circle_prove_nothing() -> None:
    """Each uses the other's claim: neither is proved, however the library names them."""

    @statement(uses=["second"])
    def first(r: Any) -> Any:
        """One"""
        return derivation(1 + Max(k - 9, 0)).equals(S.One, by.uses("second"))

    @statement(uses=["first"])
    def second(r: Any) -> Any:
        """The other"""
        return derivation(1 + Max(k - 9, 0)).equals(S.One, by.uses("first"))

    library = {"first": first, "second": second}
    for each in library.values():
        with pytest.raises(IllFormedError, match="in a circle"):
            each.check(rnn, library)


def test_a_circle_through_a_form_proves_nothing() -> None:
    inside = sigma_inside()

    @statement()
    def honest(r: Any) -> Any:
        """Uses nothing here"""
        return derivation(r.W)

    @honest.form(About.SIGMA_INSIDE, uses=["other"])
    def honest_inside(r: Any) -> Any:
        """Uses the other there"""
        return derivation(1 + Max(k - 9, 0)).equals(S.One, by.uses("other"))

    @statement(uses=["honest"])
    def other(r: Any) -> Any:
        """Uses the first"""
        return derivation(1 + Max(k - 9, 0)).equals(S.One, by.uses("honest"))

    library = {"honest": honest, "other": other}
    with pytest.raises(IllFormedError, match="in a circle"):
        other.check(inside, library)


def test_a_kink_of_an_activation_is_a_condition() -> None:
    """∂relu(g)/∂g is shown where relu is differentiable; of tanh nothing is assumed."""
    relu, smooth = activation("relu"), activation("tanh")
    kinked = differentials.differential(D(relu(g), g))
    assert any("differentiable" in str(each) for each in kinked.hypotheses)
    assert differentials.differential(D(smooth(g), g)).hypotheses == frozenset()


def test_the_total_derivative_and_the_immediate_one_are_two_things() -> None:
    with pytest.raises(SymrnnError):
        proof(D(s[t], Vec(W)), (D_plus(s[t], Vec(W)), by.total_derivative), given=[t >= 1])()


def test_an_empty_range_is_nothing_in_every_sum() -> None:
    reversed_range = Sum(j * Symbol("u", real=True), (j, 4, 0))
    assert ranges.empty_range(reversed_range).relation == Equation(reversed_range, 0)


def test_a_fact_is_not_multiplied_by_what_may_have_no_value() -> None:
    """0 ≤ -qᵏ at q = 0, k = 1 says nothing of -q⁰: q⁻¹ is no number there."""
    with pytest.raises(IllFormedError):
        numbers.order(q**t, 0, [Inequality(q**k, 0), t >= 0, k >= 0])
