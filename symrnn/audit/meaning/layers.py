"""What a text says of every layer l, said of layers 1, 2, …: h_t^{(l)} = f(h_t^{(l-1)}, …)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction

from symrnn.audit.meaning.letters import bare, whole_number
from symrnn.audit.meaning.model import Definition, split_time
from symrnn.reading.latex.tree import Group, Num, Sym, Tree, rebuilt, walk

MOST = 9
"""Layers of a net that are told apart."""


def numbered_layers(trees: Iterable[Tree]) -> tuple[int, ...]:
    """The numbers that stand in brackets as superscripts: 1 and 2 of h^{(1)} and W^{(2)}.

    Layer 0 is the input, of which nothing is said that is said of every layer.
    """
    nodes = (node for tree in trees for node in walk(tree) if isinstance(node, Sym))
    groups = (group for node in nodes for group in node.sups if _is_label(group))
    numbers = {number for group in groups if (number := whole_number(bare(group))) is not None}
    return tuple(sorted(n for n in numbers if 1 <= n <= MOST))


def of_layers(found: Definition, numbers: Iterable[int]) -> Iterator[Definition]:
    """A definition said of a layer l for each of some numbers; none if it is of no such letter."""
    base, _, letter = found.name.rpartition("_^")
    if not base or not letter.isalpha():
        return
    for number in numbers:
        value = _in_layer(found.value, letter, number)
        symbol = None if found.symbol is None else _in_layer(found.symbol, letter, number)
        assert symbol is None or isinstance(symbol, Sym)
        yield replace(found, name=f"{base}_^{number}", value=value, symbol=symbol)


def _is_label(tree: Tree) -> bool:
    return isinstance(tree, Group) and tree.kind == "(" and len(tree.parts) == 1


def _in_layer(tree: Tree, letter: str, number: int) -> Tree:
    """The same with (l) and (l - 1) as numbers."""

    def read(node: Tree) -> Tree:
        if _is_label(node):
            assert isinstance(node, Group)
            inner = node.parts[0]
            name, shift = split_time(inner)
            if name == letter:
                value = Num(inner.start, inner.end, True, Fraction(number + shift))
                return replace(node, parts=(value,))
        made = rebuilt(node, read)
        if not isinstance(made, Sym) or made == node:
            return made
        counted = [bare(label) for label in made.sups if _is_label(label)]
        labels = [each.value for each in counted if isinstance(each, Num)]
        return replace(made, sup_text=f"({labels[0]})") if labels else made

    return read(tree)
