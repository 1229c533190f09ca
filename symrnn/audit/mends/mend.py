"""Slips undone in the author's own LaTeX: each an edit at one place, nothing else touched."""

from __future__ import annotations

from collections.abc import Iterator

from symrnn.audit.mends.edit import Edit, editable, one_edit
from symrnn.audit.mends.slips_of_factors import (
    brackets,
    inserted,
    orders,
    removed,
    replaced,
    signs,
    terms,
    transposes,
)
from symrnn.audit.mends.slips_of_letters import bounds, doubled, powers, primes, times
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Raised,
    Sym,
    Tree,
    Words,
    children,
)


def _bodies(tree: Tree) -> list[Tree]:
    """A tree and all below it that is no script and no bound."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        found.append(node)
        if isinstance(node, Big):
            todo.append(node.body)
        elif isinstance(node, Raised):
            todo.append(node.base)
        elif isinstance(node, Derivative):
            todo += [
                each
                for each in (node.by, node.of)
                if each is not None and not isinstance(each, Words)
            ]
        elif not isinstance(node, Sym):
            todo += reversed(children(node))
    return found


def edits(tree: Tree, source: str, start: int, end: int, pool: list[str]) -> Iterator[Edit]:
    """Every single slip undone, likelier ones first."""
    nodes = [
        node
        for node in _bodies(editable(tree))
        if not node.made and start <= node.start < node.end <= end
    ]
    for family in (
        transposes,
        orders,
        brackets,
        times,
        bounds,
        signs,
        primes,
        powers,
        removed,
        doubled,
    ):
        for node in nodes:
            yield from family(node, source)
    yield from inserted(nodes, source, pool)
    yield from replaced(nodes, source, pool)
    yield from terms(nodes, source, pool)
    text = source[start:end]
    yield one_edit(
        start, end, f"-\\left({text.strip()}\\right)", "the sign of the whole is changed"
    )
    yield one_edit(start, end, f"\\left({text.strip()}\\right)^\\top", "the whole is transposed")
    for number in ("2", r"\frac{1}{2}", r"\frac{1}{T}", "T"):
        yield one_edit(
            start, end, f"{number} \\left({text.strip()}\\right)", f"it is multiplied by {number}"
        )
