"""An expression in one variable evaluated in ball arithmetic, with its first derivatives.

A ball holds every value the expression takes for the arguments in a ball; so does each Taylor
coefficient. Arb does the arithmetic (Johansson, "Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic", IEEE Trans. Computers 66, 2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import singledispatch

import sympy
from flint import arb, arb_series, ctx, fmpq
from sympy import Expr, Symbol

from symrnn.errors import NotSupportedError
from symrnn.language.activations import X

PRECISIONS = (128, 1024)
"""Bits, one after the other, at which a sign is asked for."""
WIDE = arb(0.25)
"""A ball of this radius is better enclosed by its two ends, where a function is monotone."""
ORDER = 3
"""Taylor coefficients kept: f, f′ and f″/2."""


def ball(number: Expr) -> arb:
    """A ball around an exact real number."""
    return jet(number, arb(0), 1)[0]


def fraction(number: arb) -> Fraction:
    """The number that a ball without a radius is."""
    mantissa, exponent = number.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def jet(expression: Expr, x: arb, order: int = ORDER) -> list[arb]:
    """Enclosures of f, f′, f″/2, … over the ball x; not finite where f is not smooth on it.

    Args:
        expression: f, in the variable `X`, without kinks.
        x: a ball of arguments.
        order: how many coefficients.

    Raises:
        NotSupportedError: for a function that ball arithmetic does not know.
    """
    try:
        series = _series(expression, arb_series([x, 1], prec=order), order)
    except ZeroDivisionError:
        return [arb.nan()] * order
    known = [series[i] for i in range(len(series))]
    return known + [arb(0)] * (order - len(known))


def values(expression: Expr, at: Mapping[Symbol, arb]) -> arb:
    """A ball that holds what an expression of several symbols takes over their balls."""
    try:
        return _first(_series(expression, {of: _constant(b, 1) for of, b in at.items()}, 1))
    except ZeroDivisionError:
        return arb.nan()


Argument = arb_series | Mapping[Symbol, arb_series]
"""The series of `X`, or that of each symbol."""


@singledispatch
def _series(node: Expr, x: Argument, order: int) -> arb_series:
    raise NotSupportedError(f"no ball arithmetic for {type(node).__name__}", {"expression": node})


def _constant(value: arb, order: int) -> arb_series:
    return arb_series([value], prec=order)


@_series.register
def _symbol(node: sympy.Symbol, x: Argument, order: int) -> arb_series:
    if isinstance(x, Mapping):
        return x[node]
    if node != X:
        raise NotSupportedError("an expression in one variable is enclosed", {"got": node})
    return x


@_series.register
def _rational(node: sympy.Rational, x: arb_series, order: int) -> arb_series:
    return _constant(arb(fmpq(int(node.p), int(node.q))), order)


@_series.register
def _irrational(node: sympy.NumberSymbol, x: arb_series, order: int) -> arb_series:
    known = {sympy.pi: arb.pi, sympy.E: arb.const_e, sympy.EulerGamma: arb.const_euler}
    if node not in known:
        raise NotSupportedError("no ball for this constant", {"constant": node})
    return _constant(known[node](), order)


@_series.register
def _root(node: sympy.CRootOf, x: arb_series, order: int) -> arb_series:
    # SymPy isolates a real root by intervals with rational ends.
    width = sympy.Rational(1, 2**ctx.prec)
    near = node.eval_rational(width, width)
    return _constant(arb(fmpq(int(near.p), int(near.q)), fmpq(1, 2**ctx.prec)), order)


@_series.register
def _sum(node: sympy.Add, x: arb_series, order: int) -> arb_series:
    total = _constant(arb(0), order)
    for term in node.args:
        total += _series(term, x, order)
    return total


@_series.register
def _product(node: sympy.Mul, x: arb_series, order: int) -> arb_series:
    total = _constant(arb(1), order)
    for factor in node.args:
        total *= _series(factor, x, order)
    return total


@_series.register
def _power(node: sympy.Pow, x: arb_series, order: int) -> arb_series:
    exponent = node.exp
    base = _series(node.base, x, order)
    if exponent.is_Integer:
        # Turned over first: the square of a ball reaches further down than its own.
        factor = base if exponent > 0 else base.inv()
        total = _constant(arb(1), order)
        for _ in range(abs(int(exponent))):
            total *= factor
        return total
    if exponent == sympy.S.Half:
        return base.sqrt()
    if exponent == -sympy.S.Half:
        return base.rsqrt()
    return (_series(exponent, x, order) * base.log()).exp()


@_series.register
def _exp(node: sympy.exp, x: arb_series, order: int) -> arb_series:
    return _series(node.args[0], x, order).exp()


@_series.register
def _tanh(node: sympy.tanh, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    where = _first(inner)
    if where.is_finite() and where.rad() > WIDE:
        return _tanh_over(inner, order)
    # tanh y = 1 - 2/(e^{2y} + 1): defined for every ball, whatever its radius.
    return 1 - 2 * ((2 * inner).exp() + 1).inv()


def _tanh_over(inner: arb_series, order: int) -> arb_series:
    """tanh over a wide ball: it is monotone, and T = tanh y has T′ = (1 - T²) y′."""
    y = [inner[i] for i in range(len(inner))] + [arb(0)] * (order - len(inner))
    values = [y[0].lower().tanh().union(y[0].upper().tanh())]
    falls: list[arb] = []
    for k in range(order - 1):
        square = sum((values[i] * values[k - i] for i in range(k + 1)), arb(0))
        falls.append((1 if k == 0 else 0) - square)
        total = sum(((j + 1) * y[j + 1] * falls[k - j] for j in range(k + 1)), arb(0))
        values.append(total / (k + 1))
    return arb_series(values, prec=order)


@_series.register
def _sinh(node: sympy.sinh, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    return (inner.exp() - (-inner).exp()) * arb(fmpq(1, 2))


@_series.register
def _cosh(node: sympy.cosh, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    return (inner.exp() + (-inner).exp()) * arb(fmpq(1, 2))


@_series.register
def _asinh(node: sympy.asinh, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    return (inner + (inner * inner + 1).sqrt()).log()


@_series.register(sympy.sign)
@_series.register(sympy.Heaviside)
def _step(node: Expr, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    side = _side(inner)
    low = -1 if isinstance(node, sympy.sign) else 0
    if side:
        return _constant(arb(1 if side > 0 else low), order)
    return _jump(arb(low).union(arb(1)), order)


@_series.register
def _absolute(node: sympy.Abs, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    side = _side(inner)
    return side * inner if side else _jump(abs(_first(inner)), order)


@_series.register(sympy.Max)
@_series.register(sympy.Min)
def _extreme(node: Expr, x: arb_series, order: int) -> arb_series:
    which = 1 if isinstance(node, sympy.Max) else -1
    best, *others = (which * _series(arg, x, order) for arg in node.args)
    for other in others:
        side = _side(best - other)
        if not side:
            best = _jump(_first(best).max(_first(other)), order)
        elif side < 0:
            best = other
    return which * best


def _first(series: arb_series) -> arb:
    return series[0] if len(series) else arb(0)


def _side(series: arb_series) -> int:
    first = _first(series)
    return 1 if first > 0 else -1 if first < 0 else 0


def _jump(values: arb, order: int) -> arb_series:
    """Values that a ball holds, of a function that may have a kink or a jump among them."""
    return arb_series([values, *[arb.nan()] * (order - 1)], prec=order)


@_series.register(sympy.log)
@_series.register(sympy.sin)
@_series.register(sympy.cos)
@_series.register(sympy.tan)
@_series.register(sympy.atan)
@_series.register(sympy.erf)
def _known(node: Expr, x: arb_series, order: int) -> arb_series:
    inner = _series(node.args[0], x, order)
    result = getattr(inner, node.func.__name__)()
    assert isinstance(result, arb_series)
    return result


def sign_of_number(number: Expr) -> int | None:
    """The sign of an exact real number; None if it is too near to 0 to tell, or not real.

    Raises:
        NotSupportedError: for a number that ball arithmetic does not know.
    """
    if number.is_zero:
        return 0
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            value = ball(number)
        if value > 0:
            return 1
        if value < 0:
            return -1
    return 0 if sympy.simplify(number).is_zero else None
