"""What each guard of the kernel is for: asked for directly, past the rules, a falsehood is refused.

A rule that finds no proof hides what the kernel would accept. So every guard has a row here that
calls the kernel itself; a kernel without that guard accepts the row.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from operator import sub
from typing import Any

import pytest
import sympy
from instances import INSTANCES
from sympy import Max, Min, Mul, Rational, S, Sum, Symbol, symbols
from verdict import HOLDS, Claim, Models
from worlds import World, cells, leaky, lstm
from worlds import u as rate

from symrnn.cells.elman import elman
from symrnn.errors import SymrnnError
from symrnn.kernel import (
    Fact,
    assume,
    axioms,
    congruence,
    discharge,
    entrywise,
    induction,
    instantiate,
    monotone,
    reflexivity,
    specialise,
    squeeze,
    symmetry,
    transitivity,
    transposed_norm,
    weaken,
)
from symrnn.kernel.axioms import blocks, derivatives, differentials, limits, norms, numbers, ranges
from symrnn.kernel.dependence import Dependence
from symrnn.kernel.values import conditions
from symrnn.language.activations import Activation, X, activation
from symrnn.language.algebra import (
    Determinant,
    Identity,
    Inverse,
    LogSumExp,
    Ones,
    Parameter,
    Softmax,
    Transposed,
    Zeros,
)
from symrnn.language.derivatives import (
    DENOMINATOR,
    D,
    D_plus,
    ImmediateDerivative,
    VectorFunction,
)
from symrnn.language.entry import Entry, entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import LEFT, RIGHT, OrderedProduct, OrderedSum
from symrnn.language.relations import Equation, ForAll, Inequality, Limit, Smooth
from symrnn.language.structure import (
    Block,
    Diag,
    Hadamard,
    Kronecker,
    Place,
    Rows,
    Unvec,
    Vec,
    stack,
)
from symrnn.language.time import Sequence
from symrnn.recurrence.recurrence import Recurrence

rnn = elman()
cell = rnn.recurrence
s, a, x, L, W, U, b, d = rnn.s, rnn.a, rnn.x, rnn.L, rnn.W, rnn.U, rnn.b, rnn.d
i, j, k, t, n = symbols("i j k t n", integer=True)
y, z, w = symbols("y z w", real=True)
q = Symbol("q", nonnegative=True)
p = Symbol("p", positive=True)
g, h, A, B = Parameter("g", d, 1), Parameter("h", d, 1), Parameter("A", d, d), Parameter("B", d, d)
F = Sequence("F", d, d)
scaled = Recurrence(j, (s,), (), {s[j]: Norm(W) * W * s[j - 1]}, ())
ramp, bent = activation("relu"), elman("relu")
positive, square = activation(sympy.exp(y), "exp"), activation(y**2, "square")
stepping = activation(sympy.Heaviside(y), "stepping")
jumping = activation(sympy.exp(sympy.sign(y)), "jumping")
gated = lstm()
gated_h, gated_c = gated.states


def less(left: Any, right: Any) -> Any:
    """left ≤ right, assumed."""
    return numbers.order(left, right, [Inequality(left, right)])


def same(left: Any, right: Any) -> Any:
    """left = right, assumed."""
    return assume(Equation(left, right))


def order(left: Any, right: Any, *facts: Any) -> Callable[[], Any]:
    return lambda: numbers.order(left, right, facts)


class Answering(sympy.Lambda):  # type: ignore[misc]
    """A function that may say another value than its formula has."""

    def __call__(self, *args: Any) -> Any:
        return S.Zero


def about_leaky(theorem: Any) -> Any:
    """The theorem, as one about a recurrence with a scalar in it."""
    computed = derivatives.defined(s[1], leaky())
    return discharge(weaken(theorem, [computed.relation]), computed.relation, computed)


def equal(left: Any, right: Any) -> Callable[[], Any]:
    return lambda: numbers.algebra(left, right)


Row = Callable[[], Any]

INFERENCES: dict[str, Row] = {
    "an induction whose beginning moves": lambda: induction(
        numbers.order(0, 0, []), numbers.order(0, 0, []), t, 10 * (t - 5) ** 2
    ),
    "entries of a product": lambda: entrywise(less(abs(y), 1), W * b, {y: b}),
    "entries under a matrix": lambda: entrywise(less(abs(y), 1), W * g, {y: g}),
    "entries of another function": lambda: entrywise(
        numbers.order(abs(y), abs(y) + 1), ramp(g), {y: g}
    ),
    "a bound between numbers for all entries": lambda: entrywise(
        numbers.absolute_bound(y, 1), g, {y: g}
    ),
    "a bound by the other entry": lambda: entrywise(less(abs(y), abs(z)), g, {y: g, z: h}),
    "a bound that two numbers share": lambda: entrywise(
        numbers.order(abs(y), 2, [Inequality(abs(y) + abs(z), 1), Inequality(0, abs(z))]),
        g,
        {y: g, z: h},
    ),
    "an equation for all entries": lambda: entrywise(
        weaken(numbers.order(abs(y), 1 + abs(y)), [Equation(y, 1)]), g, {y: g}
    ),
    "an entry that is a constant of a recurrence": lambda: entrywise(
        about_leaky(less(abs(rate), 1)), g, {rate: g}
    ),
    "an entry that is known to be ≥ 0": lambda: entrywise(numbers.order(q, q + 1), g, {q: g}),
    "an entry that is taken to be ≥ 0": lambda: entrywise(
        numbers.order(0, 0, []), ramp(-1 * g), {q: g}
    ),
    "an entry of a product, as one of diagonals": lambda: entrywise(
        less(abs(y), p), Transposed(A) * Ones(d, 1), {y: A}
    ),
    "an entry that is an integer": lambda: entrywise(less(abs(t), 1), g, {t: g}),
    "a coefficient that is an entry": lambda: entrywise(less(abs(y * z), 1), y * g, {z: g, y: h}),
    "blocks cut otherwise": lambda: blocks.block_product(
        Block([A, U]) * Block([Transposed(U)], [B])
    ),
    "blocks of no identity": lambda: blocks.identity_in_blocks(
        Parameter("C", 2 * d, 2 * d), (d, d)
    ),
    "blocks of other sizes added": lambda: blocks.block_sum(Block([A, U]) + Block([U, A])),
    "sizes that do not add up": lambda: blocks.identity_in_blocks(Identity(2 * d), (d, 1)),
    "the largest entry by its blocks": lambda: blocks.norm_of_blocks(Norm(Block([A], [B]), "max")),
    "any norm by its blocks": lambda: blocks.norm_of_blocks(Norm(Block([A], [B]), "any")),
    "an inequality turned round": lambda: symmetry(less(y, z)),
    "a chain that does not meet": lambda: transitivity(same(y, z), same(w, y)),
    "a chain after a limit": lambda: transitivity(
        reflexivity(q**n), limits.geometric_decay(1, q, n, n)
    ),
    "an inequality used as an equation": lambda: congruence(less(y, z), y + 1, (0,)),
    "what does not stand there": lambda: congruence(same(y, z), w + 1, (1,)),
    "a larger part that does not stand there": lambda: monotone(less(y, z), w + 1, (1,)),
    "a limit, assumed": lambda: assume(Limit(q**n, n, 0)),
    "for all times, at a half": lambda: specialise(ForAll(j, Equation(s[j], b), 1), Rational(1, 2)),
    "a constant of a recurrence": lambda: instantiate(derivatives.defined(s[j], cell), {d: S(2)}),
    "a real for an integer": lambda: instantiate(reflexivity(t), {t: y}),
    "the variable of a function for a number in it": lambda: instantiate(
        numbers.entry_of_elementwise(Entry(Activation("f", sympy.Lambda(X, y * X))(g), 1)), {y: X}
    ),
    "a hypothesis that does not follow": lambda: discharge(less(y, z), Inequality(y, z)),
    "a hypothesis by the theorem it is in": lambda: discharge(
        weaken(less(y, z), [Inequality(w, z)]), Inequality(w, z)
    ),
    "> by ≥": lambda: discharge(
        weaken(reflexivity(y), [Fact.positive(y)]), Fact.positive(y), less(0, y)
    ),
    "another hypothesis proved": lambda: discharge(same(y, z), Equation(y, z), same(z, y)),
    "an equation by an inequality": lambda: discharge(same(y, z), Equation(y, z), less(y, z)),
    "≤ by ≥": lambda: discharge(less(y, z), Inequality(y, z), less(z, y)),
    "for all times by one": lambda: discharge(
        specialise(ForAll(j, Equation(s[j], b), 1), t),
        ForAll(j, Equation(s[j], b), 1),
        same(s[j], b),
    ),
    "for all times by later ones": lambda: discharge(
        specialise(ForAll(j, Inequality(y, j), 1), t),
        ForAll(j, Inequality(y, j), 1),
        weaken(numbers.order(y, j, [Inequality(y, 2), j >= 2]), []),
    ),
    "for all times, some before 0, by later ones": lambda: discharge(
        specialise(ForAll(j, Inequality(y, j), -1), t),
        ForAll(j, Inequality(y, j), -1),
        numbers.order(y, j, [Inequality(y, 1), j >= 1]),
    ),
    "an induction over a number ≥ 0": lambda: induction(
        reflexivity(S.Zero), reflexivity(n * 0), Symbol("m", integer=True, nonnegative=True), 0
    ),
    "a base case that speaks of t": lambda: induction(
        weaken(reflexivity(S.Zero), [t >= 5]), reflexivity(S.Zero), t, 0
    ),
    "a base case that speaks of t at all times": lambda: induction(
        weaken(reflexivity(S.Zero), [ForAll(j, Inequality(t, j), 1)]), reflexivity(S.Zero), t, 0
    ),
    "the wrong base case": lambda: induction(
        numbers.order(0, 1, []), numbers.order(0, t, [t >= 1]), t, 0
    ),
    "a bound that grows": lambda: squeeze(
        numbers.order(0, p**n, []), limits.geometric_growth(1, p, n, n)
    ),
    "n bounded by its square": lambda: weaken(
        limits.geometric_decay(1, q, n, n), [Inequality(n**2, n)]
    ),
    "an equation that need not hold before": lambda: induction(
        same(s[0], b),
        transitivity(same(s[t], s[t - 1]), same(s[t - 1], b)),
        t,
        0,
    ),
    "a fact that need not hold before": lambda: induction(
        less(Norm(s[0]), 1),
        transitivity(less(Norm(s[t]), Norm(s[t - 1])), less(Norm(s[t - 1]), 1)),
        t,
        0,
    ),
    "a step that starts later": lambda: induction(
        less(Norm(s[0]), 1),
        weaken(less(Norm(s[t - 1]), 1), [t >= 5]),
        t,
        0,
    ),
    "a step of two": lambda: induction(
        same(F[0], W),
        transitivity(specialise(ForAll(j, Equation(F[j], F[j - 2]), 1), t), same(F[t - 2], W)),
        t,
        0,
    ),
    "a start that speaks of t": lambda: induction(reflexivity(t), reflexivity(t), t, t - 1),
    "a bound that has no lower one": lambda: squeeze(
        less(y, q**n), limits.geometric_decay(1, q, n, n)
    ),
    "a bound of a limit that is not 0": lambda: squeeze(
        numbers.order(q, q + p**n, []), limits.geometric_growth(1, p, n, n)
    ),
    "the limit of something else": lambda: squeeze(
        reflexivity(q ** (n + 1)), limits.geometric_decay(1, q, n, n)
    ),
    "n bounded above": lambda: weaken(limits.geometric_decay(1, q, n, n), [n <= t]),
    "n equal to something": lambda: weaken(limits.geometric_decay(1, q, n, n), [Equation(n, t)]),
    "a constant that depends on n": lambda: weaken(
        limits.geometric_decay(1, q, n, n), [Inequality(n, q)]
    ),
    "the transpose of a norm that the recurrence speaks of": lambda: transposed_norm(
        derivatives.defined(s[j], scaled)
    ),
}

POSITIONS: dict[str, Row] = {
    "a bound index": lambda: congruence(same(j, k), Sum(j, (j, 1, t)), (1, 0)),
    "the upper end of a range": lambda: congruence(same(t, k), Sum(y, (j, 1, t)), (1, 2)),
    "the body at one index": lambda: congruence(same(F[j], W), OrderedSum(F[j], j, 1, t), (0,)),
    "the body of a product at one index": lambda: congruence(
        same(F[j], W), OrderedProduct(F[j], j, 1, t), (0,)
    ),
    "the body of a scalar sum": lambda: congruence(same(j, y), Sum(j, (j, 1, t)), (0,)),
    "a time": lambda: congruence(same(t, k), s[t], (1,)),
    "the place of an entry": lambda: congruence(same(t, k), Entry(g, t, 1), (1,)),
    "a matrix under ∂": lambda: congruence(same(g, h), D(W * g, g), (0, 2)),
    "what is varied": lambda: congruence(same(g, h), D(W * g, g), (1,)),
    "what is held": lambda: congruence(same(s[t], s[k]), D(s[n], g, held=[s[t]]), (3, 0)),
    "a number under d/dy": lambda: congruence(
        numbers.larger(Max(y, 0), y), sympy.Derivative(Max(y, 0), y), (0,)
    ),
    "a definition under ∂": lambda: congruence(derivatives.defined(s[1], cell), D(s[1], g), (0,)),
    "a number under ∂": lambda: congruence(
        numbers.larger(Max(q, p), p), D(Max(q, p) * g, g), (0, 0)
    ),
    "a number under ∂ that varies, at a time": lambda: congruence(
        weaken(numbers.larger(Max(q, Norm(g)), q), [t >= 1]), D(Max(q, Norm(g)) * g, g), (0, 0)
    ),
    "what a range does not give: its beginning": lambda: congruence(
        numbers.larger(Max(j + k, 0), j + k), Sum(Max(j + k, 0), (j, k, t)), (0,)
    ),
    "what a range does not give: its end": lambda: congruence(
        numbers.larger(Max(j + t, 0), j + t), Sum(Max(j + t, 0), (j, k, t)), (0,)
    ),
    "under ∂ in a sum": lambda: congruence(same(A * g, h), W + D(A * g, g), (1, 0)),
    "larger, counted from the end": lambda: monotone(
        less(y, z), Mul(w, y), (Mul(w, y).args.index(y) - 2,), [Inequality(0, y)]
    ),
    "larger and ≥ 0, beside a factor of unknown sign": lambda: monotone(
        less(y, z), w * y, ((w * y).args.index(y),), [Inequality(0, y)]
    ),
    "larger and > 0, as an exponent": lambda: monotone(less(p, z), q**p, (1,)),
    "larger, under a sign": lambda: monotone(less(y, z), -y, (1,)),
    "larger, beside a factor of unknown sign": lambda: monotone(less(y, z), w * y, (1,)),
    "larger, in an absolute value": lambda: monotone(less(y, z), abs(y), (0,)),
    "larger, squared": lambda: monotone(less(y, z), y**2, (0,)),
    "larger, below a fraction line": lambda: monotone(less(q, p), 1 / q, (0,)),
    "larger, as an exponent": lambda: monotone(less(y, z), q**y, (1,)),
    "larger, in a sine": lambda: monotone(less(y, z), sympy.sin(y), (0,)),
    "larger, at one index": lambda: monotone(less(j, y), Sum(j, (j, 1, t)), (0,)),
    "larger, the end of a range": lambda: monotone(less(t, k), Sum(q, (j, 1, t)), (1, 2)),
    "larger, in a product of any sign": lambda: monotone(
        less(y, z), sympy.Product(y, (j, 1, t)), (0,)
    ),
    "larger, under a norm": lambda: monotone(less(y, z), Norm(y * g), (0, 0)),
    "larger, in d/dy": lambda: monotone(less(y, z), sympy.Derivative(y, y), (0,)),
}

ORDER: dict[str, Row] = {
    "0 ≤ y": order(0, y),
    "1 ≤ 0": order(1, 0),
    "0 ≤ -q": order(0, -q),
    "1 ≤ q": order(1, q),
    "y ≤ z from z ≤ y": order(y, z, Inequality(z, y)),
    "y ≤ 2z from y ≤ z": order(y, 2 * z, Inequality(y, z)),
    "yz from y ≥ 0": order(0, y * z, Inequality(0, y)),
    "y² ≤ z² from y ≤ z": order(y**2, z**2, Inequality(y, z)),
    "y ≤ y²": order(y, y**2),
    "y³": order(0, y**3),
    "yⁿ": order(0, y**n, n >= 0),
    "(-2)ⁿ": order(0, (-2) ** n, n >= 0),
    "y³ from y < 0": order(0, y**3, Fact.positive(-y)),
    "1/y": order(0, 1 / y),
    "y/p": order(0, y / p),
    "1/y from 1/z": order(0, 1 / y, Inequality(0, 1 / z)),
    "1/z ≤ 1/y from y ≤ z": order(1 / z, 1 / y, Inequality(y, z)),
    "1/z ≤ 1/y from y ≤ z, where z > 0": order(1 / z, 1 / y, Inequality(y, z), Fact.positive(z)),
    "y ≤ 1 from yz ≤ z": order(y, 1, Inequality(y * z, z)),
    "1 ≤ p": order(1, p),
    "one of two": order(0, Min(y, z), Inequality(0, y)),
    "both of two": order(Max(y, z), w, Inequality(y, w)),
    "a difference of maxima": order(Max(y, z), Max(y, w), Inequality(0, w)),
    "a case in which only the sum is known": order(
        0, 3 * y + z - 2 * Max(y, z), Inequality(0, 3 * y - z)
    ),
    "min is no max": order(Max(y, z), Min(y, z)),
    "max(y, -1)": order(0, Max(y, -1)),
    "a sum of -1": order(0, Sum(-1, (j, 1, t))),
    "a sum of what may be -1": order(0, Sum(y, (j, 1, t))),
    "a product of -2": order(0, sympy.Product(-2 * q, (j, 1, t))),
    "a maximum under a sum, by cases": order(Sum(Max(j, k), (j, 1, 2)), 2 * Max(j, k)),
    "a norm is not > 0": order(1, Norm(g) + 1 - Norm(h)),
    "‖g‖ ≤ ‖h‖": order(Norm(g), Norm(h)),
    "a fact times what may be 0⁻¹": order(q**t, 0, Inequality(q**k, 0), t >= 0, k >= 0),
    "t ≥ 1 for an integer": order(1, t, t >= 0),
    "y ≥ 1 for y > 0": order(1, y, Fact.positive(y)),
    "y z ≥ 1 from y, z ≥ 1/2": order(
        1, y * z, Inequality(Rational(1, 2), y), Inequality(Rational(1, 2), z)
    ),
    "sin": order(0, sympy.sin(y)),
    "tanh": order(0, sympy.tanh(y)),
    "log": order(0, sympy.log(p)),
    "eʸ ≥ 1": order(1, sympy.exp(y)),
    "an entry": order(0, entry(g, 1)),
    "an entry of eʸ ≥ 1": order(1, entry(positive(g), 1)),
    "an entry of -eʸ": order(0, entry(-1 * positive(g), 1)),
    "an entry of eʸ times what may be < 0": order(0, entry(h.T * positive(g), 1)),
    "an entry of a difference": order(0, entry(positive(g) - positive(h), 1)),
    "an entry of what may jump there": order(0, entry(jumping(g), 1)),
}

STRICT = {
    "q": (q, ()),
    "‖g‖": (Norm(g), ()),
    "|y|": (abs(y), ()),
    "y²": (y**2, ()),
    "y, y ≥ 0": (y, (Fact.nonnegative(y),)),
    "q + ‖g‖": (q + Norm(g), ()),
    "p q": (p * q, ()),
    "p y², y ≥ 0": (p * y**2, (Fact.nonnegative(y),)),
    "max(q, ‖g‖)": (Max(q, Norm(g)), ()),
    "min(p, q)": (Min(p, q), ()),
    "a sum that may be empty": (Sum(p, (j, 1, t)), ()),
    "q y, y > 0": (q * y, (Fact.positive(y),)),
    "y - z, y ≥ z": (y - z, (Fact.nonnegative(y - z),)),
    "qⁿ": (q**n, ()),
    "√q": (sympy.sqrt(q), ()),
    "an entry of squares": (entry(square(g), 1), ()),
    "xᵀ 1 of squares": (entry(Ones(1, d) * square(g), 1), ()),
    "0": (S.Zero, ()),
}

DEPENDS: dict[str, tuple[Any, Any, tuple[Any, ...], tuple[Any, ...]]] = {
    "on itself": (g, g, (), ()),
    "itself, held": (s[t], s[t], (s[t],), ()),
    "one of the same name": (s[t], s[k], (), ()),
    "an input of the same name": (x[t], x[k], (), ()),
    "an input at a time not after": (x[t], x[k], (), (k <= t,)),
    "a later state on an earlier one": (s[t], s[k], (), (k <= t,)),
    "the next state": (s[t + 1], s[t], (), (t >= 0,)),
    "a state on its input": (s[t], x[t], (), (t >= 1,)),
    "a state on an earlier input": (s[t], x[k], (), (k >= 1, k <= t)),
    "a state on a parameter": (s[t], W, (), (t >= 1,)),
    "a state that may be given, on a parameter": (s[t], W, (), (t >= 0,)),
    "held, but not all": (s[t], W, (s[t - 1],), (t >= 1,)),
    "held too early": (s[t], s[k], (s[k - 1],), (k >= 1, k <= t - 1)),
    "held too late": (s[t], s[k], (s[t + 1],), (k >= 1, k <= t - 1)),
    "held at the time itself": (s[t], x[t], (s[t - 1],), (t >= 1,)),
    "on the first input, at what may be its time": (a[t], x[1], (s[t - 1],), ()),
    "held, at a time that may be that of the variable": (
        s[t],
        s[k],
        (s[n],),
        (k >= 1, k <= n, n <= t - 1),
    ),
    "the loss on the state": (L[t], s[t], (), (t >= 1,)),
    "the preactivation on the state before": (a[t], s[t - 1], (), (t >= 1,)),
    "a norm in front": (Norm(g) * h, g, (), ()),
    "under a sum": (OrderedSum(s[j], j, 1, t), s[k], (), (k >= 1,)),
    "under a sum, named as a fact names it": (OrderedSum(s[j], j, 1, t), s[k], (), (j <= k - 1,)),
    "under a sum, named as what is varied": (OrderedSum(F[j], j, 1, t), F[j], (), ()),
    "a derivative": (D(W * g, h), g, (), ()),
}

ALGEBRA: dict[str, Row] = {
    "a ⊙ of three, and of two of them": equal(Hadamard(g, b, h), Hadamard(g, h)),
    "a ⊙ of three, and of the first": equal(Hadamard(g, b, h), Hadamard(g, b)),
    "a ⊙ of three, and of the last": equal(Hadamard(g, b, h), Hadamard(b, h)),
    "matrices do not commute": equal(A * B, B * A),
    "a diagonal matrix commutes with no other": equal(Diag(g) * A, A * Diag(g)),
    "nor with ⊗": equal(Kronecker(A, B) * Diag(Vec(A)), Diag(Vec(A)) * Kronecker(A, B)),
    "nor with blocks": equal(
        Diag(stack(g, h)) * Block([A, B], [B, A]), Block([A, B], [B, A]) * Diag(stack(g, h))
    ),
    "(A B)ᵀ": equal(Transposed(A * B), Transposed(A) * Transposed(B)),
    "Aᵀ": equal(Transposed(A), A),
    "(A ⊗ B)ᵀ": equal(Transposed(Kronecker(A, B)), Kronecker(B, A)),
    "⊗ does not commute": equal(Kronecker(A, B), Kronecker(B, A)),
    "⊙ of matrices is no product": equal(Hadamard(A, B), A * B),
    "diag(A g)": equal(Diag(A * g), A * Diag(g)),
    "diag(diag(u) A v)": equal(Diag(Diag(g) * A * h), Diag(g) * Diag(h)),
    "diag(diag(u) v)": equal(Diag(Diag(g) * A * h), Diag(g)),
    "diag(u) diag(v)": equal(Diag(g) * Diag(h), Diag(g)),
    "diag(u) 1": equal(Diag(g) * Ones(d, 1), Ones(d, 1)),
    "diag(u) 1 of a matrix": equal(Diag(g) * Ones(d, d), Diag(g)),
    "1ᵀ diag(u) diag(v)": equal(Ones(1, d) * Diag(g) * Diag(h), Transposed(h)),
    "1 diag(u) of a matrix": equal(Ones(d, d) * Diag(g), Transposed(g)),
    "A diag(u) diag(v) 1": equal(A * Diag(g) * Diag(h) * Ones(d, 1), A * h),
    "vec(A B)": equal(Vec(A * B), Vec(B * A)),
    "g gᵀ is no number": equal(g * Transposed(g), Transposed(g) * g),
    "g hᵀ": equal(g * Transposed(h), h * Transposed(g)),
    "2 A": equal(2 * A, A),
    "A - B": equal(A - B, B - A),
    "a square": equal((A + B) * (A + B), A * A + 2 * A * B + B * B),
    "A A is no A": equal(A * A, A),
    "a sum of another range": equal(OrderedSum(F[j], j, 1, t), OrderedSum(F[j], j, 0, t)),
    "a sum of another body": equal(OrderedSum(F[j], j, 1, t), OrderedSum(F[j + 1], j, 1, t)),
    "an index that stands free": equal(OrderedSum(F[j], j, 1, t), OrderedSum(F[k], j, 1, t)),
    "j comes out of no sum": equal(OrderedSum(j * A, j, 1, t), j * OrderedSum(A, j, 1, t)),
    "a bound that is called as the index": equal(Sum(j, (j, 1, j)), Sum(k, (k, 1, k))),
    "nested": equal(
        OrderedSum(OrderedSum(F[j] * F[k], j, 1, t), k, 1, t),
        OrderedSum(OrderedSum(F[k] * F[j], j, 1, t), k, 1, t),
    ),
    "a product comes out of no sum": equal(
        OrderedSum(F[j] * F[j], j, 1, t),
        OrderedSum(F[j], j, 1, t) * OrderedSum(F[j], j, 1, t),
    ),
    "the other way round": equal(
        OrderedProduct(F[j], j, 1, t, LEFT), OrderedProduct(F[j], j, 1, t, RIGHT)
    ),
    "a product transposed": equal(
        Transposed(OrderedProduct(F[j], j, 1, t, LEFT)),
        OrderedProduct(Transposed(F[j]), j, 1, t, LEFT),
    ),
    "what is held": equal(D(s[t], s[k], held=[s[n]]), D(s[t], s[k])),
    "∂ and ∂⁺": equal(D(s[t], b), D_plus(s[t], b)),
    "rows": equal(Rows(Parameter("G", 2 * d, 1), 0, d), Rows(Parameter("G", 2 * d, 1), d, d)),
    "a matrix and its norm": equal(Norm(A + B), Norm(A) + Norm(B)),
    "‖2 A‖": equal(Norm(2 * A), Norm(A)),
    "f(A B)": equal(activation("tanh")(A * B), activation("tanh")(B * A)),
}

SCALARS: dict[str, Row] = {
    "a power of 0 whose exponent may be 0": equal(S.Zero ** (k + 1), S.Zero),
    "y z = y": equal(y * z, y),
    "y + z = y": equal(y + z, y),
    "y² = y": equal(y**2, y),
    "(y + z)²": equal((y + z) ** 2, y**2 + z**2),
    "1/(y + z)": equal(1 / (y + z), 1 / y + 1 / z),
    "y/(y + z)": equal(y / (y + z), 1 / (1 + z)),
    "1/y": equal(1 / y, y),
    "√(y²)": equal(sympy.sqrt(y**2), y),
    "√ of what is a square": equal(sympy.sqrt((y + 1) ** 2 - 2 * y - 1), y),
    "√(y z)": equal(sympy.sqrt(y * z), sympy.sqrt(y) * sympy.sqrt(z)),
    "(-1)ⁿ": equal((-1) ** n, S.One),
    "2ⁿ 2¹⁻ⁿ": equal((2**n + 1) * (2 ** (1 - n) + 1), 2**n + 2 ** (1 - n) + 2),
    "2ⁿ⁺¹": equal(2 ** (n + 1), 2**n),
    "2ⁿ⁺¹, the wrong way": equal(2 ** (n + 1), 2**n / 2),
    "(2/3)ⁿ": equal(Rational(2, 3) ** n, Rational(3, 2) ** n),
    "(2/3)ⁿ, above alone": equal(Rational(2, 3) ** n, S(2) ** n),
    "2^(n + 1/2)": equal(2 ** (n + Rational(1, 2)), 2 ** (n + 1)),
    "yⁿ yᵏ": equal(q**n * q**k, q ** (n * k)),
    "(yⁿ)ᵏ": equal((q**n) ** k, q ** (n + k)),
    "(y²)ⁿ, once it is multiplied out": equal(((y + 1) ** 2 - 2 * y - 1) ** n, y ** (2 + n)),
    "(y²)^z": equal((y**2) ** z, y ** (2 * z)),
    "(y z)ⁿ": equal((y * z) ** n, y * z**n),
    "(y + z)ⁿ": equal((y + z) ** n, y**n + z**n),
    "(y + z)ⁿ⁺¹": equal((y + z) ** (n + 1), (y + z) ** n),
    "(y + z)ⁿ⁺¹, by y alone": equal((y + z) ** (n + 1), y * (y + z) ** n),
    "eʸeᶻ": equal(sympy.exp(y) * sympy.exp(z), sympy.exp(y * z)),
    "(eʸ)²": equal(sympy.exp(y) ** 2, sympy.exp(y + 2)),
    "0⁰": equal(q**0, S.Zero),
    "max": equal(Max(y, z), y),
    "|y|": equal(abs(y), y),
    "a fraction below a fraction": equal(1 / (1 + 1 / (y + 1)), (y + 1) / (y + 3)),
    "two fractions": equal(1 / (y + 1) + 1 / (z + 1), 2 / (y + z + 2)),
    "a power below": equal(1 / (y + 1) ** 2, 1 / (y**2 + 1)),
    "sin y = y": equal(sympy.sin(y), y),
    "sinh by exp": lambda: numbers.exponentials(sympy.sinh(y), sympy.cosh(y)),
    "tanh by exp": lambda: numbers.exponentials(sympy.tanh(y), 1 / sympy.tanh(y)),
    "a slope by a value": lambda: numbers.exponentials(
        activation(1 - X)(activation("tanh")(A)), activation("tanh").prime(A)
    ),
    "of another matrix": lambda: numbers.exponentials(
        activation(1 - X**2)(activation("tanh")(A)), activation("tanh").prime(2 * A)
    ),
    "of a function that jumps": lambda: numbers.exponentials(
        activation(-X)(stepping(A)), activation(-stepping.function.expr)(A)
    ),
    "sums of numbers": equal(Sum(j, (j, 1, t)), Sum(j, (j, 0, t - 1))),
}

half = Rational(1, 2)
TERMS: dict[str, Row] = {
    "a column that fills another shape": lambda: numbers.algebra(
        Norm(Unvec(Vec(U), *reversed(U.shape)), "1"), Norm(U, "1")
    ),
    "a column set into zeros is 0": lambda: numbers.algebra(Place(g, 0, 2 * d), Zeros(2 * d, 1)),
    "rows of what is not 0 are": lambda: numbers.algebra(
        Rows(Parameter("G", 2 * d, d), 0, d), Zeros(d, d)
    ),
    "a norm under an index, which may be 0 at one": lambda: differentials.differential(
        D(OrderedSum(Norm(j * g, "2") * g, j, 0, t), g)
    ),
    "blocks of two widths in one column": lambda: reflexivity(Block([A], [U])),
    "blocks of two heights in one row": lambda: reflexivity(Block([A, Transposed(U)])),
    "four blocks are the first": lambda: numbers.algebra(
        Norm(Block([A, B], [B, A]), "1"), Norm(A, "1")
    ),
    "a sum from before time 0 is empty": lambda: numbers.algebra(OrderedSum(b, j, -3, 1), 0 * b),
    "a product from before time 0 is empty": lambda: numbers.algebra(
        OrderedProduct(A, j, -3, 1), Identity(d)
    ),
    "the variable of a limit, and a number of its name": lambda: limits.geometric_decay(
        Symbol("n", positive=True), half, n, n
    ),
    "a time that is no integer": lambda: reflexivity(s[y]),
    "a time of a half": lambda: reflexivity(s[t + half]),
    "a size that is no integer": lambda: reflexivity(Parameter("R", y, 1)),
    "an identity of no integer size": lambda: reflexivity(Identity(y)),
    "zeros of no integer size": lambda: reflexivity(Zeros(y, 1)),
    "ones of no integer size": lambda: reflexivity(Ones(y)),
    "an entry at no integer": lambda: reflexivity(Entry(g, y, 1)),
    "an entry at no integer column": lambda: reflexivity(Entry(A, 1, y)),
    "as many rows as no integer": lambda: reflexivity(Rows(g, y, 1)),
    "as many values as no integer": lambda: reflexivity(VectorFunction("f", y, g)),
    "a range from no integer": lambda: reflexivity(Sum(q, (j, y, 2))),
    "a range to no integer": lambda: reflexivity(OrderedSum(F[j], j, 1, y)),
    "a product to no integer": lambda: reflexivity(OrderedProduct(F[j], j, 1, y)),
    "infinity": lambda: reflexivity(sympy.oo + y),
    "infinity, compared": lambda: assume(Inequality(y, sympy.oo)),
    "a range to ⌊y⌋": lambda: reflexivity(Sum(q, (j, 1, sympy.floor(y)))),
    "one matrix and one number under ∂": lambda: instantiate(
        reflexivity(D(y * z * W * g, g)), {y: Norm(g), z: S(2)}
    ),
    "a range to infinity": lambda: reflexivity(Sum(q, (j, 1, sympy.oo))),
    "two ranges": lambda: reflexivity(Sum(q, (j, 1, 2), (k, 1, 2))),
    "d/dn": lambda: reflexivity(sympy.Derivative(q**n, n)),
    "d²/dy²": lambda: reflexivity(sympy.Derivative(y**3, y, y)),
    "∂⁺ of no vector": lambda: reflexivity(ImmediateDerivative(W * g, g)),
    "Γ": lambda: reflexivity(sympy.gamma(y)),
    "⌊y⌋": lambda: reflexivity(sympy.floor(y)),
    "an even number": lambda: reflexivity(Symbol("m", even=True)),
    "a number < 0": lambda: reflexivity(Symbol("m", negative=True)),
    "a number ≠ 0": lambda: reflexivity(Symbol("m", nonzero=True, real=True)),
    "a finite number": lambda: reflexivity(Symbol("m", prime=True)),
    "a kept name of a matrix": lambda: reflexivity(Parameter("_A", d, d)),
    "a kept name of a sequence": lambda: reflexivity(Sequence("_s", d)[t]),
    "a name with two shapes": lambda: reflexivity(
        Norm(Parameter("R", d, 1)) * Norm(Parameter("R", d, d))
    ),
    "a name with two shapes, in two sides": lambda: assume(
        Equation(Norm(Parameter("R", d, 1)), Norm(Parameter("R", d, d)))
    ),
    "a parameter called as a sequence": lambda: reflexivity(
        Norm(Parameter("R", d, 1)) * Norm(Sequence("R", d)[t])
    ),
    "a name of the recurrence, of another shape": lambda: derivatives.independent(
        D(Parameter("W", d, 1), g), cell
    ),
    "1/j at 0": lambda: reflexivity(Sum(1 / j, (j, k, t))),
    "√ of what rises and falls": lambda: reflexivity(Sum(sympy.sqrt(j * (t - j) - 1), (j, 0, t))),
    "√ of what rises with j and with j²": lambda: reflexivity(
        Sum(sympy.sqrt(j**2 + j - 5), (j, 0, t))
    ),
    "a function that is not everywhere": lambda: reflexivity(activation(1 / X)(g)),
    "a function that jumps at whole numbers": lambda: reflexivity(activation(sympy.floor(X))(g)),
    "a function that answers as it likes": lambda: reflexivity(
        Activation("f", Answering(X, X**2))(g)
    ),
    "a function by cases": lambda: reflexivity(
        activation(sympy.Piecewise((X, X > 0), (0, True)))(g)
    ),
    "a function with a number < 0 in it": lambda: reflexivity(
        Activation("f", sympy.Lambda(X, X * Symbol("m", negative=True)))(g)
    ),
    "a matrix for a number under ∂": lambda: instantiate(
        reflexivity(D(y * W * g, g)), {y: Norm(g)}
    ),
    "what d/dy is by": lambda: instantiate(reflexivity(sympy.Derivative(y**2, y)), {y: z}),
    "what comes into d/dy": lambda: instantiate(reflexivity(sympy.Derivative(y * z, y)), {z: y}),
}

FRESH = count(1)

AXIOMS: dict[str, Row] = {
    "a definition that need not have a value": lambda: derivatives.defined(
        # Of another name each time: what the kernel has read it keeps.
        s[t],
        Recurrence(j, (s,), (), {s[j]: Inverse(Parameter(f"V_{next(FRESH)}", d, d)) * s[j - 1]}),
    ),
    "an entry of a ⊙ is that of a sum": lambda: norms.entry_of_sum(Entry(Hadamard(A, B), 1, 1)),
    "the norm of a row is that of diag": lambda: norms.norm_of_diagonal(Norm(Transposed(g), "2")),
    "the norm of diag is that of I": lambda: norms.norm_of_identity(Norm(Diag(g), "2")),
    "a sum is its larger part": lambda: numbers.larger(y + z, z),
    "a product is its larger factor": lambda: numbers.larger(y * z, z),
    "a definition of what is given": lambda: derivatives.defined(x[t], cell),
    "what is varied, opened": lambda: derivatives.defined_inside(
        D(W * s[t], s[t]), s[t], cell, [t >= 1]
    ),
    "what may be varied, opened": lambda: derivatives.defined_inside(
        D(W * s[t], s[k]), s[t], cell, [k <= t, t >= 1]
    ),
    "what is held, opened": lambda: derivatives.defined_inside(
        D(W * s[t], b, held=[s[t]]), s[t], cell, [t >= 1]
    ),
    "opened under a sum": lambda: derivatives.defined_inside(
        D(OrderedSum(s[j], j, 1, t), b), s[j], cell, [j >= 1]
    ),
    "opened in a derivative": lambda: derivatives.defined_inside(
        D(D(s[t], b) * g, g), s[t], cell, [t >= 1]
    ),
    "independent of itself": lambda: derivatives.independent(D(g, g)),
    "through one vector twice": lambda: derivatives.through(
        D(s[t], b), [a[t], a[t]], cell, [t >= 1]
    ),
    "through what may be one vector": lambda: derivatives.through(
        D(s[t], b), [a[t], a[k]], cell, [t >= 1]
    ),
    "through what is varied": lambda: derivatives.through(D(s[t], s[k]), [s[k]], cell),
    "through what may be varied": lambda: derivatives.through(D(s[t], s[k]), [s[n]], cell),
    "through one vector where two lead": lambda: derivatives.chain_rule(
        D(s[t] + s[k], s[0]), [s[t]], cell, [t >= 2, k >= 1]
    ),
    "through no vector": lambda: derivatives.chain_rule(D(s[t], g), [], cell),
    "through what may be one vector, all": lambda: derivatives.chain_rule(
        D(s[t], s[0]), [s[t - 1], s[k]], cell, [t >= 2, k >= 1]
    ),
    "through a state that may come before what is varied": lambda: derivatives.chain_rule(
        D(s[t], s[k]), [s[n]], cell, [t >= n + 1]
    ),
    "through a state that may come after what is varied": lambda: derivatives.chain_rule(
        D(s[t], s[k]), [s[n]], cell, [n >= t + 1]
    ),
    "through what is varied, or what may be the state after": lambda: derivatives.chain_rule(
        D(a[3 * k + 3 - 2 * n], s[k]), [s[n]], cell, [k >= 0, n >= k]
    ),
    "through what is varied, or what may be the state before": lambda: derivatives.chain_rule(
        D(a[2 * n - k + 3], s[k]), [s[n]], cell, [k >= 0, n <= k]
    ),
    "through a state, to a parameter": lambda: derivatives.chain_rule(
        D(s[t], b), [s[t - 1]], cell, [t >= 1]
    ),
    "∂⁺ by the chain rule of ∂": lambda: derivatives.chain_rule(
        D_plus(s[t], b), [a[t]], cell, [t >= 1]
    ),
    "a vector of no recurrence": lambda: derivatives.independent(D(s[t], g)),
    "in denominator layout": lambda: derivatives.chain_rule(
        D(s[t], s[t - 1], "denominator"), [a[t]], cell, [t >= 1]
    ),
    "what is held between": lambda: derivatives.not_held(
        D(s[t], s[k], held=[s[n]]), s[n], cell, [k <= n, n <= t - 1, k >= 0]
    ),
    "what is not held": lambda: derivatives.not_held(D(s[t], s[k]), s[n], cell, [n <= k]),
    "held at what may be between": lambda: derivatives.not_held(
        D(s[t], s[k], held=[s[n]]), s[n], cell, [n <= t, k >= 0]
    ),
    "∂⁺ by what may be the state before": lambda: derivatives.immediate(
        D_plus(s[t], s[k]), cell, [t >= 1]
    ),
    "∂y/∂x is no I": lambda: derivatives.itself(D(g, h)),
    "the layout of ∂L/∂W": lambda: derivatives.layout(D(L[t], W)),
    "a maximum by what is none of it": lambda: derivatives.nearby(
        D(Max(q, 1) * g, g), Max(q, 1), p
    ),
    "‖u ⊙ v‖² as that of a sum": lambda: norms.norm_of_sum(Norm(Hadamard(g, h), "2")),
    "‖u ⊗ v‖² as that of a sum": lambda: norms.norm_of_sum(Norm(Kronecker(g, h), "2")),
    "a product over times, through": lambda: derivatives.through(
        D(sympy.Product(Norm(x[i], "2"), (i, 1, t)) * s[t], x[t]), [a[t]], cell, [t >= 1]
    ),
    "a sum over times, through": lambda: derivatives.through(
        D(Sum(Norm(x[i], "2"), (i, 1, t)) * s[t], x[t]), [a[t]], cell, [t >= 1]
    ),
    "∂⁺, differentiated": lambda: derivatives.through(
        D(Transposed(D_plus(L[t], s[t])), x[t]), [a[t]], cell, [t >= 1]
    ),
    "a sum, nearby": lambda: derivatives.nearby(D((q + 1) * g, g), q + 1, S.One),
    "a spectral norm, differentiated": lambda: differentials.differential(
        D(Norm(A, "2") * g, Vec(A))
    ),
    "a maximum of what jumps": lambda: derivatives.nearby(
        D(Max(sympy.sign(Entry(g, 1, 1)), 0) * g, g),
        Max(sympy.sign(Entry(g, 1, 1)), 0),
        S.Zero,
    ),
    "the norm of what jumps": lambda: derivatives.nearby(
        D(Max(Norm(stepping(g), "2"), q) * g, g), Max(Norm(stepping(g), "2"), q), q
    ),
    "a maximum that is differentiated": lambda: differentials.differential(
        D(Max(Norm(g, "2"), 1) * g, g)
    ),
    "an absolute value that is differentiated": lambda: differentials.differential(
        D(abs(Entry(g, 1, 1)) * g, g)
    ),
    "a norm of kind 1, differentiated": lambda: differentials.differential(D(Norm(g, "1") * g, g)),
    "a power of what varies": lambda: differentials.differential(
        D(2 ** Norm(g, "2") * Identity(1), g)
    ),
    "kinks under a sum": lambda: differentials.differential(D(OrderedSum(ramp(j * g), j, 1, t), g)),
    "‖A B‖ ≤ ‖A‖ ‖B‖ for max": lambda: norms.submultiplicative(Norm(A * B, "max")),
    "split before all": lambda: norms.submultiplicative(Norm(A * B), 0),
    "split after all": lambda: norms.submultiplicative(Norm(A * B), 2),
    "∏ for max": lambda: norms.norm_of_ordered_product(Norm(OrderedProduct(F[j], j, 1, t), "max")),
    "‖diag v‖_F": lambda: norms.norm_of_diagonal(Norm(Diag(g), "F")),
    "‖A‖ of no diagonal": lambda: norms.norm_of_diagonal(Norm(A)),
    "‖I‖_F": lambda: norms.norm_of_identity(Norm(Identity(d), "F")),
    "‖A‖ of no identity": lambda: norms.norm_of_identity(Norm(A)),
    "‖A B‖₂ by Frobenius": lambda: norms.frobenius_mixed(Norm(A * B, "2")),
    "‖A‖_F² as ‖AᵀA‖_F": lambda: norms.norm_of_gram(Norm(A, "F")),
    "the triangle of a product": lambda: norms.triangle(Norm(A * B)),
    "‖x + y‖² in another norm": lambda: norms.norm_of_sum(Norm(g + h, "1")),
    "‖A + B‖² of matrices": lambda: norms.norm_of_sum(Norm(A + B, "2")),
    "Cauchy and Schwarz for matrices": lambda: norms.cauchy_schwarz(A, B),
    "the entry of a product, its index taken": lambda: norms.entry_of_product(
        Entry(A * B, j, 1), j
    ),
    "the entry of a product, over a real": lambda: norms.entry_of_product(Entry(A * B, 1, 1), y),
    "max is what is none of it": lambda: numbers.larger(Max(y, z), w),
    "min of three": lambda: numbers.minimum_by_maximum(Min(y, z, w)),
    "d/dy of a matrix's norm": lambda: numbers.scalar_derivative(sympy.Derivative(Norm(y * A), y)),
    "f(v) of entries that differ": lambda: numbers.elementwise_constant(activation("tanh")(g)),
    "the entry of no f(A)": lambda: numbers.entry_of_elementwise(Entry(A, 1, 1)),
    "two times for one": lambda: ranges.single_time(Sum(j, (j, 1, 2))),
    "a time for all": lambda: ranges.single_time(Sum(j, (j, 1, t))),
    "a product turned round": lambda: ranges.reversed_range(OrderedProduct(F[j], j, 1, t), t),
    "a constant factor of a product": lambda: ranges.constant_factor(
        sympy.Product(j * y, (j, 1, t))
    ),
    "a power of what changes": lambda: ranges.constant_power(sympy.Product(j, (j, 1, t))),
    "a sum as a power": lambda: ranges.constant_power(Sum(y, (j, 1, t))),
    "every second power": lambda: ranges.geometric_tail(Sum(q ** (j / 2), (j, 1, t))),
    "powers with j in their base": lambda: ranges.geometric_tail(Sum((q / j) ** j, (j, 1, t))),
    "a product of powers": lambda: ranges.geometric_tail(sympy.Product(q**j, (j, 1, t))),
    "exponents that are squares": lambda: ranges.geometric_tail(Sum(q ** (j**2), (j, 1, t))),
    "qⁿ where q depends on n": lambda: limits.geometric_decay(1, 1 - 1 / n, n, n),
    "c qⁿ where c depends on n": lambda: limits.geometric_decay(n, q, n, n),
    "q⁻ⁿ": lambda: limits.geometric_decay(1, q, -n, n),
    "q⁰": lambda: limits.geometric_decay(1, q, t, n),
    "qⁿ⁺ʸ": lambda: limits.geometric_decay(1, q, n + y, n),
    "qʸ, y real": lambda: limits.geometric_decay(1, q, y, y),
    "qⁿ²": lambda: limits.geometric_decay(1, q, n**2 - 5 * n, n),
}

# What has to stand among the hypotheses: a model of them where the conclusion fails without it.
NEEDED: dict[str, tuple[Row, Fact]] = {
    "a definition, from time 1 on": (
        lambda: derivatives.defined(s[t], cell),
        Fact.nonnegative(t - 1),
    ),
    "opened under ∂, from time 1 on": (
        lambda: derivatives.defined_inside(D(W * s[t], b), s[t], cell, []),
        Fact.nonnegative(t - 1),
    ),
    "for all times, from the first": (
        lambda: specialise(ForAll(j, Equation(s[j], b), 5), t),
        Fact.nonnegative(t - 5),
    ),
    "a sign that a symbol has": (
        lambda: instantiate(numbers.order(0, q, []), {q: y}),
        Fact.nonnegative(y),
    ),
    "a sign > 0": (lambda: instantiate(numbers.order(0, p, []), {p: y}), Fact.positive(y)),
    "a hypothesis, instantiated": (
        lambda: instantiate(less(t, y), {t: t + 1}),
        Fact.nonnegative(y - t - 1),
    ),
    "both hypotheses of a chain": (
        lambda: transitivity(less(y, z), less(z, w)),
        Fact.nonnegative(z - y),
    ),
    "the second of a chain": (
        lambda: transitivity(less(y, z), less(z, w)),
        Fact.nonnegative(w - z),
    ),
    "a root that is differentiated": (
        lambda: differentials.differential(D(Entry(g, 1) ** Rational(3, 2) * Identity(1), g)),
        Fact.positive(Entry(g, 1)),
    ),
    "what is assumed of a number, of all entries": (
        lambda: entrywise(less(abs(y), 1), g, {y: g}),
        Fact.nonnegative(1 - Norm(g, "inf")),
    ),
    "what is assumed besides, of all entries": (
        lambda: entrywise(weaken(less(abs(y), 1), [z >= w]), g, {y: g}),
        Fact.nonnegative(z - w),
    ),
    "the start of an induction": (
        lambda: induction(reflexivity(S.Zero), reflexivity(S.Zero), t, 0),
        Fact.nonnegative(t),
    ),
    "a later start of an induction": (
        lambda: induction(reflexivity(S.Zero), reflexivity(S.Zero), t, 5),
        Fact.nonnegative(t - 5),
    ),
    "√": (lambda: reflexivity(sympy.sqrt(y)), Fact.nonnegative(y)),
    "log": (lambda: reflexivity(sympy.log(y)), Fact.positive(y)),
    "1/y": (lambda: reflexivity(1 / y), Fact.nonzero(y)),
    "artanh": (lambda: reflexivity(sympy.atanh(y)), Fact.positive(1 - y**2)),
    "yᶻ": (lambda: reflexivity(y**z), Fact.positive(y)),
    "qᶻ": (lambda: reflexivity(q**z), Fact.positive(q)),
    "yⁿ": (lambda: reflexivity(y**n), Fact.nonnegative(n)),
    "a logarithm under ∂": (lambda: reflexivity(D(sympy.log(y) * g, g)), Fact.positive(y)),
    "a root of a negative power": (lambda: reflexivity(y ** Rational(-1, 2)), Fact.positive(y)),
    "what stands within": (lambda: reflexivity(sympy.sin(1 / y) + 1), Fact.nonzero(y)),
    "a root, differentiated": (
        lambda: reflexivity(sympy.Derivative(sympy.sqrt(y), y)),
        Fact.positive(y),
    ),
    "|y|, differentiated": (lambda: reflexivity(sympy.Derivative(abs(y), y)), Fact.nonzero(y)),
    "max, differentiated": (
        lambda: reflexivity(sympy.Derivative(Max(y, z), y)),
        Fact.nonzero(z - y),
    ),
    "the worst of a range": (
        lambda: reflexivity(Sum(sympy.sqrt(j), (j, k, t))),
        Fact.nonnegative(k),
    ),
    "the worst of a range that falls": (
        lambda: reflexivity(Sum(sympy.sqrt(-j), (j, k, t))),
        Fact.nonnegative(-t),
    ),
    "under a sum, what its range does not give": (
        lambda: congruence(
            numbers.larger(Max(t + k, 0), t + k), Sum(Max(t + k, 0), (j, k, t)), (0,)
        ),
        Fact.nonnegative(t + k),
    ),
    "larger under a sum, what its range does not give": (
        lambda: monotone(
            numbers.order(t, 2 * t + k, [Fact.nonnegative(t + k)]), Sum(t, (j, k, t)), (0,)
        ),
        Fact.nonnegative(t + k),
    ),
    "an inverse has a value": (
        lambda: reflexivity(Inverse(A)),
        Fact.nonzero(Entry(Determinant(A), 1)),
    ),
    "an inverse, differentiated": (
        lambda: derivatives.through(D(Inverse(Diag(s[t])) * b, s[t - 1]), [s[t]], cell, [t >= 1]),
        Fact.nonzero(Entry(Determinant(Diag(s[t])), 1)),
    ),
    "a determinant, differentiated": (
        lambda: differentials.differential(D(Determinant(A), Vec(A))),
        Fact.nonzero(Entry(Determinant(A), 1)),
    ),
    "a norm, differentiated": (
        lambda: differentials.differential(D(Norm(g, "2") * g, g)),
        Fact.positive(Norm(g, "2")),
    ),
    "a norm, differentiated through a state": (
        lambda: derivatives.through(D(Norm(s[t], "2") * b, s[t - 1]), [s[t]], cell, [t >= 1]),
        Fact.positive(Norm(s[t], "2")),
    ),
    "a function with kinks, of another argument than the recurrence's": (
        lambda: differentials.differential(D(ramp(2 * bent.a[t]), bent.a[t]), bent.recurrence),
        Smooth(ramp, 2 * bent.a[t]),
    ),
    "a function with kinks, in no recurrence": (
        lambda: differentials.differential(D(ramp(g), g)),
        Smooth(ramp, g),
    ),
    "a function with kinks, before time 1": (
        lambda: differentials.differential(D(ramp(bent.a[t]), bent.a[t]), bent.recurrence),
        Fact.nonnegative(t - 1),
    ),
    "a maximum, nearby": (
        lambda: derivatives.nearby(D(Max(Norm(g, "2"), q) * g, g), Max(Norm(g, "2"), q), q),
        Fact.positive(q - Norm(g, "2")),
    ),
    "a minimum, nearby": (
        lambda: derivatives.nearby(D(Min(Norm(g, "2"), q) * g, g), Min(Norm(g, "2"), q), q),
        Fact.positive(Norm(g, "2") - q),
    ),
    "∏ of no factor, of a norm without ‖I‖ = 1": (
        lambda: norms.norm_of_ordered_product(Norm(OrderedProduct(F[j], j, k, t), "F")),
        Fact.nonnegative(t - k),
    ),
    "|y| = y": (lambda: norms.absolute_value(y), Fact.nonnegative(y)),
    "max": (lambda: numbers.larger(Max(y, z), y), Fact.nonnegative(y - z)),
    "min": (lambda: numbers.larger(Min(y, z), y), Fact.nonnegative(z - y)),
    "c max": (lambda: numbers.scaled_maximum(Max(y, z), w), Fact.positive(w)),
    "|y| ≤ c, above": (lambda: numbers.absolute_bound(y, w), Fact.nonnegative(w - y)),
    "|y| ≤ c, below": (lambda: numbers.absolute_bound(y, w), Fact.nonnegative(w + y)),
    "√ of a bound": (lambda: numbers.root_of_bound(y, w), Fact.nonnegative(w - y**2)),
    "split, not before": (
        lambda: ranges.split_range(Sum(j, (j, k, t)), n),
        Fact.nonnegative(n - k + 1),
    ),
    "split, not after": (lambda: ranges.split_range(Sum(j, (j, k, t)), n), Fact.nonnegative(t - n)),
    "no times": (lambda: ranges.empty_range(Sum(j, (j, k, t))), Fact.nonnegative(k - t - 1)),
    "so many factors": (
        lambda: ranges.constant_power(sympy.Product(y, (j, k, t))),
        Fact.nonnegative(t - k + 1),
    ),
    "a tail, q ≥ 0": (lambda: ranges.geometric_tail(Sum(y**j, (j, 1, t))), Fact.nonnegative(y)),
    "a tail, q < 1": (lambda: ranges.geometric_tail(Sum(y**j, (j, 1, t))), Fact.positive(1 - y)),
    "a tail, from 0 on": (lambda: ranges.geometric_tail(Sum(q**j, (j, k, t))), Fact.nonnegative(k)),
    "a tail that falls, from 0 on": (
        lambda: ranges.geometric_tail(Sum(q ** (n - j), (j, k, t))),
        Fact.nonnegative(n - t),
    ),
    "decay, q ≥ 0": (lambda: limits.geometric_decay(1, y, n, n), Fact.nonnegative(y)),
    "decay, q < 1": (lambda: limits.geometric_decay(1, y, n, n), Fact.positive(1 - y)),
    "decay, c has a value": (lambda: limits.geometric_decay(1 / y, q, n, n), Fact.nonzero(y)),
    "growth, q > 1": (lambda: limits.geometric_growth(1, y, n, n), Fact.positive(y - 1)),
    "growth, c > 0": (lambda: limits.geometric_growth(y, p, n, n), Fact.positive(y)),
}

# What is easily said wrongly, evaluated at small models, where the wrong form is false.
TRUE: dict[str, Row] = {
    "1ᵀ diag(u) diag(v) w": lambda: numbers.algebra(
        Ones(1, d) * Diag(g) * Diag(h) * b, Transposed(b) * Hadamard(g, h)
    ),
    "0 < 1ᵀ eˣ": lambda: numbers.order(0, entry(Ones(1, d) * positive(g), 1)),
    "the largest entry of a matrix": lambda: entrywise(numbers.order(1, 1, []), Ones(d, d), {}),
    "∂log‖g‖": lambda: differentials.differential(D(sympy.log(Norm(g, "2")) * Identity(1), g)),
    "a ⊙ of three": lambda: numbers.algebra(Hadamard(g, b, h), Hadamard(b, g, h)),
    "‖-2 A B‖_F": lambda: norms.frobenius_mixed(Norm(-2 * A * B, "F")),
    "‖-2 A B‖": lambda: norms.submultiplicative(Norm(-2 * A * B, "1")),
    "‖-2 A‖": lambda: norms.homogeneous(Norm(-2 * A, "1")),
    "‖A‖₂²": lambda: norms.norm_of_gram(Norm(A, "2")),
    "‖2 x - y‖²": lambda: norms.norm_of_sum(Norm(2 * g - h, "2")),
    "directly and through": lambda: derivatives.through(
        D(W * a[t] + U * x[t], x[t]), [a[t]], cell, [t >= 1]
    ),
    "through what is held besides": lambda: derivatives.chain_rule(
        D(L[t], s[t - 1], held=[a[t]]), [s[t]], cell, [t >= 1]
    ),
    "a path past what is held": lambda: derivatives.chain_rule(
        D(s[t] + a[t], s[t - 1]), [a[t], s[t]], cell, [t >= 1]
    ),
    "∂⁺ holds all states": lambda: derivatives.immediate(D_plus(s[2], b), cell, []),
    "the other layout": lambda: derivatives.layout(D(W * g, g)),
    "the layout of most others": lambda: derivatives.layout(D(A * g, g, DENOMINATOR)),
    "∂(u ⊙ v)": lambda: differentials.differential(D(Hadamard(W * g, g), g)),
    "∂(A y)": lambda: differentials.differential(D(W * g, Vec(W))),
    "∂‖g‖": lambda: differentials.differential(D(Norm(g, "2") * g, g)),
    "∂f(A g)": lambda: differentials.differential(D(activation("tanh")(W * g), g)),
    "∂ vec(c A)": lambda: differentials.differential(D(Vec(Norm(g, "2") * A), g)),
    "∂ vec(A B)": lambda: differentials.differential(D(Vec(A * B), Vec(A))),
    "∂ vec(A B), by the other": lambda: differentials.differential(D(Vec(A * B), Vec(B))),
    "∏ split": lambda: ranges.split_range(OrderedProduct(F[j], j, 0, 2, LEFT), 0),
    "∏ split, the other way round": lambda: ranges.split_range(
        OrderedProduct(F[j], j, 0, 2, RIGHT), 0
    ),
    "∏ of numbers, split": lambda: ranges.split_range(sympy.Product(j + 2, (j, 0, 2)), 0),
    "Σ of numbers, split": lambda: ranges.split_range(Sum(j + 2, (j, 0, 2)), 0),
    "∏ of no numbers": lambda: ranges.empty_range(sympy.Product(j + 2, (j, 1, t))),
    "Σ of no numbers": lambda: ranges.empty_range(Sum(j + 2, (j, 1, t))),
    "Σ of matrices, split": lambda: ranges.split_range(OrderedSum(F[j], j, 0, 2), 0),
    "Σ shifted": lambda: ranges.reindex(Sum(j**2, (j, 0, 2)), t),
    "Σ reversed": lambda: ranges.reversed_range(Sum(j**2, (j, 0, 2)), t),
    "equal factors": lambda: ranges.constant_power(sympy.Product(S(2), (j, 0, t))),
    "Σ shifted by its own index's name": lambda: ranges.reindex(Sum(j**2, (j, 0, 2)), j),
    "Σ reversed by its own index's name": lambda: ranges.reversed_range(Sum(j**2, (j, 0, 2)), j),
    "t ↦ min(c, t)": lambda: numbers.lipschitz_minimum(S(1), y, z),
    "sinh 2y": lambda: numbers.exponentials(sympy.sinh(2 * y), 2 * sympy.sinh(y) * sympy.cosh(y)),
    "u² ≤ sinh² u": lambda: numbers.sinh_exceeds(y),
    "‖(x, y)‖": lambda: norms.norm_of_stack(Norm(stack(g, h), "2")),
    "xᵀy": lambda: norms.cauchy_schwarz(g, h),
    "∂f(u, v)": lambda: differentials.differential(D(VectorFunction("f", d, g, W * g), g)),
    "∂softmax": lambda: differentials.differential(D(Softmax(A * g), g)),
    "∂logsumexp": lambda: differentials.differential(D(LogSumExp(A * g), g)),
    "∂ vec(A⁻¹)": lambda: differentials.differential(D(Vec(Inverse(A)), Vec(A))),
    "∂ vec((A B)⁻¹), by a factor": lambda: differentials.differential(
        D(Vec(Inverse(A * B)), Vec(A))
    ),
    "∂ det A": lambda: differentials.differential(D(Determinant(A), Vec(A))),
    "∂ det(A B), by a factor": lambda: differentials.differential(D(Determinant(A * B), Vec(B))),
    "∂(u, v)": lambda: differentials.differential(D(stack(W * g, g), g)),
    "∂ of rows": lambda: differentials.differential(D(Rows(Parameter("G", 2 * d, d) * g, d, d), g)),
    "∂ Σ": lambda: differentials.differential(D(OrderedSum(F[j] * g, j, 0, 2), g)),
    "∂ Σ by what its index is called": lambda: differentials.differential(
        D(OrderedSum(W * s[j], j, 0, 2), s[j])
    ),
    "∂ c": lambda: differentials.differential(D(Entry(g, 1, 1) ** 3 * Identity(1), g)),
    "∂ cc′": lambda: differentials.differential(D(Entry(g, 1, 1) * Norm(g, "2") * Identity(1), g)),
    "∂ (c + c′)": lambda: differentials.differential(
        D((Entry(g, 1, 1) + Norm(g, "2")) * Identity(1), g)
    ),
    "∂ exp c": lambda: differentials.differential(D(sympy.exp(Entry(g, 1, 1)) * Identity(1), g)),
    "∂L/∂W": lambda: derivatives.gradient_as_matrix(D(L[t], W)),
    "(A B)₁₁": lambda: norms.entry_of_product(Entry(-2 * A * B, 1, 1), i),
    "vec(A X B)": lambda: norms.vec_of_product(A, B, W),
    "min by max": lambda: numbers.minimum_by_maximum(Min(S(2), y)),
}

REFUSED = {
    f"{kind}: {name}": attempt
    for kind, table in {
        "inferences": INFERENCES,
        "positions": POSITIONS,
        "order": ORDER,
        "algebra": ALGEBRA,
        "scalars": SCALARS,
        "axioms": AXIOMS,
        "terms": TERMS,
    }.items()
    for name, attempt in table.items()
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_kernel_refuses(name: str) -> None:
    with pytest.raises(SymrnnError):
        REFUSED[name]()


def test_what_takes_too_many_attempts_is_not_known() -> None:
    chain = symbols("r:14", real=True)
    each_other = [Fact(one - other) for one in chain for other in chain if one != other]
    assert not Fact(chain[0] - y).follows_from(each_other)
    assert Fact(chain[0] - chain[4]).follows_from(map(Fact, map(sub, chain[:4], chain[1:5])))


@pytest.mark.parametrize("name", STRICT)
def test_what_may_be_0_is_not_known_to_be_greater(name: str) -> None:
    expression, facts = STRICT[name]
    assert not Fact(expression, strict=True).follows_from(facts)


# By the other part of a state of two parts: h reads c, and c reads h.
TWO_PARTS: dict[str, tuple[Any, Any, tuple[Any, ...], tuple[Any, ...]]] = {
    "one part is held": (gated_h[t], gated_c[k], (gated_h[n],), (k >= 1, k <= n, n <= t - 1)),
    "the other is held": (gated_h[t], gated_h[k], (gated_c[n],), (k >= 1, k <= n, n <= t - 1)),
    "one part is varied": (
        gated_h[t],
        gated_c[k],
        (gated_h[k], gated_c[k]),
        (k >= 1, k <= t - 1),
    ),
}


@pytest.mark.parametrize("name", TWO_PARTS)
def test_a_part_of_a_state_is_not_all_of_it(name: str) -> None:
    term, by, held, facts = TWO_PARTS[name]
    known = Dependence(gated, tuple(map(Fact.of, facts)))
    assert not known.independent(term, by, held)


@pytest.mark.parametrize("name", DEPENDS)
def test_what_may_change_is_not_known_to_be_independent(name: str) -> None:
    term, by, held, facts = DEPENDS[name]
    known = Dependence(cell, tuple(map(Fact.of, facts)))
    assert not known.independent(term, by, held)


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_among_the_hypotheses(name: str) -> None:
    attempt, fact = NEEDED[name]
    assert fact in attempt().hypotheses


class Elsewhere(Sequence):
    """A sequence that may answer as it likes."""


@pytest.mark.parametrize("place", range(3))
def test_a_recurrence_is_of_sequences_alone(place: int) -> None:
    kinds = [(s,), (x,), (L,)]
    kinds[place] = (Elsewhere(kinds[place][0].label, kinds[place][0].rows),)
    states, inputs, outputs = kinds
    with pytest.raises(SymrnnError):
        odd = Recurrence(j, states, inputs, {s[j]: W * s[j - 1], L[j]: b.T * s[j]}, outputs)
        derivatives.defined(s[t], odd)


def test_a_tail_is_that_of_the_series() -> None:
    assert ranges.geometric_tail(Sum(q**j, (j, 2, t))).relation.rhs == q**2 / (1 - q)


def test_what_is_assumed_is_what_is_said() -> None:
    assert assume(Inequality(0, y)).relation == Inequality(0, y)
    assert assume(Inequality(y, z)).relation == Inequality(0, z - y)


def test_what_holds_at_all_times_has_a_value_from_the_first_on() -> None:
    said = Inequality(1 / (j + 1), y)
    assert list(conditions(ForAll(j, said, 0))) == []
    with pytest.raises(SymrnnError, match="need not have a value"):
        list(conditions(ForAll(j, said, -1)))


def test_what_a_step_assumes_is_assumed_of_all() -> None:
    grows = numbers.order((t - 1) * y, t * y, [Inequality(0, y)])
    found = induction(numbers.order(0, 0 * y, []), transitivity(less(0, (t - 1) * y), grows), t, 0)
    assert found.relation == Inequality(0, t * y)
    assert found.hypotheses == {Fact.nonnegative(y), Fact.nonnegative(t)}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_easily_said_wrongly_is_true(name: str) -> None:
    found = Models(cells(), breadth=2).verdict(Claim.of(TRUE[name]()), 24)
    assert not found.false_at
    assert found.counts[HOLDS] > 0


@pytest.mark.parametrize("name", sorted(axioms()))
def test_an_axiom_given_a_node_of_another_sort_says_nothing_false(name: str) -> None:
    models, draw = Models(cells(), breadth=1), random.Random(name)
    for other in draw.sample(sorted(axioms()), 16):
        world = World(draw, draw.choice(cells()))
        try:
            node, *_ = INSTANCES[other](world)
            _, *rest = INSTANCES[name](world)
            theorem = axioms()[name](node, *rest)
        except (SymrnnError, AttributeError, TypeError, ValueError, NotImplementedError):
            continue
        assert not models.verdict(Claim.of(theorem), 4).false_at, str(Claim.of(theorem))
