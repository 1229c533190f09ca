"""Slips undone in the author's own LaTeX: each an edit at one place, nothing else touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symrnn.audit.mends.edit import Edit, editable, one_edit
from symrnn.audit.mends.slips_of_factors import (
    brackets,
    entries_turned,
    exchanged,
    gathered,
    inserted,
    ones,
    orders,
    removed,
    replaced,
    scaled,
    signs,
    summed,
    terms,
    terms_of_factors,
    throughout,
    transposes,
    units,
)
from symrnn.audit.mends.slips_of_letters import (
    bounds,
    doubled,
    other_slopes,
    powers,
    primes,
    steps,
    times,
)
from symrnn.reading.latex.tree import (
    Big,
    Derivative,
    Raised,
    Sym,
    Tree,
    Words,
    children,
    walk,
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


Family = Callable[[Tree, str], Iterator[Edit]]

OFTEN: tuple[Family, ...] = (
    transposes, entries_turned, orders, brackets, times, bounds, signs, primes, powers,
)  # fmt: skip
"""The slips that are made most often; two of them may be in one formula."""


def _places(tree: Tree, start: int, end: int) -> tuple[list[Tree], list[Tree]]:
    """What can be edited of a formula, and what of it stands in no derivative.

    Inside ∂h_t/∂W only the times are a slip's place, and which letters stand there.
    """
    nodes = [
        node
        for node in _bodies(editable(tree))
        if not node.made and start <= node.start < node.end <= end
    ]
    within = {
        id(inner) for node in nodes if isinstance(node, Derivative)
        for child in children(node) for inner in walk(child)
    }  # fmt: skip
    return nodes, [node for node in nodes if id(node) not in within]


def _of_families(
    nodes: list[Tree], outside: list[Tree], source: str, families: Iterable[Family]
) -> Iterator[Edit]:
    for family in families:
        for node in nodes if family is times else outside:
            yield from family(node, source)


def often(tree: Tree, source: str, start: int, end: int, pool: list[str]) -> Iterator[Edit]:
    """Of the single slips those that are made most often, and letters for others."""
    nodes, outside = _places(tree, start, end)
    yield from _of_families(nodes, outside, source, (*OFTEN, other_slopes))
    yield from replaced(nodes, source, pool)


def moved(tree: Tree, source: str, start: int, end: int) -> Iterator[Edit]:
    """Times one or two off."""
    nodes, _ = _places(tree, start, end)
    yield from _of_families(nodes, [], source, (times,))


def lacking(tree: Tree, source: str, start: int, end: int, addends: list[str]) -> Iterator[Edit]:
    """Terms that are missing, and that the document writes elsewhere."""
    yield from terms(_places(tree, start, end)[1], source, addends)


def edits(
    tree: Tree,
    source: str,
    start: int,
    end: int,
    pool: list[str],
    addends: list[str],
    elsewhere: list[str] | None = None,
    free: list[str] | None = None,
) -> Iterator[Edit]:
    """Every single slip undone, likelier ones first.

    `pool` and `addends` are factors and terms of the document, `elsewhere` further factors that may
    be missing, `free` the times of this side that the other has not.
    """
    elsewhere = elsewhere or []
    nodes, outside = _places(tree, start, end)
    yield from _of_families(nodes, outside, source, (*OFTEN, other_slopes, steps, removed, doubled))
    yield from summed(outside, source, free or []) if outside else ()
    yield from exchanged(nodes, source)
    yield from ones(outside, source)
    yield from units(outside, source)
    yield from terms(outside, source, addends)
    yield from inserted(outside, source, pool)
    yield from gathered(outside, source, [*pool, *elsewhere])
    yield from replaced(nodes, source, pool)
    yield from inserted(outside, source, elsewhere)
    yield from scaled(outside, source, pool)
    yield from throughout(nodes, source, pool)
    yield from terms(outside, source, pool)
    yield from terms_of_factors(outside, source, [*addends, *pool])
    text = source[start:end]
    yield one_edit(
        start, end, f"-\\left({text.strip()}\\right)", "the sign of the whole is changed"
    )
    yield one_edit(start, end, f"\\left({text.strip()}\\right)^\\top", "the whole is transposed")
    for number in ("2", r"\frac{1}{2}", r"\frac{1}{T}", "T"):
        yield one_edit(
            start, end, f"{number} \\left({text.strip()}\\right)", f"it is multiplied by {number}"
        )
