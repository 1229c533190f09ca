"""Where a claim in real scalars may break: at the zeros of its denominators, kinks and hypotheses.

A random number is none of these; so each is solved for one scalar, where that is easy.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Poly, Symbol
from sympy.core.relational import Relational

from symrnn.language.shapes import symbolic
from symrnn.language.slope_at import KINKED

DEGREE = 4
"""Polynomials up to this are solved."""

Tie = tuple[Symbol, Expr]
"""A scalar, and what it has to be, in terms of the others."""


def ties(expressions: Iterable[Any], facts: Iterable[Any]) -> tuple[Tie, ...]:
    """Values of one scalar each at which something in a claim is zero that is not elsewhere."""
    lines = tuple(symbolic(each) for each in expressions)
    about = tuple(fact for fact in facts if isinstance(fact, Relational))
    return _ties(lines, about)


@lru_cache(maxsize=4096)
def _ties(lines: tuple[Any, ...], about: tuple[Any, ...]) -> tuple[Tie, ...]:
    gaps: dict[Expr, None] = {fact.lhs - fact.rhs: None for fact in about}
    for line in lines:
        for node in sympy.preorder_traversal(line):
            gaps.update(dict.fromkeys(_gaps(node)))
    found: dict[Tie, None] = {}
    for gap in gaps:
        scalars = {s for s in gap.free_symbols if type(s) is Symbol and not s.is_integer}
        for symbol in sorted(scalars, key=str):
            found.update(dict.fromkeys((symbol, value) for value in _zeros(gap, symbol)))
    return tuple(found)


def _gaps(node: Any) -> list[Expr]:
    """What must not be 0, or what has a kink where it is."""
    if isinstance(node, sympy.Pow) and node.exp.could_extract_minus_sign():
        return [node.base]
    if isinstance(node, sympy.Max | sympy.Min):
        return [one - other for place, one in enumerate(node.args) for other in node.args[:place]]
    return [node.args[0]] if isinstance(node, KINKED) else []


def _zeros(gap: Expr, symbol: Symbol) -> list[Expr]:
    """Zeros without functions: of a linear gap, or rational ones."""
    try:
        polynomial = Poly(gap, symbol)
    except sympy.PolynomialError:
        return []
    coefficients = polynomial.all_coeffs()
    if polynomial.degree() == 1:
        slope, constant = coefficients
        value = -constant / slope
        plain = value.free_symbols == {s for s in value.free_symbols if type(s) is Symbol}
        return [value] if plain and not value.atoms(sympy.MatrixSymbol) else []
    if polynomial.degree() > DEGREE or not all(each.is_Rational for each in coefficients):
        return []
    return sorted((root for root in sympy.roots(polynomial) if root.is_Rational), key=str)
