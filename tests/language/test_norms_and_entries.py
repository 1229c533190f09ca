"""Norms against NumPy, entries, and relations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, symbols

from symrnn.errors import IllFormedError, NotSupportedError
from symrnn.language.algebra import Parameter
from symrnn.language.entry import entry
from symrnn.language.explicit import Entries, entries
from symrnn.language.norms import KINDS, largest_entry, norm
from symrnn.language.ordered import ordered_sum
from symrnn.language.relations import Equation, Inequality, Limit
from symrnn.language.structure import Diag
from symrnn.language.time import Sequence

d = sympy.Symbol("d", integer=True, positive=True)
j, t = symbols("j t", integer=True)
W, v = Parameter("W", d, d), Parameter("v", d, 1)
NUMPY: dict[str, Callable[[Any], Any]] = {
    "1": lambda A: np.linalg.norm(A, 1),
    "2": lambda A: np.linalg.norm(A, 2),
    "inf": lambda A: np.linalg.norm(A, np.inf),
    "F": lambda A: np.linalg.norm(A, "fro"),
    "max": lambda A: np.abs(A).max(),
}
numbers = st.fractions(-3, 3, max_denominator=7).map(lambda x: Rational(x.numerator, x.denominator))


class Given:
    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix

    def leaf(self, node: Any) -> Any:
        return self.matrix

    def apply(self, function: Any, value: Any) -> Any:
        return function.at(value)

    def derivative(self, node: Any) -> Any:
        raise AssertionError(node)


def matrices(rows: int, cols: int) -> st.SearchStrategy[Any]:
    entry_list = st.lists(numbers, min_size=rows * cols, max_size=rows * cols)
    return entry_list.map(lambda values: Entries(rows, cols, values))


def test_every_kind_but_any_has_a_reference() -> None:
    assert NUMPY.keys() | {"any"} == KINDS.keys()


@pytest.mark.parametrize("kind", NUMPY)
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 2), (3, 1), (1, 3)])
@settings(max_examples=8)
@given(data=st.data())
def test_explicit_norms_are_numpys(kind: str, shape: tuple[int, int], data: Any) -> None:
    matrix = data.draw(matrices(*shape))
    A = Parameter("A", *shape)
    exact = entries(norm(A, kind), Given(matrix))
    floats = np.array(matrix.tolist(), dtype=float)
    assert float(exact) == pytest.approx(NUMPY[kind](floats), abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "name"), [(k, f) for k in NUMPY for f in ("submultiplicative", "unital", "diagonal")]
)
@settings(max_examples=15)
@given(left=matrices(2, 2), right=matrices(2, 2), vector=matrices(2, 1))
def test_what_is_said_of_a_kind_is_true(
    kind: str, name: str, left: Any, right: Any, vector: Any
) -> None:
    size = NUMPY[kind]

    def array(matrix: Any) -> Any:
        return np.array(matrix.tolist(), dtype=float)

    if not getattr(KINDS[kind], name):
        return
    if name == "submultiplicative":
        assert size(array(left * right)) <= size(array(left)) * size(array(right)) + 1e-9
    elif name == "unital":
        assert size(np.eye(4)) == pytest.approx(1)
    else:
        largest = np.abs(array(vector)).max()
        assert size(np.diag(array(vector)[:, 0])) == pytest.approx(largest)


@pytest.mark.parametrize(
    ("kind", "name", "fails"),
    [
        ("max", "submultiplicative", lambda n: n(np.ones((2, 2)) @ np.ones((2, 2))) > 1),
        ("F", "unital", lambda n: n(np.eye(2)) > 1),
        ("F", "diagonal", lambda n: n(np.diag([1.0, 1.0])) > 1),
    ],
)
def test_what_is_denied_of_a_kind_is_false(
    kind: str, name: str, fails: Callable[[Any], bool]
) -> None:
    assert getattr(KINDS[kind], name) is False
    assert fails(NUMPY[kind])


def test_norms_are_nonnegative_scalars() -> None:
    size = norm(W)
    assert size.is_nonnegative
    assert sympy.sqrt(size**2) == size
    assert size.free_symbols == {W, d}
    assert norm(ordered_sum(v, (j, 1, 2))).doit() == norm(2 * v)
    assert norm(W, sympy.oo) == norm(W, "inf")
    assert largest_entry(v) == norm(v, "inf")


def test_no_closed_form_is_said() -> None:
    with pytest.raises(NotSupportedError, match="closed form"):
        entries(norm(Parameter("A", 3, 3), "2"), Given(Entries(sympy.eye(3))))
    with pytest.raises(NotSupportedError, match="'any'"):
        entries(norm(Parameter("A", 2, 2)), Given(Entries(sympy.eye(2))))


def test_entries_count_from_one() -> None:
    matrix = Entries([[1, 2], [3, 4]])
    A = Parameter("A", 2, 2)
    for row, col in [(1, 1), (1, 2), (2, 1), (2, 2)]:
        assert entries(entry(A, row, col), Given(matrix)) == matrix[row - 1, col - 1]
    total = sympy.Sum(entry(A, 1, j), (j, 1, 2)) + 1
    assert entries(total, Given(matrix)) == 4
    assert entry(W, j, t).subs(j, 2) == entry(W, 2, t)
    assert entry(W, j).free_symbols == {W, d, j}


@pytest.mark.parametrize(
    "build",
    [
        lambda: Equation(W, 1),
        lambda: Equation(norm(W), W),
        lambda: Inequality(W, W),
        lambda: Inequality(v, norm(v)),
        lambda: Limit(W, t),
    ],
)
def test_ill_formed_relations(build: Callable[[], Any]) -> None:
    with pytest.raises(IllFormedError):
        build()


def test_relations_read_and_substitute() -> None:
    s = Sequence("s", d)
    claim = Equation(s[t], Diag(v) * s[t - 1])
    assert claim.subs(t, 3) == Equation(s[3], Diag(v) * s[2])
    assert claim.subs(t, 3).subs(d, 2).lhs.shape == (2, 1)
    assert (claim.lhs, claim.symbol) == (s[t], "=")
    limit = Limit(norm(W) ** t, t)
    assert (limit.rhs, limit.variable) == (0, t)
    with pytest.raises(NotSupportedError, match="limit"):
        entries(limit, Given(Entries([[1]])))
