"""Inequalities between functions of one real number, enclosed over the whole line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import sympy
from sympy import Expr

from symrnn.audit.meaning.letters import bare
from symrnn.enclosure.inequality import require_at_most
from symrnn.errors import SymrnnError
from symrnn.language.activations import FORMULAS, X
from symrnn.reading.latex.calls import SCALAR_CALLS
from symrnn.reading.latex.tree import (
    Addition,
    Derivative,
    Fraction_,
    Group,
    Num,
    Product,
    Raised,
    Root,
    Sym,
    Tree,
    walk,
)

TOLERANCE = Fraction(1, 10**12)
"""How far the ball around the largest left - right may reach above 0."""

LONGEST = 60
"""Signs of an inequality: enclosing a longer one takes long."""


def _logistic(value: Expr) -> Expr:
    return FORMULAS["logistic"].xreplace({X: value})


OF_ONE = ("tanh", "exp", "sin", "cos", "arctan", "cosh", "sinh", "log")
FUNCTIONS: dict[str, Callable[[Expr], Expr]] = {
    **{name: SCALAR_CALLS[name] for name in OF_ONE},
    **{"ln": SCALAR_CALLS["log"], "sigmoid": _logistic, "logistic": _logistic},
}


class _NotOfOneError(ValueError):
    """It is no function of one number."""


def enclosed(left: Tree, right: Tree, letter: str) -> bool:
    """Whether left ≤ right for every real value of the one letter in both, by ball arithmetic."""
    if len(walk(left)) + len(walk(right)) > LONGEST:
        return False
    try:
        require_at_most(_read(left, letter), _read(right, letter), TOLERANCE)
    except (_NotOfOneError, SymrnnError):
        return False
    return True


def _read(tree: Tree, letter: str) -> Expr:
    tree = bare(tree)
    if isinstance(tree, Num):
        return sympy.Rational(tree.value.numerator, tree.value.denominator)
    if isinstance(tree, Sym):
        if tree.name == letter and not tree.subs and not tree.primes:
            value = X
            for power in tree.sups:
                value **= _read(power, letter)
            return value
        if tree.name == "e" and not tree.subs and len(tree.sups) == 1:
            return sympy.exp(_read(tree.sups[0], letter))
        raise _NotOfOneError(tree.name)
    if isinstance(tree, Addition):
        terms = [_read(term, letter) for term in tree.terms]
        return sympy.Add(*(-t if s == "-" else t for t, s in zip(terms, tree.signs, strict=True)))
    if isinstance(tree, Fraction_):
        return _read(tree.above, letter) / _read(tree.below, letter)
    if isinstance(tree, Raised):
        base = bare(tree.base)
        if isinstance(base, Sym) and base.name == "e":
            return sympy.exp(_read(tree.power, letter))
        return _read(tree.base, letter) ** _read(tree.power, letter)
    if isinstance(tree, Root):
        return sympy.sqrt(_read(tree.body, letter))
    if isinstance(tree, Derivative) and tree.of is not None and _is(tree.by, letter):
        return _read(tree.of, letter).diff(X)
    if isinstance(tree, Product):
        return _product(tree.factors, letter)
    raise _NotOfOneError(type(tree).__name__)


def _is(tree: Tree, letter: str) -> bool:
    inner = bare(tree)
    return isinstance(inner, Sym) and inner.name == letter and not inner.subs and not inner.sups


def _product(factors: Sequence[Tree], letter: str) -> Expr:
    """Factors side by side: d/dx before what it differentiates, functions before arguments."""
    first, rest = factors[0], factors[1:]
    if isinstance(first, Derivative) and first.of is None and rest and _is(first.by, letter):
        return _product(rest, letter).diff(X)
    if isinstance(first, Sym) and first.name in FUNCTIONS and rest:
        if first.subs or first.primes or not isinstance(rest[0], Group):
            raise _NotOfOneError(first.name)
        value: Expr = FUNCTIONS[first.name](_read(rest[0], letter))
        for power in first.sups:
            value **= _read(power, letter)
        rest = rest[1:]
    else:
        value = _read(first, letter)
    return value * _product(rest, letter) if rest else value


def the_letter(sides: tuple[Tree, Tree]) -> str:
    """The one letter of an inequality between functions of one number; "" where there are more."""
    letters = {
        node.name
        for side in sides for node in walk(side)
        if isinstance(node, Sym) and node.name not in FUNCTIONS and node.name not in ("e", "diag")
    }  # fmt: skip
    return letters.pop() if len(letters) == 1 else ""
