"""Which times make sense, and the last one an expression speaks of."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Integer, Symbol

from symrnn.language.derivatives import ImmediateDerivative
from symrnn.language.ordered import Ranged
from symrnn.language.shapes import symbolic
from symrnn.language.time import TimeVector
from symrnn.recurrence.recurrence import Recurrent
from symrnn.recurrence.unroll import first_time

Times = tuple[tuple[Symbol, int], ...]

CONSIDERED = 12
"""Choices of times out of which the most telling are taken."""


Spoken = frozenset[tuple[str, int, bool]]
"""Labels and integer times of vectors, and whether the state before is held fixed there."""


@lru_cache(maxsize=65536)
def spoken_of(node: Any, times: Times) -> Spoken:
    """The vectors at integer times in an expression, also within products and sums over time."""
    if not node.args:
        return frozenset()
    known = {symbol: Integer(time) for symbol, time in times}
    if isinstance(node, TimeVector):
        return _vector(node, known, False)
    if not isinstance(node, Ranged | sympy.Sum | sympy.Product):
        inside = frozenset().union(*(spoken_of(arg, times) for arg in node.args))
        if isinstance(node, ImmediateDerivative) and isinstance(node.of, TimeVector):
            inside |= _vector(node.of, known, True)
        return inside
    index, lower, upper = ranges_of(node)[0]
    first, last = lower.xreplace(known), upper.xreplace(known)
    free = {symbol: time for symbol, time in times if symbol != index}
    if not (first.is_Integer and last.is_Integer):
        return spoken_of(node.args[0], tuple(free.items()))
    every = (
        spoken_of(node.args[0], ((index, time), *free.items()))
        for time in range(int(first), int(last) + 1)
    )
    return frozenset().union(*every)


def _vector(vector: TimeVector, known: dict[Symbol, Integer], held: bool) -> Spoken:
    index = vector.index.xreplace(known)
    return frozenset({(vector.label, int(index), held)} if index.is_Integer else ())


def ranges_of(node: Any) -> list[Any]:
    """Index, first and last of a product or sum over time."""
    return [node.args[1:4]] if isinstance(node, Ranged) else [tuple(e) for e in node.limits]


@lru_cache(maxsize=4096)
def every_time(expression: Any, last: int, rnn: Recurrent) -> tuple[Times, ...]:
    """Every choice of the free times, up to the last one, at which an expression makes sense."""
    free = sorted((s for s in expression.free_symbols if is_time(s)), key=str)
    choices = itertools.product(range(last + 1), repeat=len(free))
    return tuple(
        tuple(zip(free, values, strict=True))
        for values in choices
        if makes_sense(expression, dict(zip(free, values, strict=True)), rnn)
    )


@lru_cache(maxsize=16384)
def atoms_of(expression: Any, *kinds: type) -> frozenset[Any]:
    """The nodes of some kinds in an expression; asked for at every choice of times."""
    return frozenset(symbolic(expression).atoms(*kinds))


def shape_symbols(expression: Any) -> set[Symbol]:
    """The symbols in the sizes of what an expression is made of."""
    leaves = atoms_of(expression, sympy.MatrixSymbol, TimeVector)
    return {s for leaf in leaves for size in leaf.shape for s in size.free_symbols}


def is_time(symbol: Any) -> bool:
    """Whether a symbol is an integer that is no size."""
    return isinstance(symbol, Symbol) and bool(symbol.is_integer) and not symbol.is_positive


def makes_sense(expression: Any, times: dict[Symbol, int], rnn: Recurrent) -> bool:
    """Whether every vector in an expression exists at these times."""
    expression = symbolic(expression)
    return _makes_sense(expression, concerning(expression, times), rnn)


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
    nodes = [symbolic(expression) for expression in expressions]
    found: list[tuple[int, dict[Symbol, int]]] = []
    for times in itertools.islice(choices, CONSIDERED):
        missing = sum(missing_members(node, concerning(node, times), members) for node in nodes)
        found.append((missing, times))
        if sum(lack == 0 for lack, _ in found) == wanted:
            break
    return sorted(found, key=lambda each: each[0])[:wanted]


@lru_cache(maxsize=16384)
def missing_members(node: Any, times: Times, members: int) -> int:
    """How many members the products and sums lack, at the last time of an outer one."""
    if not isinstance(node, Ranged | sympy.Sum | sympy.Product):
        return sum(missing_members(arg, times, members) for arg in node.args)
    known, lacking = dict(times), 0
    for index, lower, upper in ranges_of(node):
        first, last = lower.subs(known), upper.subs(known)
        if first.is_Integer and last.is_Integer:
            lacking += min(max(0, members - int(last - first + 1)), members)
            known[index] = int(last)
    return lacking + missing_members(node.args[0], tuple(known.items()), members)


@lru_cache(maxsize=65536)
def _makes_sense(expression: Any, times: Times, rnn: Recurrent) -> bool:
    # By label: at integer sizes the vectors are no longer those of the symbolic recurrence.
    # ∂⁺s_0 is 0, for a state that is given is not computed.
    return all(
        time >= first_time(rnn.recurrence, label) for label, time, _ in spoken_of(expression, times)
    )


def concerning(expression: Any, times: dict[Symbol, int]) -> Times:
    """The times that an expression speaks of."""
    free = _free_symbols(expression)
    return tuple((symbol, time) for symbol, time in times.items() if symbol in free)


@lru_cache(maxsize=65536)
def _free_symbols(expression: Any) -> frozenset[Any]:
    return frozenset(expression.free_symbols)


@lru_cache(maxsize=65536)
def at_integers(expression: Any, known: Times) -> Any:
    """An expression with integers for its sizes and times: `subs`, each part of it once.

    Args:
        expression: anything of the language.
        known: those that it speaks of, as `concerning` finds them.
    """
    if not known:
        return expression
    own = type(expression)._eval_subs
    if not expression.args or own not in _PLAIN:
        return expression.subs(dict(known))
    given = dict(known)
    return expression.func(*(at_integers(arg, concerning(arg, given)) for arg in expression.args))


_PLAIN = (
    sympy.Basic._eval_subs,
    sympy.Expr._eval_subs,
    sympy.Add._eval_subs,
    sympy.Mul._eval_subs,
    sympy.Pow._eval_subs,
)
"""Of nodes in which a symbol is replaced by its replacement in each part: nothing is bound."""


def horizon(expressions: list[Any], times: dict[Symbol, int]) -> int:
    """The last time that any of the expressions speaks of."""
    nodes = map(symbolic, expressions)
    vectors = (spoken_of(node, concerning(node, times)) for node in nodes)
    return max([*times.values(), 1, *(time for each in vectors for _, time, _ in each)])
