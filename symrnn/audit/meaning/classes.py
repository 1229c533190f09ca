"""Targets that are classes: p_{t,y_t} is the entry of p_t for the class y_t.

It is read as y_tᵀ p_t, and 1[i = y_t] as the entry i of y_t, with a y_t that is 1 in its class and
0 in all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace

from symrnn.audit.meaning.letters import bare, is_capital, is_loss
from symrnn.audit.meaning.symbols import Symbols
from symrnn.reading.latex.tree import (
    Group,
    Product,
    Subscripted,
    Sym,
    Tree,
    Turned,
    neighbours_joined,
    rebuilt,
    walk,
)
from symrnn.reading.latex.words import SAME_AS

UNITS = frozenset({"e", "ones", SAME_AS})
"""Letters for unit vectors: e_{y_t} is the one of the class y_t."""


def classes_in(trees: Iterable[Tree], symbols: Symbols) -> set[str]:
    """The letters at a time that say which entry of another is meant."""
    found: set[str] = set()
    for node in (node for tree in trees for node in walk(tree)):
        if isinstance(node, Sym) and (_compares(node) or _may_have_classes(node, symbols)):
            found |= {each.name for sub in node.subs if (each := _timed(sub, symbols)) is not None}
        elif isinstance(node, Subscripted) and len(node.subs) == 1:
            each = _timed(node.subs[0], symbols)
            found |= set() if each is None else {each.name}
        elif isinstance(node, Product):
            for head, group, sign in zip(node.factors, node.factors[1:], node.signs, strict=False):
                each = None if sign else _chosen(head, group, symbols)
                found |= set() if each is None else {each.name}
    return found


def by_class(tree: Tree, names: Set[str], symbols: Symbols) -> Tree:
    """The same tree with entries for classes as products with the classes' vectors."""

    def chosen(index: Tree) -> Sym | None:
        inner = bare(index)
        return inner if isinstance(inner, Sym) and inner.name in names else None

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        if isinstance(inner, Subscripted) and len(inner.subs) == 1:
            which = chosen(inner.subs[0])
            return inner if which is None else _entry(which, inner.body, inner)
        if not isinstance(inner, Sym) or not any(map(chosen, inner.subs)):
            return inner
        which = next(each for each in map(chosen, inner.subs) if each is not None)
        rest = tuple(each for each in inner.subs if chosen(each) is None)
        if inner.name in UNITS and len(inner.subs) == 1 and not symbols.has_time(inner.name):
            return which
        if _compares(inner):
            text = ",".join(each.name for each in rest if isinstance(each, Sym))
            joined = ",".join(filter(None, (which.sub_text, text)))
            return replace(which, subs=(*which.subs, *rest), sub_text=joined)
        if not _may_have_classes(inner, symbols):
            return inner
        text = ",".join(inner.sub_text.split(",")[: len(rest)])
        whole = replace(inner, subs=rest, sub_text=text)
        if not rest and not inner.sups:
            # p_{y_t} is p_t for the class y_t.
            sub_text, sup_text = which.sub_text, which.sup_text
            whole = replace(whole, subs=which.subs, sups=which.sups)
            whole = replace(whole, sub_text=sub_text, sup_text=sup_text)
        return _entry(which, whole, inner)

    def join(head: Tree, sign: str, group: Tree) -> Tree | None:
        which = None if sign else _chosen(head, group, symbols)
        named = which is not None and which.name in names
        return _entry(which, head, group) if which is not None and named else None

    return read(neighbours_joined(tree, join))


def _entry(which: Sym, whole: Tree, at: Tree) -> Group:
    """y_tᵀ p_t, in brackets."""
    start, end = min(whole.start, at.start), at.end
    product = Product(start, end, True, (Turned(start, end, True, which), whole), ("",))
    return Group(start, end, True, "(", (product,))


def _compares(node: Sym) -> bool:
    """Whether a letter is 1 where its two indices are equal: 1[i = y_t], δ_{i,y_t}."""
    return node.name in (SAME_AS, "delta") and len(node.subs) == 2


def _may_have_classes(node: Sym, symbols: Symbols) -> bool:
    """Whether a letter is a vector at a time, of which there are entries."""
    return symbols.has_time(node.name) and not is_capital(node.name) and not is_loss(node.name)


def _chosen(head: Tree, group: Tree, symbols: Symbols) -> Sym | None:
    """The class y_t of p_t[y_t]."""
    if not (isinstance(head, Sym) and isinstance(group, Group) and group.kind == "["):
        return None
    if len(group.parts) != 1 or not _may_have_classes(head, symbols):
        return None
    return _timed(group.parts[0], symbols) if symbols.resolve(head).time is not None else None


def _timed(index: Tree, symbols: Symbols) -> Sym | None:
    """The letter of an index that has a time of its own, and nothing else."""
    inner = bare(index)
    if not isinstance(inner, Sym) or inner.primes or inner.name in symbols.times:
        return None
    scripts = [bare(each) for each in (*inner.subs, *inner.sups)]
    timed = len(scripts) == 1 and symbols.is_time(scripts[0])
    return inner if timed and not is_capital(inner.name) else None
