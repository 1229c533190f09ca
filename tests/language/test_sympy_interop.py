"""SymPy's own matrix expressions as operands, and our nodes inside SymPy's."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import MatrixSymbol, symbols

from symrnn.errors import IllFormedError, ShapeError
from symrnn.language.algebra import (
    Identity,
    MatrixProduct,
    MatrixSum,
    Ones,
    Parameter,
    Transposed,
    Zeros,
    as_matrix,
)
from symrnn.language.structure import Block, Diag, Hadamard, Kronecker
from symrnn.language.time import Sequence

d, m = symbols("d m", integer=True, positive=True)
j = sympy.Symbol("j", integer=True)
P, Q, v = MatrixSymbol("P", d, d), MatrixSymbol("Q", d, d), MatrixSymbol("v", d, 1)
W = Parameter("W", d, d)
s = Sequence("s", d)

REBUILT = [
    (P, P),
    (sympy.MatAdd(P, Q), MatrixSum(P, Q)),
    (sympy.MatMul(2, P, Q), MatrixProduct(2, P, Q)),
    (P.T, Transposed(P)),
    (sympy.Transpose(P * Q), Transposed(MatrixProduct(P, Q))),
    (sympy.Identity(d), Identity(d)),
    (sympy.ZeroMatrix(d, m), Zeros(d, m)),
    (sympy.OneMatrix(d, 1), Ones(d, 1)),
    (sympy.HadamardProduct(P, Q), Hadamard(P, Q)),
    (sympy.DiagMatrix(v), Diag(v)),
    (sympy.KroneckerProduct(P, Q), Kronecker(P, Q)),
    (sympy.BlockMatrix([[P, Q], [Q, P]]), Block([P, Q], [Q, P])),
    (sympy.MatMul(P, sympy.MatAdd(P, Q)), MatrixProduct(P, MatrixSum(P, Q))),
]


@pytest.mark.parametrize(("foreign", "ours"), REBUILT, ids=lambda node: str(node)[:50])
def test_composites_are_rebuilt(foreign: Any, ours: Any) -> None:
    assert as_matrix(foreign) == ours
    assert tuple(as_matrix(foreign).shape) == tuple(foreign.shape)


@pytest.mark.parametrize(
    ("mixed", "ours"),
    [
        (P + W, MatrixSum(P, W)),
        (W + P, MatrixSum(W, P)),
        (P - W, MatrixSum(P, MatrixProduct(-1, W))),
        (P * W, MatrixProduct(P, W)),
        (W * P, MatrixProduct(W, P)),
        (P * s[j], MatrixProduct(P, s[j])),
        (P.T * s[j], MatrixProduct(Transposed(P), s[j])),
        ((P * Q) * s[j], MatrixProduct(P, Q, s[j])),
        (2 * s[j], MatrixProduct(2, s[j])),
        (s[j] / 2, MatrixProduct(sympy.Rational(1, 2), s[j])),
        (-s[j], MatrixProduct(-1, s[j])),
        (P @ s[j], MatrixProduct(P, s[j])),
    ],
    ids=lambda node: str(node)[:50],
)
def test_operators_between_foreign_and_ours(mixed: Any, ours: Any) -> None:
    assert mixed == ours


def test_ill_shaped_foreign_composites_are_refused() -> None:
    # SymPy itself lets W + v pass for symbolic sizes.
    with pytest.raises(ShapeError, match="d × d and d × 1"):
        as_matrix(sympy.MatAdd(P, v))


@pytest.mark.parametrize("what", [sympy.Matrix([[1, 2]]), 3, "P", None])
def test_what_is_no_matrix_expression_is_refused(what: Any) -> None:
    with pytest.raises(IllFormedError, match="expected a matrix expression"):
        as_matrix(what)


def test_substitution_of_sizes_and_leaves() -> None:
    node = W * s[j] + Parameter("b", d, 1)
    sized = node.subs(d, 3)
    assert tuple(sized.shape) == (3, 1)
    assert sized.atoms(sympy.MatrixSymbol) == {Parameter("W", 3, 3), Parameter("b", 3, 1)}
    assert node.subs(W, W.T) == W.T * s[j] + Parameter("b", d, 1)
    assert node.subs(j, j + 1) == W * s[j + 1] + Parameter("b", d, 1)


def test_equal_terms_collect_and_neutral_elements_vanish() -> None:
    assert W + W == 2 * W
    assert Zeros(d, d) == W - W
    assert W + Zeros(d, d) == W
    assert Identity(d) * W == W
    assert Zeros(m, d) * W == Zeros(m, d)
    assert W.T.T == W
    assert Zeros(d, d) == 0 * W
