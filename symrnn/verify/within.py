"""Which times make sense, and the last one an expression speaks of."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Symbol

from symrnn.errors import DisagreementError
from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.ordered import Ranged
from symrnn.language.time import TimeVector
from symrnn.language.writing import text
from symrnn.recurrence.elman import RNN

Times = tuple[tuple[Symbol, int], ...]

CONSIDERED = 12
"""Choices of times out of which the most telling are taken."""


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
def every_time(expression: Any, last: int, rnn: RNN) -> tuple[Times, ...]:
    """Every choice of the free times, up to the last one, at which an expression makes sense."""
    free = sorted((s for s in expression.free_symbols if is_time(s)), key=str)
    choices = itertools.product(range(last + 1), repeat=len(free))
    return tuple(
        tuple(zip(free, values, strict=True))
        for values in choices
        if makes_sense(expression, dict(zip(free, values, strict=True)), rnn)
    )


def is_time(symbol: Any) -> bool:
    """Whether a symbol is an integer that is no size."""
    return isinstance(symbol, Symbol) and bool(symbol.is_integer) and not symbol.is_positive


def makes_sense(expression: Any, times: dict[Symbol, int], rnn: RNN) -> bool:
    """Whether every vector in an expression exists at these times."""
    expression = sympy.sympify(expression)
    return _makes_sense(expression, concerning(expression, times), rnn)


def all_make_sense(expressions: list[Any], times: dict[Symbol, int], rnn: RNN) -> bool:
    """Whether the first line of a chain makes sense at these times, and so the others.

    Raises:
        DisagreementError: the first does, another does not. Such a chain must not be checked only
            where it says nothing, at the times at which its sums are empty.
    """
    if not makes_sense(expressions[0], times, rnn):
        return False
    for expression in expressions[1:]:
        if not makes_sense(expression, times, rnn):
            raise DisagreementError(
                "a line speaks of a vector that is not there",
                {"at": ", ".join(f"{s} = {v}" for s, v in times.items()), "line": text(expression)},
            )
    return True


def telling(
    choices: Iterable[dict[Symbol, int]], expressions: list[Any], members: int, wanted: int
) -> list[tuple[int, dict[Symbol, int]]]:
    """Choices of times at which products and sums are not too short: there much holds vacuously.

    Args:
        choices: in order of preference; only the first few are looked at.
        expressions: those the products and sums are in.
        members: how many members each product and sum should have.
        wanted: how many choices.

    Returns:
        the best, each after how many members are missing.
    """
    nodes = [sympy.sympify(expression) for expression in expressions]
    found: list[tuple[int, dict[Symbol, int]]] = []
    for times in itertools.islice(choices, CONSIDERED):
        missing = sum(_missing(node, concerning(node, times), members) for node in nodes)
        found.append((missing, times))
        if sum(lack == 0 for lack, _ in found) == wanted:
            break
    return sorted(found, key=lambda each: each[0])[:wanted]


@lru_cache(maxsize=16384)
def _missing(node: Any, times: Times, members: int) -> int:
    """How many members the products and sums lack, at the last time of an outer one."""
    if isinstance(node, Ranged):
        ranges = [node.args[1:4]]
    elif isinstance(node, sympy.Sum | sympy.Product):
        ranges = [tuple(limit) for limit in node.limits]
    else:
        return sum(_missing(arg, times, members) for arg in node.args)
    known, lacking = dict(times), 0
    for index, lower, upper in ranges:
        first, last = lower.subs(known), upper.subs(known)
        if first.is_Integer and last.is_Integer:
            lacking += min(max(0, members - int(last - first + 1)), members)
            known[index] = int(last)
    return lacking + _missing(node.args[0], tuple(known.items()), members)


@lru_cache(maxsize=65536)
def _makes_sense(expression: Any, times: Times, rnn: RNN) -> bool:
    return within(_opened(expression, times), rnn)


@lru_cache(maxsize=16384)
def _opened(expression: Any, times: Times) -> Any:
    return opened_ranges(expression.subs(dict(times)))


def concerning(expression: Any, times: dict[Symbol, int]) -> Times:
    """The times that an expression speaks of."""
    free = expression.free_symbols
    return tuple((symbol, time) for symbol, time in times.items() if symbol in free)


def horizon(expressions: list[Any], times: dict[Symbol, int]) -> int:
    """The last time that any of the expressions speaks of."""
    nodes = map(sympy.sympify, expressions)
    latest = (_latest(node, concerning(node, times)) for node in nodes)
    return max([*times.values(), 1, *latest])


@lru_cache(maxsize=4096)
def _latest(expression: Any, times: Times) -> int:
    opened = _opened(expression, times)
    return max((int(v.index) for v in opened.atoms(TimeVector) if v.index.is_Integer), default=0)
