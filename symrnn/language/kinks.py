"""Where an expression in one variable has kinks, and the smooth expression between two of them."""

from __future__ import annotations

from functools import cmp_to_key
from itertools import pairwise

import sympy
from sympy import Expr, Poly

from symrnn.errors import EvidenceError, NotSupportedError
from symrnn.language.activations import X
from symrnn.language.balls import sign_of_number
from symrnn.language.disguise import U, disguised, real_roots

KINKS = (sympy.Heaviside, sympy.sign, sympy.Abs, sympy.Max, sympy.Min)


class UnknownSignError(EvidenceError):
    """Two exact numbers are too near to each other to be told apart, or one is not real."""


def sign_at(expression: Expr, point: Expr) -> int:
    """The sign of an expression at an exact point.

    Raises:
        UnknownSignError: it is not seen, or the expression has no real value there.
    """
    value = expression.subs(X, point)
    try:
        sign = None if value.has(sympy.nan, sympy.zoo, sympy.oo) else sign_of_number(value)
    except NotSupportedError:
        sign = None
    if sign is None:
        raise UnknownSignError("a sign is not decided", {"expression": expression, "at": point})
    return sign


def in_order(points: set[Expr]) -> list[Expr]:
    """Exact numbers in order, equal ones once.

    Raises:
        UnknownSignError: two of them are not told apart.
    """

    def order(a: Expr, b: Expr) -> int:
        return sign_at(a - b, sympy.S.Zero)

    ordered = sorted(points, key=cmp_to_key(order))
    return [p for i, p in enumerate(ordered) if i == 0 or sign_at(p - ordered[i - 1], X) != 0]


def between(left: Expr, right: Expr) -> Expr:
    """A point between two ends, either of which may be infinite."""
    if left == -sympy.oo:
        return sympy.S.Zero if right == sympy.oo else right - 1
    return left + 1 if right == sympy.oo else (left + right) / 2


def kinks_of(slope: Expr) -> list[Expr] | None:
    """The points where a kink of the slope may lie, in order; None if they are not found.

    Those are the zeros of what its switches ask the sign of, and the poles of that: a sign may
    change at both.
    """
    try:
        return _kinks(slope)
    except UnknownSignError:
        return None


def _kinks(slope: Expr) -> list[Expr] | None:
    points: set[Expr] = set()
    for node in slope.atoms(*KINKS):
        steps = [node.args[0]]
        if isinstance(node, sympy.Max | sympy.Min):
            steps = [a - b for i, a in enumerate(node.args) for b in node.args[:i]]
        for step in steps:
            zeros = _zeros(step)
            if zeros is None:
                return None
            points |= zeros
    return in_order(points)


def _zeros(expression: Expr) -> set[Expr] | None:
    """The zeros and poles, between them those of the kinks inside; None if they are not found."""
    inner = _kinks(expression)
    if inner is None:
        return None
    ends = [-sympy.oo, *inner, sympy.oo]
    zeros = set(inner)
    for left, right in pairwise(ends):
        smooth = without_kinks(expression, between(left, right))
        found = changes(smooth, left, right) if smooth.has(X) else set()
        if found is None:
            return None
        zeros |= found
    return zeros


def changes(smooth: Expr, left: Expr, right: Expr) -> set[Expr] | None:
    """The zeros and poles of a smooth expression between two ends; None if they are not found.

    Raises:
        UnknownSignError: one of them is not told apart from an end.
    """
    found: set[Expr] = set()
    for factor in _factors(smooth):
        root = _root_of_a_line(factor)
        if root is not None:
            found |= {root} if is_between(root, left, right) else set()
            continue
        disguise = disguised(factor)
        if disguise is None or disguise.periodic:
            return None
        lower, upper = disguise.domain(left, right)
        for polynomial in sympy.fraction(disguise.rational):
            roots = real_roots(Poly(polynomial, U))
            if roots is None:
                return None
            inside = (r for r in roots if is_between(r, lower, upper))
            found |= {disguise.back(root) for root in inside}
    return found


def _root_of_a_line(factor: Expr) -> Expr | None:
    """-b/a of ax + b, also where they are not rational."""
    if not factor.is_polynomial(X) or sympy.degree(factor, X) != 1:
        return None
    a, b = Poly(factor, X).all_coeffs()
    return -b / a if sign_at(a, sympy.S.Zero) else None


def _factors(smooth: Expr) -> list[Expr]:
    """Factors that have all the zeros and poles of an expression: powers by their bases."""
    whole = sympy.factor_terms(smooth)
    factors = [factor for factor in sympy.Mul.make_args(whole) if factor.has(X)]
    if len(factors) == 1 and not factors[0].is_Pow:
        return [smooth]
    bases = [factor.as_base_exp() for factor in factors]
    # A power of e has no zero where its exponent is finite; elsewhere it is not read.
    simple = [b for b, e in bases if not (b == sympy.E and e.is_polynomial(X))]
    return [b if e.is_Rational else b**e for b, e in bases if b in simple]


def is_between(number: Expr, lower: Expr, upper: Expr) -> bool:
    """Whether an exact number lies strictly between two ends, which may be infinite.

    Raises:
        UnknownSignError: it is not seen.
    """
    above = lower == -sympy.oo or sign_at(number - lower, X) > 0
    return above and (upper == sympy.oo or sign_at(upper - number, X) > 0)


def without_kinks(expression: Expr, point: Expr) -> Expr:
    """The smooth expression that agrees near a point which is no kink.

    Raises:
        UnknownSignError: a branch is not decided.
    """

    def smooth(node: Expr) -> Expr:
        if not isinstance(node, KINKS):
            return node.func(*map(smooth, node.args)) if node.args else node
        args = [smooth(arg) for arg in node.args]
        if isinstance(node, sympy.Max | sympy.Min):
            which = 1 if isinstance(node, sympy.Max) else -1
            best, *others = args
            for other in others:
                if which * _sign(other - best, point) > 0:
                    best = other
            return best
        side = _sign(args[0], point)
        if isinstance(node, sympy.Abs):
            return side * args[0]
        return sympy.Integer(side) if isinstance(node, sympy.sign) else sympy.Rational(1 + side, 2)

    return smooth(expression)


def _sign(smooth: Expr, point: Expr) -> int:
    if sympy.expand(smooth) == 0:
        return 0
    sign = sign_at(smooth, point)
    if sign == 0:
        raise UnknownSignError("a kink is met", {"expression": smooth, "at": point})
    return sign
