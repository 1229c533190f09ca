"""What a text says of every layer l, said of layers 1, 2, …: h_t^{(l)} = f(h_t^{(l-1)}, …)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from symrnn.audit.meaning.letters import (
    bare,
    is_capital,
    letters_of,
    moved,
    shifted_letter,
    whole_number,
)
from symrnn.audit.meaning.model import Definition, split_time
from symrnn.reading.documents import Document
from symrnn.reading.latex.tree import Group, Num, Sym, Tree, rebuilt, walk

MOST = 9
"""Layers of a net that are told apart."""


@dataclass(frozen=True)
class Layers:
    """How layers are counted: by `letter`, above `names`; `last` is the letter of the last one."""

    letter: str
    names: frozenset[str]
    last: str = ""


_LAYER = re.compile(
    r"\blayers?\b[^.$\\]{0,40}(?:\$|\\\()\s*\\?(?P<letter>[A-Za-z]+)", re.IGNORECASE
)
"""Layer $k$, which the word says to count layers."""


def counted_layers(trees: Iterable[Tree], documents: Iterable[Document]) -> Layers | None:
    """The letter l of h_t^l and h_t^{l-1}, and of h_t^{(l)}; none where no layers are counted.

    A letter is one if it stands above, alone and shifted, what has something else below, and is
    l, or is called a layer.
    """
    said = {found["letter"] for document in documents for found in _LAYER.finditer(document.text)}
    alone: dict[str, set[str]] = defaultdict(set)
    shifted: dict[str, set[str]] = defaultdict(set)
    below: set[str] = set()
    nodes = [node for tree in trees for node in walk(tree) if isinstance(node, Sym)]
    for node in nodes:
        for sub in node.subs:
            below |= letters_of(sub) or set()
        above = bare(node.sups[0]) if len(node.sups) == 1 else None
        if above is None or not (node.subs or is_capital(node.name)):
            continue
        if isinstance(above, Sym) and not (above.subs or above.sups):
            alone[above.name].add(node.name)
        elif (letter := shifted_letter(above)) is not None and node.subs:
            shifted[letter].add(node.name)
    for letter in sorted(alone.keys() & shifted.keys() & ({"l", "ell"} | said) - below):
        names = frozenset(alone[letter] | shifted[letter])
        tops = {other for other in alone if other != letter and alone[other] & names}
        capitals = sorted(top for top in tops if is_capital(top) and top not in ("T", "H"))
        return Layers(letter, names, capitals[0] if len(capitals) == 1 else "")
    return None


def layers_bracketed(tree: Tree, layers: Layers) -> Tree:
    """The same with h_t^l as h_t^{(l)}, and with the last layer L as the one above layer l."""

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        if not isinstance(inner, Sym) or inner.name not in layers.names or len(inner.sups) != 1:
            return inner
        (above,) = inner.sups
        index = _counted(bare(above), layers)
        if index is None:
            return inner
        group = Group(above.start, above.end, True, "(", (index,))
        return replace(inner, sups=(group,), sup_text=f"({inner.sup_text.strip('()[]')})")

    return read(tree)


def _counted(index: Tree, layers: Layers) -> Tree | None:
    """The number of a layer, with the last one as l + 1; none for what counts none."""
    name, shift = split_time(index)
    if name == layers.last != "":
        letter = Sym(index.start, index.end, True, layers.letter)
        return moved(letter, shift + 1)
    if name == layers.letter:
        return index
    number = whole_number(index)
    return index if number is not None and 0 <= number <= MOST else None


def numbered_layers(trees: Iterable[Tree]) -> tuple[int, ...]:
    """The numbers that stand in brackets as superscripts: 1 and 2 of h^{(1)} and W^{(2)}.

    Layer 0 is the input, of which nothing is said that is said of every layer.
    """
    numbers = {number for group in _labels(trees) if (number := whole_number(bare(group)))}
    return tuple(sorted(n for n in numbers if 1 <= n <= MOST))


def layers_above(trees: Iterable[Tree]) -> tuple[int, ...]:
    """By how much the layers above layer l are above it: 1 of h^{(l+1)}."""
    shifts = {shift for group in _labels(trees) for name, shift in [split_time(group)] if name}
    return tuple(sorted(n for n in shifts if 1 <= n <= MOST))


def _labels(trees: Iterable[Tree]) -> list[Tree]:
    nodes = (node for tree in trees for node in walk(tree) if isinstance(node, Sym))
    return [group for node in nodes for group in node.sups if _is_label(group)]


def of_layers(
    found: Definition, numbers: Iterable[int], above: Iterable[int] = ()
) -> Iterator[Definition]:
    """A definition said of a layer l for some others; none if it is of no such letter.

    Args:
        found: what is said of layer l.
        numbers: the numbers of layers that it is said of.
        above: it is said of l + n for each of these n.
    """
    base, _, letter = found.name.rpartition("_^")
    if not base or not letter.isalpha():
        return
    for number in numbers:
        yield _said_of(found, f"{base}_^{number}", letter, number, True)
    for shift in above:
        yield _said_of(found, f"{base}_^{letter}+{shift}", letter, shift, False)


def _said_of(found: Definition, name: str, letter: str, by: int, numbered: bool) -> Definition:
    value = _in_layer(found.value, letter, by, numbered)
    symbol = None if found.symbol is None else _in_layer(found.symbol, letter, by, numbered)
    assert symbol is None or isinstance(symbol, Sym)
    return replace(found, name=name, value=value, symbol=symbol)


def _is_label(tree: Tree) -> bool:
    return isinstance(tree, Group) and tree.kind in "([" and len(tree.parts) == 1


def _in_layer(tree: Tree, letter: str, by: int, numbered: bool) -> Tree:
    """The same in the layer that is `numbered` so, or else so much above layer l."""

    def read(node: Tree) -> Tree:
        if _is_label(node):
            assert isinstance(node, Group)
            inner = node.parts[0]
            name, shift = split_time(inner)
            if name == letter:
                place = inner.start, inner.end, True
                number = Num(*place, Fraction(by + shift))
                value = number if numbered else moved(Sym(*place, letter), by + shift)
                return replace(node, parts=(value,))
        made = rebuilt(node, read)
        if not isinstance(made, Sym) or made == node:
            return made
        counted = [bare(label) for label in made.sups if _is_label(label)]
        labels = [each.value for each in counted if isinstance(each, Num)]
        return replace(made, sup_text=f"({labels[0]})") if labels else made

    return read(tree)
