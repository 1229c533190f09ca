"""Steps nested to any depth, with a symbolic size: where SymPy's own matrix `diff` raises."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sympy import symbols

from symrnn.calculus import gradient, jacobian
from symrnn.language.activations import unknown
from symrnn.language.algebra import Identity, Parameter
from symrnn.language.canonical import equal_by_algebra, same
from symrnn.language.structure import Diag, Hadamard, Vec, stack

d, m = symbols("d m", integer=True, positive=True)
x, b, h = Parameter("x", d, 1), Parameter("b", d, 1), Parameter("h", d, 1)
W, U = Parameter("W", d, d), Parameter("U", d, m)
u = Parameter("u", m, 1)
sigma, phi = unknown(), unknown("phi")


def nested(depth: int) -> Any:
    state = x
    for _ in range(depth):
        state = sigma(W * state + b)
    return state


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_nested_steps(depth: int) -> None:
    state, expected = x, Identity(d)
    for _ in range(depth):
        drive = W * state + b
        expected = Diag(sigma.prime(drive)) * W * expected
        state = sigma(drive)
    assert same(jacobian(state, x), expected)
    assert equal_by_algebra(jacobian(state, x, "denominator").T, expected)


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("by", [x, b, W], ids=str)
def test_nested_steps_entry_by_entry(depth: int, by: Any, tester: Any) -> None:
    tester.check(nested(depth), by, {d: 2})
    tester.check_gradient(h.T * nested(depth), by, {d: 2})


def gate(state: Any) -> Any:
    """h′ = (1 - z) ⊙ h + z ⊙ φ(W(r ⊙ h) + U u + b), the gated recurrent unit."""
    Wz, Wr = Parameter("W_z", d, d), Parameter("W_r", d, d)
    z, r = sigma(Wz * state + U * u), sigma(Wr * state + b)
    candidate = phi(W * Hadamard(r, state) + U * u + b)
    return state - Hadamard(z, state) + Hadamard(z, candidate)


@pytest.mark.parametrize("by", [h, u, b, W, U, Parameter("W_z", d, d)], ids=str)
def test_a_gated_recurrent_unit(by: Any, tester: Any) -> None:
    tester.check(gate(h), by, {d: 2, m: 3})


def test_the_gates_jacobian_is_the_textbooks() -> None:
    Wz, Wr = Parameter("W_z", d, d), Parameter("W_r", d, d)
    z, r = Wz * h + U * u, Wr * h + b
    inside = W * Hadamard(sigma(r), h) + U * u + b
    through_r = Diag(h) * Diag(sigma.prime(r)) * Wr + Diag(sigma(r))
    expected = (
        Identity(d)
        - Diag(sigma(z))
        + (Diag(phi(inside)) - Diag(h)) * Diag(sigma.prime(z)) * Wz
        + Diag(sigma(z)) * Diag(phi.prime(inside)) * W * through_r
    )
    assert equal_by_algebra(jacobian(gate(h), h), expected)


def test_concatenated_gates(tester: Any) -> None:
    V = Parameter("V", d, d + m)
    tester.check(sigma(V * stack(h, u)), u, {d: 2, m: 2})
    tester.check(sigma(V * stack(h, u)), V, {d: 2, m: 1})


def test_the_time_does_not_depend_on_the_size() -> None:
    started = time.process_time()
    derivative = gradient(h.T * nested(5), W)
    assert time.process_time() - started < 5
    assert derivative.shape == (d, d)
    assert jacobian(nested(3), Vec(W)).shape == (d, d**2)
