"""An expression in one variable evaluated in ball arithmetic, with its first derivatives.

A ball holds every value the expression takes for the arguments in a ball; so does each Taylor
coefficient. Arb does the arithmetic (Johansson, "Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic", IEEE Trans. Computers 66, 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, singledispatch
from typing import Any

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
        series = _enclosed(expression)(arb_series([x, 1], prec=order), order)
    except ZeroDivisionError:
        return [arb.nan()] * order
    known = [series[i] for i in range(len(series))]
    return known + [arb(0)] * (order - len(known))


def values(expression: Expr, at: Mapping[Symbol, arb]) -> arb:
    """A ball that holds what an expression of several symbols takes over their balls."""
    try:
        return _first(_enclosed(expression)({of: _constant(b, 1) for of, b in at.items()}, 1))
    except ZeroDivisionError:
        return arb.nan()


Enclosed = Callable[[Any, int], arb_series]
"""What encloses a node: from the series of the argument, or those of all symbols by name, and how
many coefficients are kept."""


@lru_cache(maxsize=4096)
def _enclosed(node: Expr) -> Enclosed:
    """What encloses a node, found once: it is asked at thousands of points."""
    if not node.free_symbols:
        return lambda x, order: _constant(_number(node, ctx.prec), order)
    return _of(node)


@lru_cache(maxsize=4096)
def _number(node: Expr, precision: int) -> arb:
    """A ball around a number, by the precision that it is computed with."""
    return _first(_of(node)(arb_series([0], prec=1), 1))


@singledispatch
def _of(node: Expr) -> Enclosed:
    raise NotSupportedError(f"no ball arithmetic for {type(node).__name__}", {"expression": node})


def _constant(value: arb, order: int) -> arb_series:
    return arb_series([value], prec=order)


@_of.register
def _symbol(node: sympy.Symbol) -> Enclosed:
    def enclose(x: Any, order: int) -> Any:
        if isinstance(x, Mapping):
            return x[node]
        if node != X:
            raise NotSupportedError("an expression in one variable is enclosed", {"got": node})
        return x

    return enclose


@_of.register
def _rational(node: sympy.Rational) -> Enclosed:
    exact = fmpq(int(node.p), int(node.q))
    return lambda x, order: _constant(arb(exact), order)


@_of.register
def _irrational(node: sympy.NumberSymbol) -> Enclosed:
    known = {sympy.pi: arb.pi, sympy.E: arb.const_e, sympy.EulerGamma: arb.const_euler}
    if node not in known:
        raise NotSupportedError("no ball for this constant", {"constant": node})
    return lambda x, order: _constant(known[node](), order)


@_of.register
def _root(node: sympy.CRootOf) -> Enclosed:
    def enclose(x: arb_series, order: int) -> arb_series:
        # SymPy isolates a real root by intervals with rational ends.
        width = sympy.Rational(1, 2**ctx.prec)
        near = node.eval_rational(width, width)
        return _constant(arb(fmpq(int(near.p), int(near.q)), fmpq(1, 2**ctx.prec)), order)

    return enclose


@_of.register
def _sum(node: sympy.Add) -> Enclosed:
    first, *others = map(_enclosed, node.args)

    def enclose(x: arb_series, order: int) -> arb_series:
        total = first(x, order)
        for term in others:
            total = total + term(x, order)
        return total

    return enclose


@_of.register
def _product(node: sympy.Mul) -> Enclosed:
    first, *others = map(_enclosed, node.args)

    def enclose(x: arb_series, order: int) -> arb_series:
        total = first(x, order)
        for factor in others:
            total = total * factor(x, order)
        return total

    return enclose


@_of.register
def _power(node: sympy.Pow) -> Enclosed:
    base = _enclosed(node.base)
    if node.exp.is_Integer:
        return _repeated(base, int(node.exp))
    if node.exp == sympy.S.Half:
        return lambda x, order: base(x, order).sqrt()
    if node.exp == -sympy.S.Half:
        return lambda x, order: base(x, order).rsqrt()
    exponent = _enclosed(node.exp)
    return lambda x, order: (exponent(x, order) * base(x, order).log()).exp()


def _repeated(base: Enclosed, exponent: int) -> Enclosed:
    def enclose(x: arb_series, order: int) -> arb_series:
        factor = base(x, order)
        if exponent < 0:
            # Turned over first: the square of a ball reaches further down than its own.
            factor = factor.inv()
        total = _constant(arb(1), order)
        for _ in range(abs(exponent)):
            total *= factor
        return total

    return enclose


@_of.register
def _exp(node: sympy.exp) -> Enclosed:
    inner = _enclosed(node.args[0])
    return lambda x, order: inner(x, order).exp()


@_of.register
def _tanh(node: sympy.tanh) -> Enclosed:
    inner = _enclosed(node.args[0])

    def enclose(x: arb_series, order: int) -> arb_series:
        at = inner(x, order)
        where = _first(at)
        if where.is_finite() and where.rad() > WIDE:
            return _tanh_over(at, order)
        # tanh y = 1 - 2/(e^{2y} + 1): defined for every ball, whatever its radius.
        return 1 - 2 * ((2 * at).exp() + 1).inv()

    return enclose


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


@_of.register(sympy.sinh)
@_of.register(sympy.cosh)
def _hyperbolic(node: Expr) -> Enclosed:
    inner, half = _enclosed(node.args[0]), arb(fmpq(1, 2))
    other = -half if isinstance(node, sympy.sinh) else half

    def enclose(x: arb_series, order: int) -> arb_series:
        at = inner(x, order)
        return at.exp() * half + (-at).exp() * other

    return enclose


@_of.register
def _asinh(node: sympy.asinh) -> Enclosed:
    inner = _enclosed(node.args[0])

    def enclose(x: arb_series, order: int) -> arb_series:
        at = inner(x, order)
        return (at + (at * at + 1).sqrt()).log()

    return enclose


@_of.register(sympy.sign)
@_of.register(sympy.Heaviside)
def _step(node: Expr) -> Enclosed:
    inner, low = _enclosed(node.args[0]), -1 if isinstance(node, sympy.sign) else 0

    def enclose(x: arb_series, order: int) -> arb_series:
        side = _side(inner(x, order))
        if side:
            return _constant(arb(1 if side > 0 else low), order)
        return _jump(arb(low).union(arb(1)), order)

    return enclose


@_of.register
def _absolute(node: sympy.Abs) -> Enclosed:
    inner = _enclosed(node.args[0])

    def enclose(x: arb_series, order: int) -> arb_series:
        at = inner(x, order)
        side = _side(at)
        return side * at if side else _jump(abs(_first(at)), order)

    return enclose


@_of.register(sympy.Max)
@_of.register(sympy.Min)
def _extreme(node: Expr) -> Enclosed:
    which, arguments = 1 if isinstance(node, sympy.Max) else -1, [*map(_enclosed, node.args)]

    def enclose(x: arb_series, order: int) -> arb_series:
        best, *others = (which * argument(x, order) for argument in arguments)
        for other in others:
            side = _side(best - other)
            if not side:
                best = _jump(_first(best).max(_first(other)), order)
            elif side < 0:
                best = other
        return which * best

    return enclose


def _first(series: arb_series) -> arb:
    return series[0] if len(series) else arb(0)


def _side(series: arb_series) -> int:
    first = _first(series)
    return 1 if first > 0 else -1 if first < 0 else 0


def _jump(values: arb, order: int) -> arb_series:
    """Values that a ball holds, of a function that may have a kink or a jump among them."""
    return arb_series([values, *[arb.nan()] * (order - 1)], prec=order)


@_of.register(sympy.log)
@_of.register(sympy.sin)
@_of.register(sympy.cos)
@_of.register(sympy.tan)
@_of.register(sympy.atan)
@_of.register(sympy.erf)
def _known(node: Expr) -> Enclosed:
    inner, function = _enclosed(node.args[0]), getattr(arb_series, node.func.__name__)

    def enclose(x: arb_series, order: int) -> arb_series:
        result = function(inner(x, order))
        assert isinstance(result, arb_series)
        return result

    return enclose


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
