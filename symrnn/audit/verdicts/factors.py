"""Products and sums of numbers as lists, for bounds that are followed factor by factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from symrnn.audit.meaning.letters import bare
from symrnn.audit.meaning.model import Model
from symrnn.audit.verdicts.slopes import INDUCED
from symrnn.reading.latex.tree import (
    Addition,
    Group,
    Normed,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    rebuilt,
    walk,
)


def factors(tree: Tree) -> list[Tree]:
    """The factors of a product of numbers."""
    tree = bare(tree)
    if isinstance(tree, Product) and not {"odot", "otimes"} & set(tree.signs):
        if isinstance(tree.factors[0], Sym) and tree.factors[0].name in ("sup", "max"):
            return [tree]
        return [each for factor in tree.factors for each in factors(factor)]
    return [tree]


def is_unit(tree: Tree) -> bool:
    """Whether a factor is ‖I‖, in a norm in which that is 1."""
    tree = bare(tree)
    body = bare(tree.body) if isinstance(tree, Normed) and tree.kind in INDUCED else None
    return isinstance(body, Sym) and body.name in ("I", "bb I", "bb 1") and not body.subs


def terms(tree: Addition) -> list[Tree]:
    """The terms of a sum; what is subtracted stays with the number before it: 1 - α."""
    found: list[Tree] = []
    for term, sign in zip(tree.terms, tree.signs, strict=True):
        before = found[-1] if found else None
        if sign == "+":
            inner = bare(term)
            found += terms(inner) if isinstance(inner, Addition) else [term]
        elif isinstance(before, Num):
            found[-1] = Addition(before.start, term.end, True, (before, term), ("+", "-"))
        else:
            return [tree]
    return found


def units(model: Model, product: Product) -> Iterator[tuple[Tree, ...]]:
    """The factors of a product of matrices, each function with its argument."""
    place = 0
    while place < len(product.factors):
        factor = product.factors[place]
        following = product.factors[place + 1] if place + 1 < len(product.factors) else None
        takes = (
            isinstance(factor, Sym)
            and isinstance(following, Group)
            and product.signs[place] == ""
            and bool(model.is_function(factor, following))
        )
        yield product.factors[place : place + 1 + takes]
        place += 1 + takes


def joined(part: Sequence[Tree]) -> Tree:
    """The product of some factors; 1 of none."""
    if not part:
        return Num(0, 0, True, Fraction(1))
    if len(part) == 1:
        return part[0]
    return Product(part[0].start, part[-1].end, True, tuple(part), ("",) * (len(part) - 1))


def as_power(model: Model, tree: Tree) -> Tree:
    """γ^{t-k}, a letter with its power, as a power of a letter."""
    power = model.ref(tree).power if isinstance(tree, Sym) else None
    if not isinstance(tree, Sym) or power is None or len(tree.sups) != 1:
        return tree
    return Raised(tree.start, tree.end, True, replace(tree, sups=()), power)


def has_norm(sides: tuple[Tree, Tree], kind: str) -> bool:
    """Whether a norm of this kind stands in a relation."""
    return any(isinstance(n, Normed) and n.kind == kind for side in sides for n in walk(side))


def in_norm(tree: Tree, kind: str) -> Tree:
    """A tree in which a norm that is not named is this one."""
    inner = rebuilt(tree, lambda each: in_norm(each, kind))
    named = isinstance(inner, Normed) and inner.kind == "‖" and kind
    return replace(inner, kind=kind) if isinstance(inner, Normed) and named else inner
