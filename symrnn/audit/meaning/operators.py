"""Short signs for diagonal matrices: D_v and D(v) for diag(v), where the text says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from symrnn.audit.meaning.letters import TIMES, bare
from symrnn.audit.meaning.rewrites import one_expression, placed_at, standing
from symrnn.reading.documents import Document
from symrnn.reading.latex.chains import Chain
from symrnn.reading.latex.tree import (
    Group,
    Product,
    Sym,
    Tree,
    neighbours_joined,
    outside_scripts,
    rebuilt,
    shape_of,
)

Operators = dict[tuple[str, bool], tuple[str, Tree]]
"""By sign, and whether it is called (D(v)) or has its argument below (D_v): argument and value."""

_FOR = re.compile(
    r"[\s$\\)`,]*(?:(?:is|be|as|which|stands?|denotes?|means?|short(?:hand)?|written|we\s+write|an?|the"
    r"|abbreviat\w+|instead|of|for|by|diagonal|matrix|operator|with|on|its)\s*)+[\s$\\(`]*",
    re.IGNORECASE,
)
"""We write $D_v$ for $\\operatorname{diag}(v)$."""
_DIAGONAL = frozenset({"diag", "Diag", "diagonal"})


def operators(chains: Iterable[tuple[int, int, Chain]], documents: Iterable[Document]) -> Operators:
    """The signs that a formula, or the words between two, say to be a diagonal matrix."""
    found: Operators = {}
    for _, _, chain in chains:
        trees = [side.tree for side in chain.sides if side.tree is not None]
        for left, right in pairwise(trees):
            _learn(left, right, found)
    for document in documents:
        inline = [f for f in document.formulas if not f.display]
        for one, other in pairwise(inline):
            between = document.text[one.start + len(one.text) : other.start]
            if len(between) < 60 and _FOR.fullmatch(between):
                sides = one_expression(one.text, document), one_expression(other.text, document)
                for a, b in (sides, sides[::-1]):
                    if a is not None and b is not None:
                        _learn(a, b, found)
    return found


def operators_written_out(tree: Tree, known: Operators) -> Tree:
    """The same with diag(v) in the place of D_v and of D(v)."""

    def of_argument(head: Sym, argument: Tree, called: bool, end: int) -> Tree:
        name, value = known[head.name, called]
        return placed_at(standing(value, head.start, end), {name: argument})

    def join(head: Tree, sign: str, factor: Tree) -> Tree | None:
        if sign or not isinstance(head, Sym) or (head.name, True) not in known:
            return None
        if head.subs or head.sups or head.primes or not isinstance(factor, Group):
            return None
        if len(factor.parts) != 1 or factor.kind not in "([":
            return None
        return of_argument(head, factor.parts[0], True, factor.end)

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        if not isinstance(inner, Sym) or (inner.name, False) not in known:
            return inner
        if len(inner.subs) != 1 or inner.sups or inner.primes:
            return inner
        return of_argument(inner, inner.subs[0], False, inner.end)

    return neighbours_joined(read(tree), join)


def _learn(left: Tree, right: Tree, found: Operators) -> None:
    """D_v = diag(f(v)), with the letter v standing on its own."""
    head, called = bare(left), False
    if isinstance(head, Product) and len(head.factors) == 2 and head.signs == ("",):
        first, group = head.factors
        if not isinstance(first, Sym) or not isinstance(group, Group) or len(group.parts) != 1:
            return
        if first.subs or group.kind not in "([":
            return
        head, argument, called = first, bare(group.parts[0]), True
    elif isinstance(head, Sym) and len(head.subs) == 1:
        argument = bare(head.subs[0])
    else:
        return
    value = bare(right)
    diagonal = value.factors[0] if isinstance(value, Product) else None
    if not isinstance(diagonal, Sym) or diagonal.name not in _DIAGONAL or head.sups or head.primes:
        return
    if head.name in _DIAGONAL or not isinstance(argument, Sym) or argument.subs or argument.sups:
        return
    if not isinstance(value, Product) or len(value.factors) != 2:
        return
    # The n of u[n] is a time.
    inner, counts = shape_of(value.factors[1]), argument.name in TIMES
    alone = any(shape_of(node) == shape_of(argument) for node in outside_scripts(value))
    if inner == shape_of(argument) or (alone and not counts):
        found.setdefault((head.name, called), (argument.name, value))
