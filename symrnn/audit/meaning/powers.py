"""w^T of a unit with numbers alone: a power, T being the last time, and no transpose."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from symrnn.audit.meaning.letters import bare, is_capital, is_loss, letters_of
from symrnn.reading.latex.tree import (
    Big,
    Normed,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
    rebuilt,
    walk,
)

LAST = "T"


def of_vectors(node: Tree) -> bool:
    """Whether a node stands only where there are vectors: a transpose, a norm, ⊙, diag."""
    if isinstance(node, Turned) or (isinstance(node, Normed) and node.kind.startswith("‖")):
        return True
    if isinstance(node, Product) and ("odot" in node.signs or "otimes" in node.signs):
        return True
    return isinstance(node, Sym) and node.name in ("diag", "Diag", "ones", "bb R", "vec")


def powers_meant(trees: Iterable[Tree]) -> bool:
    """Whether ^T is a power throughout a text: T is a time in it, and nothing in it a vector."""
    nodes = [node for tree in trees for node in walk(tree)]
    turned = [node for node in nodes if isinstance(node, Turned)]
    if not turned or not all(node.letter for node in turned):
        return False
    if any(of_vectors(node) for node in nodes if not isinstance(node, Turned)):
        return False
    if any(map(_of_two_vectors, nodes)):
        return False
    letters = [node for node in nodes if isinstance(node, Sym)]
    if any(each.bold or _of_a_matrix(each.name) for each in letters):
        return False
    times = [sub for each in letters for sub in each.subs]
    times += [node.upper for node in nodes if isinstance(node, Big) and node.upper is not None]
    return any(LAST in (letters_of(time) or ()) for time in times)


def _of_two_vectors(node: Tree) -> bool:
    """Whether a node is wᵀ x_t, which a unit with several inputs reads."""
    return isinstance(node, Product) and any(
        isinstance(left, Turned) and isinstance(right, Sym) and bool(right.subs or right.sups)
        for left, right in pairwise(node.factors)
    )


def _of_a_matrix(name: str) -> bool:
    return is_capital(name) and not is_loss(name) and name not in (LAST, "N")


def as_powers(tree: Tree, everywhere: bool) -> Tree:
    """The same tree with each such transpose as a power; of (Wᵀ)^T nobody means a transpose."""

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        twice = isinstance(inner, Turned) and isinstance(bare(inner.body), Turned)
        if isinstance(inner, Turned) and inner.letter and (everywhere or twice):
            last = Sym(inner.body.end, inner.end, inner.made, LAST)
            return Raised(inner.start, inner.end, inner.made, inner.body, last)
        return inner

    return read(tree)
