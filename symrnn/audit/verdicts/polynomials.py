"""Polynomials in numbers that are no less than 0."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

Polynomial = dict[tuple[Any, ...], Fraction]
"""Coefficients by monomials, each the letters and norms in it, in one order."""
MOST = 2000
"""Monomials of a product."""
ONE: Polynomial = {(): Fraction(1)}


class TooLarge(Exception):
    """That a polynomial has too many terms."""


def added(*parts: Polynomial) -> Polynomial:
    """The sum of some."""
    found: Polynomial = {}
    for part in parts:
        for monomial, coefficient in part.items():
            found[monomial] = found.get(monomial, Fraction(0)) + coefficient
    return found


def scaled(a: Polynomial, by: Fraction) -> Polynomial:
    """A multiple of one."""
    return {monomial: coefficient * by for monomial, coefficient in a.items()}


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    """The product of two.

    Raises:
        TooLarge: it has too many terms.
    """
    if len(a) * len(b) > MOST:
        raise TooLarge
    found: Polynomial = {}
    for one, x in a.items():
        for other, y in b.items():
            monomial = tuple(sorted((*one, *other), key=repr))
            found[monomial] = found.get(monomial, Fraction(0)) + x * y
    return found


def largest(parts: Sequence[Polynomial]) -> Polynomial:
    """One that is no less than each of several without negative coefficients."""
    monomials = {monomial for each in parts for monomial in each}
    return {m: max(each.get(m, Fraction(0)) for each in parts) for m in monomials}


def put(a: Polynomial, factor: Any, value: Polynomial) -> Polynomial:
    """One in which a factor is another polynomial."""
    found: Polynomial = {}
    for monomial, coefficient in a.items():
        part: Polynomial = {tuple(f for f in monomial if f != factor): coefficient}
        for _ in range(monomial.count(factor)):
            part = times(part, value)
        found = added(found, part)
    return found
