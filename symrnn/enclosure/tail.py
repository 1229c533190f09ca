"""From an expression to its growth on [B, ∞): one rule for each function.

Each rule takes the leading part out and leaves a remainder r that falls towards 0; what the
function makes of p + r is Taylor's polynomial in r, and Lagrange's remainder a ball.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache, singledispatch

import sympy
from flint import arb
from sympy import Expr

from symrnn.enclosure import waves
from symrnn.enclosure.growth import Coefficient, Growth, Order
from symrnn.enclosure.switches import is_smooth, resolve
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import ball, jet

TAYLOR = 8
"""Terms of Taylor's polynomial, where the remainder is one term."""
TAYLOR_MANY = 4
"""The same where the remainder has several terms."""
ENVELOPES = (-(X**3), -(X**2), -X, -X / 8)
"""e to one of these bounds e^u where u falls faster."""


@lru_cache(maxsize=4096)
def growth(node: Expr, start: int) -> Growth:
    """An expression as a sum of terms, for x ≥ start > 0. Kinks are resolved by signs far out.

    Raises:
        UndecidedError: for a function or a combination without a rule.
    """
    if not is_smooth(node):
        node = resolve(node, lambda u: far_sign(u, start))
    if not node.free_symbols:
        return Growth.number(node, start)
    if _is_recurrent(node):
        return _recurrent(node, start)
    return _growth(node, start)


def far_sign(u: Expr, start: int) -> int | None:
    """The sign that u has on all of [start, ∞); None if that is not seen."""
    try:
        whole = growth(u, start)
        if not whole.terms:
            return 0
        _, coefficient, rest = whole.relative_rest
        if not 1 + rest.enclosure() > 0:
            return None
    except UndecidedError:
        return None
    return 1 if coefficient.ball > 0 else -1


def _is_recurrent(node: Expr) -> bool:
    """Whether X stands only in sines and cosines of polynomials, and they in another function."""
    if isinstance(node, sympy.Add | sympy.Mul | sympy.sin | sympy.cos | sympy.tan):
        return False
    if node.is_Pow and node.exp.is_Integer and node.exp > 0:
        return False
    return _is_of_waves(node)


def _recurrent(node: Expr, start: int) -> Growth:
    waves.span(node)  # refuses what is not bounded
    return Growth({Order(Fraction(0), sympy.S.Zero, node): Coefficient.of(sympy.S.One)}, start)


@singledispatch
def _growth(node: Expr, start: int) -> Growth:
    raise UndecidedError(
        f"no rule for {type(node).__name__} towards infinity", {"expression": node}
    )


@_growth.register
def _symbol(node: sympy.Symbol, start: int) -> Growth:
    return Growth({Order(Fraction(1), sympy.S.Zero): Coefficient.of(sympy.S.One)}, start)


@_growth.register
def _sum(node: sympy.Add, start: int) -> Growth:
    total = Growth({}, start)
    for term in node.args:
        total += growth(term, start)
    return total


@_growth.register
def _product(node: sympy.Mul, start: int) -> Growth:
    total = Growth.number(sympy.S.One, start)
    for factor in node.args:
        total *= growth(factor, start)
    return total


@_growth.register
def _power(node: sympy.Pow, start: int) -> Growth:
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
        return _exponential(growth(exponent, start) * growth(sympy.log(base), start))
    inner = growth(base, start)
    if len(inner.largest) > 1:
        return _power_of_waves(inner, exponent)
    order, coefficient, rest = inner.relative_rest
    if not exponent.is_Integer and not coefficient.ball > 0:
        raise UndecidedError("a root of what is not positive", {"expression": node})
    if order.logs and not exponent.is_Integer:
        raise UndecidedError("a root of a logarithm has no rule", {"expression": node})
    power = Fraction(int(exponent.p), int(exponent.q))
    rate = sympy.expand(order.rate * exponent)
    lead = Order(order.exponent * power, rate, sympy.S.One, int(order.logs * power))
    exact = None if coefficient.exact is None else coefficient.exact**exponent
    scale = jet(X**exponent, coefficient.ball, 1)[0] if exact is None else ball(exact)
    whole = Growth({lead: Coefficient(scale, exact)}, start)
    return whole * _near(X**exponent, sympy.S.One, rest)


def _power_of_waves(inner: Growth, exponent: Expr) -> Growth:
    """(x² (2 + sin x) (1 + r))^e: what never settles is kept as one wave."""
    order, rest = inner.wavy_rest
    power = Fraction(int(exponent.p), int(exponent.q))
    if order.logs and not exponent.is_Integer:
        raise UndecidedError("a root of a logarithm has no rule", {"exponent": exponent})
    rate = sympy.expand(order.rate * exponent)
    logs = int(order.logs * power)
    lead = Order(order.exponent * power, rate, order.wave**exponent, logs)
    whole = Growth({lead: Coefficient.of(sympy.S.One)}, inner.start)
    return whole * _near(X**exponent, sympy.S.One, rest)


def _near(f: Expr, point: Expr, rest: Growth) -> Growth:
    """f(p + r) = Σ_{k<n} f⁽ᵏ⁾(p) rᵏ/k! + f⁽ⁿ⁾(p + θr) rⁿ/n!, with r that falls towards 0."""
    total = Growth.number(f.subs(X, point), rest.start)
    if not rest.terms:
        return total
    terms = TAYLOR if len(rest.terms) == 1 else TAYLOR_MANY
    between = ball(point) + rest.enclosure() * arb(0.5, 0.5)
    last = jet(f, between, terms + 1)[terms]
    if not last.is_finite():
        raise UndecidedError("the remainder is not small yet", {"from": rest.start})
    power, slope = rest, f
    for order in range(1, terms):
        slope = slope.diff(X)
        factor = slope.subs(X, point) / sympy.factorial(order)
        total += power * Growth.number(factor, rest.start)
        power *= rest
    return total + power * Growth.number(last, rest.start)


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
            and order.wave == 1
            and order.logs == 0
            and order.exponent.denominator == 1
            and coefficient.exact is not None
        ):
            polynomial += coefficient.exact * X ** int(order.exponent)
        else:
            raise UndecidedError("an argument that is no polynomial leads", {"term": order})
    return sympy.expand(polynomial), Growth(rest, inner.start)


def _exponential(inner: Growth) -> Growth:
    try:
        polynomial, rest = _split(inner)
    except UndecidedError:
        return _beyond_polynomials(inner)
    constant = polynomial.subs(X, 0)
    lead = Order(Fraction(0), sympy.expand(polynomial - constant))
    whole = Growth({lead: Coefficient.of(sympy.exp(constant))}, inner.start)
    return whole * _near(sympy.exp(X), sympy.S.Zero, rest)


def _beyond_polynomials(inner: Growth) -> Growth:
    """e^u for a u that has a logarithm, or that falls faster than a polynomial given above."""
    logs = {o: c for o, c in inner.terms.items() if o == Order(Fraction(0), sympy.S.Zero, logs=1)}
    for order, coefficient in logs.items():
        if coefficient.exact is not None and coefficient.exact.is_Rational:
            power = Fraction(int(coefficient.exact.p), int(coefficient.exact.q))
            others = {o: c for o, c in inner.terms.items() if o != order}
            lead = Growth({Order(power, sympy.S.Zero): Coefficient.of(sympy.S.One)}, inner.start)
            return lead * _exponential(Growth(others, inner.start))
    for envelope in ENVELOPES:
        gap = inner + -growth(envelope, inner.start)
        try:
            _, coefficient, rest = gap.relative_rest
            below = coefficient.ball < 0 and 1 + rest.enclosure() > 0
        except UndecidedError:
            continue
        if below:
            return Growth({Order(Fraction(0), envelope): Coefficient(arb(0.5, 0.5))}, inner.start)
    raise UndecidedError("an exponent that is no polynomial leads", {"from": inner.start})


@_growth.register
def _exp(node: sympy.exp, start: int) -> Growth:
    return _exponential(growth(node.args[0], start))


@_growth.register
def _log(node: sympy.log, start: int) -> Growth:
    order, coefficient, rest = growth(node.args[0], start).relative_rest
    if order.logs or not coefficient.ball > 0:
        raise UndecidedError("a logarithm of this has no rule", {"expression": node})
    exponent = sympy.Rational(order.exponent.numerator, order.exponent.denominator)
    constant = coefficient.ball.log() if coefficient.exact is None else sympy.log(coefficient.exact)
    log_x = Growth.gather(
        [(Order(Fraction(0), sympy.S.Zero, logs=1), Coefficient.of(exponent))], start
    )
    lead = growth(order.rate, start) + log_x + Growth.number(constant, start)
    return lead + _near(sympy.log(X), sympy.S.One, rest)


def limit_at_infinity(inner: Growth) -> int:
    """1 or -1 where a growth tends to ∞ or -∞; 0 where it stays bounded."""
    if not inner.largest or inner.largest[0][0].sign <= 0:
        return 0
    return 1 if inner.leading[1].ball > 0 else -1


@_growth.register
def _tanh(node: sympy.tanh, start: int) -> Growth:
    inner = growth(node.args[0], start)
    side = limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    # tanh y = ±(1 - 2u/(1+u)) with u = e^{∓2y}, which falls.
    u = _exponential(inner * Growth.number(sympy.Integer(-2 * side), start))
    inverse = _near(1 / X, sympy.S.One, u)
    fall = Growth.number(sympy.Integer(-2), start) * u * inverse
    return Growth.number(sympy.Integer(side), start) * (Growth.number(sympy.S.One, start) + fall)


@_growth.register
def _erf(node: sympy.erf, start: int) -> Growth:
    inner = growth(node.args[0], start)
    side = limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    # 0 ≤ 1 - erf y ≤ e^{-y²} for y ≥ 0.
    if far_sign(node.args[0], start) != side:
        raise UndecidedError("the argument of erf is not positive yet", {"from": start})
    fall = _exponential(-(inner * inner))
    missing = Growth.number(arb(-0.5, 0.5), start) * fall
    return Growth.number(sympy.Integer(side), start) * (Growth.number(sympy.S.One, start) + missing)


@_growth.register
def _atan(node: sympy.atan, start: int) -> Growth:
    argument = node.args[0]
    inner = growth(argument, start)
    side = limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    # atan y = ±π/2 - atan(1/y).
    if far_sign(argument, start) != side:
        raise UndecidedError("the argument of atan has no sign yet", {"from": start})
    inverse = _near(sympy.atan(X), sympy.S.Zero, growth(1 / argument, start))
    return Growth.number(side * sympy.pi / 2, start) + -inverse


@_growth.register
def _asinh(node: sympy.asinh, start: int) -> Growth:
    argument = node.args[0]
    inner = growth(argument, start)
    side = limit_at_infinity(inner)
    if side == 0:
        return _near_a_point(node, inner)
    y = side * argument
    whole = growth(sympy.log(y + sympy.sqrt(y**2 + 1)), start)
    return Growth.number(sympy.Integer(side), start) * whole


@_growth.register(sympy.sin)
@_growth.register(sympy.cos)
def _wave(node: Expr, start: int) -> Growth:
    argument = node.args[0]
    inner = growth(argument, start)
    if not inner.largest or inner.largest[0][0].sign < 0:
        return _near_a_point(node, inner)
    if all(order.sign <= 0 for order in inner.terms):
        try:
            return _near_a_point(node, inner)
        except UndecidedError:
            return _bounded(node, start)
    if inner.largest[0][0].wave != 1 or limit_at_infinity(inner) == 0:
        return Growth.number(arb(0, 1), start)
    parts = waves.wave(node.func, argument)
    terms = [(Order(Fraction(0), sympy.S.Zero, w), Coefficient.of(c)) for w, c in parts]
    return Growth.gather(terms, start)


def turned(f: Expr) -> Expr:
    """The same, with sin and cos of sums written out where waves turn an angle to and fro."""
    written: Expr = f.replace(lambda node: isinstance(node, sympy.sin | sympy.cos), _turned)
    return written


def _turned(node: Expr) -> Expr:
    ahead, aside = node.args[0].as_independent(sympy.sin, sympy.cos, as_Add=True)
    if aside == 0 or not ahead.has(X) or not ahead.is_polynomial(X) or not _is_of_waves(aside):
        return node
    if isinstance(node, sympy.sin):
        return sympy.sin(ahead) * sympy.cos(aside) + sympy.cos(ahead) * sympy.sin(aside)
    return sympy.cos(ahead) * sympy.cos(aside) - sympy.sin(ahead) * sympy.sin(aside)


def _bounded(node: Expr, start: int) -> Growth:
    """A wave of what is bounded itself: exactly that, if it knows x through waves alone."""
    if _is_of_waves(node.args[0]):
        return _recurrent(node, start)
    return Growth.number(arb(0, 1), start)


def _is_of_waves(node: Expr) -> bool:
    """Whether X stands only in sines and cosines of polynomials."""
    found = {w for w in node.atoms(sympy.sin, sympy.cos) if w.args[0].is_polynomial(X)}
    return bool(found) and not node.xreplace({w: sympy.Dummy(real=True) for w in found}).has(X)


@_growth.register
def _tan(node: sympy.tan, start: int) -> Growth:
    inner = growth(node.args[0], start)
    if limit_at_infinity(inner) != 0:
        raise UndecidedError("tan has poles far out", {"expression": node})
    return _near_a_point(node, inner)


@_growth.register
def _sinh(node: sympy.sinh, start: int) -> Growth:
    return growth((sympy.exp(node.args[0]) - sympy.exp(-node.args[0])) / 2, start)


@_growth.register
def _cosh(node: sympy.cosh, start: int) -> Growth:
    return growth((sympy.exp(node.args[0]) + sympy.exp(-node.args[0])) / 2, start)


def _near_a_point(node: Expr, inner: Growth) -> Growth:
    """f(p + r) for an argument that tends to a number p."""
    point, rest = _split(inner)
    return _near(node.func(X), point, rest)
