"""γ = sup|σ′| of an activation: exactly where σ′ is a rational function in disguise, else searched.

Exactly means: on each interval between the kinks of σ, σ′ is rational in x, in eˣ or in
tan(x/2); its extrema are then roots of a polynomial, and its limits those of a rational function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy
from sympy import Expr, Poly, Symbol
from sympy.polys.polyerrors import PolynomialError

from symrnn.errors import IllFormedError
from symrnn.language.activations import Activation, X
from symrnn.language.slope_search import search

KINKS = (sympy.Heaviside, sympy.sign, sympy.Abs, sympy.Max, sympy.Min)
MAX_DEGREE = 24
_U = Symbol("u", real=True)


@dataclass(frozen=True)
class SlopeBound:
    """The least γ with |σ′(x)| ≤ γ wherever σ′ exists.

    Args:
        value: an exact number, a decimal one (see `method`), ∞ where σ′ is unbounded, or None
            where σ′ is not real for every real x, or σ has a jump.
        where: a point at which |σ′| attains γ or comes arbitrarily close to it; ±∞ for a limit,
            None where it is not known.
        method: "exact" by algebra; "search" for the largest value on a grid, refined: right to
            about 15 digits for ordinary functions, but nothing proves that no peak was missed.
    """

    value: Expr | None
    where: Expr | None
    method: str


def slope_bound(activation: Activation) -> SlopeBound:
    """γ of an activation; see `SlopeBound`.

    Raises:
        IllFormedError: for an unknown σ, whose slopes nothing is known about.
    """
    if activation.is_unknown:
        raise IllFormedError(
            "an unknown σ has no slope bound", {"expected": "a known activation", "got": "σ"}
        )
    slope = activation.prime.at(X)
    if slope.has(sympy.DiracDelta, sympy.Derivative):
        return SlopeBound(None, None, "exact")
    exact = _exact(slope)
    if exact is not None and not exact[0].has(sympy.CRootOf):
        return SlopeBound(*exact, "exact")
    return SlopeBound(*search(slope, X), "search")


Found = tuple[Expr, Expr]


def _exact(slope: Expr) -> Found | None:
    """The supremum of |slope| and where, or None if it is not rational in disguise."""
    kinks = _kinks(slope)
    if kinks is None:
        return None
    ends = [-sympy.oo, *kinks, sympy.oo]
    found: list[Found] = []
    for left, right in pairwise(ends):
        largest = _on_interval(_without_kinks(slope, _between(left, right)), left, right)
        if largest is None:
            return None
        found.append(largest)
    return _largest(found)


def _largest(found: list[Found]) -> Found:
    return max(found, key=lambda pair: float(pair[0]))


def _between(left: Expr, right: Expr) -> Expr:
    if left == -sympy.oo:
        return sympy.S.Zero if right == sympy.oo else right - 1
    return left + 1 if right == sympy.oo else (left + right) / 2


def _kinks(slope: Expr) -> list[Expr] | None:
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
    inner = _kinks(expression)
    if inner is None:
        return None
    ends = [-sympy.oo, *inner, sympy.oo]
    zeros = set(inner)
    for left, right in pairwise(ends):
        smooth = _without_kinks(expression, _between(left, right))
        if not smooth.has(X):
            continue
        disguise = _disguise(smooth)
        if disguise is None or disguise.periodic:
            return None
        roots = _real_roots(Poly(sympy.fraction(disguise.rational)[0], _U))
        if roots is None:
            return None
        lower, upper = disguise.domain(left, right)
        zeros |= {disguise.back(root) for root in roots if lower < root < upper}
    return zeros


def _without_kinks(expression: Expr, point: Expr) -> Expr:
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


@dataclass(frozen=True)
class _Disguise:
    """An expression as a rational function of u: u = x, u = e^{x/n}, or u = tan(x/(2n))."""

    rational: Expr
    kind: str
    scale: Expr

    @property
    def periodic(self) -> bool:
        return self.kind == "tan"

    def domain(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """The values of u for x between two ends."""
        if self.kind == "exp":
            return sympy.exp(left * self.scale), sympy.exp(right * self.scale)
        return left, right

    def back(self, u: Expr) -> Expr:
        """The x of a u."""
        if self.kind == "exp":
            return sympy.log(u) / self.scale
        return 2 * sympy.atan(u) / self.scale if self.periodic else u


def _disguise(expression: Expr) -> _Disguise | None:
    for kind, rational, scale in _readings(expression):
        if not rational.has(X) and rational.is_rational_function(_U):
            whole = sympy.cancel(sympy.together(rational))
            numbers = whole.free_symbols <= {_U} and all(
                part.is_rational for part in whole.atoms(sympy.Number, sympy.NumberSymbol)
            )
            if numbers and max(Poly(p, _U).degree() for p in sympy.fraction(whole)) <= MAX_DEGREE:
                return _Disguise(whole, kind, scale)
    return None


def _readings(expression: Expr) -> Iterator[tuple[str, Expr, Expr]]:
    """Substitutions worth trying; a failed one leaves x behind."""
    yield "plain", expression.xreplace({X: _U}), sympy.S.One
    if expression.has(sympy.sin, sympy.cos):
        yield from _half_angle(expression)
    elif expression.has(sympy.exp, sympy.tanh, sympy.sinh, sympy.cosh):
        powers = expression.rewrite(sympy.exp).atoms(sympy.exp)
        rates = [power.args[0].coeff(X) for power in powers]
        if rates and all(rate.is_Rational and rate != 0 for rate in rates):
            scale = _common(rates)
            inside = expression.rewrite(sympy.exp).xreplace(
                {p: _U ** (p.args[0] / (scale * X)) for p in powers if p.args[0].coeff(X, 0) == 0}
            )
            yield "exp", inside, scale


def _half_angle(expression: Expr) -> Iterator[tuple[str, Expr, Expr]]:
    waves = expression.atoms(sympy.sin, sympy.cos)
    rates = [wave.args[0] / X for wave in waves]
    if not all(rate.is_Rational for rate in rates):
        return
    scale, y = _common(rates), Symbol("y", real=True)
    waves_in_y = {wave: sympy.expand_trig(wave.subs(X, y / scale)) for wave in waves}
    circle = {sympy.sin(y): 2 * _U / (1 + _U**2), sympy.cos(y): (1 - _U**2) / (1 + _U**2)}
    yield "tan", expression.xreplace(waves_in_y).xreplace(circle), scale


def _common(rates: list[Any]) -> Expr:
    """The largest rational of which every rate is an integer multiple."""
    denominators = sympy.ilcm(1, *(rate.q for rate in rates))
    return sympy.Rational(sympy.igcd(0, *(rate * denominators for rate in rates)), denominators)


def _on_interval(slope: Expr, left: Expr, right: Expr) -> Found | None:
    """The supremum of |slope| between two points, and where."""
    if not slope.has(X):
        return abs(slope), _between(left, right)
    disguise = _disguise(slope)
    if disguise is None or (disguise.periodic and (left, right) != (-sympy.oo, sympy.oo)):
        return None
    rational = disguise.rational
    lower, upper = disguise.domain(left, right)
    poles = _real_roots(Poly(sympy.fraction(rational)[1], _U))
    turns = _real_roots(Poly(sympy.fraction(sympy.cancel(rational.diff(_U)))[0], _U))
    if poles is None or turns is None:
        return None
    inside = [pole for pole in poles if lower < pole < upper]
    if inside:
        return sympy.oo, disguise.back(inside[0])
    if disguise.periodic:
        left = right = sympy.pi / disguise.scale
    ends = [
        (abs(sympy.limit(rational, _U, end, side)), at)
        for end, side, at in ((lower, "+", left), (upper, "-", right))
    ]
    peaks = [
        (abs(sympy.radsimp(sympy.expand(rational.subs(_U, turn)))), disguise.back(turn))
        for turn in turns
        if lower < turn < upper
    ]
    # Of equal suprema the first counts: better a point where γ is attained than a limit.
    return _largest([*peaks, *ends])


def _real_roots(polynomial: Poly) -> list[Expr] | None:
    if polynomial.is_zero or polynomial.degree() <= 0:
        return []
    try:
        return list(sympy.real_roots(polynomial.sqf_part()))
    except (NotImplementedError, PolynomialError):
        return None
