"""Quantities called at their times: h(t), and y_k(t) with its entry."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace

from symrnn.audit.meaning.letters import FUNCTIONS, letters_of
from symrnn.audit.meaning.symbols import Symbols
from symrnn.reading.latex.tree import (
    Group,
    Product,
    Sym,
    Tree,
    Words,
    lifted,
    lowered,
    neighbours_joined,
    walk,
)


def calls_closed(tree: Tree, called: Set[str]) -> Tree:
    """h(t)^2 is the square of h(t), where h(t) is h at the time t."""

    def join(head: Tree, sign: str, factor: Tree) -> Tree | None:
        body = lifted(factor)
        if (
            not isinstance(head, Sym)
            or head.name not in called
            or body is factor
            or not isinstance(body, Group)
            or len(body.parts) != 1
            or sign != ""
        ):
            return None
        call = Product(head.start, body.end, head.made or body.made, (head, body), ("",))
        return lowered(factor, call)

    return neighbours_joined(tree, join)


def entered(trees: Iterable[Tree], symbols: Symbols) -> set[str]:
    """The letters called at times, y_k(t) and h(t), in a document that writes h(t-1)."""
    found: set[str] = set()
    for node in (node for tree in trees for node in walk(tree)):
        if isinstance(node, Product):
            for head, group, sign in zip(node.factors, node.factors[1:], node.signs, strict=False):
                if sign == "" and _called_at(head, lifted(group), symbols.times):
                    assert isinstance(head, Sym)
                    found.add(head.name)
    return found if symbols.called else set()


def calls_indexed(tree: Tree, names: Set[str], times: Set[str]) -> Tree:
    """y_k(t) is the entry k of y at the time t: y_{t,k}, where entries are spoken of."""

    def join(head: Tree, sign: str, factor: Tree) -> Tree | None:
        body = lifted(factor)
        if sign != "" or not isinstance(head, Sym) or head.name not in names:
            return None
        if not _called_at(head, body, times):
            return None
        assert isinstance(body, Group)
        entries = _letters_apart(head.subs)
        return lowered(factor, replace(head, end=body.end, subs=(body.parts[0], *entries)))

    return neighbours_joined(tree, join)


def _called_at(head: Tree, group: Tree, times: Set[str]) -> bool:
    """Whether two factors are a letter, with letters of entries or none, and a time in brackets."""
    if not isinstance(head, Sym) or head.primes or head.name in FUNCTIONS:
        return False
    if not all(isinstance(sup, Words) and sup.text in ("*", "star") for sup in head.sups):
        return False  # r^*_i(t) is the entry of a target
    if not isinstance(group, Group) or len(group.parts) != 1 or group.kind not in "([":
        return False
    letters = letters_of(group.parts[0]) or set()
    entries = _letters_apart(head.subs)
    return (
        bool(letters)
        and letters <= times
        and all(
            isinstance(each, Sym) and each.name in "ijklmnpqr" and not each.subs for each in entries
        )
    )


def _letters_apart(subs: tuple[Tree, ...]) -> tuple[Tree, ...]:
    """The letters i and j of the index ij."""
    if len(subs) == 1 and isinstance(subs[0], Product) and not any(subs[0].signs):
        return subs[0].factors
    return subs
