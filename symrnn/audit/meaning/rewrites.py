"""Trees read anew with what the whole document says of their letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Set
from dataclasses import replace
from typing import Any, TypeVar, cast

from symrnn.audit.meaning.letters import (
    LOSSES,
    bare,
    is_capital,
    letters_of,
    moved,
    shifted_letter,
)
from symrnn.audit.meaning.model import Definition, Model, split_time
from symrnn.errors import ParseError
from symrnn.reading.documents import Document
from symrnn.reading.latex.chains import Chain, parse_chains
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Group,
    Normed,
    Product,
    Raised,
    Sym,
    Tree,
    Turned,
    Words,
    children,
    lifted,
    lowered,
    neighbours_joined,
    rebuilt,
    shape_of,
    walk,
)

_AnyTree = TypeVar("_AnyTree", bound=Tree)


def linked(definitions: dict[str, Definition]) -> dict[str, Definition]:
    """ŷ_t = softmax(V s_t) reads z_t, where z_t = V s_t is said: one node for one expression."""
    known: dict[object, Definition] = {}
    for definition in definitions.values():
        value = bare(definition.value)
        if definition.derived or definition.shift or definition.letter is None:
            continue
        if isinstance(value, Product | Addition):
            known.setdefault((definition.entries, _said(value, definition.letter)), definition)

    def read(node: Tree, letter: str | None, own: str, entries: tuple[str, ...]) -> Tree:
        found = None
        if letter is not None and isinstance(node, Product | Addition):
            found = known.get((entries, _said(node, letter)))
        if found is not None and found.name != own and found.symbol is not None:
            symbol = _at_letter(found.symbol, found.letter, letter)
            return replace(symbol, start=node.start, end=node.end, made=True)
        return rebuilt(node, lambda inner: read(inner, letter, own, entries))

    linked = {}
    for name, definition in definitions.items():
        linked[name] = definition
        if not definition.derived:
            value = read(definition.value, definition.letter, name, definition.entries)
            if shape_of(value) != shape_of(definition.value):
                linked[name] = replace(definition, value=value)
    return linked


_TIME = "the time"
"""The name that every letter of time has where expressions are compared."""


def _said(tree: Tree, letter: str) -> object:
    """What an expression says at its time, whatever the time's letter and the order of terms."""

    def sorted_out(shape: Any) -> Any:
        if not isinstance(shape, tuple):
            return shape
        inner = tuple(map(sorted_out, shape))
        if inner and inner[0] == Addition.__name__:
            _, terms, signs = inner
            return (inner[0], *sorted(zip(signs, terms, strict=True), key=repr))
        return inner

    return sorted_out(shape_of(_at_letter(tree, letter, _TIME)))


def _at_letter(tree: _AnyTree, old: str | None, new: str | None) -> _AnyTree:
    """An expression with another letter for its time."""

    def read(node: Tree) -> Tree:
        if isinstance(node, Sym) and node.name == old and not (node.subs or node.sups):
            return replace(node, name=str(new))
        changed = rebuilt(node, read)
        if isinstance(changed, Sym) and changed.sub_text == old:
            return replace(changed, sub_text=str(new))
        return changed

    return cast("_AnyTree", read(tree))


def at_each_time(tree: Tree, number: int, model: Model) -> Tree | None:
    """V s_3, said at time 3, as V s_t; None where a time is none of numbers."""
    timed = [
        time for n in walk(tree)
        if isinstance(n, Sym) and (time := model.ref(n).time) is not None
    ]  # fmt: skip
    if not timed or any(split_time(time)[0] is not None for time in timed):
        return None

    def read(node: Tree) -> Tree:
        if isinstance(node, Sym):
            if model.ref(node).time is None or len(node.subs) != 1:
                return node
            lag = number - split_time(node.subs[0])[1]
            sub = node.subs[0]
            return replace(node, subs=(moved(Sym(sub.start, sub.end, True, "t"), -lag),))
        return rebuilt(node, read)

    return read(tree)


def at_other_times(pattern: Tree, tree: Tree, model: Model) -> bool:
    """Whether a formula is another one said at other times: ∂h_t/∂h_{t-1} at s."""
    found: dict[str, object] = {}

    def timed(a: Sym, b: Sym) -> bool:
        mine, other = model.ref(a), model.ref(b)
        letter, shift = (None, 0) if mine.time is None else split_time(mine.time)
        if letter in (None, "T", "N") or other.time is None or mine.name != other.name:
            return bool(shape_of(a) == shape_of(b))
        there, further = split_time(other.time)
        if there is None and shift:
            return False
        base = shape_of(other.time) if there is None else (there, further - shift)
        rest = (mine.primes, shape_of(mine.entries), shape_of(mine.power), shape_of(mine.copy))
        return found.setdefault(str(letter), base) == base and rest == (
            other.primes, shape_of(other.entries), shape_of(other.power), shape_of(other.copy)
        )  # fmt: skip

    def alike(a: Tree, b: Tree) -> bool:
        a, b = bare(a), bare(b)
        if isinstance(a, Sym) and isinstance(b, Sym):
            return timed(a, b)
        if type(a) is not type(b) or isinstance(a, Big):
            return bool(shape_of(a) == shape_of(b))
        ours, others = children(a), children(b)
        if len(ours) != len(others):
            return False
        blank = Words(0, 0, True, "")
        same = shape_of(rebuilt(a, lambda _: blank)) == shape_of(rebuilt(b, lambda _: blank))
        return same and all(map(alike, ours, others))

    return alike(pattern, tree)


def mapped(chain: Chain, change: Callable[[Tree], Tree]) -> Chain:
    """A chain with each side changed."""
    sides = (s if s.tree is None else replace(s, tree=change(s.tree)) for s in chain.sides)
    return replace(chain, sides=tuple(sides))


def placed_at(tree: Tree, indices: dict[str, Tree]) -> Tree:
    """The same with letters that stand alone replaced, such as those of times."""

    def read(node: Tree) -> Tree:
        if isinstance(node, Sym) and node.name in indices and not (node.subs or node.sups):
            return indices[node.name]
        return rebuilt(node, read)

    return read(tree)


def standing(tree: Tree, start: int, end: int) -> Tree:
    """A tree that stands in another place, as what a macro makes does."""
    inner = rebuilt(tree, lambda node: standing(node, start, end))
    return replace(inner, start=start, end=end, made=True)


def one_expression(text: str, document: Document) -> Tree | None:
    """A formula that is one expression; none where it is none, or a relation."""
    try:
        (chain,) = parse_chains(text, document.macros)
    except (ParseError, ValueError, IndexError):
        return None
    return None if chain.links else chain.sides[0].tree


def _last_of_losses(node: Big) -> str:
    """The letter up to which Σ_{i=1}^{n} L_i goes; else none."""
    if node.sign != "sum" or node.index is None or node.upper is None:
        return ""
    body, index, upper = bare(node.body), bare(node.index), bare(node.upper)
    head = body.factors[0] if isinstance(body, Product) else body
    if not isinstance(head, Sym) or not isinstance(upper, Sym) or head.name not in LOSSES:
        return ""
    of_index = [shape_of(bare(i)) for i in (*head.subs, *head.sups)] == [shape_of(index)]
    return upper.name if of_index and not (upper.subs or upper.sups) else ""


def last_letter(chains: list[tuple[int, int, Chain]]) -> str:
    """The letter n of L = Σ_{i=1}^{n} L_i, where no T is: the last time; else none."""
    trees = [side.tree for _, _, chain in chains for side in chain.sides if side.tree is not None]
    nodes = [node for tree in trees for node in walk(tree)]
    sums = [node for node in nodes if isinstance(node, Big) and node.index is not None]
    symbols = [node for node in nodes if isinstance(node, Sym)]
    found = {letter for node in sums if (letter := _last_of_losses(node))}
    counted = {shifted_letter(index) for node in symbols for index in (*node.subs, *node.sups)}
    indices = [bare(node.index) for node in sums if node.index is not None]
    counted |= {index.name for index in indices if isinstance(index, Sym)}
    letters = {node.name for node in symbols}
    return found.pop() if len(found) == 1 and not found & counted and "T" not in letters else ""


def labels_dropped(tree: Tree) -> Tree:
    """T_x, the length of x, is the last time T where it bounds a sum or is an index."""

    def plain(node: Tree | None) -> Tree | None:
        inner = None if node is None else bare(node)
        if not isinstance(inner, Sym) or inner.name != "T" or not inner.subs or inner.sups:
            return node
        return node if letters_of(inner.subs[0]) == {"t"} else replace(inner, subs=(), sub_text="")

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        if isinstance(inner, Big):
            return replace(inner, upper=plain(inner.upper), lower=plain(inner.lower))
        if isinstance(inner, Sym):
            subs = tuple(each for sub in inner.subs if (each := plain(sub)) is not None)
            sups = tuple(
                replace(sup, parts=(each,))
                if isinstance(sup, Group)
                and len(sup.parts) == 1
                and (each := plain(sup.parts[0])) is not None
                else sup
                for sup in inner.sups
            )
            return replace(inner, subs=subs, sups=sups)
        return inner

    return read(tree)


def largest_singular(tree: Tree) -> Tree:
    """σ_max(W), and σ_1(W) of a matrix alone, is the norm ‖W‖₂."""

    def join(head: Tree, sign: str, factor: Tree) -> Tree | None:
        body = lifted(factor)
        if sign or not isinstance(head, Sym) or head.name not in ("sigma", "s") or head.sups:
            return None
        if not isinstance(body, Group) or len(body.parts) != 1 or body.kind not in "([":
            return None
        inner = bare(body.parts[0])
        matrix = isinstance(inner, Sym) and is_capital(inner.name)
        if head.sub_text == "max" or (head.sub_text == "1" and matrix):
            made = head.made or body.made
            return lowered(factor, Normed(head.start, body.end, made, body.parts[0], "‖2"))
        return None

    return neighbours_joined(tree, join)


def last_times(tree: Tree, raised: Set[str]) -> Tree:
    """h^T is h at the last time, and no transpose, where the times of h stand above."""

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        body = inner.body if isinstance(inner, Turned) and inner.letter else None
        if isinstance(body, Sym) and body.name in raised and not body.sups and not body.subs:
            last = Sym(body.end, inner.end, True, "T")
            return replace(body, end=inner.end, sups=(last,), sup_text="T")
        return inner

    return read(tree)


def words_of(chains: list[tuple[int, int, Chain]]) -> set[tuple[str, str]]:
    """Letters that only stand side by side: hs_t and xs_t are names, and no products.

    The second letter has the index; it never stands behind anything but single small letters.
    """
    pairs: Counter[tuple[str, str]] = Counter()
    whole: Counter[str] = Counter()
    for _, _, chain in chains:
        for tree in (side.tree for side in chain.sides if side.tree is not None):
            for node in walk(tree):
                if isinstance(node, Sym):
                    whole[node.name] += 1
                if isinstance(node, Product):
                    for one, other, sign in zip(
                        node.factors, node.factors[1:], node.signs, strict=False
                    ):
                        last = _last_letter(other)
                        small = _small(one)
                        if sign == "" and small and last is not None and last.subs:
                            pairs[small, last.name] += 1
    found: set[tuple[str, str]] = set()
    for second in {second for _, second in pairs}:
        own = {pair: count for pair, count in pairs.items() if pair[1] == second}
        alone = all(whole[first] == count for (first, _), count in own.items())
        together = sum(own.values())
        every = together == whole[second]
        # ∂L/∂hs_t in a line of text is read as a quotient times s_t.
        nearly = together >= 0.9 * whole[second]
        if (len(own) > 1 and alone and every) or (len(own) > 2 and nearly):
            found |= set(own)
    return found


def _last_letter(node: Tree) -> Sym | None:
    """The letter of s_t, s_tᵀ and s_t²."""
    if isinstance(node, Turned):
        node = node.body
    inner = node.base if isinstance(node, Raised) else node
    return inner if isinstance(inner, Sym) else None


def _small(node: Tree) -> str:
    """The small letter that a factor is; nothing for any other."""
    if not isinstance(node, Sym) or node.subs or node.sups or node.primes:
        return ""
    return node.name if len(node.name) == 1 and node.name.islower() else ""


def words_joined(tree: Tree, words: Set[tuple[str, str]]) -> Tree:
    """The same with each such pair as one letter."""

    def join(head: Tree, sign: str, factor: Tree) -> Tree | None:
        last = _last_letter(factor)
        if not isinstance(head, Sym) or last is None or sign != "" or not _small(head):
            return None
        if (head.name, last.name) not in words:
            return None
        return lowered(factor, replace(last, start=head.start, name=head.name + last.name))

    return neighbours_joined(tree, join)
