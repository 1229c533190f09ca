"""What |f| does on [B, ∞)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy
from flint import arb
from sympy import Expr

from symrnn.enclosure import waves
from symrnn.enclosure.growth import Coefficient, Growth, Order
from symrnn.enclosure.tail import growth, limit_at_infinity, turned
from symrnn.enclosure.undecided import UndecidedError
from symrnn.language.activations import X

WAVES = (sympy.cos, sympy.sin)


@dataclass(frozen=True)
class Beyond:
    """What |f| does on [B, ∞).

    unbounded: whether it is seen to exceed every bound.
    upper: an upper bound, where it is bounded.
    limit: what |f| comes arbitrarily close to, or exceeds, as x → ∞, where that is known.
    """

    unbounded: bool
    upper: arb
    limit: arb | None = None


def beyond(f: Expr, start: int) -> Beyond:
    """What |f| does on [start, ∞).

    A wave in whose angle are waves may be one that runs through all its values, or a sum of others.

    Raises:
        UndecidedError: there is no rule for f, or `start` is not far enough out.
    """
    other = turned(f)
    if other == f:
        return _beyond(f, start)
    try:
        found = _beyond(f, start)
    except UndecidedError:
        return _beyond(other, start)
    return found if found.unbounded or found.limit is not None else _beyond(other, start)


def _beyond(f: Expr, start: int) -> Beyond:
    try:
        whole = growth(f, start)
    except UndecidedError:
        if _grows(f, start):
            return Beyond(True, arb.pos_inf())
        raise
    if not whole.terms:
        return Beyond(False, arb(0), arb(0))
    largest = whole.largest
    order = largest[0][0]
    if order.sign < 0:
        return Beyond(False, whole.magnitude, arb(0))
    upper, approached = _leading_sum(largest)
    if order.sign > 0:
        if approached is None or not approached > 0:
            raise UndecidedError("what grows may cancel", {"term": order})
        return Beyond(True, arb.pos_inf())
    if all(o.wave == 1 for o, _ in largest):
        return Beyond(False, whole.magnitude, approached)
    others = Growth({o: c for o, c in whole.terms.items() if o not in dict(largest)}, start)
    upper = arb((upper + others.magnitude).upper())
    amplitude = _amplitude(whole)
    if amplitude is not None and amplitude < upper:
        upper = amplitude
    return Beyond(False, upper, approached)


def _amplitude(whole: Growth) -> arb | None:
    """An upper bound of |A cos u + B sin u + C|, for several u: |C| + Σ √(A² + B²).

    It is close where the amplitude approaches its limit from below.
    """
    parts: dict[tuple[type[Expr], Expr], dict[Order, Coefficient]] = {}
    for order, coefficient in whole.terms.items():
        if order.wave != 1 and not waves.is_pure(order.wave):
            return None
        of = (type(order.wave), order.wave.args[0]) if order.wave != 1 else (sympy.Expr, X)
        parts.setdefault(of, {})[replace(order, wave=sympy.S.One)] = coefficient
    still = Growth(parts.pop((sympy.Expr, X), {}), whole.start)
    total = still.magnitude
    nothing: dict[Order, Coefficient] = {}
    for angle in {angle for _, angle in parts}:
        a, b = (Growth(parts.get((kind, angle), nothing), whole.start) for kind in WAVES)
        total += (a * a + b * b).bounds[1].sqrt()
    return arb(total.upper())


def _leading_sum(largest: list[tuple[Order, Coefficient]]) -> tuple[arb, arb | None]:
    """(upper, approached) of the sum of the leading terms, whose orders differ in waves only."""
    exact = [(o.wave, c.exact) for o, c in largest if c.exact is not None]
    if len(exact) == len(largest):
        return waves.largest(tuple((w, c) for w, c in exact if c is not None))
    upper = waves.triangle([(o.wave, c.ball) for o, c in largest])
    if len(largest) == 1 and largest[0][0].wave == 1:
        return upper, abs(largest[0][1].ball)
    return upper, None


def _grows(f: Expr, start: int) -> bool:
    """Whether |f| → ∞, or gets as large again and again, where f is a product.

    The factors stay away from 0 and one tends to ∞; one of them may be a wave of an argument that
    tends to ∞, whose largest values return for ever.
    """
    growing, swinging = False, 0
    for factor in sympy.Mul.make_args(f):
        base, exponent = factor.as_base_exp()
        if base == sympy.E and factor.has(X):
            try:
                side = limit_at_infinity(growth(exponent, start))
            except UndecidedError:
                return False
            if side <= 0:
                return False
            growing = True
            continue
        if isinstance(factor, sympy.sin | sympy.cos):
            swinging += 1
            if not _grows_or_tends(factor.args[0], start):
                return False
            continue
        try:
            _, coefficient, rest = growth(factor, start).relative_rest
            order = growth(factor, start).leading[0]
        except UndecidedError:
            return False
        if order.sign < 0 or not 1 + rest.enclosure() > 0 or coefficient.ball.contains(0):
            return False
        growing = growing or order.sign > 0
    return growing and swinging <= 1


def _grows_or_tends(u: Expr, start: int) -> bool:
    try:
        return limit_at_infinity(growth(u, start)) != 0
    except UndecidedError:
        return not u.has(sympy.sin, sympy.cos, sympy.tan) and _grows(u, start)
