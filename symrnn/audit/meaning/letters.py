"""What letters usually are, and what an index expression says."""

from __future__ import annotations

from fractions import Fraction

from symrnn.reading.latex import tokens
from symrnn.reading.latex.tree import (
    Addition,
    Fraction_,
    Group,
    Labelled,
    Num,
    Product,
    Sym,
    Tree,
    Words,
)

LOSSES = frozenset({"L", "J", "E", "C", "cal L", "cal J", "cal E", "cal C", "ell", "loss", "Loss",
                    "cal l"})  # fmt: skip
"""Letters of what is minimised."""


FUNCTIONS = frozenset(
    {"tanh", "sigmoid", "logistic", "relu", "ReLU", "softplus", "exp", "log", "ln", "sin", "cos",
     "softmax", "diag", "Diag", "diagonal", "sigm", "identity", "arctan", "tan", "cosh", "sinh",
     "sech", "artanh", "arctanh",
     "SiLU", "silu", "GELU", "gelu", "vec", "sign", "sgn", "max", "min", "trace", "tr", "clip"}
)  # fmt: skip


UNKNOWN_FUNCTIONS = frozenset({"sigma", "phi", "varphi", "psi"})


TIMES = ("t", "k", "j", "i", "s", "tau", "n", "l", "T", "r", "m", "p", "q", "u", "v")
"""Letters that times have, in no order."""


NO_TIMES = frozenset({"W", "U", "V", "b", "h", "x", "c", "f", "o", "g", "y", "z", "a"})


TOTAL = "total"
"""The label of what is written without a time, where the same letter has one elsewhere."""

GREEK = frozenset(name for name in tokens.GREEK.values() if not name.startswith("var"))
"""Greek letters by their names; a variant of one is read as the letter."""


def bare(tree: Tree) -> Tree:
    """What stands in brackets that only group."""
    while isinstance(tree, Labelled) or (isinstance(tree, Group) and len(tree.parts) == 1):
        tree = tree.body if isinstance(tree, Labelled) else tree.parts[0]
    return tree


def is_loss(name: str) -> bool:
    """Whether a quantity is a loss by its letter."""
    base = name.split("_")[0]
    return base in LOSSES or base.startswith("loss ")


def plain(base: str) -> str:
    """A letter without its accent or script."""
    return base.split()[-1]


def is_capital(base: str) -> bool:
    """Whether a letter is a capital: W, Theta."""
    return plain(base)[:1].isupper() and not base.startswith("cal ")


def letters_of(tree: Tree) -> set[str] | None:
    """The letters of an index expression: t - k + 1; None for what is none."""
    tree = bare(tree)
    if isinstance(tree, Num):
        return set() if tree.value.denominator == 1 else None
    if isinstance(tree, Sym) and not tree.subs and not tree.sups and not tree.primes:
        return {tree.name}
    if isinstance(tree, Addition):
        found: set[str] = set()
        for term in tree.terms:
            inner = letters_of(term)
            if inner is None:
                return None
            found |= inner
        return found
    return None


def shifted_letter(tree: Tree) -> str | None:
    """The letter v of v - 1, v + 1 and 1 + v; none of 1 - v, which is no time."""
    tree = bare(tree)
    if isinstance(tree, Addition) and len(tree.terms) == 2:
        first, second = map(bare, tree.terms)
        for place, other, sign in ((first, second, tree.signs[0]), (second, first, tree.signs[1])):
            if not isinstance(place, Sym) or place.subs or place.sups or place.primes:
                continue
            if isinstance(other, Num) and sign != "-":
                return place.name
    return None


def moved(place: Tree, by: int) -> Tree:
    """An index n further, written where it stands: t + 1, t - 1, and t itself."""
    if not by:
        return place
    count = Num(place.start, place.end, True, Fraction(abs(by)))
    signs = ("+", "+" if by > 0 else "-")
    return Addition(place.start, place.end, True, (place, count), signs)


def label_text(tree: Tree) -> str:
    """A label as text."""
    tree = bare(tree)
    if isinstance(tree, Sym):
        rest = "".join(map(label_text, (*tree.subs, *tree.sups)))
        return tree.name + rest
    if isinstance(tree, Num):
        return str(tree.value)
    if isinstance(tree, Product):
        return "".join(map(label_text, tree.factors))
    if isinstance(tree, Addition):
        return "".join(
            (sign if place or sign == "-" else "") + label_text(term)
            for place, (term, sign) in enumerate(zip(tree.terms, tree.signs, strict=True))
        )
    if isinstance(tree, Words):
        return tree.text
    return type(tree).__name__


def whole_number(tree: Tree) -> int | None:
    """The integer that a tree writes."""
    tree = bare(tree)
    if isinstance(tree, Num) and tree.value.denominator == 1:
        return int(tree.value)
    if isinstance(tree, Addition) and len(tree.terms) == 1:
        inner = whole_number(tree.terms[0])
        return None if inner is None else (-inner if tree.signs[0] == "-" else inner)
    return None


def written_number(tree: Tree) -> Fraction | None:
    """A number in digits: 2, 1/4."""
    tree = bare(tree)
    if isinstance(tree, Num):
        return tree.value
    if isinstance(tree, Fraction_):
        above, below = written_number(tree.above), written_number(tree.below)
        return above / below if above is not None and below else None
    return None


def fraction(value: int) -> Fraction:
    """An exact number."""
    return Fraction(value)


def plain_letter(tree: Tree | None) -> str:
    """The letter that an index is; else none."""
    inner = None if tree is None else bare(tree)
    return inner.name if isinstance(inner, Sym) and not (inner.subs or inner.sups) else ""


def apart(subs: tuple[Tree, ...]) -> tuple[Tree, ...]:
    """The letters of x_{j,i} and of x_{ji}."""
    if len(subs) == 1 and isinstance(inner := bare(subs[0]), Product) and not any(inner.signs):
        return inner.factors
    return subs
