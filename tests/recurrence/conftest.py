"""Derived formulas against the unrolled recurrence, exactly, at a random rational point."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sympy import MatrixSymbol, Rational

from symrnn.language.explicit import entries
from symrnn.recurrence.point import concrete
from symrnn.recurrence.unroll import Unrolled, at_sizes, symbols_of


def _number(name: str) -> Rational:
    return Rational(random.Random(name).randint(-9, 9) or 2, 8)


def _leaves(recurrence: Any) -> list[Any]:
    """Parameters, initial states, and the inputs of the first times."""
    parameters = {p for v in recurrence.definitions.values() for p in v.atoms(MatrixSymbol)}
    inputs = [sequence[time] for sequence in recurrence.inputs for time in range(1, 5)]
    return [*parameters, *(state[0] for state in recurrence.states), *inputs]


@pytest.fixture(scope="session")
def at_point() -> Callable[..., Any]:
    """`at_point(recurrence, expression, assignment)`: exact entries; ∂ and ∂⁺ by scalar diff.

    Every entry of a leaf is a rational number drawn from its name; only the variable of a
    derivative keeps symbols until it is differentiated.
    """
    known: dict[Any, Unrolled] = {}

    def value(recurrence: Any, expression: Any, assignment: dict[Any, int]) -> Any:
        sized = at_sizes(recurrence, assignment)
        if sized not in known:
            numbers = {
                leaf: symbols_of(leaf).applyfunc(lambda symbol: _number(symbol.name))
                for leaf in _leaves(sized)
            }
            known[sized] = Unrolled(sized, numbers)
        return concrete(entries(expression.subs(assignment), known[sized]))

    return value


@pytest.fixture(scope="session")
def agree(at_point: Callable[..., Any]) -> Callable[..., None]:
    """`agree(recurrence, unevaluated, derived, assignment)` asserts that both are equal."""

    def compare(recurrence: Any, left: Any, right: Any, assignment: dict[Any, int]) -> None:
        expected = at_point(recurrence, left, assignment)
        assert not expected.is_zero_matrix, "nothing is compared: the derivative is 0"
        assert at_point(recurrence, right, assignment) == expected

    return compare
