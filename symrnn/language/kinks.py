"""Where an expression in one variable has kinks, and the smooth expression between two of them."""

from __future__ import annotations

from itertools import pairwise

import sympy
from sympy import Expr, Poly

from symrnn.language.activations import X
from symrnn.language.disguise import U, disguised, real_roots

KINKS = (sympy.Heaviside, sympy.sign, sympy.Abs, sympy.Max, sympy.Min)


def between(left: Expr, right: Expr) -> Expr:
    """A point between two ends, either of which may be infinite."""
    if left == -sympy.oo:
        return sympy.S.Zero if right == sympy.oo else right - 1
    return left + 1 if right == sympy.oo else (left + right) / 2


def kinks_of(slope: Expr) -> list[Expr] | None:
    """The points where a kink of the slope may lie, in order; None if they are not found."""
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
    return sorted(points, key=float)


def _zeros(expression: Expr) -> set[Expr] | None:
    """The zeros, between them those of the kinks inside; None if they are not found."""
    inner = kinks_of(expression)
    if inner is None:
        return None
    ends = [-sympy.oo, *inner, sympy.oo]
    zeros = set(inner)
    for left, right in pairwise(ends):
        smooth = without_kinks(expression, between(left, right))
        if not smooth.has(X):
            continue
        disguise = disguised(smooth)
        if disguise is None or disguise.periodic:
            return None
        roots = real_roots(Poly(sympy.fraction(disguise.rational)[0], U))
        if roots is None:
            return None
        lower, upper = disguise.domain(left, right)
        zeros |= {disguise.back(root) for root in roots if lower < root < upper}
    return zeros


def without_kinks(expression: Expr, point: Expr) -> Expr:
    """The smooth expression that agrees near a point which is no kink."""

    def smooth(node: Expr) -> Expr:
        if not isinstance(node, KINKS):
            return node.func(*map(smooth, node.args)) if node.args else node
        args = [smooth(arg) for arg in node.args]
        here = [float(arg.subs(X, point)) for arg in args]
        if isinstance(node, sympy.Max | sympy.Min):
            return args[here.index((max if isinstance(node, sympy.Max) else min)(here))]
        positive = here[0] > 0
        if isinstance(node, sympy.Abs):
            return args[0] if positive else -args[0]
        return sympy.Integer(positive if isinstance(node, sympy.Heaviside) else 2 * positive - 1)

    return smooth(expression)
