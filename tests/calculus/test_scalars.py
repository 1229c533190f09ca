"""Scalars of matrices: a rule, or a refusal; 0 only where the variable is proved not to occur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Determinant, Function, Integral, Rational, Symbol, Trace, exp, log, symbols

from symrnn.calculus import gradient, jacobian
from symrnn.cells.elman import elman
from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.language.activations import X, activation
from symrnn.language.algebra import Identity, MatrixProduct, Ones, Parameter, Zeros
from symrnn.language.canonical import equal_by_algebra
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.structure import Diag, DiagonalOf, Vec
from symrnn.language.time import Sequence
from symrnn.recurrence.unroll import explicit

n = Symbol("n", integer=True, positive=True)
j, k, t = symbols("j k t", integer=True)
W, A, x = Parameter("W", n, n), Parameter("A", n, n), Parameter("x", n, 1)
s = Sequence("s", n)
q = Symbol("q", real=True)
CURVE = activation(X**2 / 2 - X / 3 + 2, name="q")


def test_the_gradient_of_a_trace_is_the_textbooks() -> None:
    # Petersen and Pedersen, The Matrix Cookbook (2012), equations 100, 106 and 108
    assert gradient(Trace(A * W), W) == A.T
    assert equal_by_algebra(gradient(Trace(W * W * A), W), (W * A + A * W).T)
    assert equal_by_algebra(gradient(Trace(W.T * A * W), W), A * W + A.T * W)
    twice = gradient(Trace(W) ** 2, W)
    trace = entry(Ones(1, n) * DiagonalOf(W), 1)
    assert twice == MatrixProduct(2 * trace, Identity(n))


SCALARS: list[tuple[Any, Any]] = [
    (Trace(W * W * A), W),
    (Trace(W) ** 3 / 3 + Trace(A * W), W),
    (Trace(W * x * x.T), x),
    (1 / (2 + Trace(W.T * W)), W),
    (W[0, 1] ** 2 * W[1, 0], W),
    ((x.T * W * W * x)[0, 0], W),
    ((x.T * W * x)[0, 0] ** 2, x),
    (norm(W * x, "2") ** 2 * Trace(W), W),
    (sympy.Sum(entry(W, j, j) ** 2, (j, 1, n)) * Trace(W), W),
    (Determinant(W), W),
    (2 * Determinant(W * A) + Trace(W), W),
    (Trace(W.inverse()), W),
    (sympy.Abs(Trace(W)) ** 2 + sympy.Max(W[0, 0], 100), W),
]


@pytest.mark.parametrize(("of", "by"), SCALARS, ids=[str(of) for of, _ in SCALARS])
def test_it_agrees_with_sympys_diff(of: Any, by: Any, tester: Any) -> None:
    tester.check_gradient(MatrixProduct(of, Ones(1, 1)), by, {n: 2})
    derived = gradient(of, by)
    assert tester.derived(derived, by, {n: 2}) == tester.derived(
        gradient(MatrixProduct(of, Ones(1, 1)), by), by, {n: 2}
    )


COLUMNS: list[tuple[Any, Any]] = [
    (x / (Ones(1, n) * x), x),
    (x / entry(x.T * x, 1), x),
    (W**2 * x, W),
    ((W * A) ** 3 * x, W),
    (MatrixProduct(W[0, 1], W) * x, W),
]


@pytest.mark.parametrize(("of", "by"), COLUMNS, ids=[str(of) for of, _ in COLUMNS])
def test_quotients_and_powers(of: Any, by: Any, tester: Any) -> None:
    tester.check(of, by, {n: 2}, may_refuse=True)


def test_a_softmax_of_any_curve() -> None:
    # v / (1ᵀ v) has the Jacobian (diag(v′) - p v′ᵀ) / z, with z = 1ᵀ v and p = v / z.
    raised, slope = CURVE(x), CURVE.prime(x)
    z = entry(Ones(1, n) * raised, 1)
    derived = jacobian(raised / (Ones(1, n) * raised), x)
    expected = (Diag(slope) - raised * slope.T / z) / z
    sized = [explicit(elman().recurrence, each, {n: 2}) for each in (derived, expected)]
    assert (sized[0] - sized[1]).applyfunc(sympy.simplify).is_zero_matrix


# ------------------------------------------------------------------ 0 needs a proof

ROOT = sympy.HadamardPower(W, Rational(1, 2))
ZERO: list[tuple[Any, Any]] = [
    (Determinant(A), W),
    (Function("f")(norm(A, "2")), W),
    (Integral(q * A[0, 0], (q, 0, 1)), W),
    (exp(q), W),
    (Trace(A), W),
]


@pytest.mark.parametrize(("of", "by"), ZERO, ids=[str(of) for of, _ in ZERO])
def test_what_does_not_hold_the_variable_is_constant(of: Any, by: Any) -> None:
    assert gradient(of, by) == Zeros(n, n)


NO_RULE: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: gradient(Function("f")(W), W), NotSupportedError, "rule for f"),
    (lambda: gradient(Function("f")(Trace(W)), W), NotSupportedError, "rule for f"),
    (lambda: gradient(sympy.floor(Trace(W)), W), NotSupportedError, "known derivative"),
    (lambda: gradient(Integral(q * W[0, 0], (q, 0, 1)), W), NotSupportedError, "Integral"),
    (lambda: gradient(sympy.Product(W[0, 0], (j, 1, 3)), W), NotSupportedError, "Product"),
    (lambda: gradient(log(x.T * x), x), IllFormedError, "a matrix where|where a scalar"),
    (
        lambda: jacobian(ROOT * x, x),
        NotSupportedError,
        "Hadamard",
    ),
    (lambda: (W * x) ** 2, ShapeError, "square"),
    (lambda: W**n, NotSupportedError, "ordered product"),
    (lambda: x / (x * x.T), IllFormedError, "scalar factor"),
]


@pytest.mark.parametrize(("ask", "error", "says"), NO_RULE, ids=[case[2] for case in NO_RULE])
def test_what_may_hold_it_and_has_no_rule_is_refused(ask: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        ask()


ONE_NAME = [
    (sympy.MatrixSymbol("W", n, n) * x, W),
    (Parameter("W", n, 1), W),
    (Determinant(Parameter("W", 2, 2)) * x, W),
    (Sequence("s", 2)[3], s[3]),
    (Sequence("s", 2)[j], s[3]),
]


@pytest.mark.parametrize(("of", "by"), ONE_NAME, ids=str)
def test_two_quantities_of_one_name_are_not_told_apart_by_a_guess(of: Any, by: Any) -> None:
    with pytest.raises(IllFormedError, match="have the name"):
        jacobian(of, by if by.shape[1] == 1 else Vec(by))


# ------------------------------------------------------------------ times

positive = Symbol("p", integer=True, positive=True)
later = Symbol("l", integer=True, nonnegative=True)
# Whether v_time moves with v_at: True, False, or None where neither is proved.
TIMES: list[tuple[Any, Any, bool | None]] = [
    (3, 3, True),
    (3, 2, False),
    (t, t, True),
    (t + 1, 1 + t, True),
    (t, t - 1, False),
    (t, k, None),
    (t, 0, None),
    (positive, 0, False),
    (positive, 1, None),
    (later, 0, None),
    (t + later, t - 1, False),
    (2 * t, 2 * t + 1, False),
    (t, Symbol("t"), None),
    (t**2, t, None),
]


@pytest.mark.parametrize(("time", "at", "moves"), TIMES, ids=str)
def test_that_two_times_differ_needs_a_proof(time: Any, at: Any, moves: bool | None) -> None:
    if moves is None:
        with pytest.raises(NotSupportedError, match="same state"):
            jacobian(A * s[time], s[at])
        return
    assert jacobian(A * s[time], s[at]) == (A if moves else Zeros(n, n))


# A time that is bound is any of its range, whatever its symbol claims.
BOUND: list[tuple[Any, Any, bool | None]] = [
    ((positive, 0, t), s[0], None),
    ((positive, 0, 2), s[0], None),
    ((j, 1, t), s[0], False),
    ((j, 0, t), s[-1], False),
    ((j, 1, t), s[t], None),
    ((j, -t, -1), s[0], False),
    ((t, 1, k), s[t], None),
]


@pytest.mark.parametrize(("times", "by", "moves"), BOUND, ids=str)
@pytest.mark.parametrize("inside", [False, True], ids=["matrices", "a scalar"])
def test_a_bound_time_is_any_of_its_range(times: Any, by: Any, moves: Any, inside: bool) -> None:
    index = times[0]
    if inside:
        ask = lambda: gradient(sympy.Sum(norm(s[index], "2") ** 2, times), by)  # noqa: E731
    else:
        ask = lambda: jacobian(ordered_sum(s[index], times), by)  # noqa: E731
    if moves is False:
        assert isinstance(ask(), Zeros)
        return
    with pytest.raises(NotSupportedError, match="same state"):
        ask()


def test_a_product_over_time_is_no_exception() -> None:
    factors = ordered_product(Diag(s[positive]), (positive, 0, 2))
    with pytest.raises(NotSupportedError, match="same state"):
        jacobian(factors * x, s[0])
    assert isinstance(jacobian(ordered_product(Diag(s[j]), (j, 1, t)) * x, s[0]), Zeros)


def test_a_determinant_of_bound_times_is_compared_as_integers() -> None:
    hidden = sympy.Sum(Determinant(Diag(s[positive])), (positive, 0, 2))
    with pytest.raises(NotSupportedError, match="the same state is not known"):
        gradient(hidden, s[0])
