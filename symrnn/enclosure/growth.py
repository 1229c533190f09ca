"""Behaviour towards infinity: sums of terms c xⁿ (log x)ᵐ e^{q(x)} with rigorous coefficients.

On [B, ∞) a function is written as a finite sum of such terms, where each coefficient is a ball
that holds what the coefficient takes there, and q is a polynomial without a constant. A term that
falls towards 0 is then enclosed by its value at B. This is the arithmetic of Hardy's orders of
growth (Orders of Infinity, 1910), with remainders that are bounded and not dropped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, cmp_to_key, lru_cache, reduce

import sympy
from flint import arb, ctx
from sympy import Expr, Poly

from symrnn.enclosure import waves
from symrnn.enclosure.budget import spend
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import ball

MAX_TERMS = 30
"""A sum with more terms has its smallest ones put together."""


@dataclass(frozen=True)
class Order:
    """xⁿ (log x)ᵐ e^{q(x)}, times a wave.

    exponent: n, rational.
    rate: q, a polynomial in `X` without a constant.
    wave: 1, or a bounded expression that never settles: sin(p), cos(p), or a function of those.
    logs: m.
    """

    exponent: Fraction
    rate: Expr
    wave: Expr = sympy.S.One
    logs: int = 0

    def times(self, other: Order) -> list[tuple[Order, Expr]]:
        """The product of two orders, as a sum with exact factors."""
        rate = _added(self.rate, other.rate)
        exponent, logs = self.exponent + other.exponent, self.logs + other.logs
        parts = waves.product(self.wave, other.wave)
        return [(Order(exponent, rate, wave, logs), factor) for wave, factor in parts]

    @cached_property
    def sign(self) -> int:
        """1 if xⁿ (log x)ᵐ e^q tends to ∞, -1 if to 0, 0 if it is 1."""
        if self.rate != 0:
            return _leading_sign(self.rate)
        leading = self.exponent or self.logs
        return (leading > 0) - (leading < 0)

    @property
    def inverse(self) -> Order:
        """1/(xⁿ (log x)ᵐ e^q), for an order without a wave."""
        return Order(-self.exponent, sympy.expand(-self.rate), sympy.S.One, -self.logs)


ONE = Order(Fraction(0), sympy.S.Zero)


@dataclass(frozen=True)
class Coefficient:
    """A ball, and the exact number in it where there is one."""

    ball: arb
    exact: Expr | None = None

    @staticmethod
    def of(number: Expr) -> Coefficient:
        return Coefficient(ball(number), number)

    def plus(self, other: Coefficient) -> Coefficient:
        if self.exact is not None and other.exact is not None:
            return Coefficient.of(sympy.expand(self.exact + other.exact))
        return Coefficient(self.ball + other.ball)

    def times(self, other: Coefficient) -> Coefficient:
        if self.exact is not None and other.exact is not None:
            return Coefficient.of(self.exact * other.exact)
        return Coefficient(self.ball * other.ball)


@dataclass(frozen=True)
class Growth:
    """A sum of terms, valid for x ≥ start."""

    terms: Mapping[Order, Coefficient]
    start: int

    @staticmethod
    def gather(terms: Iterable[tuple[Order, Coefficient]], start: int) -> Growth:
        """The sum of terms, like ones put together and exact zeros dropped."""
        found: dict[Order, Coefficient] = {}
        for order, coefficient in terms:
            known = found.get(order)
            found[order] = coefficient if known is None else known.plus(coefficient)
        return Growth({o: c for o, c in found.items() if c.exact != 0}, start)._short()

    def _short(self) -> Growth:
        """The same with at most `MAX_TERMS` terms: the smallest ones become one with a ball.

        Of orders a ≥ b, b = a · (b/a), and b/a stays between 0 and its value at `start`.
        """
        if len(self.terms) <= MAX_TERMS:
            return self
        orders = sorted(self.terms, key=cmp_to_key(_compare), reverse=True)
        by_size = [(order, self.terms[order]) for order in orders]
        kept, small = by_size[: MAX_TERMS - 1], by_size[MAX_TERMS - 1 :]
        top = replace(small[0][0], wave=sympy.S.One)
        total = arb(0)
        for order, coefficient in small:
            # Where one does not fall yet, nothing is put together.
            try:
                most = _top(replace(order.times(top.inverse)[0][0], wave=sympy.S.One), self.start)
            except UndecidedError:
                return self
            total += coefficient.ball * waves.span(order.wave) * most * arb(0.5, 0.5)
        merged = dict(kept)
        known = merged.get(top)
        merged[top] = Coefficient(total if known is None else known.ball + total)
        return Growth(merged, self.start)

    @staticmethod
    def number(value: Expr | arb, start: int) -> Growth:
        """A constant."""
        coefficient = Coefficient(value) if isinstance(value, arb) else Coefficient.of(value)
        return Growth.gather([(ONE, coefficient)], start)

    def __add__(self, other: Growth) -> Growth:
        return Growth.gather([*self.terms.items(), *other.terms.items()], self.start)

    def __mul__(self, other: Growth) -> Growth:
        spend(len(self.terms) * len(other.terms), "a product of terms towards infinity")
        products = (
            (order, mine.times(its).times(Coefficient.of(factor)))
            for one, mine in self.terms.items()
            for two, its in other.terms.items()
            for order, factor in one.times(two)
        )
        return Growth.gather(products, self.start)

    def __neg__(self) -> Growth:
        return self * Growth.number(sympy.S.NegativeOne, self.start)

    @cached_property
    def largest(self) -> list[tuple[Order, Coefficient]]:
        """The terms of the highest order: several where only their waves differ."""
        if not self.terms:
            return []
        top = reduce(_higher, self.terms)
        return [(o, c) for o, c in self.terms.items() if _compare(o, top) == 0]

    @property
    def leading(self) -> tuple[Order, Coefficient]:
        """The one term of the highest order, without a wave and not around 0.

        Raises:
            UndecidedError: there is no such term.
        """
        top = self.largest
        if len(top) != 1 or top[0][0].wave != 1 or top[0][1].ball.contains(arb(0)):
            raise UndecidedError("no single term leads towards infinity", {"terms": len(top)})
        return top[0]

    @property
    def relative_rest(self) -> tuple[Order, Coefficient, Growth]:
        """(order, c, r) with self = c xⁿ e^q (1 + r), where r falls towards 0."""
        order, coefficient = self.leading
        exact = None if coefficient.exact is None else 1 / coefficient.exact
        inverse = Growth({order.inverse: Coefficient(1 / coefficient.ball, exact)}, self.start)
        others = Growth({o: c for o, c in self.terms.items() if o != order}, self.start)
        return order, coefficient, others * inverse

    @property
    def wavy_rest(self) -> tuple[Order, Growth]:
        """(o, r) with self = o (1 + r), where the wave in o is > 0 everywhere and r falls.

        Raises:
            UndecidedError: the waves of the highest order are not seen to stay away from 0.
        """
        wave = sympy.Add(*(c.exact * o.wave for o, c in self.largest if c.exact is not None))
        whole = self.terms and all(c.exact is not None for _, c in self.largest)
        if not whole or not waves.span(wave) > 0:
            raise UndecidedError("waves lead towards infinity", {"terms": len(self.largest)})
        top = self.largest[0][0]
        below = replace(top.inverse, wave=1 / wave)
        left = {o: c for o, c in self.terms.items() if _compare(o, top) != 0}
        one = Growth({below: Coefficient.of(sympy.S.One)}, self.start)
        return replace(top, wave=wave), Growth(left, self.start) * one

    @cached_property
    def bounds(self) -> tuple[arb, arb]:
        """Numbers between which every value on [start, ∞) lies.

        Kept as two numbers, not as a ball: a radius has 30 bits, and 1 - e^{-x} would exceed 1.

        Raises:
            UndecidedError: a term grows, or does not fall from `start` on.
        """
        staying = {o: c for o, c in self.terms.items() if o.sign == 0 and o.wave == 1}
        falling = Growth({o: c for o, c in self.terms.items() if o not in staying}, self.start)
        low, high = falling._one_sided or falling._term_by_term
        for coefficient in staying.values():
            low, high = low + coefficient.ball.lower(), high + coefficient.ball.upper()
        return low.lower(), high.upper()

    @property
    def _term_by_term(self) -> tuple[arb, arb]:
        low = high = arb(0)
        for order, coefficient in self.terms.items():
            values = coefficient.ball * waves.span(order.wave)
            least, most = values.lower(), values.upper()
            top = _top(order, self.start)
            low += _smaller(least * top, arb(0))
            high += _larger(most * top, arb(0))
        return low, high

    @property
    def _one_sided(self) -> tuple[arb, arb] | None:
        """Between 0 and the value at `start`, where the leading term c xⁿ e^q keeps its sign.

        -1/(4 + x²) = -x⁻²(1 - 4x⁻² + …) stays below 0, though not each of its terms does.
        """
        if len(self.terms) < 2 or any(order.wave != 1 for order in self.terms):
            return None
        if len(self.largest) != 1 or self.largest[0][1].ball.contains(arb(0)):
            return None
        order, coefficient, rest = self.relative_rest
        factor = 1 + rest.enclosure()
        if not (order.sign < 0 and factor > 0):
            return None
        end = coefficient.ball * factor * _top(order, self.start)
        return _smaller(end.lower(), arb(0)), _larger(end.upper(), arb(0))

    def enclosure(self) -> arb:
        """A ball that holds every value on [start, ∞)."""
        low, high = self.bounds
        return low.union(high)

    @property
    def magnitude(self) -> arb:
        """An upper bound of the absolute value on [start, ∞)."""
        low, high = self.bounds
        return _larger(-low, high)


def _smaller(one: arb, other: arb) -> arb:
    return one.lower() if one.lower() < other.lower() else other.lower()


def _larger(one: arb, other: arb) -> arb:
    return one.upper() if one.upper() > other.upper() else other.upper()


def _top(order: Order, start: int) -> arb:
    return _top_without_wave(replace(order, wave=sympy.S.One), start, ctx.prec)


@lru_cache(maxsize=8192)
def _top_without_wave(order: Order, start: int, bits: int) -> arb:
    """The largest value of xⁿ (log x)ᵐ e^q on [start, ∞): 1, or that at `start`."""
    if order.sign > 0:
        raise UndecidedError("a term grows beyond every bound", {"term": order})
    if order.sign == 0:
        return arb(1)
    # x d/dx of the logarithm: n + m/log x + x q′, where 0 < m/log x ≤ m/log start if m > 0.
    slope = _rational(order.exponent) + X * order.rate.diff(X)
    if order.logs > 0:
        slope += sympy.Rational(2 * order.logs, max(1, int(2 * math.log(start) - 0.001)))
    if not stays_nonnegative(-slope, start):
        raise UndecidedError("a term does not fall yet", {"from": start, "term": order})
    log = arb(start).log()
    there = ball(order.rate.subs(X, start)) + ball(_rational(order.exponent)) * log
    return arb((there.exp() * log**order.logs).upper())


def stays_nonnegative(polynomial: Expr, start: int) -> bool:
    """Whether a polynomial is seen to be ≥ 0 on [start, ∞): its coefficients in x - start are."""
    if not polynomial.has(X):
        return polynomial == 0 or bool(ball(polynomial) >= 0)
    shifted = Poly(sympy.expand(polynomial.subs(X, X + start)), X).all_coeffs()
    return all(c == 0 or ball(c) >= 0 for c in shifted)


def _rational(number: Fraction) -> Expr:
    return sympy.Rational(number.numerator, number.denominator)


def _is_positive(number: Expr) -> bool:
    """Whether an exact number that is not 0 is positive."""
    value = ball(number)
    if value > 0:
        return True
    if value < 0:
        return False
    raise UndecidedError("a number is too near to 0 to tell its sign", {"number": number})


@lru_cache(maxsize=8192)
def _added(one: Expr, other: Expr) -> Expr:
    if one == 0 or other == 0:
        return one + other
    return sympy.expand(one + other)


@lru_cache(maxsize=8192)
def _leading_sign(rate: Expr) -> int:
    return 1 if _is_positive(Poly(rate, X).LC()) else -1


def _compare(one: Order, other: Order) -> int:
    """The sign of the difference of two growths."""
    gap = sympy.S.Zero if one.rate == other.rate else _added(one.rate, -other.rate)
    gaps = one.exponent - other.exponent, one.logs - other.logs
    return Order(gaps[0], gap, sympy.S.One, gaps[1]).sign


def _higher(one: Order, other: Order) -> Order:
    return one if _compare(one, other) >= 0 else other
