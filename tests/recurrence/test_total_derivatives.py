"""Total and immediate derivatives, gradients and adjoints of several cells against `diff`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sympy import Symbol, symbols

from symrnn.cells.elman import elman, sigma_inside
from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.activations import X, activation
from symrnn.language.algebra import MatrixSum, Parameter, Zeros
from symrnn.language.canonical import equal_by_algebra, same
from symrnn.language.derivatives import D, D_plus, VectorFunction
from symrnn.language.ordered import OrderedProduct, ordered_product
from symrnn.language.structure import Diag, Hadamard, Vec
from symrnn.language.time import Sequence
from symrnn.recurrence import total
from symrnn.recurrence.recurrence import Recurrence
from symrnn.recurrence.unroll import explicit

d, m = symbols("d m", integer=True, positive=True)
j, k, t, h = symbols("j k t h", integer=True)
s, x, L = Sequence("s", d), Sequence("x", m), Sequence("L", 1)
SIZES = {d: 2, m: 2}
# Polynomials: exact and cheap at a rational point, and nothing special happens for them.
CURVE = activation(X / 2 + X**2 / 3, name="q")
OTHER = activation(X - X**2 / 5, name="p")


def gated() -> Recurrence:
    """A gated recurrent unit, its gates named at their own time."""
    sigma, phi = CURVE, OTHER
    z, r = Sequence("z", d), Sequence("r", d)
    V, W, U = Parameter("V", d, d), Parameter("W", d, d), Parameter("U", d, m)
    b = Parameter("b", d, 1)
    definitions = {
        z[j]: sigma(V * s[j - 1] + U * x[j]),
        r[j]: sigma(W * s[j - 1] + b),
        s[j]: s[j - 1] + Hadamard(z[j], phi(W * Hadamard(r[j], s[j - 1]) + b) - s[j - 1]),
        L[j]: VectorFunction("ell", 1, s[j]),
    }
    return Recurrence(j, (s,), (x,), definitions, (L,))


def two_parts() -> Recurrence:
    """Long short-term memory in small: h reads c of its own time; the loss reads both."""
    sigma, phi = CURVE, OTHER
    hidden, cell = Sequence("h", d), Sequence("c", m)
    W, U, b = Parameter("W", m, d), Parameter("U", d, m), Parameter("b", m, 1)
    definitions = {
        cell[j]: Hadamard(sigma(W * hidden[j - 1] + b), cell[j - 1]) + x[j],
        hidden[j]: Hadamard(sigma(U * x[j]), phi(U * cell[j])),
        L[j]: VectorFunction("ell", 1, hidden[j], cell[j]),
    }
    return Recurrence(j, (hidden, cell), (x,), definitions, (L,))


CELLS: dict[str, Callable[[], Recurrence]] = {
    "elman": lambda: elman(CURVE).recurrence,
    "elman, unknown": lambda: elman().recurrence,
    "elman, no input": lambda: elman(CURVE, inputs=False).recurrence,
    "sigma inside": lambda: sigma_inside(CURVE).recurrence,
    "gated": gated,
    "two parts": two_parts,
}
# Written out, three steps of a gated cell are a million operations: two must do.
LAST = {
    build: 2 if name in ("gated", "two parts", "elman, unknown") else 3
    for name, build in CELLS.items()
}.__getitem__
cells = pytest.mark.parametrize("build", CELLS.values(), ids=CELLS)


def parameters(recurrence: Recurrence) -> list[Any]:
    found = {p for value in recurrence.definitions.values() for p in value.atoms(Parameter)}
    return sorted(found, key=str)


@cells
def test_immediate_derivatives(build: Any, agree: Any) -> None:
    recurrence = build()
    for state in recurrence.states:
        for earlier in recurrence.states:
            of, by = state[j], earlier[j - 1]
            derived = recurrence.immediate(of, by)
            if not isinstance(derived, Zeros):
                agree(recurrence, D_plus(of, by), derived, {**SIZES, j: 2})
        for parameter in parameters(recurrence):
            derived = recurrence.immediate(state[j], Vec(parameter))
            if not isinstance(derived, Zeros):
                agree(recurrence, D_plus(state[j], Vec(parameter)), derived, {**SIZES, j: 2})


@cells
@pytest.mark.parametrize(("later", "earlier"), [(1, 0), (2, 0), (3, 2), (2, 2)])
def test_states_by_earlier_states(build: Any, later: int, earlier: int, at_point: Any) -> None:
    recurrence = build()
    for of in recurrence.states:
        for by in recurrence.states:
            for layout in ("numerator", "denominator"):
                # The initial state is given: its parts do not follow from each other.
                at = by[k] if earlier else by[0]
                derived = total.jacobian(recurrence, of[t], at, layout)
                exact = D(of[t], at, layout)
                times = {**SIZES, t: later, k: earlier}
                assert tuple(derived.shape) == tuple(exact.shape)
                value = at_point(recurrence, derived, times)
                assert value == at_point(recurrence, exact, times)


@cells
def test_states_and_losses_by_parameters(build: Any, agree: Any) -> None:
    recurrence = build()
    for parameter in parameters(recurrence)[:3]:
        for of in (recurrence.states[0][t], L[t]):
            derived = total.jacobian(recurrence, of, Vec(parameter))
            agree(recurrence, D(of, Vec(parameter)), derived, {**SIZES, t: 2})
        derived = total.gradient(recurrence, L[t], parameter, layout="denominator")
        agree(recurrence, D(L[t], parameter, "denominator"), derived, {**SIZES, t: LAST(build)})
    start = recurrence.states[0][0]
    derived = total.gradient(recurrence, L[t], start, layout="denominator")
    agree(recurrence, D(L[t], start, "denominator"), derived, {**SIZES, t: 2})


@cells
@pytest.mark.parametrize("since", [0, 1])
def test_truncation_holds_a_state(build: Any, since: int, agree: Any) -> None:
    recurrence = build()
    held = [state[since] for state in recurrence.states]
    for parameter in parameters(recurrence)[:2]:
        derived = total.gradient(recurrence, L[t], parameter, since, "denominator")
        exact = D(L[t], parameter, "denominator", held)
        agree(recurrence, exact, derived, {**SIZES, t: LAST(build)})


@cells
def test_the_adjoint_recursion_is_the_sum(build: Any, at_point: Any) -> None:
    recurrence, horizon = build(), 2
    width = sum(state.rows for state in recurrence.states)
    delta, losses = Sequence("delta", width), L
    adjoints: dict[Any, Any] = {delta[horizon + 1]: Zeros(width, 1)}
    for time_ in (2, 1):
        step = total.adjoint_recursion(recurrence, delta, losses, time_)
        adjoints[delta[time_]] = step.subs(adjoints)
    for parameter in parameters(recurrence)[:2]:
        local = total.gradient_from_adjoint(recurrence, delta, parameter, 1, horizon)
        derived = local.doit().subs(adjoints)
        exact = MatrixSum(*(D(L[n], parameter, "denominator") for n in (1, 2)))
        expected = at_point(recurrence, exact, SIZES)
        assert at_point(recurrence, derived, SIZES) == expected


def test_the_product_formula_has_symbolic_times_and_size() -> None:
    rnn = elman()
    product = rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k])
    factor = Diag(rnn.slope(rnn.a[rnn.j])) * rnn.W
    assert same(product, ordered_product(factor, (rnn.j, rnn.k + 1, rnn.t)))
    flipped = rnn.jacobian(rnn.s[rnn.t], rnn.s[rnn.k], "denominator")
    assert isinstance(flipped, OrderedProduct)
    assert flipped.latest == "right"
    assert rnn.jacobian(rnn.s[rnn.k], rnn.s[rnn.k + 1]) == Zeros(rnn.d, rnn.d)


def test_deriving_takes_the_same_time_whatever_the_times() -> None:
    rnn = elman()
    started = time.process_time()
    for gap in (1, 10, 1000):
        rnn.jacobian(rnn.s[gap], rnn.s[0])
        rnn.gradient(rnn.L[gap], rnn.W)
    assert time.process_time() - started < 5


def test_intermediates_by_states(agree: Any) -> None:
    rnn = elman()
    derived = rnn.jacobian(rnn.a[t], rnn.s[k])
    agree(rnn.recurrence, D(rnn.a[t], rnn.s[k]), derived, {**SIZES, t: 3, k: 1})
    assert rnn.jacobian(rnn.b, rnn.b).shape == (rnn.d, rnn.d)


def test_bound_names_step_aside() -> None:
    rnn = elman()
    since = rnn.gradient(rnn.L[rnn.t], rnn.W, since=rnn.k)
    assert rnn.k in since.free_symbols
    both = total.gradient_from_adjoint(rnn.recurrence, Sequence("delta", rnn.d), rnn.W, k, rnn.t)
    assert k in both.free_symbols
    at_k = rnn.gradient(rnn.L[rnn.k], rnn.W)
    assert same(at_k, rnn.gradient(rnn.L[rnn.t], rnn.W).subs(rnn.t, rnn.k))


REFUSED = [
    (lambda r: r.jacobian(r.W * r.s[3], r.s[1]), NotSupportedError, "expression in states"),
    (lambda r: r.gradient(r.s[3], r.W), IllFormedError, "scalar at one time"),
    (lambda r: r.gradient(r.b.T * r.b, r.b), IllFormedError, "scalar at one time"),
    (lambda r: r.jacobian(r.s[3], r.s[1], "rows"), IllFormedError, "layout"),
    (lambda r: explicit(r.recurrence, r.s[t], {d: 2, m: 2}), IllFormedError, "no entries"),
    (lambda r: explicit(r.recurrence, r.s[-1], {d: 2, m: 2}), IllFormedError, "before the first"),
]


@pytest.mark.parametrize(("ask", "error", "says"), REFUSED, ids=[case[2] for case in REFUSED])
def test_what_is_refused(ask: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        ask(elman())


def test_explicit_reads_relations_scalars_and_given_values() -> None:
    rnn = elman("identity", inputs=False)
    one = explicit(rnn.recurrence, rnn.s[1], {rnn.d: 1})
    assert one.shape == (1, 1)
    assert one[0].diff(Symbol("b_1", real=True)) == 1


# ------------------------------------------------------------------ two states


def test_two_states(agree: Any) -> None:
    sigma, tanh = CURVE, OTHER
    hidden, cell = Sequence("h", d), Sequence("c", d)
    W, U = Parameter("W", d, d), Parameter("U", d, m)

    def step(h: Any, c: Any, x: Any) -> Any:
        new = Hadamard(sigma(W * h + U * x), c) + tanh(W * h)
        return Hadamard(sigma(U * x), tanh(new)), new

    values = step(hidden[j - 1], cell[j - 1], x[j])
    definitions = dict(zip((hidden[j], cell[j]), values, strict=True))
    recurrence = Recurrence(j, (hidden, cell), (x,), definitions)
    assert equal_by_algebra(recurrence.definition(cell[5]), step(hidden[4], cell[4], x[5])[1])
    for of in (hidden, cell):
        derived = total.jacobian(recurrence, of[t], cell[k])
        agree(recurrence, D(of[t], cell[k]), derived, {**SIZES, t: 2, k: 1})
        derived = total.jacobian(recurrence, of[t], Vec(U))
        agree(recurrence, D(of[t], Vec(U)), derived, {**SIZES, t: 2})


def test_a_recurrence_in_an_index_of_its_own() -> None:
    W = Parameter("W", d, d)
    recurrence = Recurrence(h, (s,), (), {s[h]: W * s[h - 1]})
    assert recurrence.index == h
    assert recurrence.definition(s[t]) == W * s[t - 1]
    assert repr(recurrence) == "s_h = W s_{h - 1}"
