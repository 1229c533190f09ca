"""Limits, by geometric decay and growth: A ≤ c q^{t-k} → 0 where q < 1, w^t → ∞ where w > 1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from symrnn.audit.meaning.letters import bare, letters_of, written_number
from symrnn.audit.meaning.relations import Relation
from symrnn.audit.meaning.statements import Statements
from symrnn.audit.show import shown
from symrnn.reading.latex.tree import (
    Addition,
    Fraction_,
    Normed,
    Num,
    Product,
    Raised,
    Sym,
    Tree,
    shape_of,
    walk,
)
from symrnn.reading.latex.words import AT_LEAST, AT_MOST, EQUAL, LESS, MORE

TENDS = frozenset({r"\to", r"\rightarrow", r"\longrightarrow", r"\xrightarrow"})
"""Signs of a limit."""

_GROWS = re.compile(r"(?P<what>[A-Za-z\s{}()+-]+?)\s*\\(?:long)?(?:to|rightarrow)\s*\\infty")
"""What grows, t or t - k, written over an arrow or beside it."""

_LETTER = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")


def target(relation: Relation) -> str:
    """What a relation says a limit is: "0" or "∞"; nothing where it speaks of none."""
    goal = None if relation.right.tree is None else bare(relation.right.tree)
    if limited(relation) is None:
        return ""
    if isinstance(goal, Num) and goal.value == 0:
        return "0"
    return "∞" if isinstance(goal, Sym) and goal.name == "infty" else ""


def limited(relation: Relation) -> Tree | None:
    """What a relation gives the limit of: A → 0, lim A = 0; None where it gives none."""
    left = relation.left.tree
    if relation.written in TENDS or left is None:
        return left
    inner = bare(left)
    if relation.kind == EQUAL and isinstance(inner, Product) and _is_limit(inner.factors[0]):
        rest = inner.factors[1:]
        return rest[0] if len(rest) == 1 else replace(inner, factors=rest, signs=inner.signs[1:])
    return None


def _is_limit(tree: Tree) -> bool:
    return isinstance(tree, Sym) and tree.name == "lim" and tree.sub_text.endswith("infty")


def growing(statements: Statements, relation: Relation) -> str:
    """The letter that grows, as the arrow or the text beside it says; nothing if neither does."""
    inner = None if relation.left.tree is None else bare(relation.left.tree)
    if isinstance(inner, Product) and isinstance(head := inner.factors[0], Sym) and _is_limit(head):
        return head.sub_text[:1]
    document = statements.documents[relation.document]
    formula = document.formulas[relation.formula]
    end = formula.start + len(formula.text)
    beside = f"{formula.text[relation.start :]} {document.text[end : end + 60]}"
    for text in (formula.text[relation.start : relation.end], beside):
        found = _GROWS.search(text)
        letter = None if found is None else _LETTER.search(found["what"])
        if letter is not None:
            return letter[0]
    return ""


def tends(
    statements: Statements, relation: Relation, bound: Tree, letter: str
) -> tuple[str, ...] | None:
    """What must be supposed for a bound to go where a relation says; None if that is not seen.

    Args:
        statements: of the document, which says what is below and above 1.
        relation: of the limit.
        bound: c q^{t-k}: factors that do not grow, and at least one power.
        letter: what grows; "" for the letters that powers have with a plus.
    """
    goal = target(relation)
    supposed: dict[str, None] = {}
    powers = 0
    for factor in _factors(bound):
        power = _power(factor)
        if power is not None and (turned := _opposite(power[1])) is not None:
            inverse = Fraction_(factor.start, factor.end, True, _ONE, power[0])
            power = inverse, turned
        grows = letter or (min(_rising(power[1]), default="") if power is not None else "")
        if power is None or grows not in _rising(power[1]):
            if letter and _names(factor, letter):
                return None
            continue
        if _names(power[0], grows):
            return None
        powers += 1
        said = _beside_1(statements, relation, power[0])
        if said and said != goal:
            return None
        if not said:
            sign = "<" if goal == "0" else ">"
            supposed[f"where {shown(power[0], statements.probe)} {sign} 1"] = None
    return tuple(supposed) if powers else None


def _factors(tree: Tree) -> Iterable[Tree]:
    """The factors of a product of numbers, each function with what it is called with."""
    tree = bare(tree)
    if isinstance(tree, Fraction_):
        return [*_factors(tree.above), tree.below]
    if not isinstance(tree, Product) or {"odot", "otimes"} & set(tree.signs):
        return [tree]
    return [each for factor in tree.factors for each in _factors(factor)]


def _power(tree: Tree) -> tuple[Tree, Tree] | None:
    """The base and the exponent of a power."""
    tree = bare(tree)
    if isinstance(tree, Raised):
        return tree.base, tree.power
    if isinstance(tree, Sym) and len(tree.sups) == 1 and letters_of(tree.sups[0]):
        plain = Sym(tree.start, tree.end, True, tree.name, tree.subs, primes=tree.primes,
                    sub_text=tree.sub_text)  # fmt: skip
        return plain, tree.sups[0]
    return None


_ONE = Num(0, 0, True, Fraction(1))


def _opposite(power: Tree) -> Tree | None:
    """t - 1 for 1 - t: of an exponent that has its letters with a minus only; else None."""
    power = bare(power)
    if not isinstance(power, Addition) or _rising(power):
        return None
    pairs = zip(power.terms, power.signs, strict=True)
    if not any(sign == "-" and isinstance(bare(term), Sym) for term, sign in pairs):
        return None
    return replace(power, signs=tuple("-" if sign == "+" else "+" for sign in power.signs))


def _rising(power: Tree) -> set[str]:
    """The letters that an exponent has with a plus and nothing before them: t of t - k + 1."""
    power = bare(power)
    if isinstance(power, Sym):
        return {power.name}
    terms, signs = getattr(power, "terms", ()), getattr(power, "signs", ())
    plus = zip(terms, signs, strict=True)
    return {t.name for term, sign in plus if sign == "+" and isinstance(t := bare(term), Sym)}


def _names(tree: Tree, letter: str) -> bool:
    return any(isinstance(node, Sym) and node.name == letter for node in walk(tree))


def _beside_1(statements: Statements, relation: Relation, base: Tree) -> str:
    """Where powers of a number go, as it shows or as the text last says: "0" or "∞" or nothing."""
    size = _size(base)
    if size is not None:
        return "0" if 0 <= size < 1 else "∞" if size > 1 else "neither"
    here = _place(statements, relation)
    formula = statements.documents[relation.document]
    line = formula.text.find("\n", here)
    said: tuple[int, str] | None = None
    for other in statements.relations:
        at = _place(statements, other)
        if other.document != relation.document or at > (line if line >= 0 else len(formula.text)):
            continue
        found = _compared(other, base)
        if found and (said is None or at >= said[0]):
            said = at, found
    return said[1] if said is not None else ""


def _place(statements: Statements, relation: Relation) -> int:
    document = statements.documents[relation.document]
    return document.formulas[relation.formula].start + relation.start


def _compared(relation: Relation, base: Tree) -> str:
    """What a relation says of a number and 1."""
    left, right = relation.left.tree, relation.right.tree
    if left is None or right is None or relation.kind not in (LESS, MORE, AT_MOST, AT_LEAST):
        return ""
    for one, other, below in ((left, right, LESS), (right, left, MORE)):
        number = bare(other)
        if not isinstance(number, Num) or shape_of(bare(one)) != shape_of(bare(base)):
            continue
        if number.value <= 1 and relation.kind == below:
            return "0"
        if number.value >= 1 and relation.kind == (MORE if below == LESS else LESS):
            return "∞"
        strictly = number.value != 1
        if strictly and relation.kind in (AT_MOST, AT_LEAST):
            small = (relation.kind == AT_MOST) == (below == LESS)
            return "0" if small and number.value < 1 else "∞" if number.value > 1 else ""
    return ""


def _size(tree: Tree) -> Fraction | None:
    """A number that is written in digits, |19/50| too."""
    tree = bare(tree)
    if isinstance(tree, Normed) and tree.kind == "|":
        inner = written_number(tree.body)
        return None if inner is None else abs(inner)
    return written_number(tree)
