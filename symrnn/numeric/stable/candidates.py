"""Forms of a smooth formula, equal in exact arithmetic and different in floats."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache, reduce
from itertools import pairwise, product
from operator import mul

import flint
import sympy
from flint import arb
from sympy import Dummy, Expr, Rational, S
from sympy.codegen.cfunctions import expm1, log1p

from symrnn.errors import NotSupportedError
from symrnn.language.activations import X
from symrnn.language.balls import jet
from symrnn.numeric.stable.nodes import (
    Damped,
    Data,
    Decay,
    Fold,
    Multiple,
    Reciprocal,
    Series,
    pieces_of,
)
from symrnn.numeric.stable.normal import Side, normal, roots, spelled

TERMS = (4, 8, 12, 18, 26, 36, 60, 90)
"""Terms of a power series around a root."""

HALF_ULP = 2.0**-54


def sides(part: Expr) -> list[Expr]:
    """A point on each side of the roots of a formula's exponents."""
    ends = roots(part)
    if not ends:
        return [S.NegativeOne, S.One]
    near = [Rational(str(sympy.N(end, 25))) for end in ends]
    middle = [(one + other) / 2 for one, other in pairwise(near)]
    return [near[0] - 1, *middle, near[-1] + 1]


def forms(part: Expr) -> Iterator[list[Expr]]:
    """Forms by algebra, the plain ones first, in batches: stop when one is good enough.

    Each equals the formula on at least one side of its exponents' roots.
    """
    special = part.has(sympy.erf, sympy.erfc)
    tests = sides(part)
    for near in (False, True) if part.has(sympy.log) else (False,):
        for precise, halved in product((False, True), (False, True)):
            batch: list[Expr] = []
            for test in tests:
                for complement in (True, False) if special else (False,):
                    side = Side(test, complement, precise, halved, near)
                    batch += _on(part, side)
            yield batch
    yield [form for test in tests for form in _far(part, test)]


def _on(part: Expr, side: Side) -> list[Expr]:
    try:
        over, under = normal(part, side)
    except sympy.PolynomialError:
        return []
    if not side.bases and (side.halved or (side.precise and not side.complement)):
        return []
    return list(_variants(over, under, side))


def _scaled(part: Expr) -> tuple[Expr, Expr]:
    """A constant and the rest, whose every factor leads with 1."""
    constant, rest = part.as_independent(*part.free_symbols, as_Add=False)
    factors = []
    for factor in sympy.Mul.make_args(rest):
        base, power = factor.as_base_exp()
        terms = [term.as_independent(*base.free_symbols) for term in sympy.Add.make_args(base)]
        # Of the highest power of x, so that no multiple of a huge x is formed.
        degree = max(sympy.degree(term, X) if term.has(X) else 0 for _, term in terms)
        tops = [c for c, term in terms if (sympy.degree(term, X) if term.has(X) else 0) == degree]
        largest = max((abs(c) for c in tops), key=lambda c: c.evalf(20))
        constant *= largest**power
        factors.append(sympy.Add(*(c / largest * term for c, term in terms)) ** power)
    return constant, reduce(mul, factors, S.One)


def _variants(over: Expr, under: Expr, side: Side) -> Iterator[Expr]:
    (upper, over), (lower, under) = _scaled(over), _scaled(under)
    constant = _multiple(upper / lower)
    for form in _written(over, under, side):
        yield Multiple(constant, form) if form.is_Add and constant != 1 else constant * form


@cache
def _multiple(constant: Expr) -> Expr:
    """A constant as an integer, if it is one, else by its digits: it is not multiplied into a sum.

    (x + 3)/6 keeps its root, x/6 + 1/2 does not.
    """
    simple = sympy.radsimp(constant)
    return simple if simple.is_Integer else sympy.Float(simple.evalf(30), 25)


def _written(over: Expr, under: Expr, side: Side) -> Iterator[Expr]:
    plain = spelled(_quotient(over, under), side)
    yield plain
    yield _expm1(plain)
    yield spelled(over * _inverted(under), side)
    for place, (u, symbol) in enumerate(side.bases):
        if symbol not in over.free_symbols or not over.is_polynomial(symbol):
            continue
        power = _order(over, symbol)
        if power and power % 2 == 0:
            value = _quotient(over / symbol**power, under)
            yield spelled(Damped(value, symbol ** (power // 2)), side)
        # e = 1 + (e - 1), for cancellation where e is near 1.
        small = Dummy(f"m{place}")
        shifted = sympy.factor(sympy.expand(over.xreplace({symbol: 1 + small})))
        yield spelled(_quotient(shifted, under), side).xreplace({small: expm1(Fold(u))})


def _expm1(form: Expr) -> Expr:
    """The form with e^(-|u|) - 1 by expm1."""

    def is_difference(node: Expr) -> bool:
        return (
            node.is_Add
            and len(node.args) == 2
            and node.args[0] in (1, -1)
            and (isinstance(-node.args[0] * node.args[1], Decay))
        )

    return form.replace(
        is_difference,
        lambda node: -node.args[0] * expm1(Fold((-node.args[0] * node.args[1]).args[0])),
    )


def _order(polynomial: Expr, symbol: Dummy) -> int:
    """The highest power of a symbol that divides a polynomial."""
    return int(min(monomial[0] for monomial in sympy.Poly(polynomial, symbol).monoms()))


def _quotient(over: Expr, under: Expr) -> Expr:
    constant, rest = under.as_independent(X, *under.free_symbols, as_Add=False)
    return over / constant / rest if rest != 1 else over / constant


def _inverted(under: Expr) -> Expr:
    """1/under, every power taken after the division."""
    constant, rest = under.as_independent(*under.free_symbols, as_Add=False)
    factors = []
    for factor in sympy.Mul.make_args(rest):
        base, power = factor.as_base_exp()
        factors.append(1 / factor if base.is_number else Reciprocal(base) ** power)
    return reduce(mul, factors, S.One) / constant


def _far(part: Expr, test: Expr) -> Iterator[Expr]:
    """For large |x|: without what has decayed, in 1/x."""
    side = Side(test, True)
    try:
        over, under = normal(part, side)
    except sympy.PolynomialError:
        return
    gone = {symbol: S.Zero for _, symbol in side.bases}
    for symbol, meaning in side.atoms.items():
        if isinstance(meaning, log1p) and meaning.args[0].subs(gone) == 0:
            gone[symbol] = S.Zero
    over, under = over.subs(gone), under.subs(gone)
    if under == 0:
        return
    limit = spelled(sympy.factor(sympy.cancel(over / under)), side)
    yield limit
    y = Dummy("y", positive=True)
    sign = 1 if test > 0 else -1
    flipped = sympy.powsimp(sympy.expand_log(_in_inverse(limit, sign / y, y), force=True))
    if flipped.is_rational_function(y):
        flipped = sympy.factor(sympy.cancel(flipped))
    yield flipped.xreplace({y: sign * Reciprocal(X)})


def _in_inverse(node: Expr, value: Expr, y: Dummy) -> Expr:
    """The formula at x = value, powers of y taken out of roots and logarithms."""
    if node == X:
        return value
    if not node.args:
        return node
    args = [_in_inverse(argument, value, y) for argument in node.args]
    if isinstance(node, sympy.Pow) and not node.exp.is_Integer and node.exp.is_Rational:
        over, under = sympy.fraction(sympy.cancel(sympy.together(args[0])))
        power = sympy.degree(under, y)
        return over**node.exp * (under / y**power) ** -node.exp * y ** (-power * node.exp)
    if isinstance(node, sympy.log | log1p):
        inner = args[0] + (1 if isinstance(node, log1p) else 0)
        over, under = sympy.fraction(sympy.cancel(sympy.together(inner)))
        if over.is_Add and over.subs(y, 0) == 1:
            return log1p(over - 1) - sympy.log(under)
        return sympy.log(over) - sympy.log(under)
    return node.func(*args)


def series(part: Expr, root: Expr) -> Iterator[Expr]:
    """Power series at a root of the formula, by powers of x - root, of several lengths."""
    before = flint.ctx.prec, flint.ctx.cap
    flint.ctx.prec, flint.ctx.cap = 300, max(TERMS)
    try:
        found = jet(part, arb(str(sympy.N(root, 80))), max(TERMS))
    except NotSupportedError:
        return
    finally:
        flint.ctx.prec, flint.ctx.cap = before
    if not all(c.is_finite() for c in found):
        return
    numbers = [_number(c) for c in found]
    start = next((place for place, c in enumerate(numbers) if c != 0), None)
    if start is None:
        return
    step = 2 if all(c == 0 for c in numbers[start + 1 :: 2]) else 1
    radius = _radius(numbers)
    if radius == 0:
        # A coefficient is beyond all floats.
        return
    for terms in TERMS:
        kept = numbers[start:terms:step]
        while kept and kept[-1] == 0:
            kept.pop()
        if kept:
            values = tuple(float(c) for c in kept)
            reach = min(radius, _reach(numbers, start, terms, radius))
            yield Series(X, Data((pieces_of(root), reach, start, step, values)))


def _radius(numbers: list[Expr]) -> float:
    """Most of the radius of convergence, by Cauchy and Hadamard; at most 1."""
    sizes = [
        float(abs(c)) ** (-1 / place) for place, c in enumerate(numbers) if place > 6 and c != 0
    ]
    return min(1.0, 0.7 * min(sizes, default=2.0))


def _reach(numbers: list[Expr], start: int, terms: int, radius: float) -> float:
    """How far from the root each term left out is below half an ulp of the first.

    Nothing is known of the terms behind the last number: the first of them is taken to be as large
    at the radius as the largest of the others.
    """
    sizes = [math.log(float(abs(c))) if c != 0 else -math.inf for c in numbers]
    far = math.log(radius)
    largest = max(size + place * far for place, size in enumerate(sizes))
    behind = [*sizes, largest - len(sizes) * far]
    lead = sizes[start] + math.log(HALF_ULP)
    return min(
        math.exp((lead - behind[place]) / (place - start))
        for place in range(max(terms, start + 1), len(behind))
        if behind[place] > -math.inf
    )


def _number(value: arb) -> Expr:
    if abs(float(value)) < 1e-45:
        return S.Zero
    return sympy.Float(str(value.mid().str(30, radius=False)), 25)
