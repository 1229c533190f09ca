"""Which times make sense, and the last one an expression speaks of."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

import sympy
from sympy import Symbol

from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.ordered import Ranged
from symrnn.language.time import TimeVector
from symrnn.recurrence.elman import RNN


def opened_ranges(expression: Any) -> Any:
    """The expression with every product and sum over integer times written out."""
    return expression.replace(lambda node: isinstance(node, Ranged), lambda node: node.doit())


def within(expression: Any, rnn: RNN) -> bool:
    """Whether every vector in an expression at integer times exists at its time."""
    # By label: at integer sizes the vectors are no longer those of the symbolic recurrence.
    states = {state.label for state in rnn.recurrence.states}
    opened = opened_ranges(expression)
    for vector in opened.atoms(TimeVector):
        first = 0 if vector.label in states else 1
        if vector.index.is_Integer and vector.index < first:
            return False
    for node in opened.find(lambda n: isinstance(n, ImmediateDerivative)):
        # ∂⁺s_k holds s_{k-1} fixed, which has to exist.
        if isinstance(node.of, TimeVector) and node.of.index.is_Integer and node.of.index < 1:
            return False
    return True


@lru_cache(maxsize=4096)
def every_time(expression: Any, last: int, rnn: RNN) -> tuple[tuple[tuple[Symbol, int], ...], ...]:
    """Every choice of the free times, up to the last one, at which an expression makes sense."""
    free = sorted((s for s in expression.free_symbols if is_time(s)), key=str)
    choices = itertools.product(range(last + 1), repeat=len(free))
    return tuple(
        tuple(zip(free, values, strict=True))
        for values in choices
        if within(expression.subs(dict(zip(free, values, strict=True))), rnn)
    )


def is_time(symbol: Any) -> bool:
    """Whether a symbol is an integer that is no size."""
    return isinstance(symbol, Symbol) and bool(symbol.is_integer) and not symbol.is_positive


@lru_cache(maxsize=65536)
def makes_sense(expression: Any, times: tuple[tuple[Symbol, int], ...], rnn: RNN) -> bool:
    """Whether every vector in an expression exists at these times."""
    return within(sympy.sympify(expression).subs(dict(times)), rnn)


def horizon(expressions: list[Any], times: dict[Symbol, int]) -> int:
    """The last time that any of the expressions speaks of."""
    at = tuple(times.items())
    latest = (_latest(sympy.sympify(expression), at) for expression in expressions)
    return max([*times.values(), 1, *latest])


@lru_cache(maxsize=4096)
def _latest(expression: Any, times: tuple[tuple[Symbol, int], ...]) -> int:
    opened = opened_ranges(expression.subs(dict(times)))
    return max((int(v.index) for v in opened.atoms(TimeVector) if v.index.is_Integer), default=0)
