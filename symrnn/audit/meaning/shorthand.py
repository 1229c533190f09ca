"""Names for derivatives: δh_t and dh_t, ∂ for what is immediate, Φ_{t,k} for a transition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set
from dataclasses import replace
from itertools import pairwise

from symrnn.audit.meaning.letters import LOSSES, bare, plain_letter
from symrnn.audit.meaning.rewrites import placed_at, standing
from symrnn.reading.latex.chains import Chain
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Product,
    Sym,
    Tree,
    Turned,
    rebuilt,
    shape_of,
    walk,
)


def differentials(
    chains: list[tuple[int, int, Chain]],
) -> tuple[set[str], Tree | None, set[str]]:
    """δh_t and dh_t are ∂L/∂h_t, in a document where δ or d never stands for itself.

    Returns which of the two are so used, the loss, and the letters that stand behind one alone: dz
    is a name, where there is no z.
    """
    trees = [side.tree for _, _, chain in chains for side in chain.sides if side.tree is not None]
    nodes = [node for tree in trees for node in walk(tree)]
    loss = next(
        (of for node in nodes if isinstance(node, Derivative) and node.of is not None
         and isinstance(of := bare(node.of), Sym) and of.name in LOSSES
         and not of.subs and not of.sups),
        None,
    )  # fmt: skip
    if loss is None:
        return set(), None, set()
    marks = set()
    for mark in ("delta", "d"):
        whole = sum(isinstance(n, Sym) and n.name == mark for n in nodes)
        before = sum(
            isinstance(a, Sym) and a.name == mark and not a.subs and not a.sups
            and _letter(b) is not None
            for n in nodes if isinstance(n, Product)
            for a, b, s in zip(n.factors, n.factors[1:], n.signs, strict=False) if s == ""
        )  # fmt: skip
        if whole and whole == before:
            marks.add(mark)
    marked = [
        letter for n in nodes if isinstance(n, Product)
        for a, b in pairwise(n.factors)
        if isinstance(a, Sym) and a.name in marks and (letter := _letter(b)) is not None
    ]  # fmt: skip
    places = set(map(id, marked))
    apart = {n.name for n in nodes if isinstance(n, Sym) and id(n) not in places}
    return marks, loss, {letter.name for letter in marked} - apart


def _letter(tree: Tree) -> Sym | None:
    """The letter behind a mark: of dz_tᵀ it is z_t, what is transposed is the whole."""
    inner = tree.body if isinstance(tree, Turned) else tree
    return inner if isinstance(inner, Sym) else None


_MARKED = {"delta": "δ", "d": "d"}


def differentiated(tree: Tree, marks: set[str], loss: Tree, alone: Set[str]) -> Tree:
    """The same tree with δh_t read as ∂L/∂h_t, and with dz as one name where there is no z."""

    def read(tree: Tree) -> Tree:
        if isinstance(tree, Product):
            factors: list[Tree] = []
            signs: list[str] = []
            place = 0
            while place < len(tree.factors):
                head = tree.factors[place]
                taken = 1
                node = read(head)
                if isinstance(head, Sym) and head.name in marks and place + 1 < len(tree.factors):
                    behind = tree.factors[place + 1]
                    by = _letter(behind) or behind
                    made = head.made or by.made
                    node = Derivative(head.start, by.end, made, loss, by)
                    if isinstance(by, Sym) and by.name in alone:
                        name = _MARKED[head.name] + by.name
                        node = replace(by, start=head.start, made=made, name=name)
                    if isinstance(behind, Turned):
                        node = replace(behind, start=head.start, body=node)
                    taken = 2
                if factors:
                    signs.append(tree.signs[place - 1])
                factors.append(node)
                place += taken
            return (
                factors[0]
                if len(factors) == 1
                else replace(tree, factors=tuple(factors), signs=tuple(signs))
            )
        return rebuilt(tree, read)

    return read(tree)


Pair = tuple[object, ...]
"""Which letters a derivative is of and by, whatever their times."""


def partials_apart(chains: list[tuple[int, int, Chain]]) -> frozenset[Pair]:
    """Where ∂ is for what is immediate and d for the rest: dh_t/dθ = ∂h_t/∂θ + … says both.

    dℓ_t/dh_t = ∂ℓ_t/∂h_t alone has two ways to write one thing.
    """
    found: set[Pair] = set()
    for _, _, chain in chains:
        sides = [bare(side.tree) for side in chain.sides if side.tree is not None]
        terms = [bare(t) for side in sides if isinstance(side, Addition) for t in side.terms]
        whole, parts = _written(sides, True), _written(terms, False)
        found |= {_pair(parts[shape]) for shape in whole.keys() & parts.keys()}
    return frozenset(found)


def _written(trees: list[Tree], straight: bool) -> dict[object, Derivative]:
    """The derivatives among expressions that are written with d, or with ∂."""
    return {
        shape_of(tree): tree for tree in trees
        if isinstance(tree, Derivative) and tree.straight == straight
        and not tree.nabla and not tree.mark
    }  # fmt: skip


def _pair(tree: Derivative) -> Pair:
    found: list[object] = []
    for side in (tree.of, tree.by):
        inner = None if side is None else bare(side)
        if isinstance(inner, Sym):
            found.append((inner.name, bool(inner.subs or inner.sups)))
        else:
            found.append(shape_of(inner))
    return tuple(found)


def partials_marked(tree: Tree, apart: Set[Pair]) -> Tree:
    """The same with ∂h_t/∂θ as the immediate derivative, and dh_t/dθ as no such."""
    inner = rebuilt(tree, lambda node: partials_marked(node, apart))
    if isinstance(inner, Derivative) and not inner.nabla:
        if inner.straight:
            return replace(inner, mark="d")
        return replace(inner, mark="+") if _pair(inner) in apart else inner
    return inner


Written = dict[str, tuple[tuple[str, ...], Tree]]
"""What names stand for, with the letters of their indices."""


def transitions(chains: list[tuple[int, int, Chain]]) -> Written:
    """Φ_{t,k} = ∂h_t/∂h_k, a name with two times for a derivative, and θ = vec(W).

    So is g_τ = Σ_t Σ_{k=t-τ+1}^{t} …, where τ is no time of anything, but a number of steps.
    """
    found: Written = {}
    everywhere = [s.tree for _, _, chain in chains for s in chain.sides if s.tree is not None]
    counted = _counting(everywhere)
    for _, _, chain in chains:
        trees = [side.tree for side in chain.sides if side.tree is not None]
        head = bare(trees[0]) if len(trees) > 1 else None
        value = bare(trees[1]) if len(trees) > 1 else None
        if isinstance(head, Sym) and not (head.subs or head.sups or head.primes):
            of = value.factors[0] if isinstance(value, Product) else None
            if value is not None and isinstance(of, Sym) and of.name == "vec":
                found.setdefault(head.name, ((), value))
        if isinstance(head, Sym) and value is not None and not head.sups:
            number = plain_letter(head.subs[0]) if len(head.subs) == 1 else ""
            nodes = walk(value)
            of_steps = number and counted.get(number) == {head.name}
            read = any(isinstance(n, Sym) and n.name == number for n in nodes)
            if of_steps and read and any(isinstance(n, Derivative) for n in nodes):
                found.setdefault(head.name, ((number,), value))
        if not isinstance(head, Sym) or not isinstance(value, Derivative) or head.sups:
            continue
        letters = [bare(sub) for sub in head.subs]
        names = tuple(each.name for each in letters if isinstance(each, Sym) and not each.subs)
        used = {node.name for node in walk(value) if isinstance(node, Sym)}
        if len(names) == 2 == len(letters) and len(set(names)) == 2 and set(names) <= used:
            found.setdefault(head.name, ((names[0], names[1]), value))
    return found


def _counting(trees: list[Tree]) -> dict[str, set[str]]:
    """What each letter is the only or the first letter of an index of: t of h_t and h_{t-1}."""
    found: dict[str, set[str]] = defaultdict(set)
    for node in (node for tree in trees for node in walk(tree)):
        if isinstance(node, Big) and node.index is not None:
            found[plain_letter(node.index)].add("")
        if not isinstance(node, Sym):
            continue
        for index in (*node.subs, *node.sups):
            inner = bare(index)
            first = inner.terms[0] if isinstance(inner, Addition) else inner
            found[plain_letter(first)].add(node.name)
    return found


def transitions_written_out(tree: Tree, known: Written) -> Tree:
    """The same with ∂h_t/∂h_k in the place of Φ_{t,k}, and vec(W) in that of θ."""

    def read(node: Tree) -> Tree:
        letters, value = known.get(node.name if isinstance(node, Sym) else "", ((), None))
        alike = isinstance(node, Sym) and len(node.subs) == len(letters) and not node.sups
        if isinstance(node, Sym) and value is not None and alike:
            placed = placed_at(value, dict(zip(letters, node.subs, strict=True)))
            return standing(placed, node.start, node.end)
        return rebuilt(node, read)

    return read(tree)
