"""Quantities called at their times: h(t), and y_k(t) with its entry."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace

from symrnn.audit.meaning.letters import FUNCTIONS, letters_of
from symrnn.audit.meaning.symbols import Symbols
from symrnn.reading.latex.tree import (
    Group,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
    rebuilt,
    walk,
)


def calls_closed(tree: Tree, called: Set[str]) -> Tree:
    """h(t)^2 is the square of h(t), where h(t) is h at the time t."""

    def read(tree: Tree) -> Tree:
        inner = rebuilt(tree, read)
        if not isinstance(inner, Product):
            return inner
        made: list[Tree] = []
        signs: list[str] = []
        for place, factor in enumerate(inner.factors):
            head = made[-1] if made else None
            body = (
                factor.body if isinstance(factor, Turned)
                else factor.base if isinstance(factor, Raised) else None
            )  # fmt: skip
            if (
                isinstance(head, Sym)
                and head.name in called
                and isinstance(body, Group)
                and len(body.parts) == 1
                and inner.signs[place - 1] == ""
            ):
                call = Product(head.start, body.end, head.made or body.made, (head, body), ("",))
                made[-1] = (
                    replace(factor, start=head.start, body=call) if isinstance(factor, Turned)
                    else replace(factor, start=head.start, base=call)  # type: ignore[call-arg]
                )  # fmt: skip
                continue
            if place:
                signs.append(inner.signs[place - 1])
            made.append(factor)
        if len(made) == len(inner.factors):
            return inner
        return (
            made[0] if len(made) == 1 else replace(inner, factors=tuple(made), signs=tuple(signs))
        )

    return read(tree)


def entered(trees: Iterable[Tree], symbols: Symbols) -> set[str]:
    """The letters called at times, y_k(t) and h(t), in a document that writes h(t-1)."""
    found: set[str] = set()
    for node in (node for tree in trees for node in walk(tree)):
        if isinstance(node, Product):
            for head, group, sign in zip(node.factors, node.factors[1:], node.signs, strict=False):
                if sign == "" and _called_at(head, _lifted(group), symbols.times):
                    assert isinstance(head, Sym)
                    found.add(head.name)
    return found if symbols.called else set()


def calls_indexed(tree: Tree, names: Set[str], times: Set[str]) -> Tree:
    """y_k(t) is the entry k of y at the time t: y_{t,k}, where entries are spoken of."""

    def read(tree: Tree) -> Tree:
        inner = rebuilt(tree, read)
        if not isinstance(inner, Product):
            return inner
        factors: list[Tree] = []
        signs: list[str] = []
        for place, factor in enumerate(inner.factors):
            head = factors[-1] if factors else None
            if place and inner.signs[place - 1] == "" and head is not None:
                body = _lifted(factor)
                if isinstance(head, Sym) and head.name in names and _called_at(head, body, times):
                    assert isinstance(body, Group)
                    entries = _letters_apart(head.subs)
                    timed = replace(head, end=body.end, subs=(body.parts[0], *entries))
                    factors[-1] = (
                        replace(factor, start=head.start, base=timed)
                        if isinstance(factor, Raised)
                        else replace(factor, start=head.start, body=timed)
                        if isinstance(factor, Turned)
                        else timed
                    )
                    continue
            if place:
                signs.append(inner.signs[place - 1])
            factors.append(factor)
        if len(factors) == 1:
            return factors[0]
        return replace(inner, factors=tuple(factors), signs=tuple(signs))

    return read(tree)


def _lifted(factor: Tree) -> Tree:
    """What stands below a power or a transpose: (t) of (t)^2."""
    if isinstance(factor, Raised):
        return factor.base
    return factor.body if isinstance(factor, Turned) else factor


def _called_at(head: Tree, group: Tree, times: Set[str]) -> bool:
    """Whether two factors are a letter, with letters of entries or none, and a time in brackets."""
    if not isinstance(head, Sym) or head.sups or head.primes or head.name in FUNCTIONS:
        return False
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
