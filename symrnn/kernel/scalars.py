"""Equality of scalars, decided: polynomials over atoms, powers, quotients.

A scalar is written as a sum of monomials c ∏ bᵢ^eᵢ with a rational c and exponents that may be
symbolic; an atom b is a symbol, a function of scalars, a norm, an entry, or a sum below a fraction
line. Exponents of one base are added, which is right wherever both powers have a value, and that
every part of a theorem has one is what `Theorem` keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sympy
from sympy import Expr, Rational, S

Monomial = tuple[tuple[Expr, Expr], ...]
Polynomial = dict[Monomial, Rational]

ONE: Polynomial = {(): S.One}


def equal(left: Expr, right: Expr, matrix: Callable[[Any], Any]) -> bool:
    """Whether two scalars are equal wherever both have a value; `matrix` writes what is in them.

    Args:
        left, right: scalars.
        matrix: the normal form of an atom that is not made of scalars alone.
    """
    return is_zero(_plus(polynomial(left, matrix), polynomial(-right, matrix)))


def normal(expression: Expr, matrix: Callable[[Any], Any]) -> Expr:
    """The scalar as a sum of monomials."""
    return _written(polynomial(expression, matrix))


def polynomial(node: Expr, matrix: Callable[[Any], Any]) -> Polynomial:
    """The monomials of a scalar and their coefficients."""
    if isinstance(node, Rational):
        return {(): node} if node != 0 else {}
    if isinstance(node, sympy.Add):
        return _sum(polynomial(term, matrix) for term in node.args)
    if isinstance(node, sympy.Mul):
        product = ONE
        for factor in node.args:
            product = _times(product, polynomial(factor, matrix))
        return product
    if isinstance(node, sympy.exp):
        return _power_of_atom(sympy.E, normal(node.args[0], matrix))
    if isinstance(node, sympy.Pow):
        return _power(polynomial(node.base, matrix), normal(node.exp, matrix))
    return _power_of_atom(matrix(node), S.One)


def _power(base: Polynomial, exponent: Expr) -> Polynomial:
    if exponent.is_Integer and exponent >= 0:
        product = ONE
        for _ in range(int(exponent)):
            product = _times(product, base)
        return product
    if len(base) == 1 and exponent.is_integer:
        ((monomial, coefficient),) = base.items()
        product = _power_of_atom(coefficient, exponent)
        for atom, power in monomial:
            product = _times(product, _power_of_atom(atom, sympy.expand(power * exponent)))
        return product
    return _power_of_atom(_written(base), exponent)


def _power_of_atom(base: Expr, exponent: Expr) -> Polynomial:
    if exponent == 0 or base == 1:
        return ONE
    if not isinstance(base, Rational) or base == 0:
        return {((base, exponent),): S.One}
    if base.q != 1:
        return _times(_power_of_atom(S(base.p), exponent), _power_of_atom(S(base.q), -exponent))
    # r^(n + c) = r^c rⁿ for an integer c.
    whole = sympy.floor(exponent.as_coeff_Add()[0])
    rest = sympy.expand(exponent - whole)
    return {() if rest == 0 else ((base, rest),): base**whole}


def _sum(parts: Iterable[Polynomial]) -> Polynomial:
    total: Polynomial = {}
    for part in parts:
        total = _plus(total, part)
    return total


def _plus(left: Polynomial, right: Polynomial) -> Polynomial:
    total = dict(left)
    for monomial, coefficient in right.items():
        total[monomial] = total.get(monomial, S.Zero) + coefficient
    return {monomial: number for monomial, number in total.items() if number != 0}


def _times(left: Polynomial, right: Polynomial) -> Polynomial:
    return _sum(
        _scaled(_merged(one, other), number * factor)
        for one, number in left.items()
        for other, factor in right.items()
    )


def _scaled(part: Polynomial, by: Rational) -> Polynomial:
    return {monomial: number * by for monomial, number in part.items()}


def _merged(left: Monomial, right: Monomial) -> Polynomial:
    """b^e b^f = b^(e+f)."""
    exponents: dict[Expr, Expr] = dict(left)
    for base, exponent in right:
        exponents[base] = sympy.expand(exponents.get(base, S.Zero) + exponent)
    coefficient: Expr = S.One
    kept: list[tuple[Expr, Expr]] = []
    for base, exponent in sorted(exponents.items(), key=lambda pair: pair[0].sort_key()):
        for monomial, number in _power_of_atom(base, exponent).items():
            kept.extend(monomial)
            coefficient *= number
    return {tuple(kept): coefficient}


def _written(part: Polynomial) -> Expr:
    return sympy.Add(
        *(
            sympy.Mul(number, *(sympy.Pow(base, exponent) for base, exponent in monomial))
            for monomial, number in part.items()
        )
    )


# ----------------------------------------------------------------------------- deciding


def is_zero(part: Polynomial) -> bool:
    """Whether a polynomial is 0 wherever it has a value; False also where that is not decided.

    Sums that stand below a fraction line are multiplied away: they are not 0 where it has a value.
    """
    if not part:
        return True
    sums = {base for monomial in part for base, _ in monomial if isinstance(base, sympy.Add)}
    for base in sorted(sums, key=sympy.default_sort_key):
        opened = _opened(part, base)
        if opened is not None:
            return is_zero(opened)
    return False


def _opened(part: Polynomial, base: Expr) -> Polynomial | None:
    """Multiplied by what stands below the fraction line, its other powers taken apart.

    Of powers bⁿ⁺ᶜ that differ by an integer the least is kept as an atom. None: nothing to do.
    """
    split = {monomial: _split(monomial, base) for monomial in part}
    least: dict[Expr, Expr] = {}
    for symbolic, whole, _ in split.values():
        least[symbolic] = min(least.get(symbolic, whole), whole)
    below = -min(least.pop(S.Zero, S.Zero), S.Zero)
    if below == 0 and all(
        symbolic == 0 or whole == least[symbolic] for symbolic, whole, _ in split.values()
    ):
        return None
    written = polynomial(base, lambda atom: atom)
    opened = []
    for monomial, (symbolic, whole, rest) in split.items():
        kept = S.Zero if symbolic == 0 else symbolic + least[symbolic]
        outside = _times({rest: S.One}, _power_of_atom(base, kept))
        inside = _power(written, whole - least.get(symbolic, S.Zero) + below)
        opened.append(_scaled(_times(outside, inside), part[monomial]))
    return _sum(opened)


def _split(monomial: Monomial, base: Expr) -> tuple[Expr, Expr, Monomial]:
    """Exponent of the base, apart from its whole part; that; and the monomial without it."""
    exponent = dict(monomial).get(base, S.Zero)
    constant = exponent.as_coeff_Add()[0]
    whole = sympy.floor(constant) if constant.is_Rational else S.Zero
    rest = tuple(pair for pair in monomial if pair[0] != base)
    return sympy.expand(exponent - whole), whole, rest
