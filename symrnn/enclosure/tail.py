"""From an expression to its growth on [B, ∞): one rule for each function.

Each rule takes the leading part out and leaves a remainder r that falls towards 0; what the
function makes of 1 + r is r times a ball, by the mean value theorem.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch

import sympy
from flint import arb
from sympy import Expr, Poly

from symrnn.enclosure.balls import ball, jet
from symrnn.enclosure.growth import Coefficient, Growth, Order, UndecidedError, stays_nonnegative
from symrnn.language.activations import X


@singledispatch
def growth(node: Expr, start: int) -> Growth:
    """An expression without kinks as a sum of terms, for x ≥ start > 0.

    Raises:
        UndecidedError: for a function or a combination without a rule.
    """
    if not node.free_symbols:
        return Growth.number(node, start)
    raise UndecidedError(
        f"no rule for {type(node).__name__} towards infinity", {"expression": node}
    )


@growth.register
def _symbol(node: sympy.Symbol, start: int) -> Growth:
    return Growth({Order(Fraction(1), sympy.S.Zero): Coefficient.of(sympy.S.One)}, start)


@growth.register
def _sum(node: sympy.Add, start: int) -> Growth:
    total = Growth({}, start)
    for term in node.args:
        total += growth(term, start)
    return total


@growth.register
def _product(node: sympy.Mul, start: int) -> Growth:
    total = Growth.number(sympy.S.One, start)
    for factor in node.args:
        total *= growth(factor, start)
    return total


@growth.register
def _power(node: sympy.Pow, start: int) -> Growth:
    if not node.free_symbols:
        return Growth.number(node, start)
    base, exponent = node.as_base_exp()
    if base == sympy.E:
        return _exponential(growth(exponent, start))
    if exponent.is_Integer and exponent > 0:
        inner = growth(base, start)
        total = inner
        for _ in range(int(exponent) - 1):
            total *= inner
        return total
    if not exponent.is_Rational:
        raise UndecidedError("a power with this exponent has no rule", {"expression": node})
    order, coefficient, rest = growth(base, start).relative_rest
    if not exponent.is_Integer and not coefficient.ball > 0:
        raise UndecidedError("a root of what is not positive", {"expression": node})
    power = Fraction(int(exponent.p), int(exponent.q))
    lead = Order(order.exponent * power, sympy.expand(order.rate * exponent))
    exact = None if coefficient.exact is None else coefficient.exact**exponent
    scale = jet(X**exponent, coefficient.ball, 1)[0] if exact is None else ball(exact)
    whole = Growth({lead: Coefficient(scale, exact)}, start)
    # (1 + r)^p = 1 + r p (1 + θr)^{p-1} with θ between 0 and 1.
    return whole * _one_plus(rest, exponent * X ** (exponent - 1))


def _one_plus(rest: Growth, slope: Expr) -> Growth:
    """1 + r f′(1 + θr), for the derivative f′ of a function with f(1) = 1."""
    return Growth.number(sympy.S.One, rest.start) + _carried(rest, slope, arb(1))


def _carried(rest: Growth, slope: Expr, at: arb) -> Growth:
    """f(p + r) - f(p) = r f′(p + θr): `slope` is f′ in `X`, `at` is p."""
    if not rest.terms:
        return rest
    between = at + rest.enclosure() * arb(0.5, 0.5)
    values = jet(slope, between, 1)[0]
    if not values.is_finite():
        raise UndecidedError("the remainder is not small yet", {"from": rest.start})
    return rest * Growth.number(values, rest.start)


def _split(inner: Growth) -> tuple[Expr, Growth]:
    """(p, r): p the exact polynomial part, r what falls towards 0.

    Raises:
        UndecidedError: something else is left.
    """
    polynomial, rest = sympy.S.Zero, {}
    for order, coefficient in inner.terms.items():
        if order.sign < 0:
            rest[order] = coefficient
        elif (
            order.rate == 0
            and order.wave is None
            and order.exponent.denominator == 1
            and coefficient.exact is not None
        ):
            polynomial += coefficient.exact * X ** int(order.exponent)
        else:
            raise UndecidedError("an argument that is no polynomial leads", {"term": order})
    return sympy.expand(polynomial), Growth(rest, inner.start)


def _exponential(inner: Growth) -> Growth:
    polynomial, rest = _split(inner)
    constant = polynomial.subs(X, 0)
    lead = Order(Fraction(0), sympy.expand(polynomial - constant))
    whole = Growth({lead: Coefficient.of(sympy.exp(constant))}, inner.start)
    if not rest.terms:
        return whole
    one = Growth.number(sympy.S.One, inner.start)
    return whole * (one + _carried(rest, sympy.exp(X), arb(0)))


@growth.register
def _exp(node: sympy.exp, start: int) -> Growth:
    return _exponential(growth(node.args[0], start))


@growth.register
def _log(node: sympy.log, start: int) -> Growth:
    order, coefficient, rest = growth(node.args[0], start).relative_rest
    if order.exponent != 0 or not coefficient.ball > 0:
        raise UndecidedError("a logarithm of x itself has no rule", {"expression": node})
    constant = coefficient.ball.log() if coefficient.exact is None else sympy.log(coefficient.exact)
    lead = growth(order.rate, start) + Growth.number(constant, start)
    return lead + _carried(rest, 1 / X, arb(1))


def _limit_at_infinity(inner: Growth) -> int:
    """1 or -1 where a growth tends to ∞ or -∞; 0 where it stays bounded."""
    if not inner.largest or inner.largest[0][0].sign <= 0:
        return 0
    return 1 if inner.leading[1].ball > 0 else -1


@growth.register
def _tanh(node: sympy.tanh, start: int) -> Growth:
    inner = growth(node.args[0], start)
    side = _limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    # tanh y = ±(1 - 2u/(1+u)) with u = e^{∓2y}, which falls.
    u = _exponential(inner * Growth.number(sympy.Integer(-2 * side), start))
    inverse = _one_plus(u, -(X**-2))
    fall = Growth.number(sympy.Integer(-2), start) * u * inverse
    return Growth.number(sympy.Integer(side), start) * (Growth.number(sympy.S.One, start) + fall)


@growth.register
def _erf(node: sympy.erf, start: int) -> Growth:
    inner = growth(node.args[0], start)
    side = _limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    polynomial, rest = _split(inner)
    if rest.terms:
        raise UndecidedError("erf of a polynomial has a rule", {"expression": node})
    # 0 ≤ 1 - erf y ≤ e^{-y²} for y ≥ 0.
    if not stays_nonnegative(side * polynomial, start):
        raise UndecidedError("the argument of erf is not positive yet", {"from": start})
    fall = _exponential(growth(sympy.expand(-(polynomial**2)), start))
    missing = Growth.number(arb(-0.5, 0.5), start) * fall
    return Growth.number(sympy.Integer(side), start) * (Growth.number(sympy.S.One, start) + missing)


@growth.register
def _atan(node: sympy.atan, start: int) -> Growth:
    argument = node.args[0]
    inner = growth(argument, start)
    side = _limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    # atan y = ±π/2 - atan(1/y), and atan z = z/(1 + (θz)²).
    inverse = growth(1 / argument, start)
    return Growth.number(side * sympy.pi / 2, start) + -_carried(inverse, 1 / (1 + X**2), arb(0))


@growth.register(sympy.sin)
@growth.register(sympy.cos)
def _wave(node: Expr, start: int) -> Growth:
    inner = growth(node.args[0], start)
    if _limit_at_infinity(inner) == 0:
        return _near_a_point(node, inner)
    polynomial, rest = _split(inner)
    exact = not rest.terms and Poly(polynomial, X).degree() >= 1
    wave = node if exact else "mixed"
    return Growth({Order(Fraction(0), sympy.S.Zero, wave): Coefficient.of(sympy.S.One)}, start)


@growth.register
def _sinh(node: sympy.sinh, start: int) -> Growth:
    return growth((sympy.exp(node.args[0]) - sympy.exp(-node.args[0])) / 2, start)


@growth.register
def _cosh(node: sympy.cosh, start: int) -> Growth:
    return growth((sympy.exp(node.args[0]) + sympy.exp(-node.args[0])) / 2, start)


def _near_a_point(node: Expr, inner: Growth) -> Growth:
    """f(p + r) for an argument that tends to a number p."""
    point, rest = _split(inner)
    value = node.func(point)
    slope = node.func(X).diff(X)
    return Growth.number(value, inner.start) + _carried(rest, slope, ball(point))


@dataclass(frozen=True)
class Beyond:
    """What |f| does on [B, ∞).

    unbounded: whether it is seen to exceed every bound.
    upper: an upper bound, where it is bounded.
    limit: what |f| comes arbitrarily close to as x → ∞, where that is known.
    """

    unbounded: bool
    upper: arb
    limit: arb | None = None


def beyond(f: Expr, start: int) -> Beyond:
    """What |f| does on [start, ∞).

    Raises:
        UndecidedError: there is no rule for f, or `start` is not far enough out.
    """
    whole = growth(f, start)
    if not whole.terms:
        return Beyond(False, arb(0), arb(0))
    largest = whole.largest
    order, coefficient = largest[0]
    # A wave that runs for ever through all its values: |c| is approached again and again.
    single = len(largest) == 1 and order.wave != "mixed"
    told = single and not coefficient.ball.contains(arb(0))
    if order.sign > 0:
        if not told:
            raise UndecidedError("what grows may cancel", {"term": order})
        return Beyond(True, arb.pos_inf())
    upper = whole.magnitude
    if order.sign < 0:
        return Beyond(False, upper, arb(0))
    return Beyond(False, upper, abs(coefficient.ball) if told else None)
