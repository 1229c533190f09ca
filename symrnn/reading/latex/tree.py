"""What a formula in LaTeX says by its signs alone: one class a construct, and where it stands.

Nothing is decided here that needs the document: whether `h_t` has a time or a label, whether `f(x)`
is a call or a product, whether T is the last time or a transpose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Tree:
    """A piece of a formula: the characters from `start` up to `end`, `made` by a macro or not."""

    start: int
    end: int
    made: bool


@dataclass(frozen=True)
class Num(Tree):
    """A number, exact."""

    value: Fraction


@dataclass(frozen=True)
class Sym(Tree):
    """A letter or a word, with all that hangs on it.

    `name` is in one spelling: `h`, `alpha`, `hat h`, `cal L`, `tanh`. `subs` are the subscripts
    between commas, `sups` the superscripts, in the order written; `sub_text` is the subscript as
    text, blanks and braces left out.
    """

    name: str
    subs: tuple[Tree, ...] = ()
    sups: tuple[Tree, ...] = ()
    primes: int = 0
    sub_text: str = ""
    sup_text: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Group(Tree):
    """What stands in brackets: `kind` is the opening one, `parts` what commas separate."""

    kind: str
    parts: tuple[Tree, ...]
    separator: str = ","

    @property
    def compares(self) -> bool:
        """Whether it is what an indicator compares: a > 0."""
        return set(self.separator) <= {"<", ">"}


@dataclass(frozen=True)
class Subscripted(Tree):
    """(…)_i."""

    body: Tree
    subs: tuple[Tree, ...]


@dataclass(frozen=True)
class Grid(Tree):
    """A matrix environment: rows of cells; None is dots."""

    rows: tuple[tuple[Tree, ...], ...]


@dataclass(frozen=True)
class Product(Tree):
    """a b …: `signs` has what stands before each factor but the first: "", "cdot", "odot", …"""

    factors: tuple[Tree, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Addition(Tree):
    """a + b - …: `signs` has "+" or "-" for each term."""

    terms: tuple[Tree, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Fraction_(Tree):
    """a / b."""

    above: Tree
    below: Tree


@dataclass(frozen=True)
class Derivative(Tree):
    """∂of/∂by; `of` is None for the operator alone; `nabla` for ∇_by of.

    `mark` is "+" where it is immediate, "d" where it is not, "" where that is not said. `straight`
    says that it is written with d, which alone says nothing else.
    """

    of: Tree | None
    by: Tree
    mark: str = ""
    nabla: bool = False
    straight: bool = False


@dataclass(frozen=True)
class Big(Tree):
    """∑ or ∏ over `index` from `lower` to `upper`; None where nothing is written.

    `condition` is what stands below and is no `index = lower`. `arrow` is "right" where an arrow
    over the sign says that the latest factor is the rightmost.
    """

    sign: str
    index: Tree | None
    lower: Tree | None
    upper: Tree | None
    condition: str
    body: Tree
    arrow: str = ""


@dataclass(frozen=True)
class Normed(Tree):
    """‖A‖ with its subscript, or |a|."""

    body: Tree
    kind: str


@dataclass(frozen=True)
class Raised(Tree):
    """a to a power."""

    base: Tree
    power: Tree


@dataclass(frozen=True)
class Turned(Tree):
    """Aᵀ; `letter` where it is written with a letter that may be the last time as well."""

    body: Tree
    letter: bool = False


@dataclass(frozen=True)
class Root(Tree):
    """√a."""

    body: Tree


@dataclass(frozen=True)
class Dots(Tree):
    """⋯."""


@dataclass(frozen=True)
class Bar(Tree):
    """What is evaluated at, or taken with something held: X|_{…}."""

    body: Tree
    held: tuple[Tree, ...]
    text: str


@dataclass(frozen=True)
class Labelled(Tree):
    """X with an underbrace that names it."""

    body: Tree
    label: Tree | None


@dataclass(frozen=True)
class Words(Tree):
    """Text inside a formula."""

    text: str


def children(tree: Tree) -> list[Tree]:
    """The pieces a tree is made of, left to right, subscripts and bounds as well."""
    found: list[Tree] = []
    for name in _fields(type(tree)):
        value = getattr(tree, name)
        if isinstance(value, Tree):
            found.append(value)
        elif value.__class__ is tuple:
            for each in value:
                if isinstance(each, Tree):
                    found.append(each)
                elif each.__class__ is tuple:  # a row of a matrix
                    found += each
    return found


_KNOWN: dict[type, tuple[str, ...]] = {}


def _fields(kind: type[Tree]) -> tuple[str, ...]:
    """The names of the fields of a kind that can hold trees."""
    if kind in _KNOWN:
        return _KNOWN[kind]
    plain = {
        "start",
        "end",
        "made",
        "value",
        "name",
        "primes",
        "sub_text",
        "sup_text",
        "bold",
        "kind",
        "sign",
        "signs",
        "separator",
        "condition",
        "arrow",
        "mark",
        "nabla",
        "straight",
        "letter",
        "text",
    }
    _KNOWN[kind] = tuple(field.name for field in fields(kind) if field.name not in plain)
    return _KNOWN[kind]


def rebuilt(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """A tree with each of its pieces changed."""
    changes: dict[str, Any] = {}
    for name in _fields(type(tree)):
        value = getattr(tree, name)
        if isinstance(value, Tree):
            changes[name] = change(value)
        elif isinstance(value, tuple) and value and all(isinstance(each, Tree) for each in value):
            changes[name] = tuple(map(change, value))
    return replace(tree, **changes) if changes else tree


def neighbours_joined(tree: Tree, join: Callable[[Tree, str, Tree], Tree | None]) -> Tree:
    """A tree in which factors that belong together are one.

    Args:
        tree: what is read.
        join: what a factor, the sign after it and the next factor are together; None where they
            are two. What was joined may be joined with what follows.
    """

    def read(node: Tree) -> Tree:
        inner = rebuilt(node, read)
        if not isinstance(inner, Product):
            return inner
        factors: list[Tree] = [inner.factors[0]]
        signs: list[str] = []
        for sign, factor in zip(inner.signs, inner.factors[1:], strict=True):
            made = join(factors[-1], sign, factor)
            if made is None:
                signs.append(sign)
                factors.append(factor)
            else:
                factors[-1] = made
        if not signs:
            return factors[0]
        return replace(inner, factors=tuple(factors), signs=tuple(signs))

    return read(tree)


def lifted(factor: Tree) -> Tree:
    """What stands below a power or a transpose: (t) of (t)^2."""
    if isinstance(factor, Raised):
        return factor.base
    return factor.body if isinstance(factor, Turned) else factor


def lowered(factor: Tree, into: Tree) -> Tree:
    """The same power or transpose of something that begins before it; that itself without one."""
    if isinstance(factor, Raised):
        return replace(factor, start=into.start, base=into)
    return replace(factor, start=into.start, body=into) if isinstance(factor, Turned) else into


def walk(tree: Tree) -> list[Tree]:
    """A tree and all below it, each before its pieces."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        found.append(node)
        todo += reversed(children(node))
    return found


def outside_scripts(tree: Tree) -> list[Tree]:
    """A tree and all below it, but for what stands in the indices and labels of letters."""
    nodes = walk(tree)
    scripts = {
        id(inner)
        for node in nodes if isinstance(node, Sym)
        for script in (*node.subs, *node.sups) for inner in walk(script)
    }  # fmt: skip
    return [node for node in nodes if id(node) not in scripts]


def shape_of(tree: Any) -> Any:
    """What a tree says, without where it stands: equal for two spellings of one thing."""
    if isinstance(tree, Group) and len(tree.parts) == 1 and tree.kind in "({":
        return shape_of(tree.parts[0])
    if isinstance(tree, Labelled):
        return shape_of(tree.body)
    if isinstance(tree, Tree):
        skipped = {"start", "end", "made", "sub_text", "sup_text", "bold", "letter", "straight"}
        inner = [shape_of(getattr(tree, f.name)) for f in fields(tree) if f.name not in skipped]
        return (type(tree).__name__, *inner)
    if isinstance(tree, tuple):
        return tuple(map(shape_of, tree))
    return tree
