"""Activations that a document writes out: σ(z) = 1 / (1 + e^{-z})."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from symrnn.audit.meaning.letters import UNKNOWN_FUNCTIONS, bare, is_loss
from symrnn.audit.meaning.suppositions import Scopes
from symrnn.reading.documents import Document
from symrnn.reading.latex.chains import Chain
from symrnn.reading.latex.tree import (
    Addition,
    Big,
    Derivative,
    Fraction_,
    Group,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    walk,
)
from symrnn.reading.latex.words import EQUAL

POINTS = (-2.3, -0.7, 0.4, 1.9)

KNOWN: dict[str, Callable[[float], float]] = {
    "logistic": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(z, 0.0),
    "softplus": lambda z: math.log1p(math.exp(z)),
    "identity": lambda z: z,
    "sin": math.sin,
    "arctan": math.atan,
}
"""Activations by the names that hints have for them."""

CALLED: dict[str, Callable[..., float]] = {
    "exp": math.exp, "tanh": math.tanh, "log": math.log, "ln": math.log, "sin": math.sin,
    "cosh": math.cosh, "sinh": math.sinh, "arctan": math.atan, "max": max, "min": min,
}  # fmt: skip


EXAMPLE = re.compile(
    r"\b(?:e\.\s?g\.|for\s+(?:example|instance)|such\s+as|like|say|if|when(?:ever)?|for|suppose"
    r"|assume|except)[,:]?"
    r"(?:\s+(?:with|take|for))?[\s$\\(\[`]*$",
    re.IGNORECASE,
)
"""What stands before a formula that is only an example."""


APART = re.compile(
    r"\b(?:only|first|second|last|next|some|others?|experiments?|sections?|chapters?|appendix"
    r"|rows?|runs?|figures?|tables?|cases?|exercises?)\b[^.;:]*$",
    re.IGNORECASE,
)
"""What stands before a name that a function has in one place only."""


_SUPPOSED = re.compile(
    r"\b(?:if|when(?:ever)?|suppos\w*|assum\w*|case|with|setting|taking|special)\b", re.IGNORECASE
)

_WITH = re.compile(r"\bwith[\s$\\(`]*$", re.IGNORECASE)

Supposed = tuple[int, int, str, str]
"""A document, the formula in it, a function, and which one is supposed for it."""


def written_out(
    chains: list[tuple[int, int, Chain]], documents: Sequence[Document]
) -> tuple[dict[str, str], set[str], list[Supposed]]:
    """Which known activation each letter is, by the formulas that name it, or give its values.

    What is only about equal to it, or an example, says nothing; of two formulas that differ neither
    does. Returned as well are the functions whose values are written out, and are no known ones,
    and what is supposed of a function in a case, once it was used.
    """
    found: dict[str, set[str]] = {}
    supposed: list[Supposed] = []
    scopes = [Scopes(document) for document in documents]
    used: dict[str, tuple[int, int]] = {}
    for number, place, chain in chains:
        start = documents[number].formulas[place].start
        sentence = scopes[number].clause(start)
        begun = number, scopes[number].sentence(start)[0]
        before = documents[number].text[max(0, start - 60) : start]
        trees = [side.tree for side in chain.sides]
        earlier = set(used)
        # Let s_t = φ(a_t) with φ = tanh: what one sentence brings and names is no case of it.
        brought = {name for name, at in used.items() if at >= begun}
        used = {**dict.fromkeys(_letters(trees), (number, start)), **used}
        in_case = EXAMPLE.search(before) is not None
        inline = not documents[number].formulas[place].display
        where = re.search(r"\bwhere\b", sentence) is not None  # it says what a letter is
        where |= _WITH.search(before) is not None and _letters(trees[:1]) <= brought
        in_case |= inline and not where and _SUPPOSED.search(sentence) is not None
        if len(trees) < 2 or trees[0] is None or chain.links[0].kind != EQUAL:
            continue
        head = bare(trees[0])
        if isinstance(head, Sym):
            known = _by_name(head, None if trees[1] is None else bare(trees[1]))
            if known is not None and in_case and head.name in earlier:
                supposed.append((number, place, head.name, known))
            elif known is not None and not in_case and not APART.search(before):
                found.setdefault(head.name, set()).add(known)
            continue
        if not isinstance(head, Product) or len(head.factors) != 2 or head.signs != ("",):
            continue
        name, group = head.factors
        argument = bare(group)
        if not isinstance(name, Sym) or name.subs or name.sups or name.primes:
            continue
        if not isinstance(group, Group) or not isinstance(argument, Sym):
            continue
        for link, value in zip(chain.links, trees[1:], strict=True):
            if link.kind != EQUAL:
                break
            known = None if value is None else known_activation(value, argument.name)
            if name.name in KNOWN:
                continue
            if in_case and (name.name in earlier or EXAMPLE.search(before)):
                supposed.append((number, place, name.name, known or ""))
                continue
            found.setdefault(name.name, set()).add("?" if known is None else known)
    known_ones = {
        name: next(iter(rest))
        for name, kinds in found.items() if len(rest := kinds - {"?"}) == 1 and "" not in rest
    }  # fmt: skip
    return known_ones, found.keys() - known_ones.keys(), supposed


def _letters(trees: Sequence[Tree | None]) -> set[str]:
    return {n.name for tree in trees if tree is not None for n in walk(tree) if isinstance(n, Sym)}


NAMES = {"sigmoid": "logistic", "sigm": "logistic", "ReLU": "relu", **{n: n for n in KNOWN}}
"""Activations by the names that documents have for them."""


def _by_name(letter: Sym, value: Tree | None) -> str | None:
    """The activation that φ = tanh says a letter to be."""
    if not isinstance(value, Sym):
        return None
    plain = not any(s.subs or s.sups or s.primes for s in (letter, value))
    return NAMES.get(value.name) if plain else None


def known_activation(value: Tree, letter: str) -> str | None:
    """The activation whose values an expression in one letter has: "" is another one."""
    try:
        values = [_at(value, letter, point) for point in POINTS]
    except (ValueError, ArithmeticError, TypeError):
        return None
    for name, function in KNOWN.items():
        if all(abs(v - function(p)) < 1e-9 for v, p in zip(values, POINTS, strict=True)):
            return name
    return ""


def _at(tree: Tree, letter: str, point: float) -> float:
    """The value of an expression in one letter.

    Raises:
        ValueError: it has other letters, or what is no number.
    """

    def at(node: Tree) -> float:
        return _at(node, letter, point)

    tree = bare(tree)
    match tree:
        case Num(value=number):
            return float(number)
        case Sym(name=name, sups=sups, subs=(), primes=0) if len(sups) <= 1:
            base = point if name == letter else math.e if name == "e" else None
            if base is None:
                raise ValueError(name)
            return base ** at(sups[0]) if sups else base
        case Addition(terms=terms, signs=signs):
            return sum(at(t) if s == "+" else -at(t) for t, s in zip(terms, signs, strict=True))
        case Fraction_(above=above, below=below):
            return at(above) / at(below)
        case Raised(base=inner, power=power):
            return float(at(inner) ** at(power))
        case Product(factors=factors, signs=signs):
            value, place = 1.0, 0
            while place < len(factors):
                head = factors[place]
                if isinstance(head, Sym) and head.name in CALLED:
                    # log_2, tanh′ and sin^{-1} are other functions; tanh² is none that we know.
                    if head.subs or head.sups or head.primes or place + 1 == len(factors):
                        raise ValueError(head.name)
                    if signs[place]:
                        raise ValueError(signs[place])
                    group = factors[place + 1]
                    parts = group.parts if isinstance(group, Group) else (group,)
                    value *= CALLED[head.name](*map(at, parts))
                    place += 2
                    continue
                value *= at(head)
                place += 1
            return value
    raise ValueError(type(tree).__name__)


def terms_of_losses(sides: Sequence[tuple[Tree | None, Tree | None]]) -> frozenset[str]:
    """φ of J = φ(x_N) + Σ ℓ(x_k): functions that are terms of a loss, and stand nowhere else.

    Args:
        sides: of all equations.
    """
    found: set[str] = set()
    others: set[str] = set()
    for left, right in sides:
        head = None if left is None else bare(left)
        loss = isinstance(head, Sym) and is_loss(head.name)
        if right is None or any(isinstance(node, Derivative) for node in walk(right)):
            continue
        for term in _terms(right) if loss else ():
            if isinstance(term, Product) and len(term.factors) == 2:
                name, group = term.factors
                if isinstance(name, Sym) and isinstance(group, Group) and not name.primes:
                    found.add(name.name)
        if not loss and isinstance(head, Sym):
            others |= _letters([right])
    return frozenset(found & UNKNOWN_FUNCTIONS - others)


def _terms(tree: Tree) -> list[Tree]:
    """The terms of a sum, and of the sums in it."""
    inner = bare(tree)
    if isinstance(inner, Addition):
        return [each for term in inner.terms for each in _terms(term)]
    return _terms(inner.body) if isinstance(inner, Big) and inner.sign == "sum" else [inner]
