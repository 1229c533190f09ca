"""What is asked of a claim before it is printed, so that Coq's meaning of it is the language's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sympy
from sympy import Symbol

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation
from symrnn.language.entry import Entry
from symrnn.language.ordered import Ranged
from symrnn.language.relations import ForAll
from symrnn.language.time import TimeVector
from symrnn.machine.naturals import at_least_zero, facts_of

ASSUMPTIONS: tuple[dict[str, bool], ...] = (
    {"integer": True},
    {"integer": True, "nonnegative": True},
    {"integer": True, "positive": True},
    {"real": True},
    {"nonnegative": True},
    {"positive": True},
)
"""What may be assumed of a symbol: a proposition quantifies over just these, or says the rest."""


def require_meaning(nodes: Sequence[Any], rnn: Any) -> None:
    """Refuse what one proposition cannot say: see the messages.

    Args:
        nodes: a claim and its hypotheses.
        rnn: the recurrence, where they speak of one.

    Raises:
        NotSupportedError: two things have one name; something is assumed of a symbol that a
            proposition does not say; a row or column is used as a number too.
    """
    named: dict[str, set[Any]] = {}
    leaves = {leaf for node in nodes for leaf in _named(node)}
    for leaf in leaves | set(() if rnn is None else rnn.recurrence.parameters):
        named.setdefault(str(leaf.name), set()).add(leaf)
    for name, found in sorted(named.items()):
        if len(found) > 1:
            raise NotSupportedError("two things of a claim have one name", {"got": name})
    for symbol in sorted((leaf for leaf in leaves if isinstance(leaf, Symbol)), key=str):
        if not any(symbol == Symbol(symbol.name, **assumed) for assumed in ASSUMPTIONS):
            raise NotSupportedError(
                f"what is assumed of {symbol} is not among what a proposition says of a symbol",
                {"expected": "real, nonnegative, positive or integer", "got": symbol.assumptions0},
            )
    counted = {symbol for node in nodes for symbol in _as_numbers(node)}
    both = sorted({s for node in nodes for s in places(node)} & counted, key=str)
    if both:
        raise NotSupportedError(
            "a row or column is counted from 0 in Coq, so it is no number there",
            {"got": str(both[0])},
        )


def require_times(times: Iterable[Symbol], nodes: Sequence[Any]) -> None:
    """Refuse integers that may be below 0: Coq's times are natural numbers.

    An integer is a time if a vector is taken at it, if an ordered product or sum runs up to it, if
    it is assumed to be at least 0, or if the hypotheses among `nodes` say so.
    """
    facts = facts_of(nodes)
    indices = {symbol for node in nodes for symbol in _indices(node)}
    for symbol in times:
        if symbol in indices or symbol.is_nonnegative:
            continue
        if not at_least_zero(symbol, facts, natural=False):
            raise NotSupportedError(
                f"whether {symbol} is at least 0 does not follow from the hypotheses",
                {"got": str(symbol)},
            )


def _indices(node: Any) -> set[Symbol]:
    """Symbols free in a node at which vectors are taken, or which bound a range."""
    if isinstance(node, TimeVector):
        return set(node.index.free_symbols)
    found: set[Symbol] = {symbol for child in node.args for symbol in _indices(child)}
    if isinstance(node, Ranged):
        ends: set[Symbol] = node.lower.free_symbols | node.upper.free_symbols
        return (found - {node.index}) | ends
    if isinstance(node, ForAll | sympy.Sum | sympy.Product):
        return found - set(node.bound_symbols)
    return found


def places(node: Any) -> set[Symbol]:
    """Symbols that number the rows or columns of a matrix."""
    return {s for e in node.atoms(Entry) for s in e.args[1:] if isinstance(s, Symbol)}


def _named(node: Any) -> Iterator[Any]:
    """Symbols and parameters, bound ones too; not the variable of an activation, bound there."""
    if isinstance(node, Activation):
        yield from node.function.free_symbols
        return
    if isinstance(node, Symbol | sympy.MatrixSymbol):
        yield node
        if isinstance(node, Symbol):
            return
    for child in node.args:
        yield from _named(child)


def _as_numbers(node: Any) -> Iterator[Symbol]:
    """Symbols that occur elsewhere than as the row or column of an entry, or to number a sum."""
    if isinstance(node, Symbol):
        yield node
        return
    children = node.args
    if isinstance(node, Entry):
        children = tuple(arg for arg in node.args if not isinstance(arg, Symbol))
    elif isinstance(node, sympy.Sum):
        children = (node.function, *(bound for limits in node.limits for bound in limits[1:]))
    for child in children:
        yield from _as_numbers(child)
