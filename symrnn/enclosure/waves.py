"""Waves: what never settles as x → ∞. Sums of sin p(x) and cos p(x), and functions of them.

Products of sines and cosines become sums, so that equal frequencies meet and different ones stay
apart. How large such a sum gets, again and again, is known where one angle drives it (it then
runs through all its values) or where the angles are polynomials that are linearly independent over
the rational numbers: they are equidistributed modulo 2π (Weyl, Math. Annalen 77, 1916), so that
the independent parts reach their largest values together. Angles that are combinations of others
are looked at together (`torus`). Otherwise the triangle inequality is an upper bound, and no more
is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from itertools import combinations
from operator import mul

import sympy
from flint import arb
from sympy import Expr, Poly, cos, sin

from symrnn.enclosure import torus
from symrnn.enclosure.search import Largest, search
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X
from symrnn.language.balls import ball, jet

Part = tuple[Expr, Expr]
"""A wave, or 1, and an exact factor."""
HALF = sympy.Rational(1, 2)
TOLERANCE = 100
EVERYWHERE = 64
"""Over |x| ≤ 2⁶⁴ a sine takes all its values, in any arithmetic."""


def is_pure(wave: Expr) -> bool:
    """Whether a wave is one sine or cosine."""
    return isinstance(wave, sin | cos)


def product(one: Expr, other: Expr) -> list[Part]:
    """The product of two waves as a sum."""
    if one == 1 or other == 1:
        return [(one * other, sympy.S.One)]
    if not (is_pure(one) and is_pure(other)):
        return [(one * other, sympy.S.One)]
    u, v = one.args[0], other.args[0]
    total, gap = sympy.expand(u + v), sympy.expand(u - v)
    if not all(_understood(angle, u) for angle in (total, gap)):
        return [(one * other, sympy.S.One)]
    match isinstance(one, sin), isinstance(other, sin):
        case True, True:
            parts = [(cos, gap, HALF), (cos, total, -HALF)]
        case False, False:
            parts = [(cos, gap, HALF), (cos, total, HALF)]
        case True, False:
            parts = [(sin, total, HALF), (sin, gap, HALF)]
        case _:
            parts = [(sin, total, HALF), (sin, gap, -HALF)]
    return [(w, c * f) for kind, angle, f in parts for w, c in wave(kind, angle)]


def _understood(angle: Expr, like: Expr) -> bool:
    return bool(angle.is_polynomial(X)) or sympy.cancel(angle / like).is_Rational


def wave(kind: type[Expr], angle: Expr) -> list[Part]:
    """sin or cos of an angle: without its constant, and of two opposite angles always one."""
    if not angle.has(X):
        return [(sympy.S.One, kind(angle))]
    constant = Poly(angle, X).nth(0) if angle.is_polynomial(X) else sympy.S.Zero
    rest = sympy.expand(angle - constant)
    sign = 1
    if rest.could_extract_minus_sign():
        rest, sign = sympy.expand(-rest), -1
    sine, cosine = sin(rest, evaluate=False), cos(rest, evaluate=False)
    c, s = cos(constant), sin(constant)
    parts = [(sine, sign * c), (cosine, s)] if kind is sin else [(cosine, c), (sine, -sign * s)]
    return [(w, factor) for w, factor in parts if factor != 0]


def span(wave: Expr) -> arb:
    """A ball that holds the values of a wave."""
    if wave == 1:
        return arb(1)
    if is_pure(wave):
        return arb(0, 1)
    if not wave.has(X):
        return ball(wave)
    if wave.is_Mul:
        return reduce(mul, map(span, wave.args), arb(1))
    nodes = {*_drivers(wave), *wave.atoms(sin, cos)}
    if wave.xreplace(dict.fromkeys(nodes, sympy.S.One)).has(X):
        raise UndecidedError("a wave is not bounded", {"wave": wave})
    # However slowly an angle runs, and whatever angle it is, it comes nowhere else.
    free = wave.xreplace({node: node.func(X) for node in nodes})
    values = jet(free, arb(0, 1) * arb(2) ** EVERYWHERE, 1)[0]
    if not values.is_finite():
        raise UndecidedError("a wave is not bounded", {"wave": wave})
    return values


def triangle(parts: Sequence[tuple[Expr, arb]]) -> arb:
    """An upper bound of |Σ c w|."""
    total = arb(0)
    for each, factor in parts:
        total += abs(factor) * _reach(each)
    return arb(total.upper())


def _reach(wave: Expr) -> arb:
    """An upper bound of a wave's absolute value: 1 exactly, which is no radius of a ball."""
    if wave == 1 or is_pure(wave):
        return arb(1)
    return reduce(mul, map(_reach, wave.args), arb(1)) if wave.is_Mul else span(wave).abs_upper()


def ceiling(f: Expr) -> arb | None:
    """An upper bound of |f| wherever x is, by the triangle inequality; None if f is no such sum."""
    terms = [term.as_independent(X, as_Add=False) for term in sympy.Add.make_args(f)]
    try:
        return triangle([(wave, ball(factor)) for factor, wave in terms])
    except UndecidedError:
        return None


@lru_cache(maxsize=256)
def largest(parts: tuple[Part, ...]) -> tuple[arb, arb | None]:
    """(upper, approached) for |Σ c w| as x → ∞, with constants c.

    approached: a number that |Σ c w| comes arbitrarily close to, or exceeds, again and again; a
    ball around the upper bound where that is known; None if nothing is known.
    """
    bound = triangle([(w, ball(c)) for w, c in parts])
    if all(w == 1 for w, _ in parts):
        return bound, abs(ball(sum(c for _, c in parts)))
    if any(w.xreplace(dict.fromkeys(_drivers(w), sympy.S.One)).has(X) for w, _ in parts):
        return bound, None
    angles = sorted(
        {torus.bare(a)[0] for w, _ in parts for a in _angles(w)}, key=sympy.default_sort_key
    )
    groups = _proportional(angles)
    if len(groups) == 1 and _turns(groups[0]) <= torus.MAX_TURNS:
        return _one_angle(parts, groups[0])
    if not all(angle.is_polynomial(X) for angle in angles):
        return bound, None
    pure = all(w == 1 or is_pure(w) for w, _ in parts)
    few = all(_turns(group) <= torus.MAX_TURNS for group in groups)
    if pure and few and _independent([group[0] for group in groups]):
        return _independent_parts(parts, groups)
    together = _together(parts, angles)
    if together is not None:
        return min(bound, arb(together.upper()), key=float), together
    if not pure or not all(_differ(u, v) for u, v in combinations(angles, 2)):
        return bound, None
    # Distinct polynomials without a constant: the mean of the square is that of Parseval.
    square = arb(0)
    for w, c in parts:
        square += ball(c) ** 2 * (1 if w == 1 else arb(0.5))
    return bound, square.sqrt()


def _drivers(wave: Expr) -> list[Expr]:
    """The sines and cosines that alone know x."""
    if is_pure(wave):
        return [wave]
    found = wave.atoms(sin, cos, sympy.tan)
    return [node for node in found if node.args[0].is_polynomial(X) and node.args[0].has(X)]


def _angles(wave: Expr) -> list[Expr]:
    return [node.args[0] for node in _drivers(wave)]


def _differ(one: Expr, other: Expr) -> bool:
    """Whether neither the sum nor the difference of two polynomials is seen to be constant.

    Two ways to write one number, √(3 + 2√2) and 1 + √2, are not told apart.
    """
    return all(
        any(bool(abs(ball(c)) > 0) for c in Poly(both, X).all_coeffs()[:-1])
        for both in (one + other, one - other)
    )


def _proportional(angles: Sequence[Expr]) -> list[list[Expr]]:
    groups: list[list[Expr]] = []
    for angle in angles:
        for group in groups:
            if sympy.radsimp(sympy.cancel(angle / group[0])).is_Rational:
                group.append(angle)
                break
        else:
            groups.append([angle])
    return groups


def _ratios(group: Sequence[Expr]) -> list[Expr]:
    return [sympy.radsimp(sympy.cancel(angle / group[0])) for angle in group]


def _turns(group: Sequence[Expr]) -> int:
    """After how many turns of the first angle all of them have come round."""
    return int(sympy.ilcm(1, *(ratio.q for ratio in _ratios(group))))


def _one_angle(parts: Sequence[Part], group: Sequence[Expr]) -> tuple[arb, arb]:
    """sup|T(θ)| where every angle is a rational multiple of θ, which runs through all numbers."""
    ratios, turns = _ratios(group), _turns(group)
    total = _written(parts, {a: ratio * X for a, ratio in zip(group, ratios, strict=True)})
    if not total.has(X):
        return abs(ball(total)).upper(), abs(ball(total))
    found = Largest()
    half = ball(sympy.pi * turns)
    search(total, -half, half, arb(2) ** -TOLERANCE, found)
    return found.upper, found.lower.union(found.upper)


def _written(parts: Sequence[Part], known: Mapping[Expr, Expr]) -> Expr:
    """The sum with its angles written otherwise."""

    def turned(angle: Expr) -> Expr:
        rest, side, constant = torus.bare(angle)
        return side * known[rest] + constant

    total = sympy.S.Zero
    for each, factor in parts:
        swap = {node: node.func(turned(node.args[0])) for node in _drivers(each)}
        total += factor * each.xreplace(swap)
    return total


def _together(parts: Sequence[Part], angles: Sequence[Expr]) -> arb | None:
    """The largest |Σ c w| over all values of independent angles; None if that is not found."""
    known = torus.combinations(angles)
    if known is None:
        return None
    try:
        return torus.largest(_written(parts, known))
    except UndecidedError:
        return None


def _independent(angles: Sequence[Expr]) -> bool:
    """Whether polynomials are seen to be linearly independent over the rational numbers."""
    matrix = torus.rows(angles)
    return matrix is not None and bool(matrix.rank() == len(angles))


def _independent_parts(
    parts: Sequence[Part], groups: Sequence[Sequence[Expr]]
) -> tuple[arb, arb | None]:
    constant = ball(sum((c for w, c in parts if w == 1), sympy.S.Zero))
    most = least = arb(0)
    for group in groups:
        mine = [(w, c) for w, c in parts if w != 1 and w.args[0] in group]
        if len({w.args[0] for w, _ in mine}) == 1:
            reach = sum((ball(c) ** 2 for _, c in mine), arb(0)).sqrt()
            most, least = most + reach, least - reach
            continue
        # sup T = sup|T + c| - c for c ≥ sup|T|.
        shift = sympy.Integer(int(float(triangle([(w, ball(c)) for w, c in mine]))) + 1)
        above = [*mine, (sympy.S.One, shift)]
        below = [*((w, -c) for w, c in mine), (sympy.S.One, shift)]
        most += _one_angle(above, group)[1] - int(shift)
        least -= _one_angle(below, group)[1] - int(shift)
    reach = (constant + most).union(constant + most)
    low = -(constant + least)
    upper = reach.upper() if reach.upper() > low.upper() else low.upper()
    lower = reach.lower() if reach.lower() > low.lower() else low.lower()
    return arb(upper), arb(lower).union(arb(upper))
