"""Kinks: where an expression changes its formula, and what holds at the point itself.

One convention everywhere, in kernels, oracles and in the explorer: at a kink the slope is 0 if 0
lies between the two one-sided slopes (both ends count), and otherwise the slope from the left.

    ReLU 0    leaky ReLU 1/100    SELU λα    hard tanh 0 (both kinks)    |x| 0

These are the values of torch; jax differs for leaky ReLU and hard tanh. ELU with α = 1 and softsign
have no kink: their one-sided slopes are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Abs, DiracDelta, Expr, Heaviside, Max, Min, Rational, S, sign

from symrnn.errors import NotSupportedError
from symrnn.language.activations import Activation, X

DIGITS = 50


@dataclass(frozen=True)
class Pieces:
    """An expression between its kinks: `parts[i]` from `bounds[i-1]` to `bounds[i]`."""

    bounds: tuple[Expr, ...]
    parts: tuple[Expr, ...]


@dataclass(frozen=True)
class Kink:
    """A point where the slopes from the left and from the right differ, or the values do.

    Attributes:
        at: the point.
        left, right: the one-sided slopes.
        slope: what the kernels take for σ′ there.
        jump: whether the values differ.
    """

    at: Expr
    left: Expr
    right: Expr
    slope: Expr
    jump: bool = False

    def __str__(self) -> str:
        return f"x = {self.at}: {self.left} from the left, {self.right} from the right"


@lru_cache(maxsize=512)
def pieces(expression: Expr) -> Pieces:
    """The smooth formulas of an expression in `X`, neighbours that are equal joined.

    Raises:
        NotSupportedError: the kinks are not finitely many points that can be solved for.
    """
    places = sorted(_switches(expression), key=lambda point: point.evalf(DIGITS))
    tests = _between(places)
    parts = [_smooth(expression, test) for test in tests]
    bounds: list[Expr] = []
    joined = parts[:1]
    for bound, part in zip(places, parts[1:], strict=True):
        if part != joined[-1]:
            bounds.append(bound)
            joined.append(part)
    return Pieces(tuple(bounds), tuple(joined))


def at_point(left: Expr, right: Expr) -> Expr:
    """The value at a jump from `left` to `right`, two numbers: 0 if it lies between, else left."""
    low, high = sorted((left, right), key=lambda value: value.evalf(DIGITS))
    return S.Zero if low.evalf(DIGITS) <= 0 <= high.evalf(DIGITS) else left


@lru_cache(maxsize=512)
def kinks(activation: Activation) -> tuple[Kink, ...]:
    """The kinks and jumps of a known activation, in order; none where it is differentiable.

    Raises:
        NotSupportedError: they are not finitely many points that can be solved for.
    """
    (variable,) = activation.function.variables
    found = []
    split = pieces(activation.function.expr.xreplace({variable: X}))
    for bound, before, after in zip(split.bounds, split.parts, split.parts[1:], strict=False):
        left, right = (limit(part.diff(X), bound) for part in (before, after))
        jump = not equal(limit(before, bound), limit(after, bound))
        if jump or not equal(left, right):
            found.append(Kink(bound, left, right, at_point(left, right), jump))
    return tuple(found)


def convention(activation: Activation) -> str:
    """What is taken for σ′ at kinks and jumps, in words; empty where none are, or none known."""
    if activation.is_unknown:
        return ""
    try:
        found = kinks(activation)
    except NotSupportedError:
        return ""
    taken: dict[tuple[str, str], list[str]] = {}
    for kink in found:
        what = (_short(kink.slope), "jump" if kink.jump else "kink")
        taken.setdefault(what, []).append(f"x = {_short(kink.at)}")
    return "; ".join(
        f"σ′ is taken to be {slope} at the {what}{'s' * (len(places) > 1)} {' and '.join(places)}"
        for (slope, what), places in taken.items()
    )


def _short(value: Expr) -> str:
    return str(value) if value.is_Rational and value.q <= 1000 else f"{float(value):.5g}"


def at_kink(activation: Activation, a: Any, within: float = 0.0) -> NDArray[np.bool_]:
    """Which entries of an array of pre-activations lie at a kink of the activation.

    There the derivative does not exist: a comparison with differences says nothing.

    Args:
        activation: known.
        a: pre-activations, any shape; of complex ones the real part.
        within: distance that still counts, for differences with steps of that size.

    Returns:
        Booleans of the shape of `a`.

    Raises:
        NotSupportedError: the kinks are not finitely many points that can be solved for.
    """
    values = np.real(np.asarray(a))
    near = np.zeros(values.shape, dtype=bool)
    for kink in kinks(activation):
        near |= np.abs(values - float(kink.at)) <= within
    return near


def limit(part: Expr, point: Expr) -> Expr:
    """A smooth formula's value at an end of its piece."""
    value = part.subs(X, point)
    return value if value.is_finite else sympy.limit(part, X, point)


def equal(left: Expr, right: Expr) -> bool:
    """Whether two numbers are equal to `DIGITS` digits."""
    difference = sympy.N(left - right, DIGITS, chop=True)
    return bool(abs(difference) <= Rational(10) ** (10 - DIGITS))


def _switches(expression: Expr) -> set[Expr]:
    """Where the formula changes: the roots of what a step function, |·|, max or min looks at."""
    watched: set[Expr] = set()
    for node in expression.atoms(Abs, sign, Heaviside, DiracDelta):
        watched.add(node.args[0])
    for node in expression.atoms(Max, Min):
        watched |= {one - other for one, other in combinations(node.args, 2)}
    for node in expression.atoms(sympy.Piecewise):
        for _, condition in node.args:
            watched |= {r.lhs - r.rhs for r in condition.atoms(sympy.core.relational.Relational)}
    found: set[Expr] = set()
    for inner in sorted(watched, key=str):
        if X in inner.free_symbols:
            found |= _roots(inner, expression)
    return found


def _roots(inner: Expr, expression: Expr) -> set[Expr]:
    split = _switches(inner)
    roots = sympy.solveset(inner, X, S.Reals)
    if isinstance(roots, sympy.Intersection) and roots.args[0] == S.Reals:
        roots = roots.args[1]
    if not isinstance(roots, sympy.FiniteSet):
        raise NotSupportedError(
            "the kinks of a formula cannot be found",
            {"formula": expression, "expected": "finitely many roots", "of": inner},
        )
    return split | set(roots)


def _between(places: list[Expr]) -> list[Expr]:
    """A rational point in each piece."""
    if not places:
        return [S.One]
    near = [Rational(str(place.evalf(30))) for place in places]
    middle = [(one + other) / 2 for one, other in pairwise(near)]
    return [near[0] - 1, *middle, near[-1] + 1]


def _smooth(expression: Expr, test: Expr) -> Expr:
    """The formula that holds around a point that is no kink."""

    def above(inner: Expr) -> bool:
        return bool(inner.subs(X, test).evalf(DIGITS) > 0)

    def visit(node: Expr) -> Expr:
        if not node.args or X not in node.free_symbols:
            return node
        if isinstance(node, sympy.Piecewise):
            return visit(next(value for value, on in node.args if on.subs(X, test) == True))  # noqa: E712
        args = [visit(argument) for argument in node.args]
        if isinstance(node, Max | Min):
            best = args[0]
            for other in args[1:]:
                better = above(other - best) == isinstance(node, Max)
                best = other if better else best
            return best
        if isinstance(node, DiracDelta):
            return S.Zero
        if isinstance(node, Abs | sign | Heaviside):
            positive = above(args[0])
            if isinstance(node, Abs):
                return args[0] if positive else -args[0]
            return S.One if positive else (S.Zero if isinstance(node, Heaviside) else S.NegativeOne)
        return node.func(*args)

    return visit(expression)
