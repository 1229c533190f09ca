"""Edits of an author's LaTeX, each at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from symrnn.audit.meaning.letters import bare
from symrnn.reading.latex.tree import (
    Addition,
    Group,
    Num,
    Product,
    Sym,
    Tree,
    children,
)


@dataclass(frozen=True)
class Edit:
    """The characters from `start` to `end` become `text`; several such changes at once."""

    changes: tuple[tuple[int, int, str], ...]
    words: str

    def applied(self, source: str) -> str:
        """The source with the changes."""
        for start, end, text in sorted(self.changes, reverse=True):
            source = source[:start] + text + source[end:]
        return source


def editable(tree: Tree) -> Tree:
    """The same tree, in which `made` says what can not be edited alone.

    What a macro makes has the place of its call: only what stands for all of a call can be changed.
    """

    def read(node: Tree, frozen: bool) -> Tree:
        inner = children(node)
        places = [(child.start, child.end) for child in inner]
        changes: dict[str, object] = {}
        for field in fields(node):
            value = getattr(node, field.name)
            if isinstance(value, Tree):
                changes[field.name] = read(value, shares(node, value, places))
            elif isinstance(value, tuple) and any(isinstance(each, Tree | tuple) for each in value):
                changes[field.name] = tuple(
                    read(each, shares(node, each, places)) if isinstance(each, Tree) else each
                    for each in value
                )
        return replace(node, made=frozen, **changes)  # type: ignore[arg-type]

    def shares(parent: Tree, child: Tree, places: list[tuple[int, int]]) -> bool:
        place = (child.start, child.end)
        return child.made and (places.count(place) > 1 or place == (parent.start, parent.end))

    return read(tree, False)


def one_edit(start: int, end: int, text: str, words: str) -> Edit:
    """An edit at one place."""
    return Edit(((start, end, text),), words)


def written(source: str, node: Tree) -> str:
    """A node as its author writes it, in one line."""
    return " ".join(source[node.start : node.end].split())


def is_factor(node: Tree) -> bool:
    """Whether a node may be transposed."""
    return not (isinstance(node, Sym) and node.name in ("diag", "Diag", "tanh", "sigma", "softmax"))


def factors(node: Product, source: str) -> list[tuple[int, int]]:
    """Start and end of each factor; a letter with brackets behind it is one."""
    spans: list[tuple[int, int]] = []
    place = 0
    while place < len(node.factors):
        factor = node.factors[place]
        end = factor.end
        if isinstance(factor, Sym) and place + 1 < len(node.factors) and not node.signs[place]:
            following = node.factors[place + 1]
            name = factor.name
            functional = factor.primes or name in (
                "diag",
                "Diag",
                "tanh",
                "softmax",
                "log",
                "exp",
                "sigmoid",
                "sigma",
                "phi",
                "f",
                "g",
                "psi",
            )
            if isinstance(following, Group) and following.kind in "([" and functional:
                end = following.end
                place += 1
        spans.append((factor.start, end))
        place += 1
    return spans


def around(tree: Tree, source: str) -> Iterator[str]:
    """An index one or two off, with blanks where the author sets them."""
    text = source[tree.start : tree.end].strip()
    inner = bare(tree)
    if isinstance(inner, Num):
        value = int(inner.value)
        yield from (str(other) for other in (value + 1, value - 1) if other >= 0)
        return
    found = re.fullmatch(r"(.*?)(\s*)([+-])(\s*)(\d+)", text, re.DOTALL)
    if found is None or isinstance(inner, Sym):
        blank = " " if re.search(r"\w [+-] \d", source) else ""
        yield from (f"{text}{blank}{sign}{blank}1" for sign in "-+")
        return
    value = int(found[5]) * (1 if found[3] == "+" else -1)
    for other in dict.fromkeys([value + 1, value - 1, -value, value + 2, value - 2]):
        if other != value:
            sign = "+" if other > 0 else "-"
            rest = f"{found[2]}{sign}{found[4]}{abs(other)}" if other else ""
            yield found[1] + rest


def turned_round(tree: Tree, source: str) -> Iterator[str]:
    """t - k for k - t."""
    inner = bare(tree)
    if isinstance(inner, Addition) and not inner.made and inner.signs == ("+", "-"):
        first, second = inner.terms
        if isinstance(first, Sym) and isinstance(second, Sym) and not (first.made or second.made):
            one, other = (source[term.start : term.end] for term in inner.terms)
            yield f"{other}{source[first.end : second.start]}{one}"


def braced(source: str, index: Tree, text: str) -> str:
    """A new index in braces, where the old one stood without."""
    before = source[: index.start].rstrip()
    if before.endswith(("_", "^")) and len(text) != 1:
        return f"{{{text}}}"
    return text


def inside(tree: Tree) -> Tree:
    """What stands in the brackets of an index: t of h^{(t)}."""
    while isinstance(tree, Group) and len(tree.parts) == 1:
        tree = tree.parts[0]
    return tree
