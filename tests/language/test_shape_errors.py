"""A shape error is raised where the expression is built, and names both shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sympy import MatrixSymbol, symbols

from symrnn.errors import IllFormedError, NotSupportedError, ShapeError
from symrnn.language.activations import Elementwise
from symrnn.language.algebra import Identity, MatrixProduct, MatrixSum, Ones, Parameter, Zeros
from symrnn.language.derivatives import D, D_plus, VectorFunction
from symrnn.language.entry import entry
from symrnn.language.norms import norm
from symrnn.language.ordered import ordered_product
from symrnn.language.relations import Equation
from symrnn.language.structure import (
    Block,
    Diag,
    DiagonalOf,
    Hadamard,
    Place,
    Rows,
    Unvec,
    stack,
)
from symrnn.language.time import Sequence

d, m = symbols("d m", integer=True, positive=True)
j, t = symbols("j t", integer=True)
W, U = Parameter("W", d, d), Parameter("U", d, m)
b, c = Parameter("b", d, 1), Parameter("c", m, 1)
s, x = Sequence("s", d), Sequence("x", m)
plain = MatrixSymbol("P", d, m)

NAMES_BOTH = [
    ("sum", lambda: W + b, "d × d", "d × 1"),
    ("sum from the right", lambda: plain + W, "d × m", "d × d"),
    ("difference", lambda: W - U, "d × d", "d × m"),
    ("product", lambda: W * x[j], "d × d", "m × 1"),
    ("product of three", lambda: MatrixProduct(W, U, b), "d × m", "d × 1"),
    ("matmul", lambda: U @ W, "d × m", "d × d"),
    ("plain SymPy operand", lambda: W * c, "d × d", "m × 1"),
    ("MatrixSum", lambda: MatrixSum(W, U), "d × d", "d × m"),
    ("Hadamard", lambda: Hadamard(b, c), "d × 1", "m × 1"),
    ("block row", lambda: Block([W, c]), "d × 1", "m × 1"),
    ("block column", lambda: Block([W], [U]), "d × 1", "m × 1"),
    ("stack", lambda: stack(b, W), "1 × 1", "d × 1"),
    ("equation", lambda: Equation(W, U), "d × d", "d × m"),
    ("unvec", lambda: Unvec(b, d, m), "d × 1", "d × m"),
]


@pytest.mark.parametrize(
    ("build", "left", "right"), [case[1:] for case in NAMES_BOTH], ids=[c[0] for c in NAMES_BOTH]
)
def test_both_shapes_are_named(build: Callable[[], Any], left: str, right: str) -> None:
    with pytest.raises(ShapeError) as caught:
        build()
    assert left in str(caught.value)
    assert right in str(caught.value)


ONE_SHAPE = [
    ("diag", lambda: Diag(W), "d × d"),
    ("diagonal", lambda: DiagonalOf(U), "d × m"),
    ("ordered product", lambda: ordered_product(U, (j, 1, t)), "d × m"),
    ("unvec of a matrix", lambda: Unvec(W, d, d), "d × d"),
    ("function of a matrix", lambda: VectorFunction("f", d, W), "d × d"),
    ("rows beyond the end", lambda: Rows(b, 1, d), "d × 1"),
    ("rows before the start", lambda: Rows(b, -1, 1), "d × 1"),
    ("place beyond the end", lambda: Place(b, 1, d), "d × 1"),
]


@pytest.mark.parametrize(
    ("build", "shape"), [case[1:] for case in ONE_SHAPE], ids=[c[0] for c in ONE_SHAPE]
)
def test_the_shape_is_named(build: Callable[[], Any], shape: str) -> None:
    with pytest.raises(ShapeError) as caught:
        build()
    assert shape in str(caught.value)


ILL_FORMED = [
    ("a number is no matrix", lambda: W + 1, "expected a matrix"),
    ("a scalar is no summand", lambda: j - W, "expected a matrix"),
    ("text", lambda: norm("W"), "expected a matrix"),
    ("no matrix is a scalar", lambda: W / b, "scalar"),
    ("empty sum", lambda: MatrixSum(), "at least one term"),
    ("empty product", lambda: MatrixProduct(2), "at least one matrix"),
    ("empty Hadamard product", lambda: Hadamard(), "at least one factor"),
    ("empty block", lambda: Block(), "at least one block"),
    ("ragged block", lambda: Block([W, W], [W]), "unequal length"),
    ("entry 0", lambda: entry(b, 0), "row 0"),
    ("entry behind the end", lambda: entry(U, 1, m + 1), "column m \\+ 1"),
    ("norm of an unknown kind", lambda: norm(W, "3"), "unknown norm"),
    ("layout", lambda: D(s[1], s[0], "middle"), "unknown layout"),
    ("no activation", lambda: Elementwise("tanh", b), "Activation"),
]


@pytest.mark.parametrize(
    ("build", "says"), [case[1:] for case in ILL_FORMED], ids=[c[0] for c in ILL_FORMED]
)
def test_ill_formed_input_is_refused(build: Callable[[], Any], says: str) -> None:
    with pytest.raises(IllFormedError, match=says):
        build()


def test_a_vector_by_a_matrix_has_no_matrix_derivative() -> None:
    with pytest.raises(NotSupportedError, match="vec"):
        D(s[t], W)


SHAPES = [
    (W * s[j] + b, (d, 1)),
    (U.T * W, (m, d)),
    (Identity(d), (d, d)),
    (Zeros(d, m), (d, m)),
    (Ones(m), (m, 1)),
    (Block([W, U], [U.T, Identity(m)]), (d + m, d + m)),
    (stack(b, c), (d + m, 1)),
    (Rows(stack(b, c), d, m), (m, 1)),
    (Place(c, d, d + m), (d + m, 1)),
    (D(s[t], s[0]), (d, d)),
    (D(s[t], x[1]), (d, m)),
    (D(s[t], x[1], "denominator"), (m, d)),
    (D(Sequence("L", 1)[t], W), (d, d)),
    (D_plus(Sequence("L", 1)[t], s[t]), (1, d)),
    (VectorFunction("f", m, b), (m, 1)),
]


@pytest.mark.parametrize(("node", "shape"), SHAPES, ids=lambda case: str(case)[:40])
def test_symbolic_shapes(node: Any, shape: Any) -> None:
    assert tuple(node.shape) == shape
