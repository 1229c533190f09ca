"""Right formulas with anything put anywhere: nothing crashes, and no false diagnosis is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.matrices.expressions import MatrixExpr

from symrnn import (
    D,
    D_plus,
    Diag,
    Hadamard,
    Identity,
    Kronecker,
    Ones,
    Vec,
    Zeros,
    compare,
    elman,
    random_weights,
    sigma_inside,
)
from symrnn.cells.network import Network
from symrnn.errors import (
    DisagreementError,
    IllFormedError,
    NotSupportedError,
    UndecidedError,
)
from symrnn.language.ordered import OrderedProduct, Ranged
from symrnn.language.shapes import same_shape
from symrnn.language.time import TimeVector
from symrnn.verify.diagnosis import Diagnosis

NET = random_weights(d=4, m=3, steps=8, seed=0)
FRESH = random_weights(d=3, m=2, steps=9, seed=99)
CELLS = {"elman": elman("tanh"), "sigma inside": sigma_inside("logistic"), "silu": elman("silu")}
ACTIVATION_ALONE = pytest.param("silu", marks=pytest.mark.slow)
"""The first cell again."""


def claims(rnn: Network) -> list[tuple[Any, Any, dict[str, int]]]:
    s, L, t, k, W, b = rnn.s, rnn.L, rnn.t, rnn.k, rnn.W, rnn.b
    two, one = {"t": 6, "k": 2}, {"t": 6}
    return [
        (D(s[t], s[k]), rnn.jacobian(s[t], s[k]), two),
        (D(s[t], Vec(W)), rnn.jacobian(s[t], Vec(W)), one),
        (D(L[t], W), rnn.gradient(L[t], W), one),
        (D(L[t], b), rnn.gradient(L[t], b), one),
        (D_plus(s[t], s[t - 1]), rnn.recurrence.immediate(s[t], s[t - 1]), one),
    ]


def pool(rnn: Network, times: list[Any]) -> list[MatrixExpr]:
    """What is put in: vectors, matrices, derivatives, of every shape there is."""
    s, a, x, L, W, U, b, d = rnn.s, rnn.a, rnn.x, rnn.L, rnn.W, rnn.U, rnn.b, rnn.d
    assert x is not None and U is not None
    found: list[MatrixExpr] = [W, W.T, U, b, Identity(d), Zeros(d, d), Ones(d), W * W, U * U.T]
    for i in times:
        found += [s[i], a[i], x[i], s[i - 1], a[i + 1], Hadamard(s[i], a[i]), W * s[i]]
        found += [rnn.slope(a[i]), rnn.sigma(s[i]), Diag(s[i]), Diag(rnn.slope(a[i]))]
        found += [D_plus(L[i], s[i]), D(L[i], s[i - 1]), D(s[i], s[1]), D_plus(s[i], Vec(W))]
        found += [D(s[i], Vec(W)), Kronecker(s[i].T, Identity(d)), s[i] * s[i].T, D(L[i], W)]
    return found


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every matrix or time in an expression, and how to put another in its place."""
    yield node, lambda other: other
    if isinstance(node, sympy.MatrixSymbol):
        return
    for position, child in enumerate(node.args):
        if not isinstance(child, MatrixExpr | sympy.Expr | sympy.Tuple):
            continue
        if isinstance(node, TimeVector) and position != 1:
            continue  # its label and size
        if isinstance(node, Ranged) and position == 1:
            continue  # its index
        if isinstance(child, MatrixExpr) or (
            isinstance(node, TimeVector | Ranged) and child.is_integer
        ):
            for inner, put in places(child):
                yield (
                    inner,
                    lambda other, n=node, p=position, put=put: n.func(
                        *n.args[:p], put(other), *n.args[p + 1 :]
                    ),
                )


@st.composite
def mutated(draw: st.DrawFn, rnn: Network, formula: Any) -> Any:
    """One to three subexpressions or times replaced by others."""
    for _ in range(draw(st.integers(1, 3))):
        node, put = draw(st.sampled_from(list(places(formula))))
        indices = [n.index for n in formula.find(lambda n: isinstance(n, Ranged))]
        times = sorted({rnn.t, *indices}, key=str)
        if isinstance(node, MatrixExpr):
            others = [p for p in pool(rnn, times) if same_shape(p.shape, node.shape)]
            others += [-node, 2 * node, node + node, node.T]
            if isinstance(node, OrderedProduct):
                others.append(node.body)
        else:
            others = [node + 1, node - 1, *times, sympy.Integer(1), sympy.Integer(0)]
        try:
            formula = put(draw(st.sampled_from(others)))
        except (IllFormedError, NotSupportedError):
            continue  # it cannot be written
    return formula


@pytest.mark.parametrize("cell", ["elman", "sigma inside", ACTIVATION_ALONE])
@settings(max_examples=3, deadline=None, derandomize=True)
@given(data=st.data())
def test_nothing_crashes_and_what_is_mended_agrees(cell: str, data: st.DataObject) -> None:
    rnn = CELLS[cell]
    derivative, right, at = data.draw(st.sampled_from(claims(rnn)))
    wrong = data.draw(mutated(rnn, right))
    try:
        compare(rnn, derivative, wrong, NET, **at)
    except DisagreementError as error:
        found = error.detail["diagnosis"]
        assert isinstance(found, Diagnosis)
        if found.slip is not None:
            again = {name: time + 1 for name, time in at.items()}
            assert compare(rnn, derivative, found.slip.formula, FRESH, **again).error < 1e-9
    except (IllFormedError, UndecidedError) as error:
        assert str(error)
