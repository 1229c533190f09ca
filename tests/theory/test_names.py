"""A line is read by names: what is written as something else than it is, is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import Derivative, Lambda, S, Symbol, exp, pi, symbols

from symrnn import (
    D,
    Diag,
    Identity,
    Kronecker,
    Ones,
    Parameter,
    Sequence,
    VectorFunction,
    activation,
    derivation,
    elman,
    entry,
    norm,
)
from symrnn import rules as by
from symrnn.cells import named
from symrnn.cells.subject import network
from symrnn.errors import IllFormedError
from symrnn.kernel.axioms import derivatives
from symrnn.language.activations import Activation, Unknown, X, unknown
from symrnn.language.algebra import Zeros
from symrnn.language.derivatives import Partial
from symrnn.language.structure import Vec
from symrnn.theory.check import check
from symrnn.theory.context import Context
from symrnn.theory.rule import Rule

RNN = elman()
d, s, W, b = RNN.d, RNN.s, RNN.W, RNN.b
A, g, h = Parameter("A", d, d), Parameter("g", d, 1), Parameter("h", d, 1)
x, y, f = Symbol("x", real=True), Symbol("y", real=True), activation(X**2, "f")

unmoved = Rule(
    "unmoved",
    "∂y/∂x = 0 where y does not change with x",
    prove=lambda before, after, context, *_: derivatives.independent(before, context.cell),
)


def constant(name: str) -> Any:
    """d/dx of a number of some name is 0."""
    of = Symbol(name, real=True) * y
    return derivation(Derivative(of, x, evaluate=False)).equals(0, by.scalar_derivative)


def still(of: Any, varied: Any) -> Any:
    """∂y/∂x = 0 of what is another thing than x."""
    return derivation(D(of, varied)).equals(Zeros(d, D(of, varied).shape[1]), unmoved)


def spread(factor: Any) -> Any:
    """A product of a number and a sum, multiplied out."""
    return derivation(factor * (x + 1)).equals(factor * x + factor, by.algebra)


def applied(name: str) -> Any:
    """A product of a matrix and a sum, multiplied out."""
    factor = Parameter(name, d, d)
    return derivation(factor * (g + h)).equals(factor * g + factor * h, by.algebra)


def one_entry(function: Activation, value: Any) -> Any:
    """f(g)_1 by the formula of f."""
    return derivation(entry(function(g), 1)).equals(value, by.entry_of_elementwise)


def differentiated(function: Activation) -> Any:
    """∂f(g)/∂g = diag(f′(g))."""
    return derivation(D(function(g), g)).equals(Diag(function.prime(g)), by.differentiate)


def two_of_one_name() -> Any:
    """f(2) + 4 = 8 = f(2), the one f a square, the other a cube."""
    twos, eights, cube = 2 * Ones(d, 1), 8 * Ones(d, 1), activation(X**3, "f")
    first = derivation(f(twos) + 4 * Ones(d, 1)).equals(eights, by.elementwise_constant)
    return first.equals(cube(twos), by.elementwise_constant.backwards)


READ_OTHERWISE: dict[str, Callable[[], Any]] = {
    **{
        f"d{name}/dx = 0": lambda name=name: constant(name)
        for name in ("xprime", "xnorm", "xabs", "xmag", "xbold")
    },
    **{
        f"∂({name} b)/∂g = 0": lambda name=name: still(Symbol(name, real=True) * b, g)
        for name in ("gnorm", "g_1", "g1", "g_{1}", "g_i", "g_t")
    },
    **{
        f"∂({name} g)/∂A = 0": lambda name=name: still(Parameter(name, d, d) * g, Vec(A))
        for name in ("Aprime", "A_11", "A_{12}", "A11", "A_il")
    },
    **{
        f"∂{name}/∂s_0 = 0": lambda name=name: still(Parameter(name, d, 1), s[0])
        for name in ("s1", "s_1", "s_{1}", "s_t", "s_0")
    },
    **{
        f"{name}(x + 1)": lambda name=name: spread(Symbol(name, real=True))
        for name in ("exp", "tanh", "sigma", "max", "sqrt", "ln", "softmax", "Sigmoid")
    },
    **{f"{name}(g + h)": lambda name=name: applied(name) for name in ("relu", "diag", "det")},
    "deˣ/de = 0": lambda: derivation(
        Derivative(exp(x), Symbol("e", real=True), evaluate=False)
    ).equals(0, by.scalar_derivative),
    "d(ππ)/dπ = π": lambda: derivation(
        Derivative(pi * Symbol("pi", real=True), Symbol("pi", real=True), evaluate=False)
    ).equals(pi, by.scalar_derivative),
    "two functions of one name": two_of_one_name,
    "a function that is its own derivative": lambda: one_entry(
        Activation("f", Lambda(X, X**2), 1), entry(g, 1) ** 2
    ).equals(entry(f(g), 1), by.entry_of_elementwise.backwards),
    "a function with the name of a matrix": lambda: derivation(
        entry(activation(X**2, "A")(g), 1) * entry(A * g, 1)
    ).equals(entry(g, 1) ** 2 * entry(A * g, 1), by.entry_of_elementwise),
    "∂W(g)/∂W = 0": lambda: still(VectorFunction("W", d, g), Vec(W)),
    "∂s(g)/∂s_0 = 0": lambda: still(VectorFunction("s", d, g), s[0]),
    "dx(y)/dx = 0": lambda: derivation(
        Derivative(Unknown(Symbol("x"), S.Zero, y), x, evaluate=False)
    ).equals(0, by.scalar_derivative),
    "a function of columns with the name of one of numbers": lambda: derivation(
        D(VectorFunction("f", d, g) + f(Ones(d, 1)), g)
    ).equals(Partial(VectorFunction("f", d, g), 0), by.differentiate),
    "∂(γ_1 b)/∂γ = 0": lambda: still(Symbol("gamma_1", real=True) * b, Parameter("γ", d, 1)),
    "∂(I g)/∂I = gᵀ ⊗ I": lambda: derivation(
        D(Parameter("I", d, d) * g, Vec(Parameter("I", d, d)))
    ).equals(Kronecker(g.T, Identity(d)), by.differentiate),
    "∂(Α y)/∂A = 0": lambda: derivation(
        Derivative(Symbol("Alpha", real=True) * y, Symbol("A", real=True), evaluate=False)
    ).equals(0, by.scalar_derivative),
    "one unknown function is another": lambda: one_entry(
        Activation("tau", Lambda(X, Unknown(Symbol("sigma"), S.Zero, X))),
        unknown("sigma").at(entry(g, 1)),
    ),
    "an unknown function is twice itself": lambda: one_entry(
        Activation("rho", Lambda(X, 2 * Unknown(Symbol("rho"), S.Zero, X))),
        2 * unknown("rho").at(entry(g, 1)),
    ),
    **{
        f"∂{name}(g)/∂g": lambda name=name: differentiated(unknown(name))
        for name in ("relu", "sign", "abs", "heaviside", "step", "max", "softsign", "sqrt")
    },
    "∂relu(g)/∂g, a function of columns": lambda: derivation(
        D(VectorFunction("relu", d, g), g)
    ).equals(D(VectorFunction("relu", d, g), g), by.algebra),
    "d|x|/dx": lambda: derivation(
        Derivative(Unknown(Symbol("abs"), S.Zero, x), x, evaluate=False)
    ).equals(Unknown(Symbol("abs"), S.One, x), by.scalar_derivative),
}


@pytest.mark.parametrize("claim", READ_OTHERWISE)
def test_what_is_read_as_something_else_is_refused(claim: str) -> None:
    with pytest.raises(IllFormedError, match=r"is read as|are called|is called"):
        check(READ_OTHERWISE[claim](), Context(RNN))


def multiplied(first: Any, second: Any) -> Any:
    """A B = B A of what is not written: that both are numbers."""
    return derivation(first * second).equals(second * first, by.algebra)


def as_it_is(of: Any) -> Any:
    """Twice something is that and that."""
    return derivation(2 * of).equals(of + of, by.algebra)


def squared(left: Any, right: Any) -> Any:
    """(x + y)² = x² + 2xy + y² of numbers."""
    whole = left**2 + 2 * left * right + right**2
    return derivation((left + right) ** 2).equals(whole, by.scalar_algebra)


OF_ANOTHER_SIZE: dict[str, Callable[[], Any]] = {
    "Wᵀ = W": lambda: derivation(Parameter("W", 1, 1).T).equals(Parameter("W", 1, 1), by.algebra),
    "A B = B A": lambda: multiplied(Parameter("A", 1, 1), Parameter("B", 1, 1)),
    "(U + W)² = U² + 2UW + W²": lambda: squared(*symbols("U W", real=True)),
    "a square U": lambda: as_it_is(Parameter("U", d, d)),
    "a state of one unit": lambda: as_it_is(Sequence("s", 1)[RNN.t]),
    "a capital for a column": lambda: as_it_is(Parameter("A", d, 1)),
    "a small letter for a matrix": lambda: as_it_is(Sequence("f", d, d)[RNN.t]),
    "a matrix of two rows": lambda: as_it_is(Parameter("A", 2, d)),
    "a function with one value": lambda: as_it_is(VectorFunction("f", 1, g)),
    "the identity of four rows": lambda: as_it_is(Identity(4)),
    "‖I‖_F of another I": lambda: as_it_is(norm(Identity(d**2), "F")),
    "‖σ(0)‖ of a square 0": lambda: as_it_is(norm(unknown()(Zeros(d, d)), "1")),
    "two ones": lambda: as_it_is(Ones(2, 1)),
}


@pytest.mark.parametrize("claim", OF_ANOTHER_SIZE)
def test_what_is_read_with_another_size_is_refused(claim: str) -> None:
    with pytest.raises(IllFormedError, match=r"read otherwise|read as the cell's matrix"):
        check(OF_ANOTHER_SIZE[claim](), Context(RNN))


READ_AS_IT_IS = {
    "a matrix of other sizes": lambda: as_it_is(Parameter("A", d, RNN.m)),
    "‖I‖_F": lambda: as_it_is(norm(Identity(d), "F")),
    "‖σ(0)‖": lambda: as_it_is(norm(unknown()(Zeros(d, 1)), "1")),
    "the cell's loss": lambda: as_it_is(RNN.L[RNN.t]),
    "numbers": lambda: squared(*symbols("q r", real=True)),
    "a function with many values": lambda: as_it_is(VectorFunction("f", d, g)),
    "another matrix": lambda: still(Parameter("V_h", d, d) * g, Vec(A)),
    "a number with an accent": lambda: constant("xhat"),
    "a word": lambda: constant("rate"),
    "e where there is no eˣ": lambda: constant("e"),
    "a function of one's own": lambda: one_entry(f, entry(g, 1) ** 2),
    "an unknown function": lambda: differentiated(unknown("rho")),
    "a known function of which no more is used": lambda: differentiated(unknown("tanh")),
    "a function and its derivative": lambda: differentiated(f),
}


@pytest.mark.parametrize("claim", READ_AS_IT_IS)
def test_what_is_read_as_it_is_is_shown(claim: str) -> None:
    assert check(READ_AS_IT_IS[claim](), Context(RNN)) > 0


def test_a_function_of_a_cell_that_has_kinks_is_differentiated_where_the_cell_applies_it() -> None:
    """That no step applies it at a kink is a condition of all that is said of the cell."""
    cell = network(named("indrnn"))
    (state, *_), now = cell.recurrence.states, cell.recurrence.index
    function = next(iter(cell.recurrence.definitions[state[now]].atoms(Activation)))
    inside = D(state[now], state[now - 1])
    said = derivation(inside, given=[now >= 1]).equals(inside, by.algebra)
    assert function.name == "relu"
    assert check(said, Context(cell)) > 0
    column = Parameter("g", state.rows, 1)
    elsewhere = derivation(D(function(column), column)).equals(
        Diag(function.prime(column)), by.differentiate
    )
    with pytest.raises(IllFormedError, match="is not seen to be"):
        check(elsewhere, Context(cell))
