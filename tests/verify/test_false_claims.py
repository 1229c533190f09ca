"""False claims, each of a kind that was graded once: neither check by values accepts one.

Each is false only at a boundary (equal times, time 0, an empty range, a kink, a division by 0), or
where a hypothesis about one moment is read as one about all. Beside them stand true claims at the
same boundaries, which must keep their grades.
"""

from __future__ import annotations

from typing import Any

import pytest
from sympy import (
    Abs,
    Derivative,
    Heaviside,
    Max,
    Min,
    Product,
    Rational,
    Sum,
    Symbol,
    exp,
    floor,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)

from symrnn.cells.elman import elman, sigma_inside
from symrnn.errors import EvidenceError
from symrnn.language.algebra import Identity, Parameter, Zeros
from symrnn.language.derivatives import D, D_plus
from symrnn.language.entry import entry
from symrnn.language.norms import Norm, largest_entry
from symrnn.language.ordered import ordered_product, ordered_sum
from symrnn.language.relations import Equation, Inequality, for_all
from symrnn.language.structure import Diag, Vec
from symrnn.theory import rules as by
from symrnn.theory.derivation import Derivation, derivation
from symrnn.verify.explicit import write_out
from symrnn.verify.sampled import sample

R, INSIDE, RELU = elman(), sigma_inside(), elman("relu")
s, a, x_, W, U, b, L, d, m = R.s, R.a, R.x, R.W, R.U, R.b, R.L, R.d, R.m
i, j, k, t, T = (Symbol(name, integer=True) for name in ("i", "j", "k", "t", "T"))
n = Symbol("n", integer=True, positive=True)
x, y, z = symbols("x y z", real=True)
q = Symbol("q", positive=True)
A, B = Parameter("A", d, d), Parameter("B", d, d)
g, h = Parameter("g", d, 1), Parameter("h", d, 1)

Claim = tuple[Any, str, Any, tuple[Any, ...]]


def eq(left: Any, right: Any, *given: Any) -> Claim:
    return (left, "=", right, given)


def le(left: Any, right: Any, *given: Any) -> Claim:
    return (left, "≤", right, given)


def to(left: Any, limit: Any, variable: Any, *given: Any) -> Claim:
    return (left, variable, limit, given)


def chain(claim: Claim, cell: Any = None) -> Derivation:
    left, relation, right, given = claim
    start = derivation(left, given=given, cell=cell)
    if relation == "=":
        return start.equals(right, by.algebra)
    if relation == "≤":
        return start.at_most(right, by.algebra)
    return start.tends_to(right, by.algebra, relation)


ZERO = Zeros(d, d)
TIMES = {
    "1 earlier by later": eq(D(s[0], s[k]), ZERO, k >= 0),
    "1 shifted": eq(D(s[2], s[k + 2]), ZERO, k >= 0),
    "1 other letters": eq(D(s[i], s[T]), ZERO, i >= 0, i <= T),
    "1 two inputs": eq(D(x_[t], x_[k]), Zeros(m, m), k >= 1, t >= 1),
    "1 inputs, one way": eq(D(x_[i], x_[j]), Zeros(m, m), i >= 1, j >= i),
    "1 what is between": eq(D(a[t], a[k]), ZERO, k >= 1, t >= 1, t <= k),
    "1 the same, apart from the ends": eq(
        D(s[t], s[k]), D(s[t], s[k]) * D(s[k], s[k - 1]), k >= 1, k <= t
    ),
    "1 held": eq(D(s[t], s[k], held=[s[T]]), ZERO, k >= 0, k <= T, t >= T),
    "1 immediate": eq(D_plus(s[t], s[t + i]), ZERO, t >= 1, i >= 0),
    "1 immediate, earlier": eq(D_plus(s[t], s[t - i]), ZERO, i >= 0, t >= i, t >= 1),
    "1 one step from itself": eq(
        D(s[t], s[k]), D(s[t], s[t - 1]) * D(s[t - 1], s[k]), k >= 0, k <= t, t >= 1
    ),
    "2 a state that is given": eq(D_plus(s[t], b), Diag(R.slope(a[t])), t >= 0),
    "2 turned round": eq(Diag(R.slope(a[k])), D_plus(s[k], b), k >= 0),
    "4 a reversed sum": eq(Sum(1, (i, k, t)), t - k + 1),
    "4 three terms that are none": eq(Sum(2, (i, 4, t)), 2 * (t - 3), t >= 0),
    "4 of matrices": eq(ordered_sum(W, (j, k, t)), (t - k + 1) * W),
    "4 a product": eq(Product(q, (i, k, t)), q ** (t - k + 1), k >= 0, t >= 0),
    "4 split in the middle": eq(
        ordered_sum(s[j], (j, 1, t)),
        ordered_sum(s[j], (j, 1, k)) + ordered_sum(s[j], (j, k + 1, t)),
        t >= 0,
        k >= 0,
    ),
    "4 the last factor": eq(
        ordered_product(D(s[j], s[j - 1]), (j, k + 1, t)),
        D(s[t], s[t - 1]) * ordered_product(D(s[j], s[j - 1]), (j, k + 1, t - 1)),
        k >= 0,
        k <= t,
        t >= 1,
    ),
    "4 the empty product is no zero": eq(ordered_product(ZERO * W, (j, k, t)), ZERO, k <= t + 1),
}
HYPOTHESES = {
    "3 half an integer": le(y, 2 * y - Rational(1, 2), y >= 0),
    "3 a real is no integer": eq(sin(pi * y), 0, y >= 0),
    "3 between two integers": le(1, y, y > 0),
    "5 from far off": eq(Max(k - 5, 0), 0, k <= t + 5),
    "5 other numbers": eq(Max(i - 17, 2), 2, i <= T + 17),
    "5 below zero": le(t, 0, t >= 0),
    "5 a number": le(t - T, 3, T >= 0),
    "5 at last": eq(1 + Max(k - 9, 0), 1),
    "5 negative integers": eq(Abs(k), k),
    "6 of another time": le(t + x, 4 + x, k <= 4),
    "6 the next": le(Norm(s[t + 1], "inf"), 1, t >= 0, Inequality(Norm(s[t], "inf"), 1)),
    "6 of the first": le(Norm(s[1], "inf"), 1, Inequality(Norm(s[0], "inf"), 1)),
    "6 two on": le(Norm(s[k + 2], "1"), 2, k >= 0, Inequality(Norm(s[k], "1"), 2)),
    "6 by a letter": le(Norm(s[t + 1]), q, t >= 0, Inequality(Norm(s[t]), q)),
    "8 a sign nobody said": le(Symbol("y", negative=True), 0),
    "8 an odd number": le(1, Symbol("v", odd=True) ** 2),
    "8 no zero": le(0, Symbol("u", nonzero=True) ** 2),
    "n is not 2": le(n, 2),
    "a size": le(Norm(A, "F"), sqrt(3) * Norm(A, "2")),
    "one column": eq(Norm(A, "F"), Norm(A, "2")),
    "σ is not bounded": le(largest_entry(s[t]), 1, t >= 1),
    "σ is not odd": eq(R.sigma(-g), -R.sigma(g)),
    "a strict one": le(1, x, x > 0, x <= 1),
    "nothing meets it": eq(x, y, x < y, y < x),
    "no times": eq(D(s[t], s[k]), ZERO, k > t, t > k),
}
SCALARS = {
    "7 at one point": eq(Derivative(Max(x, 0), x), 0, x <= 0),
    "7 at the same": eq(Derivative(Max(z, 0), z), 1, z >= 0),
    "13 a quotient": eq((x**2 - x) / (x - 1), x),
    "13 two": eq((y**2 - 4) / (y + 2), y - 2),
    "13 by a difference": eq(x / (x - y) - y / (x - y), 1),
    "13 by a norm": eq(Norm(g / Norm(g, "2"), "2"), 1),
    "13 at zero": eq(x**2 / (Abs(x) * x), sign(x)),
    "14 a step": eq(Derivative(Heaviside(x), x), 0),
    "14 a modulus": eq(Derivative(Abs(x), x), sign(x)),
    "14 a maximum": eq(Derivative(Max(0, x), x), Heaviside(x)),
    "14 elsewhere": eq(Derivative(Abs(x - 1), x), sign(x - 1)),
    "14 two lines": eq(Derivative(Min(2 * y, y), y), 2 - Heaviside(y)),
    "14 in steps": eq(Derivative(floor(x), x), 0),
    "14 of a sign": eq(Derivative(sign(y), y), 0, y >= 0),
    "14 a vector's": eq(D(Max(x, 0) * g, g), Max(x, 1) * Identity(d)),
    "two signs": eq(Abs(x * y), x * y, x >= 0),
    "a square root": eq(sqrt(x**2), x),
}
LIMITS = {
    "15 one stays": to(1 + 1 / n, 0, n),
    "15 the smaller of two": to(q ** Min(n, t), 0, n, q < 1, t >= 0, n <= t),
    "15 the smaller, unbounded": to(q ** Min(t, k), 0, t, q < 1, t >= 0, k >= 0),
    "15 the base grows": to((1 - 1 / n) ** n, 0, n),
    "15 it grows too": to((1 + 1 / n) ** n, 1, n),
    "15 no base": to(q**t, 0, t, t >= 0),
    "15 the wrong side": to(q**t, oo, t, t >= 0, q < 1),
    "15 bounded": to(q**t, 0, t, t >= 0, q < 1, t <= 40),
    "15 by another": to(q ** (t - k), 0, t, t >= k, q < 1, t <= T, k >= 0),
    "15 one of three": to(q**t + Rational(1, 1000), 0, t, t >= 0, q < 1),
    "15 the wrong one": to(q**k, 0, t, q < 1, t >= 0, k >= 0),
}
FALSE = {**TIMES, **HYPOTHESES, **SCALARS, **LIMITS}

OF_A_CELL = {
    "10 another cell": (eq(s[1], R.sigma(W * s[0] + b)), R),
    "14 the ReLU of a vector": (
        eq(D(RELU.s[t], RELU.a[t]), Diag(RELU.slope(RELU.a[t])), t >= 1),
        RELU,
    ),
    "14 a step of a ReLU": (
        eq(D(RELU.s[t], RELU.s[t - 1]), Diag(RELU.slope(RELU.a[t])) * W, t >= 1),
        RELU,
    ),
    "2 inside": (eq(D_plus(INSIDE.s[t], b), Identity(d), t >= 0), INSIDE),
    "1 inside": (eq(D(INSIDE.s[k], INSIDE.s[t]), ZERO, k >= 0, t >= k), INSIDE),
}

TRUE = {
    "equal times": eq(D(s[t], s[k]), Identity(d), t >= 0, t >= k, k >= t),
    "later": eq(D(s[k], s[t]), ZERO, k >= 0, t > k),
    "inputs": eq(D(x_[t], x_[k]), Zeros(m, m), k >= 1, t > k),
    "one input": eq(D(x_[t], x_[t]), Identity(m), t >= 1),
    "by an input": eq(D(a[t], x_[t]), U, t >= 1),
    "given": eq(D_plus(s[0], b), Zeros(d, d)),
    "given, by itself": eq(D_plus(s[0], s[0]), Identity(d)),
    "two steps back": eq(D_plus(s[t], s[t - 2]), ZERO, t >= 2),
    "held": eq(D(s[t], b, held=[s[t]]), ZERO, t >= 0),
    "held, by itself": eq(D(s[t], s[t], held=[s[t]]), Identity(d), t >= 0),
    "held between": eq(D(s[t], s[k], held=[s[T]]), ZERO, k >= 0, k < T, t >= T),
    "an empty sum": eq(Sum(i, (i, t + 1, t)), 0),
    "a reversed one": eq(Sum(i, (i, 5, 2)), 0),
    "a long sum": eq(Sum(1, (i, k, t)), t - k + 1, k <= t + 1),
    "an empty product": eq(ordered_product(W, (j, k, t)), Identity(d), t < k),
    "chains meet": eq(D(s[t], s[k]) * D(s[k], s[i]), D(s[t], s[i]), i >= 0, i <= k, k <= t),
    "the loss at the start": eq(D(L[t], s[0]), D(L[t], s[t]) * D(s[t], s[0]), t >= 0),
    "by W": eq(
        D(s[t], Vec(W)),
        ordered_sum(D(s[t], s[k]) * D_plus(s[k], Vec(W)), (k, 1, t)),
        t >= 0,
    ),
    "times alone": eq(Max(k - 5, 0), 0, k <= 5),
    "two times": le(Max(i - 17, 2), 2 + T, i <= T + 17, T >= 0),
    "integers": le(1, t, t > 0),
    "a quotient": eq((x**2 - x) / (x - 1), x, x > 1),
    "a kink avoided": eq(Derivative(Abs(x), x), -1, x < 0),
    "a kink that is none": eq(Derivative(x * Abs(x), x), 2 * Abs(x)),
    "a maximum avoided": eq(Derivative(Max(0, x), x), 1, x > 0),
    "a step avoided": eq(Derivative(Heaviside(x), x), 0, x > 0),
    "an entry": le(Abs(entry(A, n, 1)), Norm(A, "F")),
    "a norm at zero": le(Norm(A * B, "1"), Norm(A, "1") * Norm(B, "1")),
    "every slope": le(
        Norm(D(s[t], s[k])),
        (R.gamma * R.lam) ** (t - k),
        k >= 0,
        k <= t,
        for_all(j, Inequality(largest_entry(R.slope(a[j])), R.gamma)),
        Inequality(Norm(W), R.lam),
    ),
    "at that time": le(Norm(s[t]), q, t >= 0, Inequality(Norm(s[t]), q)),
    "a fixed matrix": eq(D(s[t], s[t - 1]), ZERO, t >= 1, Equation(W, 0 * W)),
    "the exponential": eq(Derivative(exp(x), x), exp(x)),
    "a slope": eq(Derivative(tanh(x), x), 1 - tanh(x) ** 2),
    "decay": to(q**t, 0, t, t >= 0, q < 1),
    "decay from k": to(q ** (t - k), 0, t, k >= 0, t >= k, q < 1),
    "growth": to(q**t, oo, t, t >= 0, q > 1),
    "to another": to(1 + q**t, 1, t, t >= 0, q < 1),
    "a fraction": to(1 / n, 0, n),
}


@pytest.mark.parametrize("check", [sample, write_out], ids=["sampled", "explicit"])
@pytest.mark.parametrize("name", FALSE)
def test_a_false_claim_gets_no_grade(name: str, check: Any) -> None:
    claim = FALSE[name]
    with pytest.raises(EvidenceError) as raised:
        check(chain(claim), R, name, claim[3])
    assert len(str(raised.value).splitlines()) <= 10


@pytest.mark.parametrize("check", [sample, write_out], ids=["sampled", "explicit"])
@pytest.mark.parametrize("name", OF_A_CELL)
def test_nor_one_of_a_cell(name: str, check: Any) -> None:
    claim, cell = OF_A_CELL[name]
    with pytest.raises(EvidenceError):
        check(chain(claim, cell), R, name, claim[3])


@pytest.mark.parametrize("name", TRUE)
def test_a_true_claim_keeps_its_grades(name: str) -> None:
    claim = TRUE[name]
    sampled = sample(chain(claim), R, name, claim[3])
    explicit = write_out(chain(claim), R, name, claim[3])
    assert 0 < sampled.points <= sampled.tried + 10_000
    assert explicit.symbolic + explicit.points + explicit.boundary > 0
