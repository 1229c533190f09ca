"""Kinks as switches: |u|, sign u, max(u, v) by the sign of a smooth function.

An expression with kinks agrees, on each set where its switches keep their signs, with a smooth
one. `resolve` finds it where the signs are known; `branches` lists what it may be where they are
not, which is enough for an upper bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy
from sympy import Expr

from symrnn.language.kinks import KINKS

Sign = Callable[[Expr], int | None]
"""The sign of a smooth function on a set: 1, -1, 0 where it is 0 everywhere, None if not known."""

MAX_BRANCHES = 64


def is_smooth(f: Expr) -> bool:
    """Whether an expression has no switch."""
    return not f.has(*KINKS)


def resolve(f: Expr, sign: Sign) -> Expr:
    """The expression with every switch whose sign is known replaced by its branch."""
    if is_smooth(f):
        return f
    if not isinstance(f, KINKS):
        return f.func(*(resolve(arg, sign) for arg in f.args))
    args = [resolve(arg, sign) for arg in f.args]
    if isinstance(f, sympy.Max | sympy.Min):
        kept = _extreme(args, sign, 1 if isinstance(f, sympy.Max) else -1)
        return kept[0] if len(kept) == 1 else f.func(*kept)
    side = _sign_of(args[0], sign)
    if side is None:
        return f.func(args[0])
    if isinstance(f, sympy.Abs):
        return side * args[0]
    return sympy.Integer(side) if isinstance(f, sympy.sign) else sympy.Rational(1 + side, 2)


def _extreme(args: list[Expr], sign: Sign, which: int) -> list[Expr]:
    kept: list[Expr] = []
    for arg in args:
        sides = [_sign_of(which * (arg - other), sign) for other in kept]
        if any(side is not None and side <= 0 for side in sides):
            continue
        kept = [other for other, side in zip(kept, sides, strict=True) if side != 1] + [arg]
    return kept


def _sign_of(u: Expr, sign: Sign) -> int | None:
    if not is_smooth(u):
        return None
    if sympy.expand(u) == 0:
        return 0
    return sign(u)


def undecided(f: Expr) -> Expr | None:
    """A smooth function whose sign a switch of f asks for; None if f is smooth."""
    for node in sorted(f.atoms(*KINKS), key=sympy.count_ops):
        if all(is_smooth(arg) for arg in node.args):
            first, *others = node.args
            return first - others[0] if isinstance(node, sympy.Max | sympy.Min) else first
    return None


def branches(f: Expr) -> Iterator[Expr] | None:
    """Every smooth expression that f may be; None if there are too many.

    A switch and its multiples switch together.
    """
    found: list[Expr] = []
    waiting = [f]
    while waiting:
        if len(found) + len(waiting) > MAX_BRANCHES:
            return None
        whole = waiting.pop()
        u = undecided(whole)
        if u is None:
            found.append(whole)
        else:
            waiting += [resolve(whole, _assumed(u, side)) for side in (1, -1)]
    return iter(found)


def _assumed(u: Expr, side: int) -> Sign:
    def sign(v: Expr) -> int | None:
        ratio = sympy.S.One if v == u else sympy.cancel(v / u)
        if ratio.is_Rational:
            return side if ratio > 0 else -side
        return None

    return sign
