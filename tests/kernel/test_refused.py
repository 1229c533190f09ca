"""False theorems that the kernel once accepted, by kind: found by the tester and the fuzzer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Derivative, Max, Min, Product, Rational, Sum
from verdict import FALSE, HOLDS, Claim, Models
from worlds import U, W, b, cells, d, k, leaky, m, n, s, t, u, v, x, y

from symrnn.errors import SymrnnError
from symrnn.kernel import assume, axioms, congruence, instantiate, reflexivity, weaken
from symrnn.language.activations import Unknown, activation
from symrnn.language.algebra import Identity, Parameter
from symrnn.language.derivatives import D, ImmediateDerivative, Partial, VectorFunction
from symrnn.language.entry import Entry
from symrnn.language.norms import Norm
from symrnn.language.ordered import OrderedSum
from symrnn.language.relations import Equation, ForAll, Inequality
from symrnn.language.structure import Vec
from symrnn.language.time import Sequence

A = axioms()
size = sympy.Symbol("r", integer=True, positive=True)
i = sympy.Symbol("i", integer=True)
other, whole = sympy.Symbol(u.name), sympy.Symbol(u.name, integer=True)
P, Q = Parameter("P", size, 1), Parameter("Q", size, 1)
L = Sequence("L", 1)
F = VectorFunction("f", 1, b)


def _entries(vector: Any) -> Any:
    return Sum(Entry(vector, i), (i, 1, size))


def _norm_by_matrix() -> Any:
    node = D(L[t], U)
    return congruence(A["gradient_as_matrix"](node), Norm(node, "1"), (0,))


REFUSED: dict[str, Callable[[], Any]] = {
    # ∂(c)/∂W = 0 for a constant c, of which ‖W‖ is none
    "a constant becomes what is varied": lambda: instantiate(
        A["independent"](D(u * Identity(1), Vec(W))), {u: Norm(W, "F")}
    ),
    "d/dx of another x": lambda: A["scalar_derivative"](Derivative(other**2, u)),
    "a product over another x": lambda: A["constant_power"](Product(u, (whole, 1, n))),
    "a sum over another x, by a fact": lambda: weaken(
        reflexivity(Sum(whole, (whole, 1, n))), [u >= 1]
    ),
    "what is assumed at all times of another x": lambda: weaken(
        reflexivity(u), [ForAll(whole, Inequality(Norm(s[whole]), 1))]
    ),
    "half a derivative": lambda: reflexivity(Unknown("sigma", Rational(1, 2), u)),
    "σ as a derivative of what is no function": lambda: A["scalar_derivative"](
        Derivative(Unknown("sigma", -1, u), u)
    ),
    "what ∂⁺ is of is no value": lambda: congruence(
        assume(Equation(s[t], y[t])), ImmediateDerivative(s[t], b), (0,)
    ),
    "nor what is differentiated by an argument": lambda: congruence(
        assume(Equation(F, VectorFunction("g", 1, b))), Partial(F, sympy.S.Zero), (0,)
    ),
    "a matrix called as a number": lambda: reflexivity(u * Parameter("u", 2, 2)),
    "a constant of d/dx becomes a vector that x moves": lambda: instantiate(
        A["scalar_derivative"](Derivative(v * u, u)), {v: Entry(s[t], 1)}
    ),
    "the cases of a maximum are not those of every index": lambda: A["order"](
        Sum(Max(Entry(P, i), Entry(Q, i)), (i, 1, size)), Max(_entries(P), _entries(Q))
    ),
    "nor those of every entry": lambda: A["order"](
        Norm(activation(Max(u, 3 - u))(P), "1"),
        Max(Norm(P, "1"), Norm(activation(3 - u)(P), "1")),
    ),
    "a fact about a free k says nothing of a bound one": lambda: A["independent"](
        D(OrderedSum(x[k], k, 1, t), x[i]), cells()[0], [k >= 5, i <= 4]
    ),
    "x_k is x_{k-1} for some index": lambda: A["independent"](
        D(OrderedSum(x[k], k, 1, t), x[k - 1]), cells()[0]
    ),
    "∂L/∂U by a matrix does not become one by a column": lambda: instantiate(
        _norm_by_matrix(), {m: 1}
    ),
    "sizes that SymPy does not count as symbols": lambda: reflexivity(
        Entry(sympy.MatrixSymbol("A", n, n), 1, 1)
    ),
    "d/dt for a time": lambda: A["scalar_derivative"](Derivative(t**2, t)),
    "a function is no number": lambda: reflexivity(sympy.Lambda(u, u + v)),
    "SymPy's empty product of sums over nothing is 0": lambda: A["absolute_value"](
        Product(sympy.Sum(u**t, (t, k + 1, k)), (t, k - 1, 1))
    ),
    "SymPy's empty product of zeros is 0": lambda: A["homogeneous"](
        Norm(Product(sympy.S.Zero, (i, 1, t)) * b, "2")
    ),
    "not by way of an instance either": lambda: instantiate(
        A["homogeneous"](Norm(Product(u, (i, 1, t)) * b, "2")), {u: 0}
    ),
    "a size that is no integer": lambda: A["norm_of_identity"](Norm(Identity(1 + u**2), "1")),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused(kind: str) -> None:
    with pytest.raises(SymrnnError):
        REFUSED[kind]()


RIGHT: dict[str, Callable[[], Any]] = {
    "min by max where both are 0": lambda: A["minimum_by_maximum"](Min(0, u)),
    "the square of a root": lambda: A["lipschitz_minimum"](1, sympy.sqrt(u), 0),
    "a limit of what need not have a value": lambda: A["geometric_decay"](
        1 / u, Rational(1, 2), t, t
    ),
    "the row of an entry": lambda: A["differential"](D(Entry(s[t], 2) * Identity(1), s[t])),
    "a limit's variable is bound": lambda: instantiate(
        A["geometric_decay"](1, Rational(1, 2), t, t), {t: k}
    ),
    "the chain rule at a kink": lambda: A["through"](
        D(Norm(s[1], "2") * F, b), (s[1],), leaky(), []
    ),
}


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_accepted_now_is_true(kind: str) -> None:
    found = Models(cells()).verdict(Claim.of(RIGHT[kind]()), 40)
    assert found.counts[HOLDS] > 0
    assert found.counts[FALSE] == 0


def test_the_variable_of_a_limit_is_no_free_symbol() -> None:
    limit = A["geometric_decay"](1, Rational(1, 2), t, t)
    assert instantiate(limit, {t: sympy.Integer(1)}).relation == limit.relation


def test_sizes_are_those_of_the_symbols() -> None:
    assert W.shape == (d, d)
