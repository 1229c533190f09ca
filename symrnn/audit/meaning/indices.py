"""Entries before times: v_{i,t} is read as v_{t,i}, as most documents have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from symrnn.audit.meaning.letters import (
    TIMES,
    bare,
    is_capital,
    letters_of,
    plain_letter,
    shifted_letter,
)
from symrnn.reading.latex.tree import Product, Sym, Tree, rebuilt, walk


def entries_first(trees: Iterable[Tree]) -> frozenset[str]:
    """The letters whose time stands behind the entry: v_{j,t-1}, and u_{i,t} beside it.

    Where i_t is a quantity, i of a_{i,t-1} is that of a gate.
    """
    symbols = [node for tree in trees for node in walk(tree) if isinstance(node, Sym)]
    alone = {
        node.name for node in symbols
        if len(node.subs) == 1 and (letters_of(node.subs[0]) or set()) & set(TIMES)
    }  # fmt: skip
    early: set[str] = set()
    late: set[str] = set()
    times: set[str] = set()
    pairs = [(node.name, *both) for node in symbols if (both := _pair(node)) is not None]
    for name, first, second in pairs:
        if shifted_letter(first) is not None:
            early.add(name)
        letter, counts = shifted_letter(second), plain_letter(first)
        if letter in TIMES and counts and counts not in alone and not is_capital(name):
            late.add(name)
            times.add(str(letter))
    for name, first, second in pairs:
        counts = plain_letter(first)
        beside = counts and counts not in times | alone and not is_capital(name)
        if (found := letters_of(second)) and found <= times | {"T"} and beside:
            late.add(name)
    return frozenset(late - early)


def entries_last(tree: Tree, letters: frozenset[str]) -> Tree:
    """A tree with the times of some letters before their entries."""
    inner = rebuilt(tree, lambda each: entries_last(each, letters))
    pair = _pair(inner) if isinstance(inner, Sym) and inner.name in letters else None
    return replace(inner, subs=pair[::-1]) if isinstance(inner, Sym) and pair else inner


def _pair(node: Sym) -> tuple[Tree, Tree] | None:
    """The two indices of x_{j,i} and of x_{ji}."""
    subs = node.subs
    if len(subs) == 1 and isinstance(inner := bare(subs[0]), Product) and not any(inner.signs):
        subs = inner.factors
    return (subs[0], subs[1]) if len(subs) == 2 else None
